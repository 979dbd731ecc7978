// Chains ancestor headers by hash. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/ancestors.h"

#include "place.h"
#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"

namespace sluice::executor {
namespace {

struct HeaderLink {
    Hash32 parent_hash;
    std::uint64_t number;
};

/// The two fields of a header that chain it (Yellow Paper 4.4): parentHash, the first, and number, the ninth.
Result<HeaderLink> read_link(ByteView header) noexcept {
    rlp::Reader input(header);
    SLUICE_TRY(rlp::Reader fields, input.list());
    SLUICE_RETURN_IF_ERROR(input.finish());
    HeaderLink link;
    SLUICE_TRY(link.parent_hash, fields.hash());
    for (int i = 0; i < 7; ++i) SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_TRY(link.number, fields.uint64());
    return link;
}

}  // namespace

ErrorCode AncestorChain::start_anchored() noexcept {
    if (!hashes_.push_back(parent_.hash) || !hashes_.push_back(parent_.parent_hash)) return ErrorCode::arena_exhausted;
    return ErrorCode::ok;
}

/// Without anchor the parent's hash is still known: from the current block.
ErrorCode AncestorChain::check_first() noexcept {
    if (hashes_.empty())
        return diagnostics_.fail(ErrorCode::stream_missing_ancestor, ErrorDetail().with_what("parent hash"));
    if (hashes_[0] == parent_.hash) return ErrorCode::ok;
    return diagnostics_.fail(ErrorCode::stream_header_chain,
                             ErrorDetail().with_what("unanchored parent hash").with_values(parent_.hash, hashes_[0]));
}

ErrorCode AncestorChain::extend(ByteView header, const witness::WitnessItem& place) noexcept {
    // Without this a cheater chooses what BLOCKHASH gives.
    const Hash32 hash = keccak256(header);
    if (!(hash == oldest())) {
        return diagnostics_.fail(ErrorCode::stream_header_chain,
                                 detail_at(place, "ancestor header").with_values(oldest(), hash));
    }
    const Result<HeaderLink> link = read_link(header);
    if (!link.ok()) return diagnostics_.fail(link.error(), detail_at(place, "ancestor header"));
    // True of any header with the right hash as long as the chain itself is sound; a wrong number here would mean that
    // the parent's own number was never checked against it.
    const std::uint64_t number = parent_.number - (hashes_.size() - 1);
    if (link->number != number) {
        return diagnostics_.fail(ErrorCode::stream_header_chain,
                                 detail_at(place, "ancestor number").with_values(number, link->number));
    }
    return hashes_.push_back(link->parent_hash) ? ErrorCode::ok : ErrorCode::arena_exhausted;
}

Result<Hash32> AncestorChain::at(std::uint64_t number) const noexcept {
    if (number >= parent_.number) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("BLOCKHASH range").with_values(parent_.number, number));
    }
    if (!knows(number)) {
        return diagnostics_.fail(ErrorCode::stream_missing_ancestor,
                                 ErrorDetail()
                                     .with_what("block hash, by number")
                                     .with_values(number, parent_.number - (hashes_.size() - 1)));
    }
    return hashes_[parent_.number - number];
}

ErrorCode load_ancestors(AncestorChain& chain, const witness::AncestorHeadersInput& ancestors) noexcept {
    if (!ancestors.anchored) {
        return chain.start_unanchored(ancestors.count, [&](std::uint64_t i) { return ancestors.block_hash(i); });
    }
    SLUICE_RETURN_IF_ERROR(chain.start_anchored());
    auto headers = ancestors.headers();
    static_cast<void>(headers.next());  // the parent itself
    for (std::uint64_t i = 1; i < ancestors.count; ++i)
        SLUICE_RETURN_IF_ERROR(chain.extend(headers.next(), ancestors.place));
    return ErrorCode::ok;
}

}  // namespace sluice::executor

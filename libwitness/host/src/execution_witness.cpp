// A block and all that is needed to run it. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/execution_witness.h"

#include <algorithm>

#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"
#include "sluice/files/text.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

/// Fields of a header in order (Yellow Paper 4.4): parentHash, ommersHash, coinbase, stateRoot, transactionsRoot,
/// receiptsRoot, logsBloom, difficulty, number, gasLimit, gasUsed, timestamp, ...
ErrorCode read_identity(rlp::Reader fields, BlockIdentity& identity) {
    SLUICE_TRY(identity.parent_hash, fields.hash());
    SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_TRY(identity.state_root, fields.hash());
    for (int i = 0; i < 4; ++i) SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_TRY(identity.number, fields.uint64());
    SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_RETURN_IF_ERROR(fields.skip());
    SLUICE_TRY(identity.timestamp, fields.uint64());
    return ErrorCode::ok;
}

absl::Status malformed(std::string_view what, ErrorCode code) {
    return absl::InvalidArgumentError(cat(what, " is malformed: ", error_text(code)));
}

ErrorCode identify(ByteView header, BlockIdentity& identity) {
    rlp::Reader input(header);
    SLUICE_TRY(const rlp::Reader fields, input.list());
    SLUICE_RETURN_IF_ERROR(input.finish());
    SLUICE_RETURN_IF_ERROR(read_identity(fields, identity));
    identity.hash = keccak256(header);
    return ErrorCode::ok;
}

}  // namespace

absl::StatusOr<BlockIdentity> identify_header(std::string_view header) {
    BlockIdentity identity;
    if (const ErrorCode code = identify(bytes_of(header), identity); failed(code))
        return malformed("the header's RLP", code);
    return identity;
}

absl::StatusOr<BlockIdentity> identify_block(std::string_view block) {
    rlp::Reader input(bytes_of(block));
    Result<rlp::Reader> items = input.list();
    if (!items.ok()) return malformed("the block's RLP", items.error());
    if (const ErrorCode code = input.finish(); failed(code)) return malformed("the block's RLP", code);
    const Result<ByteView> header = items->raw();
    if (!header.ok()) return malformed("the block's RLP", header.error());
    BlockIdentity identity;
    if (const ErrorCode code = identify(*header, identity); failed(code)) return malformed("the block's header", code);
    return identity;
}

absl::Status sort_headers(std::vector<std::string>& headers) {
    struct Numbered {
        BlockIdentity identity;
        std::string header;
    };
    std::vector<Numbered> numbered;
    numbered.reserve(headers.size());
    for (std::size_t i = 0; i < headers.size(); ++i) {
        absl::StatusOr<BlockIdentity> identity = identify_header(headers[i]);
        if (!identity.ok()) {
            return absl::InvalidArgumentError(cat("headers[", i, "]: ", identity.status().message()));
        }
        numbered.push_back({*identity, std::move(headers[i])});
    }
    std::sort(numbered.begin(), numbered.end(), [](const Numbered& a, const Numbered& b) {
        return a.identity.number != b.identity.number ? a.identity.number < b.identity.number : a.header < b.header;
    });
    headers.clear();
    const Numbered* below = nullptr;
    for (Numbered& entry : numbered) {
        if (below != nullptr) {
            const BlockIdentity& last = below->identity;
            if (entry.identity.hash == last.hash) continue;
            if (entry.identity.number != last.number + 1) {
                return absl::InvalidArgumentError(
                    cat("headers have a gap or a fork: number ", entry.identity.number, " after ", last.number));
            }
            if (!(entry.identity.parent_hash == last.hash)) {
                return absl::InvalidArgumentError(cat("header ", entry.identity.number, " has the parent hash ",
                                                      to_hex(entry.identity.parent_hash), ", but header ", last.number,
                                                      " has the hash ", to_hex(last.hash)));
            }
        }
        below = &entry;
        headers.push_back(entry.header);
    }
    return absl::OkStatus();
}

absl::Status check_witness(const ExecutionWitness& witness) {
    const absl::StatusOr<BlockIdentity> block = identify_block(witness.block);
    if (!block.ok()) return block.status();
    if (witness.unanchored.has_value()) {
        if (!witness.headers.empty()) {
            return absl::InvalidArgumentError("the witness has headers and an unanchored parent; only one can be used");
        }
        const std::vector<Hash32>& hashes = witness.unanchored->block_hashes;
        if (hashes.empty() || hashes.size() > 256) {
            return absl::InvalidArgumentError(cat("expected 1 to 256 block hashes, found ", hashes.size()));
        }
        if (!(hashes[0] == block->parent_hash)) {
            return absl::InvalidArgumentError(cat("the first block hash is ", to_hex(hashes[0]),
                                                  ", but the block's parent hash is ", to_hex(block->parent_hash)));
        }
        return absl::OkStatus();
    }
    if (witness.headers.empty()) {
        return absl::InvalidArgumentError(
            cat("the witness of block ", block->number, " has no headers; at least the parent's is needed"));
    }
    std::vector<std::string> sorted = witness.headers;
    if (absl::Status status = sort_headers(sorted); !status.ok()) return status;
    if (sorted != witness.headers)
        return absl::InvalidArgumentError("the witness's headers are not in ascending order");
    const absl::StatusOr<BlockIdentity> parent = identify_header(witness.headers.back());
    if (!parent.ok()) return parent.status();
    if (!(parent->hash == block->parent_hash)) {
        return absl::InvalidArgumentError(cat("block ", block->number, " has the parent hash ",
                                              to_hex(block->parent_hash), ", but the last header, number ",
                                              parent->number, ", has the hash ", to_hex(parent->hash)));
    }
    return absl::OkStatus();
}

absl::StatusOr<executor::ParentLink> parent_link(const ExecutionWitness& witness) {
    const absl::StatusOr<BlockIdentity> block = identify_block(witness.block);
    if (!block.ok()) return block.status();
    executor::ParentLink link;
    link.hash = block->parent_hash;
    if (witness.unanchored.has_value()) {
        if (block->number == 0) return absl::InvalidArgumentError("block 0 has no parent");
        link.number = block->number - 1;
        link.state_root = witness.unanchored->state_root;
        return link;
    }
    if (witness.headers.empty()) return absl::InvalidArgumentError("the witness has no headers");
    const absl::StatusOr<BlockIdentity> parent = identify_header(witness.headers.back());
    if (!parent.ok()) return parent.status();
    link.number = parent->number;
    link.state_root = parent->state_root;
    link.parent_hash = parent->parent_hash;
    return link;
}

WitnessViews::WitnessViews(const ExecutionWitness& witness) : anchored_(!witness.unanchored.has_value()) {
    for (const std::string& node : witness.nodes) nodes_.push_back(bytes_of(node));
    for (const std::string& code : witness.codes) codes_.push_back(bytes_of(code));
    for (const std::string& header : witness.headers) headers_.push_back(bytes_of(header));
    if (witness.unanchored.has_value()) block_hashes_ = witness.unanchored->block_hashes;
}

executor::FullWitness WitnessViews::full() const {
    executor::FullWitness full;
    full.nodes = nodes_;
    full.codes = codes_;
    full.headers = headers_;
    full.block_hashes = block_hashes_;
    full.anchored = anchored_;
    return full;
}

}  // namespace sluice::witness_host

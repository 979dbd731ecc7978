// Code words with their trees, and committed groups of columns, on the device. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "buffer.h"
#include "device_source.h"
#include "encode_kernels.h"
#include "hash_kernels.h"
#include "launch.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/layout.h"
#include "sluice/hash/merkle.h"

namespace sluice::backend_cuda {

/// The tables behind Roots.
class RootTables {
 public:
    explicit RootTables(const Context& context) : low_(context, powers(0)), high_(context, powers(Roots::kLowBits)) {}
    [[nodiscard]] Roots view() const noexcept { return {low_.data(), high_.data()}; }
    [[nodiscard]] static constexpr std::uint64_t bytes() noexcept {
        return 2 * aligned(Roots::kSize * sizeof(KoalaBear));
    }

 private:
    /// Of root^(2^log).
    static std::vector<KoalaBear> powers(unsigned log) {
        std::vector<KoalaBear> values(Roots::kSize);
        const KoalaBear step = KoalaBear::two_adic_generator(KoalaBear::kTwoAdicity - log);
        KoalaBear power = KoalaBear::one();
        for (KoalaBear& value : values) {
            value = power;
            power *= step;
        }
        return values;
    }

    DeviceBuffer<KoalaBear> low_, high_;
};

/// Code words of one oracle with their tree.
template <class Hasher>
struct Oracle {
    using Digest = typename Hasher::Digest;
    DeviceBuffer<KoalaBear> code_words;  ///< column-major
    std::uint64_t columns = 0;
    std::uint64_t length = 0;  ///< of a code word
    hash::LeafShape shape;
    unsigned log_leaves = 0;
    DeviceBuffer<Digest> nodes;

    [[nodiscard]] Digest root(Stream& stream, const Place& place = Place::current()) const {
        Digest root;
        stream.download(&root, (nodes.data() + (nodes.size() - 1)).raw(), sizeof(Digest), place);
        return root;
    }
};

/// The passes of EncodePass over all stages, highest first. `pass` says all but low, stages and run_log.
inline void encode(const Context& context, EncodePass pass, std::uint64_t columns) {
    constexpr unsigned kMaxStages = 8;  // of a pass but the last: leaves runs of 16 neighbours
    unsigned left = pass.log_message;
    pass.first = true;
    while (left > EncodePass::kMaxTileLog) {
        const unsigned high = left - EncodePass::kMaxTileLog;
        const unsigned passes = (high + kMaxStages - 1) / kMaxStages;
        pass.stages = (high + passes - 1) / passes;
        left -= pass.stages;
        pass.low = left;
        pass.run_log = EncodePass::kMaxTileLog - pass.stages;
        launch(context.stream, pass.blocks(columns), pass);
        pass.first = false;
    }
    pass.low = 0;
    pass.stages = left;
    pass.run_log = 0;
    launch(context.stream, pass.blocks(columns), pass);
}

/// All levels of a tree above its leaves.
template <class Hasher>
void hash_tree(const Context& context, DevicePointer<typename Hasher::Digest> nodes, unsigned log_leaves) {
    for (; log_leaves > HashTop<Hasher>::kMaxLogSize; --log_leaves) {
        const std::uint64_t size = std::uint64_t{1} << log_leaves;
        launch(context.stream, size / 2, HashNodes<Hasher>{nodes, nodes + size});
        nodes = nodes + size;
    }
    if (log_leaves != 0) launch(context.stream, 1, HashTop<Hasher>{nodes, log_leaves});
}

/// Encodes the polynomials of oracle `level`, whose 2^(h - o_level) coefficients lie `message_stride` apart, and builds
/// the tree. Leaves have all values of a polynomial side by side (by_column: the columns of a commitment), or the same
/// place of all (by_row: the limbs of an extension).
template <class Hasher>
[[nodiscard]] Oracle<Hasher> make_oracle(const Context& context, const Roots& roots, const params::Opening& opening,
                                         unsigned h, unsigned level, DevicePointer<const KoalaBear> messages,
                                         std::uint64_t message_stride, std::uint64_t polynomials,
                                         hash::LeafOrder order) {
    // WHIR encodes components, and a leaf is one place of them; for Basefold a polynomial is its own component.
    const unsigned log_parts = opening.kind == params::OpeningKind::whir ? opening.group_size(h, level) : 0;
    const unsigned log_message = h - opening.group_start(h, level) - log_parts;
    const unsigned log_length = opening.domain_log_size(h, level);
    Oracle<Hasher> oracle;
    oracle.columns = polynomials << log_parts;
    oracle.length = std::uint64_t{1} << log_length;
    oracle.shape = {opening.group_size(h, level) - log_parts, order};
    oracle.log_leaves = opening.num_leaves_log(h, level);
    oracle.code_words = DeviceBuffer<KoalaBear>(context, oracle.columns * oracle.length);
    const bool by_row = order == hash::LeafOrder::by_row;
    EncodePass pass{};
    pass.source = messages;
    pass.source_stride = message_stride;
    pass.log_parts = log_parts;
    pass.by_row = by_row;
    pass.polynomials = polynomials;
    pass.code_words = oracle.code_words.data();
    pass.stride = oracle.length;
    pass.log_message = log_message;
    pass.log_rate = log_length - log_message;
    pass.roots = roots;
    encode(context, pass, oracle.columns);

    oracle.nodes = DeviceBuffer<typename Hasher::Digest>(context, hash::merkle_node_count(oracle.log_leaves));
    launch(context.stream, std::uint64_t{1} << oracle.log_leaves,
           HashLeaves<Hasher>{oracle.code_words.data(), oracle.columns, oracle.length, oracle.shape.log_rows, by_row,
                              oracle.nodes.data()});
    hash_tree<Hasher>(context, oracle.nodes.data(), oracle.log_leaves);
    return oracle;
}

/// Bytes of the oracle that make_oracle gives.
template <class Hasher>
[[nodiscard]] std::uint64_t oracle_bytes(const params::Opening& opening, unsigned h, unsigned level,
                                         std::uint64_t polynomials) {
    const unsigned log_parts = opening.kind == params::OpeningKind::whir ? opening.group_size(h, level) : 0;
    return aligned((polynomials << log_parts << opening.domain_log_size(h, level)) * sizeof(KoalaBear)) +
           aligned(hash::merkle_node_count(opening.num_leaves_log(h, level)) * sizeof(typename Hasher::Digest));
}

/// Bytes that open_oracle takes at most.
template <class Hasher>
[[nodiscard]] std::uint64_t open_oracle_bytes(const params::Opening& opening, unsigned h, unsigned level,
                                              std::uint64_t polynomials, std::uint64_t queries) {
    const auto gathered = [](std::uint64_t count, std::uint64_t bytes) {
        return aligned(count * sizeof(std::uint64_t)) + aligned(count * bytes);
    };
    return std::max(gathered(queries * (polynomials << opening.group_size(h, level)), sizeof(KoalaBear)),
                    gathered(queries * opening.num_leaves_log(h, level), sizeof(typename Hasher::Digest)));
}

/// Elements that lie apart on the device, on the host.
template <class T>
[[nodiscard]] std::vector<T> gather(const Context& context, DevicePointer<const T> source,
                                    std::span<const std::uint64_t> offsets) {
    const DeviceBuffer<std::uint64_t> wanted(context, offsets);
    const DeviceBuffer<T> found(context, offsets.size());
    launch(context.stream, offsets.size(), Gather<T>{source, wanted.data(), found.data()});
    return found.download(context.stream);
}

/// Writes the opened leaves and the siblings of a multi-opening. `indices` are ascending and distinct.
template <class Hasher>
void open_oracle(const Context& context, backend::ProofWriter& writer, const Oracle<Hasher>& oracle,
                 std::span<const std::uint32_t> indices) {
    std::vector<std::uint64_t> places;
    const std::uint64_t rows = std::uint64_t{1} << oracle.shape.log_rows;
    const bool by_row = oracle.shape.order == hash::LeafOrder::by_row;
    for (const std::uint32_t index : indices) {
        for (std::uint64_t i = 0; i < oracle.columns * rows; ++i) {
            const std::uint64_t column = by_row ? i % oracle.columns : i / rows;
            const std::uint64_t row = by_row ? i / oracle.columns : i % rows;
            places.push_back(column * oracle.length + (std::uint64_t{index} << oracle.shape.log_rows) + row);
        }
    }
    for (const KoalaBear element : gather<KoalaBear>(context, oracle.code_words.data(), places))
        writer.element(element);
    places.clear();
    hash::visit_siblings(oracle.log_leaves, indices, [&](unsigned level, std::uint32_t index) {
        const std::uint64_t size = std::uint64_t{1} << (oracle.log_leaves - level);
        places.push_back((std::uint64_t{2} << oracle.log_leaves) - 2 * size + index);
    });
    for (const auto& digest : gather<typename Hasher::Digest>(context, oracle.nodes.data(), places))
        writer.digest(digest);
}

template <class Hasher>
class CudaCommitment final : public backend::Commitment<Hasher> {
 public:
    using Digest = typename Hasher::Digest;

    /// `dense` has width * 2^h elements; `pool` is held as long as memory of it.
    CudaCommitment(std::shared_ptr<Pool> pool, const Digest& root, std::uint32_t width, DeviceBuffer<KoalaBear> dense,
                   Oracle<Hasher> oracle)
        : backend::Commitment<Hasher>(root, width),
          pool_(std::move(pool)),
          dense_(std::move(dense)),
          oracle_(std::move(oracle)) {}

    /// The group's stack columns, one after the other.
    [[nodiscard]] DevicePointer<const KoalaBear> dense() const noexcept { return dense_.data(); }
    /// Code words and tree; meaningless for width 0.
    [[nodiscard]] const Oracle<Hasher>& oracle() const noexcept { return oracle_; }

 private:
    std::shared_ptr<Pool> pool_;  // before what it owns the memory of
    DeviceBuffer<KoalaBear> dense_;
    Oracle<Hasher> oracle_;
};

/// Commits columns that were checked against the shape (backend::Backend::commit). Those left out are the source's, if
/// there is one; its records are sent unless they are there.
template <class Hasher>
[[nodiscard]] absl::StatusOr<std::unique_ptr<CudaCommitment<Hasher>>> commit_columns(
    const Context& context, std::shared_ptr<Pool> pool, const Roots& roots, const params::Opening& opening,
    const backend::TableShape& shape, machine::Group group, std::span<const std::span<const KoalaBear>> columns,
    const DeviceSource* source = nullptr, std::unique_ptr<DeviceSource::Records> records = nullptr) {
    const unsigned h = shape.stack_height;
    const auto g = static_cast<std::size_t>(group);
    const std::uint32_t width = backend::make_layout(shape.machine, shape.heights, h).widths[g];
    const std::uint64_t size = std::uint64_t{width} << h;
    DeviceBuffer<KoalaBear> dense(context, size);
    std::vector<DevicePointer<KoalaBear>> places;
    std::uint64_t at = 0;
    {
        const Span span(context.stream, "transport_structural_witness");
        for (std::size_t chip = 0; chip < columns.size(); ++chip) {
            const std::uint64_t cells = shape.machine.chips[chip].widths[g] * machine::align4(shape.heights[chip]);
            places.push_back(dense.data() + at);
            if (columns[chip].empty()) {
                context.stream.clear(places.back().raw(), cells * sizeof(KoalaBear));
            } else {
                context.stream.upload(places.back().raw(), columns[chip].data(), columns[chip].size_bytes());
            }
            at += cells;
        }
        context.stream.clear((dense.data() + at).raw(), (size - at) * sizeof(KoalaBear));
    }
    if (source != nullptr) {
        if (records == nullptr) {
            const Span span(context.stream, "transport_structural_witness");
            records = source->upload(context);
        }
        const Span span(context.stream, "fill_traces");
        if (absl::Status status = source->fill(context, *records, places); !status.ok()) return status;
        records = nullptr;
    }
    Oracle<Hasher> oracle;
    typename Hasher::Digest root{};
    if (width != 0) {
        oracle = make_oracle<Hasher>(context, roots, opening, h, 0, dense.data(), std::uint64_t{1} << h, width,
                                     hash::LeafOrder::by_column);
        root = oracle.root(context.stream);
    }
    return std::make_unique<CudaCommitment<Hasher>>(std::move(pool), root, width, std::move(dense), std::move(oracle));
}

/// The smallest nonce that grinding accepts next, if any does: ranges of nonces in ascending order.
template <class Hasher>
[[nodiscard]] std::optional<KoalaBear> find_nonce(const Context& context, const hash::Transcript<Hasher>& transcript,
                                                  unsigned bits) {
    if (bits == 0) return KoalaBear::zero();
    if (bits > hash::kMaxSampleBits) return std::nullopt;
    // A range has the nonce nearly always, and is not much more than it takes; a card is filled by the least of them.
    const std::uint64_t range =
        std::clamp<std::uint64_t>(std::uint64_t{2} << bits, context.stream.host() != nullptr ? 64 : 1 << 18, 1 << 24);
    const std::uint32_t none = KoalaBear::kModulus;
    const DeviceBuffer<std::uint32_t> best(context, std::span(&none, 1));
    const hash::GrindingStart<Hasher> start = transcript.grinding_start();
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    for (std::uint64_t from = 0; from < KoalaBear::kModulus; from += range) {
        const std::uint64_t count = std::min<std::uint64_t>(range, KoalaBear::kModulus - from);
        launch(context.stream, count, FindNonce<Hasher>{start, mask, static_cast<std::uint32_t>(from), best.data()});
        const std::uint32_t found = best.download(context.stream)[0];
        if (found != none) return KoalaBear::from_canonical(found);
    }
    return std::nullopt;
}

/// backend::Backend::grind.
template <class Hasher>
[[nodiscard]] absl::StatusOr<KoalaBear> grind(const Context& context, hash::Transcript<Hasher>& transcript,
                                              std::string_view label, unsigned bits) {
    const std::optional<KoalaBear> nonce = find_nonce(context, transcript, bits);
    if (!nonce || !transcript.check_grinding(label, bits, *nonce)) {
        return absl::InternalError(
            absl::StrCat("grinding ", std::string(label), ": no nonce gives ", bits, " zero bits"));
    }
    return *nonce;
}
template <unsigned D, class Hasher>
[[nodiscard]] absl::Status grind(const Context& context, backend::Channel<D, Hasher>& channel, std::string_view label,
                                 unsigned bits) {
    if (bits == 0) return absl::OkStatus();
    const absl::StatusOr<KoalaBear> nonce = grind(context, channel.transcript(), label, bits);
    if (!nonce.ok()) return nonce.status();
    channel.writer().element(*nonce);
    return absl::OkStatus();
}

}  // namespace sluice::backend_cuda

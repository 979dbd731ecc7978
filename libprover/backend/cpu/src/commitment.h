// A committed group in main memory. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "buffer.h"
#include "context.h"
#include "sluice/backend/backend.h"
#include "sluice/hash/batch.h"
#include "sluice/hash/merkle.h"
#include "sluice/simd/ntt.h"

namespace sluice::backend_cpu {

/// Elements that kernels may read, and not use, after the last of a column.
inline constexpr std::size_t kOverrun = 16 * kPad;

/// Code words of one oracle with their tree.
template <class Hasher>
struct Oracle {
    using Digest = typename Hasher::Digest;
    Buffer<KoalaBear> code_words;  ///< column-major
    std::size_t columns = 0;
    std::size_t stride = 0;  ///< from code word to code word
    hash::LeafShape shape;
    unsigned log_leaves = 0;
    Buffer<Digest> nodes;

    [[nodiscard]] hash::MatrixView matrix() const noexcept { return {code_words.data(), columns, stride}; }
    [[nodiscard]] hash::MerkleTree<Hasher> tree() noexcept { return {nodes.span(), log_leaves}; }
};

/// From code word to code word of so many elements: not a power of two, else the same rows of all of them would share
/// a few places of the caches.
[[nodiscard]] constexpr std::size_t code_word_stride(std::size_t length) noexcept {
    return length + kPad;
}

/// Digests that are computed together.
inline constexpr std::size_t kHashChunk = 512;

/// out[u * stride + y] = in[u + 2^log_parts y] for first <= y < last. Written in runs: the parts may share their place
/// in the cache.
inline void split_components(const KoalaBear* in, unsigned log_parts, std::size_t first, std::size_t last,
                             KoalaBear* out, std::size_t stride) noexcept {
    constexpr std::size_t kRun = 16;
    for (std::size_t start = first; start < last; start += kRun) {
        const std::size_t end = std::min(last, start + kRun);
        for (std::size_t u = 0; u < std::size_t{1} << log_parts; ++u) {
            for (std::size_t y = start; y < end; ++y) out[u * stride + y] = in[(y << log_parts) + u];
        }
    }
}

/// Encodes the polynomials of oracle `level`, whose 2^(h - o_level) coefficients lie `message_stride` apart, and builds
/// the tree. Leaves have all values of a polynomial side by side (by_column: the columns of a commitment), or the same
/// place of all (by_row: the limbs of an extension).
template <class Hasher>
[[nodiscard]] Oracle<Hasher> make_oracle(Pool& pool, Memory& memory, const simd::Twiddles& twiddles,
                                         const params::Opening& opening, unsigned h, unsigned level,
                                         const KoalaBear* messages, std::size_t message_stride, std::size_t polynomials,
                                         hash::LeafOrder order) {
    // WHIR encodes components, and a leaf is one place of them; for Basefold a polynomial is its own component.
    const unsigned log_parts = opening.kind == params::OpeningKind::whir ? opening.group_size(h, level) : 0;
    const std::size_t parts = std::size_t{1} << log_parts;
    const std::size_t message = std::size_t{1} << (h - opening.group_start(h, level) - log_parts);
    const std::size_t length = std::size_t{1} << opening.domain_log_size(h, level);
    Oracle<Hasher> oracle;
    oracle.columns = polynomials * parts;
    oracle.stride = code_word_stride(length);
    oracle.shape = {opening.group_size(h, level) - log_parts, order};
    oracle.log_leaves = opening.num_leaves_log(h, level);
    oracle.code_words = Buffer<KoalaBear>(memory, oracle.columns * oracle.stride);
    KoalaBear* const code_words = oracle.code_words.data();
    // Components in the order of a leaf.
    const std::size_t polynomial_stride = order == hash::LeafOrder::by_column ? parts * oracle.stride : oracle.stride;
    const std::size_t part_stride = order == hash::LeafOrder::by_column ? oracle.stride : polynomials * oracle.stride;
    constexpr std::size_t kSplitChunk = 4096;
    const std::size_t chunks = log_parts == 0 ? 0 : (message + kSplitChunk - 1) / kSplitChunk;
    pool.for_each(polynomials * chunks, [&](std::size_t i) {
        const std::size_t first = i % chunks * kSplitChunk;
        split_components(messages + i / chunks * message_stride, log_parts, first,
                         std::min(message, first + kSplitChunk), code_words + i / chunks * polynomial_stride,
                         part_stride);
    });
    pool.for_each(oracle.columns, [&](std::size_t column) {
        const std::span<KoalaBear> code_word(code_words + column * oracle.stride, length);
        const KoalaBear* const coefficients = log_parts == 0 ? messages + column * message_stride : code_word.data();
        simd::encode_to_reversed(twiddles, {coefficients, message}, code_word);
    });
    oracle.nodes = Buffer<typename Hasher::Digest>(memory, hash::merkle_node_count(oracle.log_leaves));
    const hash::MerkleTree<Hasher> tree = oracle.tree();
    const hash::MatrixView matrix = oracle.matrix();
    for_chunks(pool, std::size_t{1} << oracle.log_leaves, kHashChunk, [&](std::size_t first, std::size_t last) {
        hash::batch::hash_leaves<Hasher>(std::span(&matrix, 1), oracle.shape, first,
                                         tree.level(0).subspan(first, last - first));
    });
    for (unsigned layer = 0; layer < oracle.log_leaves; ++layer) {
        const std::span<const typename Hasher::Digest> below = tree.level(layer);
        const std::span<typename Hasher::Digest> above = tree.level(layer + 1);
        for_chunks(pool, above.size(), kHashChunk, [&](std::size_t first, std::size_t last) {
            hash::batch::compress_pairs<Hasher>(below.subspan(2 * first, 2 * (last - first)),
                                                above.subspan(first, last - first));
        });
    }
    return oracle;
}

template <class Hasher>
class CpuCommitment final : public backend::Commitment<Hasher> {
 public:
    using Digest = typename Hasher::Digest;

    /// `dense` has width * 2^h elements and kOverrun more.
    CpuCommitment(const Digest& root, std::uint32_t width, Buffer<KoalaBear> dense, Oracle<Hasher> oracle)
        : backend::Commitment<Hasher>(root, width), dense_(std::move(dense)), oracle_(std::move(oracle)) {}

    /// The group's stack columns, one after the other; kOverrun elements more may be read.
    [[nodiscard]] const KoalaBear* dense() const noexcept { return dense_.data(); }
    /// Code words and tree; meaningless for width 0.
    [[nodiscard]] const Oracle<Hasher>& oracle() const noexcept { return oracle_; }

 private:
    Buffer<KoalaBear> dense_;
    Oracle<Hasher> oracle_;
};

/// The committed columns of a table proof, found by chip, group and index.
template <class Hasher>
class TableColumns {
 public:
    explicit TableColumns(const backend::Table<Hasher>& table) {
        const machine::Machine& machine = table.shape->machine;
        const auto& heights = table.shape->heights;
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            const KoalaBear* at = static_cast<const CpuCommitment<Hasher>*>(table.commitments[group])->dense();
            first_[group].resize(machine.chips.size());
            for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
                first_[group][chip] = at;
                at += machine.chips[chip].widths[group] * machine::align4(heights[chip]);
            }
            strides_.resize(machine.chips.size());
        }
        for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) strides_[chip] = machine::align4(heights[chip]);
    }
    [[nodiscard]] const KoalaBear* get(std::size_t chip, machine::Group group, std::uint32_t column) const noexcept {
        return first_[static_cast<std::size_t>(group)][chip] + column * strides_[chip];
    }

 private:
    std::vector<const KoalaBear*> first_[machine::kGroups];
    std::vector<std::uint64_t> strides_;
};

}  // namespace sluice::backend_cpu

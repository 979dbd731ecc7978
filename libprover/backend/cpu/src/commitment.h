// A committed group in main memory. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

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
    std::size_t length = 0;  ///< of a code word
    hash::LeafShape shape;
    unsigned log_leaves = 0;
    Buffer<Digest> nodes;

    [[nodiscard]] hash::MatrixView matrix() const noexcept { return {code_words.data(), columns, length}; }
    [[nodiscard]] hash::MerkleTree<Hasher> tree() noexcept { return {nodes.span(), log_leaves}; }
};

/// Digests that are computed together.
inline constexpr std::size_t kHashChunk = 512;

/// Encodes each column of `messages` (2^log_message elements apart) and builds the tree.
template <class Hasher>
[[nodiscard]] Oracle<Hasher> make_oracle(Pool& pool, Memory& memory, const simd::Twiddles& twiddles,
                                         const KoalaBear* messages, std::size_t message_stride, std::size_t columns,
                                         unsigned log_message, unsigned log_inverse_rate, hash::LeafShape shape) {
    Oracle<Hasher> oracle;
    oracle.columns = columns;
    oracle.length = std::size_t{1} << (log_message + log_inverse_rate);
    oracle.shape = shape;
    oracle.log_leaves = log_message + log_inverse_rate - shape.log_rows;
    oracle.code_words = Buffer<KoalaBear>(memory, columns * oracle.length);
    const std::size_t message = std::size_t{1} << log_message;
    pool.for_each(columns, [&](std::size_t column) {
        simd::encode_to_reversed(twiddles, std::span(messages + column * message_stride, message),
                                 oracle.code_words.span().subspan(column * oracle.length, oracle.length));
    });
    oracle.nodes = Buffer<typename Hasher::Digest>(memory, hash::merkle_node_count(oracle.log_leaves));
    const hash::MerkleTree<Hasher> tree = oracle.tree();
    const hash::MatrixView matrix = oracle.matrix();
    for_chunks(pool, std::size_t{1} << oracle.log_leaves, kHashChunk, [&](std::size_t first, std::size_t last) {
        hash::batch::hash_leaves<Hasher>(std::span(&matrix, 1), oracle.shape, first,
                                         tree.level(0).subspan(first, last - first));
    });
    for (unsigned level = 0; level < oracle.log_leaves; ++level) {
        const std::span<const typename Hasher::Digest> below = tree.level(level);
        const std::span<typename Hasher::Digest> above = tree.level(level + 1);
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

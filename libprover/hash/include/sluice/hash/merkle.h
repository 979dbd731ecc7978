// Merkle trees: building, opening one leaf or many, and checking the openings.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Prover:
//   std::vector<Digest> nodes(hash::merkle_node_count(log_leaves));
//   hash::MerkleTree<H> tree(nodes, log_leaves);
//   hash::hash_leaves<H>(matrices, shape, log_leaves, tree.level(0));
//   tree.build();                                          // tree.root()
//   std::size_t count = tree.open(indices, siblings);      // indices ascending and distinct
// Verifier:
//   MerkleNode<Digest> opened[] = {{index, H::hash_leaf(content)}, ...};
//   if (hash::verify_multi<H>(root, log_leaves, opened, siblings) != MerkleStatus::ok) ...
//
// Nothing here allocates, and the verifier's functions accept any values: they check what is not the caller's own.
#pragma once

#include <algorithm>

#include "sluice/hash/hasher.h"

namespace sluice::hash {

/// Result of a check. `shape`: an index out of range or out of order, or not the right number of siblings.
enum class MerkleStatus : std::uint8_t { ok, shape, root };

/// Largest depth of a tree: an index has 32 bits and the prime field's subgroups at most 2^24 elements.
inline constexpr unsigned kMaxLogLeaves = 31;

// ---- Leaves of matrices ----------------------------------------------------------------------------------------

/// A matrix whose columns lie apart by `stride` >= its height. Its height belongs to the tree.
struct MatrixView {
    const KoalaBear* data;
    std::size_t columns;
    std::size_t stride;

    [[nodiscard]] SLUICE_HD constexpr KoalaBear at(std::size_t row, std::size_t column) const noexcept {
        return data[column * stride + row];
    }
};

/// Order of the elements in a leaf of several rows: all rows of the first column, then of the second, or the other way.
enum class LeafOrder : std::uint8_t { by_column, by_row };

/// Leaf j holds the rows j 2^log_rows .. (j + 1) 2^log_rows - 1 of each matrix, matrix by matrix. (If the rows are the
/// values of a polynomial on a subgroup in bit-reversed order, these are a coset of the subgroup of order 2^log_rows.)
struct LeafShape {
    unsigned log_rows = 0;
    LeafOrder order = LeafOrder::by_column;
};

/// Calls `visit(element)` for the content of leaf `leaf`, in order.
template <class Visit>
SLUICE_HD void visit_leaf(const MatrixView* matrices, std::size_t matrix_count, LeafShape shape, std::size_t leaf,
                          Visit&& visit) noexcept {
    const std::size_t rows = std::size_t{1} << shape.log_rows;
    const std::size_t first = leaf << shape.log_rows;
    for (std::size_t m = 0; m < matrix_count; ++m) {
        const MatrixView& matrix = matrices[m];
        if (shape.order == LeafOrder::by_column) {
            for (std::size_t column = 0; column < matrix.columns; ++column)
                for (std::size_t row = 0; row < rows; ++row) visit(matrix.at(first + row, column));
        } else {
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t column = 0; column < matrix.columns; ++column) visit(matrix.at(first + row, column));
        }
    }
}

/// Number of elements of a leaf.
[[nodiscard]] SLUICE_HD constexpr std::size_t leaf_length(const MatrixView* matrices, std::size_t matrix_count,
                                                          LeafShape shape) noexcept {
    std::size_t columns = 0;
    for (std::size_t m = 0; m < matrix_count; ++m) columns += matrices[m].columns;
    return columns << shape.log_rows;
}

/// Digest of one leaf: H::hash_leaf of its content.
template <Hasher H>
[[nodiscard]] SLUICE_HD typename H::Digest hash_matrix_leaf(const MatrixView* matrices, std::size_t matrix_count,
                                                            LeafShape shape, std::size_t leaf) noexcept {
    typename H::Leaf state(static_cast<std::uint32_t>(leaf_length(matrices, matrix_count, shape)));
    visit_leaf(matrices, matrix_count, shape, leaf, [&](KoalaBear element) { state.absorb(element); });
    return state.digest();
}

/// Digests of all leaves of matrices of height digests.size() << shape.log_rows.
template <Hasher H>
void hash_leaves(std::span<const MatrixView> matrices, LeafShape shape,
                 std::span<typename H::Digest> digests) noexcept {
    for (std::size_t leaf = 0; leaf < digests.size(); ++leaf)
        digests[leaf] = hash_matrix_leaf<H>(matrices.data(), matrices.size(), shape, leaf);
}

/// Writes the content of a leaf, leaf_length elements, for a proof.
inline void copy_leaf(std::span<const MatrixView> matrices, LeafShape shape, std::size_t leaf,
                      KoalaBear* out) noexcept {
    visit_leaf(matrices.data(), matrices.size(), shape, leaf, [&](KoalaBear element) { *out++ = element; });
}

// ---- The tree ----------------------------------------------------------------------------------------------------

/// Nodes of a tree of 2^log_leaves leaves, all levels.
[[nodiscard]] constexpr std::size_t merkle_node_count(unsigned log_leaves) noexcept {
    return (std::size_t{2} << log_leaves) - 1;
}

/// Sorts indices and drops repeated ones; returns how many are left, at the front.
inline std::size_t sort_distinct(std::span<std::uint32_t> indices) noexcept {
    std::sort(indices.begin(), indices.end());
    return static_cast<std::size_t>(std::unique(indices.begin(), indices.end()) - indices.begin());
}

/// A multi-opening sends, level by level from the leaves, in ascending order, the sibling of each node on an opened
/// path that is not on one itself. Calls `visit(level, index)` for each of them. `indices` are ascending and distinct.
template <class Visit>
void visit_siblings(unsigned log_leaves, std::span<const std::uint32_t> indices, Visit&& visit) noexcept {
    for (unsigned level = 0; level < log_leaves; ++level) {
        for (std::size_t i = 0; i < indices.size();) {
            const std::uint32_t sibling = (indices[i] >> level) ^ 1;
            bool opened = false;
            const std::uint32_t parent = indices[i] >> level >> 1;
            for (; i < indices.size() && (indices[i] >> level >> 1) == parent; ++i)
                opened |= (indices[i] >> level) == sibling;
            if (!opened) visit(level, sibling);
        }
    }
}

/// Number of siblings of a multi-opening. `indices` are ascending and distinct.
[[nodiscard]] inline std::size_t sibling_count(unsigned log_leaves, std::span<const std::uint32_t> indices) noexcept {
    std::size_t count = 0;
    visit_siblings(log_leaves, indices, [&](unsigned, std::uint32_t) { ++count; });
    return count;
}

/// A tree in memory of the caller: 2^log_leaves leaf digests, then level by level up to the root.
template <Hasher H>
class MerkleTree {
 public:
    using Digest = typename H::Digest;

    /// `nodes` has merkle_node_count(log_leaves) elements and outlives the tree.
    MerkleTree(std::span<Digest> nodes, unsigned log_leaves) noexcept : nodes_(nodes), log_leaves_(log_leaves) {}

    [[nodiscard]] unsigned log_leaves() const noexcept { return log_leaves_; }
    /// Nodes at distance `level` <= log_leaves from the leaves.
    [[nodiscard]] std::span<Digest> level(unsigned level) const noexcept {
        const std::size_t size = std::size_t{1} << (log_leaves_ - level);
        return nodes_.subspan((std::size_t{2} << log_leaves_) - 2 * size, size);
    }
    /// Fills all levels from level 0.
    void build() const noexcept {
        for (unsigned l = 0; l < log_leaves_; ++l) {
            const std::span<const Digest> below = level(l);
            const std::span<Digest> above = level(l + 1);
            for (std::size_t i = 0; i < above.size(); ++i) above[i] = H::compress(below[2 * i], below[2 * i + 1]);
        }
    }
    [[nodiscard]] const Digest& root() const noexcept { return nodes_.back(); }

    /// Writes the siblings from leaf to root, log_leaves of them.
    void open(std::uint32_t index, std::span<Digest> siblings) const noexcept {
        for (unsigned l = 0; l < log_leaves_; ++l) siblings[l] = level(l)[(index >> l) ^ 1];
    }
    /// Writes the siblings of a multi-opening; returns their number, sibling_count(log_leaves, indices). `indices` are
    /// ascending and distinct, and `siblings` has room.
    std::size_t open_multi(std::span<const std::uint32_t> indices, std::span<Digest> siblings) const noexcept {
        std::size_t count = 0;
        visit_siblings(log_leaves_, indices, [&](unsigned l, std::uint32_t i) { siblings[count++] = level(l)[i]; });
        return count;
    }

 private:
    std::span<Digest> nodes_;
    unsigned log_leaves_;
};

// ---- Checking ----------------------------------------------------------------------------------------------------

/// Whether `leaf` is the digest of leaf `index` of the tree of 2^log_leaves leaves under `root`.
template <Hasher H>
[[nodiscard]] MerkleStatus verify_path(const typename H::Digest& root, std::uint32_t index, unsigned log_leaves,
                                       const typename H::Digest& leaf,
                                       std::span<const typename H::Digest> siblings) noexcept {
    // A shorter path would make an inner node pass for a leaf; bits of the index above the depth would be read by
    // nobody.
    if (log_leaves > kMaxLogLeaves || siblings.size() != log_leaves || (std::uint64_t{index} >> log_leaves) != 0)
        return MerkleStatus::shape;
    typename H::Digest node = leaf;
    for (unsigned level = 0; level < log_leaves; ++level) {
        node = (index >> level & 1) == 0 ? H::compress(node, siblings[level]) : H::compress(siblings[level], node);
    }
    return node == root ? MerkleStatus::ok : MerkleStatus::root;
}

/// A node by its place in its level.
template <class Digest>
struct MerkleNode {
    std::uint32_t index;
    Digest digest;
};

/// Whether `opened` are leaves of the tree of 2^log_leaves leaves under `root`: at least one, by ascending and distinct
/// index. `siblings` are those of open_multi, exactly. `opened` is used as scratch and holds nothing of meaning
/// afterwards.
template <Hasher H>
[[nodiscard]] MerkleStatus verify_multi(const typename H::Digest& root, unsigned log_leaves,
                                        std::span<MerkleNode<typename H::Digest>> opened,
                                        std::span<const typename H::Digest> siblings) noexcept {
    if (log_leaves > kMaxLogLeaves || opened.empty()) return MerkleStatus::shape;
    for (std::size_t i = 0; i < opened.size(); ++i) {
        if ((std::uint64_t{opened[i].index} >> log_leaves) != 0) return MerkleStatus::shape;
        // Of two leaves with one index only one would be compared with the root.
        if (i != 0 && opened[i - 1].index >= opened[i].index) return MerkleStatus::shape;
    }
    std::size_t count = opened.size();
    std::size_t used = 0;
    for (unsigned level = 0; level < log_leaves; ++level) {
        std::size_t parents = 0;
        for (std::size_t i = 0; i < count;) {
            const MerkleNode<typename H::Digest>& node = opened[i];
            typename H::Digest parent;
            if ((node.index & 1) == 0 && i + 1 < count && opened[i + 1].index == node.index + 1) {
                parent = H::compress(node.digest, opened[i + 1].digest);
                i += 2;
            } else {
                if (used == siblings.size()) return MerkleStatus::shape;
                const typename H::Digest& sibling = siblings[used++];
                parent = (node.index & 1) == 0 ? H::compress(node.digest, sibling) : H::compress(sibling, node.digest);
                i += 1;
            }
            opened[parents++] = {node.index >> 1, parent};
        }
        count = parents;
    }
    // Siblings that nothing depends on could be changed without failing.
    if (used != siblings.size()) return MerkleStatus::shape;
    return opened[0].digest == root ? MerkleStatus::ok : MerkleStatus::root;
}

}  // namespace sluice::hash

// Merkle trees: openings of one leaf and of many, and what must not pass for one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/hash/merkle.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "support/catch.h"

namespace sluice::hash {
namespace {

std::vector<KoalaBear> random_row(std::mt19937_64& rng, std::size_t length) {
    std::vector<KoalaBear> row(length);
    for (KoalaBear& element : row)
        element = KoalaBear::from_canonical(static_cast<std::uint32_t>(rng() % KoalaBear::kModulus));
    return row;
}

/// A digest that differs in one place.
template <unsigned N>
void flip(FieldDigest<N>& digest, unsigned at) {
    digest.element[at % N] += KoalaBear::one();
}
void flip(ByteDigest& digest, unsigned at) {
    digest.word[at % 8] ^= 1u << at / 8 % 32;
}

template <class H>
struct RandomTree {
    using Digest = typename H::Digest;
    std::vector<Digest> nodes;
    MerkleTree<H> tree;

    RandomTree(std::mt19937_64& rng, unsigned log_leaves)
        : nodes(merkle_node_count(log_leaves)), tree(nodes, log_leaves) {
        for (Digest& leaf : tree.level(0)) leaf = H::hash_leaf(random_row(rng, 1));
        tree.build();
    }
    std::vector<MerkleNode<Digest>> opened(const std::vector<std::uint32_t>& indices) const {
        std::vector<MerkleNode<Digest>> nodes_opened;
        for (const std::uint32_t index : indices) nodes_opened.push_back({index, tree.level(0)[index]});
        return nodes_opened;
    }
    std::vector<Digest> siblings(const std::vector<std::uint32_t>& indices) const {
        std::vector<Digest> result(sibling_count(tree.log_leaves(), indices));
        REQUIRE(tree.open_multi(indices, result) == result.size());
        return result;
    }
    MerkleStatus verify(std::vector<MerkleNode<Digest>> nodes_opened, const std::vector<Digest>& siblings) const {
        return verify_multi<H>(tree.root(), tree.log_leaves(), nodes_opened, siblings);
    }
};

/// The root by recursion.
template <class H>
typename H::Digest naive_root(std::span<const typename H::Digest> leaves) {
    if (leaves.size() == 1) return leaves[0];
    return H::compress(naive_root<H>(leaves.first(leaves.size() / 2)), naive_root<H>(leaves.last(leaves.size() / 2)));
}

TEMPLATE_TEST_CASE("the root is the fold of the leaves by pairs", "", Poseidon2Hasher16, Poseidon2Hasher24,
                   Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (unsigned log_leaves = 0; log_leaves <= 6; ++log_leaves) {
        const RandomTree<TestType> random(rng, log_leaves);
        CHECK(random.tree.level(0).size() == std::size_t{1} << log_leaves);
        CHECK(random.tree.root() == naive_root<TestType>(random.tree.level(0)));
    }
}

TEMPLATE_TEST_CASE("a path opens its leaf, and nothing else", "", Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    using Digest = typename TestType::Digest;
    for (unsigned log_leaves = 0; log_leaves <= 4; ++log_leaves) {
        const RandomTree<TestType> random(rng, log_leaves);
        const MerkleTree<TestType>& tree = random.tree;
        for (std::uint32_t index = 0; index < tree.level(0).size(); ++index) {
            std::vector<Digest> siblings(log_leaves);
            tree.open(index, siblings);
            Digest leaf = tree.level(0)[index];
            const auto verify = [&](std::uint32_t at, unsigned depth) {
                return verify_path<TestType>(tree.root(), at, depth, leaf, siblings);
            };
            REQUIRE(verify(index, log_leaves) == MerkleStatus::ok);
            for (std::uint32_t other = 0; other < tree.level(0).size(); ++other)
                if (other != index) REQUIRE(verify(other, log_leaves) == MerkleStatus::root);
            // Indices that agree in the bits that are read.
            REQUIRE(verify(index + (1u << log_leaves), log_leaves) == MerkleStatus::shape);
            REQUIRE(verify(index | 1u << 31, log_leaves) == MerkleStatus::shape);
            // Lengths.
            REQUIRE(verify(index, log_leaves + 1) == MerkleStatus::shape);
            REQUIRE(verify(index, 32) == MerkleStatus::shape);
            siblings.push_back(leaf);
            REQUIRE(verify(index, log_leaves) == MerkleStatus::shape);
            siblings.pop_back();
            // Each place of each digest.
            const unsigned places = Digest::kElements;
            for (unsigned place = 0; place < places; ++place) {
                const Digest good = leaf;
                flip(leaf, place);
                REQUIRE(verify(index, log_leaves) == MerkleStatus::root);
                leaf = good;
                for (Digest& sibling : siblings) {
                    const Digest kept = sibling;
                    flip(sibling, place);
                    REQUIRE(verify(index, log_leaves) == MerkleStatus::root);
                    sibling = kept;
                }
            }
        }
    }
}

TEST_CASE("an inner node does not pass for a leaf") {
    SLUICE_RANDOM(rng);
    using H = Poseidon2Hasher16;
    const RandomTree<H> random(rng, 4);
    std::vector<H::Digest> siblings(4);
    random.tree.open(6, siblings);
    const std::span<const H::Digest> upper(siblings.data() + 1, 3);
    const H::Digest parent = random.tree.level(1)[3];
    CHECK(verify_path<H>(random.tree.root(), 3, 4, parent, upper) == MerkleStatus::shape);
    CHECK(verify_path<H>(random.tree.root(), 3, 3, parent, upper) ==
          MerkleStatus::ok);  // of a tree of 8 leaves it is one
    CHECK(random.verify({{3, parent}}, {upper.begin(), upper.end()}) == MerkleStatus::shape);
}

/// Siblings that a set of indices needs, by sets: level by level, ascending.
std::vector<std::pair<unsigned, std::uint32_t>> naive_siblings(unsigned log_leaves, std::set<std::uint32_t> nodes) {
    std::vector<std::pair<unsigned, std::uint32_t>> needed;
    for (unsigned level = 0; level < log_leaves; ++level) {
        std::set<std::uint32_t> above;
        std::set<std::uint32_t> missing;
        for (const std::uint32_t node : nodes) {
            if (nodes.count(node ^ 1) == 0) missing.insert(node ^ 1);
            above.insert(node / 2);
        }
        for (const std::uint32_t node : missing) needed.emplace_back(level, node);
        nodes = above;
    }
    return needed;
}

TEMPLATE_TEST_CASE("every set of leaves opens with just the siblings it needs, in one order", "", Poseidon2Hasher16,
                   Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (unsigned log_leaves = 0; log_leaves <= 3; ++log_leaves) {
        const RandomTree<TestType> random(rng, log_leaves);
        const unsigned leaves = 1u << log_leaves;
        for (unsigned set = 1; set < 1u << leaves; ++set) {
            std::vector<std::uint32_t> indices;
            for (std::uint32_t i = 0; i < leaves; ++i)
                if ((set >> i & 1) != 0) indices.push_back(i);
            const auto needed = naive_siblings(log_leaves, {indices.begin(), indices.end()});
            const auto siblings = random.siblings(indices);
            REQUIRE(siblings.size() == needed.size());
            for (std::size_t i = 0; i < needed.size(); ++i)
                REQUIRE(siblings[i] == random.tree.level(needed[i].first)[needed[i].second]);
            REQUIRE(random.verify(random.opened(indices), siblings) == MerkleStatus::ok);
        }
    }
}

TEMPLATE_TEST_CASE("pitfall 28: a changed opening of many leaves fails by its name", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    using Digest = typename TestType::Digest;
    for (unsigned round = 0; round < 40; ++round) {
        const unsigned log_leaves = static_cast<unsigned>(rng() % 8);
        const RandomTree<TestType> random(rng, log_leaves);
        std::vector<std::uint32_t> indices(1 + rng() % 12);
        for (std::uint32_t& index : indices) index = static_cast<std::uint32_t>(rng() % (1u << log_leaves));
        indices.resize(sort_distinct(indices));
        REQUIRE(std::is_sorted(indices.begin(), indices.end()));
        REQUIRE(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
        const auto opened = random.opened(indices);
        const auto siblings = random.siblings(indices);
        REQUIRE(random.verify(opened, siblings) == MerkleStatus::ok);

        // Digests.
        for (std::size_t i = 0; i < opened.size(); ++i) {
            auto changed = opened;
            flip(changed[i].digest, static_cast<unsigned>(rng() % 64));
            REQUIRE(random.verify(changed, siblings) == MerkleStatus::root);
        }
        for (std::size_t i = 0; i < siblings.size(); ++i) {
            auto changed = siblings;
            flip(changed[i], static_cast<unsigned>(rng() % 64));
            REQUIRE(random.verify(opened, changed) == MerkleStatus::root);
        }
        Digest other_root = random.tree.root();
        flip(other_root, static_cast<unsigned>(rng() % 64));
        auto scratch = opened;
        REQUIRE(verify_multi<TestType>(other_root, log_leaves, scratch, siblings) == MerkleStatus::root);
        // Siblings in another order.
        for (std::size_t i = 1; i < siblings.size(); ++i) {
            auto changed = siblings;
            std::swap(changed[i - 1], changed[i]);
            REQUIRE(random.verify(opened, changed) == MerkleStatus::root);
        }
        // Their number.
        for (std::size_t count = 0; count <= siblings.size() + 3; ++count) {
            if (count == siblings.size()) continue;
            auto changed = siblings;
            changed.resize(count, random.tree.root());
            REQUIRE(random.verify(opened, changed) == MerkleStatus::shape);
        }
        // Indices: repeated, out of order, out of range, none.
        auto changed = opened;
        changed.insert(changed.begin(), changed.front());
        REQUIRE(random.verify(changed, siblings) == MerkleStatus::shape);
        changed = opened;
        if (changed.size() > 1) {
            std::swap(changed.front(), changed.back());
            REQUIRE(random.verify(changed, siblings) == MerkleStatus::shape);
        }
        changed = opened;
        changed.back().index += 1u << log_leaves;
        REQUIRE(random.verify(changed, siblings) == MerkleStatus::shape);
        REQUIRE(random.verify({}, siblings) == MerkleStatus::shape);
        REQUIRE(random.verify({}, {}) == MerkleStatus::shape);
        // A depth that is not the tree's.
        for (const unsigned depth : {log_leaves + 1, 31u, 32u, ~0u}) {
            scratch = opened;
            const MerkleStatus status = verify_multi<TestType>(random.tree.root(), depth, scratch, siblings);
            REQUIRE(status != MerkleStatus::ok);
        }
        // A leaf at its neighbour's place: the siblings are as many if the neighbour is not opened too.
        for (std::size_t i = 0; i < opened.size() && log_leaves != 0; ++i) {
            changed = opened;
            changed[i].index ^= 1;
            REQUIRE(random.verify(changed, siblings) != MerkleStatus::ok);
        }
    }
}

TEMPLATE_TEST_CASE("leaves are rows of matrices, several rows of each, by column or by row", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (const LeafOrder order : {LeafOrder::by_column, LeafOrder::by_row}) {
        for (unsigned log_rows = 0; log_rows <= 3; ++log_rows) {
            constexpr unsigned kLogLeaves = 2;
            const std::size_t height = std::size_t{1} << (kLogLeaves + log_rows);
            const std::vector<KoalaBear> first = random_row(rng, 3 * height);
            const std::vector<KoalaBear> second = random_row(rng, 2 * (height + 5));
            const MatrixView matrices[] = {{first.data(), 3, height}, {second.data(), 2, height + 5}};
            const LeafShape shape{log_rows, order};
            std::vector<typename TestType::Digest> digests(std::size_t{1} << kLogLeaves);
            hash_leaves<TestType>(matrices, shape, digests);
            for (std::size_t leaf = 0; leaf < digests.size(); ++leaf) {
                std::vector<KoalaBear> content;
                const std::size_t rows = std::size_t{1} << log_rows;
                const auto add = [&](const std::vector<KoalaBear>& data, std::size_t stride, std::size_t columns) {
                    for (std::size_t i = 0; i < rows * columns; ++i) {
                        const std::size_t row = order == LeafOrder::by_column ? i % rows : i / columns;
                        const std::size_t column = order == LeafOrder::by_column ? i / rows : i % columns;
                        content.push_back(data[column * stride + leaf * rows + row]);
                    }
                };
                add(first, height, 3);
                add(second, height + 5, 2);
                REQUIRE(content.size() == leaf_length(matrices, 2, shape));
                REQUIRE(digests[leaf] == TestType::hash_leaf(content));
                std::vector<KoalaBear> copied(content.size());
                copy_leaf(matrices, shape, leaf, copied.data());
                REQUIRE(copied == content);
            }
        }
    }
}

}  // namespace
}  // namespace sluice::hash

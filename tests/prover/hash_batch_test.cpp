// Hashing in lanes gives what the plain code gives, on every instruction set. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <cstdint>
#include <vector>

#include "sluice/hash/batch.h"
#include "sluice/simd/instruction_sets.h"
#include "support/catch.h"

namespace sluice::hash {
namespace {

/// Elements whose Montgomery words are often at the ends of the range and near powers of two.
KoalaBear random_element(std::mt19937_64& rng) {
    constexpr std::uint32_t kP = KoalaBear::kModulus;
    switch (rng() % 4) {
        case 0:
            return KoalaBear::from_montgomery(static_cast<std::uint32_t>(rng() % 3));
        case 1:
            return KoalaBear::from_montgomery(kP - 1 - static_cast<std::uint32_t>(rng() % 3));
        case 2:
            return KoalaBear::from_montgomery(((1u << rng() % 31) + static_cast<std::uint32_t>(rng() % 3) + kP - 1) %
                                              kP);
        default:
            return KoalaBear::from_montgomery(static_cast<std::uint32_t>(rng() % kP));
    }
}
std::vector<KoalaBear> random_row(std::mt19937_64& rng, std::size_t length) {
    std::vector<KoalaBear> row(length);
    for (KoalaBear& element : row) element = random_element(rng);
    return row;
}

template <class Body>
void on_each_instruction_set(Body body) {
    for (const simd::InstructionSet& set : simd::available_instruction_sets()) {
        INFO(set.name);
        const simd::ForceInstructionSet forced(set);
        body();
    }
}

template <unsigned Width>
void check_permutations() {
    SLUICE_RANDOM(rng);
    on_each_instruction_set([&] {
        for (const std::size_t count : {0, 1, 7, 8, 15, 16, 17, 64, 400}) {
            const std::size_t stride = count + rng() % 3;
            std::vector<KoalaBear> states = random_row(rng, Width * stride);
            if (count == 16) std::fill(states.begin(), states.end(), KoalaBear::zero());
            if (count == 17)
                std::fill(states.begin(), states.end(), KoalaBear::from_montgomery(KoalaBear::kModulus - 1));
            std::vector<KoalaBear> expected = states;
            for (std::size_t s = 0; s < count; ++s) {
                KoalaBear state[Width];
                for (unsigned i = 0; i < Width; ++i) state[i] = expected[i * stride + s];
                poseidon2<Width>(state);
                for (unsigned i = 0; i < Width; ++i) expected[i * stride + s] = state[i];
            }
            batch::poseidon2<Width>(states.data(), stride, count);
            REQUIRE(states == expected);
        }
    });
}
TEST_CASE("Poseidon2 in lanes is the plain permutation") {
    check_permutations<16>();
    check_permutations<24>();
}

TEMPLATE_TEST_CASE("leaves in lanes are the plain leaves", "", Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    on_each_instruction_set([&] {
        for (unsigned round = 0; round < 40; ++round) {
            const LeafShape shape{static_cast<unsigned>(rng() % 4),
                                  rng() % 2 == 0 ? LeafOrder::by_column : LeafOrder::by_row};
            const std::size_t leaves = 1 + rng() % 300;
            const std::size_t height = leaves << shape.log_rows;
            const std::size_t stride = height + rng() % 5;
            const std::vector<KoalaBear> first = random_row(rng, 40 * stride);
            const std::vector<KoalaBear> second = random_row(rng, 3 * height);
            const MatrixView matrices[] = {{first.data(), rng() % 40, stride}, {second.data(), rng() % 4, height}};
            const std::size_t from = rng() % leaves;
            std::vector<typename TestType::Digest> digests(1 + rng() % (leaves - from));
            batch::hash_leaves<TestType>(matrices, shape, from, digests);
            for (std::size_t i = 0; i < digests.size(); ++i)
                REQUIRE(digests[i] == hash_matrix_leaf<TestType>(matrices, 2, shape, from + i));
        }
    });
}

TEMPLATE_TEST_CASE("trees in lanes are the plain trees", "", Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    using Digest = typename TestType::Digest;
    on_each_instruction_set([&] {
        for (unsigned log_leaves = 0; log_leaves <= 8; ++log_leaves) {
            std::vector<Digest> nodes(merkle_node_count(log_leaves));
            std::vector<Digest> plain_nodes(nodes.size());
            const MerkleTree<TestType> tree(nodes, log_leaves);
            const MerkleTree<TestType> plain(plain_nodes, log_leaves);
            for (std::size_t i = 0; i < tree.level(0).size(); ++i)
                tree.level(0)[i] = plain.level(0)[i] = TestType::hash_leaf(random_row(rng, 1));
            batch::build(tree);
            plain.build();
            REQUIRE(nodes == plain_nodes);
        }
        // Digests of any elements, which leaves seldom give.
        std::vector<Digest> below(2 * 37);
        std::vector<Digest> above(37);
        for (Digest& digest : below) {
            std::uint8_t bytes[Digest::kBytes];
            for (std::size_t i = 0; i < Digest::kBytes; i += 4) {
                const std::uint32_t word = random_element(rng).canonical();
                for (unsigned byte = 0; byte < 4; ++byte)
                    bytes[i + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
            }
            digest = *Digest::read(bytes);
        }
        batch::compress_pairs<TestType>(below, above);
        for (std::size_t i = 0; i < above.size(); ++i)
            REQUIRE(above[i] == TestType::compress(below[2 * i], below[2 * i + 1]));
    });
}

TEMPLATE_TEST_CASE("grinding in lanes gives the smallest nonce too", "", Poseidon2Hasher16, Poseidon2Hasher24,
                   Blake3Hasher) {
    SLUICE_RANDOM(rng);
    on_each_instruction_set([&] {
        for (unsigned round = 0; round < 2 * TestType::kRate; ++round) {
            Transcript<TestType> transcript("test");
            const std::vector<KoalaBear> row = random_row(rng, round);
            transcript.absorb("row", std::span<const KoalaBear>(row));
            const unsigned bits = round % 9;
            const auto nonce = grind(transcript, bits);
            REQUIRE(batch::grind(transcript, bits) == nonce);
            REQUIRE(transcript.check_grinding("grinding", bits, *nonce));
        }
        // A range, found or not.
        const GrindingStart<TestType> start = Transcript<TestType>("test").grinding_start();
        for (unsigned round = 0; round < 20; ++round) {
            const auto first = static_cast<std::uint32_t>(rng() % KoalaBear::kModulus);
            const auto count =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(rng() % 100, KoalaBear::kModulus - first));
            std::optional<KoalaBear> expected;
            for (std::uint32_t i = 0; i < count && !expected; ++i) {
                const KoalaBear nonce = KoalaBear::from_canonical(first + i);
                if (start.result(nonce).canonical() % 64 == 0) expected = nonce;
            }
            REQUIRE(batch::find_nonce<TestType>(start, 6, first, count) == expected);
        }
        REQUIRE(batch::find_nonce<TestType>(start, 20, KoalaBear::kModulus - 3, 3) == std::nullopt);
    });
}

}  // namespace
}  // namespace sluice::hash

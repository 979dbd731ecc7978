// Poseidon2, leaves, trees and grinding: the plain code and every instruction set. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <benchmark/benchmark.h>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sluice/hash/batch.h"
#include "sluice/simd/instruction_sets.h"

namespace sluice::hash {
namespace {

std::vector<KoalaBear> fixed_elements(std::size_t count) {
    std::vector<KoalaBear> elements(count);
    std::uint32_t word = 1;
    for (KoalaBear& element : elements) {
        word = word * 1664525 + 1013904223;
        element = KoalaBear::reduce(word);
    }
    return elements;
}

void count_permutations(benchmark::State& state, std::size_t per_iteration) {
    state.counters["permutations"] = benchmark::Counter(
        static_cast<double>(per_iteration) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

template <unsigned Width>
void plain_permutation(benchmark::State& state) {
    std::vector<KoalaBear> elements = fixed_elements(Width);
    for (auto _ : state) {
        poseidon2<Width>(elements.data());
        benchmark::DoNotOptimize(elements.data());
        benchmark::ClobberMemory();
    }
    count_permutations(state, 1);
}

template <unsigned Width>
void permutations(benchmark::State& state, const simd::InstructionSet& set) {
    const simd::ForceInstructionSet forced(set);
    constexpr std::size_t kStates = 256;
    std::vector<KoalaBear> elements = fixed_elements(Width * kStates);
    for (auto _ : state) {
        batch::poseidon2<Width>(elements.data(), kStates, kStates);
        benchmark::ClobberMemory();
    }
    count_permutations(state, kStates);
}

constexpr unsigned kColumns = 32;

/// Leaves and tree of 2^range(0) rows of 32 columns.
template <class H, bool kPlain>
void merkle(benchmark::State& state, const simd::InstructionSet& set) {
    const simd::ForceInstructionSet forced(set);
    const auto log_leaves = static_cast<unsigned>(state.range(0));
    const std::size_t leaves = std::size_t{1} << log_leaves;
    const std::vector<KoalaBear> elements = fixed_elements(kColumns * leaves);
    const MatrixView matrix{elements.data(), kColumns, leaves};
    std::vector<typename H::Digest> nodes(merkle_node_count(log_leaves));
    const MerkleTree<H> tree(nodes, log_leaves);
    for (auto _ : state) {
        if constexpr (kPlain) {
            hash_leaves<H>({&matrix, 1}, {}, tree.level(0));
            tree.build();
        } else {
            batch::hash_leaves<H>({&matrix, 1}, {}, 0, tree.level(0));
            batch::build(tree);
        }
        benchmark::DoNotOptimize(tree.root());
    }
    const double cells = static_cast<double>(kColumns * leaves) * static_cast<double>(state.iterations());
    state.counters["cells"] = benchmark::Counter(cells, benchmark::Counter::kIsRate);
}

/// Nonces tried: none in the range is right.
template <class H>
void nonces(benchmark::State& state, const simd::InstructionSet& set) {
    const simd::ForceInstructionSet forced(set);
    constexpr std::uint32_t kNonces = 1024;
    const GrindingStart<H> start = Transcript<H>("benchmark").grinding_start();
    std::uint32_t first = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(batch::find_nonce<H>(start, kMaxSampleBits, first, kNonces));
        first = (first + kNonces) % (1u << 30);
    }
    count_permutations(state, kNonces);
}

void register_all() {
    const auto add = [](const std::string& name, auto function, const simd::InstructionSet& set) {
        return benchmark::RegisterBenchmark((name + "/" + set.name).c_str(), function, set);
    };
    benchmark::RegisterBenchmark("poseidon2_16/plain", plain_permutation<16>);
    benchmark::RegisterBenchmark("poseidon2_24/plain", plain_permutation<24>);
    const std::vector<simd::InstructionSet> sets = simd::available_instruction_sets();
    for (const simd::InstructionSet& set : sets) {
        add("poseidon2_16", permutations<16>, set);
        add("poseidon2_24", permutations<24>, set);
        add("nonces_16", nonces<Poseidon2Hasher16>, set);
    }
    const auto add_tree = [&](const std::string& name, auto function, const simd::InstructionSet& set, int log_leaves) {
        add(name, function, set)->Arg(log_leaves)->Unit(benchmark::kMillisecond);
    };
    for (const simd::InstructionSet& set : sets) {
        add_tree("merkle_16", merkle<Poseidon2Hasher16, false>, set, 14);
        add_tree("merkle_24", merkle<Poseidon2Hasher24, false>, set, 14);
    }
    const simd::InstructionSet plain{sets.front().target, "plain"};
    add_tree("merkle_16", merkle<Poseidon2Hasher16, true>, plain, 14);
    add_tree("merkle_24", merkle<Poseidon2Hasher24, true>, plain, 14);
    add_tree("merkle_blake3", merkle<Blake3Hasher, true>, plain, 14);
    add_tree("merkle_16", merkle<Poseidon2Hasher16, false>, sets.front(), 20);
    add_tree("merkle_24", merkle<Poseidon2Hasher24, false>, sets.front(), 20);
    add_tree("merkle_blake3", merkle<Blake3Hasher, true>, plain, 20);
}

}  // namespace
}  // namespace sluice::hash

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    sluice::hash::register_all();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

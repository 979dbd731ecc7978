// Kernels of commitments: encoding, trees, grinding. SPDX-License-Identifier: MIT OR Apache-2.0
#include <string>

#include "bench.h"
#include "encode_kernels.h"
#include "hash_kernels.h"

namespace sluice::backend_cuda {

namespace {

/// Products of a permutation: two for each S-box, and the diagonal of the partial rounds.
template <unsigned Width>
constexpr double permutation_products() {
    using P = hash::Poseidon2<Width>;
    return 2.0 * (P::kFullRounds * Width + P::kPartialRounds) + double{1} * P::kPartialRounds * Width;
}

/// 64 columns at rate 1/2, as a commitment has them.
void encoding(benchmark::State& state, const Fixture& fixture) {
    const unsigned h = Subject::get().log_size(20, 13);
    const std::uint64_t columns = Subject::get().card() ? 64 : 2;
    const std::uint64_t message = std::uint64_t{1} << h;
    const DeviceBuffer<KoalaBear> source = fixture.values(columns * message);
    const DeviceBuffer<KoalaBear> words = fixture.values(columns * 2 * message);
    EncodePass pass{};
    pass.source = source.data();
    pass.source_stride = message;
    pass.polynomials = columns;
    pass.code_words = words.data();
    pass.stride = 2 * message;
    pass.log_message = h;
    pass.log_rate = 1;
    pass.roots = fixture.roots();
    const auto values = static_cast<double>(columns * 2 * message);
    const unsigned passes = h <= EncodePass::kMaxTileLog ? 1 : 1 + (h - EncodePass::kMaxTileLog + 7) / 8;
    // The shift of the first pass, and half a product for each value and stage.
    measure(state, fixture, {8 * values * passes, values * (1 + h / 2.0), static_cast<double>(columns * message)},
            [&] { encode(fixture.context(), pass, columns); });
}

template <class Hasher>
void leaves(benchmark::State& state, const Fixture& fixture) {
    constexpr unsigned kLogRows = 2;
    const std::uint64_t columns = Subject::get().card() ? 64 : 3;
    const std::uint64_t count = std::uint64_t{1} << Subject::get().log_size(19, 5);
    const std::uint64_t length = count << kLogRows;
    const DeviceBuffer<KoalaBear> words = fixture.values(columns * length);
    const DeviceBuffer<typename Hasher::Digest> digests(fixture.context(), count);
    const std::uint64_t blocks = ((columns << kLogRows) + Hasher::kRate - 1) / Hasher::kRate;
    const auto permutations = static_cast<double>(count * blocks);
    measure(state, fixture,
            {static_cast<double>(words.bytes() + digests.bytes()),
             permutations * permutation_products<Hasher::kWidth>(), permutations},
            [&] {
                launch(fixture.stream(), count,
                       HashLeaves<Hasher>{words.data(), columns, length, kLogRows, false, digests.data()});
            });
}

/// All of a tree above its leaves.
template <class Hasher>
void tree(benchmark::State& state, const Fixture& fixture, unsigned log_leaves) {
    using Digest = typename Hasher::Digest;
    const DeviceBuffer<Digest> nodes(fixture.context(), hash::merkle_node_count(log_leaves));
    launch(fixture.stream(), std::uint64_t{1} << log_leaves,
           HashLeaves<Hasher>{fixture.values(std::uint64_t{1} << log_leaves).data(), 1, std::uint64_t{1} << log_leaves,
                              0, false, nodes.data()});
    const auto permutations = static_cast<double>((std::uint64_t{1} << log_leaves) - 1);
    measure(state, fixture,
            {3 * permutations * sizeof(Digest), permutations * permutation_products<Hasher::kWidth>(), permutations},
            [&] { hash_tree<Hasher>(fixture.context(), nodes.data(), log_leaves); });
}

template <class Hasher>
void grinding(benchmark::State& state, const Fixture& fixture) {
    const std::uint64_t nonces = std::uint64_t{1} << Subject::get().log_size(22, 5);
    const DeviceBuffer<std::uint32_t> best(fixture.context(), 1);
    fixture.stream().clear(best.data().raw(), best.bytes());
    const hash::GrindingStart<Hasher> start = hash::Transcript<Hasher>("benchmark of grinding").grinding_start();
    const auto tried = static_cast<double>(nonces);
    measure(state, fixture, {0, tried * permutation_products<Hasher::kWidth>(), tried}, [&] {
        launch(fixture.stream(), nonces, FindNonce<Hasher>{start, (std::uint32_t{1} << 22) - 1, 0, best.data()});
    });
}

template <class Hasher>
void add_hasher(const std::string& name) {
    add(name + "/leaves of 256", leaves<Hasher>);
    add(name + "/tree", [](benchmark::State& state, const Fixture& fixture) {
        tree<Hasher>(state, fixture, Subject::get().log_size(20, 6));
    });
    add(name + "/top of a tree", [](benchmark::State& state, const Fixture& fixture) {
        tree<Hasher>(state, fixture, HashTop<Hasher>::kMaxLogSize);
    });
    add(name + "/grinding", grinding<Hasher>);
}

}  // namespace

void add_commit_benchmarks() {
    add_hasher<hash::Poseidon2Hasher16>("poseidon2_16");
    add("encode", encoding);
    add_hasher<hash::Poseidon2Hasher24>("poseidon2_24");
}

}  // namespace sluice::backend_cuda

// The sponge in a block of threads, against the transcript's. SPDX-License-Identifier: MIT OR Apache-2.0
#include <random>
#include <string>
#include <vector>

#include "buffer.h"
#include "cuda_device.h"
#include "launch.h"
#include "sluice/hash/transcript.h"
#include "sponge_kernels.h"

namespace sluice::backend_cuda {
namespace {

/// Absorbs `Elements` elements at a time and writes what it could sample after each.
template <class Hasher, unsigned Elements>
struct SpongeRounds {
    static constexpr unsigned kThreads = 64;
    using Sponge = SpongeLanes<Hasher, Elements>;
    using Shared = typename Sponge::Shared;
    using Local = Nothing;

    typename Hasher::Sponge start;
    unsigned rounds;
    DevicePointer<const KoalaBear> elements;
    DevicePointer<KoalaBear> sampled;

    [[nodiscard]] SLUICE_HD unsigned phases() const { return 1 + rounds * (Sponge::kPhases + 2); }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local&) const {
        if (phase == 0) return Sponge::load(block.thread, shared, start);
        const unsigned round = (phase - 1) / (Sponge::kPhases + 2);
        const unsigned step = (phase - 1) % (Sponge::kPhases + 2);
        const auto element = [&](unsigned i) { return elements[round * Elements + i]; };
        if (step == 0) {
            if (block.thread == 0) Sponge::begin(shared, element);
        } else if (step <= Sponge::kPhases) {
            Sponge::run(step - 1, block.thread, shared, element);
        } else if (block.thread < Sponge::kRate) {
            sampled[round * Sponge::kRate + block.thread] = Sponge::output(shared, block.thread);
        }
    }
};

template <class Hasher, unsigned Elements>
void compare_sponges(std::mt19937_64& rng) {
    constexpr unsigned kRounds = 20;
    INFO("rate " << Hasher::kRate << ", " << Elements << " elements");
    hash::Transcript<Hasher> transcript("test of sponges");
    static_cast<void>(transcript.sample_base("before"));
    std::vector<KoalaBear> elements(kRounds * Elements), expected;
    for (KoalaBear& element : elements) element = KoalaBear::reduce(rng());
    // The words that reductions have to be most careful with.
    for (unsigned i = 0; i < Elements; ++i) elements[i] = KoalaBear::from_montgomery(KoalaBear::kModulus - 1);
    const hash::GrindingStart<Hasher> start = transcript.grinding_start();
    REQUIRE(start.count == 0);
    for (unsigned round = 0; round < kRounds; ++round) {
        transcript.absorb_elements("round", elements.data() + round * Elements, Elements);
        for (unsigned i = 0; i < Hasher::kRate; ++i) expected.push_back(transcript.sample_base("challenge"));
    }
    for (const Order order : {Order::ascending, Order::descending, Order::scattered}) {
        auto device = *make_host_device({.order = order, .guard = true});
        auto pool = Pool::make(device, 1 << 20);
        REQUIRE(pool.ok());
        auto stream = *device->make_stream();
        const Context context{**pool, *stream};
        const DeviceBuffer<KoalaBear> on_device(context, std::span<const KoalaBear>(elements));
        const DeviceBuffer<KoalaBear> sampled(context, expected.size());
        launch_on_host(*stream->host(), 1,
                       SpongeRounds<Hasher, Elements>{start.sponge, kRounds, on_device.data(), sampled.data()});
        CHECK(sampled.download(*stream) == expected);
    }
}

TEST_CASE("a block's sponge gives the challenges of the transcript, for blocks that are full, short and several") {
    SLUICE_RANDOM(rng);
    compare_sponges<hash::Poseidon2Hasher16, 1>(rng);
    compare_sponges<hash::Poseidon2Hasher16, 8>(rng);
    compare_sponges<hash::Poseidon2Hasher16, 12>(rng);
    compare_sponges<hash::Poseidon2Hasher16, 16>(rng);
    compare_sponges<hash::Poseidon2Hasher16, 17>(rng);
    compare_sponges<hash::Poseidon2Hasher24, 10>(rng);
    compare_sponges<hash::Poseidon2Hasher24, 15>(rng);
    compare_sponges<hash::Poseidon2Hasher24, 20>(rng);
    compare_sponges<hash::Poseidon2Hasher24, 47>(rng);
}

}  // namespace
}  // namespace sluice::backend_cuda

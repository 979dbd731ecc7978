// Last rounds of sum-checks, which one block makes. SPDX-License-Identifier: MIT OR Apache-2.0
#include <string>
#include <type_traits>
#include <vector>

#include "bench.h"
#include "chip_code.h"
#include "gkr_tail.h"
#include "sumcheck_tail_kernels.h"
#include "zerocheck_tail_kernels.h"

namespace sluice::backend_cuda {

namespace {

template <unsigned D>
struct Tails : ChipCode {
    using Ext = Extension<D>;
    using Hasher = std::conditional_t<D == 4, hash::Poseidon2Hasher16, hash::Poseidon2Hasher24>;
    static constexpr double kExt = D * sizeof(KoalaBear);
    static constexpr double kProduct = D * D;

    /// Items are rounds.
    template <class Rounds>
    static void measure_tail(benchmark::State& state, const Fixture& fixture, Work work, const Rounds& rounds) {
        work.items = rounds.rounds();
        const DeviceBuffer<Ext> out(fixture.context(), tail_size<Rounds>(rounds.rounds()));
        const hash::GrindingStart<Hasher> start = hash::Transcript<Hasher>("benchmark").grinding_start();
        measure(state, fixture, work, [&] {
            launch(fixture.stream(), 1, Tail<D, Rounds, Hasher>{rounds, start.sponge, Ext::one(), out.data()});
        });
    }

    /// Interactions of one height, half of them fractions, down to the children.
    static void gkr(benchmark::State& state, const Fixture& fixture) {
        const unsigned place_variables = Subject::get().log_size(6, 2);
        const unsigned rows = Subject::get().log_size(5, 3);
        const std::uint32_t fractions = std::uint32_t{1} << place_variables, count = 2 * fractions;
        std::vector<std::uint32_t> firsts;
        for (unsigned variables = 0; variables <= rows; ++variables) {
            for (std::uint32_t s = 0; s <= count; ++s) firsts.push_back(s << variables);
        }
        std::vector<GkrPlace> places;
        for (std::uint32_t s = 0; s < count; ++s) places.push_back({s < fractions ? 0u : 2u, s % fractions});
        const DeviceBuffer<std::uint32_t> device_firsts(fixture.context(), std::span<const std::uint32_t>(firsts));
        const DeviceBuffer<GkrPlace> device_places(fixture.context(), std::span<const GkrPlace>(places));
        const std::vector<Ext> ones(rows + place_variables + count, Ext::one());
        const DeviceBuffer<Ext> parameters(fixture.context(), std::span<const Ext>(ones));
        const DeviceBuffer<Ext> children(fixture.context(), GkrTail<D>::kChildren);

        GkrTail<D> tail{};
        tail.segments = {device_firsts.data(), device_places.data(), count, count - fractions};
        tail.row_rounds = rows;
        tail.place_rounds = place_variables;
        tail.folds_first = true;
        std::vector<ExtBuffer<D>> memory;
        const auto make = [&](std::uint64_t size) { return memory.emplace_back(fixture.vector<D>(size)).view(); };
        const std::uint64_t groups = std::uint64_t{count} << rows;  // that are read first
        tail.source = {make(4 * groups), make(2 * groups), {}};
        for (NodesView<D, false>& nodes : tail.turns) nodes = {make(2 * groups), make(groups), {}};
        tail.point = tail.inverses = tail.weights = parameters.data();
        tail.row_eq.values = make(EqHeap<D>::size_for(rows - 1));
        tail.place_eq.values = make(EqHeap<D>::size_for(place_variables));
        for (ExtView<D>& list : tail.children) list = make(GkrTail<D>::kChildren << place_variables);
        tail.last_children = children.data();

        // Of a group: folding it, its sums, and their weight; of a pair of places three values, and what is bound.
        const auto folded = static_cast<double>(groups - count), pairs = static_cast<double>(fractions);
        measure_tail(state, fixture,
                     {3 * folded * 4 * 1.5 * kExt + 3 * pairs * 12 * kExt,
                      folded * ((4 + 2 + 8 + 8) / 2.0 + 3) * kProduct + pairs * (3 * 15 + 12) * kProduct},
                     tail);
    }

    static void product(benchmark::State& state, const Fixture& fixture) {
        const unsigned log_size = Subject::get().log_size(14, 6);
        const std::uint64_t size = std::uint64_t{1} << log_size;
        const auto a = fixture.vector<D>(size), b = fixture.vector<D>(size);
        const auto half_a = fixture.vector<D>(size / 2), half_b = fixture.vector<D>(size / 2);
        ProductTail<D> tail{};
        tail.count = log_size - 1;
        tail.size = size;
        tail.a[0] = a.view();
        tail.a[1] = half_a.view();
        tail.b[0] = b.view();
        tail.b[1] = half_b.view();
        tail.kept_round = tail.count + 1;
        // As ProductRounds of sizes that are halved.
        const auto n = static_cast<double>(size);
        measure_tail(state, fixture, {2 * 3 * n * kExt, 2 * n / 4 * 6 * kProduct}, tail);
    }

    /// Chips of one height and code, each with one part that has a linear form, into which all uses go.
    static void zerocheck(benchmark::State& state, const Fixture& fixture) {
        const std::uint32_t count = std::uint32_t{1} << Subject::get().log_size(5, 2);
        const unsigned log_rows = Subject::get().log_size(5, 4);
        const std::uint64_t rows = std::uint64_t{1} << log_rows;  // that are folded first
        const backend::TileCode made = code();
        const DeviceProgram program(fixture.context(), made, std::vector<DevicePointer<const KoalaBear>>(kColumns),
                                    kScalars);
        std::vector<PartUse<D>> uses;
        for (std::uint32_t u = 0; u < kUses; ++u) uses.push_back({Ext::one(), 0, pack(made.uses[u][0]), false});
        const std::vector<PartStart<D>> parts{{Ext::one(), 0, true}};
        const DeviceBuffer<PartUse<D>> device_uses(fixture.context(), std::span<const PartUse<D>>(uses));
        const DeviceBuffer<PartStart<D>> device_parts(fixture.context(), std::span<const PartStart<D>>(parts));
        std::vector<ExtBuffer<D>> memory;
        const auto make = [&](std::uint64_t size) { return memory.emplace_back(fixture.vector<D>(size)).view(); };
        std::vector<TailChip<D>> chips;
        for (std::uint32_t c = 0; c < count; ++c) {
            chips.push_back({program.view(),
                             device_uses.data(),
                             device_parts.data(),
                             1,
                             kColumns,
                             1,
                             kSlots,
                             rows,
                             {make(rows), make(rows / 2)},
                             {make(kColumns * rows), make(kColumns * rows / 2)}});
        }
        const DeviceBuffer<TailChip<D>> device_chips(fixture.context(), std::span<const TailChip<D>>(chips));
        ZerocheckTail<D> tail{};
        tail.chips = device_chips.data();
        tail.count = log_rows - 1;
        std::vector<std::uint32_t> values, pairs;
        for (unsigned bound = 0; bound <= tail.count; ++bound) {
            const auto each = static_cast<std::uint32_t>(chips[0].pairs_with(bound));
            for (std::uint32_t c = 0; c <= count; ++c) {
                pairs.push_back(c * each);
                values.push_back(c * 2 * each * (kColumns + 1));
            }
        }
        const DeviceBuffer<std::uint32_t> device_values(fixture.context(), std::span<const std::uint32_t>(values));
        const DeviceBuffer<std::uint32_t> device_pairs(fixture.context(), std::span<const std::uint32_t>(pairs));
        tail.values = {device_values.data(), count};
        tail.pairs = {device_pairs.data(), count};
        const std::vector<Ext> ones(tail.count, Ext::one());
        const DeviceBuffer<Ext> parameters(fixture.context(), std::span<const Ext>(ones));
        tail.point = tail.inverses = parameters.data();
        tail.eq.values = make(EqHeap<D>::size_for(tail.count - 1));
        const auto slots = fixture.values((kSlots + 1) * D * kTailThreads);
        tail.memory = slots.data();

        // As ZerocheckRound of sizes that are halved.
        const double n = 2.0 * count * static_cast<double>(rows), x = n / 4;
        measure_tail(state, fixture,
                     {1.5 * n * (kColumns + 1) * kExt,
                      (x * (3 * (kInstructions / 2 + kUses + 1) + 1) + n / 2 * (kColumns + 1)) * kProduct},
                     tail);
    }

    static void add_all() {
        const std::string degree = "degree " + std::to_string(D);
        add("gkr/last rounds/" + degree, gkr);
        add("jagged/last rounds/" + degree, product);
        add("zerocheck/last rounds/" + degree, zerocheck);
    }
};

}  // namespace

void add_tail_benchmarks() {
    Tails<4>::add_all();
    Tails<5>::add_all();
}

}  // namespace sluice::backend_cuda

// Kernels of GKR, zerocheck, jagged reduction and openings. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "bench.h"
#include "chip_code.h"
#include "gkr_kernels.h"
#include "jagged_kernels.h"
#include "opening_kernels.h"
#include "sumcheck.h"
#include "whir_kernels.h"
#include "zerocheck_kernels.h"

namespace sluice::backend_cuda {

namespace {

constexpr double kWord = sizeof(KoalaBear);

template <unsigned D>
struct Steps : ChipCode {
    using Ext = Extension<D>;
    static constexpr double kExt = D * kWord;
    static constexpr double kProduct = D * D;  ///< of two elements; D by one of the prime field

    /// Any element that is not of the prime field.
    static Ext some() {
        Ext value;
        for (unsigned l = 0; l < D; ++l) value.limb[l] = KoalaBear::from_canonical(1000003 + l);
        return value;
    }

    /// Sums of blocks, without adding them up.
    template <class Term>
    static void measure_sum(benchmark::State& state, const Fixture& fixture, const Work& work, std::uint64_t count,
                            const Term& term, std::uint64_t most_blocks = kMaxSumBlocks) {
        const std::uint64_t blocks = sum_blocks<Term>(count, most_blocks);
        const DeviceBuffer<typename Term::Value> sums(fixture.context(), blocks);
        measure(state, fixture, work, [&] {
            launch(fixture.stream(), blocks, SumBlocks<Term>{term, count, blocks, sums.data()});
        });
    }

    static EqView<D> fill_eq(const Fixture& fixture, const EqTable<D>& table, unsigned variables) {
        return table.fill(fixture.context(), std::vector<Ext>(variables, some()));
    }

    // ---- Vectors: folding and rounds

    static unsigned log_vector() { return Subject::get().log_size(24, 8); }

    static void fold_vector(benchmark::State& state, const Fixture& fixture) {
        const std::uint64_t size = std::uint64_t{1} << log_vector();
        const auto source = fixture.vector<D>(size), target = fixture.vector<D>(size / 2);
        const auto n = static_cast<double>(size);
        measure(state, fixture, {1.5 * n * kExt, n / 2 * kProduct}, [&] {
            launch(fixture.stream(), size / 2, FoldVector<D>{source.view(), target.view(), size, some()});
        });
    }

    template <bool kFold>
    static void weighted(benchmark::State& state, const Fixture& fixture) {
        const std::uint64_t size = std::uint64_t{1} << log_vector();
        const auto source = fixture.vector<D>(size), target = fixture.vector<D>(size / 2);
        const EqTable<D> table(fixture.context(), log_vector());
        const EqView<D> eq = fill_eq(fixture, table, log_vector() - (kFold ? 2 : 1));
        const auto n = static_cast<double>(size);
        // A pair takes eq and two weighted values; folding, two products more.
        const Work work = kFold ? Work{1.5 * n * kExt, n / 4 * 5 * kProduct} : Work{n * kExt, n / 2 * 3 * kProduct};
        measure_sum(state, fixture, work, size / (kFold ? 4 : 2),
                    WeightedRound<D, kFold>{source.view(), target.view(), size, eq, some()});
    }

    /// Products that so many rounds in a pass take for an element of both vectors.
    static constexpr double products_of_element(unsigned rounds) { return rounds == 1 ? 2 / 2.0 : 8 / 4.0; }

    template <unsigned kRounds, unsigned kBind>
    static void product(benchmark::State& state, const Fixture& fixture) {
        const std::uint64_t size = std::uint64_t{1} << log_vector(), bound = size >> kBind;
        const auto a = fixture.vector<D>(size), b = fixture.vector<D>(size);
        const auto next_a = fixture.vector<D>(bound), next_b = fixture.vector<D>(bound);
        const auto from = static_cast<double>(size), to = static_cast<double>(bound);
        // A variable that is bound leaves half of the elements, each by a product.
        const Work work{(2 * from + (kBind == 0 ? 0 : 2 * to)) * kExt,
                        (2 * (from - to) + to * products_of_element(kRounds)) * kProduct};
        measure_sum(
            state, fixture, work, bound >> kRounds,
            ProductRounds<D, kRounds, kBind>{a.view(), b.view(), next_a.view(), next_b.view(), size, {some(), some()}});
    }

    // ---- GKR: one interaction of products and one of fractions, of the same size

    struct Layer {
        Layer(const Fixture& fixture, std::uint64_t count)
            : groups(count),
              values(fixture.vector<D>(8 * count)),
              numerators(fixture.vector<D>(4 * count)),
              leaves(fixture.values(4 * count)) {}
        template <bool kLeaves>
        [[nodiscard]] NodesView<D, kLeaves> view() const {
            return {values.view(), numerators.view(), leaves.data()};
        }
        std::uint64_t groups;  ///< of each interaction
        ExtBuffer<D> values, numerators;
        DeviceBuffer<KoalaBear> leaves;
    };

    /// What `to` is made from lies in `from`.
    static SegmentsView<D> segments(const DeviceBuffer<Segment<D>>& memory, const Layer& to, const Layer& from) {
        return {memory.data(), 2, 1, to.groups, from.groups};
    }
    static DeviceBuffer<Segment<D>> make_segments(const Fixture& fixture, const Layer& to, const Layer& from,
                                                  std::uint64_t at_once = 1) {
        const std::vector<Segment<D>> two{{0, 0, from.groups, some(), 0},
                                          {to.groups / at_once, from.groups, from.groups, some(), to.groups}};
        return {fixture.context(), std::span<const Segment<D>>(two)};
    }
    static unsigned log_groups() { return Subject::get().log_size(20, 4); }

    template <bool kLeaves>
    static void build_layer(benchmark::State& state, const Fixture& fixture) {
        const Layer below(fixture, std::uint64_t{1} << log_groups()), above(fixture, below.groups / 2);
        const auto memory = make_segments(fixture, above, below);
        const double nodes = 4 * static_cast<double>(above.groups);
        const double numerator = kLeaves ? kWord : kExt;
        const double products = nodes * kProduct + nodes * (kProduct + 2 * (kLeaves ? D : kProduct));
        measure(state, fixture, {nodes * (3 * kExt + 3 * kExt + 2 * numerator + kExt), products}, [&] {
            launch(fixture.stream(), 8 * above.groups,
                   BuildLayer<D, kLeaves>{segments(memory, above, below), below.template view<kLeaves>(),
                                          above.template view<false>()});
        });
    }

    /// Two interactions of a term that binds kBind variables, for pairs of groups if `rounds` is 2.
    template <unsigned kBind, bool kLeaves, class Term>
    static void gkr_rounds(benchmark::State& state, const Fixture& fixture, Term term, unsigned rounds,
                           double products_of_group) {
        const Layer source(fixture, std::uint64_t{1} << log_groups());
        const Layer target(fixture, source.groups >> kBind);
        const auto memory = make_segments(fixture, target, source, rounds);
        const EqTable<D> table(fixture.context(), log_groups());
        term.segments = segments(memory, target, source);
        term.nodes.source = source.template view<kLeaves>();
        term.nodes.target = target.template view<false>();
        term.eq = fill_eq(fixture, table, log_groups() - kBind - rounds + 1);
        term.nodes.r[0] = term.nodes.r[1] = term.lambda = some();
        const auto from = static_cast<double>(source.groups), to = static_cast<double>(target.groups);
        double bytes = 4 * from * (2 * kExt + (kLeaves ? kWord : kExt));
        double products = to * products_of_group * kProduct;
        if (kBind != 0) {
            // A line for each node that is made, and those of the variable before, twice as many.
            const double lines = kBind == 1 ? 4 : 12;
            const double leaf_lines = kLeaves ? (kBind == 1 ? 4 : 8) : 0;
            bytes += 4 * to * 3 * kExt;
            products += to * (3 * lines - leaf_lines) * kProduct + to * leaf_lines * D;
        }
        measure_sum(state, fixture, {bytes, products}, 2 * target.groups / rounds, term);
    }
    /// Of both interactions: eq, its weight, and two weighted terms, of fractions of three products.
    template <unsigned kBind, bool kLeaves>
    static void gkr_round(benchmark::State& state, const Fixture& fixture) {
        gkr_rounds<kBind, kLeaves>(state, fixture, GkrRound<D, kBind, kLeaves>{}, 1, (2 + 4) + (2 + 8));
    }
    /// For a pair of groups: nine weighted terms, of fractions of two products, and lambda at four nodes.
    template <unsigned kBind, bool kLeaves>
    static void gkr_two_rounds(benchmark::State& state, const Fixture& fixture) {
        gkr_rounds<kBind, kLeaves>(state, fixture, GkrTwoRounds<D, kBind, kLeaves>{}, 2,
                                   ((2 + 18) + (2 + 27 + 4)) / 2.0);
    }

    // ---- Programs

    static unsigned log_rows() { return Subject::get().log_size(20, 6); }

    /// Every other use is a fraction; each has four elements.
    static void build_leaves(benchmark::State& state, const Fixture& fixture) {
        constexpr std::uint32_t kElements = 4;
        const std::uint64_t rows = std::uint64_t{1} << log_rows();
        const auto columns = fixture.values(kColumns * rows);
        const backend::TileCode made = code();
        const DeviceProgram program(fixture.context(), made, places(columns, rows), kScalars);
        std::vector<LeafUse<D>> uses;
        for (std::uint32_t u = 0; u < kUses; ++u)
            uses.push_back({some(), pack(made.uses[u][0]), 0, kElements, u * rows, u / 2 * rows, u % 2 == 0});
        std::vector<PackedOperand> elements;
        for (std::uint32_t e = 0; e < kElements; ++e) elements.push_back(pack({backend::Operand::Kind::column, e}));
        const std::vector<Ext> weights(kElements, some());
        const DeviceBuffer<LeafUse<D>> device_uses(fixture.context(), std::span<const LeafUse<D>>(uses));
        const DeviceBuffer<PackedOperand> device_elements(fixture.context(), std::span<const PackedOperand>(elements));
        const DeviceBuffer<Ext> device_weights(fixture.context(), std::span<const Ext>(weights));
        const std::uint64_t threads = std::min<std::uint64_t>(rows, kProgramThreads);
        const auto slots = fixture.values(kSlots * threads);
        const auto values = fixture.vector<D>(kUses * rows);
        const auto numerators = fixture.values(kUses / 2 * rows);
        const auto n = static_cast<double>(rows);
        measure(state, fixture,
                {n * (kColumns * kWord + kUses * kExt + kUses / 2 * kWord),
                 n * (kInstructions / 2 + kUses * kElements * D + kUses / 2 * D), n},
                [&] {
                    launch(fixture.stream(), threads,
                           BuildLeaves<D>{program.view(), device_uses.data(), kUses, device_elements.data(),
                                          device_weights.data(), slots.data(), threads, rows, values.view(),
                                          numerators.data()});
                });
    }

    /// One part with a linear form, into which all uses go. Later rounds fold what the first left, from the committed
    /// columns (round 2) or not.
    template <bool kFirst>
    static void zerocheck_round(benchmark::State& state, const Fixture& fixture) {
        using Round = ZerocheckRound<D, kFirst>;
        const std::uint64_t rows = std::uint64_t{1} << log_rows();  // of the columns that are read
        const std::uint64_t pairs = rows / (kFirst ? 2 : 4);
        const auto committed = fixture.values(kColumns * rows);
        const backend::TileCode made = code();
        const DeviceProgram program(fixture.context(), made, places(committed, rows), kScalars);
        std::vector<PartUse<D>> uses;
        for (std::uint32_t u = 0; u < kUses; ++u) uses.push_back({some(), 0, pack(made.uses[u][0]), false});
        const std::vector<PartStart<D>> parts{{some(), 0, true}};
        const DeviceBuffer<PartUse<D>> device_uses(fixture.context(), std::span<const PartUse<D>>(uses));
        const DeviceBuffer<PartStart<D>> device_parts(fixture.context(), std::span<const PartStart<D>>(parts));
        const std::uint64_t blocks = sum_blocks<Round>(pairs, kProgramBlocks);
        const std::uint64_t threads = blocks * SumBlocks<Round>::kThreads;
        const auto slots = fixture.values((kSlots + 1) * D * threads);
        const auto forms = fixture.vector<D>(rows), next_forms = fixture.vector<D>(rows / 2);
        const auto columns = fixture.vector<D>(kFirst ? 0 : kColumns * rows);
        const auto next_columns = fixture.vector<D>(kFirst ? 0 : kColumns * rows / 2);
        const EqTable<D> table(fixture.context(), log_rows());
        Round term{};
        term.program = program.view();
        term.uses = device_uses.data();
        term.parts = device_parts.data();
        term.part_count = term.form_count = 1;
        term.column_count = kColumns;
        term.slots = kSlots;
        term.memory = slots.data();
        term.threads = threads;
        term.eq = fill_eq(fixture, table, log_rows() - (kFirst ? 1 : 2));
        term.forms = kFirst ? ColumnsView<D>{forms.view(), rows} : ColumnsView<D>{next_forms.view(), rows / 2};
        term.source_rows = rows;
        term.source_forms = {forms.view(), rows};
        term.source_columns = {columns.view(), rows};
        term.columns = {next_columns.view(), rows / 2};
        term.r = some();
        const auto n = static_cast<double>(rows), x = static_cast<double>(pairs);
        // At three points: half of the steps, the uses by their weights, and eq; eq itself.
        double products =
            x *
            (3 * (kInstructions / 2 * (kFirst ? 1 : kProduct) + kUses * (kFirst ? D : kProduct) + kProduct) + kProduct);
        double bytes = n * (kColumns * kWord + kExt);
        if (!kFirst) {
            bytes = 1.5 * n * (kColumns + 1) * kExt;
            products += n / 2 * (kColumns + 1) * kProduct;
        }
        measure_sum(state, fixture, {bytes, products, x}, pairs, term, kProgramBlocks);
    }

    static void linear_form(benchmark::State& state, const Fixture& fixture) {
        const std::uint64_t rows = std::uint64_t{1} << log_rows();
        const auto columns = fixture.values(kColumns * rows);
        const auto where = places(columns, rows);
        const DeviceBuffer<DevicePointer<const KoalaBear>> device_columns(
            fixture.context(), std::span<const DevicePointer<const KoalaBear>>(where));
        const std::vector<Ext> weights(kColumns, some());
        const DeviceBuffer<Ext> device_weights(fixture.context(), std::span<const Ext>(weights));
        const auto form = fixture.vector<D>(rows);
        const auto n = static_cast<double>(rows);
        measure(state, fixture, {n * (kColumns * kWord + kExt), n * kColumns * D}, [&] {
            launch(fixture.stream(), rows,
                   LinearForm<D>{device_columns.data(), device_weights.data(), kColumns, rows, form.view()});
        });
    }

    static void column_sums(benchmark::State& state, const Fixture& fixture) {
        using Column = typename ColumnSums<D>::Column;
        const std::uint64_t rows = std::uint64_t{1} << log_rows();
        const std::uint64_t pieces = (rows + ColumnSums<D>::kPiece - 1) / ColumnSums<D>::kPiece;
        const auto values = fixture.values(kColumns * rows);
        std::vector<Column> columns;
        for (std::uint32_t c = 0; c < kColumns; ++c) columns.push_back({values.data() + c * rows, rows, c * pieces});
        const DeviceBuffer<Column> device_columns(fixture.context(), std::span<const Column>(columns));
        const DeviceBuffer<Ext> sums(fixture.context(), kColumns * pieces);
        const EqTable<D> table(fixture.context(), log_rows());
        const EqView<D> eq = fill_eq(fixture, table, log_rows());
        const auto cells = static_cast<double>(kColumns * rows);
        measure(state, fixture, {cells * kWord, cells * (kProduct + D)}, [&] {
            launch(fixture.stream(), kColumns * pieces,
                   ColumnSums<D>{device_columns.data(), kColumns, eq, sums.data()});
        });
    }

    // ---- Jagged reduction and openings, over 64 stack columns

    static constexpr std::uint64_t kStack = 64;
    static unsigned log_height() { return Subject::get().log_size(20, 4); }

    static StackView stack(const DeviceBuffer<KoalaBear>& values) {
        const std::uint64_t blocks = values.size() / 4;
        return {{values.data(), values.data(), values.data()}, {blocks, blocks, blocks}};
    }
    /// A column in each stack column.
    static std::vector<Piece<D>> pieces() {
        std::vector<Piece<D>> result;
        const std::uint64_t blocks = (std::uint64_t{1} << log_height()) / 4;
        for (std::uint64_t c = 0; c < kStack; ++c) result.push_back({c * blocks, blocks, some(), Ext::zero()});
        return result;
    }

    static void jagged_corners(benchmark::State& state, const Fixture& fixture) {
        const auto values = fixture.values(kStack << log_height());
        const auto made = pieces();
        const DeviceBuffer<Piece<D>> device_pieces(fixture.context(), std::span<const Piece<D>>(made));
        const EqTable<D> table(fixture.context(), log_height() - 2);
        const EqView<D> eq = fill_eq(fixture, table, log_height() - 2);
        const auto cells = static_cast<double>(values.size());
        measure_sum(state, fixture, {cells * kWord, cells / 4 * (2 * kProduct + 4 * D), cells}, values.size() / 4,
                    JaggedCorners<D>{stack(values), {device_pieces.data(), kStack}, eq});
    }

    template <unsigned kRounds>
    static void jagged_blocks(benchmark::State& state, const Fixture& fixture) {
        const auto values = fixture.values(kStack << log_height());
        const auto made = pieces();
        const DeviceBuffer<Piece<D>> device_pieces(fixture.context(), std::span<const Piece<D>>(made));
        const EqTable<D> table(fixture.context(), log_height() - 2);
        const auto q = fixture.vector<D>(values.size() / 4), j = fixture.vector<D>(values.size() / 4);
        JaggedBlocks<D, kRounds> term{};
        term.stack = stack(values);
        term.pieces = {device_pieces.data(), kStack};
        term.eq = fill_eq(fixture, table, log_height() - 2);
        for (Ext& weight : term.weights) weight = some();
        term.size = values.size() / 4;
        term.q = q.view();
        term.j = j.view();
        const auto blocks = static_cast<double>(term.size);
        const double products = 2 + products_of_element(kRounds);
        measure_sum(state, fixture,
                    {blocks * (4 * kWord + 2 * kExt), blocks * (4 * D + products * kProduct), 4 * blocks},
                    term.size >> kRounds, term);
    }

    static void combine_columns(benchmark::State& state, const Fixture& fixture) {
        const auto values = fixture.values(kStack << log_height());
        const std::uint64_t rows = std::uint64_t{1} << log_height();
        const std::vector<Ext> weights(kStack, some());
        const DeviceBuffer<Ext> device_weights(fixture.context(), std::span<const Ext>(weights));
        const auto out = fixture.vector<D>(rows);
        const auto cells = static_cast<double>(values.size()), n = static_cast<double>(rows);
        measure(state, fixture, {cells * kWord + n * kExt, cells * D, cells}, [&] {
            launch(fixture.stream(), rows,
                   CombineColumns<D>{{values.data(), values.data(), values.data()},
                                     {0, 0, kStack},
                                     log_height(),
                                     device_weights.data(),
                                     out.view()});
        });
    }

    // ---- WHIR's weight

    static unsigned log_weight() { return Subject::get().log_size(22, 6); }

    template <class Kernel>
    static void measure_weight(benchmark::State& state, const Fixture& fixture, const Work& each,
                               const Kernel& kernel) {
        const std::uint64_t size = std::uint64_t{1} << log_weight();
        const auto n = static_cast<double>(size);
        measure(state, fixture, {each.bytes * n, each.products * n}, [&] { launch(fixture.stream(), size, kernel); });
    }
    static void write_eq(benchmark::State& state, const Fixture& fixture) {
        const auto w = fixture.vector<D>(std::uint64_t{1} << log_weight());
        const EqTable<D> table(fixture.context(), log_weight());
        measure_weight(state, fixture, {kExt, kProduct}, WriteEq<D>{fill_eq(fixture, table, log_weight()), w.view()});
    }
    static void add_powers(benchmark::State& state, const Fixture& fixture) {
        const auto w = fixture.vector<D>(std::uint64_t{1} << log_weight());
        const EqTable<D> table(fixture.context(), log_weight());
        measure_weight(state, fixture, {2 * kExt, 2 * kProduct},
                       AddPowers<D>{w.view(), fill_eq(fixture, table, log_weight()), some()});
    }
    static void dot_powers(benchmark::State& state, const Fixture& fixture) {
        const std::uint64_t size = std::uint64_t{1} << log_weight();
        const auto f = fixture.vector<D>(size);
        const EqTable<D> table(fixture.context(), log_weight());
        const auto n = static_cast<double>(size);
        measure_sum(state, fixture, {n * kExt, n * 2 * kProduct}, size,
                    DotPowers<D>{f.view(), fill_eq(fixture, table, log_weight())});
    }
    static void add_queries(benchmark::State& state, const Fixture& fixture) {
        constexpr std::uint32_t kQueries = 100;
        const std::uint64_t size = std::uint64_t{1} << (log_weight() - 4);
        const auto f = fixture.vector<D>(size), w = fixture.vector<D>(size);
        std::vector<std::uint64_t> exponents;
        for (std::uint64_t q = 0; q < kQueries; ++q) exponents.push_back(q * 2654435761u % (size << 1));
        const std::vector<Ext> weights(kQueries, some());
        const DeviceBuffer<std::uint64_t> device_exponents(fixture.context(),
                                                           std::span<const std::uint64_t>(exponents));
        const DeviceBuffer<Ext> device_weights(fixture.context(), std::span<const Ext>(weights));
        const auto n = static_cast<double>(size);
        // Each query takes a power of its point, from two tables.
        measure_sum(state, fixture, {n * 3 * kExt, n * (kQueries * (D + 1) + kProduct)}, size,
                    AddQueries<D>{f.view(), w.view(), device_exponents.data(), device_weights.data(), kQueries,
                                  log_weight() - 3, fixture.roots()});
    }

    static void add_all() {
        const std::string degree = "degree " + std::to_string(D);
        const auto named = [&](const char* name, auto body) { add(name + ("/" + degree), body); };
        named("gkr/leaves", build_leaves);
        named("gkr/layer above the leaves", build_layer<true>);
        named("gkr/layer", build_layer<false>);
        named("gkr/first round, leaves", gkr_round<0, true>);
        named("gkr/first two rounds, leaves", gkr_two_rounds<0, true>);
        named("gkr/fold and round, leaves", gkr_round<1, true>);
        named("gkr/fold twice and two rounds, leaves", gkr_two_rounds<2, true>);
        named("gkr/first round", gkr_round<0, false>);
        named("gkr/first two rounds", gkr_two_rounds<0, false>);
        named("gkr/fold and round", gkr_round<1, false>);
        named("gkr/fold twice and round", gkr_round<2, false>);
        named("gkr/fold twice and two rounds", gkr_two_rounds<2, false>);
        named("zerocheck/linear form", linear_form);
        named("zerocheck/first round", zerocheck_round<true>);
        named("zerocheck/fold and round", zerocheck_round<false>);
        named("zerocheck/columns at the point", column_sums);
        named("jagged/first two rounds", jagged_corners);
        named("jagged/blocks and round", jagged_blocks<1>);
        named("jagged/blocks and two rounds", jagged_blocks<2>);
        named("whir/first round", product<1, 0>);
        named("jagged, whir/fold and round", product<1, 1>);
        named("jagged/fold twice and round", product<1, 2>);
        named("jagged/fold twice and two rounds", product<2, 2>);
        named("opening/combine columns", combine_columns);
        named("opening/first round", weighted<false>);
        named("opening/fold and round", weighted<true>);
        named("opening/fold", fold_vector);
        named("whir/weight by eq", write_eq);
        named("whir/value at a point", dot_powers);
        named("whir/add a point", add_powers);
        named("whir/add 100 queries", add_queries);
    }
};

}  // namespace

void add_sumcheck_benchmarks() {
    Steps<4>::add_all();
    Steps<5>::add_all();
}

}  // namespace sluice::backend_cuda

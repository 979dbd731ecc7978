// Every round of the protocol, in its order, and the parts of a proof. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/soundness/protocol.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace sluice::soundness {
namespace {

std::uint32_t ceil_log2(std::uint64_t value) noexcept {
    return value <= 1 ? 0 : static_cast<std::uint32_t>(std::bit_width(value - 1));
}

/// p, and what one element of it has: 32 bits in a proof.
constexpr double kCharacteristic = 2130706433.0;
/// Of the p elements, each value of the low bits has the same share, but for one element more that has zeros.
constexpr double kIndexBias = 1 / kCharacteristic;

/// Words of 32 bits as bytes.
double words(double count) noexcept {
    return 4 * count;
}

/// Collects rounds; `unit_` is 1 / q, q the size of the extension.
class Rounds {
 public:
    explicit Rounds(const Field& field) : unit_(field.unit()) {}

    /// `count` rounds of the same error, given as its numerator over q, without work.
    void add(std::string step, std::string name, double numerator, std::string formula, std::string source,
             std::uint64_t count = 1) {
        if (count == 0) return;
        const double error = numerator * unit_;
        rounds_.push_back({std::move(step), std::move(name), std::move(formula), std::move(source), count, error,
                           static_cast<double>(count) * error, 0});
    }

    /// Rounds of different errors, in which `grinding_bits` are counted already.
    void add(std::string step, std::string name, const std::vector<double>& errors, std::string formula,
             std::string source, std::uint32_t grinding_bits) {
        if (errors.empty()) return;
        double sum = 0;
        for (const double error : errors) sum += error;
        const double worst = *std::max_element(errors.begin(), errors.end());
        rounds_.push_back({std::move(step), std::move(name), std::move(formula), std::move(source), errors.size(),
                           worst, sum, grinding_bits});
    }

    std::vector<Round> take() { return std::move(rounds_); }

 private:
    double unit_;
    std::vector<Round> rounds_;
};

void add_linking(Rounds& rounds, const Field& field, const params::Profile& profile) {
    const params::Limits& limits = profile.limits;
    const double error =
        fingerprint_error(field, static_cast<double>(limits.max_linking_terms), limits.max_link_elements);
    rounds.add("linking", "link_a, link_b", std::vector{error * error_of(work_bits(profile.linking_grinding_bits))},
               "terms x elements / q", "Schwartz-Zippel; fractions: Haboeck, ePrint 2022/1530",
               profile.linking_grinding_bits);
}

void add_fingerprints(Rounds& rounds, const Field& field, const params::Profile& profile) {
    const params::Limits& limits = profile.limits;
    const double records =
        fingerprint_error(field, static_cast<double>(limits.max_record_terms), limits.max_record_elements);
    const double lookups =
        fingerprint_error(field, static_cast<double>(limits.max_lookup_terms), limits.max_lookup_elements);
    rounds.add("fingerprints", "a, b",
               std::vector{(records + lookups) * error_of(work_bits(profile.lookup_grinding_bits))},
               "(record terms x elements + lookup terms x elements) / q",
               "Schwartz-Zippel; fractions: Haboeck, ePrint 2022/1530", profile.lookup_grinding_bits);
}

void add_gkr(Rounds& rounds, const params::Profile& profile) {
    const std::uint32_t mu = profile.limits.max_log_rows;
    const std::uint64_t layers = mu + ceil_log2(profile.limits.max_interactions);
    const std::string paper = "Goldwasser, Kalai, Rothblum (STOC 2008); Papini, Haboeck, ePrint 2023/1284";
    rounds.add("GKR", "lambda", 5, "5 / q: powers over six claims", paper, layers);
    // Rounds of layers 0 .. layers - 1 have 0, 1, ... variables; those of the last give the point of the leaves.
    const std::uint64_t all = layers * (layers - 1) / 2;
    const std::uint64_t last = layers - 1;
    rounds.add("GKR", "gkr_point", 2, "2 / q: degree 2 beside the factored eq",
               "Lund et al. (FOCS 1990); Gruen, ePrint 2024/108", all - last);
    rounds.add("GKR", "gkr_point of the leaves", 3, "(2 + 1) / q: and the zerocheck's point",
               "as above; multilinear Schwartz-Zippel", last);
    rounds.add("GKR", "gkr_child", 2, "(1 + 1) / q: a line through two claims, and the zerocheck's point", paper,
               layers);
}

void add_zerocheck(Rounds& rounds, const params::Profile& profile) {
    const params::Limits& limits = profile.limits;
    rounds.add("zerocheck", "xi", static_cast<double>(limits.max_constraints) + 5,
               "(constraints + 5) / q: powers over constraints and six claims", "Schwartz-Zippel");
    rounds.add("zerocheck", "row_point", limits.max_constraint_degree, "3 / q: degree 3 beside the factored eq",
               "Lund et al. (FOCS 1990); Gruen, ePrint 2024/108", limits.max_log_rows);
    rounds.add("jagged", "zeta", static_cast<double>(limits.max_columns) - 1, "(columns - 1) / q: powers",
               "Schwartz-Zippel");
}

void add_fold_opening(Rounds& rounds, const params::Opening& opening, const FoldConfig& config) {
    rounds.add("opening", "beta", std::vector{config.batch_error()}, "(W - 1)(N + 1) / q: powers over stack columns",
               "BCIKS20, Theorem 6.1; Schwartz-Zippel for the claims", opening.batch_grinding_bits);
    rounds.add("opening", "fold_point", config.fold_errors(), "(n + 1) / q, n the domain after the fold",
               "BCIKS20, Theorem 4.1; Haboeck, ePrint 2024/1571; sumcheck of degree 1", opening.fold_grinding_bits);
    rounds.add("opening", "query", std::vector{config.query_error()}, "((1 + rho) / 2)^Q",
               "Block et al., ePrint 2023/1071; unique decoding", opening.query_grinding_bits);
}

void add_whir_opening(Rounds& rounds, const params::Opening& opening, const WhirConfig& config) {
    const std::string paper = "WHIR, ePrint 2024/1586, Theorem 5.2";
    rounds.add("opening", "beta", std::vector{config.batch_error()}, "(W - 1)(N + 1) / q: powers over stack columns",
               "BCIKS20, Theorem 6.1; " + paper, opening.batch_grinding_bits);
    rounds.add("opening", "fold_point", config.fold_errors(), "(n + 3) / q, n the domain of the interleaved code",
               "BCIKS20, Theorem 4.1; " + paper, opening.fold_grinding_bits);
    rounds.add("opening", "ood_point", config.ood_errors(), "2^(m - 1) / q, 2^m the coefficients", paper, 0);
    rounds.add("opening", "query", config.query_errors(), "((1 + rho) / 2)^t", paper, opening.query_grinding_bits);
    rounds.add("opening", "combination", config.combination_errors(), "(t + 1) / q: powers over claims", paper, 0);
}

}  // namespace

double fingerprint_error(const Field& field, double terms, double degree) noexcept {
    return terms * degree * field.unit();
}

double work_bits(std::uint32_t bits) noexcept {
    return bits == 0 ? 0 : std::log2(kCharacteristic) - std::log2(127 * std::exp2(24.0 - bits) + 1);
}

double Report::bits() const noexcept {
    double least = std::min(hash.digest_collision, hash.sponge_capacity);
    for (const Round& round : rounds) least = std::min(least, round.bits());
    return least;
}

double Report::union_bits() const noexcept {
    double sum = 0;
    for (const Round& round : rounds) sum += round.error_sum;
    return bits_of(sum);
}

double Report::execution_union_bits() const noexcept {
    double sum = 0;
    for (const Round& round : rounds) {
        sum += round.step == "linking" ? round.error_sum : round.error_sum * (profile->limits.max_shards + 1.0);
    }
    return bits_of(sum);
}

std::variant<FoldConfig, WhirConfig> opening_config(const params::Profile& profile, const params::Opening& opening,
                                                    std::uint32_t stack_height_log, std::uint64_t stack_columns) {
    std::vector<std::uint32_t> folds;
    for (std::uint32_t group = 0; group < opening.num_groups(stack_height_log); ++group) {
        folds.push_back(opening.group_size(stack_height_log, group));
    }
    if (opening.kind == params::OpeningKind::basefold) {
        FoldConfig config;
        config.field = koala_bear(profile.extension_degree);
        config.log_inverse_rate = opening.log_inverse_rate;
        config.log_dimension = stack_height_log;
        config.words = stack_columns;
        config.folds = std::move(folds);
        config.challenge_per_variable = true;
        config.message_degree = 1;
        config.message_elements = 2;
        config.queries = opening.num_queries(0);
        config.index_bias = kIndexBias;
        config.query_grinding = work_bits(opening.query_grinding_bits);
        config.batch_grinding = work_bits(opening.batch_grinding_bits);
        config.fold_grinding = work_bits(opening.fold_grinding_bits);
        config.word_element_bits = 32;
        return config;
    }
    WhirConfig config;
    config.field = koala_bear(profile.extension_degree);
    config.log_inverse_rate = opening.log_inverse_rate;
    config.log_dimension = stack_height_log;
    config.words = stack_columns;
    config.folds = std::move(folds);
    config.interleaved = true;
    config.message_elements = 3;
    for (std::uint32_t oracle = 0; oracle < opening.num_oracles(stack_height_log); ++oracle) {
        config.queries.push_back(opening.num_queries(oracle));
    }
    config.ood_samples = opening.ood_samples;
    config.index_bias = kIndexBias;
    config.query_grinding = work_bits(opening.query_grinding_bits);
    config.batch_grinding = work_bits(opening.batch_grinding_bits);
    config.fold_grinding = work_bits(opening.fold_grinding_bits);
    config.word_element_bits = 32;
    return config;
}

Report evaluate(const params::Profile& profile, const params::Opening& opening, std::uint32_t stack_height_log) {
    const Field field = koala_bear(profile.extension_degree);
    Rounds rounds(field);
    add_linking(rounds, field, profile);
    add_fingerprints(rounds, field, profile);
    add_gkr(rounds, profile);
    add_zerocheck(rounds, profile);
    const std::uint64_t jagged_variables = stack_height_log + ceil_log2(opening.max_stack_columns);
    rounds.add("jagged", "stack_point", 2, "2 / q: degree 2", "Lund et al. (FOCS 1990)", jagged_variables);
    const auto config = opening_config(profile, opening, stack_height_log, opening.max_stack_columns);
    if (const auto* fold = std::get_if<FoldConfig>(&config)) {
        add_fold_opening(rounds, opening, *fold);
    } else {
        add_whir_opening(rounds, opening, std::get<WhirConfig>(config));
    }
    const double element_bits = field.log2_characteristic;
    return {&profile,
            &opening,
            stack_height_log,
            rounds.take(),
            {profile.digest_length * element_bits / 2, profile.hash_capacity * element_bits / 2}};
}

Report evaluate(const params::Profile& profile, const params::Opening& opening) {
    return evaluate(profile, opening, opening.max_stack_height_log);
}

ProofSize expected_size(const params::Profile& profile, const params::Opening& opening, const Shape& shape) {
    const double degree = profile.extension_degree;
    const std::uint32_t layers = shape.log_max_rows + shape.log_max_interactions;
    const std::uint32_t stack_columns = shape.stack_columns[0] + shape.stack_columns[1] + shape.stack_columns[2];
    const std::uint32_t stack_variables = shape.stack_height_log + ceil_log2(stack_columns);

    ProofSize size;
    size.header = words(1.0 + shape.chips + shape.public_values + 2.0 * profile.digest_length);
    // Roots, three values a round, twelve children a layer.
    size.gkr = words(degree * (6 + 3.0 * layers * (layers - 1.0) / 2 + 12.0 * layers));
    size.zerocheck =
        words(degree * ((profile.limits.max_constraint_degree + 1.0) * shape.log_max_rows + shape.columns));
    size.jagged = words(degree * (3.0 * stack_variables + stack_columns));

    const double digest_bits = 32.0 * profile.digest_length;
    const std::uint32_t folded = shape.stack_height_log - opening.final_log_size(shape.stack_height_log);
    std::uint32_t query_nonces = 1;
    auto config = opening_config(profile, opening, shape.stack_height_log, stack_columns);
    std::vector<Tree> trees;
    if (auto* fold = std::get_if<FoldConfig>(&config)) {
        size.opening = fold->size(digest_bits, true);
        trees = fold->trees();
    } else {
        auto& whir = std::get<WhirConfig>(config);
        size.opening = whir.size(digest_bits, true);
        trees = whir.trees();
        query_nonces = static_cast<std::uint32_t>(whir.queries.size());
    }
    // Each commitment has a tree of its own over the same leaves: siblings once for each, and no root in the body.
    const OpeningSize first = size_of({trees.front()}, digest_bits, true);
    const auto commitments = std::count_if(shape.stack_columns.begin(), shape.stack_columns.end(),
                                           [](std::uint32_t width) { return width > 0; });
    size.opening.siblings += first.siblings * (static_cast<double>(commitments) - 1);
    size.opening.roots -= digest_bits;

    const auto nonce = [](std::uint32_t bits, std::uint32_t count) { return bits == 0 ? 0.0 : words(count); };
    size.nonces = nonce(profile.lookup_grinding_bits, 1) + nonce(opening.batch_grinding_bits, 1) +
                  nonce(opening.fold_grinding_bits, folded) + nonce(opening.query_grinding_bits, query_nonces);
    return size;
}

}  // namespace sluice::soundness

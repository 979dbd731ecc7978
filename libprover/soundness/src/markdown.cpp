// The tables of SOUNDNESS.md. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/soundness/markdown.h"

#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

#include "sluice/soundness/protocol.h"

namespace sluice::soundness {
namespace {

using params::Opening;
using params::Profile;

std::string integer(std::uint64_t value) {
    return std::to_string(value);
}

/// `value` with two decimals, rounded down, so that 99.999 is not shown as 100.
std::string bits_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", std::floor(value * 100) / 100);
    return text;
}

std::string kib(double bytes) {
    return integer(static_cast<std::uint64_t>(std::lround(bytes / 1024)));
}

/// Powers of two as such.
std::string count_text(std::uint64_t value) {
    std::uint32_t log = 0;
    while (log < 63 && (std::uint64_t{1} << log) < value) ++log;
    return log >= 10 && (std::uint64_t{1} << log) == value ? "2^" + integer(log) : integer(value);
}

std::string row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) text += " " + cell + " |";
    return text + "\n";
}

std::string header(const std::vector<std::string>& cells) {
    std::string text = row(cells) + "|";
    for (std::size_t i = 0; i < cells.size(); ++i) text += "---|";
    return text + "\n";
}

/// A row with one value for each profile.
template <class Value>
std::string profile_row(std::string_view name, Value value) {
    std::vector<std::string> cells{std::string(name)};
    for (const Profile* profile : params::kProfiles) cells.push_back(value(*profile));
    return row(cells);
}

std::string parameters() {
    std::vector<std::string> names{""};
    for (const Profile* profile : params::kProfiles) names.push_back("`" + std::string(profile->name) + "`");
    std::string text = "### Profiles\n\n" + header(names);
    text += profile_row("target, bits", [](const Profile& p) { return integer(p.target_bits); });
    text += profile_row("extension degree D", [](const Profile& p) { return integer(p.extension_degree); });
    text += profile_row("log2 of the extension",
                        [](const Profile& p) { return bits_text(koala_bear(p.extension_degree).log2_size()); });
    text += profile_row("hasher", [](const Profile& p) { return std::string(params::name_of(p.hasher)); });
    text += profile_row("rate, capacity, digest, elements", [](const Profile& p) {
        return integer(p.hash_rate()) + ", " + integer(p.hash_capacity) + ", " + integer(p.digest_length);
    });
    text += profile_row("grinding before fingerprints, bits",
                        [](const Profile& p) { return integer(p.lookup_grinding_bits); });
    text += profile_row("grinding before the linking challenge, bits",
                        [](const Profile& p) { return integer(p.linking_grinding_bits); });
    text += profile_row("opening", [](const Profile& p) { return std::string(params::name_of(p.default_opening)); });

    text += "\n### Limits of keys\n\n" + header(names);
    const auto limit = [&](std::string_view name, auto member) {
        text += profile_row(name, [&](const Profile& p) { return count_text(p.limits.*member); });
    };
    using params::Limits;
    limit("chips", &Limits::max_chips);
    text += profile_row("rows of a chip",
                        [](const Profile& p) { return count_text(std::uint64_t{1} << p.limits.max_log_rows); });
    limit("rows of all chips", &Limits::max_total_rows);
    limit("columns of all chips", &Limits::max_columns);
    limit("constraint degree", &Limits::max_constraint_degree);
    limit("constraints of all chips", &Limits::max_constraints);
    limit("interactions of a type, of all chips", &Limits::max_interactions);
    limit("elements of a record", &Limits::max_record_elements);
    limit("elements of a lookup", &Limits::max_lookup_elements);
    limit("elements of a link", &Limits::max_link_elements);
    limit("writes of a table proof, and reads", &Limits::max_record_terms);
    limit("lookup terms of a table proof", &Limits::max_lookup_terms);
    limit("linking terms of an execution", &Limits::max_linking_terms);
    limit("shards", &Limits::max_shards);
    return text;
}

std::string queries_text(const Opening& opening) {
    std::string text;
    const std::uint32_t oracles =
        opening.kind == params::OpeningKind::basefold ? 1 : opening.num_oracles(opening.max_stack_height_log);
    for (std::uint32_t oracle = 0; oracle < oracles; ++oracle) {
        text += (oracle == 0 ? "" : ", ") + integer(opening.num_queries(oracle));
    }
    return text;
}

std::string openings(const Profile& profile) {
    std::string text = "\n### Openings of `" + std::string(profile.name) + "`\n\n";
    text += header({"opening", "rate", "k", "f", "queries", "grinding: query, batch, fold", "stack heights",
                    "stack columns", "bits"});
    for (const Opening& opening : profile.openings) {
        text += row({"`" + std::string(params::name_of(opening.id)) + "`",
                     "1/" + integer(std::uint64_t{1} << opening.log_inverse_rate), integer(opening.fold_arity_log),
                     integer(opening.final_log), queries_text(opening),
                     integer(opening.query_grinding_bits) + ", " + integer(opening.batch_grinding_bits) + ", " +
                         integer(opening.fold_grinding_bits),
                     "2^" + integer(opening.min_stack_height_log) + " .. 2^" + integer(opening.max_stack_height_log),
                     integer(opening.max_stack_columns), bits_text(evaluate(profile, opening).bits())});
    }
    return text;
}

std::string rounds(const Profile& profile) {
    const std::string name = "`" + std::string(profile.name) + "`";
    std::string text = "\n### Rounds of " + name + "\n\n";
    text += header({"step", "challenge", "count", "error", "grinding", "bits", "source"});
    for (const Opening& opening : profile.openings) {
        const bool is_default = opening.id == profile.default_opening;
        const Report report = evaluate(profile, opening);
        if (!is_default && opening.kind == params::OpeningKind::basefold) continue;
        if (!is_default && opening.log_inverse_rate != 1) continue;
        for (const Round& round : report.rounds) {
            const bool of_opening = round.step == "opening";
            if (!is_default && !of_opening) continue;
            text += row({of_opening ? "`" + std::string(params::name_of(opening.id)) + "`" : round.step, round.name,
                         integer(round.count), round.formula, integer(round.grinding_bits), bits_text(round.bits()),
                         round.source});
        }
        if (is_default) {
            text += row({"hash", "collision of digests", "", "assumption", "", bits_text(report.hash.digest_collision),
                         "half the bits of a digest"});
            text += row({"hash", "sponge", "", "assumption", "", bits_text(report.hash.sponge_capacity),
                         "half the bits of the capacity"});
        }
    }
    const Report report = evaluate(profile, profile.opening());
    text += "\nLeast: " + bits_text(report.bits()) +
            " bits. For information: the sum of all errors of one table proof is 2^-" + bits_text(report.union_bits()) +
            ", of an execution of " + integer(profile.limits.max_shards) + " shards and the boundary 2^-" +
            bits_text(report.execution_union_bits()) + ".\n";
    return text;
}

struct NamedShape {
    std::string_view name;
    std::uint32_t log_cells;
    std::uint32_t columns;
    std::uint32_t chips;
    std::uint32_t log_max_rows;
    std::uint32_t log_max_interactions;
};

// Of the four, the first is a machine for the last step of aggregation, the others a shard's.
constexpr NamedShape kShapes[] = {
    {"2^22 cells, 300 columns", 22, 300, 8, 18, 7},
    {"2^26 cells, 3000 columns", 26, 3000, 12, 20, 10},
    {"2^29 cells, 4000 columns", 29, 4000, 40, 22, 11},
    {"2^30 cells, 4000 columns", 30, 4000, 40, 23, 11},
};

std::string sizes() {
    std::string text =
        "\n### Expected size of a table proof\n\nKiB, at the stack height that makes it least, with one stack column "
        "each "
        "of preprocessed and linked cells where there are shards.\n\n";
    text += header({"table", "profile", "opening", "height", "leaves", "siblings", "rest of the opening", "GKR",
                    "zerocheck and columns", "all"});
    for (const NamedShape& named : kShapes) {
        for (const Profile* profile : params::kProfiles) {
            for (const Opening& opening : profile->openings) {
                ProofSize least;
                std::uint32_t least_height = 0;
                for (std::uint32_t h = opening.min_stack_height_log; h <= opening.max_stack_height_log; ++h) {
                    if (h > named.log_cells) break;
                    const std::uint32_t columns = 1U << (named.log_cells - h);
                    const std::uint32_t others = named.log_cells > 22 ? 1 : 0;
                    if (!opening.allows(h, std::uint64_t{columns} + 2 * others)) continue;
                    const ProofSize size = expected_size(*profile, opening,
                                                         {.chips = named.chips,
                                                          .public_values = 64,
                                                          .log_max_rows = named.log_max_rows,
                                                          .log_max_interactions = named.log_max_interactions,
                                                          .columns = named.columns,
                                                          .stack_height_log = h,
                                                          .stack_columns = {others, others, columns}});
                    if (least_height != 0 && size.bytes() >= least.bytes()) continue;
                    least = size;
                    least_height = h;
                }
                if (least_height == 0) continue;
                const OpeningSize& parts = least.opening;
                text +=
                    row({std::string(named.name), "`" + std::string(profile->name) + "`",
                         "`" + std::string(params::name_of(opening.id)) + "`", "2^" + integer(least_height),
                         kib(parts.leaves / 8), kib(parts.siblings / 8),
                         kib((parts.roots + parts.messages + parts.final_polynomial) / 8 + least.jagged + least.nonces),
                         kib(least.gkr), kib(least.zerocheck + least.header), kib(least.bytes())});
            }
        }
    }
    return text;
}

}  // namespace

std::string markdown_tables() {
    std::string text = parameters();
    for (const Profile* profile : params::kProfiles) text += openings(*profile);
    for (const Profile* profile : params::kProfiles) text += rounds(*profile);
    return text + sizes();
}

}  // namespace sluice::soundness

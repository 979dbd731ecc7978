// See prover.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/protocol/prover.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "sluice/backend/channel.h"
#include "sluice/backend/layout.h"
#include "sluice/hash/transcript.h"
#include "sluice/machine/program.h"
#include "sluice/verify/proof_format.h"

namespace sluice::protocol {

namespace {

using verify::kLinkLeafDomain;
using verify::kProofMagic;
using verify::kProofVersion;

std::string table_name(std::uint32_t number) {
    return number == 0 ? std::string("boundary") : absl::StrCat("shard ", number);
}

/// Place of a table's machine in the key.
std::size_t machine_of(std::uint32_t number) {
    return number == 0 ? 1 : 0;
}

/// Terms of one type in a table: height times interactions, over all chips.
std::uint64_t count_terms(const machine::Machine& machine, std::span<const std::uint32_t> heights,
                          machine::InteractionType type) {
    std::uint64_t terms = 0;
    for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
        const auto interactions = machine.chips[chip].program.interactions;
        terms += std::uint64_t{heights[chip]} *
                 static_cast<std::uint64_t>(std::count_if(interactions.begin(), interactions.end(),
                                                          [&](const auto& it) { return it.type == type; }));
    }
    return terms;
}

/// What the verifier would refuse of the roots of GKR: better said here, where it is known what it means.
template <class Ext>
absl::Status check_balance(const std::array<Ext, 6>& roots) {
    if (!(roots[0] == roots[1])) {
        return absl::FailedPreconditionError(
            "the records written and read do not balance; machine::find_faults tells which");
    }
    if (!roots[2].is_zero()) {
        return absl::FailedPreconditionError(
            "the lookups demanded and supplied do not balance; machine::find_faults tells which");
    }
    if (roots[0].is_zero() || roots[3].is_zero() || roots[5].is_zero())
        return absl::FailedPreconditionError("a fingerprint is zero under the challenges drawn");
    return absl::OkStatus();
}

}  // namespace

template <unsigned D, class Hasher>
template <class Run>
auto Prover<D, Hasher>::timed(std::string_view step, const Run& run) {
    const auto start = std::chrono::steady_clock::now();
    auto result = run();
    if (options_.on_step) {
        options_.on_step(step, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return result;
}

template <unsigned D, class Hasher>
absl::StatusOr<std::uint32_t> Prover<D, Hasher>::choose_stack_height(std::size_t machine,
                                                                     std::span<const std::uint32_t> heights) const {
    const std::vector<std::uint32_t>& allowed = key_.options().stack_heights;
    if (options_.stack_height != 0) {
        if (std::find(allowed.begin(), allowed.end(), options_.stack_height) == allowed.end()) {
            return absl::InvalidArgumentError(
                absl::StrCat("stack height 2^", options_.stack_height, " is not one of the key's"));
        }
        return options_.stack_height;
    }
    const machine::Machine view = key_.machine(machine).view();
    for (const std::uint32_t h : allowed) {
        if (backend::make_layout(view, heights, h).stack_columns() <= options_.stack_columns) return h;
    }
    return allowed.back();
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::describe(std::uint32_t number, const machine::TableTrace& trace, bool linked_alone) const
    -> absl::StatusOr<TableType> {
    TableType table;
    table.number = number;
    const machine::Machine machine = key_.machine(machine_of(number)).view();
    if (trace.chips.size() != machine.chips.size()) {
        return absl::InvalidArgumentError(absl::StrCat(table_name(number), ": tables of ", trace.chips.size(),
                                                       " chips; the machine has ", machine.chips.size()));
    }
    if (trace.public_values.size() != machine.public_values) {
        return absl::InvalidArgumentError(absl::StrCat(table_name(number), ": ", trace.public_values.size(),
                                                       " public values; the machine has ", machine.public_values));
    }
    std::uint64_t rows = 0;
    for (std::size_t i = 0; i < trace.chips.size(); ++i) {
        const machine::Chip& chip = machine.chips[i];
        const machine::ChipTrace& filled = trace.chips[i];
        if (chip.fixed_height != 0 ? filled.height != chip.fixed_height : filled.height > chip.max_height) {
            return absl::InvalidArgumentError(
                absl::StrCat(table_name(number), ": chip ", std::string(chip.name), " has ", filled.height,
                             " rows; the key has ", chip.fixed_height != 0 ? "exactly " : "at most ",
                             chip.fixed_height != 0 ? chip.fixed_height : chip.max_height));
        }
        for (const std::size_t group : {1, 2}) {
            if (linked_alone && group != 1) continue;
            if (group == 2 && trace.source != nullptr && filled.columns[group].empty()) continue;
            const std::uint64_t expected = chip.widths[group] * machine::align4(filled.height);
            if (filled.columns[group].size() != expected) {
                return absl::InvalidArgumentError(
                    absl::StrCat(table_name(number), ": chip ", std::string(chip.name), " has ",
                                 filled.columns[group].size(), group == 1 ? " linked" : " main", " elements; its ",
                                 chip.widths[group], " columns of ", filled.height, " rows have ", expected));
            }
        }
        rows += filled.height;
        table.shape.heights.push_back(filled.height);
    }
    if (rows > machine.max_total_rows) {
        return absl::InvalidArgumentError(
            absl::StrCat(table_name(number), ": ", rows, " rows in all; the key has at most ", machine.max_total_rows));
    }
    const std::uint64_t lookups = count_terms(machine, table.shape.heights, machine::InteractionType::lookup);
    if (lookups >= KoalaBear::kModulus) {
        return absl::InvalidArgumentError(
            absl::StrCat(table_name(number), ": ", lookups, " lookup terms; there must be fewer than p"));
    }
    table.shape.machine = machine;
    table.shape.code = &key_.code(machine_of(number));
    table.shape.public_values = trace.public_values;
    const auto height = choose_stack_height(machine_of(number), table.shape.heights);
    if (!height.ok()) return height.status();
    table.shape.stack_height = *height;
    const std::uint32_t width = backend::make_layout(machine, table.shape.heights, *height).stack_columns();
    const params::Opening& opening = key_.opening();
    if (!opening.allows(*height, width)) {
        return absl::InvalidArgumentError(absl::StrCat(table_name(number), ": ", width, " stack columns of 2^", *height,
                                                       " elements; the opening allows ", opening.max_stack_columns));
    }
    return table;
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::commit(const TableType& table, machine::Group group, const machine::TableTrace& trace)
    -> absl::StatusOr<std::unique_ptr<CommitmentType>> {
    std::vector<std::span<const KoalaBear>> columns;
    for (const machine::ChipTrace& chip : trace.chips)
        columns.emplace_back(chip.columns[static_cast<std::size_t>(group)]);
    if (group == machine::Group::linked) {
        return timed("commit.linked", [&] { return backend_.commit(table.shape, key_.opening(), group, columns); });
    }
    return timed("commit.main", [&] {
        return trace.source == nullptr ? backend_.commit(table.shape, key_.opening(), group, columns)
                                       : backend_.commit_main(table.shape, key_.opening(), columns, *trace.source);
    });
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::preprocessed(std::size_t machine, std::uint32_t stack_height)
    -> absl::StatusOr<const CommitmentType*> {
    // Tables mostly share machine and height: one commitment is kept.
    if (preprocessed_.find({machine, stack_height}) == preprocessed_.end()) preprocessed_.clear();
    auto& entry = preprocessed_[{machine, stack_height}];
    if (entry == nullptr) {
        auto made = timed("commit.preprocessed", [&] {
            return commit_preprocessed<D, Hasher>(backend_, key_.opening(), key_.machine(machine), stack_height);
        });
        if (!made.ok()) return made.status();
        entry = *std::move(made);
    }
    return entry.get();
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::link_leaf(const TableType& table) const -> Digest {
    std::vector<KoalaBear> elements{KoalaBear::from_canonical(kLinkLeafDomain), KoalaBear::from_canonical(table.number),
                                    KoalaBear::from_canonical(table.shape.stack_height)};
    const machine::Machine& machine = table.shape.machine;
    for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
        if (machine.chips[chip].width(machine::Group::linked) != 0)
            elements.push_back(KoalaBear::from_canonical(table.shape.heights[chip]));
    }
    elements.insert(elements.end(), table.shape.public_values.begin(), table.shape.public_values.end());
    KoalaBear root[Digest::kElements];
    table.root.to_elements(root);
    elements.insert(elements.end(), std::begin(root), std::end(root));
    return Hasher::hash_leaf(elements);
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_public_values(std::span<const TableType> tables) const {
    const machine::Machine machine = key_.machine(0).view();
    KoalaBear before{};
    const std::size_t first = key_.has_boundary() ? 1 : 0;
    const std::uint32_t shards = static_cast<std::uint32_t>(tables.size() - first);
    const auto expect = [&](const TableType& table, std::string_view what, std::uint32_t index,
                            KoalaBear expected) -> absl::Status {
        const KoalaBear found = table.shape.public_values[index];
        if (found == expected) return absl::OkStatus();
        return absl::FailedPreconditionError(absl::StrCat(table_name(table.number), ": public value ", index, ", ",
                                                          std::string(what), ", is ", found.canonical(), "; expected ",
                                                          expected.canonical()));
    };
    for (std::uint32_t shard = 1; shard <= shards; ++shard) {
        const TableType& table = tables[first + shard - 1];
        if (machine.shard_index_value != machine::kNoIndex) {
            const absl::Status status =
                expect(table, "the shard's number", machine.shard_index_value, KoalaBear::from_canonical(shard));
            if (!status.ok()) return status;
        }
        if (machine.last_shard_value != machine::kNoIndex) {
            const absl::Status status = expect(table, "whether this is the last shard", machine.last_shard_value,
                                               shard == shards ? KoalaBear::one() : KoalaBear::zero());
            if (!status.ok()) return status;
        }
        for (const machine::Chain& chain : machine.chains) {
            before = shard == 1 ? KoalaBear::from_canonical(chain.initial)
                                : tables[first + shard - 2].shape.public_values[chain.last];
            const absl::Status status = expect(table, "what the shard before ended with", chain.first, before);
            if (!status.ok()) return status;
        }
    }
    return absl::OkStatus();
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::link_table(std::uint32_t number, const machine::TableTrace& trace)
    -> absl::StatusOr<TableType> {
    absl::StatusOr<TableType> table = describe(number, trace, true);
    if (!table.ok()) return table;
    const auto linked = commit(*table, machine::Group::linked, trace);
    if (!linked.ok()) return linked.status();
    table->root = (*linked)->root();
    return table;
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_same(const TableType& table, const machine::TableTrace& trace) const {
    const absl::StatusOr<TableType> found = describe(table.number, trace, false);
    if (!found.ok()) return found.status();
    if (found->shape.heights == table.shape.heights && found->shape.public_values == table.shape.public_values) {
        return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat(table_name(table.number), ": heights or public values are not those of the first pass"));
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::prove_body(const LinkType& link, const TableType& table, machine::TableTrace trace,
                                           PartType& part) {
    const params::Profile& profile = key_.profile();
    planned_bytes_ = std::max(planned_bytes_, plan_bytes(table));
    const absl::StatusOr<const CommitmentType*> fixed =
        preprocessed(machine_of(table.number), table.shape.stack_height);
    if (!fixed.ok()) return fixed.status();
    const auto linked = commit(table, machine::Group::linked, trace);
    if (!linked.ok()) return linked.status();
    if (!((*linked)->root() == table.root)) {
        return absl::FailedPreconditionError(
            absl::StrCat(table_name(table.number), ": the linked columns are not those of the first pass"));
    }
    const auto main = commit(table, machine::Group::main, trace);
    if (!main.ok()) return main.status();
    part.main_root = (*main)->root();
    trace = {};  // the commitments have it

    hash::Transcript<Hasher> transcript("sluice table proof 1");
    transcript.absorb("key_digest", key_.digest());
    transcript.absorb("machine", KoalaBear::from_canonical(static_cast<std::uint32_t>(machine_of(table.number))));
    transcript.absorb("shards", KoalaBear::from_canonical(link.shards));
    transcript.absorb("shard", KoalaBear::from_canonical(table.number));
    transcript.absorb("link_root", link.root);
    transcript.absorb("link_a", link.a);
    transcript.absorb("link_b", link.b);
    transcript.absorb("stack_height", KoalaBear::from_canonical(table.shape.stack_height));
    for (const std::uint32_t height : table.shape.heights)
        transcript.absorb("heights", KoalaBear::from_canonical(height));
    transcript.absorb("public_values", std::span<const KoalaBear>(table.shape.public_values));
    transcript.absorb("linked_root", table.root);
    transcript.absorb("main_root", part.main_root);

    backend::Channel<D, Hasher> channel(transcript, part.body);
    if (absl::Status status =
            timed("grind", [&] { return backend_.grind(channel, "lookup_grinding", profile.lookup_grinding_bits); });
        !status.ok())
        return status;
    backend::FingerprintChallenges<D> challenges;
    challenges.a = channel.sample("a");
    challenges.b = channel.sample("b");
    challenges.link_a = link.a;
    challenges.link_b = link.b;

    const backend::Table<Hasher> committed{&table.shape, {*fixed, linked->get(), main->get()}, &key_.opening()};
    const auto in_table = [&](const absl::Status& status) {
        return absl::Status(status.code(), absl::StrCat(table_name(table.number), ": ", status.message()));
    };
    const auto leaves = timed("gkr", [&] { return backend_.prove_gkr(committed, challenges, channel); });
    if (!leaves.ok()) return in_table(leaves.status());
    if (options_.refuse_false_tables) {
        if (const absl::Status status = check_balance<Ext>(leaves->roots); !status.ok()) return in_table(status);
    }
    part.link_sum = leaves->roots[4] * leaves->roots[5].inverse();
    const auto columns =
        timed("zerocheck", [&] { return backend_.prove_zerocheck(committed, challenges, *leaves, channel); });
    if (!columns.ok()) return in_table(columns.status());
    const auto stack = timed("jagged", [&] { return backend_.prove_jagged(committed, *columns, channel); });
    if (!stack.ok()) return in_table(stack.status());
    if (absl::Status status = timed("opening", [&] { return backend_.prove_opening(committed, *stack, channel); });
        !status.ok())
        return in_table(status);
    return absl::OkStatus();
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::prove_table(const LinkType& link, std::uint32_t number, machine::TableTrace trace)
    -> absl::StatusOr<PartType> {
    const std::uint32_t first = first_table();
    if (number < first || number - first >= link.tables.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("table ", number, "; the link has ", first, " .. ", first + link.tables.size() - 1));
    }
    const TableType& table = link.tables[number - first];
    if (absl::Status status = check_same(table, trace); !status.ok()) return status;
    PartType part;
    if (absl::Status status = prove_body(link, table, std::move(trace), part); !status.ok()) return status;
    return part;
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::link(const ExecutionTables& tables) -> absl::StatusOr<LinkType> {
    if (absl::Status status = check_source(tables); !status.ok()) return status;
    std::vector<TableType> linked;
    for (std::uint32_t number = first_table(); number <= tables.shards; ++number) {
        const absl::StatusOr<machine::TableTrace> trace = number == 0     ? tables.boundary()
                                                          : tables.linked ? tables.linked(number)
                                                                          : tables.shard(number);
        if (!trace.ok()) return trace.status();
        absl::StatusOr<TableType> table = link_table(number, *trace);
        if (!table.ok()) return table.status();
        linked.push_back(*std::move(table));
    }
    return tie(std::move(linked));
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::tie(std::vector<TableType> tables) -> absl::StatusOr<LinkType> {
    if (absl::Status status = check_numbers(tables); !status.ok()) return status;
    if (options_.refuse_false_tables) {
        if (absl::Status status = check_public_values(tables); !status.ok()) return status;
    }
    LinkType link;
    link.shards = tables.back().number;
    std::vector<Digest> leaves(std::size_t{1} << machine::ceil_log2(std::uint64_t{link.shards} + 1), Digest{});
    for (const TableType& table : tables) leaves[table.number] = link_leaf(table);
    for (; leaves.size() > 1; leaves.resize(leaves.size() / 2)) {
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i] = Hasher::compress(leaves[2 * i], leaves[2 * i + 1]);
    }
    link.root = leaves[0];
    hash::Transcript<Hasher> transcript("sluice linking 1");
    transcript.absorb("key_digest", key_.digest());
    transcript.absorb("shards", KoalaBear::from_canonical(link.shards));
    transcript.absorb("link_root", link.root);
    const absl::StatusOr<KoalaBear> nonce = timed(
        "grind", [&] { return backend_.grind(transcript, "link_grinding", key_.profile().linking_grinding_bits); });
    if (!nonce.ok()) return nonce.status();
    link.nonce = *nonce;
    link.a = transcript.template sample_ext<D>("link_a");
    link.b = transcript.template sample_ext<D>("link_b");
    link.tables = std::move(tables);
    return link;
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_shards(std::uint32_t shards) const {
    const std::uint32_t most = key_.options().max_shards;
    if (shards != 0 && shards <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(shards, " shards; the key allows 1 .. ", most));
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_source(const ExecutionTables& tables) const {
    if (absl::Status status = check_shards(tables.shards); !status.ok()) return status;
    if (!tables.shard || (key_.has_boundary() && !tables.boundary))
        return absl::InvalidArgumentError("no source of the shards' tables, or none of the boundary's");
    return absl::OkStatus();
}

/// Whether the tables are those of a whole execution, and their links within the key's bound.
template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_numbers(std::span<const TableType> tables) const {
    std::uint64_t link_terms = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].number != first_table() + i) {
            return absl::InvalidArgumentError(absl::StrCat("link: found ", table_name(tables[i].number), " expected ",
                                                           table_name(first_table() + static_cast<std::uint32_t>(i))));
        }
        link_terms += count_terms(tables[i].shape.machine, tables[i].shape.heights, machine::InteractionType::link);
    }
    if (tables.empty() || tables.back().number == 0) return absl::InvalidArgumentError("link: no shard");
    if (absl::Status status = check_shards(tables.back().number); !status.ok()) return status;
    if (link_terms > key_.options().max_link_terms) {
        return absl::InvalidArgumentError(
            absl::StrCat(link_terms, " link terms; the key has at most ", key_.options().max_link_terms));
    }
    return absl::OkStatus();
}

template <unsigned D, class Hasher>
absl::StatusOr<std::vector<std::uint8_t>> Prover<D, Hasher>::assemble(const LinkType& link,
                                                                      std::span<const PartType> parts) {
    if (parts.size() != link.tables.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("proofs of ", parts.size(), " tables; the link has ", link.tables.size()));
    }
    Ext link_sum = Ext::zero();
    for (const PartType& part : parts) link_sum += part.link_sum;
    if (options_.refuse_false_tables && !link_sum.is_zero()) {
        return absl::FailedPreconditionError(
            "the links of all tables do not balance; machine::find_link_faults tells which");
    }
    std::vector<std::uint8_t> proof;
    backend::ProofWriter writer(proof);
    writer.word(kProofMagic);
    writer.word(kProofVersion);
    writer.word(link.shards);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        write_table(link.tables[i], writer);
        writer.digest(parts[i].main_root);
    }
    if (key_.profile().linking_grinding_bits != 0) writer.element(link.nonce);
    for (const PartType& part : parts) proof.insert(proof.end(), part.body.begin(), part.body.end());
    if (!options_.check) return proof;

    std::vector<std::uint32_t> statement;
    for (const std::uint32_t index : key_.machine(0).rules().statement)
        statement.push_back(link.tables.back().shape.public_values[index].canonical());
    const absl::Status status = timed("check", [&] { return options_.check(key_.body(), proof, statement); });
    if (!status.ok()) {
        return absl::InternalError(
            absl::StrCat("the proof does not verify, so the tables break a rule or the "
                         "prover is at fault (machine::find_faults tells which): ",
                         status.message()));
    }
    return proof;
}

template <unsigned D, class Hasher>
absl::StatusOr<std::vector<std::uint8_t>> Prover<D, Hasher>::prove(const ExecutionTables& tables) {
    if (absl::Status status = check_source(tables); !status.ok()) return status;
    std::optional<machine::TableTrace> only;  // a single table need not be filled twice
    absl::StatusOr<LinkType> link;
    if (first_table() == tables.shards) {
        absl::StatusOr<machine::TableTrace> trace = tables.shard(1);
        if (!trace.ok()) return trace.status();
        only = *std::move(trace);
        absl::StatusOr<TableType> table = link_table(1, *only);
        if (!table.ok()) return table.status();
        link = tie({*std::move(table)});
    } else {
        link = this->link(tables);
    }
    if (!link.ok()) return link.status();
    std::vector<PartType> parts;
    for (const TableType& table : link->tables) {
        absl::StatusOr<machine::TableTrace> trace = only ? absl::StatusOr<machine::TableTrace>(*std::move(only))
                                                    : table.number == 0 ? tables.boundary()
                                                                        : tables.shard(table.number);
        if (!trace.ok()) return trace.status();
        absl::StatusOr<PartType> part = prove_table(*link, table.number, *std::move(trace));
        if (!part.ok()) return part.status();
        parts.push_back(*std::move(part));
    }
    return assemble(*link, parts);
}

template class Prover<4, hash::Poseidon2Hasher16>;
template class Prover<5, hash::Poseidon2Hasher24>;

}  // namespace sluice::protocol

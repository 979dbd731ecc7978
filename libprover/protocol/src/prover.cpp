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
absl::StatusOr<machine::TableTrace> Prover<D, Hasher>::fetch(const ExecutionTables& tables,
                                                             std::uint32_t number) const {
    if (number == 0) return tables.boundary();
    return tables.shard(number);
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
auto Prover<D, Hasher>::make_header(std::uint32_t number, const machine::TableTrace& trace) const
    -> absl::StatusOr<Header> {
    Header header;
    header.number = number;
    header.machine = number == 0 ? 1 : 0;
    const machine::Machine machine = key_.machine(header.machine).view();
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
        const machine::ChipTrace& table = trace.chips[i];
        if (chip.fixed_height != 0 ? table.height != chip.fixed_height : table.height > chip.max_height) {
            return absl::InvalidArgumentError(
                absl::StrCat(table_name(number), ": chip ", std::string(chip.name), " has ", table.height,
                             " rows; the key has ", chip.fixed_height != 0 ? "exactly " : "at most ",
                             chip.fixed_height != 0 ? chip.fixed_height : chip.max_height));
        }
        for (const std::size_t group : {1, 2}) {
            const std::uint64_t expected = chip.widths[group] * machine::align4(table.height);
            if (table.columns[group].size() != expected) {
                return absl::InvalidArgumentError(
                    absl::StrCat(table_name(number), ": chip ", std::string(chip.name), " has ",
                                 table.columns[group].size(), group == 1 ? " linked" : " main", " elements; its ",
                                 chip.widths[group], " columns of ", table.height, " rows have ", expected));
            }
        }
        rows += table.height;
        header.shape.heights.push_back(table.height);
    }
    if (rows > machine.max_total_rows) {
        return absl::InvalidArgumentError(
            absl::StrCat(table_name(number), ": ", rows, " rows in all; the key has at most ", machine.max_total_rows));
    }
    const std::uint64_t lookups = count_terms(machine, header.shape.heights, machine::InteractionType::lookup);
    if (lookups >= KoalaBear::kModulus) {
        return absl::InvalidArgumentError(
            absl::StrCat(table_name(number), ": ", lookups, " lookup terms; there must be fewer than p"));
    }
    header.shape.machine = machine;
    header.shape.public_values = trace.public_values;
    const auto height = choose_stack_height(header.machine, header.shape.heights);
    if (!height.ok()) return height.status();
    header.shape.stack_height = *height;
    const std::uint32_t width = backend::make_layout(machine, header.shape.heights, *height).stack_columns();
    const params::Opening& opening = key_.opening();
    if (!opening.allows(*height, width)) {
        return absl::InvalidArgumentError(absl::StrCat(table_name(number), ": ", width, " stack columns of 2^", *height,
                                                       " elements; the opening allows ", opening.max_stack_columns));
    }
    return header;
}

template <unsigned D, class Hasher>
auto Prover<D, Hasher>::commit(const Header& header, machine::Group group, const machine::TableTrace& trace)
    -> absl::StatusOr<std::unique_ptr<CommitmentType>> {
    std::vector<std::span<const KoalaBear>> columns;
    for (const machine::ChipTrace& chip : trace.chips)
        columns.emplace_back(chip.columns[static_cast<std::size_t>(group)]);
    return timed(group == machine::Group::linked ? "commit.linked" : "commit.main",
                 [&] { return backend_.commit(header.shape, key_.opening(), group, columns); });
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
auto Prover<D, Hasher>::link_leaf(const Header& header) const -> Digest {
    std::vector<KoalaBear> elements{KoalaBear::from_canonical(kLinkLeafDomain),
                                    KoalaBear::from_canonical(header.number),
                                    KoalaBear::from_canonical(header.shape.stack_height)};
    const machine::Machine& machine = header.shape.machine;
    for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
        if (machine.chips[chip].width(machine::Group::linked) != 0)
            elements.push_back(KoalaBear::from_canonical(header.shape.heights[chip]));
    }
    elements.insert(elements.end(), header.shape.public_values.begin(), header.shape.public_values.end());
    KoalaBear root[Digest::kElements];
    header.linked_root.to_elements(root);
    elements.insert(elements.end(), std::begin(root), std::end(root));
    return Hasher::hash_leaf(elements);
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::check_public_values(std::span<const Header> headers) const {
    const machine::Machine machine = key_.machine(0).view();
    KoalaBear before{};
    const std::size_t first = key_.has_boundary() ? 1 : 0;
    const std::uint32_t shards = static_cast<std::uint32_t>(headers.size() - first);
    const auto expect = [&](const Header& header, std::string_view what, std::uint32_t index,
                            KoalaBear expected) -> absl::Status {
        const KoalaBear found = header.shape.public_values[index];
        if (found == expected) return absl::OkStatus();
        return absl::FailedPreconditionError(absl::StrCat(table_name(header.number), ": public value ", index, ", ",
                                                          std::string(what), ", is ", found.canonical(), "; expected ",
                                                          expected.canonical()));
    };
    for (std::uint32_t shard = 1; shard <= shards; ++shard) {
        const Header& header = headers[first + shard - 1];
        if (machine.shard_index_value != machine::kNoIndex) {
            const absl::Status status =
                expect(header, "the shard's number", machine.shard_index_value, KoalaBear::from_canonical(shard));
            if (!status.ok()) return status;
        }
        if (machine.last_shard_value != machine::kNoIndex) {
            const absl::Status status = expect(header, "whether this is the last shard", machine.last_shard_value,
                                               shard == shards ? KoalaBear::one() : KoalaBear::zero());
            if (!status.ok()) return status;
        }
        for (const machine::Chain& chain : machine.chains) {
            before = shard == 1 ? KoalaBear::from_canonical(chain.initial)
                                : headers[first + shard - 2].shape.public_values[chain.last];
            const absl::Status status = expect(header, "what the shard before ended with", chain.first, before);
            if (!status.ok()) return status;
        }
    }
    return absl::OkStatus();
}

template <unsigned D, class Hasher>
absl::Status Prover<D, Hasher>::prove_table(Header& header, const Linking& linking, machine::TableTrace trace,
                                            std::vector<std::uint8_t>& body, Ext& link_sum) {
    const params::Profile& profile = key_.profile();
    planned_bytes_ = std::max(planned_bytes_, backend_.plan_bytes(header.shape, key_.opening()));
    const absl::StatusOr<const CommitmentType*> fixed = preprocessed(header.machine, header.shape.stack_height);
    if (!fixed.ok()) return fixed.status();
    const auto linked = commit(header, machine::Group::linked, trace);
    if (!linked.ok()) return linked.status();
    if (!((*linked)->root() == header.linked_root)) {
        return absl::FailedPreconditionError(
            absl::StrCat(table_name(header.number), ": the linked columns are not those of the first pass"));
    }
    const auto main = commit(header, machine::Group::main, trace);
    if (!main.ok()) return main.status();
    header.main_root = (*main)->root();
    trace = {};  // the commitments have it

    hash::Transcript<Hasher> transcript("sluice table proof 1");
    transcript.absorb("key_digest", key_.digest());
    transcript.absorb("machine", KoalaBear::from_canonical(static_cast<std::uint32_t>(header.machine)));
    transcript.absorb("shards", KoalaBear::from_canonical(linking.shards));
    transcript.absorb("shard", KoalaBear::from_canonical(header.number));
    transcript.absorb("link_root", linking.root);
    transcript.absorb("link_a", linking.a);
    transcript.absorb("link_b", linking.b);
    transcript.absorb("stack_height", KoalaBear::from_canonical(header.shape.stack_height));
    for (const std::uint32_t height : header.shape.heights)
        transcript.absorb("heights", KoalaBear::from_canonical(height));
    transcript.absorb("public_values", std::span<const KoalaBear>(header.shape.public_values));
    transcript.absorb("linked_root", header.linked_root);
    transcript.absorb("main_root", header.main_root);

    backend::Channel<D, Hasher> channel(transcript, body);
    if (absl::Status status =
            timed("grind", [&] { return backend_.grind(channel, "lookup_grinding", profile.lookup_grinding_bits); });
        !status.ok())
        return status;
    backend::FingerprintChallenges<D> challenges;
    challenges.a = channel.sample("a");
    challenges.b = channel.sample("b");
    challenges.link_a = linking.a;
    challenges.link_b = linking.b;

    const backend::Table<Hasher> table{&header.shape, {*fixed, linked->get(), main->get()}, &key_.opening()};
    const auto in_table = [&](const absl::Status& status) {
        return absl::Status(status.code(), absl::StrCat(table_name(header.number), ": ", status.message()));
    };
    const auto leaves = timed("gkr", [&] { return backend_.prove_gkr(table, challenges, channel); });
    if (!leaves.ok()) return in_table(leaves.status());
    if (options_.refuse_false_tables) {
        if (const absl::Status status = check_balance<Ext>(leaves->roots); !status.ok()) return in_table(status);
    }
    link_sum = leaves->roots[4] * leaves->roots[5].inverse();
    const auto columns =
        timed("zerocheck", [&] { return backend_.prove_zerocheck(table, challenges, *leaves, channel); });
    if (!columns.ok()) return in_table(columns.status());
    const auto stack = timed("jagged", [&] { return backend_.prove_jagged(table, *columns, channel); });
    if (!stack.ok()) return in_table(stack.status());
    if (absl::Status status = timed("opening", [&] { return backend_.prove_opening(table, *stack, channel); });
        !status.ok())
        return in_table(status);
    return absl::OkStatus();
}

template <unsigned D, class Hasher>
absl::StatusOr<std::vector<std::uint8_t>> Prover<D, Hasher>::prove(const ExecutionTables& tables) {
    const KeyOptions& options = key_.options();
    if (tables.shards == 0 || tables.shards > options.max_shards) {
        return absl::InvalidArgumentError(
            absl::StrCat(tables.shards, " shards; the key allows 1 .. ", options.max_shards));
    }
    if (!tables.shard || (key_.has_boundary() && !tables.boundary))
        return absl::InvalidArgumentError("no source of the shards' tables, or none of the boundary's");

    // Pass 1: headers and linked commitments.
    const std::uint32_t first = key_.has_boundary() ? 0 : 1;
    std::vector<Header> headers;
    std::optional<machine::TableTrace> only;
    std::vector<Digest> leaves(std::size_t{1} << machine::ceil_log2(std::uint64_t{tables.shards} + 1), Digest{});
    std::uint64_t link_terms = 0;
    for (std::uint32_t number = first; number <= tables.shards; ++number) {
        absl::StatusOr<machine::TableTrace> trace = fetch(tables, number);
        if (!trace.ok()) return trace.status();
        absl::StatusOr<Header> header = make_header(number, *trace);
        if (!header.ok()) return header.status();
        const auto linked = commit(*header, machine::Group::linked, *trace);
        if (!linked.ok()) return linked.status();
        header->linked_root = (*linked)->root();
        leaves[number] = link_leaf(*header);
        link_terms += count_terms(header->shape.machine, header->shape.heights, machine::InteractionType::link);
        headers.push_back(*std::move(header));
        if (first == tables.shards) only = *std::move(trace);
    }
    if (link_terms > options.max_link_terms) {
        return absl::InvalidArgumentError(
            absl::StrCat(link_terms, " link terms; the key has at most ", options.max_link_terms));
    }
    if (options_.refuse_false_tables) {
        if (absl::Status status = check_public_values(headers); !status.ok()) return status;
    }

    Linking linking;
    linking.shards = tables.shards;
    for (; leaves.size() > 1; leaves.resize(leaves.size() / 2)) {
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i] = Hasher::compress(leaves[2 * i], leaves[2 * i + 1]);
    }
    linking.root = leaves[0];
    hash::Transcript<Hasher> transcript("sluice linking 1");
    transcript.absorb("key_digest", key_.digest());
    transcript.absorb("shards", KoalaBear::from_canonical(linking.shards));
    transcript.absorb("link_root", linking.root);
    const std::uint32_t link_bits = key_.profile().linking_grinding_bits;
    const absl::StatusOr<KoalaBear> nonce =
        timed("grind", [&] { return backend_.grind(transcript, "link_grinding", link_bits); });
    if (!nonce.ok()) return nonce.status();
    linking.a = transcript.template sample_ext<D>("link_a");
    linking.b = transcript.template sample_ext<D>("link_b");

    std::vector<std::uint8_t> bodies;
    Ext link_sum = Ext::zero();
    for (Header& header : headers) {
        absl::StatusOr<machine::TableTrace> trace =
            only ? absl::StatusOr<machine::TableTrace>(*std::move(only)) : fetch(tables, header.number);
        if (!trace.ok()) return trace.status();
        Ext part = Ext::zero();
        if (absl::Status status = prove_table(header, linking, *std::move(trace), bodies, part); !status.ok())
            return status;
        link_sum += part;
    }
    if (options_.refuse_false_tables && !link_sum.is_zero()) {
        return absl::FailedPreconditionError(
            "the links of all tables do not balance; machine::find_link_faults tells which");
    }

    std::vector<std::uint8_t> proof;
    backend::ProofWriter writer(proof);
    writer.word(kProofMagic);
    writer.word(kProofVersion);
    writer.word(tables.shards);
    for (const Header& header : headers) {
        writer.word(header.shape.stack_height);
        for (const std::uint32_t height : header.shape.heights) writer.word(height);
        for (const KoalaBear value : header.shape.public_values) writer.element(value);
        writer.digest(header.linked_root);
        writer.digest(header.main_root);
    }
    if (link_bits != 0) writer.element(*nonce);
    proof.insert(proof.end(), bodies.begin(), bodies.end());

    if (options_.check) {
        std::vector<std::uint32_t> statement;
        for (const std::uint32_t index : key_.machine(0).rules().statement)
            statement.push_back(headers.back().shape.public_values[index].canonical());
        const absl::Status status = timed("check", [&] { return options_.check(key_.body(), proof, statement); });
        if (!status.ok()) {
            return absl::InternalError(
                absl::StrCat("the proof does not verify, so the tables break a rule or the "
                             "prover is at fault (machine::find_faults tells which): ",
                             status.message()));
        }
    }
    return proof;
}

template class Prover<4, hash::Poseidon2Hasher16>;
template class Prover<5, hash::Poseidon2Hasher24>;

}  // namespace sluice::protocol

// Executions of the toy machines, as attackers meet them. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "attacks.h"
#include "real_prover.h"
#include "sluice/machine/debug.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"

namespace sluice::test {

/// Machines and filled tables: tables[0] is the boundary's (empty without one), tables[i] shard i's.
struct ToyRun {
    std::string name;
    std::shared_ptr<const machine::MachineDescription> shards;
    std::shared_ptr<const machine::MachineDescription> boundary;
    std::vector<machine::TableTrace> tables;
    std::vector<std::uint32_t> stack_heights;

    [[nodiscard]] const machine::MachineDescription& machine_of(std::size_t table) const {
        return table == 0 ? *boundary : *shards;
    }
    [[nodiscard]] std::size_t first_table() const { return boundary == nullptr ? 1 : 0; }
    [[nodiscard]] protocol::KeyMachines machines() const { return {shards.get(), boundary.get()}; }
    /// What an honest verifier asks for.
    [[nodiscard]] std::vector<std::uint32_t> statement() const {
        std::vector<std::uint32_t> values;
        for (const std::uint32_t index : shards->rules().statement)
            values.push_back(tables.back().public_values[index].canonical());
        return values;
    }
};

[[nodiscard]] inline std::shared_ptr<const machine::MachineDescription> keep(
    absl::StatusOr<machine::MachineDescription> machine) {
    must(machine.ok(), std::string(machine.status().message()));
    return std::make_shared<const machine::MachineDescription>(*std::move(machine));
}

[[nodiscard]] inline ToyRun fibonacci_run(std::uint32_t steps = 9) {
    return {"fibonacci", keep(toys::fibonacci_machine()), nullptr, {{}, toys::fibonacci_trace(steps, 1, 2)}, {4, 7}};
}

/// Three shards and a boundary, cut so that each column matters in some row of its table.
[[nodiscard]] inline ToyRun register_run(const std::vector<std::uint16_t>& input = {3, 1, 4},
                                         const std::vector<std::uint64_t>& cuts = {6, 8}) {
    const toys::RegisterProgram program = toys::mixing_program(3);
    const auto run = toys::run_register_machine(program, input, cuts);
    must(run.ok(), std::string(run.status().message()));
    ToyRun result{"register machine",
                  keep(toys::register_machine(program)),
                  keep(toys::register_boundary_machine()),
                  {run->boundary},
                  {6, 9}};
    result.tables.insert(result.tables.end(), run->shards.begin(), run->shards.end());
    return result;
}

[[nodiscard]] inline ToyRun synthetic_run() {
    return {"synthetic", keep(toys::synthetic_machine()), nullptr, {{}, toys::synthetic_trace(0)}, {10, 12}};
}

/// The run with stacks so high that the shipped profiles fold more than once.
[[nodiscard]] inline ToyRun on_high_stacks(ToyRun run) {
    run.stack_heights = {13};
    return run;
}

/// A run under attack: key and honest proof, and verdicts on other tables and proofs.
template <class S>
class AttackedRun {
 public:
    explicit AttackedRun(ToyRun run)
        : run_(std::move(run)), key_(prover_.make_key(run_.machines(), run_.stack_heights)) {
        body_.assign(key_.body().begin(), key_.body().end());
        proof_ = prover_.prove(key_, tables_of(run_.tables));
        must(!proof_.empty(), run_.name + ": " + prover_.error());
    }

    [[nodiscard]] const ToyRun& run() const { return run_; }
    [[nodiscard]] const Bytes& key() const { return body_; }
    [[nodiscard]] const Bytes& proof() const { return proof_; }

    [[nodiscard]] verify::Verdict verdict(const Bytes& proof) const {
        return run_verifier<S>(body_, proof, run_.statement());
    }
    /// On false tables, proved as if they were true, for the honest statement or another.
    [[nodiscard]] verify::Verdict verdict(const std::vector<machine::TableTrace>& tables) {
        return verdict(tables, run_.statement());
    }
    [[nodiscard]] verify::Verdict verdict(const std::vector<machine::TableTrace>& tables,
                                          const std::vector<std::uint32_t>& statement) {
        return run_verifier<S>(body_, prove_unchecked(tables), statement);
    }
    [[nodiscard]] Bytes prove_unchecked(const std::vector<machine::TableTrace>& tables) {
        Bytes proof = prover_.prove_unchecked(key_, tables_of(tables));
        must(!proof.empty(), run_.name + ": " + prover_.error());
        return proof;
    }
    /// On the run's tables after a change: status and table.
    template <class Change>
    [[nodiscard]] std::string verdict_after(const Change& change) {
        std::vector<machine::TableTrace> tables = run_.tables;
        change(tables);
        const verify::Verdict found = verdict(tables);
        return std::string(verify::name(found.status)) + " " + std::to_string(found.table);
    }

 private:
    ToyRun run_;
    RealProver<S> prover_;
    typename RealProver<S>::Key key_;
    Bytes body_;
    Bytes proof_;
};

/// What must refuse false tables, by the debugger, which runs each chip's `eval` on plain values and knows nothing of
/// proofs.
struct Expected {
    std::vector<Status> statuses;  ///< empty: nothing is wrong
    std::uint32_t table = 0;
};

[[nodiscard]] inline Expected expected_refusal(const ToyRun& run, const std::vector<machine::TableTrace>& tables) {
    using Kind = machine::Fault::Kind;
    constexpr std::size_t kAll = 1u << 20;
    std::vector<machine::TableInRun> in_run;
    for (std::size_t table = run.first_table(); table < tables.size(); ++table) {
        const std::vector<machine::Fault> faults = machine::find_faults(run.machine_of(table), tables[table], kAll);
        const auto any = [&](Kind kind) {
            return std::any_of(faults.begin(), faults.end(), [&](const auto& fault) { return fault.kind == kind; });
        };
        const auto number = static_cast<std::uint32_t>(table);
        if (any(Kind::record) || any(Kind::selector)) return {{Status::products_differ}, number};
        if (any(Kind::lookup)) return {{Status::lookup_sum}, number};
        if (any(Kind::constraint)) return {{Status::zerocheck_round, Status::zerocheck_final}, number};
        in_run.push_back({&run.machine_of(table), &tables[table]});
    }
    if (run.boundary != nullptr && !machine::find_link_faults(in_run, kAll).empty()) return {{Status::link_sum}, 0};
    return {};
}

}  // namespace sluice::test

// Proving executions. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   protocol::Prover<4, hash::Poseidon2Hasher16> prover(backend, key, {});
//   absl::StatusOr<std::vector<std::uint8_t>> proof = prover.prove({.shards = n, .shard = fill_shard, .boundary =
//   ...});
//
// or in parts, which may be proved anywhere and at any time once link() has fixed what they have in common:
//
//   auto link = prover.link(tables);
//   auto part = prover.prove_table(*link, number, trace);   // for every table
//   auto proof = prover.assemble(*link, parts);
//
// The proof is a body of libprover/DESIGN.md, section 10. Before it is returned it is verified with sluice::verify.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/backend/backend.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/machine/trace.h"
#include "sluice/protocol/key.h"
#include "sluice/protocol/link.h"

namespace sluice::protocol {

/// Where filled tables come from. Each is asked for twice, once for what is linked and once for all of it, unless there
/// is only one; both times it must be the same. So only one table is in memory at a time.
struct ExecutionTables {
    std::uint32_t shards = 1;
    std::function<absl::StatusOr<machine::TableTrace>(std::uint32_t shard)> shard;  ///< 1 <= shard <= shards
    std::function<absl::StatusOr<machine::TableTrace>()> boundary;  ///< if the key has a boundary machine
    /// The first of the two times: a shard's tables, whose main columns may be missing. Null: `shard` gives them.
    std::function<absl::StatusOr<machine::TableTrace>(std::uint32_t shard)> linked{};
};

/// Verifies a proof of the prover's key: OK or why it is refused.
using ProofCheck = std::function<absl::Status(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                                              std::span<const std::uint32_t> statement)>;

/// Verification by sluice::verify; refuses keys of profiles that are not shipped.
[[nodiscard]] absl::Status check_with_verifier(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                                               std::span<const std::uint32_t> statement);

struct ProverOptions {
    /// What verifies a proof before it is returned; null: nothing does, which is for benchmarks.
    ProofCheck check = check_with_verifier;
    /// Whether tables are refused that break a rule of the public values, or whose records, lookups or links do not
    /// balance. A prover that is not to refuse them, and checks nothing, makes the proofs that a verifier must refuse.
    bool refuse_false_tables = true;
    /// Log of the stack height of every table; 0: the smallest of the key's with which a table has at most
    /// `stack_columns` columns, or the largest.
    std::uint32_t stack_height = 0;
    std::uint32_t stack_columns = 128;
    /// Told the name and the seconds of each step when it ends, from the thread that proves: "commit.main", "gkr",
    /// "zerocheck", "jagged", "opening", "check", and "commit.preprocessed", "commit.linked", "grind".
    std::function<void(std::string_view step, double seconds)> on_step;
};

template <unsigned D, class Hasher>
class Prover {
 public:
    using BackendType = backend::Backend<D, Hasher>;
    using CommitmentType = backend::Commitment<Hasher>;
    using Digest = typename Hasher::Digest;
    using TableType = LinkedTable<Hasher>;
    using LinkType = Link<D, Hasher>;
    using PartType = TableProof<D, Hasher>;

    /// Backend and key must outlive the prover.
    Prover(BackendType& backend, const ProvingKey<D, Hasher>& key, ProverOptions options = {})
        : backend_(backend), key_(key), options_(std::move(options)) {}

    /// Proves an execution. InvalidArgument: tables that do not fit the key, with table, chip, expected and found;
    /// FailedPrecondition: tables that break the machine's rules; Internal: the proof does not verify.
    [[nodiscard]] absl::StatusOr<std::vector<std::uint8_t>> prove(const ExecutionTables& tables);

    /// Pass 1: commits what is linked. Errors are those of prove().
    [[nodiscard]] absl::StatusOr<LinkType> link(const ExecutionTables& tables);
    /// InvalidArgument if the key does not allow so many.
    [[nodiscard]] absl::Status check_shards(std::uint32_t shards) const;
    /// Pass 1 of one table, whose main columns may be missing, in two steps: its shape (without a root), and all of it.
    [[nodiscard]] absl::StatusOr<TableType> describe_linked(std::uint32_t number,
                                                            const machine::TableTrace& trace) const {
        return describe(number, trace, true);
    }
    [[nodiscard]] absl::StatusOr<TableType> link_table(std::uint32_t number, const machine::TableTrace& trace);
    /// The link of tables that were linked before, such as those of a file. It depends on them and the key alone.
    [[nodiscard]] absl::StatusOr<LinkType> tie(std::vector<TableType> tables);
    /// Pass 2, for table `number` of the link, 0 the boundary. FailedPrecondition: not the tables that were linked.
    [[nodiscard]] absl::StatusOr<PartType> prove_table(const LinkType& link, std::uint32_t number,
                                                       machine::TableTrace trace);
    /// The proof from those of all tables, in the order of link.tables.
    [[nodiscard]] absl::StatusOr<std::vector<std::uint8_t>> assemble(const LinkType& link,
                                                                     std::span<const PartType> parts);

    /// What proving a table takes at most beside its trace (backend::Backend::plan_bytes).
    [[nodiscard]] std::uint64_t plan_bytes(const TableType& table) const {
        return backend_.plan_bytes(table.shape, key_.opening());
    }
    /// The largest of the tables proved so far.
    [[nodiscard]] std::uint64_t planned_bytes() const noexcept { return planned_bytes_; }

 private:
    using Ext = Extension<D>;

    absl::StatusOr<TableType> describe(std::uint32_t number, const machine::TableTrace& trace, bool linked_alone) const;
    absl::Status check_same(const TableType& table, const machine::TableTrace& trace) const;
    absl::StatusOr<std::uint32_t> choose_stack_height(std::size_t machine,
                                                      std::span<const std::uint32_t> heights) const;
    absl::StatusOr<std::unique_ptr<CommitmentType>> commit(const TableType& table, machine::Group group,
                                                           const machine::TableTrace& trace);
    absl::StatusOr<const CommitmentType*> preprocessed(std::size_t machine, std::uint32_t stack_height);
    [[nodiscard]] Digest link_leaf(const TableType& table) const;
    [[nodiscard]] std::uint32_t first_table() const noexcept { return key_.has_boundary() ? 0 : 1; }
    absl::Status check_source(const ExecutionTables& tables) const;
    absl::Status check_numbers(std::span<const TableType> tables) const;
    absl::Status check_public_values(std::span<const TableType> tables) const;
    absl::Status prove_body(const LinkType& link, const TableType& table, machine::TableTrace trace, PartType& part);

    template <class Run>
    auto timed(std::string_view step, const Run& run);

    BackendType& backend_;
    const ProvingKey<D, Hasher>& key_;
    ProverOptions options_;
    std::map<std::pair<std::size_t, std::uint32_t>, std::unique_ptr<CommitmentType>> preprocessed_;
    std::uint64_t planned_bytes_ = 0;
};

extern template class Prover<4, hash::Poseidon2Hasher16>;
extern template class Prover<5, hash::Poseidon2Hasher24>;

}  // namespace sluice::protocol

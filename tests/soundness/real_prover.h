// The prover on the CPU, set up for tests: keys, proofs, and proofs of tables that are false. SPDX-License-Identifier:
// MIT OR Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/protocol/prover.h"
#include "soundness.h"

namespace sluice::test {

using Bytes = std::vector<std::uint8_t>;

/// Ends a test, or a program that writes cases, when what it builds on fails.
inline void must(bool condition, const std::string& otherwise) {
    if (!condition) throw std::runtime_error(otherwise);
}

/// Tables of an execution: the boundary's (empty without a boundary machine), then the shards'. It must stay while the
/// result is used.
[[nodiscard]] inline protocol::ExecutionTables tables_of(const std::vector<machine::TableTrace>& traces) {
    return {static_cast<std::uint32_t>(traces.size() - 1),
            [&traces](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> { return traces[shard]; },
            [&traces]() -> absl::StatusOr<machine::TableTrace> { return traces[0]; }};
}

/// Keys and proofs of one scheme.
template <class S>
class RealProver {
 public:
    static constexpr unsigned kDegree = S::kProfile.extension_degree;
    using Hasher = typename S::Hasher;
    using Key = protocol::ProvingKey<kDegree, Hasher>;

    explicit RealProver(unsigned threads = 1)
        : backend_(backend_cpu::make_backend<kDegree, Hasher>({.threads = threads})) {}

    [[nodiscard]] Key make_key(const protocol::KeyMachines& machines, std::vector<std::uint32_t> stack_heights,
                               std::uint32_t max_shards = 8, std::uint32_t max_link_terms = 100000) const {
        protocol::KeyOptions options;
        options.profile = &S::kProfile;
        options.opening = S::kOpening.id;
        options.stack_heights = std::move(stack_heights);
        options.max_shards = max_shards;
        options.max_link_terms = max_link_terms;
        auto key = Key::make(*backend_, options, machines);
        must(key.ok(), std::string(key.status().message()));
        return *std::move(key);
    }

    /// A proof that the verifier has accepted; empty if there is none, with the reason in error().
    [[nodiscard]] Bytes prove(const Key& key, const protocol::ExecutionTables& tables, std::uint32_t stack_height = 0) {
        protocol::ProverOptions options;
        options.check = check;
        options.stack_height = stack_height;
        return run(key, tables, options);
    }
    /// A proof of tables that may be false, made as if they were true.
    [[nodiscard]] Bytes prove_unchecked(const Key& key, const protocol::ExecutionTables& tables) {
        protocol::ProverOptions options;
        options.check = nullptr;
        options.refuse_false_tables = false;
        return run(key, tables, options);
    }

    [[nodiscard]] const std::string& error() const { return error_; }
    /// Of the last proof.
    [[nodiscard]] std::uint64_t planned_bytes() const { return planned_; }
    [[nodiscard]] std::uint64_t peak_bytes() const { return backend_->peak_memory_bytes(); }
    [[nodiscard]] backend_cpu::CpuBackend<kDegree, Hasher>& backend() { return *backend_; }

 private:
    static absl::Status check(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                              std::span<const std::uint32_t> statement) {
        const verify::Verdict verdict = run_verifier<S>({key.begin(), key.end()}, {proof.begin(), proof.end()},
                                                        {statement.begin(), statement.end()});
        return verdict.ok() ? absl::OkStatus() : absl::InvalidArgumentError(in_words(verdict));
    }
    [[nodiscard]] Bytes run(const Key& key, const protocol::ExecutionTables& tables, protocol::ProverOptions options) {
        options.stack_columns = 16;
        protocol::Prover<kDegree, Hasher> prover(*backend_, key, std::move(options));
        backend_->reset_peak_memory();
        auto proof = prover.prove(tables);
        planned_ = prover.planned_bytes();
        error_ = std::string(proof.status().message());
        return proof.ok() ? *std::move(proof) : Bytes();
    }

    std::unique_ptr<backend_cpu::CpuBackend<kDegree, Hasher>> backend_;
    std::string error_;
    std::uint64_t planned_ = 0;
};

}  // namespace sluice::test

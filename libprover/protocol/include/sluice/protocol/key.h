// Making keys: what a verifier knows of the machines, and what a prover keeps beside it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   protocol::KeyOptions options{.profile = &params::kBits100, .stack_heights = {16, 20}, .max_shards = 64};
//   auto key = protocol::ProvingKey<4, hash::Poseidon2Hasher16>::make(backend, options, {&machine, &boundary});
//   write_file(key->body());
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/backend/backend.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/machine/description.h"
#include "sluice/params/profile.h"

namespace sluice::protocol {

using math::Extension;
using math::KoalaBear;

/// What is decided of a key beside its machines.
struct KeyOptions {
    const params::Profile* profile = &params::kBits100;  ///< must outlive the key
    std::optional<params::OpeningId> opening{};          ///< one of the profile's; none: its default
    std::vector<std::uint32_t> stack_heights;            ///< logs, ascending, distinct, within the opening
    std::uint32_t max_shards = 1;
    std::uint32_t max_link_terms = 0;  ///< of an execution: height times links, over all its tables
};

/// The machines of a key; both must outlive it.
struct KeyMachines {
    const machine::MachineDescription* shards = nullptr;
    const machine::MachineDescription* boundary = nullptr;  ///< null: none; then the shards' machine has no links
};

/// A key with what proving with it needs.
template <unsigned D, class Hasher>
class ProvingKey {
 public:
    using BackendType = backend::Backend<D, Hasher>;
    using CommitmentType = backend::Commitment<Hasher>;
    using Digest = typename Hasher::Digest;

    /// Commits the preprocessed columns at each stack height and writes the body (libprover/DESIGN.md, section 9).
    /// InvalidArgument names the option or machine that breaks a rule, or a profile of another degree or hash.
    [[nodiscard]] static absl::StatusOr<ProvingKey> make(BackendType& backend, const KeyOptions& options,
                                                         const KeyMachines& machines);

    ProvingKey(ProvingKey&&) = default;
    ProvingKey& operator=(ProvingKey&&) = default;

    [[nodiscard]] std::span<const std::uint8_t> body() const noexcept { return body_; }
    [[nodiscard]] const Digest& digest() const noexcept { return digest_; }
    [[nodiscard]] const KeyOptions& options() const noexcept { return options_; }
    [[nodiscard]] const params::Profile& profile() const noexcept { return *options_.profile; }
    [[nodiscard]] const params::Opening& opening() const noexcept {
        return profile().opening(options_.opening.value_or(profile().default_opening));
    }
    [[nodiscard]] bool has_boundary() const noexcept { return machines_.boundary != nullptr; }
    /// 0: the shards' machine, 1: the boundary machine.
    [[nodiscard]] const machine::MachineDescription& machine(std::size_t index) const noexcept {
        return index == 0 ? *machines_.shards : *machines_.boundary;
    }
    /// Its chips' code, which lives as long as the key, moved or not.
    [[nodiscard]] const backend::MachineCode& code(std::size_t index) const noexcept { return *codes_[index]; }

 private:
    ProvingKey(const KeyOptions& options, const KeyMachines& machines) : options_(options), machines_(machines) {}

    KeyOptions options_;
    KeyMachines machines_;
    std::array<std::unique_ptr<const backend::MachineCode>, 2> codes_;
    std::vector<std::uint8_t> body_;
    Digest digest_{};
};

/// Commits a machine's preprocessed columns at a stack height.
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<std::unique_ptr<backend::Commitment<Hasher>>> commit_preprocessed(
    backend::Backend<D, Hasher>& backend, const params::Opening& opening, const machine::MachineDescription& machine,
    std::uint32_t stack_height);

extern template class ProvingKey<4, hash::Poseidon2Hasher16>;
extern template class ProvingKey<5, hash::Poseidon2Hasher24>;

}  // namespace sluice::protocol

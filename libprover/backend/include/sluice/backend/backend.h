// The operations through which all heavy work of proving goes. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   std::unique_ptr<backend::Backend<4, hash::Poseidon2Hasher16>> cpu = backend_cpu::make_backend<...>(options);
//   auto main = cpu->commit(table, machine::Group::main, columns);
//   cpu->prove_gkr(table, challenges, channel) -> claims about the leaves
//   cpu->prove_zerocheck(table, challenges, claims, channel) -> values of the columns
//   cpu->prove_jagged(table, columns, channel) -> values of the stack columns
//   cpu->prove_opening(table, stack, channel)
//
// Each is one step of libprover/DESIGN.md, done whole: sumchecks with their transcript, so that a backend keeps its
// data where it computes and only messages leave it. What a backend holds between the steps is in the commitments,
// whose content is its own matter; all else is small and plain. `protocol` puts the steps together.
//
// Every backend gives the same bytes for the same input, however many threads it has.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/backend/channel.h"
#include "sluice/backend/layout.h"
#include "sluice/backend/machine_code.h"
#include "sluice/machine/column_source.h"
#include "sluice/machine/program.h"
#include "sluice/params/profile.h"

namespace sluice::backend {

/// A committed group of columns: its root, and what the backend needs to go on (dense vector, code words, tree).
template <class Hasher>
class Commitment {
 public:
    using Digest = typename Hasher::Digest;
    Commitment(const Commitment&) = delete;
    Commitment& operator=(const Commitment&) = delete;
    virtual ~Commitment() = default;

    /// The zero digest for a group of width 0.
    [[nodiscard]] const Digest& root() const noexcept { return root_; }
    /// Stack columns.
    [[nodiscard]] std::uint32_t width() const noexcept { return width_; }

 protected:
    Commitment(const Digest& root, std::uint32_t width) : root_(root), width_(width) {}

 private:
    Digest root_;
    std::uint32_t width_;
};

/// What one table proof is about, but for the committed data. The spans of `machine` and its code must outlive it.
struct TableShape {
    machine::Machine machine;
    const MachineCode* code = nullptr;   ///< compile_machine; who only commits needs none
    std::vector<std::uint32_t> heights;  ///< one for each chip, 0 for absent ones
    std::vector<KoalaBear> public_values;
    unsigned stack_height = 0;
};

/// A table proof in progress: the shape with its commitments.
template <class Hasher>
struct Table {
    const TableShape* shape = nullptr;
    std::array<const Commitment<Hasher>*, machine::kGroups> commitments{};  ///< all there, if of width 0
    const params::Opening* opening = nullptr;
};

/// Challenges of the fingerprints.
template <unsigned D>
struct FingerprintChallenges {
    Extension<D> a, b;            ///< of writes, reads and lookups
    Extension<D> link_a, link_b;  ///< of links
};

/// Section 5's end: claims about the leaves of the four trees at one point.
template <unsigned D>
struct LeafClaims {
    std::vector<Extension<D>> point;     ///< row variables, then those of the places in the lists
    std::array<Extension<D>, 6> values;  ///< W, R, N_L, D_L, N_G, D_G
    std::array<Extension<D>, 6> roots;   ///< the same of the roots; what they must be is for the caller to say
};

/// The zerocheck's end: all columns at one point.
template <unsigned D>
struct ColumnClaims {
    std::vector<Extension<D>> point;   ///< of the row variables
    std::vector<Extension<D>> values;  ///< group by group, for the columns of present chips in order
};

/// The jagged reduction's end: all stack columns at one point.
template <unsigned D>
struct StackClaims {
    std::vector<Extension<D>> point;   ///< of the variables within a stack column
    std::vector<Extension<D>> values;  ///< of the stack columns
};

/// A way of computing. It proves what it is given, true or false. Errors: ResourceExhausted if memory does not suffice,
/// Internal for faults of the backend.
template <unsigned D, class Hasher>
class Backend {
 public:
    using Ext = Extension<D>;
    using Digest = typename Hasher::Digest;
    using ChannelType = Channel<D, Hasher>;
    using CommitmentType = Commitment<Hasher>;
    using TableType = Table<Hasher>;

    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    /// A short name for reports: "cpu".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Bytes that a table proof of this shape takes at most beside the trace that the caller holds: all commitments and
    /// the largest working memory of any step. Known before anything is allocated.
    [[nodiscard]] virtual std::uint64_t plan_bytes(const TableShape& shape, const params::Opening& opening) const = 0;

    /// Section 3. `columns` has one span for each chip: its columns of the group, column c at c * align4(height), zeros
    /// after the height; empty for absent chips. The data is copied. Pairs of h and opening that do not fit the field's
    /// subgroups are InvalidArgument.
    [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<CommitmentType>> commit(
        const TableShape& shape, const params::Opening& opening, machine::Group group,
        std::span<const std::span<const KoalaBear>> columns) = 0;

    /// The same for the main columns if some are left out of `columns`: empty ones of chips that have rows are the
    /// source's. Here they are filled on the host; errors are the source's too.
    [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<CommitmentType>> commit_main(
        const TableShape& shape, const params::Opening& opening, std::span<const std::span<const KoalaBear>> columns,
        const machine::ColumnSource& source) {
        const absl::StatusOr<std::vector<std::vector<KoalaBear>>> filled = source.fill();
        if (!filled.ok()) return filled.status();
        std::vector<std::span<const KoalaBear>> all(columns.begin(), columns.end());
        for (std::size_t chip = 0; chip < all.size() && chip < filled->size(); ++chip) {
            if (all[chip].empty()) all[chip] = (*filled)[chip];
        }
        return commit(shape, opening, machine::Group::main, all);
    }

    /// Finds the smallest nonce, absorbs it and writes it, as section 4 tells; does nothing for 0 bits.
    [[nodiscard]] virtual absl::Status grind(ChannelType& channel, std::string_view label, unsigned bits) = 0;
    /// The same in a transcript alone; gives the nonce.
    [[nodiscard]] virtual absl::StatusOr<KoalaBear> grind(hash::Transcript<Hasher>& transcript, std::string_view label,
                                                          unsigned bits) = 0;

    /// Section 5.
    [[nodiscard]] virtual absl::StatusOr<LeafClaims<D>> prove_gkr(const TableType& table,
                                                                  const FingerprintChallenges<D>& challenges,
                                                                  ChannelType& channel) = 0;
    /// Section 6, steps 1 to 3.
    [[nodiscard]] virtual absl::StatusOr<ColumnClaims<D>> prove_zerocheck(const TableType& table,
                                                                          const FingerprintChallenges<D>& challenges,
                                                                          const LeafClaims<D>& leaves,
                                                                          ChannelType& channel) = 0;
    /// Section 6, steps 4 to 6.
    [[nodiscard]] virtual absl::StatusOr<StackClaims<D>> prove_jagged(const TableType& table,
                                                                      const ColumnClaims<D>& columns,
                                                                      ChannelType& channel) = 0;
    /// Section 7.
    [[nodiscard]] virtual absl::Status prove_opening(const TableType& table, const StackClaims<D>& stack,
                                                     ChannelType& channel) = 0;
};

}  // namespace sluice::backend

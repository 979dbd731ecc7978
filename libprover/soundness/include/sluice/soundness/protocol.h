// What the table of parameters is worth: provable bits of every round of the protocol, and expected proof sizes.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   const soundness::Report report = soundness::evaluate(params::kBits100, params::kBits100.opening());
//   report.bits();     // least over all rounds
//   for (const soundness::Round& round : report.rounds) std::cout << round.name << round.bits();
//
// The protocol is that of libprover/DESIGN.md; libprover/SOUNDNESS.md explains each row and the convention.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sluice/params/profile.h"
#include "sluice/soundness/opening.h"

namespace sluice::soundness {

/// One kind of verifier message: how likely it is to turn a false claim into a true one.
struct Round {
    std::string step;         ///< part of the protocol
    std::string name;         ///< the message
    std::string formula;      ///< the error before grinding, q the size of the extension
    std::string source;       ///< theorem and paper
    std::uint64_t count = 1;  ///< such messages in one table proof (one execution for linking)
    double worst_error = 0;   ///< greatest of the `count` errors, grinding included
    double error_sum = 0;     ///< of all `count`, grinding included
    std::uint32_t grinding_bits = 0;

    /// Provable bits of the worst.
    [[nodiscard]] double bits() const noexcept { return bits_of(worst_error); }
};

/// What a proof of work of `bits` bits is worth: low bits of an element of KoalaBear are zero with a probability a
/// little above 2^-bits (p = 127 x 2^24 + 1). 0 for 0 bits.
[[nodiscard]] double work_bits(std::uint32_t bits) noexcept;

/// Probability that a false balance of `terms` fingerprints, as a product or as a sum of fractions, holds at random
/// challenges: the difference of both sides over a common denominator is a polynomial that is not zero, of at most
/// `terms` factors of total degree `degree` each.
[[nodiscard]] double fingerprint_error(const Field& field, double terms, double degree) noexcept;

/// Computational assumptions beside the rounds.
struct HashBits {
    double digest_collision = 0;  ///< half the bits of a digest
    double sponge_capacity = 0;   ///< half the bits of the capacity
};

/// Bits of a profile with one of its openings.
struct Report {
    const params::Profile* profile = nullptr;
    const params::Opening* opening = nullptr;
    std::uint32_t stack_height_log = 0;
    std::vector<Round> rounds;
    HashBits hash;

    /// The profile's bits: least over all rounds and the hash. Convention of round-by-round soundness (SOUNDNESS.md).
    [[nodiscard]] double bits() const noexcept;
    /// -log2 of the sum of all errors of one table proof and the linking challenge; for information.
    [[nodiscard]] double union_bits() const noexcept;
    /// The same over a table proof for every shard and the boundary; for information.
    [[nodiscard]] double execution_union_bits() const noexcept;
};

/// Evaluates at the profile's limits and the opening's greatest number of stack columns. The opening need not be one of
/// the profile's, so that a changed one can be judged.
[[nodiscard]] Report evaluate(const params::Profile& profile, const params::Opening& opening,
                              std::uint32_t stack_height_log);
/// At the opening's greatest stack height, where bits are least.
[[nodiscard]] Report evaluate(const params::Profile& profile, const params::Opening& opening);

/// The opening at a stack height with that many stack columns, as the general configurations describe it.
[[nodiscard]] std::variant<FoldConfig, WhirConfig> opening_config(const params::Profile& profile,
                                                                  const params::Opening& opening,
                                                                  std::uint32_t stack_height_log,
                                                                  std::uint64_t stack_columns);

/// Shape of a table proof, as far as its size depends on it.
struct Shape {
    std::uint32_t chips = 0;
    std::uint32_t public_values = 0;
    std::uint32_t log_max_rows = 0;          ///< mu: of the highest chip
    std::uint32_t log_max_interactions = 0;  ///< kappa: of the longest of the four lists
    std::uint32_t columns = 0;               ///< of present chips, in all groups
    std::uint32_t stack_height_log = 0;
    /// Stack columns of the preprocessed, linked and main commitment.
    std::array<std::uint32_t, 3> stack_columns{};
};

/// Expected bytes of a table proof: lengths of the parts follow from the shape, those of the openings from the random
/// positions of the queries.
struct ProofSize {
    double header = 0;  ///< heights, public values, roots
    double gkr = 0;
    double zerocheck = 0;  ///< rounds and column values
    double jagged = 0;     ///< rounds and stack values
    double nonces = 0;
    OpeningSize opening;  ///< without the roots of commitments, which are in the header and the key

    [[nodiscard]] double bytes() const noexcept { return header + gkr + zerocheck + jagged + nonces + opening.bytes(); }
};
[[nodiscard]] ProofSize expected_size(const params::Profile& profile, const params::Opening& opening,
                                      const Shape& shape);

}  // namespace sluice::soundness

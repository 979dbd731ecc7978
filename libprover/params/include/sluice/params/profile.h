// The one table of security parameters that prover and verifier read.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A profile is field extension, hasher, grinding and limits, with the openings that go with them; a key names a profile
// and one of its openings. All entries are plain integers, so that a verifier without a floating-point unit reads the
// same table as the prover. What they are worth is computed from them: `sluice::soundness` gives the provable bits of
// every round, a test fails if a profile is under its target or wastes a query or a bit of work, and
// libprover/SOUNDNESS.md is its output.
//
//   static_assert(params::kBits100.extension_degree == 4);
//   const params::Opening& opening = params::kBits100.opening();
//   for (std::uint32_t group = 0; group < opening.num_groups(h); ++group) bind(opening.group_size(h, group));
//
// A profile is also a template argument: `template <const params::Profile& kProfile> class Verifier`. Shipped verifiers
// take `params::ShippedProfile` only; the profiles that tests run fast on are in a library of the tests, in another
// namespace.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::params {

/// Numbers of the profiles in keys; stable, never reused. Numbers from kFirstTestProfile on are left to tests.
enum class ProfileId : std::uint16_t { bits100 = 1, bits128 = 2 };
inline constexpr std::uint16_t kFirstTestProfile = 0x8000;

/// Hash of Merkle trees and transcript; Poseidon2 over KoalaBear with S-box x^3.
enum class Hasher : std::uint8_t {
    poseidon2_width16 = 1,  ///< rate 8, capacity 8, digest 8 elements
    poseidon2_width24 = 2,  ///< rate 15, capacity 9, digest 9 elements
};

/// How evaluations of committed columns are proved.
enum class OpeningKind : std::uint8_t {
    basefold = 1,  ///< folds at one rate; every query goes through all rounds
    whir = 2,      ///< the rate falls each round, which has queries of its own
};

/// Numbers of the openings in keys; stable, never reused.
enum class OpeningId : std::uint8_t {
    basefold_rate_1_2 = 1,
    basefold_rate_1_4 = 2,
    whir_rate_1_2 = 3,
    whir_rate_1_4 = 4,
    whir_rate_1_16 = 5,
};
inline constexpr std::size_t kNumOpenings = 5;

/// log2 of the largest power of two that divides p - 1: no evaluation domain is larger.
inline constexpr std::uint32_t kTwoAdicity = 24;

/// Parameters of one opening. Heights and sizes are base-2 logarithms of element counts; h is the stack height.
///
/// The h variables of a stack column are bound in groups of fold_arity_log, until final_log are left, whose 2^final_log
/// values are sent in clear; the last group may be smaller. Oracle 0 is the committed stacks; folding oracle j by group
/// j gives oracle j + 1, of which a tree is made unless group j is the last. A leaf of oracle j holds all values that
/// its fold needs: 2^group_size(h, j) values of each column. Stacks with h <= final_log have no group and one value a
/// leaf.
///
/// Basefold (DESIGN.md, section 7): all oracles have the first rate; a leaf is neighbouring positions of the codeword.
/// WHIR: oracle j holds its 2^(h - o_j) coefficients as 2^group_size interleaved codewords, on a domain that halves
/// from oracle to oracle, so the rate falls by 2^(group_size - 1); a leaf is one position of the interleaved code. The
/// domain of oracle 0 is thus h + log_inverse_rate - group_size(h, 0), and larger stacks fit.
struct Opening {
    /// Bound on num_groups.
    static constexpr std::size_t kMaxGroups = 12;

    OpeningId id{};
    OpeningKind kind{};
    std::uint32_t log_inverse_rate = 0;  ///< R, of oracle 0
    std::uint32_t fold_arity_log = 0;    ///< variables of a full group, each bound by a challenge of its own
    std::uint32_t final_log = 0;         ///< variables of the polynomial sent in clear, if h is not less
    /// Queries, with repetition. Basefold has only entry 0, for the whole opening; WHIR's entry j is for oracle j.
    std::array<std::uint32_t, kMaxGroups> queries{};
    // Proofs of work, in bits; 0: none, and no nonce in the proof. Each counts in the one round it is named for.
    std::uint32_t query_grinding_bits = 0;  ///< before queries are drawn (WHIR: each time)
    std::uint32_t batch_grinding_bits = 0;  ///< before the challenge whose powers combine the stack columns
    std::uint32_t fold_grinding_bits = 0;   ///< before the folding challenge of each variable
    std::uint32_t ood_samples = 0;          ///< WHIR: out-of-domain points for each oracle after oracle 0
    std::uint32_t min_stack_height_log = 0;
    std::uint32_t max_stack_height_log = 0;
    std::uint32_t max_stack_columns = 0;  ///< W: of all commitments that are opened together

    /// G: groups of bound variables.
    [[nodiscard]] constexpr std::uint32_t num_groups(std::uint32_t h) const noexcept {
        return h <= final_log ? 0 : (h - final_log + fold_arity_log - 1) / fold_arity_log;
    }
    /// Variables of groups before `group`: o_group.
    [[nodiscard]] constexpr std::uint32_t group_start(std::uint32_t h, std::uint32_t group) const noexcept {
        const std::uint32_t bound = h <= final_log ? 0 : h - final_log;
        return group * fold_arity_log < bound ? group * fold_arity_log : bound;
    }
    /// Variables of `group`; 0 for groups that do not exist.
    [[nodiscard]] constexpr std::uint32_t group_size(std::uint32_t h, std::uint32_t group) const noexcept {
        return group_start(h, group + 1) - group_start(h, group);
    }
    /// Variables of the polynomial sent in clear.
    [[nodiscard]] constexpr std::uint32_t final_log_size(std::uint32_t h) const noexcept {
        return h < final_log ? h : final_log;
    }
    /// Trees a query goes into: those of oracle 0 .. num_oracles - 1.
    [[nodiscard]] constexpr std::uint32_t num_oracles(std::uint32_t h) const noexcept {
        return num_groups(h) == 0 ? 1 : num_groups(h);
    }
    /// Log of the inverse rate of an oracle.
    [[nodiscard]] constexpr std::uint32_t log_inverse_rate_of(std::uint32_t h, std::uint32_t oracle) const noexcept {
        if (kind == OpeningKind::basefold) return log_inverse_rate;
        return log_inverse_rate + group_start(h, oracle) - oracle;
    }
    /// Size of the domain on which an oracle is encoded, at most kTwoAdicity.
    [[nodiscard]] constexpr std::uint32_t domain_log_size(std::uint32_t h, std::uint32_t oracle) const noexcept {
        const std::uint32_t full = h - group_start(h, oracle) + log_inverse_rate_of(h, oracle);
        return kind == OpeningKind::basefold ? full : full - group_size(h, oracle);
    }
    /// The largest of these: WHIR's last oracle, if its group is small, may have a larger domain than the first.
    [[nodiscard]] constexpr std::uint32_t largest_domain_log_size(std::uint32_t h) const noexcept {
        std::uint32_t largest = 0;
        for (std::uint32_t oracle = 0; oracle < num_oracles(h); ++oracle) {
            if (domain_log_size(h, oracle) > largest) largest = domain_log_size(h, oracle);
        }
        return largest;
    }
    /// Leaves of an oracle's tree. Queries are indices of leaves of oracle 0 (Basefold) or of each oracle (WHIR).
    [[nodiscard]] constexpr std::uint32_t num_leaves_log(std::uint32_t h, std::uint32_t oracle) const noexcept {
        const std::uint32_t domain = domain_log_size(h, oracle);
        return kind == OpeningKind::basefold ? domain - group_size(h, oracle) : domain;
    }
    /// Queries into an oracle.
    [[nodiscard]] constexpr std::uint32_t num_queries(std::uint32_t oracle) const noexcept {
        return kind == OpeningKind::basefold ? queries[0] : queries[oracle];
    }
    [[nodiscard]] constexpr bool allows(std::uint32_t h, std::uint64_t stack_columns) const noexcept {
        return h >= min_stack_height_log && h <= max_stack_height_log && stack_columns <= max_stack_columns;
    }
};

/// The largest machine and shard of a profile. A key states its own limits; reading a key checks that none is above
/// these, and the verifier holds every proof to the key's. The bits of a profile hold only for machines within its
/// limits.
struct Limits {
    std::uint32_t max_chips = 0;
    std::uint32_t max_log_rows = 0;           ///< rows of one chip: at most 2^max_log_rows
    std::uint64_t max_total_rows = 0;         ///< of all chips of a shard
    std::uint32_t max_columns = 0;            ///< of all chips and groups of a machine
    std::uint32_t max_constraint_degree = 0;  ///< of constraints and interactions, in the columns
    std::uint32_t max_constraints = 0;        ///< zero constraints of a machine, over all its chips
    /// Interactions of one type (writes, reads, lookups, links) of a machine, over all its chips.
    std::uint32_t max_interactions = 0;
    std::uint32_t max_record_elements = 0;  ///< of a write or read, its kind not counted
    std::uint32_t max_lookup_elements = 0;
    std::uint32_t max_link_elements = 0;
    /// Writes of a table proof, and as many reads: sum over chips of height times interactions.
    std::uint64_t max_record_terms = 0;
    /// Lookup fractions of a table proof, tables included. Below p, so that no multiplicity wraps to zero.
    std::uint64_t max_lookup_terms = 0;
    std::uint64_t max_linking_terms = 0;  ///< fractions of the linking sum, over all shards and the boundary; below p
    std::uint32_t max_shards = 0;
};

/// See the head of this file.
struct Profile {
    ProfileId id{};
    std::string_view name;
    std::uint32_t target_bits = 0;       ///< provable bits of every round
    std::uint32_t extension_degree = 0;  ///< D: challenges are in the extension of KoalaBear of this degree
    Hasher hasher{};
    std::uint32_t hash_width = 0;     ///< elements of the permutation's state; the rate is width less capacity
    std::uint32_t hash_capacity = 0;  ///< elements of the sponge that are neither absorbed over nor squeezed
    std::uint32_t digest_length = 0;  ///< elements
    /// Proof of work before the challenges of a table proof's fingerprints, which writes, reads and lookups share.
    std::uint32_t lookup_grinding_bits = 0;
    /// Proof of work before the linking challenges, once for an execution.
    std::uint32_t linking_grinding_bits = 0;
    Limits limits;
    std::array<Opening, kNumOpenings> openings{};
    OpeningId default_opening{};  ///< the one of keys for which none is asked

    [[nodiscard]] constexpr std::uint32_t hash_rate() const noexcept { return hash_width - hash_capacity; }
    /// The default opening.
    [[nodiscard]] constexpr const Opening& opening() const noexcept { return opening(default_opening); }
    /// The opening of that number, or null.
    [[nodiscard]] constexpr const Opening* find_opening(OpeningId wanted) const noexcept {
        for (const Opening& candidate : openings) {
            if (candidate.id == wanted) return &candidate;
        }
        return nullptr;
    }
    /// The opening of that number, which must be one of OpeningId.
    [[nodiscard]] constexpr const Opening& opening(OpeningId wanted) const noexcept { return *find_opening(wanted); }
};

/// The word by which a key names its profile and opening: the profile's number in the low half, the opening's above.
[[nodiscard]] constexpr std::uint32_t key_word(const Profile& profile, OpeningId opening) noexcept {
    return static_cast<std::uint32_t>(profile.id) | static_cast<std::uint32_t>(opening) << 16;
}

/// Limits of both shipped profiles. 2^28 linking terms are 2^27 touched words in a run; 127 elements carry a keccak
/// state of 100 limbs from one row to the next.
inline constexpr Limits kShippedLimits{
    .max_chips = 128,
    .max_log_rows = 24,
    .max_total_rows = std::uint64_t{1} << 27,
    .max_columns = 1U << 14,
    .max_constraint_degree = 3,
    .max_constraints = 1U << 15,
    .max_interactions = 1U << 13,
    .max_record_elements = 127,
    .max_lookup_elements = 15,
    .max_link_elements = 8,
    .max_record_terms = std::uint64_t{1} << 30,
    .max_lookup_terms = std::uint64_t{1} << 30,
    .max_linking_terms = std::uint64_t{1} << 28,
    .max_shards = 65535,
};

namespace detail {
/// The five openings, which differ between profiles in queries and grinding alone.
constexpr std::array<Opening, kNumOpenings> make_openings(
    std::uint32_t query_grinding_bits, std::uint32_t batch_grinding_bits, std::uint32_t whir_fold_grinding_bits,
    const std::array<std::array<std::uint32_t, Opening::kMaxGroups>, kNumOpenings>& queries) noexcept {
    const auto make = [&](OpeningId id, OpeningKind kind, std::uint32_t log_inverse_rate) {
        const bool whir = kind == OpeningKind::whir;
        const std::uint32_t arity = whir ? 4 : 3;
        return Opening{
            .id = id,
            .kind = kind,
            .log_inverse_rate = log_inverse_rate,
            .fold_arity_log = arity,
            .final_log = 8,
            .queries = queries[static_cast<std::size_t>(id) - 1],
            .query_grinding_bits = query_grinding_bits,
            .batch_grinding_bits = batch_grinding_bits,
            .fold_grinding_bits = whir ? whir_fold_grinding_bits : 0,
            .ood_samples = whir ? 1U : 0U,
            .min_stack_height_log = 2,
            .max_stack_height_log = kTwoAdicity - log_inverse_rate + (whir ? arity : 0),
            .max_stack_columns = 768,
        };
    };
    return {make(OpeningId::basefold_rate_1_2, OpeningKind::basefold, 1),
            make(OpeningId::basefold_rate_1_4, OpeningKind::basefold, 2),
            make(OpeningId::whir_rate_1_2, OpeningKind::whir, 1), make(OpeningId::whir_rate_1_4, OpeningKind::whir, 2),
            make(OpeningId::whir_rate_1_16, OpeningKind::whir, 4)};
}
}  // namespace detail

/// 100 provable bits: extension of degree 4, Poseidon2 of width 16.
inline constexpr Profile kBits100{
    .id = ProfileId::bits100,
    .name = "bits100",
    .target_bits = 100,
    .extension_degree = 4,
    .hasher = Hasher::poseidon2_width16,
    .hash_width = 16,
    .hash_capacity = 8,
    .digest_length = 8,
    .lookup_grinding_bits = 14,
    .linking_grinding_bits = 8,
    .limits = kShippedLimits,
    .openings = detail::make_openings(20, 10, 1,
                                      {{{193}, {118}, {193, 88, 81, 81, 81}, {118, 84, 81, 81, 81}, {88, 81, 81, 81}}}),
    .default_opening = OpeningId::basefold_rate_1_2,
};

/// 128 provable bits: extension of degree 5, Poseidon2 of width 24 with digests of 9 elements.
inline constexpr Profile kBits128{
    .id = ProfileId::bits128,
    .name = "bits128",
    .target_bits = 128,
    .extension_degree = 5,
    .hasher = Hasher::poseidon2_width24,
    .hash_width = 24,
    .hash_capacity = 9,
    .digest_length = 9,
    .lookup_grinding_bits = 11,
    .linking_grinding_bits = 5,
    .limits = kShippedLimits,
    .openings = detail::make_openings(
        20, 7, 0, {{{261}, {160}, {261, 119, 110, 109, 109}, {160, 114, 109, 109, 109}, {119, 110, 109, 109}}}),
    .default_opening = OpeningId::basefold_rate_1_2,
};

/// Every profile that a shipped verifier knows.
inline constexpr std::array<const Profile*, 2> kProfiles{&kBits100, &kBits128};

/// True of the objects in kProfiles alone. A verifier that took another profile would accept proofs of too few queries.
[[nodiscard]] constexpr bool is_shipped(const Profile& profile) noexcept {
    for (const Profile* shipped : kProfiles) {
        if (shipped == &profile) return true;
    }
    return false;
}

/// Constraint of templates over a profile that must not be made for a test's.
template <const Profile& kProfile>
concept ShippedProfile = is_shipped(kProfile);

/// The shipped profile of that number, as a key states it; null for every other number.
[[nodiscard]] const Profile* find_profile(std::uint16_t id) noexcept;
/// The shipped profile of that name, or null.
[[nodiscard]] const Profile* find_profile(std::string_view name) noexcept;

/// Names as printed and as read back.
[[nodiscard]] std::string_view name_of(OpeningId id) noexcept;
[[nodiscard]] std::string_view name_of(OpeningKind kind) noexcept;
[[nodiscard]] std::string_view name_of(Hasher hasher) noexcept;

namespace detail {
/// What must hold of every table, however its numbers are chosen.
constexpr bool well_formed(const Profile& profile) noexcept {
    if (profile.extension_degree < 4 || profile.extension_degree > 6) return false;
    if (profile.digest_length > profile.hash_rate() || profile.digest_length > profile.hash_capacity) return false;
    if (2 * profile.digest_length > profile.hash_width) return false;
    if (profile.limits.max_lookup_terms >= 0x7f000001 || profile.limits.max_linking_terms >= 0x7f000001) return false;
    for (std::size_t index = 0; index < kNumOpenings; ++index) {
        const Opening& opening = profile.openings[index];
        if (static_cast<std::size_t>(opening.id) != index + 1) return false;
        // Work is shown by low bits of one element, of which 24 are as good as uniform; a nonce is one element.
        if (opening.query_grinding_bits > 24 || opening.batch_grinding_bits > 24 || opening.fold_grinding_bits > 24) {
            return false;
        }
        for (std::uint32_t h = opening.min_stack_height_log; h <= opening.max_stack_height_log; ++h) {
            if (opening.num_groups(h) > Opening::kMaxGroups || opening.largest_domain_log_size(h) > kTwoAdicity)
                return false;
            for (std::uint32_t oracle = 0; oracle < opening.num_oracles(h); ++oracle) {
                if (opening.num_queries(oracle) == 0) return false;
            }
        }
    }
    return profile.find_opening(profile.default_opening) != nullptr;
}
}  // namespace detail
static_assert(detail::well_formed(kBits100) && detail::well_formed(kBits128));

}  // namespace sluice::params

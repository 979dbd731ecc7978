// The types of a profile, and the small things that every part of the verifier uses.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The parts of the verifier are templates over a Scheme. A shipped library has those of the shipped profiles
// (verify.cpp); a library of the tests makes its own from the same headers.
#pragma once

#include <type_traits>

#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/hash/transcript.h"
#include "sluice/math/extension.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/polynomial.h"
#include "sluice/params/profile.h"
#include "sluice/verify/status.h"

namespace sluice::verify {

using math::KoalaBear;

/// What a profile and one of its openings fix at compile time. `Observer_` sees the transcript's elements
/// (hash/transcript.h); the hashers are over `Permutation_`.
template <const params::Profile& kProfile_, params::OpeningId kOpeningId = kProfile_.default_opening,
          class Observer_ = hash::NoObserver, template <unsigned> class Permutation_ = hash::Poseidon2>
struct Scheme {
    static constexpr const params::Profile& kProfile = kProfile_;
    static constexpr const params::Opening& kOpening = kProfile_.opening(kOpeningId);
    using Observer = Observer_;
    using Ext = math::Extension<kProfile.extension_degree>;
    using Hasher =
        std::conditional_t<kProfile.hasher == params::Hasher::poseidon2_width16,
                           hash::Poseidon2Hasher16Over<Permutation_>, hash::Poseidon2Hasher24Over<Permutation_>>;
    using Digest = typename Hasher::Digest;
    using Transcript = hash::Transcript<Hasher, Observer>;
    static_assert(Digest::kElements == kProfile.digest_length);
};

/// Result of one part of the verifier.
struct [[nodiscard]] Outcome {
    Status status = Status::ok;
    std::uint32_t position = 0;

    [[nodiscard]] bool failed() const noexcept { return status != Status::ok; }
    [[nodiscard]] Verdict at(std::uint32_t table) const noexcept { return {status, table, position}; }
};

/// Most coordinates of a point: any number of variables that the key's limits admit is below.
inline constexpr unsigned kMaxVariables = 64;

/// A point of E^size; coordinate k belongs to bit k of an index.
template <class Ext>
struct Point {
    Ext coordinate[kMaxVariables];
    unsigned size = 0;

    void append(const Ext& value) noexcept { coordinate[size++] = value; }
    [[nodiscard]] std::span<const Ext> part(unsigned first, unsigned count) const noexcept {
        return std::span<const Ext>(coordinate).subspan(first, count);
    }
};

/// sum of power^j values[j].
template <class Ext>
[[nodiscard]] Ext combine(std::span<const Ext> values, const Ext& power) noexcept {
    return math::evaluate_polynomial(values, power);
}

}  // namespace sluice::verify

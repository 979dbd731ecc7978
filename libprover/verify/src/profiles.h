// The verifiers of the shipped profiles and openings, each made in a file of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "execution.h"
#include "sluice/hash/linked_poseidon2.h"

namespace sluice::verify {

/// verify_execution for keys of a shipped profile and one of its openings, over the linked permutation.
template <const params::Profile& kProfile, params::OpeningId kOpening>
requires params::ShippedProfile<kProfile>
[[nodiscard]] Verdict verify_shipped(ByteView key, ByteView proof, std::span<const std::uint32_t> statement,
                                     Arena& arena) noexcept {
    return verify_execution<Scheme<kProfile, kOpening, hash::NoObserver, hash::LinkedPoseidon2>>(key, proof, statement,
                                                                                                 arena);
}

extern template Verdict verify_shipped<params::kBits100, params::OpeningId::basefold_rate_1_2>(
    ByteView, ByteView, std::span<const std::uint32_t>, Arena&) noexcept;
extern template Verdict verify_shipped<params::kBits100, params::OpeningId::whir_rate_1_2>(
    ByteView, ByteView, std::span<const std::uint32_t>, Arena&) noexcept;
extern template Verdict verify_shipped<params::kBits128, params::OpeningId::basefold_rate_1_2>(
    ByteView, ByteView, std::span<const std::uint32_t>, Arena&) noexcept;
extern template Verdict verify_shipped<params::kBits128, params::OpeningId::whir_rate_1_2>(
    ByteView, ByteView, std::span<const std::uint32_t>, Arena&) noexcept;

}  // namespace sluice::verify

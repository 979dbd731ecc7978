// What the tests of the verifier share: profiles of tests, and a verdict in words. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "execution.h"
#include "sluice/params_test/profile.h"
#include "sluice/verify/verify.h"

namespace sluice::test {

/// Types of bits100, a nonce in every place.
using Narrow = verify::Scheme<params_test::kTest, params::OpeningId::basefold_rate_1_2>;
/// Types of bits128, no nonces.
using Wide = verify::Scheme<params_test::kTestWide, params::OpeningId::basefold_rate_1_2>;
/// The same two with the other opening.
using NarrowWhir = verify::Scheme<params_test::kTest, params::OpeningId::whir_rate_1_2>;
using WideWhir = verify::Scheme<params_test::kTestWide, params::OpeningId::whir_rate_1_2>;
/// For tests of all four.
#define SLUICE_SCHEMES Narrow, Wide, NarrowWhir, WideWhir

template <class S>
inline constexpr bool kIsWhir = S::kOpening.kind == params::OpeningKind::whir;

/// Runs the verifier in memory of just the size that it promises to be enough.
template <class S>
[[nodiscard]] verify::Verdict run_verifier(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
                                           const std::vector<std::uint32_t>& statement) {
    std::vector<std::uint64_t> memory(verify::scratch_bytes(key.size(), proof.size()) / 8);
    Arena arena(memory.data(), memory.size() * 8);
    return verify::verify_execution<S>(key, proof, statement, arena);
}

/// A verdict in words: "ok", or status, table and position.
[[nodiscard]] inline std::string in_words(const verify::Verdict& verdict) {
    if (verdict.ok()) return "ok";
    std::string words(verify::name(verdict.status));
    return words + " " + std::to_string(verdict.table) + " " + std::to_string(verdict.position);
}

template <class S>
[[nodiscard]] std::string verdict_of(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
                                     const std::vector<std::uint32_t>& statement) {
    return in_words(run_verifier<S>(key, proof, statement));
}

}  // namespace sluice::test

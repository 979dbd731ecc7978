// The verifier of executions. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   std::vector<std::uint8_t> memory(verify::scratch_bytes(key.size(), proof.size()));
//   Arena arena(memory.data(), memory.size());
//   const verify::Verdict verdict = verify::verify(key, proof, statement, arena);
//   if (!verdict.ok()) std::cerr << verify::name(verdict.status);
//
// Freestanding: memory is the arena's alone, nothing is thrown, printed or kept. Any bytes may be given as key and
// proof; time and memory are bounded by their sizes. What is checked, and why, is libprover/DESIGN.md.
#pragma once

#include <cstdint>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"
#include "sluice/verify/status.h"

namespace sluice::verify {

/// Enough memory for `verify` on a key and a proof of these sizes in bytes.
[[nodiscard]] constexpr std::uint64_t scratch_bytes(std::uint64_t key_size, std::uint64_t proof_size) noexcept {
    return 8 * key_size + 4 * proof_size + (std::uint64_t{1} << 20);
}

/// Whether `proof` shows an execution of the machines of `key` whose statement is `statement`.
///
/// key        body of a key (DESIGN.md section 9). That it is the right one is for the caller to know.
/// proof      body of a proof (section 10).
/// statement  the public values of the last shard that the key says make up the statement, canonical, in its order.
///
/// Only keys of the profiles bits100 and bits128 with an opening of rate 1/2 are accepted. The arena is used as scratch
/// and left as it was.
[[nodiscard]] Verdict verify(ByteView key, ByteView proof, std::span<const std::uint32_t> statement,
                             Arena& arena) noexcept;

}  // namespace sluice::verify

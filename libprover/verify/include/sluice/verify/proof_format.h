// Numbers of a proof's body that prover and verifier share. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::verify {

inline constexpr std::uint32_t kProofMagic = 0x46504c53;  // "SLPF", little endian
inline constexpr std::uint32_t kProofVersion = 1;
/// First element of the leaves L_i of pass 1 (libprover/DESIGN.md, section 8): they are no tree's of a commitment.
inline constexpr std::uint32_t kLinkLeafDomain = 0x4c;

}  // namespace sluice::verify

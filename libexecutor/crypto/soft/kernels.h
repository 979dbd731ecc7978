// The algorithms that have no replaceable part, under names of their own: what sluice::crypto declares in software, and
// a zkVM's runtime behind its accelerator interface. Meaning and errors are those of the functions in
// sluice/crypto/*.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"

namespace sluice::crypto::soft {

[[nodiscard]] std::array<std::uint8_t, 20> ripemd160(ByteView data) noexcept;

void blake2f(std::uint32_t rounds, std::uint64_t h[8], const std::uint64_t m[16], const std::uint64_t t[2],
             bool final_block) noexcept;

[[nodiscard]] bool modexp(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output,
                          Arena& scratch) noexcept;

}  // namespace sluice::crypto::soft

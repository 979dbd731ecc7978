// The verifiers of the shipped profiles, each in a file of its own. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"
#include "sluice/verify/status.h"

namespace sluice::verify {

[[nodiscard]] Verdict verify_bits100(ByteView key, ByteView proof, std::span<const std::uint32_t> statement,
                                     Arena& arena) noexcept;
[[nodiscard]] Verdict verify_bits128(ByteView key, ByteView proof, std::span<const std::uint32_t> statement,
                                     Arena& arena) noexcept;

}  // namespace sluice::verify

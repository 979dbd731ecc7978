// The outcome of a pairing check.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::crypto {

enum class PairingResult : std::uint8_t {
    invalid,  ///< malformed input: a length, a coordinate, a point off its curve or outside its subgroup
    not_one,  ///< the product of the pairings is not one
    one,      ///< it is one; so is the empty product
};

}  // namespace sluice::crypto

// The outputs that mean true and false: a 32-byte one or zero.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "precompiles/precompiles.h"
#include "sluice/crypto/pairing.h"

namespace sluice::executor {

inline constexpr std::uint8_t kFalseWord[32]{};
inline constexpr std::uint8_t kTrueWord[32]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/// A pairing check's outcome as a call's.
[[nodiscard]] inline PrecompileResult pairing_output(crypto::PairingResult result) noexcept {
    switch (result) {
        case crypto::PairingResult::one:
            return {true, kTrueWord};
        case crypto::PairingResult::not_one:
            return {true, kFalseWord};
        case crypto::PairingResult::invalid:
            break;
    }
    return {};
}

}  // namespace sluice::executor

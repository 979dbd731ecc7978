// 0x04: gives back its input.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"

namespace sluice::executor {

std::uint64_t identity_gas(ByteView input, Fork) noexcept {
    return price_by_word(15, 3, input.size());
}

Result<PrecompileResult> identity_run(ByteView input, Fork, Arena&) noexcept {
    return PrecompileResult{true, input};
}

}  // namespace sluice::executor

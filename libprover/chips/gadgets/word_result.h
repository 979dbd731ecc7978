// Results of 32 bits, sign-extended. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// A result of 32 bits, sign-extended.
template <class T>
struct WordResult {
    std::array<T, 2> low;
    T sign;
    SLUICE_COLUMNS(low, sign)
};
[[nodiscard]] constexpr WordResult<KoalaBear> fill_word_result(std::uint64_t result) {
    return {{element(limb(result, 0)), element(limb(result, 1))}, element(sign_bit(result))};
}
/// The result's limbs. Range checks: all of them, here.
template <class B, class V>
[[nodiscard]] Limbs<V> check_word_result(B& b, const V& is_real, const WordResult<V>& result) {
    b.boolean("the sign is a bit", result.sign);
    check_bits(b, is_real, result.low[0], 16);
    check_sign(b, is_real, result.low[1], result.sign);
    return {result.low[0], result.low[1], sign_limb(b, result.sign), sign_limb(b, result.sign)};
}

}  // namespace sluice::chips

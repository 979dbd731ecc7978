// Modular exponentiation for moduli of up to 256 bits on a machine with a modular multiply-add.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "crypto/soft/accelerated.h"
#include "sluice/base/bytes.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// base^exponent mod modulus, which is not zero; numbers are big endian, of any length, an empty one is zero, 0^0 is 1.
/// `Machine` is as accelerated.h says; multiply_add is all that is used of it, and every modulus is fine for it.
template <class Machine>
[[nodiscard]] Uint256 modexp256(ByteView base, ByteView exponent, const Uint256& modulus) noexcept {
    constexpr unsigned kWindow = 4;
    constexpr std::size_t kShortExponent = 5;  // bytes, up to which bit by bit costs less than a table
    AddendModulus rest{Uint256(), modulus};
    const auto multiply = [&rest](Uint256& result, const Uint256& a, const Uint256& b) {
        Machine::multiply_add(result, a, b, rest);
    };
    const Uint256 unit(1);
    Uint256 one;
    multiply(one, unit, unit);  // 0 if the modulus is 1

    // The base, 256 bits at a time from its top: value = value 2^256 + chunk.
    Uint256 value;
    const std::size_t head = base.size() % 32;
    value = Uint256::from_be(base.first(head));
    multiply(value, value, unit);
    if (head < base.size()) {
        Uint256 radix;
        multiply(radix, Uint256(0, 0, 0, std::uint64_t{1} << 63), Uint256(2));
        for (std::size_t at = head; at < base.size(); at += 32) {
            rest.addend = Uint256::from_be(base.data() + at);
            multiply(value, value, radix);
        }
        rest.addend = Uint256();
    }

    while (!exponent.empty() && exponent[0] == 0) exponent = exponent.subspan(1);
    Uint256 result = one;
    bool started = false;
    if (exponent.size() <= kShortExponent) {
        for (const std::uint8_t byte : exponent) {
            for (int bit = 7; bit >= 0; --bit) {
                if (started) multiply(result, result, result);
                if ((byte >> bit & 1) == 0) continue;
                if (started) {
                    multiply(result, result, value);
                } else {
                    result = value;
                }
                started = true;
            }
        }
        return result;
    }

    Uint256 power[std::size_t{1} << kWindow];
    power[1] = value;
    for (std::size_t i = 2; i < std::size(power); ++i) multiply(power[i], power[i - 1], value);
    for (const std::uint8_t byte : exponent) {
        for (const unsigned digit : {byte / 16u, byte % 16u}) {
            if (started) {
                for (unsigned i = 0; i < kWindow; ++i) multiply(result, result, result);
            }
            if (digit == 0) continue;
            if (started) {
                multiply(result, result, power[digit]);
            } else {
                result = power[digit];
            }
            started = true;
        }
    }
    return result;
}

/// The whole of modexp (sluice/crypto/modexp.h) where the modulus has at most 256 bits beside leading zeros; false, and
/// nothing done, where it has more. `output` may be an input.
template <class Machine>
[[nodiscard]] bool modexp_if_short(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output) noexcept {
    constexpr std::size_t kSize = 32;
    const std::size_t above = modulus.size() > kSize ? modulus.size() - kSize : 0;
    for (std::size_t i = 0; i < above; ++i) {
        if (modulus[i] != 0) return false;
    }
    const Uint256 short_modulus = Uint256::from_be(modulus.subspan(above));
    const Uint256 result = short_modulus.is_zero() ? Uint256() : modexp256<Machine>(base, exponent, short_modulus);
    std::uint8_t bytes[kSize];
    result.to_be(bytes);
    if (above != 0) std::memset(output.data(), 0, above);
    const std::size_t size = modulus.size() - above;
    if (size != 0) std::memcpy(output.data() + above, bytes + kSize - size, size);
    return true;
}

}  // namespace sluice::crypto::soft

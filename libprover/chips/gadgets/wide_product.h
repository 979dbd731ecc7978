// Identities between integers of many bytes. SPDX-License-Identifier: MIT OR Apache-2.0
//
// What must be 0, such as x y - q m - r, is written down as a polynomial in 256 whose coefficients may have any size
// and sign. From the lowest on, two coefficients and what is carried into them are 2^16 times the next carry; one
// coefficient and 2^8 where two are too large; nothing is left at the end. A carry is not a column: it is the sum over
// 2^16 in the field, and a lookup says that it is small.
//
// That is an equality of integers only if nothing wraps modulo p, whatever a forger puts into the row. So the code that
// writes an identity down also runs over intervals instead of columns, when the chip is compiled: `plan_carries` takes
// the bounds of the coefficients and decides how many are taken together and how many bits each carry may have, so that
// for all digits and carries that pass the lookups both sides differ by less than p. Where no plan does that, the chip
// does not compile (`CarryPlan::sound`).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gadgets/word.h"

namespace sluice::chips {

/// All integers from `low` to `high`: what a column or an expression may be.
struct Interval {
    std::int64_t low = 0;
    std::int64_t high = 0;
};
[[nodiscard]] constexpr Interval operator+(Interval a, Interval b) noexcept {
    return {a.low + b.low, a.high + b.high};
}
[[nodiscard]] constexpr Interval operator-(Interval a, Interval b) noexcept {
    return {a.low - b.high, a.high - b.low};
}
[[nodiscard]] constexpr Interval operator*(Interval a, Interval b) noexcept {
    const std::array<std::int64_t, 4> ends = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    Interval product{ends[0], ends[0]};
    for (const std::int64_t end : ends) {
        product.low = end < product.low ? end : product.low;
        product.high = end > product.high ? end : product.high;
    }
    return product;
}

/// A builder that computes the bounds of what is built.
struct BoundsBuilder {
    using Var = Interval;
    [[nodiscard]] constexpr Interval constant(std::uint32_t value) const noexcept { return {value, value}; }
};
/// Digits of these bounds.
template <std::size_t kDigits>
[[nodiscard]] constexpr std::array<Interval, kDigits> digits_within(std::int64_t low, std::int64_t high) noexcept {
    std::array<Interval, kDigits> digits{};
    digits.fill({low, high});
    return digits;
}
inline constexpr Interval kBit = {0, 1};
template <std::size_t kDigits>
inline constexpr auto kAnyBytes = digits_within<kDigits>(0, 255);
template <std::size_t kDigits>
inline constexpr auto kAnySignedBytes = digits_within<kDigits>(-128, 127);
template <std::size_t kDigits>
inline constexpr auto kAnyLimbs = digits_within<kDigits>(0, 0xffff);

/// A sum of numbers and products: at[i] counts 256^i.
template <class B, std::size_t kSize>
struct WideSum {
    using V = typename B::Var;

    B& b;
    std::array<V, kSize> at;

    explicit constexpr WideSum(B& builder) : b(builder) { at.fill(builder.constant(0)); }

    /// + factor * value * 256^place
    constexpr void add(const V& value, std::int32_t factor, std::size_t place) {
        const V size = factor == 1 || factor == -1
                           ? value
                           : b.constant(static_cast<std::uint32_t>(factor < 0 ? -factor : factor)) * value;
        at[place] = factor < 0 ? at[place] - size : at[place] + size;
    }
    /// + factor * x * 256^place, x of bytes
    template <std::size_t kDigits>
    constexpr void add_bytes(const std::array<V, kDigits>& x, std::int32_t factor, std::size_t place = 0) {
        for (std::size_t i = 0; i < kDigits; ++i) add(x[i], factor, place + i);
    }
    /// + factor * x * 256^place, x of 16-bit limbs
    template <std::size_t kDigits>
    constexpr void add_limbs(const std::array<V, kDigits>& x, std::int32_t factor, std::size_t place = 0) {
        for (std::size_t i = 0; i < kDigits; ++i) add(x[i], factor, place + 2 * i);
    }
    /// + factor * x * y, both of bytes
    template <std::size_t kX, std::size_t kY>
    constexpr void add_product(const std::array<V, kX>& x, const std::array<V, kY>& y, std::int32_t factor) {
        for (std::size_t k = 0; k + 1 < kX + kY; ++k) {
            V sum = b.constant(0);
            for (std::size_t i = k < kY ? 0 : k + 1 - kY; i < kX && i <= k; ++i) sum = sum + x[i] * y[k - i];
            add(sum, factor, k);
        }
    }
    /// + factor * x * x
    template <std::size_t kX>
    constexpr void add_square(const std::array<V, kX>& x, std::int32_t factor) {
        for (std::size_t k = 0; k + 1 < 2 * kX; ++k) {
            V sum = b.constant(0);
            for (std::size_t i = k < kX ? 0 : k + 1 - kX; 2 * i < k; ++i) sum = sum + x[i] * x[k - i];
            sum = b.constant(2) * sum;
            if (k % 2 == 0) sum = sum + x[k / 2] * x[k / 2];
            add(sum, factor, k);
        }
    }
};

/// How the coefficients of a sum are carried on.
struct CarryStep {
    std::uint32_t coefficients = 0;  ///< taken together: 1 or 2
    std::uint32_t bits = 0;          ///< of the carry + offset; the last step has no carry
    std::uint32_t offset = 0;
};
template <std::size_t kSize>
struct CarryPlan {
    std::array<CarryStep, kSize> steps{};
    std::size_t count = 0;
    bool sound = false;  ///< for no digits and carries within their bounds does a step wrap modulo p
};

/// The plan for coefficients of these bounds.
template <std::size_t kSize>
[[nodiscard]] constexpr CarryPlan<kSize> plan_carries(const WideSum<BoundsBuilder, kSize>& sum) noexcept {
    constexpr std::int64_t kModulus = KoalaBear::kModulus;
    CarryPlan<kSize> plan;
    Interval carry{};  // all that the lookup lets pass
    for (std::size_t i = 0; i < kSize;) {
        bool fits = false;
        for (std::size_t taken = i + 2 <= kSize ? 2 : 1; taken > 0 && !fits; --taken) {
            const std::int64_t weight = std::int64_t{1} << (8 * taken);
            const Interval total =
                taken == 2 ? carry + sum.at[i] + Interval{256, 256} * sum.at[i + 1] : carry + sum.at[i];
            CarryStep step{static_cast<std::uint32_t>(taken), 0, 0};
            Interval next{};
            if (i + taken < kSize) {
                // An honest carry lies between these; a lookup of bits has some room besides.
                next = {total.low / weight, total.high / weight};
                step.bits =
                    static_cast<std::uint32_t>(std::bit_width(static_cast<std::uint64_t>(next.high - next.low)));
                const std::int64_t room = (std::int64_t{1} << step.bits) - 1;
                next.low -= (room - (next.high - next.low)) / 2;
                next.high = next.low + room;
                step.offset = static_cast<std::uint32_t>(-next.low);
            }
            // total = weight * next modulo p, and so in the integers.
            fits = total.low <= 0 && total.high >= 0 && step.bits <= 16 && total.high - weight * next.low < kModulus &&
                   total.low - weight * next.high > -kModulus;
            if (!fits) continue;
            plan.steps[plan.count++] = step;
            carry = next;
            i += taken;
        }
        if (!fits) return plan;
    }
    plan.sound = true;
    return plan;
}

/// The sum is 0 if `count` is 1; in rows of zeros it must be 0 anyway. Range checks: the carries, here.
template <class B, class V, std::size_t kSize>
void check_zero(B& b, std::string_view what, const V& count, const WideSum<B, kSize>& sum,
                const CarryPlan<kSize>& plan) {
    V carry = b.constant(0);
    std::size_t i = 0;
    for (std::size_t step = 0; step < plan.count; ++step) {
        const auto& [coefficients, bits, offset] = plan.steps[step];
        V total = carry + sum.at[i];
        if (coefficients == 2) total = total + b.constant(256) * sum.at[i + 1];
        i += coefficients;
        if (step + 1 == plan.count) {
            b.zero(what, total);
        } else {
            carry = shifted_down(b, total, 8 * coefficients);
            check_bits(b, count, carry + b.constant(offset), bits);
        }
    }
}

/// If `count` is 1, all are bytes; signed ones if `kSigned`.
template <bool kSigned = false, class B, class V, std::size_t kBytes>
void check_bytes(B& b, const V& count, const std::array<V, kBytes>& bytes) {
    static_assert(kBytes % 2 == 0);
    const V offset = b.constant(kSigned ? 128 : 0);
    for (std::size_t i = 0; i < kBytes; i += 2) {
        b.lookup(kBytePairBus, count, {bytes[i] + offset, bytes[i + 1] + offset});
    }
}
/// The limbs of bytes.
template <class B, class V, std::size_t kBytes>
[[nodiscard]] std::array<V, kBytes / 2> joined(B& b, const std::array<V, kBytes>& bytes) {
    std::array<V, kBytes / 2> limbs;
    for (std::size_t i = 0; i < kBytes / 2; ++i) limbs[i] = bytes[2 * i] + b.constant(256) * bytes[2 * i + 1];
    return limbs;
}

}  // namespace sluice::chips

// Backends of the ECDSA templates for a machine with its own modular and curve operations, such as a zkVM's guest.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// `Machine` is a class of static functions, each one operation of the machine; results may lie in an operand's place:
//
//   void multiply_add(Uint256& result, const Uint256& a, const Uint256& b, const AddendModulus& rest);
//       result = (a b + rest.addend) mod rest.modulus, for operands of any size.
//   void secp256k1_add(AffinePoint<Uint256>& p, const AffinePoint<Uint256>& q);
//       p += q for finite points with different x and all coordinates below the prime.
//   void secp256k1_double(AffinePoint<Uint256>& p);
//       p += p for a finite point.
//
// These are costly next to an instruction, but far cheaper than what they replace. So points stay affine: the inversion
// that an affine addition needs is the machine's business.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/soft/montgomery.h"
#include "crypto/soft/secp256k1.h"
#include "crypto/soft/secp256r1.h"
#include "crypto/soft/weierstrass.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// The third operand of a multiply-add and the modulus, side by side.
struct AddendModulus {
    Uint256 addend;
    Uint256 modulus;
};
static_assert(sizeof(AddendModulus) == 64);

/// An integer modulo kModulus, always below it, multiplied by the machine.
template <class Machine, Uint256 kModulus>
class MachineElement {
 public:
    constexpr MachineElement() noexcept = default;

    [[nodiscard]] static constexpr MachineElement one() noexcept { return MachineElement(Uint256(1)); }
    /// `value` is below the modulus.
    [[nodiscard]] static constexpr MachineElement from(const Uint256& value) noexcept { return MachineElement(value); }
    [[nodiscard]] constexpr const Uint256& value() const noexcept { return value_; }

    [[nodiscard]] constexpr bool is_zero() const noexcept { return value_.is_zero(); }
    friend constexpr bool operator==(const MachineElement& a, const MachineElement& b) noexcept {
        return a.value_ == b.value_;
    }

    friend MachineElement operator*(const MachineElement& a, const MachineElement& b) noexcept {
        MachineElement product;
        Machine::multiply_add(product.value_, a.value_, b.value_, kNothingAdded);
        return product;
    }
    friend MachineElement square(const MachineElement& a) noexcept { return a * a; }
    /// a^(2^count).
    friend MachineElement square_times(MachineElement a, unsigned count) noexcept {
        a.square_in_place(count);
        return a;
    }
    friend constexpr MachineElement operator+(const MachineElement& a, const MachineElement& b) noexcept {
        return MachineElement(add_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr MachineElement operator-(const MachineElement& a, const MachineElement& b) noexcept {
        return MachineElement(subtract_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr MachineElement operator-(const MachineElement& a) noexcept { return MachineElement() - a; }
    friend constexpr MachineElement half(const MachineElement& a) noexcept {
        return MachineElement(halve_modulo(a.value_, kModulus));
    }
    /// 1 / a as a^(modulus - 2), since all moduli here are prime, and zero for zero.
    friend MachineElement inverse(const MachineElement& a) noexcept {
        MachineElement odd_powers[8];
        odd_powers[0] = a;
        const MachineElement squared = square(a);
        for (int i = 1; i < 8; ++i) odd_powers[i] = odd_powers[i - 1] * squared;
        MachineElement result = odd_powers[kInversion.first];
        for (const Window& window : kInversion.windows) {
            if (window.squarings == 0) break;
            result.square_in_place(window.squarings);
            Machine::multiply_add(result.value_, result.value_, odd_powers[window.odd_power].value_, kNothingAdded);
        }
        return result;
    }

 private:
    constexpr explicit MachineElement(const Uint256& value) noexcept : value_(value) {}

    void square_in_place(unsigned count) noexcept {
        for (; count != 0; --count) Machine::multiply_add(value_, value_, value_, kNothingAdded);
    }

    static constexpr AddendModulus kNothingAdded{Uint256(), kModulus};

    /// One step of an exponentiation from the top: square so often, then multiply by the odd power 2 odd_power + 1.
    struct Window {
        std::uint8_t squarings;
        std::uint8_t odd_power;
    };
    struct Exponentiation {
        std::uint8_t first;              ///< the odd power to begin with
        std::array<Window, 66> windows;  ///< ended by one without squarings
    };
    /// modulus - 2 in windows of up to four bits that begin and end with a one.
    static constexpr Exponentiation kInversion = [] {
        constexpr Uint256 kExponent = kModulus - Uint256(2);
        static_assert((kExponent.limb[3] >> 60) % 2 == 1 && kExponent.limb[0] % 2 == 1);
        Exponentiation result{static_cast<std::uint8_t>((kExponent.limb[3] >> 60) / 2), {}};
        std::size_t used = 0;
        unsigned squarings = 0;
        for (unsigned left = 252; left > 0;) {
            if ((kExponent >> (left - 1)).limb[0] % 2 == 0) {
                ++squarings;
                --left;
                continue;
            }
            unsigned count = left < 4 ? left : 4;
            while ((kExponent >> (left - count)).limb[0] % 2 == 0) --count;
            const std::uint64_t bits = (kExponent >> (left - count)).limb[0] & ((1u << count) - 1);
            result.windows[used++] = {static_cast<std::uint8_t>(squarings + count),
                                      static_cast<std::uint8_t>(bits / 2)};
            squarings = 0;
            left -= count;
        }
        return result;
    }();

    Uint256 value_{};
};

namespace secp256k1 {

/// A generator's table as plain integers.
[[nodiscard]] constexpr std::array<AffinePoint<Uint256>, kGeneratorEntries> as_integers(
    const GeneratorTable& table) noexcept {
    std::array<AffinePoint<Uint256>, kGeneratorEntries> integers;
    for (std::size_t i = 0; i < kGeneratorEntries; ++i) integers[i] = {table[i].x.value(), table[i].y.value()};
    return integers;
}
inline constexpr auto kLowerTableIntegers = as_integers(kLowerTable);
inline constexpr auto kUpperTableIntegers = as_integers(kUpperTable);

/// p - y for 0 < y < p. Since p = 2^256 - kFold, that is ~y - (kFold - 1), which hardly ever borrows.
[[nodiscard]] constexpr Uint256 negate_y(const Uint256& y) noexcept {
    Uint256 result = ~y;
    std::uint64_t borrow = 0;
    result.limb[0] = sub_limbs(result.limb[0], kFold - 1, borrow);
    if (borrow != 0) [[unlikely]] {
        for (int i = 1; i < 4; ++i) result.limb[i] = sub_limbs(result.limb[i], 0, borrow);
    }
    return result;
}

/// Backend of recover and verify.
template <class Machine>
struct Accelerated {
    using Field = MachineElement<Machine, kPrime>;
    using Scalar = MachineElement<Machine, kOrder>;

    /// u1 G + u2 P for u1, u2 below n and P on the curve.
    class Combination {
     public:
        Combination(const Uint256& u1, const AffinePoint<Field>& p, const Uint256& u2) noexcept {
            Digits digits;
            recode_scalars(digits, u1, u2);
            // P and 2 P, then each odd multiple from the one before. None of them share their x: the order is large.
            Point multiples[kPointEntries];
            Point lambda_multiples[kPointEntries];
            multiples[0] = {p.x.value(), p.y.value()};
            Point twice = multiples[0];
            Machine::secp256k1_double(twice);
            for (std::size_t i = 1; i < kPointEntries; ++i) {
                multiples[i] = multiples[i - 1];
                Machine::secp256k1_add(multiples[i], twice);
            }
            for (std::size_t i = 0; i < kPointEntries; ++i) {
                Machine::multiply_add(lambda_multiples[i].x, multiples[i].x, kBeta, kModuloPrime);
                lambda_multiples[i].y = multiples[i].y;
            }
            for (std::size_t position = digits.used; position-- > 0;) {
                if (!infinity_) Machine::secp256k1_double(sum_);
                if (!digits.any(position)) continue;
                const std::int8_t* const digit = digits.digit[position];
                if (digit[kPoint] != 0) add(multiples, digit[kPoint]);
                if (digit[kLambdaPoint] != 0) add(lambda_multiples, digit[kLambdaPoint]);
                if (digit[kLowerGenerator] != 0) add(kLowerTableIntegers.data(), digit[kLowerGenerator]);
                if (digit[kUpperGenerator] != 0) add(kUpperTableIntegers.data(), digit[kUpperGenerator]);
            }
        }

        [[nodiscard]] bool infinity() const noexcept { return infinity_; }
        /// The sum; only if it is finite.
        [[nodiscard]] AffinePoint<Field> affine() const noexcept { return {Field::from(sum_.x), Field::from(sum_.y)}; }
        /// Whether the sum's x is `x`; only if it is finite.
        [[nodiscard]] bool has_x(const Field& x) const noexcept { return sum_.x == x.value(); }

     private:
        using Point = AffinePoint<Uint256>;

        static constexpr AddendModulus kModuloPrime{Uint256(), kPrime};

        void add(const Point* table, int digit) noexcept {
            if (digit > 0) {
                add(table[digit / 2]);
            } else {
                const Point& q = table[-digit / 2];
                add(Point{q.x, negate_y(q.y)});
            }
        }
        /// The machine adds points of different x only; the others are told apart here.
        void add(const Point& q) noexcept {
            if (infinity_) {
                sum_ = q;
                infinity_ = false;
            } else if (sum_.x == q.x) [[unlikely]] {
                if (sum_.y == q.y) {
                    Machine::secp256k1_double(sum_);
                } else {
                    infinity_ = true;
                }
            } else {
                Machine::secp256k1_add(sum_, q);
            }
        }

        Point sum_;
        bool infinity_ = true;
    };
};

}  // namespace secp256k1

namespace secp256r1 {

/// Backend of verify.
template <class Machine>
struct Accelerated {
    using Field = MachineElement<Machine, kPrime>;
    using Scalar = MachineElement<Machine, kOrder>;
};

}  // namespace secp256r1

}  // namespace sluice::crypto::soft

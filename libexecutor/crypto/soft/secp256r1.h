// ECDSA over secp256r1 (P-256), written once over the arithmetic modulo p and n.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "crypto/soft/montgomery.h"
#include "crypto/soft/weierstrass.h"
#include "sluice/base/bytes.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft::secp256r1 {

// -- The curve y^2 = x^3 - 3 x + b over the integers modulo p (SEC 2, section 2.4.2).

inline constexpr Uint256 kPrime{0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001};
inline constexpr Uint256 kOrder{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000};
inline constexpr Uint256 kB{0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7};
inline constexpr Uint256 kGeneratorX{0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247};
inline constexpr Uint256 kGeneratorY{0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b};

/// Widths of the signed windows: of the generator's scalar, with a table made at compile time, and of the key's.
inline constexpr unsigned kGeneratorWidth = 8;
inline constexpr unsigned kPointWidth = 5;
inline constexpr std::size_t kGeneratorEntries = std::size_t{1} << (kGeneratorWidth - 2);
inline constexpr std::size_t kPointEntries = std::size_t{1} << (kPointWidth - 2);

enum Stream : std::size_t { kGenerator, kPoint };

/// The plain backend. An accelerated one has the same two types.
struct Plain {
    using Field = Montgomery<kPrime>;
    using Scalar = Montgomery<kOrder>;
};

/// G, 3 G, 5 G, ... in the plain backend's form.
inline constexpr std::array<AffinePoint<Plain::Field>, kGeneratorEntries> kGeneratorTable = [] {
    OddMultiples<CurveA::minus_three, Plain::Field, kGeneratorEntries> multiples(
        {Plain::Field::from(kGeneratorX), Plain::Field::from(kGeneratorY)});
    multiples.normalize();
    return multiples.point;
}();

/// The same in the form of another backend, whose elements are made from integers.
template <class Field>
struct GeneratorTable {
    static constexpr std::array<AffinePoint<Field>, kGeneratorEntries> value = [] {
        std::array<AffinePoint<Field>, kGeneratorEntries> table;
        for (std::size_t i = 0; i < kGeneratorEntries; ++i) {
            table[i] = {Field::from(kGeneratorTable[i].x.value()), Field::from(kGeneratorTable[i].y.value())};
        }
        return table;
    }();
};
template <>
struct GeneratorTable<Plain::Field> {
    static constexpr const auto& value = kGeneratorTable;
};

/// See sluice::crypto::secp256r1_verify.
template <class Backend>
[[nodiscard]] bool verify(const Hash32& message_hash, const Uint256& r, const Uint256& s, const Uint256& x,
                          const Uint256& y) noexcept {
    using Field = typename Backend::Field;
    using Scalar = typename Backend::Scalar;
    if (r.is_zero() || s.is_zero() || !(r < kOrder) || !(s < kOrder)) return false;
    if (!(x < kPrime) || !(y < kPrime)) return false;
    // (0, 0), EIP-7951's infinity, is not on the curve, since b is not 0.
    const AffinePoint<Field> key{Field::from(x), Field::from(y)};
    const Field cubic = (square(key.x) - Field::from(Uint256(3))) * key.x + Field::from(kB);
    if (!(square(key.y) == cubic)) return false;

    // Hashes are below 2 n, so that one subtraction reduces them.
    const Uint256 z = subtract_once(Uint256::from_hash(message_hash), 0, kOrder);
    const Scalar inverse_s = inverse(Scalar::from(s));
    const Uint256 u1 = (Scalar::from(z) * inverse_s).value();
    const Uint256 u2 = (Scalar::from(r) * inverse_s).value();

    DigitTable<257, 2> digits;
    digits.template recode<kGeneratorWidth>(kGenerator, {u1.limb[0], u1.limb[1], u1.limb[2], u1.limb[3], 0}, false);
    digits.template recode<kPointWidth>(kPoint, {u2.limb[0], u2.limb[1], u2.limb[2], u2.limb[3], 0}, false);
    JacobianSum<CurveA::minus_three, Field, kPointEntries> sum(key);
    for (std::size_t position = digits.used; position-- > 0;) {
        sum.double_sum();
        if (!digits.any(position)) continue;
        const std::int8_t* const digit = digits.digit[position];
        if (digit[kPoint] != 0) sum.add(sum.multiples().data(), digit[kPoint]);
        if (digit[kGenerator] != 0) sum.add_original(GeneratorTable<Field>::value.data(), digit[kGenerator]);
    }
    if (sum.infinity()) return false;
    if (sum.has_x(Field::from(r))) return true;
    // x mod n = r also for x = r + n, as long as that is below p.
    bool carry = false;
    const Uint256 other = add_carry(r, kOrder, carry);
    return !carry && other < kPrime && sum.has_x(Field::from(other));
}

}  // namespace sluice::crypto::soft::secp256r1

// 256-bit unsigned integers: four 64-bit limbs, least significant first. The EVM's word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

#include "sluice/base/bytes.h"

namespace sluice {

__extension__ typedef unsigned __int128 Uint128;

struct Uint256 {
    std::uint64_t limb[4]{};

    constexpr Uint256() noexcept = default;
    constexpr Uint256(std::uint64_t low) noexcept : limb{low, 0, 0, 0} {}
    constexpr Uint256(std::uint64_t l0, std::uint64_t l1, std::uint64_t l2, std::uint64_t l3) noexcept
        : limb{l0, l1, l2, l3} {}

    [[nodiscard]] constexpr bool is_zero() const noexcept { return (limb[0] | limb[1] | limb[2] | limb[3]) == 0; }
    /// True if the value is below 2^64.
    [[nodiscard]] constexpr bool fits_u64() const noexcept { return (limb[1] | limb[2] | limb[3]) == 0; }
    [[nodiscard]] constexpr std::uint64_t low64() const noexcept { return limb[0]; }

    friend constexpr bool operator==(const Uint256& a, const Uint256& b) noexcept {
        return ((a.limb[0] ^ b.limb[0]) | (a.limb[1] ^ b.limb[1]) | (a.limb[2] ^ b.limb[2]) |
                (a.limb[3] ^ b.limb[3])) == 0;
    }
    friend constexpr std::strong_ordering operator<=>(const Uint256& a, const Uint256& b) noexcept {
        for (int i = 3; i >= 0; --i) {
            if (a.limb[i] != b.limb[i]) return a.limb[i] <=> b.limb[i];
        }
        return std::strong_ordering::equal;
    }
    friend constexpr bool operator<(const Uint256& a, const Uint256& b) noexcept {
        bool borrow = a.limb[0] < b.limb[0];
        for (int i = 1; i < 4; ++i) {
            borrow = a.limb[i] < b.limb[i] || (a.limb[i] == b.limb[i] && borrow);
        }
        return borrow;
    }

    /// Reads 32 big-endian bytes.
    [[nodiscard]] static constexpr Uint256 from_be(const std::uint8_t* bytes) noexcept {
        return {load_be<std::uint64_t>(bytes + 24), load_be<std::uint64_t>(bytes + 16),
                load_be<std::uint64_t>(bytes + 8), load_be<std::uint64_t>(bytes)};
    }
    /// Reads up to 32 big-endian bytes.
    [[nodiscard]] static constexpr Uint256 from_be(ByteView bytes) noexcept {
        std::uint8_t padded[32]{};
        for (std::size_t i = 0; i < bytes.size() && i < 32; ++i) padded[32 - bytes.size() + i] = bytes[i];
        return from_be(padded);
    }
    /// Writes 32 big-endian bytes.
    constexpr void to_be(std::uint8_t* bytes) const noexcept {
        store_be(bytes, limb[3]);
        store_be(bytes + 8, limb[2]);
        store_be(bytes + 16, limb[1]);
        store_be(bytes + 24, limb[0]);
    }
    [[nodiscard]] constexpr Hash32 to_hash() const noexcept {
        Hash32 hash;
        to_be(hash.bytes.data());
        return hash;
    }
    [[nodiscard]] static constexpr Uint256 from_hash(const Hash32& hash) noexcept { return from_be(hash.bytes.data()); }
    [[nodiscard]] static constexpr Uint256 from_address(const Address& address) noexcept {
        const std::uint8_t* bytes = address.bytes.data();
        return {load_be<std::uint64_t>(bytes + 12), load_be<std::uint64_t>(bytes + 4), load_be<std::uint32_t>(bytes),
                0};
    }
    /// The low 20 bytes.
    [[nodiscard]] constexpr Address to_address() const noexcept {
        Address address;
        store_be(address.bytes.data(), static_cast<std::uint32_t>(limb[2]));
        store_be(address.bytes.data() + 4, limb[1]);
        store_be(address.bytes.data() + 12, limb[0]);
        return address;
    }
    /// Number of significant bits; 0 for zero.
    [[nodiscard]] constexpr unsigned bit_width() const noexcept {
        for (int i = 3; i >= 0; --i) {
            if (limb[i] != 0) return static_cast<unsigned>(64 * i + 64 - __builtin_clzll(limb[i]));
        }
        return 0;
    }
    [[nodiscard]] constexpr unsigned byte_width() const noexcept { return (bit_width() + 7) / 8; }
};

/// a + b mod 2^256; `carry` is the bit that falls out.
[[nodiscard]] constexpr Uint256 add_carry(const Uint256& a, const Uint256& b, bool& carry) noexcept {
    Uint256 sum;
    std::uint64_t c = 0;
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t s = a.limb[i] + b.limb[i];
        const std::uint64_t c1 = s < a.limb[i];
        sum.limb[i] = s + c;
        c = c1 | static_cast<std::uint64_t>(sum.limb[i] < s);
    }
    carry = c != 0;
    return sum;
}

/// a - b mod 2^256; `borrow` tells a < b.
[[nodiscard]] constexpr Uint256 sub_borrow(const Uint256& a, const Uint256& b, bool& borrow) noexcept {
    Uint256 difference;
    std::uint64_t c = 0;
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t d = a.limb[i] - b.limb[i];
        const std::uint64_t c1 = a.limb[i] < b.limb[i];
        difference.limb[i] = d - c;
        c = c1 | static_cast<std::uint64_t>(d < c);
    }
    borrow = c != 0;
    return difference;
}

[[nodiscard]] constexpr Uint256 operator+(const Uint256& a, const Uint256& b) noexcept {
    bool carry = false;
    return add_carry(a, b, carry);
}
[[nodiscard]] constexpr Uint256 operator-(const Uint256& a, const Uint256& b) noexcept {
    bool borrow = false;
    return sub_borrow(a, b, borrow);
}
constexpr Uint256& operator+=(Uint256& a, const Uint256& b) noexcept {
    return a = a + b;
}
constexpr Uint256& operator-=(Uint256& a, const Uint256& b) noexcept {
    return a = a - b;
}

/// a * b mod 2^256.
[[nodiscard]] constexpr Uint256 operator*(const Uint256& a, const Uint256& b) noexcept {
    Uint256 product;
    for (int i = 0; i < 4; ++i) {
        std::uint64_t carry = 0;
        for (int j = 0; i + j < 4; ++j) {
            const Uint128 t = static_cast<Uint128>(a.limb[i]) * b.limb[j] + product.limb[i + j] + carry;
            product.limb[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
    }
    return product;
}

[[nodiscard]] constexpr Uint256 operator&(const Uint256& a, const Uint256& b) noexcept {
    return {a.limb[0] & b.limb[0], a.limb[1] & b.limb[1], a.limb[2] & b.limb[2], a.limb[3] & b.limb[3]};
}
[[nodiscard]] constexpr Uint256 operator|(const Uint256& a, const Uint256& b) noexcept {
    return {a.limb[0] | b.limb[0], a.limb[1] | b.limb[1], a.limb[2] | b.limb[2], a.limb[3] | b.limb[3]};
}
[[nodiscard]] constexpr Uint256 operator^(const Uint256& a, const Uint256& b) noexcept {
    return {a.limb[0] ^ b.limb[0], a.limb[1] ^ b.limb[1], a.limb[2] ^ b.limb[2], a.limb[3] ^ b.limb[3]};
}
[[nodiscard]] constexpr Uint256 operator~(const Uint256& a) noexcept {
    return {~a.limb[0], ~a.limb[1], ~a.limb[2], ~a.limb[3]};
}

namespace detail {
/// The upper half of (high, low) shifted left by `bits`, below 64.
[[nodiscard]] constexpr std::uint64_t shift_left_wide(std::uint64_t high, std::uint64_t low, unsigned bits) noexcept {
    return (high << bits) | ((low >> 1) >> (63 - bits));
}
/// The lower half of (high, low) shifted right by `bits`, below 64.
[[nodiscard]] constexpr std::uint64_t shift_right_wide(std::uint64_t high, std::uint64_t low, unsigned bits) noexcept {
    return (low >> bits) | ((high << 1) << (63 - bits));
}
}  // namespace detail

/// Shifts left by `shift` bits; zero from 256 on.
[[nodiscard]] constexpr Uint256 operator<<(const Uint256& a, unsigned shift) noexcept {
    using detail::shift_left_wide;
    const unsigned bits = shift % 64;
    const std::uint64_t lowest = a.limb[0] << bits;
    if (shift < 64) {
        return {lowest, shift_left_wide(a.limb[1], a.limb[0], bits), shift_left_wide(a.limb[2], a.limb[1], bits),
                shift_left_wide(a.limb[3], a.limb[2], bits)};
    }
    if (shift < 128) {
        return {0, lowest, shift_left_wide(a.limb[1], a.limb[0], bits), shift_left_wide(a.limb[2], a.limb[1], bits)};
    }
    if (shift < 192) return {0, 0, lowest, shift_left_wide(a.limb[1], a.limb[0], bits)};
    if (shift < 256) return {0, 0, 0, lowest};
    return {};
}
/// Shifts right by `shift` bits; zero from 256 on.
[[nodiscard]] constexpr Uint256 operator>>(const Uint256& a, unsigned shift) noexcept {
    using detail::shift_right_wide;
    const unsigned bits = shift % 64;
    const std::uint64_t highest = a.limb[3] >> bits;
    if (shift < 64) {
        return {shift_right_wide(a.limb[1], a.limb[0], bits), shift_right_wide(a.limb[2], a.limb[1], bits),
                shift_right_wide(a.limb[3], a.limb[2], bits), highest};
    }
    if (shift < 128) {
        return {shift_right_wide(a.limb[2], a.limb[1], bits), shift_right_wide(a.limb[3], a.limb[2], bits), highest, 0};
    }
    if (shift < 192) return {shift_right_wide(a.limb[3], a.limb[2], bits), highest, 0, 0};
    if (shift < 256) return {highest, 0, 0, 0};
    return {};
}

}  // namespace sluice

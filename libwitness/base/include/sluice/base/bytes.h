// Byte views, fixed-size byte values, and the only place where byte order is handled.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sluice {

static_assert(std::endian::native == std::endian::little, "Sluice runs on little-endian machines only");

using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// Loads an unsigned integer from unaligned memory, little endian.
template <class T>
[[nodiscard]] constexpr T load_le(const std::uint8_t* bytes) noexcept {
    if (std::is_constant_evaluated()) {
        T value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value = static_cast<T>(value | (static_cast<T>(bytes[i]) << (8 * i)));
        return value;
    }
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

#if defined(__riscv) && !defined(__riscv_zbb)
namespace detail {
/// Without an instruction for it the compiler reverses bytes one by one, in some 20 instructions; halves take 13, and
/// the masks are shared by the words of a longer value. Upper words are often zero. The empty assembly keeps the
/// compiler from seeing what this is.
[[nodiscard]] inline std::uint64_t byte_swap_by_halves(std::uint64_t value) noexcept {
    if (value == 0) return 0;
    constexpr std::uint64_t kBytes = 0x00ff00ff00ff00ff;
    constexpr std::uint64_t kPairs = 0x0000ffff0000ffff;
    value = ((value >> 8) & kBytes) | ((value & kBytes) << 8);
    __asm__("" : "+r"(value));
    value = ((value >> 16) & kPairs) | ((value & kPairs) << 16);
    __asm__("" : "+r"(value));
    return (value >> 32) | (value << 32);
}
}  // namespace detail
#endif

/// Reverses the bytes of an unsigned integer.
template <class T>
[[nodiscard]] constexpr T byte_swap(T value) noexcept {
    static_assert(sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8);
    if constexpr (sizeof(T) == 2) {
        return __builtin_bswap16(value);
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else {
#if defined(__riscv) && !defined(__riscv_zbb)
        if (!std::is_constant_evaluated()) return detail::byte_swap_by_halves(value);
#endif
        return __builtin_bswap64(value);
    }
}

/// Loads an unsigned integer from unaligned memory, big endian.
template <class T>
[[nodiscard]] constexpr T load_be(const std::uint8_t* bytes) noexcept {
    return byte_swap(load_le<T>(bytes));
}

/// Stores an unsigned integer to unaligned memory, little endian.
template <class T>
constexpr void store_le(std::uint8_t* bytes, T value) noexcept {
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
        return;
    }
    std::memcpy(bytes, &value, sizeof value);
}

/// Stores an unsigned integer to unaligned memory, big endian.
template <class T>
constexpr void store_be(std::uint8_t* bytes, T value) noexcept {
    store_le(bytes, byte_swap(value));
}

/// 32 bytes: a keccak-256 digest, a trie root, a hashed key.
struct alignas(8) Hash32 {
    std::array<std::uint8_t, 32> bytes{};

    [[nodiscard]] constexpr ByteView view() const noexcept { return bytes; }
    [[nodiscard]] constexpr std::uint64_t word(std::size_t index) const noexcept {
        return load_le<std::uint64_t>(bytes.data() + 8 * index);
    }
    friend constexpr bool operator==(const Hash32& a, const Hash32& b) noexcept {
        return ((a.word(0) ^ b.word(0)) | (a.word(1) ^ b.word(1)) | (a.word(2) ^ b.word(2)) |
                (a.word(3) ^ b.word(3))) == 0;
    }
    /// Order of the bytes, most significant first: the order of keys in a trie.
    friend constexpr std::strong_ordering operator<=>(const Hash32& a, const Hash32& b) noexcept {
        for (std::size_t i = 0; i < 4; ++i) {
            const auto x = byte_swap(a.word(i));
            const auto y = byte_swap(b.word(i));
            if (x != y) return x <=> y;
        }
        return std::strong_ordering::equal;
    }
    [[nodiscard]] static Hash32 from(const std::uint8_t* source) noexcept {
        Hash32 hash;
        std::memcpy(hash.bytes.data(), source, 32);
        return hash;
    }
};

/// 20 bytes: an account address.
struct alignas(4) Address {
    std::array<std::uint8_t, 20> bytes{};

    [[nodiscard]] constexpr ByteView view() const noexcept { return bytes; }
    friend constexpr bool operator==(const Address& a, const Address& b) noexcept {
        return ((load_le<std::uint64_t>(a.bytes.data()) ^ load_le<std::uint64_t>(b.bytes.data())) |
                (load_le<std::uint64_t>(a.bytes.data() + 8) ^ load_le<std::uint64_t>(b.bytes.data() + 8)) |
                (load_le<std::uint32_t>(a.bytes.data() + 16) ^ load_le<std::uint32_t>(b.bytes.data() + 16))) == 0;
    }
    friend constexpr std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept {
        return a.bytes <=> b.bytes;
    }
    [[nodiscard]] static Address from(const std::uint8_t* source) noexcept {
        Address address;
        std::memcpy(address.bytes.data(), source, 20);
        return address;
    }
};

/// a + b, or false on overflow. For sizes and offsets that come from untrusted input.
[[nodiscard]] constexpr bool checked_add(std::uint64_t a, std::uint64_t b, std::uint64_t& sum) noexcept {
    return !__builtin_add_overflow(a, b, &sum);
}

/// a * b, or false on overflow. For sizes and offsets that come from untrusted input.
[[nodiscard]] constexpr bool checked_mul(std::uint64_t a, std::uint64_t b, std::uint64_t& product) noexcept {
    return !__builtin_mul_overflow(a, b, &product);
}

/// Rounds up to a multiple of 8, the alignment of every stream record.
[[nodiscard]] constexpr std::uint64_t align8(std::uint64_t size) noexcept {
    return (size + 7) & ~std::uint64_t{7};
}

[[nodiscard]] inline bool equal(ByteView a, ByteView b) noexcept {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace sluice

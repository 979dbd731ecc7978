// memcpy, memmove, memset, memcmp: 8 bytes at a time, misaligned where need be (Zicclsm), and MEMCPY for long copies.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Compiled without link-time optimisation and without builtins: the compiler may call these from anywhere, and must not
// turn the loops below into calls of themselves.
#include <cstddef>
#include <cstdint>

#include "runtime/sluice/runtime.h"

using namespace sluice::runtime;

namespace {

// Unaligned words; `may_alias` because they overlay objects of any type.
typedef std::uint64_t Word __attribute__((aligned(1), may_alias));
typedef std::uint32_t HalfWord __attribute__((aligned(1), may_alias));
typedef std::uint16_t QuarterWord __attribute__((aligned(1), may_alias));

// From here on MEMCPY is cheaper than loads and stores: about seven instructions, then 1 per 8 bytes instead of 2 and
// more.
constexpr std::size_t kEcallThreshold = 64;

[[gnu::always_inline]] inline Word& word(void* bytes) noexcept {
    return *static_cast<Word*>(bytes);
}
[[gnu::always_inline]] inline Word word(const void* bytes) noexcept {
    return *static_cast<const Word*>(bytes);
}

// Up to 64 bytes: all loads come before the first store, so the ranges may overlap. Each class copies a block from the
// front and one that ends at the end; they meet or overlap in the middle.
[[gnu::always_inline]] inline void copy_short(std::uint8_t* to, const std::uint8_t* from, std::size_t size) noexcept {
    std::uint8_t* const to_end = to + size;
    const std::uint8_t* const from_end = from + size;
    if (size > 32) {
        const std::uint64_t a = word(from), b = word(from + 8), c = word(from + 16), d = word(from + 24);
        const std::uint64_t e = word(from_end - 32), f = word(from_end - 24);
        const std::uint64_t g = word(from_end - 16), h = word(from_end - 8);
        word(to) = a;
        word(to + 8) = b;
        word(to + 16) = c;
        word(to + 24) = d;
        word(to_end - 32) = e;
        word(to_end - 24) = f;
        word(to_end - 16) = g;
        word(to_end - 8) = h;
    } else if (size > 16) {
        const std::uint64_t a = word(from), b = word(from + 8);
        const std::uint64_t c = word(from_end - 16), d = word(from_end - 8);
        word(to) = a;
        word(to + 8) = b;
        word(to_end - 16) = c;
        word(to_end - 8) = d;
    } else if (size >= 8) {
        const std::uint64_t a = word(from), b = word(from_end - 8);
        word(to) = a;
        word(to_end - 8) = b;
    } else if (size >= 4) {
        const std::uint32_t a = *reinterpret_cast<const HalfWord*>(from);
        const std::uint32_t b = *reinterpret_cast<const HalfWord*>(from_end - 4);
        *reinterpret_cast<HalfWord*>(to) = a;
        *reinterpret_cast<HalfWord*>(to_end - 4) = b;
    } else if (size != 0) {
        // One to three bytes: the first, the middle one and the last.
        const std::uint8_t a = from[0], b = from[size / 2], c = from_end[-1];
        to[0] = a;
        to[size / 2] = b;
        to_end[-1] = c;
    }
}

// More than 32 bytes, front to back: right unless the destination begins inside the source.
[[gnu::always_inline]] inline void copy_forward(std::uint8_t* to, const std::uint8_t* from, std::size_t size) noexcept {
    // The last 32 bytes are loaded first: an overlapping destination may have reached them by the time they are due.
    std::uint8_t* const to_tail = to + size - 32;
    const std::uint8_t* const from_tail = from + size - 32;
    const std::uint64_t e = word(from_tail), f = word(from_tail + 8);
    const std::uint64_t g = word(from_tail + 16), h = word(from_tail + 24);
    for (; to < to_tail; to += 32, from += 32) {
        const std::uint64_t a = word(from), b = word(from + 8), c = word(from + 16), d = word(from + 24);
        word(to) = a;
        word(to + 8) = b;
        word(to + 16) = c;
        word(to + 24) = d;
    }
    word(to_tail) = e;
    word(to_tail + 8) = f;
    word(to_tail + 16) = g;
    word(to_tail + 24) = h;
}

// The same from back to front: right unless the source begins inside the destination.
[[gnu::always_inline]] inline void copy_backward(std::uint8_t* to, const std::uint8_t* from,
                                                 std::size_t size) noexcept {
    const std::uint64_t e = word(from), f = word(from + 8), g = word(from + 16), h = word(from + 24);
    std::uint8_t* to_end = to + size;
    const std::uint8_t* from_end = from + size;
    for (; to_end > to + 32; to_end -= 32, from_end -= 32) {
        const std::uint64_t a = word(from_end - 32), b = word(from_end - 24);
        const std::uint64_t c = word(from_end - 16), d = word(from_end - 8);
        word(to_end - 32) = a;
        word(to_end - 24) = b;
        word(to_end - 16) = c;
        word(to_end - 8) = d;
    }
    word(to) = e;
    word(to + 8) = f;
    word(to + 16) = g;
    word(to + 24) = h;
}

[[gnu::always_inline]] inline void ecall_copy(std::uint8_t* to, const std::uint8_t* from, std::size_t size) noexcept {
    ecall<SLUICE_ECALL_MEMCPY>(address_of(to), address_of(from), size);
}

// Long ranges in pieces of the ecall's limit; each piece is right under overlap by itself. Gives back `to`, so that
// memmove can end in a jump to it and needs no stack frame.
[[gnu::noinline]] void* copy_pieces(void* destination, const void* source, std::size_t size) noexcept {
    constexpr std::size_t kPiece = SLUICE_MEMCPY_MAX;
    auto* to = static_cast<std::uint8_t*>(destination);
    const auto* from = static_cast<const std::uint8_t*>(source);
    if (address_of(to) - address_of(from) >= size) {
        for (; size > kPiece; to += kPiece, from += kPiece, size -= kPiece) ecall_copy(to, from, kPiece);
    } else {
        for (; size > kPiece; size -= kPiece) ecall_copy(to + size - kPiece, from + size - kPiece, kPiece);
    }
    ecall_copy(to, from, size);
    return destination;
}

}  // namespace

extern "C" {

void* memmove(void* to, const void* from, std::size_t size) {
    auto* const to_bytes = static_cast<std::uint8_t*>(to);
    const auto* const from_bytes = static_cast<const std::uint8_t*>(from);
    if (size <= kEcallThreshold) [[likely]] {
        copy_short(to_bytes, from_bytes, size);
    } else if (has_feature(SLUICE_FEATURE_MEMCPY)) {
        if (size > SLUICE_MEMCPY_MAX) return copy_pieces(to, from, size);
        ecall_copy(to_bytes, from_bytes, size);
    } else if (address_of(to) - address_of(from) >= size) {
        copy_forward(to_bytes, from_bytes, size);
    } else {
        copy_backward(to_bytes, from_bytes, size);
    }
    return to;
}

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) __attribute__((alias("memmove")));

void* memset(void* to, int value, std::size_t size) {
    auto* bytes = static_cast<std::uint8_t*>(to);
    std::uint64_t pattern = static_cast<std::uint8_t>(value);
    pattern |= pattern << 8;
    pattern |= pattern << 16;
    pattern |= pattern << 32;
    if (size < 8) {
        std::uint8_t* const end = bytes + size;
        if (size >= 4) {
            *reinterpret_cast<HalfWord*>(bytes) = static_cast<std::uint32_t>(pattern);
            *reinterpret_cast<HalfWord*>(end - 4) = static_cast<std::uint32_t>(pattern);
        } else if (size >= 2) {
            *reinterpret_cast<QuarterWord*>(bytes) = static_cast<std::uint16_t>(pattern);
            *reinterpret_cast<QuarterWord*>(end - 2) = static_cast<std::uint16_t>(pattern);
        } else if (size != 0) {
            *bytes = static_cast<std::uint8_t>(pattern);
        }
        return to;
    }
    // The last word may overlap the ones before; after the first the rest is aligned.
    std::uint8_t* const last = bytes + size - 8;
    word(bytes) = pattern;
    word(last) = pattern;
    bytes += 8 - address_of(bytes) % 8;
    for (; bytes + 56 <= last; bytes += 64) {
        word(bytes) = pattern;
        word(bytes + 8) = pattern;
        word(bytes + 16) = pattern;
        word(bytes + 24) = pattern;
        word(bytes + 32) = pattern;
        word(bytes + 40) = pattern;
        word(bytes + 48) = pattern;
        word(bytes + 56) = pattern;
    }
    for (; bytes < last; bytes += 8) word(bytes) = pattern;
    return to;
}

int memcmp(const void* left, const void* right, std::size_t size) {
    const auto* a = static_cast<const std::uint8_t*>(left);
    const auto* b = static_cast<const std::uint8_t*>(right);
    const auto order = [](std::uint64_t x, std::uint64_t y) {
        return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
    };
    if (size >= 8) {
        const std::uint8_t* const last = a + size - 8;
        for (; a < last; a += 8, b += 8) {
            const std::uint64_t x = word(a), y = word(b);
            if (x != y) return order(x, y);
        }
        b -= a - last;
        const std::uint64_t x = word(last), y = word(b);
        return x == y ? 0 : order(x, y);
    }
    for (; size != 0; --size, ++a, ++b) {
        if (*a != *b) return *a < *b ? -1 : 1;
    }
    return 0;
}

int bcmp(const void* left, const void* right, std::size_t size) {
    const auto* a = static_cast<const std::uint8_t*>(left);
    const auto* b = static_cast<const std::uint8_t*>(right);
    if (size >= 8) {
        const std::uint8_t* const last = a + size - 8;
        for (; a < last; a += 8, b += 8) {
            if (word(a) != word(b)) return 1;
        }
        b -= a - last;
        return word(last) != word(b);
    }
    for (; size != 0; --size, ++a, ++b) {
        if (*a != *b) return 1;
    }
    return 0;
}

}  // extern "C"

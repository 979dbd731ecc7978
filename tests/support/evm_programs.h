// Hash functions written in EVM code: long integer work whose right answer is known. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <array>

#include "support/evm_assembler.h"

namespace sluice::test {

/// Values on the top of the stack by name. What is computed goes on top of them and then into the place of one.
template <int kCount>
class NamedStack {
 public:
    explicit NamedStack(Assembler& code) : code_(code) {
        for (int i = 0; i < kCount; ++i) place_[i] = i;
    }
    /// Copies a value to the top; `above` words lie on the named ones.
    NamedStack& get(int name, int above) {
        code_.op(OP_DUP1 + place_[name] + above);
        return *this;
    }
    /// Moves the top word, the only one above the named ones, into the place of `name`.
    NamedStack& set(int name) {
        code_.op({OP_SWAP1 + place_[name], OP_POP});
        return *this;
    }
    /// What was called i is called names[i] from now on.
    void rename(const std::array<int, kCount>& names) {
        std::array<int, kCount> before = place_;
        for (int i = 0; i < kCount; ++i) place_[names[i]] = before[i];
    }

 private:
    Assembler& code_;
    std::array<int, kCount> place_{};  // depth below the top
};

/// SHA-1's compression (FIPS 180-4, section 6.1.2), unrolled: the block's 16 words lie in memory from 0 on, the state's
/// five from 80 * 32 on, each in a word of 32 bytes. Leaves the stack as it was.
inline Assembler sha1_compression() {
    constexpr std::uint64_t kMask = 0xffffffff;
    constexpr std::uint64_t kState = 80 * 32;
    enum { a, b, c, d, e };
    Assembler code;
    const auto rotate = [&](unsigned count) {  // the top word; may leave bits above the 32
        code.op(OP_DUP1).push(count).op({OP_SHL, OP_SWAP1}).push(32 - count).op({OP_SHR, OP_OR});
    };
    for (std::uint64_t i = 16; i < 80; ++i) {
        code.push(32 * (i - 3)).op(OP_MLOAD);
        for (const std::uint64_t back : {8, 14, 16}) code.push(32 * (i - back)).op({OP_MLOAD, OP_XOR});
        rotate(1);
        code.push(kMask).op(OP_AND).push(32 * i).op(OP_MSTORE);
    }
    for (const int name : {e, d, c, b, a}) code.push(kState + 32 * static_cast<std::uint64_t>(name)).op(OP_MLOAD);
    NamedStack<5> stack(code);
    for (std::uint64_t i = 0; i < 80; ++i) {
        constexpr std::uint64_t kConstants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
        stack.get(a, 0);
        rotate(5);
        if (i < 20) {  // d ^ (b & (c ^ d))
            stack.get(d, 1).get(c, 2);
            code.op(OP_XOR);
            stack.get(b, 2);
            code.op(OP_AND);
            stack.get(d, 2);
            code.op(OP_XOR);
        } else if (i >= 40 && i < 60) {  // (b & c) | (d & (b | c))
            stack.get(c, 1).get(b, 2);
            code.op(OP_OR);
            stack.get(d, 2);
            code.op(OP_AND);
            stack.get(c, 2).get(b, 3);
            code.op({OP_AND, OP_OR});
        } else {
            stack.get(d, 1).get(c, 2);
            code.op(OP_XOR);
            stack.get(b, 2);
            code.op(OP_XOR);
        }
        code.op(OP_ADD);
        stack.get(e, 1);
        code.op(OP_ADD).push(kConstants[i / 20]).op(OP_ADD).push(32 * i).op({OP_MLOAD, OP_ADD}).push(kMask).op(OP_AND);
        stack.set(e);
        stack.get(b, 0);
        rotate(30);
        code.push(kMask).op(OP_AND);
        stack.set(b);
        stack.rename({b, c, d, e, a});
    }
    for (const int name : {a, b, c, d, e}) {
        const std::uint64_t at = kState + 32 * static_cast<std::uint64_t>(name);
        stack.get(name, 0);
        code.push(at).op({OP_MLOAD, OP_ADD}).push(kMask).op(OP_AND).push(at).op(OP_MSTORE);
    }
    return code.op({OP_POP, OP_POP, OP_POP, OP_POP, OP_POP});
}
/// SHA-1's first state, where sha1_compression() looks for it.
inline Assembler sha1_start() {
    Assembler code;
    std::uint64_t at = 80 * 32;
    for (const std::uint64_t word : {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u}) {
        code.push({word, at}).op(OP_MSTORE);
        at += 32;
    }
    return code;
}

/// BLAKE2b's compression (RFC 7693, section 3.2) of a last block, unrolled: v in memory from 0 on, the block's 16 words
/// from 512 on, the state's eight from 1024 on, each in a word of 32 bytes. `length` is the message's. Leaves the stack
/// as it was.
inline Assembler blake2b_compression(std::uint64_t length) {
    constexpr std::uint64_t kMask = ~std::uint64_t{0};
    constexpr std::uint64_t kBlock = 512;
    constexpr std::uint64_t kState = 1024;
    constexpr std::uint64_t kVector[] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                         0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                         0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    constexpr std::uint8_t kSigma[10][16] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
    enum { a, b, c, d };
    Assembler code;
    for (std::uint64_t i = 0; i < 8; ++i) {
        code.push(kState + 32 * i).op(OP_MLOAD).push(32 * i).op(OP_MSTORE);
        const std::uint64_t word = kVector[i] ^ (i == 4 ? length : i == 6 ? kMask : 0);
        code.push({word, 32 * (8 + i)}).op(OP_MSTORE);
    }
    const auto mix = [&](std::array<std::uint64_t, 4> v, std::uint64_t x, std::uint64_t y) {
        for (const int name : {d, c, b, a}) code.push(32 * v[static_cast<std::size_t>(name)]).op(OP_MLOAD);
        NamedStack<4> stack(code);
        const auto half = [&](std::uint64_t message, unsigned first, unsigned second) {
            const auto add = [&](int to, int other) {
                stack.get(to, 0).get(other, 1);
                code.op(OP_ADD);
            };
            const auto rotate = [&](int to, int other, unsigned count) {
                stack.get(to, 0).get(other, 1);
                code.op({OP_XOR, OP_DUP1}).push(count).op({OP_SHR, OP_SWAP1}).push(64 - count).op({OP_SHL, OP_OR});
                code.push(kMask).op(OP_AND);
                stack.set(to);
            };
            add(a, b);
            code.push(kBlock + 32 * message).op({OP_MLOAD, OP_ADD}).push(kMask).op(OP_AND);
            stack.set(a);
            rotate(d, a, first);
            add(c, d);
            code.push(kMask).op(OP_AND);
            stack.set(c);
            rotate(b, c, second);
        };
        half(x, 32, 24);
        half(y, 16, 63);
        for (const int name : {a, b, c, d}) code.push(32 * v[static_cast<std::size_t>(name)]).op(OP_MSTORE);
    };
    for (std::size_t round = 0; round < 12; ++round) {
        const std::uint8_t* const s = kSigma[round % 10];
        for (std::uint64_t i = 0; i < 4; ++i) mix({i, 4 + i, 8 + i, 12 + i}, s[2 * i], s[2 * i + 1]);
        for (std::uint64_t i = 0; i < 4; ++i) {
            mix({i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4}, s[8 + 2 * i], s[9 + 2 * i]);
        }
    }
    for (std::uint64_t i = 0; i < 8; ++i) {
        code.push(kState + 32 * i).op(OP_MLOAD).push(32 * i).op({OP_MLOAD, OP_XOR}).push(32 * (8 + i));
        code.op({OP_MLOAD, OP_XOR}).push(kState + 32 * i).op(OP_MSTORE);
    }
    return code;
}
/// The first state of BLAKE2b with a digest of 64 bytes and no key, where blake2b_compression() looks for it.
inline Assembler blake2b_start() {
    constexpr std::uint64_t kVector[] = {0x6a09e667f3bcc908 ^ 0x01010040,
                                         0xbb67ae8584caa73b,
                                         0x3c6ef372fe94f82b,
                                         0xa54ff53a5f1d36f1,
                                         0x510e527fade682d1,
                                         0x9b05688c2b3e6c1f,
                                         0x1f83d9abfb41bd6b,
                                         0x5be0cd19137e2179};
    Assembler code;
    for (std::uint64_t i = 0; i < 8; ++i) code.push({kVector[i], 1024 + 32 * i}).op(OP_MSTORE);
    return code;
}

}  // namespace sluice::test

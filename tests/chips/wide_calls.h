// ECALLs on numbers of several words, and what they leave by GMP. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "crypto/gmp.h"
#include "programs.h"
#include "sluice/abi/ecall.h"
#include "support/catch.h"

namespace sluice::test {

using Words = std::vector<std::uint64_t>;

/// One ECALL on a piece of memory of its own.
struct WideCall {
    std::uint64_t number;
    Words memory;
    std::vector<std::size_t> pointers;  ///< a0, a1, ...: words from the memory's start
};

inline mpz_class number_at(const Words& memory, std::size_t at, std::size_t words = 4) {
    return from_limbs({memory.data() + at, words});
}
inline void put_number(Words& memory, std::size_t at, const mpz_class& value, std::size_t words = 4) {
    for (std::size_t i = 0; i < words; ++i) {
        const mpz_class word = (value >> static_cast<unsigned>(64 * i)) & mpz_class("0xffffffffffffffff");
        memory[at + i] = word.get_ui();
    }
}
inline Words words_of_number(const mpz_class& value, std::size_t words = 4) {
    Words out(words);
    put_number(out, 0, value, words);
    return out;
}
inline Words joined_words(const std::vector<Words>& parts) {
    Words out;
    for (const Words& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

inline const mpz_class kSecp256k1Prime("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");

inline const mpz_class kBn254Prime("21888242871839275222246405745257275088696311157297823662689037894645226208583");
inline const mpz_class kBls12381Prime(
    "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");

/// An operation of a field: ADD, SUB or MUL of elements of one or two parts.
struct FieldCall {
    const mpz_class& prime;
    std::size_t words;  ///< of a part
    std::size_t parts;
    std::uint64_t operation;  ///< 0, 1, 2

    explicit FieldCall(std::uint64_t number)
        : prime(number < SLUICE_ECALL_BLS12_381_FP_ADD ? kBn254Prime : kBls12381Prime),
          words(number < SLUICE_ECALL_BLS12_381_FP_ADD ? 4 : 6),
          parts((number - SLUICE_ECALL_BN254_FP_ADD) % 8 < 4 ? 1 : 2),
          operation((number - SLUICE_ECALL_BN254_FP_ADD) % 4) {}
    [[nodiscard]] static bool is_one(std::uint64_t number) { return number >= SLUICE_ECALL_BN254_FP_ADD; }

    /// x op y, where u^2 = -1.
    [[nodiscard]] std::vector<mpz_class> apply(const std::vector<mpz_class>& x, const std::vector<mpz_class>& y) const {
        std::vector<mpz_class> out;
        for (std::size_t i = 0; i < parts; ++i) {
            out.emplace_back(x[i] * y[i]);
            if (operation == 0) out.back() = x[i] + y[i];
            if (operation == 1) out.back() = x[i] - y[i];
        }
        if (operation == 2 && parts == 2) out = {x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]};
        for (mpz_class& part : out) part = mod(part, prime);
        return out;
    }
};
inline std::vector<std::uint64_t> field_calls() {
    std::vector<std::uint64_t> numbers;
    for (const std::uint64_t first : {SLUICE_ECALL_BN254_FP_ADD, SLUICE_ECALL_BN254_FP2_ADD,
                                      SLUICE_ECALL_BLS12_381_FP_ADD, SLUICE_ECALL_BLS12_381_FP2_ADD}) {
        for (std::uint64_t i = 0; i < 3; ++i) numbers.push_back(first + i);
    }
    return numbers;
}

inline mpz_class inverse_modulo(const mpz_class& value, const mpz_class& modulus) {
    mpz_class result;
    REQUIRE(mpz_invert(result.get_mpz_t(), mod(value, modulus).get_mpz_t(), modulus.get_mpz_t()) != 0);
    return result;
}

/// x3, y3 on the line of that slope through (x1, y1) and x2.
inline std::pair<mpz_class, mpz_class> third_point(const mpz_class& slope, const mpz_class& x1, const mpz_class& y1,
                                                   const mpz_class& x2) {
    const mpz_class x3 = mod(slope * slope - x1 - x2, kSecp256k1Prime);
    return {x3, mod(slope * (x1 - x3) - y1, kSecp256k1Prime)};
}

/// The memory after the call.
inline Words expected_memory(const WideCall& call) {
    Words memory = call.memory;
    const auto& at = call.pointers;
    const mpz_class& p = kSecp256k1Prime;
    if (FieldCall::is_one(call.number)) {
        const FieldCall field(call.number);
        const auto element_at = [&](std::size_t place) {
            std::vector<mpz_class> out;
            for (std::size_t i = 0; i < field.parts; ++i) {
                out.push_back(number_at(memory, place + field.words * i, field.words));
            }
            return out;
        };
        const auto result = field.apply(element_at(at[1]), element_at(at[2]));
        for (std::size_t i = 0; i < field.parts; ++i) {
            put_number(memory, at[0] + field.words * i, result[i], field.words);
        }
        return memory;
    }
    switch (call.number) {
        case SLUICE_ECALL_SECP256K1_ADD: {
            const mpz_class x1 = number_at(memory, at[0]), y1 = number_at(memory, at[0] + 4);
            const mpz_class x2 = number_at(memory, at[1]), y2 = number_at(memory, at[1] + 4);
            const auto [x3, y3] = third_point(mod((y2 - y1) * inverse_modulo(x2 - x1, p), p), x1, y1, x2);
            put_number(memory, at[0], x3);
            put_number(memory, at[0] + 4, y3);
            break;
        }
        case SLUICE_ECALL_SECP256K1_DOUBLE: {
            const mpz_class x = number_at(memory, at[0]), y = number_at(memory, at[0] + 4);
            const auto [x3, y3] = third_point(mod(3 * x * x * inverse_modulo(2 * y, p), p), x, y, x);
            put_number(memory, at[0], x3);
            put_number(memory, at[0] + 4, y3);
            break;
        }
        case SLUICE_ECALL_UINT256_MULMOD_ADD: {
            const mpz_class m = number_at(memory, at[3] + 4);
            const mpz_class sum = number_at(memory, at[1]) * number_at(memory, at[2]) + number_at(memory, at[3]);
            put_number(memory, at[0], mod(sum, m == 0 ? mpz_class(1) << 256 : m));
            break;
        }
        default:
            FAIL("no oracle for ECALL " << call.number);
    }
    return memory;
}

/// Memory of call `index` begins here: most lie on two pages.
inline std::uint64_t memory_of_call(std::size_t index) {
    return SLUICE_HEAP_BEGIN + SLUICE_PAGE_SIZE * (index + 1) - 8 * (index % 20);
}

/// A program that puts each call's memory in its place and makes the call.
inline ProgramCase program_of(const std::vector<WideCall>& calls) {
    Assembler text;
    std::vector<std::uint8_t> input = empty_input();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        text.li(s0, SLUICE_INPUT_BEGIN + 8 + input.size());
        text.li(s1, memory_of_call(i));
        for (std::size_t j = 0; j < calls[i].memory.size(); ++j) {
            text.ld(t0, s0, static_cast<int>(8 * j));
            text.sd(t0, s1, static_cast<int>(8 * j));
            input.resize(input.size() + 8);
            store_le<std::uint64_t>(input.data() + input.size() - 8, calls[i].memory[j]);
        }
        for (std::size_t j = 0; j < calls[i].pointers.size(); ++j) {
            text.addi(a0 + static_cast<unsigned>(j), s1, static_cast<int>(8 * calls[i].pointers[j]));
        }
        text.call(calls[i].number);
    }
    halt(text);
    return {make_program(text), input};
}

/// Numbers at whose sides something changes: of `bits` bits, below `bound`.
inline std::vector<mpz_class> edge_numbers(const mpz_class& bound, std::size_t bits) {
    std::vector<mpz_class> numbers;
    const auto add = [&](const mpz_class& number) {
        for (int i = -1; i <= 1; ++i) {
            if (number + i >= 0 && number + i < bound) numbers.push_back(number + i);
        }
    };
    add(0);
    add(bound - 1);
    const mpz_class all = (mpz_class(1) << bits) - 1;
    add(all / 255 * 0x7f);  // signed digits that are all the largest, and all the smallest
    add(all / 255 * 0x80);
    for (std::size_t bit = 16; bit < bits; bit += 16) add(mpz_class(1) << bit);
    for (std::size_t bit = 16; bit < bits; bit += 16) {
        // All ones, and the bound, above.
        add(all - (mpz_class(1) << bit));
        add((bound >> bit) << bit);
    }
    return numbers;
}
inline mpz_class any_number(std::mt19937_64& rng, const std::vector<mpz_class>& edges, const mpz_class& bound) {
    return rng() % 2 == 0 ? edges[rng() % edges.size()] : random_below(rng, bound);
}

/// Calls of all kinds on edge and random numbers, operands apart.
inline std::vector<WideCall> wide_calls(std::mt19937_64& rng, std::size_t each) {
    std::vector<WideCall> calls;
    const mpz_class& p = kSecp256k1Prime;
    const auto edges = edge_numbers(p, 256);
    const mpz_class all = mpz_class(1) << 256;
    const auto any_edges = edge_numbers(all, 256);
    for (std::size_t i = 0; i < each; ++i) {
        std::vector<mpz_class> n;
        for (int j = 0; j < 4; ++j) n.push_back(any_number(rng, edges, p));
        if (n[0] != n[2]) {
            calls.push_back({SLUICE_ECALL_SECP256K1_ADD,
                             joined_words({words_of_number(n[0]), words_of_number(n[1]), words_of_number(n[2]),
                                           words_of_number(n[3])}),
                             {0, 8}});
        }
        if (n[1] != 0) {
            calls.push_back(
                {SLUICE_ECALL_SECP256K1_DOUBLE, joined_words({words_of_number(n[0]), words_of_number(n[1])}), {0}});
        }
        Words memory(20);
        for (std::size_t j = 0; j < 4; ++j) put_number(memory, 4 * j, any_number(rng, any_edges, all));
        // Moduli of any length, and what the result's place held.
        if (i % 3 == 1) put_number(memory, 12, random_below(rng, mpz_class(1) << static_cast<unsigned>(rng() % 256)));
        memory[16] = rng();
        calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD, memory, {16, 0, 4, 8}});
    }
    return calls;
}

/// The same of fields; `each` times every operation.
inline std::vector<WideCall> field_calls_on(std::mt19937_64& rng, std::size_t each) {
    std::vector<WideCall> calls;
    for (const std::uint64_t number : field_calls()) {
        const FieldCall field(number);
        const auto edges = edge_numbers(field.prime, 64 * field.words);
        const std::size_t size = field.words * field.parts;
        for (std::size_t i = 0; i < each; ++i) {
            Words memory(3 * size);
            for (std::size_t j = 0; j < 2 * field.parts; ++j) {
                put_number(memory, field.words * j, any_number(rng, edges, field.prime), field.words);
            }
            memory[2 * size] = rng();
            calls.push_back({number, memory, {2 * size, 0, size}});
        }
    }
    return calls;
}

}  // namespace sluice::test

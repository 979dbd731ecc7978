// GMP integers for tests: a value type with operators, bytes and random numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <gmp.h>
#include <gmpxx.h>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace sluice::test {

using Bytes = std::vector<std::uint8_t>;

inline mpz_class from_bytes(std::span<const std::uint8_t> bytes) {
    mpz_class value;
    mpz_import(value.get_mpz_t(), bytes.size(), 1, 1, 1, 0, bytes.data());
    return value;
}

/// `size` big-endian bytes; the value must fit.
inline std::vector<std::uint8_t> to_bytes(const mpz_class& value, std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    const std::size_t used = value == 0 ? 0 : (mpz_sizeinbase(value.get_mpz_t(), 2) + 7) / 8;
    if (used > size) throw std::length_error("number does not fit");
    if (used != 0) mpz_export(bytes.data() + (size - used), nullptr, 1, 1, 1, 0, value.get_mpz_t());
    return bytes;
}

inline mpz_class from_limbs(std::span<const std::uint64_t> limbs) {
    mpz_class value;
    mpz_import(value.get_mpz_t(), limbs.size(), -1, 8, 0, 0, limbs.data());
    return value;
}

inline mpz_class power(const mpz_class& base, const mpz_class& exponent, const mpz_class& modulus) {
    mpz_class result;
    mpz_powm(result.get_mpz_t(), base.get_mpz_t(), exponent.get_mpz_t(), modulus.get_mpz_t());
    return result;
}

/// Non-negative residue.
inline mpz_class mod(const mpz_class& value, const mpz_class& modulus) {
    mpz_class result;
    mpz_mod(result.get_mpz_t(), value.get_mpz_t(), modulus.get_mpz_t());
    return result;
}

/// Bytes that are often 0x00 or 0xff in runs, where carries break.
inline std::vector<std::uint8_t> random_bytes(std::mt19937_64& rng, std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    const auto style = rng() % 4;
    for (std::size_t i = 0; i < size;) {
        const std::size_t run = style == 0 ? 1 + rng() % 17 : 1;
        const auto byte = style == 0 ? (rng() % 2 == 0 ? 0x00 : 0xff) : rng() & 0xff;
        for (std::size_t k = 0; k < run && i < size; ++k) bytes[i++] = static_cast<std::uint8_t>(byte);
    }
    return bytes;
}

inline mpz_class random_below(std::mt19937_64& rng, const mpz_class& bound) {
    return mod(from_bytes(random_bytes(rng, mpz_sizeinbase(bound.get_mpz_t(), 2) / 8 + 9)), bound);
}

}  // namespace sluice::test

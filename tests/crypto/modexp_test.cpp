// Modular exponentiation against GMP, OpenSSL and go-ethereum's vectors.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/modexp.h"

#include <memory>
#include <openssl/bn.h>
#include <vector>

#include "crypto/edges.h"
#include "crypto/soft/fermat.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace {

using sluice::test::Bytes;

Bytes run(const Bytes& base, const Bytes& exponent, const Bytes& modulus) {
    Bytes memory(base.size() + 48 * modulus.size() + 4096);
    sluice::Arena scratch(memory.data(), memory.size());
    Bytes output(modulus.size(), 0xa5);
    REQUIRE(sluice::crypto::modexp(base, exponent, modulus, output, scratch));
    REQUIRE(scratch.used() == 0);
    return output;
}

Bytes expected(const Bytes& base, const Bytes& exponent, const Bytes& modulus) {
    const mpz_class m = sluice::test::from_bytes(modulus);
    if (m == 0) return Bytes(modulus.size());
    return sluice::test::to_bytes(
        sluice::test::power(sluice::test::from_bytes(base), sluice::test::from_bytes(exponent), m), modulus.size());
}

void compare(const Bytes& base, const Bytes& exponent, const Bytes& modulus) {
    INFO("base " << sluice::test::from_bytes(base).get_str(16) << " exponent "
                 << sluice::test::from_bytes(exponent).get_str(16) << " modulus "
                 << sluice::test::from_bytes(modulus).get_str(16));
    REQUIRE(run(base, exponent, modulus) == expected(base, exponent, modulus));
}

}  // namespace

TEST_CASE("modexp agrees with GMP on all sizes from 0 to 64 bytes") {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size <= 64; ++size) {
        for (std::uint64_t round = 0; round < sluice::test::rounds(40); ++round) {
            Bytes modulus = sluice::test::random_bytes(rng, size);
            const Bytes base = sluice::test::random_bytes(rng, rng() % 80);
            const Bytes exponent = sluice::test::random_bytes(rng, rng() % 40);
            if (size != 0 && round % 4 == 0) modulus.back() |= 1;
            if (size != 0 && round % 4 == 1) {  // a run of zero bits at the end
                const std::size_t zeros = rng() % size;
                for (std::size_t i = 0; i < zeros; ++i) modulus[size - 1 - i] = 0;
            }
            compare(base, exponent, modulus);
        }
    }
}

TEST_CASE("modexp agrees with GMP on larger sizes") {
    SLUICE_RANDOM(rng);
    for (const std::size_t size : {65u, 96u, 128u, 200u, 255u, 256u, 257u, 384u, 512u, 777u, 1024u, 2000u}) {
        for (std::uint64_t round = 0; round < 4; ++round) {
            Bytes modulus = sluice::test::random_bytes(rng, size);
            if (round % 2 == 0) modulus.back() |= 1;
            if (round == 3) std::fill(modulus.end() - static_cast<std::ptrdiff_t>(size / 3), modulus.end(), 0);
            compare(sluice::test::random_bytes(rng, rng() % (2 * size)),
                    sluice::test::random_bytes(rng, 1 + rng() % 40), modulus);
        }
    }
}

TEST_CASE("modexp agrees with GMP and OpenSSL on operands that are mostly edges") {
    SLUICE_RANDOM(rng);
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
    using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
    const auto number = [](const Bytes& bytes) {
        return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free);
    };
    for (std::uint64_t i = 0; i < sluice::test::rounds(2000); ++i) {
        const unsigned bits = 8 * (1 + static_cast<unsigned>(rng() % 40));
        const mpz_class modulus = sluice::test::EdgeNumbers(bits, {})(rng);
        const sluice::test::EdgeNumbers near(bits + 64, {modulus});
        const Bytes base = sluice::test::to_bytes(near(rng), bits / 8 + 8);
        const Bytes exponent = sluice::test::to_bytes(sluice::test::EdgeNumbers(72, {modulus})(rng), 9);
        const Bytes divisor = sluice::test::to_bytes(modulus, bits / 8);
        compare(base, exponent, divisor);
        if (modulus == 0) continue;  // no answer of OpenSSL's
        const Number result(BN_new(), BN_free);
        REQUIRE(BN_mod_exp(result.get(), number(base).get(), number(exponent).get(), number(divisor).get(),
                           context.get()) == 1);
        Bytes theirs(divisor.size());
        REQUIRE(BN_bn2binpad(result.get(), theirs.data(), static_cast<int>(theirs.size())) >= 0);
        REQUIRE(run(base, exponent, divisor) == theirs);
    }
}

TEST_CASE("modexp has the right edges") {
    const Bytes none;
    const Bytes zero{0};
    const Bytes one{0, 1};
    const Bytes two{2};
    const Bytes ten{0, 0, 10};
    CHECK(run(zero, zero, ten) == Bytes{0, 0, 1});
    CHECK(run(none, none, ten) == Bytes{0, 0, 1});
    CHECK(run(zero, one, ten) == Bytes{0, 0, 0});
    CHECK(run(two, ten, zero) == Bytes{0});
    CHECK(run(zero, zero, zero) == Bytes{0});
    CHECK(run(zero, zero, one) == Bytes{0, 0});
    CHECK(run(two, two, one) == Bytes{0, 0});
    CHECK(run(two, ten, none).empty());
    CHECK(run(two, ten, Bytes{4, 0}) == Bytes{0, 0});
    CHECK(run(two, ten, Bytes{4, 1}) == Bytes{4, 0});
}

TEST_CASE("modexp agrees with GMP for every modulus made of few bits") {
    for (unsigned high = 0; high < 200; high += 3) {
        for (unsigned low = 0; low <= high; low += 5) {
            const mpz_class modulus = (mpz_class(1) << high) + (low == high ? mpz_class(0) : mpz_class(1) << low);
            compare(sluice::test::to_bytes((mpz_class(1) << 190) - 1, 32), {0x0b}, sluice::test::to_bytes(modulus, 26));
            compare(sluice::test::to_bytes(modulus - 1, 26), {0x01, 0x00, 0x01}, sluice::test::to_bytes(modulus, 26));
        }
    }
}

TEST_CASE("modexp agrees with GMP for exponents of every window width") {
    SLUICE_RANDOM(rng);
    for (const std::size_t exponent_size : {1u, 2u, 4u, 5u, 10u, 11u, 30u, 31u, 84u, 85u, 300u}) {
        for (std::uint64_t round = 0; round < sluice::test::rounds(10); ++round) {
            compare(sluice::test::random_bytes(rng, 33), sluice::test::random_bytes(rng, exponent_size),
                    sluice::test::random_bytes(rng, 32));
        }
    }
}

TEST_CASE("modexp inverts modulo the primes of the curves as GMP does, and computes the powers beside the inverse") {
    SLUICE_RANDOM(rng);
    for (const sluice::Uint256& prime : sluice::crypto::soft::kPrimesOfCurves) {
        const sluice::Hash32 bytes = prime.to_hash();
        const Bytes modulus(bytes.bytes.begin(), bytes.bytes.end());
        const mpz_class p = sluice::test::from_bytes(modulus);
        REQUIRE(mpz_probab_prime_p(p.get_mpz_t(), 50) != 0);
        std::vector<Bytes> bases{Bytes(32, 0), Bytes(32, 0xff)};
        for (mpz_class multiple = p; multiple < mpz_class(1) << 256; multiple += p) {
            bases.push_back(sluice::test::to_bytes(multiple, 32));
            bases.push_back(sluice::test::to_bytes(multiple - 1, 32));
            if (multiple + 1 < mpz_class(1) << 256) bases.push_back(sluice::test::to_bytes(multiple + 1, 32));
        }
        for (std::uint64_t i = 0; i < sluice::test::rounds(200); ++i) {
            bases.push_back(sluice::test::random_bytes(rng, 32));
            bases.push_back(sluice::test::to_bytes(sluice::test::EdgeNumbers(256, {p})(rng), 32));
        }
        for (const Bytes& base : bases) {
            const Bytes inverse = run(base, sluice::test::to_bytes(p - 2, 32), modulus);
            const mpz_class product = sluice::test::from_bytes(base) * sluice::test::from_bytes(inverse) % p;
            CHECK(product == (sluice::test::from_bytes(base) % p == 0 ? 0 : 1));
            CHECK(sluice::test::from_bytes(inverse) < p);
        }
        const Bytes base = sluice::test::random_bytes(rng, 32);
        for (const int beside : {-3, -1, 0, 1}) compare(base, sluice::test::to_bytes(p + beside, 32), modulus);
        // The same exponent with a modulus beside the prime, and lengths other than 32.
        compare(base, sluice::test::to_bytes(p - 2, 32), sluice::test::to_bytes(p - 2, 32));
        compare(base, sluice::test::to_bytes(p - 4, 32), sluice::test::to_bytes(p - 2, 32));
        compare(sluice::test::random_bytes(rng, 40), sluice::test::to_bytes(p - 2, 33), sluice::test::to_bytes(p, 35));
    }
}

TEST_CASE("modexp reports an exhausted arena and gives all of it back") {
    const Bytes base(64, 0xab);
    const Bytes exponent(32, 0xcd);
    for (const int last : {0x01, 0x00, 0x10}) {
        Bytes modulus(64, 0xef);
        modulus.back() = static_cast<std::uint8_t>(last);
        bool done = false;
        for (std::size_t size = 0; !done; size += 8) {
            REQUIRE(size < 8192);
            Bytes memory(size + 8);
            sluice::Arena scratch(memory.data(), size);
            Bytes output(64);
            done = sluice::crypto::modexp(base, exponent, modulus, output, scratch);
            REQUIRE(scratch.used() == 0);
            if (done) CHECK(output == expected(base, exponent, modulus));
        }
    }
}

TEST_CASE("modexp passes go-ethereum's vectors") {
    if (sluice::test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    for (const std::string file : {"modexp", "modexp_eip2565", "modexp_eip7883"}) {
        for (auto& vector : sluice::test::precompile_vectors(file)) {
            INFO(file << ": " << vector.name);
            Bytes input = vector.input;
            const auto length = [&](std::size_t index) {
                return sluice::test::from_bytes(std::span(input).subspan(32 * index, 32)).get_ui();
            };
            const std::size_t base_size = length(0);
            const std::size_t exponent_size = length(1);
            const std::size_t modulus_size = length(2);
            input.resize(std::max(input.size(), 96 + base_size + exponent_size + modulus_size));
            const auto part = [&](std::size_t start, std::size_t size) {
                const auto begin = input.begin() + static_cast<std::ptrdiff_t>(96 + start);
                return Bytes(begin, begin + static_cast<std::ptrdiff_t>(size));
            };
            CHECK(run(part(0, base_size), part(base_size, exponent_size),
                      part(base_size + exponent_size, modulus_size)) == vector.expected);
        }
    }
}

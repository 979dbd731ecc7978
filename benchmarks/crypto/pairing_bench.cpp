// Pairing curves, KZG evaluation and modular powers in software: one iteration is one precompile call.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <benchmark/benchmark.h>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "crypto/soft/pairing/kzg.h"
#include "sluice/crypto/bls12_381.h"
#include "sluice/crypto/bn254.h"
#include "sluice/crypto/kzg.h"
#include "sluice/crypto/modexp.h"

namespace {

namespace crypto = sluice::crypto;
namespace pairing = sluice::crypto::pairing;
using Bls = pairing::Bls12_381<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kSeed = 20260923;

void require(bool condition) {
    if (!condition) std::abort();
}

Bytes random_bytes(std::size_t size, std::uint64_t salt = 0) {
    std::mt19937_64 rng(kSeed + salt);
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng());
    return bytes;
}

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

// --- BN254

Bytes bn254_generator() {
    Bytes point(64);
    point[31] = 1;
    point[63] = 2;
    return point;
}
Bytes bn254_point(std::uint64_t salt) {
    Bytes point(64);
    require(crypto::bn254_mul(bn254_generator().data(), random_bytes(32, salt).data(), point.data()));
    return point;
}
/// The generator of EIP-197.
Bytes bn254_g2() {
    constexpr pairing::Words<4> kCoordinates[] = {
        pairing::hex<4>("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"),
        pairing::hex<4>("1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"),
        pairing::hex<4>("090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"),
        pairing::hex<4>("12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa")};
    Bytes point(128);
    for (std::size_t i = 0; i < 4; ++i) pairing::store_words(kCoordinates[i], point.data() + 32 * i);
    return point;
}

void bn254_add(benchmark::State& state) {
    const Bytes a = bn254_point(1);
    const Bytes b = bn254_point(2);
    Bytes out(64);
    for (auto _ : state) benchmark::DoNotOptimize(crypto::bn254_add(a.data(), b.data(), out.data()));
}
BENCHMARK(bn254_add);

void bn254_mul(benchmark::State& state) {
    const Bytes a = bn254_point(1);
    const Bytes scalar = random_bytes(32, 2);
    Bytes out(64);
    for (auto _ : state) benchmark::DoNotOptimize(crypto::bn254_mul(a.data(), scalar.data(), out.data()));
}
BENCHMARK(bn254_mul);

void bn254_pairing(benchmark::State& state) {
    Bytes pairs;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        append(pairs, bn254_point(static_cast<std::uint64_t>(i)));
        append(pairs, bn254_g2());
    }
    for (auto _ : state) require(crypto::bn254_pairing(pairs) == crypto::PairingResult::not_one);
}
BENCHMARK(bn254_pairing)->ArgName("pairs")->Arg(1)->Arg(2)->Arg(4)->Arg(16);

// --- BLS12-381

Bytes element(std::uint64_t salt) {
    Bytes bytes = random_bytes(96, salt);
    bytes[0] = bytes[48] = 0;
    return bytes;
}
Bytes g1(std::uint64_t salt) {
    Bytes point(96);
    require(crypto::map_fp_to_g1(element(salt).data(), point.data()));
    return point;
}
Bytes g2(std::uint64_t salt) {
    Bytes point(192);
    require(crypto::map_fp2_to_g2(element(salt).data(), point.data()));
    return point;
}

void bls12_381_g1_add(benchmark::State& state) {
    const Bytes a = g1(1);
    const Bytes b = g1(2);
    Bytes out(96);
    for (auto _ : state) benchmark::DoNotOptimize(crypto::g1_add(a.data(), b.data(), out.data()));
}
BENCHMARK(bls12_381_g1_add);

void bls12_381_g2_add(benchmark::State& state) {
    const Bytes a = g2(1);
    const Bytes b = g2(2);
    Bytes out(192);
    for (auto _ : state) benchmark::DoNotOptimize(crypto::g2_add(a.data(), b.data(), out.data()));
}
BENCHMARK(bls12_381_g2_add);

void bls12_381_g1_msm(benchmark::State& state) {
    std::vector<std::uint64_t> memory(1 << 18);
    Bytes pairs;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        append(pairs, g1(static_cast<std::uint64_t>(i)));
        append(pairs, random_bytes(32, static_cast<std::uint64_t>(i)));
    }
    Bytes out(96);
    for (auto _ : state) {
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        require(crypto::g1_msm(pairs, out.data(), scratch));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bls12_381_g1_msm)->ArgName("pairs")->Arg(1)->Arg(16)->Arg(128)->Arg(512);

void bls12_381_g2_msm(benchmark::State& state) {
    std::vector<std::uint64_t> memory(1 << 18);
    Bytes pairs;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        append(pairs, g2(static_cast<std::uint64_t>(i)));
        append(pairs, random_bytes(32, static_cast<std::uint64_t>(i)));
    }
    Bytes out(192);
    for (auto _ : state) {
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        require(crypto::g2_msm(pairs, out.data(), scratch));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bls12_381_g2_msm)->ArgName("pairs")->Arg(1)->Arg(16)->Arg(128)->Arg(512);

void bls12_381_pairing(benchmark::State& state) {
    Bytes pairs;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        append(pairs, g1(static_cast<std::uint64_t>(i)));
        append(pairs, g2(static_cast<std::uint64_t>(i)));
    }
    for (auto _ : state) require(crypto::pairing_check(pairs) == crypto::PairingResult::not_one);
}
BENCHMARK(bls12_381_pairing)->ArgName("pairs")->Arg(1)->Arg(2)->Arg(8);

void bls12_381_map_to_g1(benchmark::State& state) {
    const Bytes u = element(1);
    Bytes out(96);
    for (auto _ : state) require(crypto::map_fp_to_g1(u.data(), out.data()));
}
BENCHMARK(bls12_381_map_to_g1);

void bls12_381_map_to_g2(benchmark::State& state) {
    const Bytes u = element(1);
    Bytes out(192);
    for (auto _ : state) require(crypto::map_fp2_to_g2(u.data(), out.data()));
}
BENCHMARK(bls12_381_map_to_g2);

/// A proof that parses and does not verify, which is as much work as one that does.
void kzg_verify_point(benchmark::State& state) {
    const auto compressed = [](std::uint64_t salt) {
        const Bytes point = g1(salt);
        Bytes bytes(point.begin(), point.begin() + 48);
        bytes[0] = static_cast<std::uint8_t>(bytes[0] | 0x80);
        return bytes;
    };
    const Bytes commitment = compressed(1);
    const Bytes proof = compressed(2);
    Bytes z = random_bytes(32, 3);
    Bytes y = random_bytes(32, 4);
    z[0] = y[0] = 0;
    for (auto _ : state) {
        require(!crypto::kzg_verify_point(commitment.data(), z.data(), y.data(), proof.data()));
    }
}
BENCHMARK(kzg_verify_point);

// --- Modular powers: sizes in bytes of modulus and base, bits of the exponent (17 stands for 65537)

void modexp(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const bool even = state.range(2) != 0;
    const Bytes base = random_bytes(size, 1);
    Bytes exponent = state.range(1) == 17 ? Bytes{1, 0, 1} : random_bytes(static_cast<std::size_t>(state.range(1) / 8));
    Bytes modulus = random_bytes(size, 2);
    modulus.front() |= 0x80;
    modulus.back() = even ? 0x40 : static_cast<std::uint8_t>(modulus.back() | 1);
    std::vector<std::uint64_t> memory(1 << 14);
    Bytes out(size);
    for (auto _ : state) {
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        require(crypto::modexp(base, exponent, modulus, out, scratch));
    }
}
BENCHMARK(modexp)
    ->ArgNames({"bytes", "exponent_bits", "even"})
    ->Args({32, 256, 0})
    ->Args({32, 256, 1})
    ->Args({128, 17, 0})
    ->Args({256, 17, 0})
    ->Args({512, 17, 0})
    ->Args({1024, 17, 0})
    ->Args({256, 2048, 0})
    ->Args({256, 2048, 1});

}  // namespace

BENCHMARK_MAIN();

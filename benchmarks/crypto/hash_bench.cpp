// Hashes and signatures: the software versions that native execution uses.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include "crypto/soft/keccak.h"
#include "crypto/soft/montgomery.h"
#include "crypto/soft/secp256k1.h"
#include "crypto/soft/secp256r1.h"
#include "sluice/base/keccak.h"
#include "sluice/crypto/ecdsa.h"
#include "sluice/crypto/hash.h"
#include "sluice/crypto/keccak_batch.h"

namespace {

using namespace sluice;

std::vector<std::uint8_t> message(std::size_t size) {
    std::mt19937_64 rng(1);
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng());
    return bytes;
}

void keccak_f(benchmark::State& state) {
    std::uint64_t lanes[25]{};
    for (auto _ : state) {
        crypto::soft::keccak_f1600(lanes);
        benchmark::DoNotOptimize(lanes);
    }
}

/// Hashes a message of the argument's size; each run's digest goes into the next message, so that runs cannot overlap.
template <class Hash>
void measure_hash(benchmark::State& state, const Hash& hash) {
    std::vector<std::uint8_t> bytes = message(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        const auto digest = hash(bytes);
        bytes[0] ^= digest[0];
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void keccak256(benchmark::State& state) {
    measure_hash(state, [](ByteView bytes) { return sluice::keccak256(bytes).bytes; });
}
/// Trie nodes as they come in a witness: branch nodes of 532 bytes and as many leaves of 110. Time is per permutation.
void keccak256_batch(benchmark::State& state) {
    const std::vector<std::uint8_t> branch = message(532);
    const std::vector<std::uint8_t> leaf = message(110);
    std::vector<ByteView> messages;
    for (int i = 0; i < 500; ++i) messages.insert(messages.end(), {branch, leaf});
    std::vector<Hash32> digests(messages.size());
    for (auto _ : state) {
        crypto::keccak256_batch(messages, digests);
        benchmark::DoNotOptimize(digests.data());
    }
    state.counters["per_permutation"] = benchmark::Counter(
        500.0 * (4 + 1), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
void sha256(benchmark::State& state) {
    measure_hash(state, [](ByteView bytes) { return crypto::sha256(bytes).bytes; });
}
void ripemd160(benchmark::State& state) {
    measure_hash(state, [](ByteView bytes) { return crypto::ripemd160(bytes); });
}

/// The argument is the number of rounds, each of which costs one gas.
void blake2f(benchmark::State& state) {
    std::uint64_t h[8]{};
    const std::uint64_t m[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    const std::uint64_t t[2]{};
    for (auto _ : state) {
        crypto::blake2f(static_cast<std::uint32_t>(state.range(0)), h, m, t, true);
        benchmark::DoNotOptimize(h);
    }
}

struct Signature {
    Hash32 hash;
    Uint256 s;
};

/// Good signatures of the secret key 1 with the nonce 1: r is the generator's x, s = hash + r modulo the order. Many of
/// them, so that no branch predictor learns the digits.
std::array<Signature, 256> signatures(const Uint256& r, const Uint256& order) {
    std::mt19937_64 rng(1);
    std::array<Signature, 256> result;
    for (Signature& signature : result) {
        const Uint256 hash = crypto::soft::subtract_once({rng(), rng(), rng(), rng()}, 0, order);
        signature = {hash.to_hash(), crypto::soft::add_modulo(hash, r, order)};
    }
    return result;
}

/// Runs `check`, which tells whether a signature is good, over all signatures in turn.
template <class Check>
void measure_signatures(benchmark::State& state, const Uint256& r, const Uint256& order, const Check& check) {
    const auto all = signatures(r, order);
    std::size_t next = 0;
    for (auto _ : state) {
        if (!check(all[next++ % all.size()])) return state.SkipWithError("a good signature was refused");
    }
}

void secp256k1_recover(benchmark::State& state) {
    namespace curve = crypto::soft::secp256k1;
    const auto parity = static_cast<std::uint8_t>(curve::kGeneratorY.limb[0] & 1);
    measure_signatures(state, curve::kGeneratorX, curve::kOrder, [&](const Signature& signature) {
        std::uint8_t key[64];
        return crypto::secp256k1_recover(signature.hash, curve::kGeneratorX, signature.s, parity, key) &&
               Uint256::from_be(key) == curve::kGeneratorX;
    });
}

void secp256k1_verify(benchmark::State& state) {
    namespace curve = crypto::soft::secp256k1;
    std::uint8_t key[64];
    curve::kGeneratorX.to_be(key);
    curve::kGeneratorY.to_be(key + 32);
    measure_signatures(state, curve::kGeneratorX, curve::kOrder, [&](const Signature& signature) {
        return crypto::secp256k1_verify(signature.hash, curve::kGeneratorX, signature.s, key);
    });
}

void secp256r1_verify(benchmark::State& state) {
    namespace curve = crypto::soft::secp256r1;
    measure_signatures(state, curve::kGeneratorX, curve::kOrder, [&](const Signature& signature) {
        return crypto::secp256r1_verify(signature.hash, curve::kGeneratorX, signature.s, curve::kGeneratorX,
                                        curve::kGeneratorY);
    });
}

}  // namespace

BENCHMARK(keccak_f);
BENCHMARK(keccak256_batch);
BENCHMARK(keccak256)->Arg(32)->Arg(136)->Arg(1000);
BENCHMARK(sha256)->Arg(32)->Arg(1000);
BENCHMARK(ripemd160)->Arg(32)->Arg(1000);
BENCHMARK(blake2f)->Arg(12)->Arg(1000);
BENCHMARK(secp256k1_recover)->Unit(benchmark::kMicrosecond);
BENCHMARK(secp256k1_verify)->Unit(benchmark::kMicrosecond);
BENCHMARK(secp256r1_verify)->Unit(benchmark::kMicrosecond);

BENCHMARK_MAIN();

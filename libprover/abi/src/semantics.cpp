// The meaning of every ecall. Plain arithmetic of its own: it shares no code with the crypto libraries it is compared
// with; Poseidon2 alone is the proof system's. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/abi/semantics.h"

#include <bit>
#include <cstring>

#include "sluice/abi/secp256k1.h"
#include "sluice/abi/wide_integer.h"
#include "sluice/hash/poseidon2.h"

namespace sluice::abi {
namespace {

using Arguments = std::array<std::uint64_t, 4>;

constexpr std::uint64_t kWord = 8;

#define SLUICE_TRAP_IF_ANY(expression)                         \
    do {                                                       \
        const TrapCode sluice_trap = (expression);             \
        if (sluice_trap != TrapCode::none) return sluice_trap; \
    } while (false)

template <std::size_t N>
TrapCode load(MemoryPort& memory, std::uint64_t address, Limbs<N>& words) noexcept {
    if (address % kWord != 0) return TrapCode::ecall_misaligned;
    return memory.read_words(address, words.data(), N);
}

template <std::size_t N>
TrapCode store(MemoryPort& memory, std::uint64_t address, const Limbs<N>& words) noexcept {
    if (address % kWord != 0) return TrapCode::ecall_misaligned;
    return memory.write_words(address, words.data(), N);
}

TrapCode halt(const Arguments& argument, MemoryPort& memory, EcallOutcome& outcome) noexcept {
    const auto code = static_cast<std::int32_t>(static_cast<std::uint32_t>(argument[0]));
    // Cutting the code down to 32 bits would let 2^32 pass for success.
    if (static_cast<std::uint64_t>(std::int64_t{code}) != argument[0]) return TrapCode::ecall_bad_argument;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], outcome.output_digest));
    outcome.event = EcallEvent::halt;
    outcome.exit_code = code;
    return TrapCode::none;
}

TrapCode copy_bytes(const Arguments& argument, MemoryPort& memory) noexcept {
    const auto [destination, source, length, unused] = argument;
    if (length > SLUICE_MEMCPY_MAX) return TrapCode::ecall_bad_argument;
    if (length == 0) return TrapCode::none;
    const std::uint64_t source_offset = source % kWord;
    const std::uint64_t destination_offset = destination % kWord;
    const std::uint64_t source_base = source - source_offset;
    const std::uint64_t destination_base = destination - destination_offset;
    const std::size_t source_words = (source_offset + length + kWord - 1) / kWord;
    const std::size_t destination_words = (destination_offset + length + kWord - 1) / kWord;

    std::uint64_t from[SLUICE_MEMCPY_MAX / kWord + 1];
    SLUICE_TRAP_IF_ANY(memory.read_words(source_base, from, source_words));
    if ((source_offset | destination_offset | length % kWord) == 0) {
        return memory.write_words(destination_base, from, destination_words);
    }
    // Words of the destination that are overwritten in part keep the rest.
    std::uint64_t to[SLUICE_MEMCPY_MAX / kWord + 1];
    const std::size_t last = destination_words - 1;
    const auto keep = [&](std::size_t word) {
        const TrapCode trap = memory.read_words(destination_base + kWord * word, to + word, 1);
        return trap == TrapCode::load_fault ? TrapCode::store_fault : trap;
    };
    const bool partial_last = (destination_offset + length) % kWord != 0;
    if (destination_offset != 0 || (last == 0 && partial_last)) SLUICE_TRAP_IF_ANY(keep(0));
    if (last != 0 && partial_last) SLUICE_TRAP_IF_ANY(keep(last));
    std::memcpy(reinterpret_cast<std::uint8_t*>(to) + destination_offset,
                reinterpret_cast<const std::uint8_t*>(from) + source_offset, length);
    return memory.write_words(destination_base, to, destination_words);
}

TrapCode keccak_permute(const Arguments& argument, MemoryPort& memory) noexcept {
    Limbs<25> state;
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], state));
    keccak_f(state.data());
    return store(memory, argument[0], state);
}

TrapCode keccak_absorb(const Arguments& argument, MemoryPort& memory) noexcept {
    Limbs<25> state;
    Limbs<17> block;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], block));
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], state));
    for (std::size_t i = 0; i < block.size(); ++i) state[i] ^= block[i];
    keccak_f(state.data());
    return store(memory, argument[0], state);
}

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
constexpr std::uint32_t kSha256Constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

TrapCode sha256_compress(const Arguments& argument, MemoryPort& memory) noexcept {
    using std::rotr;
    Limbs<8> block;
    Limbs<4> state;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], block));
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], state));

    std::uint32_t w[64];
    for (std::size_t i = 0; i < 8; ++i) {
        w[2 * i] = byte_swap(static_cast<std::uint32_t>(block[i]));
        w[2 * i + 1] = byte_swap(static_cast<std::uint32_t>(block[i] >> 32));
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const std::uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::uint32_t hash[8];
    for (std::size_t i = 0; i < 8; ++i) hash[i] = static_cast<std::uint32_t>(state[i / 2] >> (32 * (i % 2)));
    auto [a, b, c, d, e, f, g, h] = hash;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t choose = (e & f) ^ (~e & g);
        const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        const std::uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + choose + kSha256Constants[i] + w[i];
        const std::uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority;
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::uint32_t last[8] = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) hash[i] += last[i];
    for (std::size_t i = 0; i < 4; ++i) state[i] = hash[2 * i] | (std::uint64_t{hash[2 * i + 1]} << 32);
    return store(memory, argument[0], state);
}

// A point as it lies in memory: x, then y.
using Point = Limbs<8>;

secp256k1::Fe x_of(const Point& point) noexcept {
    return {point[0], point[1], point[2], point[3]};
}
secp256k1::Fe y_of(const Point& point) noexcept {
    return {point[4], point[5], point[6], point[7]};
}

// The third point on the line of slope `slope` through (x1, y1) and a point with x coordinate x2, mirrored.
Point third_point(const secp256k1::Fe& slope, const secp256k1::Fe& x1, const secp256k1::Fe& y1,
                  const secp256k1::Fe& x2) noexcept {
    using namespace secp256k1;
    const Fe x3 = subtract(subtract(multiply(slope, slope), x1), x2);
    const Fe y3 = subtract(multiply(slope, subtract(x1, x3)), y1);
    return {x3[0], x3[1], x3[2], x3[3], y3[0], y3[1], y3[2], y3[3]};
}

TrapCode secp256k1_add(const Arguments& argument, MemoryPort& memory) noexcept {
    using namespace secp256k1;
    Point p;
    Point q;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], q));
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], p));
    const Fe x1 = x_of(p), y1 = y_of(p), x2 = x_of(q), y2 = y_of(q);
    if (!is_canonical(x1) || !is_canonical(y1) || !is_canonical(x2) || !is_canonical(y2)) {
        return TrapCode::ecall_non_canonical;
    }
    if (x1 == x2) return TrapCode::ecall_degenerate;
    const Fe slope = multiply(subtract(y2, y1), invert(subtract(x2, x1)));
    return store(memory, argument[0], third_point(slope, x1, y1, x2));
}

TrapCode secp256k1_double(const Arguments& argument, MemoryPort& memory) noexcept {
    using namespace secp256k1;
    Point p;
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], p));
    const Fe x = x_of(p), y = y_of(p);
    if (!is_canonical(x) || !is_canonical(y)) return TrapCode::ecall_non_canonical;
    if (is_zero(y)) return TrapCode::ecall_degenerate;
    const Fe x_squared = multiply(x, x);
    const Fe slope = multiply(add(add(x_squared, x_squared), x_squared), invert(add(y, y)));
    return store(memory, argument[0], third_point(slope, x, y, x));
}

TrapCode uint256_mulmod_add(const Arguments& argument, MemoryPort& memory) noexcept {
    Limbs<4> a;
    Limbs<4> b;
    Limbs<8> addend_and_modulus;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], a));
    SLUICE_TRAP_IF_ANY(load(memory, argument[2], b));
    SLUICE_TRAP_IF_ANY(load(memory, argument[3], addend_and_modulus));
    const auto& [c0, c1, c2, c3, m0, m1, m2, m3] = addend_and_modulus;
    Limbs<8> value = multiply(a, b);
    add_to(value, Limbs<8>{c0, c1, c2, c3, 0, 0, 0, 0});  // (2^256 - 1)^2 + 2^256 - 1 < 2^512: no carry
    const Limbs<4> modulus{m0, m1, m2, m3};
    const Limbs<4> result =
        is_zero(modulus) ? Limbs<4>{value[0], value[1], value[2], value[3]} : remainder(value, modulus);
    return store(memory, argument[0], result);
}

// EIP-196 and EIP-197: p = 21888242871839275222246405745257275088696311157297823662689037894645226208583.
using Bn254 = ModularField<4, Limbs<4>{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}>;
// EIP-2537, "curve parameters".
using Bls12381 = ModularField<6, Limbs<6>{0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624,
                                          0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a}>;

enum class Operation { add, subtract, multiply };

template <class Field>
struct Fp {
    static constexpr std::size_t kWords = sizeof(typename Field::Value) / kWord;
    using Value = typename Field::Value;

    static bool is_canonical(const Value& a) noexcept { return Field::is_canonical(a); }
    static Value apply(Operation operation, const Value& a, const Value& b) noexcept {
        switch (operation) {
            case Operation::add:
                return Field::add(a, b);
            case Operation::subtract:
                return Field::subtract(a, b);
            case Operation::multiply:
                break;
        }
        return Field::multiply(a, b);
    }
};

template <class Field>
struct Fp2 {
    using Base = typename Field::Value;
    static constexpr std::size_t kHalf = sizeof(Base) / kWord;
    static constexpr std::size_t kWords = 2 * kHalf;
    using Value = Limbs<kWords>;

    static Base half(const Value& a, std::size_t index) noexcept {
        Base result;
        for (std::size_t i = 0; i < kHalf; ++i) result[i] = a[kHalf * index + i];
        return result;
    }
    static bool is_canonical(const Value& a) noexcept {
        return Field::is_canonical(half(a, 0)) && Field::is_canonical(half(a, 1));
    }
    static Value apply(Operation operation, const Value& a, const Value& b) noexcept {
        const Base a0 = half(a, 0), a1 = half(a, 1), b0 = half(b, 0), b1 = half(b, 1);
        Base c0, c1;
        if (operation == Operation::multiply) {
            c0 = Field::subtract(Field::multiply(a0, b0), Field::multiply(a1, b1));  // u^2 = -1
            c1 = Field::add(Field::multiply(a0, b1), Field::multiply(a1, b0));
        } else {
            c0 = Fp<Field>::apply(operation, a0, b0);
            c1 = Fp<Field>::apply(operation, a1, b1);
        }
        Value result;
        for (std::size_t i = 0; i < kHalf; ++i) {
            result[i] = c0[i];
            result[kHalf + i] = c1[i];
        }
        return result;
    }
};

template <class Ring>
TrapCode ring_operation(const Arguments& argument, MemoryPort& memory, Operation operation) noexcept {
    typename Ring::Value a;
    typename Ring::Value b;
    SLUICE_TRAP_IF_ANY(load(memory, argument[1], a));
    SLUICE_TRAP_IF_ANY(load(memory, argument[2], b));
    if (!Ring::is_canonical(a) || !Ring::is_canonical(b)) return TrapCode::ecall_non_canonical;
    return store(memory, argument[0], Ring::apply(operation, a, b));
}

template <unsigned kWidth>
TrapCode poseidon2_permute(const Arguments& argument, MemoryPort& memory) noexcept {
    using math::KoalaBear;
    Limbs<kWidth / 2> words;
    SLUICE_TRAP_IF_ANY(load(memory, argument[0], words));
    KoalaBear state[kWidth];
    for (unsigned i = 0; i < kWidth; ++i) {
        const auto word = static_cast<std::uint32_t>(words[i / 2] >> (32 * (i % 2)));
        state[i] = KoalaBear::from_montgomery(word % KoalaBear::kModulus);
    }
    hash::poseidon2<kWidth>(state);
    for (unsigned i = 0; i < kWidth / 2; ++i) {
        words[i] = state[2 * i].montgomery | (std::uint64_t{state[2 * i + 1].montgomery} << 32);
    }
    return store(memory, argument[0], words);
}

TrapCode run(Ecall ecall, const Arguments& argument, MemoryPort& memory, EcallOutcome& outcome) noexcept {
    switch (ecall) {
        case Ecall::halt:
            return halt(argument, memory, outcome);
        case Ecall::debug_write:
            outcome.event = EcallEvent::debug_write;
            return TrapCode::none;
        case Ecall::cost_scope_begin:
            outcome.event = EcallEvent::cost_scope_begin;
            return TrapCode::none;
        case Ecall::cost_scope_end:
            outcome.event = EcallEvent::cost_scope_end;
            return TrapCode::none;
        case Ecall::memcpy:
            return copy_bytes(argument, memory);
        case Ecall::keccak_f:
            return keccak_permute(argument, memory);
        case Ecall::keccak_absorb:
            return keccak_absorb(argument, memory);
        case Ecall::sha256_compress:
            return sha256_compress(argument, memory);
        case Ecall::secp256k1_add:
            return secp256k1_add(argument, memory);
        case Ecall::secp256k1_double:
            return secp256k1_double(argument, memory);
        case Ecall::uint256_mulmod_add:
            return uint256_mulmod_add(argument, memory);
        case Ecall::bn254_fp_add:
            return ring_operation<Fp<Bn254>>(argument, memory, Operation::add);
        case Ecall::bn254_fp_sub:
            return ring_operation<Fp<Bn254>>(argument, memory, Operation::subtract);
        case Ecall::bn254_fp_mul:
            return ring_operation<Fp<Bn254>>(argument, memory, Operation::multiply);
        case Ecall::bn254_fp2_add:
            return ring_operation<Fp2<Bn254>>(argument, memory, Operation::add);
        case Ecall::bn254_fp2_sub:
            return ring_operation<Fp2<Bn254>>(argument, memory, Operation::subtract);
        case Ecall::bn254_fp2_mul:
            return ring_operation<Fp2<Bn254>>(argument, memory, Operation::multiply);
        case Ecall::bls12_381_fp_add:
            return ring_operation<Fp<Bls12381>>(argument, memory, Operation::add);
        case Ecall::bls12_381_fp_sub:
            return ring_operation<Fp<Bls12381>>(argument, memory, Operation::subtract);
        case Ecall::bls12_381_fp_mul:
            return ring_operation<Fp<Bls12381>>(argument, memory, Operation::multiply);
        case Ecall::bls12_381_fp2_add:
            return ring_operation<Fp2<Bls12381>>(argument, memory, Operation::add);
        case Ecall::bls12_381_fp2_sub:
            return ring_operation<Fp2<Bls12381>>(argument, memory, Operation::subtract);
        case Ecall::bls12_381_fp2_mul:
            return ring_operation<Fp2<Bls12381>>(argument, memory, Operation::multiply);
        case Ecall::poseidon2_16:
            return poseidon2_permute<16>(argument, memory);
        case Ecall::poseidon2_24:
            return poseidon2_permute<24>(argument, memory);
    }
    return TrapCode::unknown_ecall;
}

}  // namespace

EcallOutcome execute_ecall(std::uint64_t number, const Arguments& argument, MemoryPort& memory) noexcept {
    EcallOutcome outcome;
    outcome.trap = run(static_cast<Ecall>(number), argument, memory, outcome);
    return outcome;
}

}  // namespace sluice::abi

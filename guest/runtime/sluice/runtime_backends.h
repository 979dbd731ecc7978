// The crypto templates' primitives over ecalls. Each tests its feature bit and otherwise runs in software.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "crypto/soft/accelerated.h"
#include "crypto/soft/keccak.h"
#include "crypto/soft/modexp256.h"
#include "crypto/soft/pairing/bls12_381.h"
#include "crypto/soft/pairing/bn254.h"
#include "crypto/soft/pairing/kzg.h"
#include "crypto/soft/pairing/prime_field.h"
#include "crypto/soft/sha256.h"
#include "runtime/sluice/runtime.h"

namespace sluice::runtime {

/// For crypto::soft::keccak256.
struct Keccak {
    static void permute(std::uint64_t state[25]) noexcept {
        if (has_feature(SLUICE_FEATURE_KECCAK)) [[likely]] {
            ecall<SLUICE_ECALL_KECCAK_F>(address_of(state));
        } else {
            crypto::soft::PlainKeccak::permute(state);
        }
    }
    static void absorb_block(std::uint64_t state[25], const std::uint8_t* block) noexcept {
        if (has_feature(SLUICE_FEATURE_KECCAK)) [[likely]] {
            if (is_aligned(block)) [[likely]] {
                ecall<SLUICE_ECALL_KECCAK_ABSORB>(address_of(state), address_of(block));
                return;
            }
            for (std::size_t i = 0; i < crypto::soft::kKeccakRateWords; ++i) {
                state[i] ^= load_le<std::uint64_t>(block + 8 * i);
            }
            ecall<SLUICE_ECALL_KECCAK_F>(address_of(state));
        } else {
            crypto::soft::PlainKeccak::absorb_block(state, block);
        }
    }
};

/// For crypto::soft::sha256.
struct Sha256 {
    /// `state` is aligned to 8, the block may lie anywhere.
    static void compress(std::uint32_t state[8], const std::uint8_t* block) noexcept {
        if (has_feature(SLUICE_FEATURE_SHA256)) [[likely]] {
            if (is_aligned(block)) [[likely]] {
                ecall<SLUICE_ECALL_SHA256_COMPRESS>(address_of(state), address_of(block));
                return;
            }
            alignas(8) std::uint8_t copy[crypto::soft::kSha256BlockSize];
            std::memcpy(copy, block, sizeof copy);
            ecall<SLUICE_ECALL_SHA256_COMPRESS>(address_of(state), address_of(copy));
        } else {
            crypto::soft::PlainSha256::compress(state, block);
        }
    }
};

/// 256-bit and curve operations, for the ECDSA templates (crypto/soft/accelerated.h).
struct Machine {
    static void multiply_add(Uint256& result, const Uint256& a, const Uint256& b,
                             const crypto::soft::AddendModulus& rest) noexcept {
        ecall<SLUICE_ECALL_UINT256_MULMOD_ADD>(address_of(&result), address_of(&a), address_of(&b), address_of(&rest));
    }
    static void secp256k1_add(crypto::soft::AffinePoint<Uint256>& p,
                              const crypto::soft::AffinePoint<Uint256>& q) noexcept {
        static_assert(sizeof p == 64);
        ecall<SLUICE_ECALL_SECP256K1_ADD>(address_of(&p), address_of(&q));
    }
    static void secp256k1_double(crypto::soft::AffinePoint<Uint256>& p) noexcept {
        ecall<SLUICE_ECALL_SECP256K1_DOUBLE>(address_of(&p));
    }
};

/// A prime field of a pairing curve over ecalls, for the templates in crypto/soft/pairing: canonical integers.
/// Numbers: those of FP_ADD, FP2_ADD; SUB and MUL follow each.
template <class Parameters, std::uint64_t kFpAdd>
class MachineField {
 public:
    static constexpr std::size_t kLimbs = Parameters::kModulus.size();
    using Integer = crypto::pairing::Words<kLimbs>;

    constexpr MachineField() noexcept = default;
    [[nodiscard]] static constexpr MachineField from_words(const Integer& integer) noexcept {
        return MachineField(integer);
    }
    [[nodiscard]] constexpr const Integer& words() const noexcept { return value_; }

    [[nodiscard]] constexpr bool is_zero() const noexcept {
        std::uint64_t bits = 0;
        for (const std::uint64_t limb : value_) bits |= limb;
        return bits == 0;
    }
    friend constexpr bool operator==(const MachineField& a, const MachineField& b) noexcept {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) bits |= a.value_[i] ^ b.value_[i];
        return bits == 0;
    }
    friend MachineField operator+(const MachineField& a, const MachineField& b) noexcept {
        MachineField result;
        ecall<kFpAdd>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineField operator-(const MachineField& a, const MachineField& b) noexcept {
        MachineField result;
        ecall<kFpAdd + 1>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineField operator-(const MachineField& a) noexcept { return kZero - a; }
    friend MachineField operator*(const MachineField& a, const MachineField& b) noexcept {
        MachineField result;
        ecall<kFpAdd + 2>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineField square(const MachineField& a) noexcept { return a * a; }
    /// 1 / a as a^(p - 2); zero for zero.
    friend MachineField inverse(const MachineField& a) noexcept {
        return crypto::pairing::power(a, kModulusLessTwo, kOne);
    }

 private:
    constexpr explicit MachineField(const Integer& value) noexcept : value_(value) {}

    static const MachineField kZero;
    static const MachineField kOne;
    static constexpr Integer kModulusLessTwo = [] {
        Integer exponent = Parameters::kModulus;
        exponent[0] -= 2;
        return exponent;
    }();

    Integer value_{};
};
template <class Parameters, std::uint64_t kFpAdd>
constexpr MachineField<Parameters, kFpAdd> MachineField<Parameters, kFpAdd>::kZero{};
template <class Parameters, std::uint64_t kFpAdd>
constexpr MachineField<Parameters, kFpAdd> MachineField<Parameters, kFpAdd>::kOne{Integer{1}};

/// Its quadratic extension by i^2 = -1, where xi = kXi + i.
template <class Field, std::uint64_t kFp2Add, unsigned kXi>
struct MachineQuadratic {
    Field c0;
    Field c1;

    [[nodiscard]] constexpr bool is_zero() const noexcept { return c0.is_zero() && c1.is_zero(); }
    friend constexpr bool operator==(const MachineQuadratic& a, const MachineQuadratic& b) noexcept {
        return a.c0 == b.c0 && a.c1 == b.c1;
    }
    friend MachineQuadratic operator+(const MachineQuadratic& a, const MachineQuadratic& b) noexcept {
        MachineQuadratic result;
        ecall<kFp2Add>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineQuadratic operator-(const MachineQuadratic& a, const MachineQuadratic& b) noexcept {
        MachineQuadratic result;
        ecall<kFp2Add + 1>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineQuadratic operator-(const MachineQuadratic& a) noexcept { return kZero - a; }
    friend MachineQuadratic operator*(const MachineQuadratic& a, const MachineQuadratic& b) noexcept {
        MachineQuadratic result;
        ecall<kFp2Add + 2>(address_of(&result), address_of(&a), address_of(&b));
        return result;
    }
    friend MachineQuadratic square(const MachineQuadratic& a) noexcept { return a * a; }
    friend MachineQuadratic times_xi(const MachineQuadratic& a) noexcept {
        if constexpr (kXi == 1) {
            return {a.c0 - a.c1, a.c0 + a.c1};
        } else {
            return a * kXiValue;
        }
    }

 private:
    static const MachineQuadratic kZero;
    static const MachineQuadratic kXiValue;
};
template <class Field, std::uint64_t kFp2Add, unsigned kXi>
constexpr MachineQuadratic<Field, kFp2Add, kXi> MachineQuadratic<Field, kFp2Add, kXi>::kZero{};
template <class Field, std::uint64_t kFp2Add, unsigned kXi>
constexpr MachineQuadratic<Field, kFp2Add, kXi> MachineQuadratic<Field, kFp2Add, kXi>::kXiValue{
    Field::from_words({kXi}), Field::from_words({1})};

// -- What accelerators.cpp instantiates where the machine has the feature

using Secp256k1 = crypto::soft::secp256k1::Accelerated<Machine>;
using Secp256r1 = crypto::soft::secp256r1::Accelerated<Machine>;

using Bn254Fp = MachineField<crypto::pairing::Bn254Parameters, SLUICE_ECALL_BN254_FP_ADD>;
using Bn254 = crypto::pairing::Bn254<Bn254Fp, MachineQuadratic<Bn254Fp, SLUICE_ECALL_BN254_FP2_ADD, 9>>;

using Bls12_381Fp = MachineField<crypto::pairing::Bls12_381Parameters, SLUICE_ECALL_BLS12_381_FP_ADD>;
using Bls12_381Fp2 = MachineQuadratic<Bls12_381Fp, SLUICE_ECALL_BLS12_381_FP2_ADD, 1>;
using Bls12_381 = crypto::pairing::Bls12_381<Bls12_381Fp, Bls12_381Fp2>;
using Kzg = crypto::pairing::Kzg<Bls12_381Fp, Bls12_381Fp2>;

/// Poseidon2 of a state aligned to 8; false if the machine has not it.
template <unsigned kWidth>
[[nodiscard]] inline bool poseidon2_if_there(std::uint32_t* state) noexcept {
    if (!has_feature(SLUICE_FEATURE_POSEIDON2)) [[unlikely]] {
        return false;
    }
    ecall<kWidth == 16 ? SLUICE_ECALL_POSEIDON2_16 : SLUICE_ECALL_POSEIDON2_24>(address_of(state));
    return true;
}

/// modexp for moduli of up to 256 bits; false for longer ones.
[[nodiscard]] inline bool modexp_if_short(ByteView base, ByteView exponent, ByteView modulus,
                                          MutableBytes output) noexcept {
    return crypto::soft::modexp_if_short<Machine>(base, exponent, modulus, output);
}

}  // namespace sluice::runtime

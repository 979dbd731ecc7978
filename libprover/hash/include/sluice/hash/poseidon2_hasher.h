// Hashers over Poseidon2. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/hash/hasher.h"
#include "sluice/hash/poseidon2.h"

namespace sluice::hash {

/// Hashing by Poseidon2; `Permutation::permute` is its permutation, of a state aligned to 8. The state is the rate,
/// elements 0 to Rate - 1, then the capacity; a digest is the state's first DigestLength elements.
///
/// Leaf: capacity = (kLeafDomain, number of elements, 0, ...). Each block overwrites the rate, a last one that is short
/// is filled with zeros (the number of elements, which is in the capacity, tells how many), then the state is permuted.
/// No elements are one block of zeros.
///
/// Node: x = left, right, then (kNodeDomain, 0, ...) in the room that is left; P(x) + x. With width 16 there is no
/// room: leaves and nodes differ then by construction only (a leaf does not add its input back), and a verifier knows
/// the depth of each digest anyway.
///
/// Sponge: capacity = (kTranscriptDomain, 0, ...) at first. A block of n elements overwrites the rate by them and
/// zeros, and adds n to the first element of the capacity, which keeps a short block apart from one that ends in zeros
/// and from squeezing on (n = 0); otherwise the capacity is never touched, and never read.
template <unsigned Width, unsigned Rate, unsigned DigestLength, class Permutation = Poseidon2<Width>>
struct Poseidon2Hasher {
    static_assert(2 * DigestLength <= Width && DigestLength <= Rate && Rate < Width - 1);
    static constexpr std::string_view kName = Width == 16 ? "poseidon2-16" : "poseidon2-24";
    static constexpr unsigned kWidth = Width;
    static constexpr unsigned kRate = Rate;
    using Digest = FieldDigest<DigestLength>;

    class Leaf {
     public:
        /// `length`: the number of elements that will be absorbed, below the modulus.
        SLUICE_HD explicit Leaf(std::uint32_t length) noexcept : state_{} {
            state_[Rate] = KoalaBear::from_canonical(kLeafDomain);
            state_[Rate + 1] = KoalaBear::from_canonical(length);
        }
        SLUICE_HD void absorb(KoalaBear element) noexcept {
            if (filled_ == Rate) permute();
            state_[filled_++] = element;
        }
        SLUICE_HD Digest digest() noexcept {
            for (unsigned i = filled_; i < Rate; ++i) state_[i] = KoalaBear::zero();
            permute();
            Digest result;
            for (unsigned i = 0; i < DigestLength; ++i) result.element[i] = state_[i];
            return result;
        }

     private:
        SLUICE_HD void permute() noexcept {
            Permutation::permute(state_);
            filled_ = 0;
        }
        alignas(8) KoalaBear state_[Width];
        unsigned filled_ = 0;
    };

    [[nodiscard]] static Digest hash_leaf(std::span<const KoalaBear> row) noexcept {
        Leaf leaf(static_cast<std::uint32_t>(row.size()));
        for (const KoalaBear element : row) leaf.absorb(element);
        return leaf.digest();
    }

    [[nodiscard]] SLUICE_HD static Digest compress(const Digest& left, const Digest& right) noexcept {
        alignas(8) KoalaBear state[Width];
        for (unsigned i = 0; i < DigestLength; ++i) {
            state[i] = left.element[i];
            state[DigestLength + i] = right.element[i];
        }
        if constexpr (2 * DigestLength < Width) {
            state[2 * DigestLength] = KoalaBear::from_canonical(kNodeDomain);
            for (unsigned i = 2 * DigestLength + 1; i < Width; ++i) state[i] = KoalaBear::zero();
        }
        Permutation::permute(state);
        Digest result;
        for (unsigned i = 0; i < DigestLength; ++i) result.element[i] = state[i] + left.element[i];
        return result;
    }

    class Sponge {
     public:
        SLUICE_HD Sponge() noexcept : state_{} { state_[Rate] = KoalaBear::from_canonical(kTranscriptDomain); }
        SLUICE_HD void absorb_block(const KoalaBear* elements, unsigned count) noexcept {
            for (unsigned i = 0; i < Rate; ++i) state_[i] = i < count ? elements[i] : KoalaBear::zero();
            state_[Rate] += KoalaBear::from_canonical(count);
            Permutation::permute(state_);
        }
        SLUICE_HD void advance() noexcept { Permutation::permute(state_); }
        [[nodiscard]] SLUICE_HD KoalaBear output(unsigned i) const noexcept { return state_[i]; }
        /// The whole state, for grinding in many lanes.
        [[nodiscard]] SLUICE_HD const KoalaBear* state() const noexcept { return state_; }

     private:
        alignas(8) KoalaBear state_[Width];
    };
};

/// Of profile `bits100`: 248-bit digests and capacity.
template <template <unsigned> class Permutation>
using Poseidon2Hasher16Over = Poseidon2Hasher<16, 8, 8, Permutation<16>>;
using Poseidon2Hasher16 = Poseidon2Hasher16Over<Poseidon2>;
/// Of profile `bits128`: 279-bit digests and capacity (8 elements would give 124 bits against collisions).
template <template <unsigned> class Permutation>
using Poseidon2Hasher24Over = Poseidon2Hasher<24, 15, 9, Permutation<24>>;
using Poseidon2Hasher24 = Poseidon2Hasher24Over<Poseidon2>;

static_assert(Hasher<Poseidon2Hasher16> && Hasher<Poseidon2Hasher24>);
static_assert(sizeof(Poseidon2Hasher16::Digest) == 32 && sizeof(Poseidon2Hasher24::Digest) == 36);

}  // namespace sluice::hash

// What a hash function is to the proof system: digests, leaves, nodes and a sponge for the transcript.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   using H = hash::Poseidon2Hasher16;                     // or Poseidon2Hasher24, Blake3Hasher
//   H::Digest leaf = H::hash_leaf(row);                    // any number of elements
//   H::Digest node = H::compress(left, right);
//
// Merkle trees (merkle.h) and the transcript (transcript.h) take the hasher as a type parameter; the length of a digest
// follows from it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "sluice/base/hd.h"
#include "sluice/math/koala_bear.h"

namespace sluice::hash {

using math::KoalaBear;

/// Domain tags: what is hashed. Four letters, so below the modulus.
inline constexpr std::uint32_t kLeafDomain = 0x6c656166;        ///< "leaf"
inline constexpr std::uint32_t kNodeDomain = 0x6e6f6465;        ///< "node"
inline constexpr std::uint32_t kTranscriptDomain = 0x7472616e;  ///< "tran"

/// A digest of N field elements.
template <unsigned N>
struct FieldDigest {
    /// Elements by which the transcript absorbs it.
    static constexpr unsigned kElements = N;
    /// Size in a proof.
    static constexpr std::size_t kBytes = std::size_t{4} * N;

    KoalaBear element[N];

    SLUICE_HD friend constexpr bool operator==(const FieldDigest& a, const FieldDigest& b) noexcept {
        std::uint32_t difference = 0;
        for (unsigned i = 0; i < N; ++i) difference |= a.element[i].montgomery ^ b.element[i].montgomery;
        return difference == 0;
    }
    /// Writes kElements elements.
    SLUICE_HD constexpr void to_elements(KoalaBear* out) const noexcept {
        for (unsigned i = 0; i < N; ++i) out[i] = element[i];
    }
    /// Writes kBytes bytes: canonical, four bytes an element, little endian.
    SLUICE_HD constexpr void write(std::uint8_t* out) const noexcept {
        for (unsigned i = 0; i < N; ++i) {
            const std::uint32_t word = element[i].canonical();
            for (unsigned byte = 0; byte < 4; ++byte) out[4 * i + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
        }
    }
    /// Reads what `write` writes; nothing if an element is not below the modulus, else one digest would have several
    /// encodings and a proof could be changed without failing.
    [[nodiscard]] static constexpr std::optional<FieldDigest> read(const std::uint8_t* bytes) noexcept {
        FieldDigest digest{};
        for (unsigned i = 0; i < N; ++i) {
            std::uint32_t word = 0;
            for (unsigned byte = 0; byte < 4; ++byte) word |= std::uint32_t{bytes[4 * i + byte]} << (8 * byte);
            if (word >= KoalaBear::kModulus) return std::nullopt;
            digest.element[i] = KoalaBear::from_canonical(word);
        }
        return digest;
    }
};

/// A digest of 32 bytes, held as 8 little-endian words.
struct ByteDigest {
    static constexpr unsigned kElements = 16;
    static constexpr std::size_t kBytes = 32;

    std::uint32_t word[8];

    SLUICE_HD friend constexpr bool operator==(const ByteDigest& a, const ByteDigest& b) noexcept {
        std::uint32_t difference = 0;
        for (unsigned i = 0; i < 8; ++i) difference |= a.word[i] ^ b.word[i];
        return difference == 0;
    }
    /// Sixteen bits an element, lower half of a word first.
    SLUICE_HD constexpr void to_elements(KoalaBear* out) const noexcept {
        for (unsigned i = 0; i < 8; ++i) {
            out[2 * i] = KoalaBear::from_canonical(word[i] & 0xffff);
            out[2 * i + 1] = KoalaBear::from_canonical(word[i] >> 16);
        }
    }
    SLUICE_HD constexpr void write(std::uint8_t* out) const noexcept {
        for (unsigned i = 0; i < 32; ++i) out[i] = static_cast<std::uint8_t>(word[i / 4] >> (8 * (i % 4)));
    }
    [[nodiscard]] static constexpr std::optional<ByteDigest> read(const std::uint8_t* bytes) noexcept {
        ByteDigest digest{};
        for (unsigned i = 0; i < 32; ++i) digest.word[i / 4] |= std::uint32_t{bytes[i]} << (8 * (i % 4));
        return digest;
    }
};

/// A hash function in the roles that the proof system has for one. All members are pure.
///
///   Digest            FieldDigest<N> or ByteDigest
///   Leaf              hashes a known number of elements one after another: Leaf(length), absorb(element), digest();
///                     the number is part of what is hashed
///   hash_leaf(row)    the same in one call
///   compress(l, r)    digest of an inner node
///   Sponge            a duplex sponge of kRate elements a block (transcript.h tells how it is used):
///   default-constructed
///                     at its start; absorb_block(elements, count) overwrites the rate by `count` elements, 1 to kRate,
///                     and zeros, and permutes; advance() permutes; output(i) is element i < kRate of the rate
template <class H>
concept Hasher = std::is_trivially_copyable_v<typename H::Digest> && std::equality_comparable<typename H::Digest> &&
    std::is_trivially_copyable_v<typename H::Sponge> && std::constructible_from<typename H::Leaf, std::uint32_t> &&
    requires(typename H::Digest digest, typename H::Leaf leaf, typename H::Sponge sponge,
             std::span<const KoalaBear> row, KoalaBear element, const KoalaBear* elements, unsigned count) {
    { H::kName } -> std::convertible_to<std::string_view>;
    { H::kRate } -> std::convertible_to<unsigned>;
    { H::Digest::kElements } -> std::convertible_to<unsigned>;
    { H::Digest::kBytes } -> std::convertible_to<std::size_t>;
    { H::hash_leaf(row) }
    noexcept->std::same_as<typename H::Digest>;
    { H::compress(digest, digest) }
    noexcept->std::same_as<typename H::Digest>;
    { leaf.absorb(element) }
    noexcept;
    { leaf.digest() }
    noexcept->std::same_as<typename H::Digest>;
    { sponge.absorb_block(elements, count) }
    noexcept;
    { sponge.advance() }
    noexcept;
    { sponge.output(count) }
    noexcept->std::same_as<KoalaBear>;
};

}  // namespace sluice::hash

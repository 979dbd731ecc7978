// The hasher over BLAKE3, for proofs that are verified natively only. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/hash/blake3.h"
#include "sluice/hash/hasher.h"

namespace sluice::hash {

/// BLAKE3 in keyed mode, with a key of its own for leaves, nodes and transcript (ASCII, below). Elements enter as four
/// little-endian bytes, canonical.
///
/// Leaf: hash of the elements; BLAKE3 binds the length. Node: hash of left and right, one compression.
///
/// Sponge: the capacity is a chaining value of 32 bytes, zero at first; the rate has 7 elements. A step hashes
/// (chaining value, the rate, number of elements absorbed) = 64 bytes; of 88 bytes of output the first 32 are the next
/// chaining value, then each 8, as a little-endian integer mod p, are an element of the rate (2^-33 from uniform).
struct Blake3Hasher {
    static constexpr std::string_view kName = "blake3";
    static constexpr unsigned kRate = 7;
    using Digest = ByteDigest;

    class Leaf {
     public:
        SLUICE_HD explicit Leaf(std::uint32_t) noexcept : hash_(key(kLeafDomain)) {}
        SLUICE_HD void absorb(KoalaBear element) noexcept { hash_.update_word(element.canonical()); }
        SLUICE_HD Digest digest() const noexcept {
            Digest result;
            hash_.output(result.word, 8);
            return result;
        }

     private:
        Blake3 hash_;
    };

    [[nodiscard]] static Digest hash_leaf(std::span<const KoalaBear> row) noexcept {
        Leaf leaf(static_cast<std::uint32_t>(row.size()));
        for (const KoalaBear element : row) leaf.absorb(element);
        return leaf.digest();
    }

    [[nodiscard]] SLUICE_HD static Digest compress(const Digest& left, const Digest& right) noexcept {
        std::uint32_t block[16];
        for (unsigned i = 0; i < 8; ++i) {
            block[i] = left.word[i];
            block[8 + i] = right.word[i];
        }
        std::uint32_t output[16];
        one_block(kNodeDomain, block, 0, output);
        Digest result;
        for (unsigned i = 0; i < 8; ++i) result.word[i] = output[i];
        return result;
    }

    class Sponge {
     public:
        SLUICE_HD Sponge() noexcept : chaining_{}, rate_{} {}
        SLUICE_HD void absorb_block(const KoalaBear* elements, unsigned count) noexcept {
            for (unsigned i = 0; i < kRate; ++i) rate_[i] = i < count ? elements[i] : KoalaBear::zero();
            step(count);
        }
        SLUICE_HD void advance() noexcept { step(0); }
        [[nodiscard]] SLUICE_HD KoalaBear output(unsigned i) const noexcept { return rate_[i]; }

     private:
        SLUICE_HD void step(std::uint32_t count) noexcept {
            std::uint32_t block[16];
            for (unsigned i = 0; i < 8; ++i) block[i] = chaining_[i];
            for (unsigned i = 0; i < kRate; ++i) block[8 + i] = rate_[i].canonical();
            block[15] = count;
            std::uint32_t output[32];
            one_block(kTranscriptDomain, block, 0, output);
            one_block(kTranscriptDomain, block, 1, output + 16);
            for (unsigned i = 0; i < 8; ++i) chaining_[i] = output[i];
            for (unsigned i = 0; i < kRate; ++i)
                rate_[i] = KoalaBear::reduce(std::uint64_t{output[9 + 2 * i]} << 32 | output[8 + 2 * i]);
        }
        std::uint32_t chaining_[8];
        KoalaBear rate_[kRate];
    };

 private:
    struct Key {
        std::uint32_t word[8];
        SLUICE_HD constexpr operator const std::uint32_t*() const noexcept { return word; }
    };
    /// "sluice proof system v1, " and the tag, then zeros, as words.
    SLUICE_HD static constexpr Key key(std::uint32_t domain) noexcept {
        constexpr char kText[25] = "sluice proof system v1, ";
        Key result{};
        for (unsigned i = 0; i < 24; ++i)
            result.word[i / 4] |= std::uint32_t{static_cast<std::uint8_t>(kText[i])} << (8 * (i % 4));
        for (unsigned i = 0; i < 4; ++i) result.word[6] |= (domain >> (24 - 8 * i) & 0xff) << (8 * i);
        return result;
    }
    /// 16 words of output, from word 16 * `index` on, of the keyed hash of one block.
    SLUICE_HD static void one_block(std::uint32_t domain, const std::uint32_t* block, std::uint64_t index,
                                    std::uint32_t* output) noexcept {
        Blake3::compress(key(domain), block, index, Blake3::kBlockBytes,
                         Blake3::kKeyedHash | Blake3::kChunkStart | Blake3::kChunkEnd | Blake3::kRoot, output);
    }
};

static_assert(Hasher<Blake3Hasher>);

}  // namespace sluice::hash

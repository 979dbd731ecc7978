// The BLAKE3 hash function. SPDX-License-Identifier: MIT OR Apache-2.0
//
// O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3, one function, fast everywhere", sections 2.1 to 2.6. Keyed mode
// and output of any length; checked with the official test vectors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/base/hd.h"

namespace sluice::hash {

/// BLAKE3 in keyed mode, or unkeyed. Input comes in pieces; output can be read once all is in.
class Blake3 {
 public:
    static constexpr unsigned kBlockBytes = 64;
    static constexpr unsigned kChunkBytes = 1024;

    /// The unkeyed hash.
    SLUICE_HD Blake3() noexcept : flags_(0) {
        for (unsigned i = 0; i < 8; ++i) key_[i] = initial(i);
        start_chunk(0);
    }
    /// Keyed by 8 little-endian words.
    SLUICE_HD explicit Blake3(const std::uint32_t* key) noexcept : flags_(kKeyedHash) {
        for (unsigned i = 0; i < 8; ++i) key_[i] = key[i];
        start_chunk(0);
    }

    /// Four bytes, little endian. All input comes either by words or by bytes.
    SLUICE_HD void update_word(std::uint32_t word) noexcept {
        if (block_size_ == kBlockBytes) end_block();
        block_[block_size_ / 4] = word;
        block_size_ += 4;
    }
    SLUICE_HD void update(const std::uint8_t* bytes, std::size_t size) noexcept {
        for (std::size_t i = 0; i < size; ++i) {
            if (block_size_ == kBlockBytes) end_block();
            block_[block_size_ / 4] |= std::uint32_t{bytes[i]} << (8 * (block_size_ % 4));
            ++block_size_;
        }
    }

    /// Writes the first `count` words of the output, little endian. Further input must not follow.
    SLUICE_HD void output(std::uint32_t* words, unsigned count) const noexcept {
        // The last chunk's last block, then up the right edge of the tree; the node that is the root is compressed anew
        // for every 16 words.
        std::uint32_t chaining[8];
        for (unsigned i = 0; i < 8; ++i) chaining[i] = chaining_[i];
        std::uint32_t block[16];
        for (unsigned i = 0; i < 16; ++i) block[i] = block_[i];
        std::uint64_t counter = chunk_;
        std::uint32_t size = block_size_;
        std::uint32_t flags = flags_ | (first_block_ ? kChunkStart : 0) | kChunkEnd;
        for (unsigned left = stack_size_; left-- != 0;) {
            std::uint32_t child[16];
            compress(chaining, block, counter, size, flags, child);
            for (unsigned i = 0; i < 8; ++i) {
                block[i] = stack_[left][i];
                block[8 + i] = child[i];
                chaining[i] = key_[i];
            }
            counter = 0;
            size = kBlockBytes;
            flags = flags_ | kParent;
        }
        for (unsigned at = 0; at < count; at += 16) {
            std::uint32_t words_of_block[16];
            compress(chaining, block, at / 16, size, flags | kRoot, words_of_block);
            for (unsigned i = 0; i < 16 && at + i < count; ++i) words[at + i] = words_of_block[i];
        }
    }

    /// The compression function, all 16 words of its output.
    SLUICE_HD static void compress(const std::uint32_t* chaining, const std::uint32_t* block, std::uint64_t counter,
                                   std::uint32_t size, std::uint32_t flags, std::uint32_t* output) noexcept {
        std::uint32_t v[16];
        std::uint32_t m[16];
        for (unsigned i = 0; i < 8; ++i) v[i] = chaining[i];
        for (unsigned i = 0; i < 4; ++i) v[8 + i] = initial(i);
        v[12] = static_cast<std::uint32_t>(counter);
        v[13] = static_cast<std::uint32_t>(counter >> 32);
        v[14] = size;
        v[15] = flags;
        for (unsigned i = 0; i < 16; ++i) m[i] = block[i];
        for (unsigned round = 0;; ++round) {
            for (unsigned i = 0; i < 4; ++i) mix(v, i, 4 + i, 8 + i, 12 + i, m[2 * i], m[2 * i + 1]);
            for (unsigned i = 0; i < 4; ++i)
                mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[8 + 2 * i], m[9 + 2 * i]);
            if (round == 6) break;
            permute_message(m);
        }
        for (unsigned i = 0; i < 8; ++i) {
            output[i] = v[i] ^ v[8 + i];
            output[8 + i] = v[8 + i] ^ chaining[i];
        }
    }

    // Flags of a compression.
    static constexpr std::uint32_t kChunkStart = 1;
    static constexpr std::uint32_t kChunkEnd = 2;
    static constexpr std::uint32_t kParent = 4;
    static constexpr std::uint32_t kRoot = 8;
    static constexpr std::uint32_t kKeyedHash = 16;

 private:
    /// The initial value of SHA-256.
    SLUICE_HD static constexpr std::uint32_t initial(unsigned i) noexcept {
        constexpr std::uint32_t kWords[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        return kWords[i];
    }
    SLUICE_HD static constexpr std::uint32_t rotate(std::uint32_t x, unsigned bits) noexcept {
        return x >> bits | x << (32 - bits);
    }
    SLUICE_HD static void mix(std::uint32_t* v, unsigned a, unsigned b, unsigned c, unsigned d, std::uint32_t x,
                              std::uint32_t y) noexcept {
        v[a] += v[b] + x;
        v[d] = rotate(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = rotate(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = rotate(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = rotate(v[b] ^ v[c], 7);
    }
    SLUICE_HD static void permute_message(std::uint32_t* m) noexcept {
        constexpr unsigned kFrom[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
        std::uint32_t old[16];
        for (unsigned i = 0; i < 16; ++i) old[i] = m[i];
        for (unsigned i = 0; i < 16; ++i) m[i] = old[kFrom[i]];
    }

    SLUICE_HD void start_block() noexcept {
        for (unsigned i = 0; i < 16; ++i) block_[i] = 0;
        block_size_ = 0;
    }
    SLUICE_HD void start_chunk(std::uint64_t chunk) noexcept {
        for (unsigned i = 0; i < 8; ++i) chaining_[i] = key_[i];
        chunk_ = chunk;
        blocks_ = 0;
        first_block_ = true;
        start_block();
    }
    /// Compresses a full block that is not the last of the input.
    SLUICE_HD void end_block() noexcept {
        const bool last = blocks_ + 1 == kChunkBytes / kBlockBytes;
        std::uint32_t result[16];
        compress(chaining_, block_, chunk_, kBlockBytes,
                 flags_ | (first_block_ ? kChunkStart : 0) | (last ? kChunkEnd : 0), result);
        for (unsigned i = 0; i < 8; ++i) chaining_[i] = result[i];
        ++blocks_;
        first_block_ = false;
        start_block();
        if (!last) return;
        // The chunk is complete: merge subtrees of equal size, one for each trailing zero bit of the number of chunks.
        std::uint64_t chunks = chunk_ + 1;
        for (; (chunks & 1) == 0; chunks >>= 1) {
            --stack_size_;
            std::uint32_t pair[16];
            for (unsigned i = 0; i < 8; ++i) {
                pair[i] = stack_[stack_size_][i];
                pair[8 + i] = chaining_[i];
            }
            compress(key_, pair, 0, kBlockBytes, flags_ | kParent, result);
            for (unsigned i = 0; i < 8; ++i) chaining_[i] = result[i];
        }
        for (unsigned i = 0; i < 8; ++i) stack_[stack_size_][i] = chaining_[i];
        ++stack_size_;
        start_chunk(chunk_ + 1);
    }

    /// Subtrees on the left of the current chunk, for inputs below 2^32 chunks.
    static constexpr unsigned kMaxDepth = 32;

    std::uint32_t key_[8];
    std::uint32_t flags_;
    std::uint32_t chaining_[8];
    std::uint32_t block_[16];
    std::uint32_t block_size_ = 0;
    std::uint64_t chunk_ = 0;
    unsigned blocks_ = 0;  ///< of this chunk, compressed
    bool first_block_ = true;
    unsigned stack_size_ = 0;
    std::uint32_t stack_[kMaxDepth][8];
};

}  // namespace sluice::hash

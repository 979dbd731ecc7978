// Hashing many things at once by the best instruction set of the processor.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each function gives exactly what the plain one of sluice::hash gives, whatever the instruction set. With Poseidon2
// every lane of a vector works on a state of its own; BLAKE3 runs its plain code. Everything runs in the calling
// thread; ranges are arguments, so that a caller can divide work among threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/merkle.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/hash/transcript.h"

namespace sluice::hash::batch {

/// Permutes `count` states in place. Element i of state s is states[i * stride + s]; stride >= count.
template <unsigned Width>
void poseidon2(KoalaBear* states, std::size_t stride, std::size_t count);

/// Digests of the leaves first, first + 1, ..., as many as `digests` has room for.
template <Hasher H>
void hash_leaves(std::span<const MatrixView> matrices, LeafShape shape, std::size_t first,
                 std::span<typename H::Digest> digests);

/// above[i] = H::compress(below[2 i], below[2 i + 1]); `below` has twice the length of `above`.
template <Hasher H>
void compress_pairs(std::span<const typename H::Digest> below, std::span<typename H::Digest> above);

/// Fills all levels from level 0, as MerkleTree::build.
template <Hasher H>
void build(const MerkleTree<H>& tree) {
    for (unsigned level = 0; level < tree.log_leaves(); ++level)
        compress_pairs<H>(tree.level(level), tree.level(level + 1));
}

/// The smallest nonce in [first, first + count) whose result has `bits` <= kMaxSampleBits low bits zero, if there is
/// one. first + count must not exceed the modulus.
template <Hasher H>
std::optional<KoalaBear> find_nonce(const GrindingStart<H>& start, unsigned bits, std::uint32_t first,
                                    std::uint32_t count);

/// As hash::grind.
template <Hasher H, class Observer>
std::optional<KoalaBear> grind(const Transcript<H, Observer>& transcript, unsigned bits) {
    if (bits == 0) return KoalaBear::zero();
    if (bits > kMaxSampleBits) return std::nullopt;
    return find_nonce<H>(transcript.grinding_start(), bits, 0, KoalaBear::kModulus);
}

}  // namespace sluice::hash::batch

// Hashing in lanes: one source for every instruction set. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/hash/batch.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "batch.cpp"
#include <hwy/foreach_target.h>

#include "kernels.h"
#include "poseidon2_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::hash::HWY_NAMESPACE {
namespace {

constexpr std::size_t kLanes = Lanes::kCount;

template <unsigned Width>
HWY_NOINLINE void permute(Lanes* state) {
    poseidon2_lanes<Width>(state);
}

template <unsigned Width>
void permute_states(KoalaBear* states, std::size_t stride, std::size_t count) {
    std::size_t at = 0;
    Lanes state[Width];
    for (; at + kLanes <= count; at += kLanes) {
        for (unsigned i = 0; i < Width; ++i) state[i] = Lanes::load(states + i * stride + at);
        permute<Width>(state);
        for (unsigned i = 0; i < Width; ++i) state[i].store(states + i * stride + at);
    }
    for (; at < count; ++at) {
        KoalaBear plain[Width];
        for (unsigned i = 0; i < Width; ++i) plain[i] = states[i * stride + at];
        Poseidon2<Width>::permute(plain);
        for (unsigned i = 0; i < Width; ++i) states[i * stride + at] = plain[i];
    }
}

/// Vectors that go through a block together: a column is then read in whole cache lines.
constexpr std::size_t kTile = 8;

template <class H>
void hash_leaves(const MatrixView* matrices, std::size_t matrix_count, LeafShape shape, std::size_t first,
                 typename H::Digest* digests, std::size_t count) {
    const std::size_t rows = std::size_t{1} << shape.log_rows;
    const auto length = static_cast<std::uint32_t>(leaf_length(matrices, matrix_count, shape));
    Lanes states[kTile][H::kWidth];
    std::size_t done = 0;
    while (done + kLanes <= count) {
        const std::size_t vectors = std::min(kTile, (count - done) / kLanes);
        for (std::size_t v = 0; v < vectors; ++v) {
            for (unsigned i = 0; i < H::kWidth; ++i) states[v][i] = Lanes::broadcast(KoalaBear::zero());
            states[v][H::kRate] = Lanes::broadcast(KoalaBear::from_canonical(kLeafDomain));
            states[v][H::kRate + 1] = Lanes::broadcast(KoalaBear::from_canonical(length));
        }
        unsigned filled = 0;
        const auto absorb = [&](const MatrixView& matrix, std::size_t row, std::size_t column) HWY_ATTR {
            if (filled == H::kRate) {
                for (std::size_t v = 0; v < vectors; ++v) permute<H::kWidth>(states[v]);
                filled = 0;
            }
            const KoalaBear* from = matrix.data + column * matrix.stride + ((first + done) << shape.log_rows) + row;
            for (std::size_t v = 0; v < vectors; ++v, from += kLanes << shape.log_rows) {
                if (rows == 1) {
                    states[v][filled] = Lanes::load(from);
                } else {
                    KoalaBear gathered[kLanes];
                    for (std::size_t lane = 0; lane < kLanes; ++lane) gathered[lane] = from[lane << shape.log_rows];
                    states[v][filled] = Lanes::load(gathered);
                }
            }
            ++filled;
        };
        for (std::size_t m = 0; m < matrix_count; ++m) {
            const MatrixView& matrix = matrices[m];
            if (shape.order == LeafOrder::by_column) {
                for (std::size_t column = 0; column < matrix.columns; ++column)
                    for (std::size_t row = 0; row < rows; ++row) absorb(matrix, row, column);
            } else {
                for (std::size_t row = 0; row < rows; ++row)
                    for (std::size_t column = 0; column < matrix.columns; ++column) absorb(matrix, row, column);
            }
        }
        for (std::size_t v = 0; v < vectors; ++v) {
            for (unsigned i = filled; i < H::kRate; ++i) states[v][i] = Lanes::broadcast(KoalaBear::zero());
            permute<H::kWidth>(states[v]);
            for (unsigned i = 0; i < H::Digest::kElements; ++i) {
                KoalaBear spread[kLanes];
                states[v][i].store(spread);
                for (std::size_t lane = 0; lane < kLanes; ++lane)
                    digests[done + v * kLanes + lane].element[i] = spread[lane];
            }
        }
        done += vectors * kLanes;
    }
    for (; done < count; ++done) digests[done] = hash_matrix_leaf<H>(matrices, matrix_count, shape, first + done);
}

template <class H>
void compress_pairs(const typename H::Digest* below, typename H::Digest* above, std::size_t count) {
    constexpr unsigned kLength = H::Digest::kElements;
    std::size_t at = 0;
    for (; at + kLanes <= count; at += kLanes) {
        KoalaBear input[H::kWidth][kLanes] = {};
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const typename H::Digest& left = below[2 * (at + lane)];
            const typename H::Digest& right = below[2 * (at + lane) + 1];
            for (unsigned i = 0; i < kLength; ++i) {
                input[i][lane] = left.element[i];
                input[kLength + i][lane] = right.element[i];
            }
            if constexpr (2 * kLength < H::kWidth) input[2 * kLength][lane] = KoalaBear::from_canonical(kNodeDomain);
        }
        Lanes state[H::kWidth];
        for (unsigned i = 0; i < H::kWidth; ++i) state[i] = Lanes::load(input[i]);
        permute<H::kWidth>(state);
        for (unsigned i = 0; i < kLength; ++i) {
            KoalaBear spread[kLanes];
            (state[i] + Lanes::load(input[i])).store(spread);
            for (std::size_t lane = 0; lane < kLanes; ++lane) above[at + lane].element[i] = spread[lane];
        }
    }
    for (; at < count; ++at) above[at] = H::compress(below[2 * at], below[2 * at + 1]);
}

template <class H>
std::optional<KoalaBear> find_nonce(const GrindingStart<H>& start, unsigned bits, std::uint32_t first,
                                    std::uint32_t count) {
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    // The block with the nonce's place at `start.count`; its number of elements goes into the capacity.
    Lanes block[H::kWidth];
    for (unsigned i = 0; i < H::kWidth; ++i) {
        const KoalaBear element = i < start.count ? start.block[i]
                                  : i < H::kRate  ? KoalaBear::zero()
                                  : i == H::kRate ? start.sponge.state()[i] + KoalaBear::from_canonical(start.count + 1)
                                                  : start.sponge.state()[i];
        block[i] = Lanes::broadcast(element);
    }
    std::uint32_t done = 0;
    KoalaBear lanes[kLanes];
    for (; count - done >= kLanes; done += static_cast<std::uint32_t>(kLanes)) {
        for (std::uint32_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] = KoalaBear::from_canonical(first + done + lane);
        Lanes state[H::kWidth];
        for (unsigned i = 0; i < H::kWidth; ++i) state[i] = block[i];
        state[start.count] = Lanes::load(lanes);
        permute<H::kWidth>(state);
        state[0].store(lanes);
        for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
            if ((lanes[lane].canonical() & mask) == 0) return KoalaBear::from_canonical(first + done + lane);
        }
    }
    for (; done < count; ++done) {
        const KoalaBear nonce = KoalaBear::from_canonical(first + done);
        if ((start.result(nonce).canonical() & mask) == 0) return nonce;
    }
    return std::nullopt;
}

template <class H>
constexpr HasherKernels<H> hasher_kernels() {
    return {hash_leaves<H>, compress_pairs<H>, find_nonce<H>};
}

}  // namespace

BatchKernels batch_kernels() {
    return {permute_states<16>, permute_states<24>, hasher_kernels<Poseidon2Hasher16>(),
            hasher_kernels<Poseidon2Hasher24>()};
}

}  // namespace sluice::hash::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace sluice::hash {

HWY_EXPORT(batch_kernels);

namespace {

BatchKernels kernels() {
    return HWY_DYNAMIC_DISPATCH(batch_kernels)();
}
const HasherKernels<Poseidon2Hasher16>& kernels_of(const BatchKernels& all, Poseidon2Hasher16) {
    return all.hasher16;
}
const HasherKernels<Poseidon2Hasher24>& kernels_of(const BatchKernels& all, Poseidon2Hasher24) {
    return all.hasher24;
}

}  // namespace

namespace batch {

template <>
void poseidon2<16>(KoalaBear* states, std::size_t stride, std::size_t count) {
    kernels().permute16(states, stride, count);
}
template <>
void poseidon2<24>(KoalaBear* states, std::size_t stride, std::size_t count) {
    kernels().permute24(states, stride, count);
}

template <Hasher H>
void hash_leaves(std::span<const MatrixView> matrices, LeafShape shape, std::size_t first,
                 std::span<typename H::Digest> digests) {
    kernels_of(kernels(), H())
        .hash_leaves(matrices.data(), matrices.size(), shape, first, digests.data(), digests.size());
}
template <Hasher H>
void compress_pairs(std::span<const typename H::Digest> below, std::span<typename H::Digest> above) {
    kernels_of(kernels(), H()).compress_pairs(below.data(), above.data(), above.size());
}
template <Hasher H>
std::optional<KoalaBear> find_nonce(const GrindingStart<H>& start, unsigned bits, std::uint32_t first,
                                    std::uint32_t count) {
    return kernels_of(kernels(), H()).find_nonce(start, bits, first, count);
}

// BLAKE3: plain code.

template <>
void hash_leaves<Blake3Hasher>(std::span<const MatrixView> matrices, LeafShape shape, std::size_t first,
                               std::span<ByteDigest> digests) {
    for (std::size_t i = 0; i < digests.size(); ++i)
        digests[i] = hash_matrix_leaf<Blake3Hasher>(matrices.data(), matrices.size(), shape, first + i);
}
template <>
void compress_pairs<Blake3Hasher>(std::span<const ByteDigest> below, std::span<ByteDigest> above) {
    for (std::size_t i = 0; i < above.size(); ++i) above[i] = Blake3Hasher::compress(below[2 * i], below[2 * i + 1]);
}
template <>
std::optional<KoalaBear> find_nonce<Blake3Hasher>(const GrindingStart<Blake3Hasher>& start, unsigned bits,
                                                  std::uint32_t first, std::uint32_t count) {
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        const KoalaBear nonce = KoalaBear::from_canonical(first + i);
        if ((start.result(nonce).canonical() & mask) == 0) return nonce;
    }
    return std::nullopt;
}

template void hash_leaves<Poseidon2Hasher16>(std::span<const MatrixView>, LeafShape, std::size_t,
                                             std::span<Poseidon2Hasher16::Digest>);
template void hash_leaves<Poseidon2Hasher24>(std::span<const MatrixView>, LeafShape, std::size_t,
                                             std::span<Poseidon2Hasher24::Digest>);
template void compress_pairs<Poseidon2Hasher16>(std::span<const Poseidon2Hasher16::Digest>,
                                                std::span<Poseidon2Hasher16::Digest>);
template void compress_pairs<Poseidon2Hasher24>(std::span<const Poseidon2Hasher24::Digest>,
                                                std::span<Poseidon2Hasher24::Digest>);
template std::optional<KoalaBear> find_nonce<Poseidon2Hasher16>(const GrindingStart<Poseidon2Hasher16>&, unsigned,
                                                                std::uint32_t, std::uint32_t);
template std::optional<KoalaBear> find_nonce<Poseidon2Hasher24>(const GrindingStart<Poseidon2Hasher24>&, unsigned,
                                                                std::uint32_t, std::uint32_t);

}  // namespace batch
}  // namespace sluice::hash

#endif  // HWY_ONCE

// The transforms of code words. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "kernel.h"
#include "sluice/math/ntt.h"

namespace sluice::backend_cuda {

/// Powers of the root of order 2^kTwoAdicity, as two tables: root^i and root^(i 2^kLowBits).
struct Roots {
    static constexpr unsigned kLowBits = 12;
    static constexpr std::uint64_t kSize = std::uint64_t{1} << kLowBits;  ///< of either table
    static_assert(2 * kLowBits == KoalaBear::kTwoAdicity);

    DevicePointer<const KoalaBear> low, high;

    /// The root of order 2^log to the power of `exponent` < 2^log.
    [[nodiscard]] SLUICE_HD KoalaBear power(unsigned log, std::uint64_t exponent) const noexcept {
        const std::uint64_t full = exponent << (KoalaBear::kTwoAdicity - log);
        return low[full & (kSize - 1)] * high[full >> kLowBits];
    }
};

/// One pass of encoding polynomials of 2^log_message coefficients on the subgroup of order 2^(log_message + log_rate),
/// into bit-reversed order.
///
/// The first log_rate stages of the transform meet zeros in their upper halves: they only copy, and multiply by roots.
/// So what they leave in block b of 2^log_message values is coefficient x times g^(x rev(b)), which the first pass
/// reads straight from the coefficients; the other stages are transforms of the blocks. A pass is `stages` of them,
/// from the one whose halves are 2^(low + stages - 1) apart down to 2^low, over tiles of 2^(stages + run_log) values in
/// shared memory: 2^stages values 2^low apart, in runs of 2^run_log neighbours.
struct EncodePass {
    static constexpr unsigned kThreads = 256;
    static constexpr unsigned kMaxTileLog = 12;

    /// Coefficients, for the first pass: polynomial p at p * source_stride; component u of 2^log_parts has those whose
    /// index is u modulo 2^log_parts. Column `p 2^log_parts + u` of the code words is component u of polynomial p, or
    /// column `u polynomials + p` if `by_row`.
    DevicePointer<const KoalaBear> source;
    std::uint64_t source_stride;
    unsigned log_parts;
    bool by_row;
    std::uint64_t polynomials;

    DevicePointer<KoalaBear> code_words;
    std::uint64_t stride;  ///< between code words
    unsigned log_message, log_rate;
    unsigned low, stages, run_log;
    bool first;
    Roots roots;

    struct Shared {
        KoalaBear values[std::size_t{1} << kMaxTileLog];
    };
    using Local = Nothing;

    [[nodiscard]] SLUICE_HD unsigned tile_log() const noexcept { return stages + run_log; }
    /// Blocks for so many code words.
    [[nodiscard]] SLUICE_HD std::uint64_t blocks(std::uint64_t columns) const noexcept {
        return columns << (log_rate + log_message - tile_log());
    }
    [[nodiscard]] SLUICE_HD unsigned phases() const noexcept { return stages + 2; }

    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local&) const {
        const unsigned log_tiles = log_message - tile_log();
        const std::uint64_t tile = block.index & ((std::uint64_t{1} << log_tiles) - 1);
        const std::uint64_t coset = (block.index >> log_tiles) & ((std::uint64_t{1} << log_rate) - 1);
        const std::uint64_t column = block.index >> (log_tiles + log_rate);
        const std::uint32_t size = std::uint32_t{1} << tile_log();
        KoalaBear* const values = shared.values;

        if (phase == 0 || phase == stages + 1) {
            const DevicePointer<KoalaBear> word = code_words + (column * stride + (coset << log_message));
            for (std::uint32_t e = block.thread; e < size; e += kThreads) {
                const std::uint64_t x = index(tile, e);
                if (phase != 0) {
                    word[x] = values[e];
                } else if (!first) {
                    values[e] = word[x];
                } else {
                    const std::uint64_t shift = math::reverse_bits(coset, log_rate);
                    values[e] = coefficient(column, x) * roots.power(log_message + log_rate, x * shift);
                }
            }
            return;
        }
        const unsigned stage = stages - phase;  // within the pass, counted from the lowest
        const unsigned local = stage + run_log;
        const unsigned global = stage + low;
        for (std::uint32_t p = block.thread; p < size / 2; p += kThreads) {
            const std::uint32_t e = ((p >> local) << (local + 1)) | (p & ((std::uint32_t{1} << local) - 1));
            const std::uint64_t exponent = index(tile, e) & ((std::uint64_t{1} << global) - 1);
            const KoalaBear lower = values[e];
            const KoalaBear upper = values[e + (std::uint32_t{1} << local)];
            values[e] = lower + upper;
            values[e + (std::uint32_t{1} << local)] = (lower - upper) * roots.power(global + 1, exponent);
        }
    }

 private:
    /// The place in its block of element e of a tile.
    [[nodiscard]] SLUICE_HD std::uint64_t index(std::uint64_t tile, std::uint32_t e) const noexcept {
        const std::uint64_t run = tile & ((std::uint64_t{1} << (low - run_log)) - 1);
        const std::uint64_t rest = tile >> (low - run_log);
        const std::uint64_t j = e >> run_log;
        return (rest << (low + stages)) | (j << low) | (run << run_log) | (e & ((std::uint32_t{1} << run_log) - 1));
    }
    [[nodiscard]] SLUICE_HD KoalaBear coefficient(std::uint64_t column, std::uint64_t x) const noexcept {
        std::uint64_t polynomial = column >> log_parts;
        std::uint64_t part = column & ((std::uint64_t{1} << log_parts) - 1);
        if (by_row) {
            polynomial = column % polynomials;
            part = column / polynomials;
        }
        return source[polynomial * source_stride + (x << log_parts) + part];
    }
};

/// target[i] = source[offsets[i]].
template <class T>
struct Gather {
    DevicePointer<const T> source;
    DevicePointer<const std::uint64_t> offsets;
    DevicePointer<T> target;

    SLUICE_HD void operator()(std::uint64_t i) const { target[i] = source[offsets[i]]; }
};

}  // namespace sluice::backend_cuda

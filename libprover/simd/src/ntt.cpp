// Transforms: one source for every instruction set. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/simd/ntt.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ntt.cpp"
#include <hwy/foreach_target.h>

#include "sluice/math/ntt.h"
#include "sluice/simd/slices.h"
#include "sluice/simd/vector_field-inl.h"

// A polynomial modulo X^n - 1 is split into its remainders modulo X^(n/2) - s and X^(n/2) + s, s = 1, these in turn,
// and so on down to X - s, whose remainder is a value. Block b of a layer is the remainder modulo X^m - c, split by the
// square root s of c that is root b of `Twiddles`, whatever the layer: the halves 2b and 2b + 1 belong to s and -s. So
// a butterfly's factor depends on its block alone, the result is in bit-reversed order, and a message that is continued
// by zeros has itself as remainder in each block of the first layers.

HWY_BEFORE_NAMESPACE();
namespace sluice::simd::HWY_NAMESPACE {
namespace {

/// Parts of 2^kCacheLog values (16 KiB) are finished in the nearest cache.
constexpr unsigned kCacheLog = 12;

/// One layer of a block: halves of `half` values. `to` may be `from`.
void split_once(const KoalaBear* from, KoalaBear* to, std::size_t half, KoalaBear root) {
    if (half < Lanes::kCount) {
        for (std::size_t i = 0; i < half; ++i) {
            const KoalaBear lower = from[i];
            const KoalaBear upper = from[i + half] * root;
            to[i] = lower + upper;
            to[i + half] = lower - upper;
        }
        return;
    }
    const Factor factor = Factor::broadcast(root);
    for (std::size_t i = 0; i < half; i += Lanes::kCount) {
        const Lanes lower = Lanes::load(from + i);
        const Lanes upper = Lanes::load(from + half + i) * factor;
        (lower + upper).store(to + i);
        (lower - upper).store(to + half + i);
    }
}

/// Two layers of a block: quarters of `quarter` values, a multiple of the number of lanes. With s the root of the first
/// layer, t and it those of the second (i^2 = -1, t^2 = s), the quarters x0..x3 become
///     x0 + s x2 +- (t x1 + s t x3),   x0 - s x2 +- (i t x1 - i s t x3),
/// where each bracket is reduced only once.
void split_twice(const KoalaBear* from, KoalaBear* to, std::size_t quarter, const KoalaBear* roots, std::size_t block) {
    const KoalaBear s = roots[block];
    const KoalaBear t = roots[2 * block];
    const KoalaBear it = roots[2 * block + 1];
    const Factor factor_s = Factor::broadcast(s);
    const Factor factor_t = Factor::broadcast(t);
    const Factor factor_st = Factor::broadcast(s * t);
    const Factor factor_it = Factor::broadcast(it);
    const Factor factor_minus_ist = Factor::broadcast(-(s * it));
    for (std::size_t i = 0; i < quarter; i += Lanes::kCount) {
        const Lanes x0 = Lanes::load(from + i);
        const Factor x1 = Factor::of(Lanes::load(from + quarter + i));
        const Lanes sx2 = Lanes::load(from + 2 * quarter + i) * factor_s;
        const Factor x3 = Factor::of(Lanes::load(from + 3 * quarter + i));
        // Two products are below 2 p^2 < 2^32 p.
        const Lanes plus = (WideLanes::product(x1, factor_t) + WideLanes::product(x3, factor_st)).reduced_product();
        const Lanes minus =
            (WideLanes::product(x1, factor_it) + WideLanes::product(x3, factor_minus_ist)).reduced_product();
        const Lanes sum = x0 + sx2;
        const Lanes difference = x0 - sx2;
        (sum + plus).store(to + i);
        (sum - plus).store(to + quarter + i);
        (difference + minus).store(to + 2 * quarter + i);
        (difference - minus).store(to + 3 * quarter + i);
    }
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

/// Layers that are done by finish_blocks.
constexpr unsigned kFinishLog = 0;
constexpr std::size_t kFinishAtOnce = 1;

void finish_blocks(KoalaBear*, const KoalaBear*, std::size_t, std::size_t) {}

#else

/// The last four layers, where halves are shorter than vectors: blocks of 16 values, as many at once as fill four
/// vectors.
constexpr unsigned kFinishLog = 4;
constexpr std::size_t kFinishAtOnce = 4 * Lanes::kCount;
static_assert(Lanes::kCount == 4 || Lanes::kCount == 8 || Lanes::kCount == 16, "vectors of 128, 256 or 512 bits");

using vector_field::Words;
using vector_field::WordTag;

struct Four {
    Words v[4];
};

/// Four vectors are a table of groups of 4 lanes. In: the groups of each block of 16 follow each other, through all
/// vectors. Out: vector g has group g of every block. And back.
HWY_INLINE Four gather_groups(const Four& x) noexcept {
    namespace hn = hwy::HWY_NAMESPACE;
    const WordTag tag;
    if constexpr (Lanes::kCount == 4) {
        return x;
    } else if constexpr (Lanes::kCount == 8) {
        return {{hn::ConcatLowerLower(tag, x.v[2], x.v[0]), hn::ConcatUpperUpper(tag, x.v[2], x.v[0]),
                 hn::ConcatLowerLower(tag, x.v[3], x.v[1]), hn::ConcatUpperUpper(tag, x.v[3], x.v[1])}};
    } else {
        // A block is a vector: a transposition of 4 x 4 groups.
        const Words low02 = hn::ConcatLowerLower(tag, x.v[2], x.v[0]);
        const Words low13 = hn::ConcatLowerLower(tag, x.v[3], x.v[1]);
        const Words high02 = hn::ConcatUpperUpper(tag, x.v[2], x.v[0]);
        const Words high13 = hn::ConcatUpperUpper(tag, x.v[3], x.v[1]);
        return {{hn::OddEvenBlocks(hn::SwapAdjacentBlocks(low13), low02),
                 hn::OddEvenBlocks(low13, hn::SwapAdjacentBlocks(low02)),
                 hn::OddEvenBlocks(hn::SwapAdjacentBlocks(high13), high02),
                 hn::OddEvenBlocks(high13, hn::SwapAdjacentBlocks(high02))}};
    }
}
HWY_INLINE Four scatter_groups(const Four& x) noexcept {
    namespace hn = hwy::HWY_NAMESPACE;
    const WordTag tag;
    if constexpr (Lanes::kCount == 8) {
        return {{hn::ConcatLowerLower(tag, x.v[1], x.v[0]), hn::ConcatLowerLower(tag, x.v[3], x.v[2]),
                 hn::ConcatUpperUpper(tag, x.v[1], x.v[0]), hn::ConcatUpperUpper(tag, x.v[3], x.v[2])}};
    } else {
        return gather_groups(x);  // its own inverse
    }
}

/// Within each group of lanes: lane i of vector j becomes lane j of vector i.
HWY_INLINE Four transpose_lanes(const Four& x) noexcept {
    namespace hn = hwy::HWY_NAMESPACE;
    const WordTag words;
    const vector_field::WideTag wides;
    const auto low01 = hn::BitCast(wides, hn::InterleaveLower(words, x.v[0], x.v[1]));
    const auto low23 = hn::BitCast(wides, hn::InterleaveLower(words, x.v[2], x.v[3]));
    const auto high01 = hn::BitCast(wides, hn::InterleaveUpper(words, x.v[0], x.v[1]));
    const auto high23 = hn::BitCast(wides, hn::InterleaveUpper(words, x.v[2], x.v[3]));
    return {{hn::BitCast(words, hn::InterleaveLower(wides, low01, low23)),
             hn::BitCast(words, hn::InterleaveUpper(wides, low01, low23)),
             hn::BitCast(words, hn::InterleaveLower(wides, high01, high23)),
             hn::BitCast(words, hn::InterleaveUpper(wides, high01, high23))}};
}

HWY_INLINE void butterfly(Words& lower, Words& upper, Factor root) noexcept {
    const Lanes a{lower};
    const Lanes b = Lanes{upper} * root;
    lower = (a + b).value;
    upper = (a - b).value;
}

/// Roots step * (lane / 4) + offset of those from `roots` on, one for each group of lanes.
HWY_INLINE Factor roots_of_groups(const KoalaBear* roots, std::uint32_t step, std::uint32_t offset) noexcept {
    namespace hn = hwy::HWY_NAMESPACE;
    const WordTag tag;
    alignas(64) std::uint32_t index[Lanes::kCount];
    for (std::uint32_t lane = 0; lane < Lanes::kCount; ++lane) index[lane] = step * (lane / 4) + offset;
    const auto indices = hn::IndicesFromVec(tag, hn::Load(tag, index));
    return Factor::of({hn::TableLookupLanes(Lanes::load(roots).value, indices)});
}

/// `size` values, a multiple of kFinishAtOnce, which are blocks of 16 from block number `block` on.
void finish_blocks(KoalaBear* values, const KoalaBear* roots, std::size_t block, std::size_t size) {
    for (std::size_t i = 0; i < size; i += kFinishAtOnce, block += kFinishAtOnce / 16) {
        Four x;
        for (std::size_t j = 0; j < 4; ++j) x.v[j] = Lanes::load(values + i + j * Lanes::kCount).value;
        x = gather_groups(x);
        const Factor first = roots_of_groups(roots + block, 1, 0);
        butterfly(x.v[0], x.v[2], first);
        butterfly(x.v[1], x.v[3], first);
        butterfly(x.v[0], x.v[1], roots_of_groups(roots + 2 * block, 2, 0));
        butterfly(x.v[2], x.v[3], roots_of_groups(roots + 2 * block, 2, 1));
        // Now each group is a block of 4, and after the transposition each lane.
        x = transpose_lanes(x);
        const Factor third = Factor::of(Lanes::load(roots + 4 * block));
        butterfly(x.v[0], x.v[2], third);
        butterfly(x.v[1], x.v[3], third);
        Lanes even, odd;
        Lanes::load_pairs(roots + 8 * block, even, odd);
        butterfly(x.v[0], x.v[1], Factor::of(even));
        butterfly(x.v[2], x.v[3], Factor::of(odd));
        x = scatter_groups(transpose_lanes(x));
        for (std::size_t j = 0; j < 4; ++j) Lanes{x.v[j]}.store(values + i + j * Lanes::kCount);
    }
}

#endif

/// All layers of block `block`, which has 2^log values that fit into the cache.
void transform_in_cache(KoalaBear* values, unsigned log, const KoalaBear* roots, std::size_t block) {
    const std::size_t size = std::size_t{1} << log;
    unsigned layer = log;  // blocks of 2^layer values are next
    const unsigned last = size >= kFinishAtOnce ? kFinishLog : 0;
    const auto blocks = [&] { return std::size_t{1} << (log - layer); };
    while (layer > last) {
        const std::size_t half = std::size_t{1} << (layer - 1);
        const bool twice = (layer - last) % 2 == 0 && half / 2 >= Lanes::kCount;
        for (std::size_t i = 0; i < blocks(); ++i) {
            KoalaBear* start = values + (i << layer);
            const std::size_t number = (block << (log - layer)) + i;
            if (twice) {
                split_twice(start, start, half / 2, roots, number);
            } else {
                split_once(start, start, half, roots[number]);
            }
        }
        layer -= twice ? 2 : 1;
    }
    if (last != 0) finish_blocks(values, roots, block << (log - last), size);
}

/// All layers of block `block`, which has 2^log values; reads them at `from`, which may be `to`.
void transform(const KoalaBear* from, KoalaBear* to, unsigned log, const KoalaBear* roots, std::size_t block) {
    const std::size_t size = std::size_t{1} << log;
    if (log <= kCacheLog) {
        if (from != to) std::copy(from, from + size, to);
        transform_in_cache(to, log, roots, block);
        return;
    }
    const unsigned layers = log == kCacheLog + 1 ? 1 : 2;
    if (layers == 1) {
        split_once(from, to, size / 2, roots[block]);
    } else {
        split_twice(from, to, size / 4, roots, block);
    }
    for (std::size_t part = 0; part < std::size_t{1} << layers; ++part) {
        KoalaBear* start = to + (part << (log - layers));
        transform(start, start, log - layers, roots, (block << layers) + part);
    }
}

}  // namespace

void encode_column(const KoalaBear* message, KoalaBear* code_word, unsigned message_log, unsigned rate_log,
                   const KoalaBear* roots) {
    // The first block last: the message may lie there.
    for (std::size_t block = std::size_t{1} << rate_log; block-- != 0;) {
        transform(message, code_word + (block << message_log), message_log, roots, block);
    }
}

}  // namespace sluice::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::simd {

HWY_EXPORT(encode_column);

namespace {

/// Vectors are loaded from any root on.
constexpr std::size_t kPadding = 64;

}  // namespace

Twiddles::Twiddles(unsigned max_log)
    : max_log_(max_log), roots_((std::size_t{1} << max_log) / 2 + kPadding, KoalaBear::one()) {
    for (unsigned bit = 0; bit + 2 <= max_log; ++bit) {
        const std::size_t size = std::size_t{1} << bit;
        const std::span<KoalaBear> roots(roots_);
        scale(roots.first(size), KoalaBear::two_adic_generator(bit + 2), roots.subspan(size, size));
    }
}

void encode_to_reversed(const Twiddles& twiddles, std::span<const KoalaBear> message, std::span<KoalaBear> code_word) {
    const unsigned message_log = math::log2_exact(message.size());
    HWY_DYNAMIC_DISPATCH(encode_column)
    (message.data(), code_word.data(), message_log, math::log2_exact(code_word.size()) - message_log, twiddles.data());
}

void encode_columns(const Twiddles& twiddles, std::span<const KoalaBear> messages, unsigned message_log,
                    unsigned rate_log, std::span<KoalaBear> code_words) {
    const std::size_t columns = messages.size() >> message_log;
    for (std::size_t column = 0; column < columns; ++column) {
        HWY_DYNAMIC_DISPATCH(encode_column)
        (messages.data() + (column << message_log), code_words.data() + (column << (message_log + rate_log)),
         message_log, rate_log, twiddles.data());
    }
}

void ntt_to_reversed(const Twiddles& twiddles, std::span<KoalaBear> values) {
    encode_to_reversed(twiddles, values, values);
}

}  // namespace sluice::simd
#endif  // HWY_ONCE

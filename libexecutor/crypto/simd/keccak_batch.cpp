// Keccak-256 in lanes, compiled once per instruction set. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/keccak_batch.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crypto/simd/keccak_batch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "crypto/soft/keccak.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::crypto::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::CappedTag<std::uint64_t, 8>;
using Vector = hn::VFromD<Tag>;
constexpr std::size_t kLanes = hn::MaxLanes(Tag());
constexpr std::size_t kRate = soft::kKeccakRate;

template <int kBits>
HWY_INLINE Vector rotate_left(Vector v) {
    if constexpr (kBits == 0) return v;
    return hn::RotateRight<(64 - kBits) % 64>(v);
}

/// Row y of a round's result, as soft::keccak_row says.
template <unsigned kY>
HWY_INLINE void row(const Vector* in, const Vector* correction, Vector* out, Vector* sums, Vector round_constant) {
    const auto lane = [&]<unsigned kX>() HWY_ATTR {
        constexpr unsigned kFromX = (3 * kY + kX) % 5;
        return rotate_left<soft::kKeccakRotations[5 * kX + kFromX]>(hn::Xor(in[5 * kX + kFromX], correction[kFromX]));
    };
    const Vector a = lane.template operator()<0>();
    const Vector e = lane.template operator()<1>();
    const Vector i = lane.template operator()<2>();
    const Vector o = lane.template operator()<3>();
    const Vector u = lane.template operator()<4>();
    Vector* const to = out + 5 * kY;
    to[0] = hn::Xor(a, hn::AndNot(e, i));
    to[1] = hn::Xor(e, hn::AndNot(i, o));
    to[2] = hn::Xor(i, hn::AndNot(o, u));
    to[3] = hn::Xor(o, hn::AndNot(u, a));
    to[4] = hn::Xor(u, hn::AndNot(a, e));
    if constexpr (kY == 0) to[0] = hn::Xor(to[0], round_constant);
    for (unsigned x = 0; x < 5; ++x) sums[x] = kY == 0 ? to[x] : hn::Xor(sums[x], to[x]);
}

HWY_INLINE void round(const Vector* in, Vector* out, Vector* sums, std::uint64_t round_constant) {
    Vector correction[5];
    for (unsigned x = 0; x < 5; ++x) {
        correction[x] = hn::Xor(sums[(x + 4) % 5], rotate_left<1>(sums[(x + 1) % 5]));
    }
    const Vector constant = hn::Set(Tag(), round_constant);
    row<0>(in, correction, out, sums, constant);
    row<1>(in, correction, out, sums, constant);
    row<2>(in, correction, out, sums, constant);
    row<3>(in, correction, out, sums, constant);
    row<4>(in, correction, out, sums, constant);
}

/// Absorbs a block in each of kLanes states: clears a state whose word of `keep` is 0 and not all ones, XORs the
/// block's `words` into it, permutes. Word w of lane l is at w * kLanes + l. States are read and written as whole
/// vectors only, since a vector of which single words were just stored is slow to load.
HWY_NOINLINE void absorb(std::uint64_t* state, const std::uint64_t* keep, const std::uint64_t* words) {
    const Tag tag;
    const auto kept = hn::Load(tag, keep);
    Vector even[25];
    Vector odd[25];
    for (std::size_t w = 0; w < 25; ++w) even[w] = hn::And(hn::Load(tag, state + w * kLanes), kept);
    for (std::size_t w = 0; w < soft::kKeccakRateWords; ++w) {
        even[w] = hn::Xor(even[w], hn::Load(tag, words + w * kLanes));
    }
    Vector sums[5];
    for (unsigned x = 0; x < 5; ++x) {
        sums[x] = hn::Xor(hn::Xor(hn::Xor(even[x], even[x + 5]), hn::Xor(even[x + 10], even[x + 15])), even[x + 20]);
    }
    for (unsigned r = 0; r < 24; r += 2) {
        round(even, odd, sums, soft::kKeccakRoundConstants[r]);
        round(odd, even, sums, soft::kKeccakRoundConstants[r + 1]);
    }
    for (std::size_t w = 0; w < 25; ++w) hn::Store(even[w], tag, state + w * kLanes);
}

/// Messages lie anywhere: what a lane will hash next is fetched while the lanes are busy with what they have.
void prefetch(ByteView message) {
    constexpr std::size_t kMost = 1024;  // the rest is read in order, which processors foresee
    for (std::size_t at = 0; at < std::min(message.size(), kMost); at += 64) __builtin_prefetch(message.data() + at);
}

/// What is left of a lane's message.
struct Job {
    const std::uint8_t* next = nullptr;
    std::size_t left = 0;
    std::size_t message = 0;
    bool running = false;
    bool last = false;  ///< the block that was taken last is the padded one

    /// The next block of the message, the last one with its padding in `padded`.
    const std::uint8_t* take(std::uint8_t* padded) {
        const std::uint8_t* block = next;
        last = left < kRate;
        if (!last) {
            next += kRate;
            left -= kRate;
            return block;
        }
        std::memset(padded, 0, kRate);
        if (left != 0) std::memcpy(padded, next, left);
        padded[left] ^= 0x01;
        padded[kRate - 1] ^= 0x80;
        return padded;
    }
};

void hash_messages(const ByteView* messages, const std::uint32_t* order, std::size_t count, Hash32* digests) {
    alignas(64) std::uint64_t state[25 * kLanes] = {};
    alignas(64) std::uint64_t keep[kLanes];
    alignas(64) std::uint64_t words[soft::kKeccakRateWords * kLanes] = {};
    std::uint8_t padded[kRate];
    Job jobs[kLanes];
    std::size_t begun = 0;
    for (std::size_t ended = 0; ended < count;) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            Job& job = jobs[l];
            keep[l] = ~std::uint64_t{0};
            if (!job.running) {
                if (begun == count) continue;
                const std::size_t message = order[begun++];
                if (begun + kLanes < count) prefetch(messages[order[begun + kLanes]]);
                job = {messages[message].data(), messages[message].size(), message, true, false};
                keep[l] = 0;
            }
            // The last message alone is done faster without lanes.
            if (kLanes > 1 && count - ended == 1) {
                std::uint64_t alone[25];
                for (std::size_t w = 0; w < 25; ++w) alone[w] = state[w * kLanes + l] & keep[l];
                do {
                    soft::PlainKeccak::absorb_block(alone, job.take(padded));
                } while (!job.last);
                std::memcpy(digests[job.message].bytes.data(), alone, sizeof digests[job.message].bytes);
                return;
            }
            const std::uint8_t* const block = job.take(padded);
            for (std::size_t w = 0; w < soft::kKeccakRateWords; ++w)
                words[w * kLanes + l] = load_le<std::uint64_t>(block + 8 * w);
        }
        absorb(state, keep, words);
        for (std::size_t l = 0; l < kLanes; ++l) {
            Job& job = jobs[l];
            if (!job.running || !job.last) continue;
            std::uint8_t* const digest = digests[job.message].bytes.data();
            for (std::size_t w = 0; w < 4; ++w) store_le(digest + 8 * w, state[w * kLanes + l]);
            job.running = false;
            ++ended;
        }
    }
}

}  // namespace
}  // namespace sluice::crypto::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::crypto {

HWY_EXPORT(hash_messages);

void keccak256_batch(std::span<const ByteView> messages, std::span<Hash32> digests) {
    // Longest first, so that all lanes end at nearly the same time.
    std::vector<std::uint32_t> order(messages.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return messages[a].size() / soft::kKeccakRate > messages[b].size() / soft::kKeccakRate;
    });
    HWY_DYNAMIC_DISPATCH(hash_messages)(messages.data(), order.data(), messages.size(), digests.data());
}

}  // namespace sluice::crypto
#endif

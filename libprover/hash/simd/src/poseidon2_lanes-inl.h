// Poseidon2 in lanes: one permutation in each lane of a vector. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A header in the manner of Google Highway; see sluice/simd/vector_field-inl.h. The plain version is
// sluice/hash/poseidon2.h. Words of 32 bits leave no room to gather sums, so everything is brought below p at once; the
// diagonal of the partial rounds is multiplied with by shifts and additions.

#if defined(SLUICE_HASH_POSEIDON2_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_HASH_POSEIDON2_LANES_INL_H_
#undef SLUICE_HASH_POSEIDON2_LANES_INL_H_
#else
#define SLUICE_HASH_POSEIDON2_LANES_INL_H_
#endif

#include <cstdint>
#include <hwy/highway.h>

#include "sluice/hash/poseidon2.h"
#include "sluice/simd/vector_field-inl.h"

/// The loop after it has a constant number of rounds and is to be unrolled, so that its array lives in registers.
#if defined(__clang__)
#define SLUICE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SLUICE_UNROLL _Pragma("GCC unroll 24")
#endif

HWY_BEFORE_NAMESPACE();
namespace sluice::hash::HWY_NAMESPACE {

using simd::HWY_NAMESPACE::Lanes;

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

template <unsigned Width>
HWY_INLINE void poseidon2_lanes(Lanes* state) noexcept {
    static_assert(Lanes::kCount == 1);
    KoalaBear plain[Width];
    for (unsigned i = 0; i < Width; ++i) plain[i] = state[i].value;
    Poseidon2<Width>::permute(plain);
    for (unsigned i = 0; i < Width; ++i) state[i].value = plain[i];
}

#else

namespace poseidon2_lanes_detail {

namespace hn = hwy::HWY_NAMESPACE;
using WordTag = hn::ScalableTag<std::uint32_t>;
using SignedTag = hn::RebindToSigned<WordTag>;
using WideTag = hn::Repartition<std::int64_t, WordTag>;
using Words = hn::Vec<WordTag>;
using Signed = hn::Vec<SignedTag>;
using Wides = hn::Vec<WideTag>;

HWY_INLINE Words modulus() noexcept {
    return hn::Set(WordTag(), KoalaBear::kModulus);
}
/// x mod p for x in (-p, p), as words mod 2^32.
HWY_INLINE Words add_if_negative(Words x) noexcept {
    return hn::Min(x, hn::Add(x, modulus()));
}

/// Montgomery reduction of products in [-p^2, p^2], one in each wide lane: a high word in (-p, p), and a low one of
/// zero.
HWY_INLINE Wides reduced(Wides product) noexcept {
    const Signed inverse = hn::Set(SignedTag(), static_cast<std::int32_t>(0x81000001));  // 1 / p mod 2^32
    const Signed p = hn::Set(SignedTag(), static_cast<std::int32_t>(KoalaBear::kModulus));
    const Wides quotient = hn::MulEven(hn::BitCast(SignedTag(), product), inverse);
    return hn::Sub(product, hn::MulEven(hn::BitCast(SignedTag(), quotient), p));
}
/// x^3, times the Montgomery factor that keeps its form, for the even lanes' x in [-p, p].
HWY_INLINE Signed cubed_even(Signed x) noexcept {
    const Signed square = hn::DupOdd(hn::BitCast(SignedTag(), reduced(hn::MulEven(x, x))));
    return hn::BitCast(SignedTag(), reduced(hn::MulEven(square, x)));
}
/// (x + constant)^3. The constant comes less p: the sum is then in [-p, p) without a correction.
HWY_INLINE Lanes add_and_cube(Lanes x, std::int32_t constant_less_p) noexcept {
    const Signed sum = hn::Add(hn::BitCast(SignedTag(), x.value), hn::Set(SignedTag(), constant_less_p));
    const Signed even = cubed_even(sum);
    const Signed odd = cubed_even(hn::DupOdd(sum));
    return {add_if_negative(hn::BitCast(WordTag(), hn::OddEven(odd, hn::DupOdd(even))))};
}

/// x / 2^Power, 1 <= Power <= 24.
///
/// With x = high 2^Power + low: since p = 1 mod 2^24, x - low p is divisible by 2^Power, and the quotient is
/// high - low 127 2^(24-Power). Both terms are below p.
template <int Power>
HWY_INLINE Lanes divided(Lanes x) noexcept {
    const Words low = hn::And(x.value, hn::Set(WordTag(), (std::uint32_t{1} << Power) - 1));
    const Words subtrahend = hn::Mul(low, hn::Set(WordTag(), std::uint32_t{127} << (24 - Power)));
    return {add_if_negative(hn::Sub(hn::ShiftRight<Power>(x.value), subtrahend))};
}

template <unsigned Width>
HWY_INLINE void external_layer(Lanes* state) noexcept {
    SLUICE_UNROLL
    for (unsigned group = 0; group < Width; group += 4) {
        Lanes* x = state + group;
        const Lanes sum01 = x[0] + x[1];
        const Lanes sum23 = x[2] + x[3];
        const Lanes all = sum01 + sum23;
        const Lanes all_and_1 = all + x[1];
        const Lanes all_and_3 = all + x[3];
        x[3] = all_and_3 + doubled(x[0]);
        x[1] = all_and_1 + doubled(x[2]);
        x[0] = all_and_1 + sum01;
        x[2] = all_and_3 + sum23;
    }
    SLUICE_UNROLL
    for (unsigned i = 0; i < 4; ++i) {
        Lanes sum = state[i] + state[4 + i];
        SLUICE_UNROLL
        for (unsigned j = 8 + i; j < Width; j += 4) sum = sum + state[j];
        SLUICE_UNROLL
        for (unsigned j = i; j < Width; j += 4) state[j] = state[j] + sum;
    }
}

template <unsigned Width>
HWY_INLINE void internal_layer(Lanes* state) noexcept {
    // As a tree, and without element 0, whose S-box takes longest.
    Lanes sums[Width / 2];
    sums[0] = state[1];
    SLUICE_UNROLL
    for (unsigned i = 1; i < Width / 2; ++i) sums[i] = state[2 * i] + state[2 * i + 1];
    SLUICE_UNROLL
    for (unsigned distance = 1; distance < Width / 2; distance *= 2) {
        SLUICE_UNROLL
        for (unsigned i = 0; i + distance < Width / 2; i += 2 * distance) sums[i] = sums[i] + sums[i + distance];
    }
    const Lanes rest = sums[0];
    const Lanes sum = rest + state[0];
    state[0] = rest - state[0];
    state[1] = sum + state[1];
    state[2] = sum + doubled(state[2]);
    state[3] = sum + state[3].halved();
    state[4] = sum + (doubled(state[4]) + state[4]);
    state[5] = sum + doubled(doubled(state[5]));
    state[6] = sum - state[6].halved();
    state[7] = sum - (doubled(state[7]) + state[7]);
    state[8] = sum - doubled(doubled(state[8]));
    state[9] = sum + divided<8>(state[9]);
    if constexpr (Width == 16) {
        state[10] = sum + divided<3>(state[10]);
        state[11] = sum + divided<24>(state[11]);
        state[12] = sum - divided<8>(state[12]);
        state[13] = sum - divided<3>(state[13]);
        state[14] = sum - divided<4>(state[14]);
        state[15] = sum - divided<24>(state[15]);
    } else {
        state[10] = sum + divided<2>(state[10]);
        state[11] = sum + divided<3>(state[11]);
        state[12] = sum + divided<4>(state[12]);
        state[13] = sum + divided<5>(state[13]);
        state[14] = sum + divided<6>(state[14]);
        state[15] = sum + divided<24>(state[15]);
        state[16] = sum - divided<8>(state[16]);
        state[17] = sum - divided<3>(state[17]);
        state[18] = sum - divided<4>(state[18]);
        state[19] = sum - divided<5>(state[19]);
        state[20] = sum - divided<6>(state[20]);
        state[21] = sum - divided<7>(state[21]);
        state[22] = sum - divided<9>(state[22]);
        state[23] = sum - divided<24>(state[23]);
    }
}

/// Round constants in Montgomery form, less p.
template <unsigned Width>
struct Constants {
    using Parameters = Poseidon2Parameters<Width>;
    std::int32_t full[Parameters::kFullRounds][Width];
    std::int32_t partial[Parameters::kPartialRounds];
};
template <unsigned Width>
constexpr Constants<Width> constants() noexcept {
    constexpr auto kTable = Poseidon2<Width>::table();
    const auto less_p = [](std::uint32_t word) {
        return static_cast<std::int32_t>(word) - static_cast<std::int32_t>(KoalaBear::kModulus);
    };
    Constants<Width> result{};
    for (unsigned round = 0; round < Poseidon2<Width>::kFullRounds; ++round)
        for (unsigned i = 0; i < Width; ++i) result.full[round][i] = less_p(kTable.full[round][i]);
    for (unsigned round = 0; round < Poseidon2<Width>::kPartialRounds; ++round)
        result.partial[round] = less_p(kTable.partial[round]);
    return result;
}

template <unsigned Width>
HWY_INLINE void full_round(Lanes* state, const std::int32_t* round_constants) noexcept {
    SLUICE_UNROLL
    for (unsigned i = 0; i < Width; ++i) state[i] = add_and_cube(state[i], round_constants[i]);
    external_layer<Width>(state);
}

}  // namespace poseidon2_lanes_detail

/// One permutation in each lane; element i of the states is state[i].
template <unsigned Width>
HWY_INLINE void poseidon2_lanes(Lanes* state) noexcept {
    namespace detail = poseidon2_lanes_detail;
    static constexpr detail::Constants<Width> kConstants = detail::constants<Width>();
    constexpr unsigned kFullRounds = Poseidon2<Width>::kFullRounds;
    detail::external_layer<Width>(state);
    for (unsigned round = 0; round < kFullRounds / 2; ++round) detail::full_round<Width>(state, kConstants.full[round]);
    for (const std::int32_t constant : kConstants.partial) {
        state[0] = detail::add_and_cube(state[0], constant);
        detail::internal_layer<Width>(state);
    }
    for (unsigned round = kFullRounds / 2; round < kFullRounds; ++round)
        detail::full_round<Width>(state, kConstants.full[round]);
}

#endif

}  // namespace sluice::hash::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // SLUICE_HASH_POSEIDON2_LANES_INL_H_

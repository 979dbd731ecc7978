// Vectors of KoalaBear elements and of its extensions, for kernels that are compiled once per instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A header in the manner of Google Highway: a source file that wants kernels includes itself once for each target and
// calls the best one at run time. Copy this frame (libprover/simd/src/slices.cpp is an example):
//
//     #undef HWY_TARGET_INCLUDE
//     #define HWY_TARGET_INCLUDE "my_kernel.cpp"      // this file, as found on the include path
//     #include <hwy/foreach_target.h>                 // must come before highway.h
//     #include "sluice/simd/vector_field-inl.h"
//
//     HWY_BEFORE_NAMESPACE();
//     namespace my::HWY_NAMESPACE {
//     using namespace sluice::simd::HWY_NAMESPACE;    // Lanes, ExtensionLanes<D>, ...
//     void add(const KoalaBear* a, const KoalaBear* b, std::size_t n, KoalaBear* out) { ... }
//     }
//     HWY_AFTER_NAMESPACE();
//
//     #if HWY_ONCE
//     namespace my {
//     HWY_EXPORT(add);
//     void add(...) { HWY_DYNAMIC_DISPATCH(add)(...); }
//     }
//     #endif
//
// What holds for kernels: `Lanes::kCount` is a compile-time constant that differs between targets, and no result may
// depend on it. On the portable target (HWY_SCALAR or HWY_EMU128) it is 1 and everything is the plain code of
// sluice/math. Every lane holds a Montgomery word below p at all times. A template that is instantiated with `Lanes`
// has to stand between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE too, else its code is for the baseline instruction
// set.

// Included once per target: the guard flips with HWY_TARGET_TOGGLE.
#if defined(SLUICE_SIMD_VECTOR_FIELD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_SIMD_VECTOR_FIELD_INL_H_
#undef SLUICE_SIMD_VECTOR_FIELD_INL_H_
#else
#define SLUICE_SIMD_VECTOR_FIELD_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>

#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::simd::HWY_NAMESPACE {

using math::Extension;
using math::KoalaBear;

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

/// One element.
struct Lanes {
    static constexpr std::size_t kCount = 1;

    KoalaBear value;

    HWY_INLINE static Lanes load(const KoalaBear* from) noexcept { return {*from}; }
    HWY_INLINE void store(KoalaBear* to) const noexcept { *to = value; }
    HWY_INLINE static Lanes broadcast(KoalaBear element) noexcept { return {element}; }
    HWY_INLINE static void load_pairs(const KoalaBear* from, Lanes& even, Lanes& odd) noexcept {
        even.value = from[0];
        odd.value = from[1];
    }
    HWY_INLINE static void load_quads(const KoalaBear* from, Lanes& a, Lanes& b, Lanes& c, Lanes& d) noexcept {
        a.value = from[0];
        b.value = from[1];
        c.value = from[2];
        d.value = from[3];
    }
    [[nodiscard]] HWY_INLINE KoalaBear sum() const noexcept { return value; }

    HWY_INLINE friend Lanes operator+(Lanes a, Lanes b) noexcept { return {a.value + b.value}; }
    HWY_INLINE friend Lanes operator-(Lanes a, Lanes b) noexcept { return {a.value - b.value}; }
    HWY_INLINE friend Lanes operator*(Lanes a, Lanes b) noexcept { return {a.value * b.value}; }
    HWY_INLINE Lanes operator-() const noexcept { return {-value}; }
    [[nodiscard]] HWY_INLINE Lanes halved() const noexcept { return {value.halved()}; }
};

/// A factor that is used with many others; on vector targets it keeps what can be prepared once.
struct Factor {
    KoalaBear value;

    HWY_INLINE static Factor broadcast(KoalaBear element) noexcept { return {element}; }
    HWY_INLINE static Factor of(Lanes lanes) noexcept { return {lanes.value}; }
};
HWY_INLINE Lanes operator*(Lanes a, Factor b) noexcept {
    return {a.value * b.value};
}

/// A sum of products, each below p^2, not yet reduced.
struct WideLanes {
    std::uint64_t value;

    HWY_INLINE static WideLanes zero() noexcept { return {0}; }
    HWY_INLINE static WideLanes product(Factor a, Factor b) noexcept {
        return {std::uint64_t{a.value.montgomery} * b.value.montgomery};
    }
    HWY_INLINE friend WideLanes operator+(WideLanes a, WideLanes b) noexcept { return {a.value + b.value}; }
    /// Less 2^32 p where it is that or more.
    [[nodiscard]] HWY_INLINE WideLanes subtracted_if_large() const noexcept {
        return {KoalaBear::subtract_if_large(value)};
    }
    /// The class of the sum, which must be below 2^33 p.
    [[nodiscard]] HWY_INLINE Lanes reduced() const noexcept { return {{KoalaBear::reduce_sum(value)}}; }
    /// The class of the sum, which must be below 2^32 p, as one product is.
    [[nodiscard]] HWY_INLINE Lanes reduced_product() const noexcept { return {{KoalaBear::reduce_product(value)}}; }
};

#else  // A target with vectors.

static_assert(!HWY_HAVE_SCALABLE, "the number of lanes has to be a compile-time constant");

namespace vector_field {

namespace hn = hwy::HWY_NAMESPACE;
using WordTag = hn::ScalableTag<std::uint32_t>;
using WideTag = hn::Repartition<std::uint64_t, WordTag>;
using Words = hn::Vec<WordTag>;
using Wides = hn::Vec<WideTag>;

HWY_INLINE Words modulus() noexcept {
    return hn::Set(WordTag(), KoalaBear::kModulus);
}
/// 1 / p mod 2^32.
HWY_INLINE Words inverse_of_modulus() noexcept {
    return hn::Set(WordTag(), std::uint32_t{0x81000001});
}
/// For each even lane, what is the multiple of p that agrees with the wide value in the low half.
HWY_INLINE Wides multiple_of_modulus(Wides value) noexcept {
    const Wides quotient = hn::MulEven(hn::BitCast(WordTag(), value), inverse_of_modulus());
    return hn::MulEven(hn::BitCast(WordTag(), quotient), modulus());
}
/// The high halves of both.
HWY_INLINE Words high_halves(Wides even, Wides odd) noexcept {
    return hn::OddEven(hn::BitCast(WordTag(), odd), hn::DupOdd(hn::BitCast(WordTag(), even)));
}
/// x mod p for x in (-p, p), as words mod 2^32: of x and x + p the one that is below p is the smaller.
HWY_INLINE Words add_if_negative(Words x) noexcept {
    return hn::Min(x, hn::Add(x, modulus()));
}

}  // namespace vector_field

/// Elements of the prime field side by side.
struct Lanes {
    static constexpr std::size_t kCount = hwy::HWY_NAMESPACE::MaxLanes(vector_field::WordTag());

    vector_field::Words value;

    /// From kCount elements, without demands on alignment.
    HWY_INLINE static Lanes load(const KoalaBear* from) noexcept {
        return {vector_field::hn::LoadU(vector_field::WordTag(), &from->montgomery)};
    }
    HWY_INLINE void store(KoalaBear* to) const noexcept {
        vector_field::hn::StoreU(value, vector_field::WordTag(), &to->montgomery);
    }
    HWY_INLINE static Lanes broadcast(KoalaBear element) noexcept {
        return {vector_field::hn::Set(vector_field::WordTag(), element.montgomery)};
    }
    /// Lane i gets from[2 i] and from[2 i + 1].
    HWY_INLINE static void load_pairs(const KoalaBear* from, Lanes& even, Lanes& odd) noexcept {
        const vector_field::WordTag tag;
        const auto low = vector_field::hn::LoadU(tag, &from->montgomery);
        const auto high = vector_field::hn::LoadU(tag, &from->montgomery + kCount);
        even.value = vector_field::hn::ConcatEven(tag, high, low);
        odd.value = vector_field::hn::ConcatOdd(tag, high, low);
    }
    /// Lane i gets from[4 i] .. from[4 i + 3].
    HWY_INLINE static void load_quads(const KoalaBear* from, Lanes& a, Lanes& b, Lanes& c, Lanes& d) noexcept {
        vector_field::hn::LoadInterleaved4(vector_field::WordTag(), &from->montgomery, a.value, b.value, c.value,
                                           d.value);
    }
    /// The sum of all lanes.
    [[nodiscard]] HWY_INLINE KoalaBear sum() const noexcept {
        KoalaBear elements[kCount];
        store(elements);
        KoalaBear result = elements[0];
        for (std::size_t i = 1; i < kCount; ++i) result += elements[i];
        return result;
    }

    HWY_INLINE friend Lanes operator+(Lanes a, Lanes b) noexcept {
        // Of sum and sum - p mod 2^32 the one that is below p is the smaller.
        const auto sum = vector_field::hn::Add(a.value, b.value);
        return {vector_field::hn::Min(sum, vector_field::hn::Sub(sum, vector_field::modulus()))};
    }
    HWY_INLINE friend Lanes operator-(Lanes a, Lanes b) noexcept {
        return {vector_field::add_if_negative(vector_field::hn::Sub(a.value, b.value))};
    }
    HWY_INLINE friend Lanes operator*(Lanes a, Lanes b) noexcept;
    HWY_INLINE Lanes operator-() const noexcept { return broadcast(KoalaBear::zero()) - *this; }
    [[nodiscard]] HWY_INLINE Lanes halved() const noexcept {
        const vector_field::WordTag tag;
        const auto one = vector_field::hn::Set(tag, std::uint32_t{1});
        const auto odd = vector_field::hn::And(value, one);
        // Halves rounded down, and (p + 1) / 2 where a half was lost.
        const auto half_of_p = vector_field::hn::Set(tag, (KoalaBear::kModulus + 1) / 2);
        const auto lost = vector_field::hn::Sub(vector_field::hn::Zero(tag), odd);
        return {vector_field::hn::Add(vector_field::hn::ShiftRight<1>(value), vector_field::hn::And(lost, half_of_p))};
    }
};

/// A factor that is used with many others: the odd lanes are at hand where multiplication wants them.
struct Factor {
    vector_field::Words even;
    vector_field::Words odd;  ///< in even lanes; what the odd ones hold does not matter

    HWY_INLINE static Factor broadcast(KoalaBear element) noexcept {
        const auto words = vector_field::hn::Set(vector_field::WordTag(), element.montgomery);
        return {words, words};
    }
    HWY_INLINE static Factor of(Lanes lanes) noexcept { return {lanes.value, vector_field::hn::DupOdd(lanes.value)}; }
};

/// A sum of products, each below p^2, not yet reduced.
struct WideLanes {
    vector_field::Wides even;
    vector_field::Wides odd;

    HWY_INLINE static WideLanes zero() noexcept {
        const auto none = vector_field::hn::Zero(vector_field::WideTag());
        return {none, none};
    }
    HWY_INLINE static WideLanes product(Factor a, Factor b) noexcept {
        return {vector_field::hn::MulEven(a.even, b.even), vector_field::hn::MulEven(a.odd, b.odd)};
    }
    HWY_INLINE friend WideLanes operator+(WideLanes a, WideLanes b) noexcept {
        return {vector_field::hn::Add(a.even, b.even), vector_field::hn::Add(a.odd, b.odd)};
    }
    /// Less 2^32 p where it is that or more: decided in the high words, the low ones are equal.
    [[nodiscard]] HWY_INLINE WideLanes subtracted_if_large() const noexcept {
        return {subtract_if_large(even), subtract_if_large(odd)};
    }
    /// The class of the sum, which must be below 2^33 p.
    [[nodiscard]] HWY_INLINE Lanes reduced() const noexcept {
        const auto high = vector_field::high_halves(even, odd);
        const auto below_p = vector_field::hn::Min(high, vector_field::hn::Sub(high, vector_field::modulus()));
        const auto multiple =
            vector_field::high_halves(vector_field::multiple_of_modulus(even), vector_field::multiple_of_modulus(odd));
        return {vector_field::add_if_negative(vector_field::hn::Sub(below_p, multiple))};
    }
    /// The class of the sum, which must be below 2^32 p, as one product is.
    [[nodiscard]] HWY_INLINE Lanes reduced_product() const noexcept {
        // The low halves agree, so the high halves of the differences are exact.
        const auto even_part = vector_field::hn::Sub(even, vector_field::multiple_of_modulus(even));
        const auto odd_part = vector_field::hn::Sub(odd, vector_field::multiple_of_modulus(odd));
        return {vector_field::add_if_negative(vector_field::high_halves(even_part, odd_part))};
    }

 private:
    HWY_INLINE static vector_field::Wides subtract_if_large(vector_field::Wides value) noexcept {
        const vector_field::WordTag words;
        const vector_field::WideTag wides;
        const auto large = vector_field::hn::Set(wides, std::uint64_t{KoalaBear::kModulus} << 32);
        return vector_field::hn::BitCast(
            wides, vector_field::hn::Min(vector_field::hn::BitCast(words, value),
                                         vector_field::hn::BitCast(words, vector_field::hn::Sub(value, large))));
    }
};

HWY_INLINE Lanes operator*(Lanes a, Lanes b) noexcept {
    return WideLanes::product(Factor::of(a), Factor::of(b)).reduced_product();
}
HWY_INLINE Lanes operator*(Lanes a, Factor b) noexcept {
    return WideLanes::product(Factor::of(a), b).reduced_product();
}

#endif  // A target with vectors.

HWY_INLINE Lanes square(Lanes a) noexcept {
    return a * a;
}
HWY_INLINE Lanes cube(Lanes a) noexcept {
    return a * a * a;
}
HWY_INLINE Lanes doubled(Lanes a) noexcept {
    return a + a;
}

/// limbs times X, in place of `output`; see Extension.
template <unsigned D>
HWY_INLINE void times_x(const Lanes* input, Lanes* output) noexcept {
    const Lanes top = input[D - 1];
    HWY_UNROLL(6)
    for (unsigned i = 1; i < D; ++i) output[i] = input[i - 1];
    if constexpr (D == 4) {
        output[0] = top + top + top;
    } else if constexpr (D == 5) {
        output[0] = top;
        output[2] = output[2] - top;
    } else {
        output[0] = -top;
        output[3] = output[3] - top;
    }
}

/// An element of the extension that is multiplied with many others: as the matrix of its products with 1, X, ...,
/// X^(D-1).
template <unsigned D>
struct ExtensionFactor {
    Factor shifted[D][D];  ///< shifted[j][i]: coefficient i of the element times X^j

    HWY_INLINE static ExtensionFactor broadcast(const Extension<D>& element) noexcept {
        ExtensionFactor result;
        Extension<D> power = element;
        HWY_UNROLL(6)
        for (unsigned j = 0; j < D; ++j, power *= Extension<D>::basis(1)) {
            HWY_UNROLL(6)
            for (unsigned i = 0; i < D; ++i) result.shifted[j][i] = Factor::broadcast(power.limb[i]);
        }
        return result;
    }
    HWY_INLINE static ExtensionFactor of(const Lanes* limbs) noexcept {
        Lanes power[D][D];
        HWY_UNROLL(6)
        for (unsigned i = 0; i < D; ++i) power[0][i] = limbs[i];
        HWY_UNROLL(6)
        for (unsigned j = 1; j < D; ++j) times_x<D>(power[j - 1], power[j]);
        ExtensionFactor result;
        HWY_UNROLL(6)
        for (unsigned j = 0; j < D; ++j) {
            HWY_UNROLL(6)
            for (unsigned i = 0; i < D; ++i) result.shifted[j][i] = Factor::of(power[j][i]);
        }
        return result;
    }
};

/// Elements of the extension of degree D, one in each lane. In memory limb-planar: limb l of element i is base[l *
/// stride + i].
template <unsigned D>
struct ExtensionLanes {
    static constexpr std::size_t kCount = Lanes::kCount;

    Lanes limb[D];

    HWY_INLINE static ExtensionLanes broadcast(const Extension<D>& element) noexcept {
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = Lanes::broadcast(element.limb[l]);
        return result;
    }
    HWY_INLINE static ExtensionLanes zero() noexcept { return broadcast(Extension<D>::zero()); }
    HWY_INLINE static ExtensionLanes load(const KoalaBear* base, std::size_t stride) noexcept {
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = Lanes::load(base + l * stride);
        return result;
    }
    HWY_INLINE void store(KoalaBear* base, std::size_t stride) const noexcept {
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) limb[l].store(base + l * stride);
    }
    /// Lane i gets elements 2 i and 2 i + 1.
    HWY_INLINE static void load_pairs(const KoalaBear* base, std::size_t stride, ExtensionLanes& even,
                                      ExtensionLanes& odd) noexcept {
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) Lanes::load_pairs(base + l * stride, even.limb[l], odd.limb[l]);
    }
    /// Lane i gets elements 4 i .. 4 i + 3.
    HWY_INLINE static void load_quads(const KoalaBear* base, std::size_t stride, ExtensionLanes& a, ExtensionLanes& b,
                                      ExtensionLanes& c, ExtensionLanes& d) noexcept {
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) {
            Lanes::load_quads(base + l * stride, a.limb[l], b.limb[l], c.limb[l], d.limb[l]);
        }
    }
    /// The sum of all lanes.
    [[nodiscard]] HWY_INLINE Extension<D> sum() const noexcept {
        Extension<D> result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = limb[l].sum();
        return result;
    }

    HWY_INLINE friend ExtensionLanes operator+(const ExtensionLanes& a, const ExtensionLanes& b) noexcept {
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = a.limb[l] + b.limb[l];
        return result;
    }
    HWY_INLINE friend ExtensionLanes operator-(const ExtensionLanes& a, const ExtensionLanes& b) noexcept {
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = a.limb[l] - b.limb[l];
        return result;
    }
    HWY_INLINE ExtensionLanes operator-() const noexcept { return zero() - *this; }
    HWY_INLINE friend ExtensionLanes operator*(const ExtensionLanes& a, const ExtensionFactor<D>& b) noexcept {
        Factor factors[D];
        HWY_UNROLL(6)
        for (unsigned j = 0; j < D; ++j) factors[j] = Factor::of(a.limb[j]);
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned i = 0; i < D; ++i) {
            WideLanes sum = WideLanes::product(factors[0], b.shifted[0][i]);
            HWY_UNROLL(6)
            for (unsigned j = 1; j < D; ++j) {
                // Four products are below 2^33 p; after the subtraction there is room for two more.
                if (j == 4) sum = sum.subtracted_if_large();
                sum = sum + WideLanes::product(factors[j], b.shifted[j][i]);
            }
            result.limb[i] = sum.reduced();
        }
        return result;
    }
    HWY_INLINE friend ExtensionLanes operator*(const ExtensionLanes& a, const ExtensionLanes& b) noexcept {
        return a * ExtensionFactor<D>::of(b.limb);
    }
    HWY_INLINE friend ExtensionLanes operator*(const ExtensionLanes& a, Factor b) noexcept {
        ExtensionLanes result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = a.limb[l] * b;
        return result;
    }
    HWY_INLINE friend ExtensionLanes operator*(const ExtensionLanes& a, Lanes b) noexcept { return a * Factor::of(b); }
    HWY_INLINE friend ExtensionLanes operator+(ExtensionLanes a, Lanes b) noexcept {
        a.limb[0] = a.limb[0] + b;
        return a;
    }
};

}  // namespace sluice::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // SLUICE_SIMD_VECTOR_FIELD_INL_H_

// Extensions of KoalaBear of degree 4, 5 and 6.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "sluice/base/hd.h"
#include "sluice/math/koala_bear.h"

namespace sluice::math {

/// An element of the extension of degree D of KoalaBear: limb[0] + limb[1] X + ... modulo
///
///     D = 4    X^4 - 3
///     D = 5    X^5 + X^2 - 1
///     D = 6    X^6 + X^3 + 1      (the ninth cyclotomic polynomial, so X^9 = 1)
///
/// each irreducible (tests/prover/math_test.cpp checks that by Rabin's criterion). Plain data, as KoalaBear. Buffers of
/// many elements are limb-planar: D arrays of KoalaBear.
template <unsigned D>
struct Extension {
    static_assert(D == 4 || D == 5 || D == 6, "only degrees 4, 5 and 6 have a modulus");
    static constexpr unsigned kDegree = D;

    KoalaBear limb[D];

    [[nodiscard]] SLUICE_HD static constexpr Extension zero() noexcept { return Extension{}; }
    [[nodiscard]] SLUICE_HD static constexpr Extension one() noexcept { return from_base(KoalaBear::one()); }
    [[nodiscard]] SLUICE_HD static constexpr Extension from_base(KoalaBear value) noexcept {
        Extension result{};
        result.limb[0] = value;
        return result;
    }
    /// X^power, power < D.
    [[nodiscard]] SLUICE_HD static constexpr Extension basis(unsigned power) noexcept {
        Extension result{};
        result.limb[power] = KoalaBear::one();
        return result;
    }

    [[nodiscard]] SLUICE_HD constexpr bool is_zero() const noexcept {
        std::uint32_t bits = 0;
        for (unsigned i = 0; i < D; ++i) bits |= limb[i].montgomery;
        return bits == 0;
    }
    SLUICE_HD friend constexpr bool operator==(const Extension& a, const Extension& b) noexcept {
        std::uint32_t bits = 0;
        for (unsigned i = 0; i < D; ++i) bits |= a.limb[i].montgomery ^ b.limb[i].montgomery;
        return bits == 0;
    }

    SLUICE_HD friend constexpr Extension operator+(const Extension& a, const Extension& b) noexcept {
        Extension result{};
        for (unsigned i = 0; i < D; ++i) result.limb[i] = a.limb[i] + b.limb[i];
        return result;
    }
    SLUICE_HD friend constexpr Extension operator-(const Extension& a, const Extension& b) noexcept {
        Extension result{};
        for (unsigned i = 0; i < D; ++i) result.limb[i] = a.limb[i] - b.limb[i];
        return result;
    }
    /// Product by rows: coefficient i is the sum over j of a_j times coefficient i of b X^j, accumulated in 64 bits and
    /// reduced once.
    SLUICE_HD friend constexpr Extension operator*(const Extension& a, const Extension& b) noexcept {
        KoalaBear shifted[D][D]{};  // shifted[j] = b X^j
        for (unsigned i = 0; i < D; ++i) shifted[0][i] = b.limb[i];
        for (unsigned j = 1; j < D; ++j) times_x(shifted[j - 1], shifted[j]);
        Extension result{};
        for (unsigned i = 0; i < D; ++i) {
            std::uint64_t sum = 0;
            for (unsigned j = 0; j < D; ++j) {
                // Four products fit in 64 bits; after the subtraction there is room for two more.
                if (j == 4) sum = KoalaBear::subtract_if_large(sum);
                sum += std::uint64_t{a.limb[j].montgomery} * shifted[j][i].montgomery;
            }
            result.limb[i].montgomery = KoalaBear::reduce_sum(sum);
        }
        return result;
    }
    SLUICE_HD constexpr Extension operator-() const noexcept {
        Extension result{};
        for (unsigned i = 0; i < D; ++i) result.limb[i] = -limb[i];
        return result;
    }

    SLUICE_HD friend constexpr Extension operator+(Extension a, KoalaBear b) noexcept {
        a.limb[0] += b;
        return a;
    }
    SLUICE_HD friend constexpr Extension operator+(KoalaBear a, const Extension& b) noexcept { return b + a; }
    SLUICE_HD friend constexpr Extension operator-(Extension a, KoalaBear b) noexcept {
        a.limb[0] -= b;
        return a;
    }
    SLUICE_HD friend constexpr Extension operator-(KoalaBear a, const Extension& b) noexcept { return -b + a; }
    SLUICE_HD friend constexpr Extension operator*(const Extension& a, KoalaBear b) noexcept {
        Extension result{};
        for (unsigned i = 0; i < D; ++i) result.limb[i] = a.limb[i] * b;
        return result;
    }
    SLUICE_HD friend constexpr Extension operator*(KoalaBear a, const Extension& b) noexcept { return b * a; }

    SLUICE_HD constexpr Extension& operator+=(const Extension& other) noexcept { return *this = *this + other; }
    SLUICE_HD constexpr Extension& operator-=(const Extension& other) noexcept { return *this = *this - other; }
    SLUICE_HD constexpr Extension& operator*=(const Extension& other) noexcept { return *this = *this * other; }
    SLUICE_HD constexpr Extension& operator+=(KoalaBear other) noexcept { return *this = *this + other; }
    SLUICE_HD constexpr Extension& operator-=(KoalaBear other) noexcept { return *this = *this - other; }
    SLUICE_HD constexpr Extension& operator*=(KoalaBear other) noexcept { return *this = *this * other; }

    [[nodiscard]] SLUICE_HD constexpr Extension square() const noexcept;
    [[nodiscard]] SLUICE_HD constexpr Extension doubled() const noexcept { return *this + *this; }
    /// The element whose double this is.
    [[nodiscard]] SLUICE_HD constexpr Extension halved() const noexcept {
        Extension result{};
        for (unsigned i = 0; i < D; ++i) result.limb[i] = limb[i].halved();
        return result;
    }
    /// This to the power of `exponent`; the power of 0 is one, for zero too.
    [[nodiscard]] SLUICE_HD constexpr Extension pow(std::uint64_t exponent) const noexcept {
        Extension result = one();
        for (Extension base = *this; exponent != 0; exponent >>= 1, base = base.square()) {
            if ((exponent & 1) != 0) result *= base;
        }
        return result;
    }
    /// This to the power p^k: the k-th power of the Frobenius automorphism, which has order D.
    [[nodiscard]] SLUICE_HD constexpr Extension frobenius(unsigned k) const noexcept;
    /// The multiplicative inverse; zero for zero. By the norm: the product of the other conjugates, over the product of
    /// all.
    [[nodiscard]] SLUICE_HD constexpr Extension inverse() const noexcept {
        Extension others{};  // this to the power p + p^2 + ... + p^(D-1)
        if constexpr (D == 4) {
            const Extension pair = *this * frobenius(1);  // exponent 1 + p
            others = pair.frobenius(2) * frobenius(1);    // p^2 + p^3, p
        } else if constexpr (D == 5) {
            const Extension pair = (*this * frobenius(1)).frobenius(1);  // p + p^2
            others = pair * pair.frobenius(2);
        } else {
            const Extension pair = (*this * frobenius(1)).frobenius(1);  // p + p^2
            others = pair * pair.frobenius(2) * frobenius(5);
        }
        return others * norm_with(others).inverse();
    }

 private:
    /// output = input * X.
    SLUICE_HD static constexpr void times_x(const KoalaBear* input, KoalaBear* output) noexcept {
        const KoalaBear top = input[D - 1];
        for (unsigned i = 1; i < D; ++i) output[i] = input[i - 1];
        if constexpr (D == 4) {
            output[0] = top.doubled() + top;
        } else if constexpr (D == 5) {
            output[0] = top;
            output[2] -= top;
        } else {
            output[0] = -top;
            output[3] -= top;
        }
    }
    /// Coefficient 0 of the product with `others`, for a product that is known to lie in the prime field.
    SLUICE_HD constexpr KoalaBear norm_with(const Extension& others) const noexcept { return (*this * others).limb[0]; }
    /// The sum of `Count` <= 4 products.
    template <class... Factors>
    SLUICE_HD static constexpr KoalaBear sum_of_products(KoalaBear a, KoalaBear b, Factors... rest) noexcept {
        static_assert(sizeof...(rest) <= 6 && sizeof...(rest) % 2 == 0, "four products fit in 64 bits");
        return {KoalaBear::reduce_sum(wide_sum(a, b, rest...))};
    }
    SLUICE_HD static constexpr std::uint64_t wide_sum() noexcept { return 0; }
    template <class... Factors>
    SLUICE_HD static constexpr std::uint64_t wide_sum(KoalaBear a, KoalaBear b, Factors... rest) noexcept {
        return std::uint64_t{a.montgomery} * b.montgomery + wide_sum(rest...);
    }
    template <unsigned K>
    SLUICE_HD constexpr Extension frobenius_fixed() const noexcept;
};

template <unsigned D>
SLUICE_HD constexpr Extension<D> Extension<D>::square() const noexcept {
    const KoalaBear* a = limb;
    if constexpr (D == 4) {
        const KoalaBear twice0 = a[0].doubled();
        const KoalaBear twice1 = a[1].doubled();
        const KoalaBear thrice2 = a[2].doubled() + a[2];
        const KoalaBear thrice3 = a[3].doubled() + a[3];
        return {{sum_of_products(a[0], a[0], twice1, thrice3, a[2], thrice2),
                 sum_of_products(twice0, a[1], a[2].doubled(), thrice3),
                 sum_of_products(twice0, a[2], a[1], a[1], a[3], thrice3),
                 sum_of_products(twice0, a[3], twice1, a[2])}};
    } else if constexpr (D == 5) {
        const KoalaBear twice1 = a[1].doubled();
        const KoalaBear twice2 = a[2].doubled();
        const KoalaBear twice4 = a[4].doubled();
        const KoalaBear difference = a[0] - a[3];
        return {{sum_of_products(a[0], a[0], a[4], twice1 - a[4], twice2, a[3]),
                 sum_of_products(a[0], twice1, a[4], twice2, a[3], a[3]),
                 sum_of_products(twice2, difference, a[1], a[1] - twice4, a[4], a[3].doubled() + a[4]),
                 sum_of_products(twice2, a[1] - a[4], a[3], difference + a[0], a[4], a[4]),
                 sum_of_products(twice4, difference, twice1, a[3], a[2], a[2])}};
    } else {
        const KoalaBear twice0 = a[0].doubled();
        const KoalaBear twice1 = a[1].doubled();
        const KoalaBear twice2 = a[2].doubled();
        const KoalaBear twice3 = a[3].doubled();
        const KoalaBear twice5 = a[5].doubled();
        const KoalaBear minus4 = -a[4];
        const KoalaBear difference = a[0] - a[3];
        return {{sum_of_products(difference, a[0] + a[3], twice5, a[4] - a[1], twice2, minus4),
                 sum_of_products(twice0, a[1], a[5], a[5] - twice2, twice3, minus4),
                 sum_of_products(twice0, a[2], a[1] - a[4], a[1] + a[4], twice3, -a[5]),
                 sum_of_products(a[3], difference + a[0], twice1, a[2] - a[5], twice2, minus4),
                 sum_of_products(a[4].doubled(), difference, twice1, a[3], a[2], a[2] - twice5),
                 sum_of_products(twice5, difference, a[4], twice1 - a[4], twice2, a[3])}};
    }
}

template <unsigned D>
template <unsigned K>
SLUICE_HD constexpr Extension<D> Extension<D>::frobenius_fixed() const noexcept {
    Extension result{};
    if constexpr (D == 4) {
        // X^p = w X for w = 3^((p-1)/4), a fourth root of unity; so X^i goes to w^(ik) X^i.
        constexpr KoalaBear kRoot = KoalaBear::generator().pow((KoalaBear::kModulus - 1) / 4).pow(K);
        constexpr KoalaBear kRootSquared = kRoot.square();
        constexpr KoalaBear kRootCubed = kRootSquared * kRoot;
        return {{limb[0], limb[1] * kRoot, limb[2] * kRootSquared, limb[3] * kRootCubed}};
    } else if constexpr (D == 5) {
        // No structure: column i of the matrix is (X^i)^(p^k).
        constexpr Extension kImage = [] {
            Extension image = basis(1);
            for (unsigned step = 0; step < K; ++step) image = image.pow(KoalaBear::kModulus);
            return image;
        }();
        constexpr Extension kImage2 = kImage * kImage;
        constexpr Extension kImage3 = kImage2 * kImage;
        constexpr Extension kImage4 = kImage3 * kImage;
        for (unsigned i = 0; i < D; ++i) {
            result.limb[i] = sum_of_products(limb[1], kImage.limb[i], limb[2], kImage2.limb[i], limb[3],
                                             kImage3.limb[i], limb[4], kImage4.limb[i]);
        }
        result.limb[0] += limb[0];
    } else {
        // X^9 = 1 and p = 2 mod 9, so X^i goes to X^(i 2^k mod 9); X^(6+j) is -X^(3+j) - X^j.
        static_assert(KoalaBear::kModulus % 9 == 2);
        for (unsigned i = 0; i < D; ++i) {
            const unsigned power = (i << K) % 9;
            if (power < D) {
                result.limb[power] += limb[i];
            } else {
                result.limb[power - 3] -= limb[i];
                result.limb[power - 6] -= limb[i];
            }
        }
    }
    return result;
}

template <unsigned D>
SLUICE_HD constexpr Extension<D> Extension<D>::frobenius(unsigned k) const noexcept {
    switch (k % D) {
        case 1:
            return frobenius_fixed<1>();
        case 2:
            return frobenius_fixed<2>();
        case 3:
            return frobenius_fixed<3>();
        case 4:
            return frobenius_fixed<4>();
        case 5:
            return frobenius_fixed<5>();
        default:
            return *this;
    }
}

static_assert(sizeof(Extension<4>) == 16 && sizeof(Extension<5>) == 20 && sizeof(Extension<6>) == 24);
static_assert(std::is_trivial_v<Extension<5>> && std::is_standard_layout_v<Extension<5>>);

}  // namespace sluice::math

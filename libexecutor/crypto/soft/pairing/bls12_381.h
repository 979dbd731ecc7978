// BLS12-381 over any field types: the operations of EIP-2537 and the point evaluation of EIP-4844.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "crypto/soft/pairing/map_to_curve.h"
#include "crypto/soft/pairing/miller_loop.h"
#include "crypto/soft/pairing/msm.h"
#include "sluice/crypto/pairing.h"

namespace sluice::crypto::pairing {

/// p = (x - 1)^2 (x^4 - x^2 + 1) / 3 + x with x = -kMinusX.
struct Bls12_381Parameters {
    static constexpr std::uint64_t kMinusX = 0xd201000000010000;
    static constexpr Words<6> kModulus =
        hex<6>("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
    /// r = x^4 - x^2 + 1, the order of the groups.
    static constexpr Words<4> kOrder = hex<4>("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
};

using Bls12_381Fp = PrimeField<Bls12_381Parameters>;
using Bls12_381Fp2 = QuadraticField<Bls12_381Fp, 1>;

/// The curve y^2 = x^3 + 4, its multiplicative twist y^2 = x^3 + 4 xi and the optimal ate pairing. `Field` and `Field2`
/// are as prime_field.h asks.
template <class Field, class Field2>
struct Bls12_381 {
    using Fp = Field;
    using Fp2 = Field2;
    using Gt = Fp12<Fp2>;
    using G1 = AffinePoint<Fp>;
    using G2 = AffinePoint<Fp2>;
    using Pair = MillerPair<Fp, Fp2>;

    static constexpr std::size_t kFieldBytes = 48;
    static constexpr std::size_t kScalarBytes = 32;
    static constexpr std::size_t kG1Bytes = 2 * kFieldBytes;
    static constexpr std::size_t kG2Bytes = 4 * kFieldBytes;
    static constexpr Words<6> kModulus = Bls12_381Parameters::kModulus;
    static constexpr Words<4> kOrder = Bls12_381Parameters::kOrder;

    static constexpr Fp kB = Fp::from_words({4});
    static constexpr Fp2 kTwistB{Fp::from_words({4}), Fp::from_words({4})};
    static constexpr Twist kTwist = Twist::multiplicative;
    static constexpr Fp2 kThreeB{Fp::from_words({12}), Fp::from_words({12})};

    /// xi^((p - 1) / 6) and its powers.
    static constexpr auto kGammaWords = frobenius_constants(QuadraticWords<6>{
        hex<6>("1904d3bf02bb0667c231beb4202c0d1f0fd603fd3cbd5f4f7b2443d784bab9c4f67ea53d63e7813d8d0775ed92235fb8"),
        hex<6>("00fc3e2b36c4e03288e9e902231f9fb854a14787b6c7b36fec0c8ec971f63c5f282d5ac14d6c7ec22cf78a126ddc4af3")}
                                                                .as<Bls12_381Fp2>());
    static constexpr Fp2 kGamma[5] = {kGammaWords[0].template as<Fp2>(), kGammaWords[1].template as<Fp2>(),
                                      kGammaWords[2].template as<Fp2>(), kGammaWords[3].template as<Fp2>(),
                                      kGammaWords[4].template as<Fp2>()};
    /// gamma^-2 and gamma^-3. As gamma^6 = conjugate(xi) / xi = -i, these are i gamma^4 and i gamma^3.
    static constexpr Fp2 kPsiX = times_i_as<6, Bls12_381Fp2>(kGammaWords[3]).template as<Fp2>();
    static constexpr Fp2 kPsiY = times_i_as<6, Bls12_381Fp2>(kGammaWords[2]).template as<Fp2>();
    /// The cube root of unity for which phi, (x, y) -> (kBeta x, y), multiplies G1 by -x^2.
    static constexpr Fp kBeta = Fp::from_words(
        hex<6>("00000000000000005f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe"));

    static constexpr SignedDigits kMinusX{Bls12_381Parameters::kMinusX};
    static constexpr SignedDigits kOneMinusX{static_cast<Uint128>(Bls12_381Parameters::kMinusX) + 1};

    static constexpr G1 kG1{
        Fp::from_words(
            hex<6>("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb")),
        Fp::from_words(hex<6>(
            "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"))};
    static constexpr G2 kG2{
        {Fp::from_words(hex<6>(
             "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8")),
         Fp::from_words(hex<6>(
             "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"))},
        {Fp::from_words(hex<6>(
             "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801")),
         Fp::from_words(hex<6>(
             "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"))}};

    // --- Encodings: big endian, real part first; infinity is all zeros.

    [[nodiscard]] static bool load(const std::uint8_t* bytes, Fp& value) noexcept {
        const auto words = load_words<6>(bytes);
        if (!less(words, kModulus)) return false;
        value = Fp::from_words(words);
        return true;
    }
    [[nodiscard]] static bool load(const std::uint8_t* bytes, Fp2& value) noexcept {
        return load(bytes, value.c0) && load(bytes + kFieldBytes, value.c1);
    }
    static void store(const Fp& value, std::uint8_t* bytes) noexcept { store_words(value.words(), bytes); }
    static void store(const Fp2& value, std::uint8_t* bytes) noexcept {
        store(value.c0, bytes);
        store(value.c1, bytes + kFieldBytes);
    }
    /// A point on the curve, in the subgroup or not, or infinity.
    [[nodiscard]] static bool load_point(const std::uint8_t* bytes, G1& p) noexcept {
        if (!load(bytes, p.x) || !load(bytes + kFieldBytes, p.y)) return false;
        return p.is_infinity() || square(p.y) == square(p.x) * p.x + kB;
    }
    /// A point on the twist, in the subgroup or not, or infinity.
    [[nodiscard]] static bool load_point(const std::uint8_t* bytes, G2& q) noexcept {
        if (!load(bytes, q.x) || !load(bytes + 2 * kFieldBytes, q.y)) return false;
        return q.is_infinity() || square(q.y) == square(q.x) * q.x + kTwistB;
    }
    static void store_point(const JacobianPoint<Fp>& p, std::uint8_t* bytes) noexcept {
        const G1 affine = to_affine(p, inverse(p.z));  // infinity: the inverse of zero is zero
        store(affine.x, bytes);
        store(affine.y, bytes + kFieldBytes);
    }
    static void store_point(const JacobianPoint<Fp2>& q, std::uint8_t* bytes) noexcept {
        const G2 affine = to_affine(q, inverse_quadratic(q.z));
        store(affine.x, bytes);
        store(affine.y, bytes + 2 * kFieldBytes);
    }

    // --- Groups.

    [[nodiscard]] static constexpr JacobianPoint<Fp> jacobian(const G1& p) noexcept { return to_jacobian(p, kOne<Fp>); }
    [[nodiscard]] static constexpr JacobianPoint<Fp2> jacobian(const G2& q) noexcept { return to_jacobian(q, kOne2); }

    /// Whether a point of the curve has order r or 1: phi(P) = -[x^2] P (Scott 2021, "A note on group membership tests
    /// for G1, G2 and GT on BLS pairing-friendly curves"). It is enough because phi^2 + phi + 1 = 0, which makes the
    /// condition kill x^4 - x^2 + 1 = r times P.
    [[nodiscard]] static constexpr bool in_subgroup(const G1& p) noexcept {
        const auto point = jacobian(p);
        return same_point(-multiply(multiply(point, kMinusX), kMinusX), jacobian(G1{p.x * kBeta, p.y}));
    }
    /// psi, the p-th power carried over to the twist. On the subgroup of order r it multiplies by x.
    [[nodiscard]] static constexpr G2 psi(const G2& q) noexcept {
        return {conjugate(q.x) * kPsiX, conjugate(q.y) * kPsiY};
    }
    [[nodiscard]] static constexpr JacobianPoint<Fp2> psi(const JacobianPoint<Fp2>& q) noexcept {
        return {conjugate(q.x) * kPsiX, conjugate(q.y) * kPsiY, conjugate(q.z)};
    }
    /// Whether a point of the twist has order r or 1: psi(Q) = [x] Q (Scott 2021). It is enough because
    /// psi^2 - (x + 1) psi + p = 0 makes the condition kill p - x times Q, the order of the curve over Fp, which has
    /// only r in common with the order of the twist.
    [[nodiscard]] static constexpr bool in_subgroup(const G2& q) noexcept {
        return same_point(-multiply(jacobian(q), kMinusX), jacobian(psi(q)));
    }

    /// out = a + b for points of the curve (Point = G1) or of the twist (G2), in the subgroup or not.
    template <class Point>
    [[nodiscard]] static bool add_points(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out) noexcept {
        Point p;
        Point q;
        if (!load_point(a, p) || !load_point(b, q)) return false;
        store_point(add(jacobian(p), jacobian(q)), out);
        return true;
    }

    /// out = the sum of scalar * point over `input`, a sequence of points of the subgroup with their 32-byte scalars.
    template <class Point>
    [[nodiscard]] static bool sum_of_products(ByteView input, std::uint8_t* out, Arena& scratch) noexcept {
        using Coordinate = decltype(Point::x);
        constexpr std::size_t kPointBytes = std::is_same_v<Point, G1> ? kG1Bytes : kG2Bytes;
        constexpr std::size_t kTermBytes = kPointBytes + kScalarBytes;
        constexpr std::size_t kStackTerms = 2;
        if (input.size() % kTermBytes != 0) return false;

        const auto mark = scratch.mark();
        const std::size_t count = input.size() / kTermBytes;
        Term<Coordinate> stack_terms[kStackTerms];
        Term<Coordinate>* terms = stack_terms;
        std::size_t capacity = kStackTerms;
        // All terms at once if half of the memory holds them, the other half being for tables.
        const std::size_t room = scratch.available() / (2 * sizeof(Term<Coordinate>));
        if (count > kStackTerms && room > kStackTerms) {
            capacity = count < room ? count : room;
            terms = scratch.make_array<Term<Coordinate>>(capacity);
            if (terms == nullptr) {
                terms = stack_terms;
                capacity = kStackTerms;
            }
        }

        bool valid = true;
        JacobianPoint<Coordinate> sum{};
        for (std::size_t done = 0; valid && done < count;) {
            const std::size_t part = count - done < capacity ? count - done : capacity;
            for (std::size_t i = 0; valid && i < part; ++i) {
                const std::uint8_t* bytes = input.data() + (done + i) * kTermBytes;
                valid = load_point(bytes, terms[i].point) && in_subgroup(terms[i].point);
                terms[i].scalar = load_words<4>(bytes + kPointBytes);
            }
            if (valid) {
                sum = add(sum, pairing::sum_of_products(std::span<const Term<Coordinate>>(terms, part),
                                                        one<Coordinate>(), scratch));
            }
            done += part;
        }
        scratch.rewind(mark);
        if (valid) store_point(sum, out);
        return valid;
    }

    // --- Pairing.

    /// The product over `pairs` of the pairing's value before the final exponentiation. False if a q is not in G2.
    ///
    /// The subgroup check costs next to nothing: the loop ends with [-x] Q, which must be -psi(Q) (see in_subgroup).
    /// That x is negative makes each value its inverse up to a factor that the final exponentiation removes; whether a
    /// product is one does not change by that.
    [[nodiscard]] static constexpr bool miller_product(std::span<Pair> pairs, Gt& product) noexcept {
        product = miller_loop<Bls12_381>(pairs, kMinusX);
        bool in_subgroups = true;
        for (const Pair& pair : pairs) {
            const G2 end = -psi(pair.q);
            in_subgroups =
                in_subgroups && !pair.t.z.is_zero() && pair.t.x == end.x * pair.t.z && pair.t.y == end.y * pair.t.z;
        }
        return in_subgroups;
    }

    /// f^(3 (p^12 - 1) / r). The hard part is (x - 1)^2 (x + p) (x^2 + p^2 - 1) + 3 (Hayashida, Hayasaka and Teruya
    /// 2020, "Efficient final exponentiation via cyclotomic structure for pairings over families of elliptic curves").
    [[nodiscard]] static constexpr Gt final_exponentiation(const Gt& value) noexcept {
        const Gt f = easy_exponentiation<Bls12_381>(value);
        const Gt a = power_cyclotomic(power_cyclotomic(f, kOneMinusX), kOneMinusX);
        const Gt b = conjugate(power_cyclotomic(a, kMinusX)) * frobenius<Bls12_381>(a);
        const Gt c = power_cyclotomic(power_cyclotomic(b, kMinusX), kMinusX) *
                     frobenius<Bls12_381>(frobenius<Bls12_381>(b)) * conjugate(b);
        return c * square_cyclotomic(f) * f;
    }

    /// Whether the product of e(P, Q) over `input`, a sequence of points P and Q, is one.
    [[nodiscard]] static PairingResult pairing_check(ByteView input) noexcept {
        constexpr std::size_t kPairBytes = kG1Bytes + kG2Bytes;
        if (input.size() % kPairBytes != 0) return PairingResult::invalid;
        Gt product = Gt::one();
        bool trivial = true;
        Pair batch[kBatch];
        std::size_t count = 0;
        for (std::size_t at = 0; at < input.size(); at += kPairBytes) {
            Pair& pair = batch[count];
            if (!load_point(input.data() + at, pair.p) || !load_point(input.data() + at + kG1Bytes, pair.q) ||
                !in_subgroup(pair.p)) {
                return PairingResult::invalid;
            }
            if (pair.q.is_infinity()) {
                // contributes one
            } else if (pair.p.is_infinity()) {
                if (!in_subgroup(pair.q)) return PairingResult::invalid;
            } else {
                ++count;
            }
            if (count != 0 && (count == kBatch || at + kPairBytes == input.size())) {
                Gt part;
                if (!miller_product({batch, count}, part)) return PairingResult::invalid;
                product = trivial ? part : product * part;
                trivial = false;
                count = 0;
            }
        }
        if (trivial) return PairingResult::one;
        return final_exponentiation(product).is_one() ? PairingResult::one : PairingResult::not_one;
    }

    // --- Maps to the groups (RFC 9380, suites BLS12381G1 and BLS12381G2, without the hashing).

    static constexpr Fp kHalf = Fp::from_words(
        hex<6>("0d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd556"));

    /// The curve 11-isogenous to G1's, with Z = 11.
    static constexpr SwuCurve<Fp> kSwuG1 = [] {
        using Soft = Bls12_381Fp;
        const Soft a = Soft::from_words(
            hex<6>("00144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d"));
        const Soft b = Soft::from_words(
            hex<6>("12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0"));
        const Soft z = Soft::from_words({11});
        const auto convert = [](const Soft& value) { return Fp::from_words(value.words()); };
        return SwuCurve<Fp>{convert(a), convert(b), convert(z), convert(-(b * inverse(a))),
                            convert(b * inverse(z * a))};
    }();
    /// A square root of -Z^3.
    static constexpr Fp kRootMinusZ3 = Fp::from_words(
        hex<6>("03d689d1e0e762cef9f2bec6130316806b4c80eda6fc10ce77ae83eab1ea8b8b8a407c9c6db195e06f2dbeabc2baeff5"));
    /// The kernel polynomial of the 11-isogeny, monic of degree 5, from its constant term up. The x denominator of
    /// RFC 9380, appendix E.2 is its square.
    static constexpr Fp kKernelG1[5] = {
        Fp::from_words(
            hex<6>("133341fb0962a34cb0504a9c4fada0a5090d38679b4c040d5d1c3afb023a3409fcc0815fea66d8b02bbef9c8b5a66e07")),
        Fp::from_words(
            hex<6>("0264908af037bcede00d054cf5d4775e83eb6cf63c76b969f8ed174fb59fcff78d201f46f6cfc4ed6552e59ce75177b0")),
        Fp::from_words(
            hex<6>("1335c502c1f54c49aceea65e87fd7203ba0f626f305fc0cfd606a5dae9f3c8e81a4b3b69600129fabd307c69bf319d39")),
        Fp::from_words(
            hex<6>("094440f65f408a6e930e16e3e92dd17bf60d6e9679a8d3d58593de55ac23703042d609537eb3549aac234d896ca82944")),
        Fp::from_words(hex<6>(
            "04afe09d5cf4956a23b6b71f59d2b3407b415a774b7be81bbb6fa99cbc798e0ac98ba725a5bc328016b1c268b4766e85"))};

    /// The curve 3-isogenous to G2's: A = 240 i, B = 1012 (1 + i), Z = -(2 + i).
    static constexpr SwuCurve<Fp2> kSwuG2 = [] {
        using Soft = Bls12_381Fp2;
        const auto number = [](std::uint64_t value) { return Bls12_381Fp::from_words({value}); };
        const Soft a{{}, number(240)};
        const Soft b{number(1012), number(1012)};
        const Soft z{-number(2), -number(1)};
        const auto convert = [](const Soft& value) { return to_words(value).template as<Fp2>(); };
        return SwuCurve<Fp2>{convert(a), convert(b), convert(z), convert(-(b * inverse_quadratic(a))),
                             convert(b * inverse_quadratic(z * a))};
    }();
    /// The root of the 3-isogeny's kernel polynomial: -6 + 6 i.
    static constexpr Fp2 kKernelRootG2 = [] {
        const auto six = Bls12_381Fp::from_words({6});
        return to_words(Bls12_381Fp2{-six, six}).template as<Fp2>();
    }();

    /// A point of the curve isogenous to G1's.
    [[nodiscard]] static constexpr G1 map_to_isogenous(const Fp& u) noexcept {
        const auto& curve = kSwuG1;
        const Fp zu2 = curve.z * square(u);
        G1 p;
        p.x = first_candidate(curve, zu2, kOne<Fp>, [](const Fp& a) { return inverse(a); });
        const Fp right = curve.right_side(p.x);
        if (!square_root(right, kModulus, p.y)) {
            // The second candidate's right side is (Z u^2)^3 times the first one's, and y^2 = -right so far.
            p.x = p.x * zu2;
            p.y = p.y * kRootMinusZ3 * square(u) * u;
        }
        if (sign(p.y) != sign(u)) p.y = -p.y;
        return p;
    }
    /// A point of the curve isogenous to G2's.
    [[nodiscard]] static constexpr G2 map_to_isogenous(const Fp2& u) noexcept {
        const auto& curve = kSwuG2;
        const Fp2 zu2 = curve.z * square(u);
        G2 q;
        q.x = first_candidate(curve, zu2, kOne2, [](const Fp2& a) { return inverse_quadratic(a); });
        if (!square_root_quadratic(curve.right_side(q.x), kModulus, kHalf, q.y)) {
            q.x = q.x * zu2;
            (void)square_root_quadratic(curve.right_side(q.x), kModulus, kHalf, q.y);  // one of the two is a square
        }
        if (sign(q.y) != sign(u)) q.y = -q.y;
        return q;
    }
    [[nodiscard]] static constexpr JacobianPoint<Fp> isogeny(const G1& p) noexcept {
        // Horner's rule for the polynomial and its derivatives divided by 1, 2 and 6.
        Fp h = kOne<Fp>;
        Fp h1{};
        Fp h2{};
        Fp h3{};
        for (std::size_t i = 5; i-- > 0;) {
            h3 = h3 * p.x + h2;
            h2 = h2 * p.x + h1;
            h1 = h1 * p.x + h;
            h = h * p.x + kKernelG1[i];
        }
        return map_by_kernel<11>(p.x, p.y, kSwuG1.a, {h, h1, doubled(h2), times<6>(h3)}, -kKernelG1[4],
                                 times<11>(kOne<Fp>));
    }
    [[nodiscard]] static constexpr JacobianPoint<Fp2> isogeny(const G2& q) noexcept {
        return map_by_kernel<3>(q.x, q.y, kSwuG2.a, {q.x - kKernelRootG2, kOne2, {}, {}}, kKernelRootG2,
                                -times<3>(kOne2));
    }
    /// [1 - x] P.
    [[nodiscard]] static constexpr JacobianPoint<Fp> clear_cofactor(const JacobianPoint<Fp>& p) noexcept {
        return multiply(p, kOneMinusX);
    }
    /// [x^2 - x - 1] Q + [x - 1] psi(Q) + psi^2([2] Q) (Budroni and Pintore 2022, "Efficient hash maps to G2 on BLS
    /// curves"), the same multiple as RFC 9380's.
    [[nodiscard]] static constexpr JacobianPoint<Fp2> clear_cofactor(const JacobianPoint<Fp2>& q) noexcept {
        const auto xq = -multiply(q, kMinusX);
        const auto psi_q = psi(q);
        const auto inner = -multiply(add(xq, psi_q), kMinusX);  // [x^2] Q + [x] psi(Q)
        const auto rest = add(add(xq, psi_q), q);
        return add(add(inner, -rest), psi(psi(twice(q))));
    }

    static void map_to_group(const Fp& u, std::uint8_t* out) noexcept {
        store_point(clear_cofactor(isogeny(map_to_isogenous(u))), out);
    }
    static void map_to_group(const Fp2& u, std::uint8_t* out) noexcept {
        store_point(clear_cofactor(isogeny(map_to_isogenous(u))), out);
    }

 private:
    /// Pairs that share the squarings of one Miller loop; bounds the stack.
    static constexpr std::size_t kBatch = 8;
    static constexpr Fp2 kOne2{kOne<Fp>, Fp()};

    template <class Coordinate>
    [[nodiscard]] static constexpr Coordinate one() noexcept {
        if constexpr (std::is_same_v<Coordinate, Fp>) {
            return kOne<Fp>;
        } else {
            return kOne2;
        }
    }
    /// sgn0 of RFC 9380, section 4.1.
    [[nodiscard]] static constexpr bool sign(const Fp& a) noexcept { return (a.words()[0] & 1) != 0; }
    [[nodiscard]] static constexpr bool sign(const Fp2& a) noexcept { return a.c0.is_zero() ? sign(a.c1) : sign(a.c0); }
};

}  // namespace sluice::crypto::pairing

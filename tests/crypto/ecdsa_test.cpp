// ECDSA against libsecp256k1 and OpenSSL: plain software, and the accelerated algorithms over a machine made of GMP.
// SPDX-License-Identifier: MIT OR Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY is the interface that takes bare coordinates and numbers
#include "sluice/crypto/ecdsa.h"

#include <array>
#include <cstring>
#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <optional>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <vector>

#include "crypto/edges.h"
#include "crypto/soft/accelerated.h"
#include "crypto/soft/secp256k1.h"
#include "crypto/soft/secp256r1.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

using namespace sluice;
namespace k1 = sluice::crypto::soft::secp256k1;
namespace r1 = sluice::crypto::soft::secp256r1;
using test::Bytes;

namespace {

mpz_class integer(const Uint256& value) {
    return test::from_limbs(value.limb);
}

Uint256 word(const mpz_class& value) {
    return Uint256::from_be(test::to_bytes(value, 32).data());
}

/// What a zkVM does behind its calls, computed by GMP, with the conditions its documentation makes checked.
struct GmpMachine {
    static void multiply_add(Uint256& result, const Uint256& a, const Uint256& b,
                             const crypto::soft::AddendModulus& rest) noexcept {
        result = word(test::mod(integer(a) * integer(b) + integer(rest.addend), integer(rest.modulus)));
    }
    using Point = crypto::soft::AffinePoint<Uint256>;
    static void finish(Point& p, const Point& q, const mpz_class& numerator, const mpz_class& denominator) {
        const mpz_class prime = integer(k1::kPrime);
        mpz_class slope;
        const bool invertible = mpz_invert(slope.get_mpz_t(), denominator.get_mpz_t(), prime.get_mpz_t()) != 0;
        REQUIRE(invertible);
        slope = test::mod(slope * numerator, prime);
        const mpz_class x = test::mod(slope * slope - integer(p.x) - integer(q.x), prime);
        const mpz_class y = test::mod(slope * (integer(p.x) - x) - integer(p.y), prime);
        p = {word(x), word(y)};
    }
    static void check_canonical(const Point& p) {
        const bool canonical = p.x < k1::kPrime && p.y < k1::kPrime;
        REQUIRE(canonical);
    }
    static void secp256k1_add(Point& p, const Point& q) noexcept {
        check_canonical(p);
        check_canonical(q);
        finish(p, q, integer(q.y) - integer(p.y), integer(q.x) - integer(p.x));
    }
    static void secp256k1_double(Point& p) noexcept {
        check_canonical(p);
        finish(p, p, 3 * integer(p.x) * integer(p.x), 2 * integer(p.y));
    }
};

using AcceleratedK1 = k1::Accelerated<GmpMachine>;
using AcceleratedR1 = r1::Accelerated<GmpMachine>;

using Key = std::array<std::uint8_t, 64>;

const secp256k1_context* context() {
    static const secp256k1_context* const value =
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    return value;
}

Key serialized(const secp256k1_pubkey& key) {
    std::uint8_t bytes[65];
    std::size_t size = sizeof bytes;
    secp256k1_ec_pubkey_serialize(context(), bytes, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    Key result;
    std::copy(bytes + 1, bytes + 65, result.begin());
    return result;
}

/// libsecp256k1's answer. It refuses r or s of 0 only on recovery, and numbers from n on while parsing.
std::optional<Key> reference_recover(const Hash32& hash, const Uint256& r, const Uint256& s, int recovery_id) {
    std::uint8_t compact[64];
    r.to_be(compact);
    s.to_be(compact + 32);
    secp256k1_ecdsa_recoverable_signature signature;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &signature, compact, recovery_id) != 1 ||
        secp256k1_ecdsa_recover(context(), &key, &signature, hash.bytes.data()) != 1) {
        return std::nullopt;
    }
    return serialized(key);
}

std::optional<Key> ours_recover(const Hash32& hash, const Uint256& r, const Uint256& s, int recovery_id) {
    Key key;
    if (!crypto::secp256k1_recover(hash, r, s, static_cast<std::uint8_t>(recovery_id), key.data())) return std::nullopt;
    return key;
}

std::optional<Key> accelerated_recover(const Hash32& hash, const Uint256& r, const Uint256& s, int recovery_id) {
    Key key;
    if (!k1::recover<AcceleratedK1>(hash, r, s, static_cast<std::uint8_t>(recovery_id), key.data())) {
        return std::nullopt;
    }
    return key;
}

/// libsecp256k1's answer, with s brought to its lower form first, since it verifies no other.
bool reference_verify(const Hash32& hash, const Uint256& r, const Uint256& s, const Key& key) {
    std::uint8_t compact[64];
    r.to_be(compact);
    s.to_be(compact + 32);
    std::uint8_t bytes[65] = {4};
    std::copy(key.begin(), key.end(), bytes + 1);
    secp256k1_ecdsa_signature signature;
    secp256k1_pubkey parsed;
    if (secp256k1_ecdsa_signature_parse_compact(context(), &signature, compact) != 1) return false;
    if (secp256k1_ec_pubkey_parse(context(), &parsed, bytes, sizeof bytes) != 1) return false;
    secp256k1_ecdsa_signature_normalize(context(), &signature, &signature);
    return secp256k1_ecdsa_verify(context(), &signature, hash.bytes.data(), &parsed) == 1;
}

Uint256 random_word(std::mt19937_64& rng) {
    return Uint256::from_be(test::random_bytes(rng, 32).data());
}

/// Numbers where something changes: ends of the ranges, values that only just fit, values near the other bounds.
std::vector<Uint256> edge_words(const Uint256& order, const Uint256& prime) {
    const Uint256 one = 1;
    std::vector<Uint256> edges{Uint256(0),
                               one,
                               Uint256(2),
                               order - one,
                               order,
                               order + one,
                               prime - one,
                               prime,
                               prime + one,
                               ~Uint256(),
                               prime - order,
                               prime - order - one,
                               prime - order + one,
                               order >> 1,
                               (order >> 1) + one,
                               Uint256(0, 0, 1, 0),
                               Uint256(~std::uint64_t{0}, ~std::uint64_t{0}, 0, 0)};
    return edges;
}

/// P = k G by libsecp256k1.
Key public_key(const Uint256& k) {
    std::uint8_t bytes[32];
    k.to_be(bytes);
    secp256k1_pubkey key;
    REQUIRE(secp256k1_ec_pubkey_create(context(), &key, bytes) == 1);
    return serialized(key);
}

/// (a + b) mod n, (a b) mod n, 1 / a mod n, for making signatures of chosen shape.
struct Modulo {
    mpz_class n;
    Uint256 add(const Uint256& a, const Uint256& b) const { return word(test::mod(integer(a) + integer(b), n)); }
    Uint256 multiply(const Uint256& a, const Uint256& b) const { return word(test::mod(integer(a) * integer(b), n)); }
    Uint256 negate(const Uint256& a) const { return word(test::mod(-integer(a), n)); }
    Uint256 invert(const Uint256& a) const {
        mpz_class result;
        REQUIRE(mpz_invert(result.get_mpz_t(), integer(a).get_mpz_t(), n.get_mpz_t()) != 0);
        return word(result);
    }
};

void check_recover(const Hash32& hash, const Uint256& r, const Uint256& s, int recovery_id, bool accelerated) {
    INFO("hash " << integer(Uint256::from_hash(hash)).get_str(16) << " r " << integer(r).get_str(16) << " s "
                 << integer(s).get_str(16) << " id " << recovery_id);
    const auto expected = reference_recover(hash, r, s, recovery_id);
    REQUIRE(ours_recover(hash, r, s, recovery_id) == expected);
    if (accelerated) REQUIRE(accelerated_recover(hash, r, s, recovery_id) == expected);
    if (!expected) return;
    // A recovered key verifies its signature, by both.
    REQUIRE(crypto::secp256k1_verify(hash, r, s, expected->data()));
    REQUIRE(reference_verify(hash, r, s, *expected));
    if (accelerated) REQUIRE(k1::verify<AcceleratedK1>(hash, r, s, expected->data()));
}

}  // namespace

TEST_CASE("the field of secp256k1 agrees with GMP, on values of many ones and zeros too") {
    SLUICE_RANDOM(rng);
    using Field = k1::FieldElement;
    const mpz_class p = integer(k1::kPrime);
    const std::vector<Uint256> edges = edge_words(k1::kOrder, k1::kPrime);
    const auto value = [&] { return rng() % 4 == 0 ? edges[rng() % edges.size()] : random_word(rng); };
    for (std::uint64_t i = 0; i < test::rounds(20000); ++i) {
        // Any 256-bit number stands for its residue.
        const Uint256 a = value();
        const Uint256 b = value();
        const Field x = Field::from(a);
        const Field y = Field::from(b);
        INFO(integer(a).get_str(16) << " " << integer(b).get_str(16));
        REQUIRE(integer((x * y).value()) == test::mod(integer(a) * integer(b), p));
        REQUIRE(integer(square(x).value()) == test::mod(integer(a) * integer(a), p));
        REQUIRE(integer((x + y).value()) == test::mod(integer(a) + integer(b), p));
        REQUIRE(integer((x - y).value()) == test::mod(integer(a) - integer(b), p));
        REQUIRE(integer((-x).value()) == test::mod(-integer(a), p));
        REQUIRE(half(x) + half(x) == x);
        REQUIRE(x.is_zero() == (test::mod(integer(a), p) == 0));
        REQUIRE((x == y) == (test::mod(integer(a) - integer(b), p) == 0));
    }
    for (int i = 0; i < 200; ++i) {
        const Field x = Field::from(value());
        REQUIRE(inverse(x) * x == (x.is_zero() ? Field() : Field::one()));
        const Field root = k1::square_root_candidate(square(x));
        const bool is_root = root == x || root == -x;
        REQUIRE(is_root);
    }
}

TEMPLATE_TEST_CASE("Montgomery arithmetic agrees with GMP", "", r1::Plain::Field, r1::Plain::Scalar,
                   k1::Plain::Scalar) {
    SLUICE_RANDOM(rng);
    using Element = TestType;
    const Uint256 modulus = (-Element::one()).value() + Uint256(1);
    const mpz_class m = integer(modulus);
    const std::vector<Uint256> edges = edge_words(modulus, modulus);
    const auto value = [&] {
        return word(test::mod(integer(rng() % 4 == 0 ? edges[rng() % edges.size()] : random_word(rng)), m));
    };
    for (std::uint64_t i = 0; i < test::rounds(10000); ++i) {
        const Uint256 a = value();
        const Uint256 b = value();
        const Element x = Element::from(a);
        const Element y = Element::from(b);
        INFO(integer(a).get_str(16) << " " << integer(b).get_str(16));
        REQUIRE(x.value() == a);
        REQUIRE(integer((x * y).value()) == test::mod(integer(a) * integer(b), m));
        REQUIRE(integer((x + y).value()) == test::mod(integer(a) + integer(b), m));
        REQUIRE(integer((x - y).value()) == test::mod(integer(a) - integer(b), m));
        REQUIRE(half(x) + half(x) == x);
    }
    for (int i = 0; i < 200; ++i) {
        const Element x = Element::from(value());
        REQUIRE(inverse(x) * x == (x.is_zero() ? Element() : Element::one()));
    }
}

TEST_CASE("a scalar's two parts stay below 2^128 and add up to it") {
    SLUICE_RANDOM(rng);
    const mpz_class n = integer(k1::kOrder);
    const mpz_class lambda = integer(k1::kLambda);
    REQUIRE(test::mod(lambda * lambda * lambda, n) == 1);
    const auto part = [](const k1::SignedHalf& half) {
        const mpz_class size = integer(Uint256(half.low, half.high, 0, 0));
        return half.negative ? mpz_class(-size) : size;
    };
    const auto check = [&](const Uint256& k) {
        const k1::SplitScalar split = k1::split_scalar(k);
        REQUIRE(test::mod(part(split.first) + part(split.second) * lambda - integer(k), n) == 0);
        // The bound that leaves the digits their room; the sizes themselves have 128 bits by their type, so a number
        // that did not fit would fail the sum above.
        REQUIRE(mpz_sizeinbase(part(split.first).get_mpz_t(), 2) <= 128);
        REQUIRE(mpz_sizeinbase(part(split.second).get_mpz_t(), 2) <= 128);
    };
    for (std::uint64_t i = 0; i < test::rounds(20000); ++i) check(word(test::random_below(rng, n)));
    for (const Uint256& edge : edge_words(k1::kOrder, k1::kPrime)) {
        if (edge < k1::kOrder) check(edge);
    }
    // Corners of the lattice's cells, where the rounding turns over.
    const mpz_class vectors[2][2] = {{integer(k1::kA1), -integer(k1::kMinusB1)}, {integer(k1::kA2), integer(k1::kA1)}};
    for (std::uint64_t i = 0; i < test::rounds(2000); ++i) {
        const mpz_class c1 = test::random_below(rng, mpz_class(1) << 127);
        const mpz_class c2 = test::random_below(rng, mpz_class(1) << 127);
        const mpz_class corner = ((2 * c1 + 1) * vectors[0][0] + (2 * c2 + 1) * vectors[1][0]) / 2 +
                                 lambda * (((2 * c1 + 1) * vectors[0][1] + (2 * c2 + 1) * vectors[1][1]) / 2);
        for (int offset = -2; offset <= 2; ++offset) check(word(test::mod(corner + offset, n)));
    }
}

TEST_CASE("the generator's tables hold its odd multiples") {
    for (std::size_t i = 0; i < k1::kGeneratorEntries; ++i) {
        const auto check = [&](const crypto::soft::AffinePoint<k1::FieldElement>& p, const Key& expected) {
            Key ours;
            p.x.value().to_be(ours.data());
            p.y.value().to_be(ours.data() + 32);
            REQUIRE(ours == expected);
        };
        check(k1::kLowerTable[i], public_key(Uint256(2 * i + 1)));
        check(k1::kUpperTable[i], public_key(Uint256(0, 0, 2 * i + 1, 0)));
    }
}

TEST_CASE("negating a y is right next to its borrows, too") {
    SLUICE_RANDOM(rng);
    const mpz_class p = integer(k1::kPrime);
    for (std::uint64_t i = 0; i < test::rounds(2000); ++i) {
        Uint256 y = random_word(rng);
        if (i % 2 == 0) y.limb[0] = ~std::uint64_t{0} - k1::kFold + rng() % 2000 - 1000;
        for (int limb = 1; limb < 4; ++limb) {
            if (rng() % 4 == 0) y.limb[limb] = ~std::uint64_t{0};
        }
        if (y.is_zero() || !(y < k1::kPrime)) continue;
        INFO(integer(y).get_str(16));
        REQUIRE(integer(k1::negate_y(y)) == p - integer(y));
    }
    REQUIRE(k1::negate_y(k1::kPrime - Uint256(1)) == Uint256(1));
    REQUIRE(k1::negate_y(Uint256(1)) == k1::kPrime - Uint256(1));
}

TEST_CASE("recovering agrees with libsecp256k1 on signatures of random keys") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(2000); ++i) {
        const Hash32 hash = random_word(rng).to_hash();
        std::uint8_t secret[32];
        word(1 + test::random_below(rng, integer(k1::kOrder) - 1)).to_be(secret);
        secp256k1_ecdsa_recoverable_signature signature;
        REQUIRE(secp256k1_ecdsa_sign_recoverable(context(), &signature, hash.bytes.data(), secret, nullptr, nullptr) ==
                1);
        std::uint8_t compact[64];
        int recovery_id = 0;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact, &recovery_id, &signature);
        const Uint256 r = Uint256::from_be(compact);
        const Uint256 s = Uint256::from_be(compact + 32);
        secp256k1_pubkey key;
        REQUIRE(secp256k1_ec_pubkey_create(context(), &key, secret) == 1);
        const bool accelerated = i < 40;
        REQUIRE(ours_recover(hash, r, s, recovery_id) == serialized(key));
        check_recover(hash, r, s, recovery_id, accelerated);
        // The other root, and the high s: both are recovered, to the keys libsecp256k1 says.
        check_recover(hash, r, s, recovery_id ^ 1, false);
        check_recover(hash, r, k1::kOrder - s, recovery_id ^ 1, accelerated);
        REQUIRE(ours_recover(hash, r, k1::kOrder - s, recovery_id ^ 1) == serialized(key));
    }
}

TEST_CASE("recovering agrees with libsecp256k1 on numbers that are no signatures") {
    SLUICE_RANDOM(rng);
    int recovered = 0;
    for (std::uint64_t i = 0; i < test::rounds(2000); ++i) {
        const Hash32 hash = random_word(rng).to_hash();
        const Uint256 r = random_word(rng);
        const Uint256 s = random_word(rng);
        const int recovery_id = static_cast<int>(rng() % 4);
        check_recover(hash, r, s, recovery_id, i < 40);
        recovered += ours_recover(hash, r, s, recovery_id).has_value() ? 1 : 0;
    }
    // About half of all x have a point.
    REQUIRE(recovered > static_cast<int>(test::rounds(300)));
    REQUIRE(recovered < static_cast<int>(test::rounds(1700)));
}

TEST_CASE("recovering and verifying agree with libsecp256k1 on numbers that are mostly edges") {
    SLUICE_RANDOM(rng);
    const mpz_class n = integer(k1::kOrder);
    const Modulo modulo{n};
    const test::EdgeNumbers numbers(256, {n, integer(k1::kPrime), integer(k1::kPrime) - n, integer(k1::kLambda)});
    for (std::uint64_t i = 0; i < test::rounds(1000); ++i) {
        const Uint256 s = word(numbers(rng));
        const int recovery_id = static_cast<int>(rng() % 4);
        check_recover(word(numbers(rng)).to_hash(), word(numbers(rng)), s, recovery_id, false);
        // A signature of chosen multipliers: for R = k G and the key d G, z = s k - r d.
        const Uint256 k = word(numbers.below(rng, n));
        const Uint256 d = word(numbers.below(rng, n));
        if (k.is_zero() || d.is_zero()) continue;
        const Key point = public_key(k);
        const Uint256 r = word(test::mod(integer(Uint256::from_be(point.data())), n));
        const int id = (point[63] & 1) + (r == Uint256::from_be(point.data()) ? 0 : 2);
        const Uint256 z = modulo.add(modulo.multiply(s, k), modulo.negate(modulo.multiply(r, d)));
        check_recover(z.to_hash(), r, s, id, false);
        if (s.is_zero() || !(s < k1::kOrder)) continue;
        REQUIRE(ours_recover(z.to_hash(), r, s, id) == public_key(d));
        // Numbers beside the right ones: verification says what libsecp256k1's says.
        const Key key = public_key(rng() % 2 == 0 ? d : modulo.negate(d));
        const Uint256 other = rng() % 2 == 0 ? s : modulo.negate(s);
        REQUIRE(crypto::secp256k1_verify(z.to_hash(), r, other, key.data()) ==
                reference_verify(z.to_hash(), r, other, key));
    }
}

TEST_CASE("recovering agrees with libsecp256k1 on every mix of edge values") {
    const std::vector<Uint256> edges = edge_words(k1::kOrder, k1::kPrime);
    int recovered = 0;
    int count = 0;
    for (const Uint256& hash : edges) {
        for (const Uint256& r : edges) {
            for (const Uint256& s : edges) {
                for (int recovery_id = 0; recovery_id < 4; ++recovery_id) {
                    check_recover(hash.to_hash(), r, s, recovery_id, ++count % 61 == 0);
                    recovered += ours_recover(hash.to_hash(), r, s, recovery_id).has_value() ? 1 : 0;
                }
            }
        }
    }
    REQUIRE(recovered > 100);
    Key key;
    const Hash32 hash{};
    REQUIRE(ours_recover(hash, Uint256(1), Uint256(1), 0));
    REQUIRE(!crypto::secp256k1_recover(hash, Uint256(1), Uint256(1), 4, key.data()));
    REQUIRE(!crypto::secp256k1_recover(hash, Uint256(1), Uint256(1), 255, key.data()));
    REQUIRE(!k1::recover<AcceleratedK1>(hash, Uint256(1), Uint256(1), 4, key.data()));
}

TEST_CASE("small r + n is recovered as x, for identifiers 2 and 3") {
    SLUICE_RANDOM(rng);
    int recovered = 0;
    for (std::uint64_t i = 0; i < test::rounds(200); ++i) {
        // p - n has 129 bits; r runs up to a little above it.
        const Uint256 r{rng(), rng() % 2 == 0 ? rng() : 0x14551231950b75fc, i % 3 == 0 ? 1u : 0u, 0};
        const Uint256 s = random_word(rng);
        for (int recovery_id = 2; recovery_id < 4; ++recovery_id) {
            check_recover(random_word(rng).to_hash(), r, s, recovery_id, i < 10);
            recovered += ours_recover(Hash32{}, r, s, recovery_id).has_value() ? 1 : 0;
        }
    }
    REQUIRE(recovered > 20);
}

TEST_CASE("sums that meet equal, opposite and infinite points are right") {
    // R = k G for small and structured k, so that multiples of R and of G coincide on the way, and keys 0, +-G, 2 G.
    SLUICE_RANDOM(rng);
    const Modulo modulo{integer(k1::kOrder)};
    std::vector<Uint256> scalars;
    for (std::uint64_t k = 1; k <= 20; ++k) scalars.push_back(Uint256(k));
    for (unsigned shift : {5u, 63u, 64u, 127u, 128u, 129u, 200u, 254u}) scalars.push_back(Uint256(1) << shift);
    scalars.push_back(k1::kLambda);
    scalars.push_back(modulo.multiply(k1::kLambda, k1::kLambda));
    scalars.push_back(modulo.add(k1::kLambda, Uint256(1)));
    const std::size_t half_count = scalars.size();
    for (std::size_t i = 0; i < half_count; ++i) scalars.push_back(modulo.negate(scalars[i]));

    int infinite = 0;
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        const Uint256& k = scalars[i];
        const Key point = public_key(k);
        const Uint256 x = Uint256::from_be(point.data());
        if (!(x < k1::kOrder)) continue;
        const int recovery_id = point[63] & 1;
        const auto check = [&](const Uint256& key_scalar, const Uint256& s, bool accelerated) {
            // z = s k - r d, so that the key is d G.
            const Uint256 z = modulo.add(modulo.multiply(s, k), modulo.negate(modulo.multiply(x, key_scalar)));
            if (key_scalar.is_zero()) {
                REQUIRE(!ours_recover(z.to_hash(), x, s, recovery_id));
                if (accelerated) REQUIRE(!accelerated_recover(z.to_hash(), x, s, recovery_id));
                REQUIRE(!reference_recover(z.to_hash(), x, s, recovery_id));
                ++infinite;
            } else {
                const auto expected = public_key(key_scalar);
                REQUIRE(ours_recover(z.to_hash(), x, s, recovery_id) == expected);
                check_recover(z.to_hash(), x, s, recovery_id, accelerated);
            }
        };
        for (std::uint64_t key = 0; key < 4; ++key) {
            for (const Uint256& multiplier : {Uint256(1), Uint256(3), k1::kLambda, Uint256(rng() % 1000003)}) {
                // s = multiplier r makes u2 the multiplier itself.
                const Uint256 s = modulo.multiply(multiplier, x);
                if (s.is_zero()) continue;
                check(Uint256(key), s, (i + key) % 7 == 0);
                if (key != 0) check(modulo.negate(Uint256(key)), s, (i + key) % 7 == 0);
            }
        }
    }
    REQUIRE(infinite > 100);
}

TEST_CASE("verification agrees with libsecp256k1 on good, changed and edge signatures") {
    SLUICE_RANDOM(rng);
    const std::vector<Uint256> edges = edge_words(k1::kOrder, k1::kPrime);
    int accepted = 0;
    for (std::uint64_t i = 0; i < test::rounds(1500); ++i) {
        Hash32 hash = random_word(rng).to_hash();
        std::uint8_t secret[32];
        word(1 + test::random_below(rng, integer(k1::kOrder) - 1)).to_be(secret);
        secp256k1_ecdsa_signature signature;
        REQUIRE(secp256k1_ecdsa_sign(context(), &signature, hash.bytes.data(), secret, nullptr, nullptr) == 1);
        std::uint8_t compact[64];
        secp256k1_ecdsa_signature_serialize_compact(context(), compact, &signature);
        Uint256 r = Uint256::from_be(compact);
        Uint256 s = Uint256::from_be(compact + 32);
        Key key = public_key(Uint256::from_be(secret));
        const auto check = [&] {
            const bool expected = reference_verify(hash, r, s, key);
            REQUIRE(crypto::secp256k1_verify(hash, r, s, key.data()) == expected);
            if (i < 30) REQUIRE(k1::verify<AcceleratedK1>(hash, r, s, key.data()) == expected);
            accepted += expected ? 1 : 0;
            return expected;
        };
        REQUIRE(check());
        s = k1::kOrder - s;
        REQUIRE(check());
        const Hash32 good_hash = hash;
        const Uint256 good_r = r;
        const Uint256 good_s = s;
        const Key good_key = key;
        hash.bytes[rng() % 32] ^= static_cast<std::uint8_t>(1 << (rng() % 8));
        REQUIRE(!check());
        hash = good_hash;
        r.limb[rng() % 4] ^= std::uint64_t{1} << (rng() % 64);
        REQUIRE(!check());
        r = edges[rng() % edges.size()];
        check();
        r = good_r;
        s.limb[rng() % 4] ^= std::uint64_t{1} << (rng() % 64);
        REQUIRE(!check());
        s = edges[rng() % edges.size()];
        check();
        s = good_s;
        key[rng() % 64] ^= static_cast<std::uint8_t>(1 << (rng() % 8));
        REQUIRE(!check());
        edges[rng() % edges.size()].to_be(key.data() + (rng() % 2) * 32);
        REQUIRE(!check());
        key = good_key;
        REQUIRE(check());
    }
    REQUIRE(accepted >= static_cast<int>(test::rounds(4500)));
}

TEST_CASE("verification takes x = r + n for r, and no key with a coordinate of p or more") {
    // A point whose x is at least n: x = n + t for the smallest t that has one, as nonce point R. With hash 0 and s =
    // 1, the key r^-1 (s R - 0 G) verifies.
    const mpz_class p = integer(k1::kPrime);
    int found = 0;
    for (std::uint64_t t = 1; found < 5; ++t) {
        const auto key = ours_recover(Hash32{}, Uint256(t), Uint256(1), 2);
        REQUIRE(key == reference_recover(Hash32{}, Uint256(t), Uint256(1), 2));
        if (!key) continue;
        ++found;
        REQUIRE(crypto::secp256k1_verify(Hash32{}, Uint256(t), Uint256(1), key->data()));
        REQUIRE(k1::verify<AcceleratedK1>(Hash32{}, Uint256(t), Uint256(1), key->data()));
        REQUIRE(reference_verify(Hash32{}, Uint256(t), Uint256(1), *key));
        REQUIRE(!crypto::secp256k1_verify(Hash32{}, Uint256(t + 1), Uint256(1), key->data()));
    }
    // The point with x = 1: written with x = p + 1 it is not accepted.
    Key small{};
    small[31] = 1;
    mpz_class y = test::power(8, (p + 1) / 4, p);
    word(y).to_be(small.data() + 32);
    const Uint256 r = Uint256::from_be(public_key(Uint256(5)).data());
    const Hash32 hash{};
    REQUIRE(crypto::secp256k1_verify(hash, r, Uint256(7), small.data()) ==
            reference_verify(hash, r, Uint256(7), small));
    // r and s with R = u2 Q for u1 = 0: r = x(Q), s = r.
    REQUIRE(crypto::secp256k1_verify(hash, Uint256(1), Uint256(1), small.data()));
    (k1::kPrime + Uint256(1)).to_be(small.data());
    REQUIRE(!crypto::secp256k1_verify(hash, Uint256(1), Uint256(1), small.data()));
    REQUIRE(!k1::verify<AcceleratedK1>(hash, Uint256(1), Uint256(1), small.data()));
}

namespace {

struct OpensslKey {
    OpensslKey() : key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)), x(BN_new()), y(BN_new()) {}
    ~OpensslKey() {
        EC_KEY_free(key);
        BN_free(x);
        BN_free(y);
    }
    OpensslKey(const OpensslKey&) = delete;
    OpensslKey& operator=(const OpensslKey&) = delete;
    EC_KEY* key;
    BIGNUM* x;
    BIGNUM* y;
};

Uint256 word(const BIGNUM* number) {
    std::uint8_t bytes[32];
    BN_bn2binpad(number, bytes, 32);
    return Uint256::from_be(bytes);
}

BIGNUM* bignum(const Uint256& value) {
    std::uint8_t bytes[32];
    value.to_be(bytes);
    return BN_bin2bn(bytes, 32, nullptr);
}

/// OpenSSL's answer; false too if it does not take the key or the numbers.
bool openssl_verify(const Hash32& hash, const Uint256& r, const Uint256& s, const Uint256& x, const Uint256& y) {
    OpensslKey key;
    BN_free(key.x);
    BN_free(key.y);
    key.x = bignum(x);
    key.y = bignum(y);
    if (EC_KEY_set_public_key_affine_coordinates(key.key, key.x, key.y) != 1) return false;
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), ECDSA_SIG_free);
    ECDSA_SIG_set0(signature.get(), bignum(r), bignum(s));
    return ECDSA_do_verify(hash.bytes.data(), 32, signature.get(), key.key) == 1;
}

}  // namespace

TEST_CASE("P-256 verification agrees with OpenSSL on good, changed and edge signatures") {
    SLUICE_RANDOM(rng);
    const std::vector<Uint256> edges = edge_words(r1::kOrder, r1::kPrime);
    int accepted = 0;
    for (std::uint64_t i = 0; i < test::rounds(300); ++i) {
        OpensslKey pair;
        // Keys k G for small k too, where multiples of key and generator coincide, and (n - k) G.
        mpz_class secret = i < 40 ? mpz_class(i / 2 + 1) : 1 + test::random_below(rng, integer(r1::kOrder) - 1);
        if (i < 40 && i % 2 == 1) secret = integer(r1::kOrder) - secret;
        const EC_GROUP* const group = EC_KEY_get0_group(pair.key);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> scalar(bignum(word(secret)), BN_free);
        const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group), EC_POINT_free);
        REQUIRE(EC_POINT_mul(group, point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
        REQUIRE(EC_KEY_set_private_key(pair.key, scalar.get()) == 1);
        REQUIRE(EC_KEY_set_public_key(pair.key, point.get()) == 1);
        REQUIRE(EC_POINT_get_affine_coordinates(group, point.get(), pair.x, pair.y, nullptr) == 1);

        Hash32 hash = i % 5 == 0 ? edges[rng() % edges.size()].to_hash() : random_word(rng).to_hash();
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
            ECDSA_do_sign(hash.bytes.data(), 32, pair.key), ECDSA_SIG_free);
        REQUIRE(signature != nullptr);
        Uint256 r = word(ECDSA_SIG_get0_r(signature.get()));
        Uint256 s = word(ECDSA_SIG_get0_s(signature.get()));
        Uint256 x = word(pair.x);
        Uint256 y = word(pair.y);
        const auto check = [&] {
            const bool expected = openssl_verify(hash, r, s, x, y);
            INFO(i << " r " << integer(r).get_str(16) << " s " << integer(s).get_str(16));
            REQUIRE(crypto::secp256r1_verify(hash, r, s, x, y) == expected);
            if (i % 20 == 0) REQUIRE(r1::verify<AcceleratedR1>(hash, r, s, x, y) == expected);
            accepted += expected ? 1 : 0;
            return expected;
        };
        REQUIRE(check());
        // (r, n - s) is a signature as well, and -Q verifies neither.
        s = r1::kOrder - s;
        REQUIRE(check());
        y = r1::kPrime - y;
        check();
        y = r1::kPrime - y;
        const Hash32 good_hash = hash;
        const Uint256 good[4] = {r, s, x, y};
        hash.bytes[rng() % 32] ^= static_cast<std::uint8_t>(1 << (rng() % 8));
        check();
        hash = good_hash;
        for (Uint256* const value : {&r, &s, &x, &y}) {
            const Uint256 before = *value;
            value->limb[rng() % 4] ^= std::uint64_t{1} << (rng() % 64);
            REQUIRE(!check());
            *value = edges[rng() % edges.size()];
            check();
            *value = before;
        }
        REQUIRE((good[0] == r && good[1] == s && good[2] == x && good[3] == y));
        REQUIRE(check());
    }
    REQUIRE(accepted >= static_cast<int>(test::rounds(900)));
}

TEST_CASE("P-256 verification agrees with OpenSSL on signatures of multipliers that are mostly edges") {
    SLUICE_RANDOM(rng);
    const mpz_class n = integer(r1::kOrder);
    const Modulo modulo{n};
    const test::EdgeNumbers numbers(256, {n, integer(r1::kPrime), integer(r1::kPrime) - n});
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                                                                    EC_GROUP_free);
    const auto multiple = [&](const Uint256& k, Uint256& x, Uint256& y) {
        const OpensslKey coordinates;
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> scalar(bignum(k), BN_free);
        const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group.get()), EC_POINT_free);
        REQUIRE(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
        REQUIRE(EC_POINT_get_affine_coordinates(group.get(), point.get(), coordinates.x, coordinates.y, nullptr) == 1);
        x = word(coordinates.x);
        y = word(coordinates.y);
    };
    std::uint64_t accepted = 0;
    for (std::uint64_t i = 0; i < test::rounds(400); ++i) {
        // z = s k - r d for R = k G and the key d G.
        const Uint256 k = word(numbers.below(rng, n));
        const Uint256 d = word(numbers.below(rng, n));
        const Uint256 s = word(numbers.below(rng, n));
        if (k.is_zero() || d.is_zero() || s.is_zero()) continue;
        Uint256 x, y, r, ignored;
        multiple(d, x, y);
        multiple(k, r, ignored);
        r = word(test::mod(integer(r), n));
        const Uint256 z = modulo.add(modulo.multiply(s, k), modulo.negate(modulo.multiply(r, d)));
        INFO("k " << integer(k).get_str(16) << " d " << integer(d).get_str(16) << " s " << integer(s).get_str(16));
        REQUIRE(crypto::secp256r1_verify(z.to_hash(), r, s, x, y));
        REQUIRE(openssl_verify(z.to_hash(), r, s, x, y));
        ++accepted;
        const Uint256 any = word(numbers(rng));
        Uint256 changed[] = {z, r, s, x, y};
        changed[rng() % 5] = any;
        const auto& [z2, r2, s2, x2, y2] = changed;
        REQUIRE(crypto::secp256r1_verify(z2.to_hash(), r2, s2, x2, y2) == openssl_verify(z2.to_hash(), r2, s2, x2, y2));
    }
    REQUIRE(accepted > test::rounds(200));
}

TEST_CASE("P-256 verification takes x = r + n for r and hashes of n and more") {
    // The key is chosen to the signature: with R any point of x = n + r, s = 1, hash z: Q = r^-1 (R - z G).
    const mpz_class p = integer(r1::kPrime);
    const mpz_class n = integer(r1::kOrder);
    const Modulo modulo{n};
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                                                                    EC_GROUP_free);
    int found = 0;
    for (std::uint64_t r = 1; found < 6; ++r) {
        const mpz_class x = n + static_cast<unsigned long>(r);
        const mpz_class square = test::mod(x * x * x - 3 * x + integer(r1::kB), p);
        const mpz_class root = test::power(square, (p + 1) / 4, p);
        if (test::mod(root * root, p) != square) continue;
        ++found;
        const Uint256 z = found % 2 == 0 ? ~Uint256() : Uint256(found);
        const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> nonce(EC_POINT_new(group.get()), EC_POINT_free);
        const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> key(EC_POINT_new(group.get()), EC_POINT_free);
        OpensslKey coordinates;
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> bx(bignum(word(x)), BN_free);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> by(bignum(word(root)), BN_free);
        REQUIRE(EC_POINT_set_affine_coordinates(group.get(), nonce.get(), bx.get(), by.get(), nullptr) == 1);
        const Uint256 inverse_r = modulo.invert(Uint256(r));
        const Uint256 minus_z = modulo.negate(word(test::mod(integer(z), n)));
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> a(bignum(modulo.multiply(minus_z, inverse_r)), BN_free);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> b(bignum(inverse_r), BN_free);
        REQUIRE(EC_POINT_mul(group.get(), key.get(), a.get(), nonce.get(), b.get(), nullptr) == 1);
        REQUIRE(EC_POINT_get_affine_coordinates(group.get(), key.get(), coordinates.x, coordinates.y, nullptr) == 1);
        const Uint256 kx = word(coordinates.x);
        const Uint256 ky = word(coordinates.y);
        REQUIRE(crypto::secp256r1_verify(z.to_hash(), Uint256(r), Uint256(1), kx, ky));
        REQUIRE(r1::verify<AcceleratedR1>(z.to_hash(), Uint256(r), Uint256(1), kx, ky));
        REQUIRE(openssl_verify(z.to_hash(), Uint256(r), Uint256(1), kx, ky));
        REQUIRE(!crypto::secp256r1_verify(z.to_hash(), Uint256(r + 1), Uint256(1), kx, ky));
        REQUIRE(!crypto::secp256r1_verify(z.to_hash(), Uint256(r), Uint256(1), Uint256(), Uint256()));
    }
}

TEST_CASE("P-256 verification gives the results of go-ethereum's vectors") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    int accepted = 0;
    int rejected = 0;
    for (const auto& vector : test::precompile_vectors("p256Verify")) {
        INFO(vector.name);
        if (vector.input.size() != 160) {
            REQUIRE(vector.expected.empty());
            continue;
        }
        const std::uint8_t* const input = vector.input.data();
        const bool valid =
            crypto::secp256r1_verify(Hash32::from(input), Uint256::from_be(input + 32), Uint256::from_be(input + 64),
                                     Uint256::from_be(input + 96), Uint256::from_be(input + 128));
        REQUIRE(valid == !vector.expected.empty());
        ++(valid ? accepted : rejected);
        if ((accepted + rejected) % 25 == 0) {
            REQUIRE(r1::verify<AcceleratedR1>(Hash32::from(input), Uint256::from_be(input + 32),
                                              Uint256::from_be(input + 64), Uint256::from_be(input + 96),
                                              Uint256::from_be(input + 128)) == valid);
        }
    }
    REQUIRE(accepted > 100);
    REQUIRE(rejected > 100);
}

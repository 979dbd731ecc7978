// Groups of points y^2 = x^3 + b over a prime field by OpenSSL's generic curves, with points as two coordinates side by
// side and zeros for infinity. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>

#include "crypto/gmp.h"
#include "support/catch.h"

namespace sluice::test {

class OpensslCurve {
 public:
    OpensslCurve(const mpz_class& prime, unsigned b, std::size_t coordinate_size)
        : size_(coordinate_size),
          context_(BN_CTX_new(), BN_CTX_free),
          group_(EC_GROUP_new_curve_GFp(number(prime).get(), number(0).get(), number(b).get(), context_.get()),
                 EC_GROUP_free) {
        REQUIRE(group_ != nullptr);
    }
    Bytes add(const Bytes& a, const Bytes& b) const {
        const Point sum = point();
        REQUIRE(EC_POINT_add(group_.get(), sum.get(), load(a).get(), load(b).get(), context_.get()) == 1);
        return store(sum);
    }
    Bytes multiply(const Bytes& a, const mpz_class& k) const {
        const Point product = point();
        REQUIRE(EC_POINT_mul(group_.get(), product.get(), nullptr, load(a).get(), number(k).get(), context_.get()) ==
                1);
        return store(product);
    }

 private:
    using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
    using Point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)>;

    static Number number(const mpz_class& value) { return number(to_bytes(value, 64)); }
    static Number number(std::span<const std::uint8_t> bytes) {
        return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free};
    }
    Point point() const { return {EC_POINT_new(group_.get()), EC_POINT_free}; }
    Point load(const Bytes& bytes) const {
        Point result = point();
        if (bytes == Bytes(2 * size_)) {
            REQUIRE(EC_POINT_set_to_infinity(group_.get(), result.get()) == 1);
        } else {
            const auto x = number(std::span(bytes).first(size_));
            const auto y = number(std::span(bytes).last(size_));
            REQUIRE(EC_POINT_set_affine_coordinates(group_.get(), result.get(), x.get(), y.get(), context_.get()) == 1);
        }
        return result;
    }
    Bytes store(const Point& p) const {
        Bytes bytes(2 * size_);
        if (EC_POINT_is_at_infinity(group_.get(), p.get()) == 1) return bytes;
        const Number x = number(0);
        const Number y = number(0);
        REQUIRE(EC_POINT_get_affine_coordinates(group_.get(), p.get(), x.get(), y.get(), context_.get()) == 1);
        REQUIRE(BN_bn2binpad(x.get(), bytes.data(), static_cast<int>(size_)) >= 0);
        REQUIRE(BN_bn2binpad(y.get(), bytes.data() + size_, static_cast<int>(size_)) >= 0);
        return bytes;
    }

    std::size_t size_;
    std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context_;
    std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group_;
};

}  // namespace sluice::test

// Base fees, blob fees and intrinsic gas. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/fees.h"

#include <gmpxx.h>

#include "executor/transaction_maker.h"

using namespace sluice;
using namespace sluice::executor;
using namespace sluice::test;

namespace {

mpz_class big(const Uint256& value) {
    const Hash32 bytes = value.to_hash();
    mpz_class out;
    mpz_import(out.get_mpz_t(), 32, 1, 1, 1, 0, bytes.bytes.data());
    return out;
}
mpz_class big(std::uint64_t value) {
    return big(Uint256(value));
}

/// EIP-4844's fake_exponential with numbers of any size.
mpz_class naive_blob_base_fee(const mpz_class& numerator, const mpz_class& denominator) {
    mpz_class output = 0;
    mpz_class term = denominator;
    for (unsigned i = 1; term > 0; ++i) {
        output += term;
        term = term * numerator / (denominator * i);
        if (output > (mpz_class(1) << 400) * denominator) break;
    }
    return output / denominator;
}

/// EIP-1559's rule.
mpz_class naive_next_base_fee(const Header& parent) {
    const mpz_class base = big(parent.base_fee);
    const mpz_class target = big(parent.gas_limit / 2);
    const mpz_class used = big(parent.gas_used);
    if (used == target) return base;
    if (used > target) {
        mpz_class delta = base * (used - target) / target / 8;
        if (delta < 1) delta = 1;
        return base + delta;
    }
    return base - base * (target - used) / target / 8;
}

/// EIP-7918's rule.
std::uint64_t naive_excess(const Header& parent, Fork fork, const BlobSchedule& schedule) {
    const std::uint64_t target = schedule.target * 131072;
    if (parent.excess_blob_gas + parent.blob_gas_used < target) return 0;
    if (fork == Fork::osaka) {
        const mpz_class fee = naive_blob_base_fee(big(parent.excess_blob_gas), big(schedule.base_fee_update_fraction));
        if (8192 * big(parent.base_fee) > 131072 * fee) {
            return parent.excess_blob_gas + parent.blob_gas_used * (schedule.max - schedule.target) / schedule.max;
        }
    }
    return parent.excess_blob_gas + parent.blob_gas_used - target;
}

}  // namespace

TEST_CASE("the base fee follows go-ethereum's vectors") {
    // parent base fee, gas limit, gas used, base fee (consensus/misc/eip1559, TestCalcBaseFee)
    const std::uint64_t vectors[][4] = {{1000000000, 20000000, 10000000, 1000000000},
                                        {1000000000, 20000000, 9000000, 987500000},
                                        {1000000000, 20000000, 11000000, 1012500000}};
    for (const auto& vector : vectors) {
        Header parent;
        parent.base_fee = vector[0];
        parent.gas_limit = vector[1];
        parent.gas_used = vector[2];
        CHECK(next_base_fee(parent) == Uint256(vector[3]));
    }
}

TEST_CASE("the base fee is that of EIP-1559 in numbers of any size") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 20000; ++round) {
        Header parent;
        parent.gas_limit = 5000 + (rng() >> (rng() % 63 + 1)) % 0x7fffffffffff;
        parent.gas_used = round % 5 == 0 ? parent.gas_limit / 2 : rng() % (parent.gas_limit + 1);
        parent.base_fee = round % 3 == 0 ? Uint256(rng() % 20) : Uint256(rng(), rng() % 2 ? rng() : 0, 0, 0);
        INFO(parent.gas_limit << " " << parent.gas_used);
        CHECK(big(next_base_fee(parent)) == naive_next_base_fee(parent));
    }
}

TEST_CASE("the blob base fee follows the vectors of EIP-4844's exponential") {
    // go-ethereum, consensus/misc/eip4844: TestFakeExponential (factor 1) and TestCalcBlobFee
    const std::uint64_t vectors[][3] = {{0, 1, 1},
                                        {2, 1, 6},
                                        {4, 2, 6},
                                        {3, 1, 16},
                                        {6, 2, 18},
                                        {4, 1, 49},
                                        {8, 2, 50},
                                        {5, 1, 136},
                                        {5, 2, 11},
                                        {50000000, 2225652, 5709098764},
                                        {0, 3338477, 1},
                                        {2314057, 3338477, 1},
                                        {2314058, 3338477, 2},
                                        {10 * 1024 * 1024, 3338477, 23}};
    for (const auto& vector : vectors) {
        INFO(vector[0] << " / " << vector[1]);
        CHECK(blob_base_fee(vector[0], vector[1]) == Uint256(vector[2]));
    }
}

TEST_CASE("the blob base fee is that of numbers of any size, and saturates") {
    SLUICE_RANDOM(rng);
    const mpz_class limit = (mpz_class(1) << 256) - 1;
    for (int round = 0; round < 3000; ++round) {
        const std::uint64_t fraction = 1 + (rng() >> (rng() % 63));
        const std::uint64_t excess =
            static_cast<std::uint64_t>(static_cast<Uint128>(fraction) * (rng() % 200000) / 1000);
        INFO(excess << " / " << fraction);
        const mpz_class expected = naive_blob_base_fee(big(excess), big(fraction));
        CHECK(big(blob_base_fee(excess, fraction)) == (expected < limit ? expected : limit));
    }
    CHECK(blob_base_fee(~std::uint64_t{0}, 1) == ~Uint256(0));
    CHECK(blob_base_fee(~std::uint64_t{0}, 3338477) == ~Uint256(0));
}

TEST_CASE("the excess blob gas is that of EIP-4844 and EIP-7918 in numbers of any size") {
    SLUICE_RANDOM(rng);
    const BlobSchedule schedules[] = {
        {0, 3, 6, 3338477}, {0, 6, 9, 5007716}, {0, 10, 15, 8346193}, {0, 14, 21, 11684671}};
    unsigned reserve = 0;
    for (int round = 0; round < 4000; ++round) {
        const BlobSchedule& schedule = schedules[rng() % 4];
        Header parent;
        parent.field_count = Header::kPragueFields;
        parent.excess_blob_gas = rng() % (schedule.base_fee_update_fraction * 30);
        parent.blob_gas_used = 131072 * (rng() % (schedule.max + 1));
        parent.base_fee = Uint256(rng() >> (rng() % 64));
        for (const Fork fork : {Fork::cancun, Fork::prague, Fork::osaka}) {
            CHECK(next_excess_blob_gas(parent, fork, schedule) == naive_excess(parent, fork, schedule));
        }
        reserve +=
            next_excess_blob_gas(parent, Fork::osaka, schedule) != next_excess_blob_gas(parent, Fork::prague, schedule);
    }
    CHECK(reserve > 100);
    CHECK(reserve < 3900);
    Header before_cancun;
    before_cancun.field_count = Header::kShanghaiFields;
    before_cancun.excess_blob_gas = 100000000;  // meaningless there
    CHECK(next_excess_blob_gas(before_cancun, Fork::cancun, schedules[0]) == 0);
}

TEST_CASE("intrinsic gas is the sum of its parts") {
    TransactionMaker maker;
    const auto gas_of = [&](Fork fork) {
        maker.sign(TestKey(1));
        const Bytes envelope = maker.envelope();
        Diagnostics diagnostics;
        const auto transaction = decode_transaction(view(envelope), diagnostics);
        REQUIRE(transaction.ok());
        return intrinsic_gas(*transaction, fork);
    };
    CHECK(gas_of(Fork::paris).gas == 21000);
    CHECK(gas_of(Fork::cancun).floor == 0);
    CHECK(gas_of(Fork::prague).floor == 21000);
    maker.data = Bytes("\0\0\1", 3);
    CHECK(gas_of(Fork::paris).gas == 21000 + 4 + 4 + 16);
    CHECK(gas_of(Fork::prague).floor == 21000 + 10 * (1 + 1 + 4));
    maker.access_list = {{Address{}, {Uint256(1), Uint256(2)}}, {Address{{1}}, {}}};
    CHECK(gas_of(Fork::paris).gas == 21024 + 2 * 2400 + 2 * 1900);
    CHECK(gas_of(Fork::prague).floor == 21060);
    maker.to = std::nullopt;
    maker.access_list.clear();
    maker.data = Bytes(33, '\0');
    CHECK(gas_of(Fork::paris).gas == 21000 + 32000 + 33 * 4);
    CHECK(gas_of(Fork::shanghai).gas == 21000 + 32000 + 33 * 4 + 2 * 2);
    maker = TransactionMaker{};
    maker.type = 4;
    maker.authorizations.resize(3);
    CHECK(gas_of(Fork::prague).gas == 21000 + 3 * 25000);
    CHECK(gas_of(Fork::prague).floor == 21000);
}

TEST_CASE("zero bytes of call data are counted as a byte loop counts them") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 300; ++round) {
        Bytes data(round < 100 ? round : rng() % 20000, '\0');
        const unsigned share = static_cast<unsigned>(rng() % 9);
        std::size_t non_zero = 0;
        for (char& byte : data) {
            if (rng() % 8 < share) byte = static_cast<char>(1u << (rng() % 8));
            non_zero += byte != 0;
        }
        Transaction transaction;
        transaction.data = view(data);
        const IntrinsicGas gas = intrinsic_gas(transaction, Fork::prague);
        CHECK(gas.gas == 21000 + 4 * (data.size() - non_zero) + 16 * non_zero);
        CHECK(gas.floor == 21000 + 10 * (data.size() - non_zero) + 40 * non_zero);
    }
}

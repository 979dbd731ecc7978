// The precompile table over go-ethereum's vectors: price and output of every row, and which fork has which.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/precompiles.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace sluice::test {
namespace {

using executor::find_precompile;
using executor::Fork;
using executor::Precompile;

struct File {
    std::string name;
    std::uint64_t address;
    Fork fork;
    /// Vectors beyond this many only repeat what the others show, at a cost.
    std::size_t most = 1000;
};

void check_file(const File& file) {
    const Precompile* row = find_precompile(Uint256{file.address}, file.fork);
    REQUIRE(row != nullptr);
    std::vector<std::uint8_t> memory(std::size_t{16} << 20);
    std::size_t count = 0;
    for (const auto& vector : precompile_vectors(file.name)) {
        if (++count > file.most) break;
        INFO(file.name << ": " << vector.name);
        Arena arena(memory.data(), memory.size());
        if (vector.error.empty()) CHECK(row->gas(vector.input, file.fork) == vector.gas);
        const auto result = row->run(vector.input, file.fork, arena);
        REQUIRE(result.ok());
        CHECK(result->success == vector.error.empty());
        CHECK(Bytes(result->output.begin(), result->output.end()) == vector.expected);
    }
    CHECK(count > 0);
}

}  // namespace

TEST_CASE("precompiles price and answer as go-ethereum's vectors say") {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    const std::vector<File> files = {
        {"ecRecover", 0x01, Fork::paris},
        {"modexp_eip2565", 0x05, Fork::paris},
        {"modexp_eip2565", 0x05, Fork::prague},
        {"modexp_eip7883", 0x05, Fork::osaka},
        {"bn256Add", 0x06, Fork::paris},
        {"bn256ScalarMul", 0x07, Fork::paris},
        {"bn256Pairing", 0x08, Fork::paris},
        {"blake2F", 0x09, Fork::paris},
        {"fail-blake2f", 0x09, Fork::paris},
        {"pointEvaluation", 0x0a, Fork::cancun},
        {"blsG1Add", 0x0b, Fork::prague},
        {"blsG1MultiExp", 0x0c, Fork::prague, 40},
        {"blsG1Mul", 0x0c, Fork::prague, 40},
        {"blsG2Add", 0x0d, Fork::prague},
        {"blsG2MultiExp", 0x0e, Fork::prague, 20},
        {"blsG2Mul", 0x0e, Fork::prague, 40},
        {"blsPairing", 0x0f, Fork::prague, 20},
        {"blsMapG1", 0x10, Fork::prague, 40},
        {"blsMapG2", 0x11, Fork::prague, 40},
        {"fail-blsG1Add", 0x0b, Fork::prague},
        {"fail-blsG1MultiExp", 0x0c, Fork::prague},
        {"fail-blsG1Mul", 0x0c, Fork::prague},
        {"fail-blsG2Add", 0x0d, Fork::prague},
        {"fail-blsG2MultiExp", 0x0e, Fork::prague},
        {"fail-blsG2Mul", 0x0e, Fork::prague},
        {"fail-blsPairing", 0x0f, Fork::prague},
        {"fail-blsMapG1", 0x10, Fork::prague},
        {"fail-blsMapG2", 0x11, Fork::prague},
        {"p256Verify", 0x100, Fork::osaka, 200},
    };
    for (const File& file : files) check_file(file);
}

TEST_CASE("a fork has its precompiles and no others") {
    const auto count = [](Fork fork) {
        int found = 0;
        for (std::uint64_t address = 0; address <= 0x200; ++address) {
            found += find_precompile(Uint256{address}, fork) != nullptr;
        }
        return found;
    };
    CHECK(count(Fork::paris) == 9);
    CHECK(count(Fork::shanghai) == 9);
    CHECK(count(Fork::cancun) == 10);
    CHECK(count(Fork::prague) == 17);
    CHECK(count(Fork::osaka) == 18);
    CHECK(find_precompile(Uint256{1, 1, 0, 0}, Fork::osaka) == nullptr);
    CHECK(find_precompile(Uint256{1, 0, 1, 0}, Fork::osaka) == nullptr);
    CHECK(find_precompile(Uint256{0x100}, Fork::osaka)->address == 0x100);
}

TEST_CASE("prices by length follow their formulas") {
    const auto price = [](std::uint64_t address, std::size_t size) {
        const Bytes input(size);
        return find_precompile(Uint256{address}, Fork::osaka)->gas(input, Fork::osaka);
    };
    CHECK(price(0x02, 0) == 60);
    CHECK(price(0x02, 33) == 60 + 24);
    CHECK(price(0x03, 32) == 600 + 120);
    CHECK(price(0x04, 65) == 15 + 9);
    CHECK(price(0x08, 192 * 2) == 45000 + 68000);
    CHECK(price(0x0c, 160 * 128) == 128 * 12000 * 519 / 1000);
    CHECK(price(0x0c, 160 * 200) == 200 * 12000 * 519 / 1000);
    CHECK(price(0x0e, 288 * 2) == 2 * 22500);
    CHECK(price(0x0e, 288 * 129) == 129 * 22500 * 524 / 1000);
    CHECK(price(0x0f, 384 * 3) == 37700 + 3 * 32600);
    CHECK(price(0x100, 7) == 6900);
}

TEST_CASE("modexp's lengths are priced without overflow and limited from Osaka on (EIP-7823)") {
    const auto header = [](const Uint256& base, const Uint256& exponent, const Uint256& modulus) {
        Bytes input(96);
        base.to_be(input.data());
        exponent.to_be(input.data() + 32);
        modulus.to_be(input.data() + 64);
        return input;
    };
    const Precompile* row = find_precompile(Uint256{5}, Fork::osaka);
    const Uint256 huge = Uint256{} - Uint256{1};
    const std::uint64_t most = std::uint64_t{1} << 62;
    CHECK(row->gas(header(huge, 0, 0), Fork::prague) > most);
    CHECK(row->gas(header(0, huge, 1), Fork::prague) > most);
    CHECK(row->gas(header(0, 0, huge), Fork::osaka) > most);
    CHECK(row->gas(header(0, huge, 0), Fork::prague) == 200);  // nothing to multiply: EIP-2565's least price
    CHECK(row->gas(header(0, 0, 0), Fork::osaka) == 500);

    std::vector<std::uint8_t> memory(1 << 20);
    Arena arena(memory.data(), memory.size());
    const auto run = [&](const Uint256& base, const Uint256& exponent, const Uint256& modulus, Fork fork) {
        const auto result = find_precompile(Uint256{5}, fork)->run(header(base, exponent, modulus), fork, arena);
        return result.ok() && result->success;
    };
    CHECK(run(1024, 1024, 1024, Fork::osaka));
    CHECK(!run(1025, 0, 1, Fork::osaka));
    CHECK(!run(0, 1025, 1, Fork::osaka));
    CHECK(!run(0, 0, 1025, Fork::osaka));
    CHECK(!run(1025, 0, 0, Fork::osaka));
    CHECK(run(1025, 1025, 1025, Fork::prague));
}

}  // namespace sluice::test

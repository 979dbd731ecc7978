// Changed fixtures. SPDX-License-Identifier: MIT OR Apache-2.0
#include "differential/mutator.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmpxx.h>
#include <unistd.h>

#include "differential/json_text.h"
#include "support/catch.h"

using namespace sluice;
using namespace sluice::test;
using Json = nlohmann::json;

namespace {

mpz_class number_of(const std::string& text) {
    return mpz_class(text, 0);
}

Json account(const std::string& balance) {
    return {{"nonce", "0x00"}, {"balance", balance}, {"code", "0x"}, {"storage", Json::object()}};
}

/// A BlockchainTest of one empty block of Shanghai on this state; nothing in its headers matters.
Json blockchain_test(const Json& pre) {
    const RlpTree header{true, {}, std::vector<RlpTree>(17)};
    const RlpTree list{true, {}, {}};
    const std::string block = hex(RlpTree{true, {}, {header, list, list, list}}.encode());
    return {{"network", "Shanghai"}, {"pre", pre}, {"genesisRLP", block}, {"blocks", {{{"rlp", block}}}}};
}

void load(FixtureMutator& mutator, const Json& test) {
    std::string path = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX.json").string();
    const int file = mkstemps(path.data(), 5);
    REQUIRE(file >= 0);
    close(file);
    std::ofstream(path) << Json{{"test", test}}.dump();
    const std::string error = mutator.load(path);
    std::filesystem::remove(path);
    REQUIRE(error.empty());
    REQUIRE(mutator.size() == 1);
}

/// What the accounts of a request have, with what its block's withdrawals add.
mpz_class total_of(const Json& request) {
    mpz_class total = 0;
    for (const Json& account : request.at("pre")) total += number_of(account.at("balance"));
    const std::string block = witness_host::parse_data(request.at("block").get<std::string>()).value();
    const RlpTree fields = RlpTree::decode(block);
    for (const RlpTree& withdrawal : fields.items.at(3).items) {
        total += number_of(quantity(withdrawal.items.at(3).number())) * 1'000'000'000;
    }
    return total;
}

}  // namespace

TEST_CASE("no changed fixture has 2^256 wei") {
    const std::string rich = "0x0000000000000000000000000000000000000001";
    const std::string poor = "0x0000000000000000000000000000000000000002";
    FixtureMutator mutator(7);
    load(mutator, blockchain_test({{rich, account("0x" + std::string(64, 'f'))}, {poor, account("0x07")}}));
    const mpz_class bound = mpz_class(1) << 256;
    unsigned rich_unchanged = 0;
    for (unsigned i = 0; i < 500; ++i) {
        const Json request = mutator.next();
        CHECK(total_of(request) < bound);
        rich_unchanged += number_of(request["pre"][rich]["balance"]) == (mpz_class(1) << 248) - 1 ? 1 : 0;
    }
    CHECK(rich_unchanged > 250);
}

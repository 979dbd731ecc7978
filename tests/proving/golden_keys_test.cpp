// The keys of one small program, by profile and accelerators. A key holds every chip's constraints, interactions and
// widths and the tables that are fixed: its digest changes if, and only if, one of them does. SPDX-License-Identifier:
// MIT OR Apache-2.0
#include <map>
#include <string>

#include "absl/strings/str_format.h"

#include "prover/guest_programs.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/protocol/key.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

/// "profile feature-word": the digest's first four elements. To be replaced by what the test prints where a chip was
/// changed by intention; then all keys and proofs made before are void.
const std::map<std::string, std::string> kGolden = {
    {"bits100 0x00", "6fae5e7213d576b279c36ed05c2dba31"}, {"bits100 0x01", "241b94676485997f54b6a1af3ec9949e"},
    {"bits100 0x02", "6a19931b0e6ad1d3709cafaf6dbc2f25"}, {"bits100 0x04", "6adb4ce328748d0c5822e61d2e8fbf76"},
    {"bits100 0x08", "7acbae985404f3e62778ef0a4a3962cc"}, {"bits100 0x10", "669738412bf4813e40eb1b5d50c1c9aa"},
    {"bits100 0x20", "49c9b1ed70900eb10dd103f731dce56d"}, {"bits100 0x40", "58ead13530e9c10a3f791fb01396409d"},
    {"bits100 0x80", "5df5e7701723d3853fd72efb71344411"}, {"bits100 0xff", "54a8319d766376db007cb33a55669d7e"},
    {"bits128 0x00", "0d6fb5ce255a1d512f865dfc0bb0b0b0"}, {"bits128 0x01", "221af11c027169626dc7e6671bc6049a"},
    {"bits128 0x02", "304a30e5077a7191086f386d00514c77"}, {"bits128 0x04", "642f155358bb86de55ec4d935a581093"},
    {"bits128 0x08", "678563626a23e0c344a7fa6a17b8569e"}, {"bits128 0x10", "56af0b12758ad6a726a665a837281574"},
    {"bits128 0x20", "57aca325638e0e884edb01c018f9a94c"}, {"bits128 0x40", "7b798a6709f575f701bdbec86f15047b"},
    {"bits128 0x80", "26400c0126e9a5076df9151f79902547"}, {"bits128 0xff", "65b2cb764c5adfe0755a7fcf5bab2e63"},
};

vm::Program program(std::uint64_t features) {
    Assembler text;
    halt(text);
    vm::Program program = make_program(text);
    program.features = vm::FeatureWord{};
    program.features->value = features;
    return program;
}

template <unsigned D, class Hasher>
std::string key_digest(const params::Profile& profile, std::uint64_t features) {
    const vm::Program of = program(features);
    const auto machine = chips::Rv64Machine::make(of);
    REQUIRE(machine.ok());
    const auto backend = backend_cpu::make_backend<D, Hasher>({});
    protocol::KeyOptions options;
    options.profile = &profile;
    options.stack_heights = {16};
    options.max_shards = 16;
    options.max_link_terms = 1u << 20;
    const auto key =
        protocol::ProvingKey<D, Hasher>::make(*backend, options, {&machine->shards(), &machine->boundary()});
    INFO(key.status().ToString());
    REQUIRE(key.ok());
    std::string digits;
    for (const auto element : key->digest().element) digits += absl::StrFormat("%08x", element.canonical());
    return digits.substr(0, 32);
}

TEST_CASE("the machine of each profile and each accelerator is the one that was recorded") {
    std::vector<std::uint64_t> feature_words = {0, chips::provable_features()};
    for (std::uint64_t bit = 1; bit != 0; bit <<= 1) {
        if ((chips::provable_features() & bit) != 0) feature_words.push_back(bit);
    }
    std::map<std::string, std::string> found;
    for (const std::uint64_t features : feature_words) {
        found[absl::StrFormat("bits100 0x%02x", features)] =
            key_digest<4, hash::Poseidon2Hasher16>(params::kBits100, features);
        found[absl::StrFormat("bits128 0x%02x", features)] =
            key_digest<5, hash::Poseidon2Hasher24>(params::kBits128, features);
    }
    std::string table;
    for (const auto& [name, digest] : found) table += "    {\"" + name + "\", \"" + digest + "\"},\n";
    INFO(
        "A chip, a table or the format of keys has changed. If that is meant, replace kGolden in "
        "tests/proving/golden_keys_test.cpp by:\n"
        << table);
    CHECK(found == kGolden);
}

}  // namespace
}  // namespace sluice::test

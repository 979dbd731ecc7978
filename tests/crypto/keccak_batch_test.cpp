// Keccak-256 in lanes against keccak256 one by one, on every instruction set that the processor has.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/keccak_batch.h"

#include <vector>

#include "sluice/base/keccak.h"
#include "sluice/simd/instruction_sets.h"
#include "support/catch.h"

using namespace sluice;

namespace {

/// For each instruction set, with its name noted for a failure.
template <class Check>
void on_every_instruction_set(Check check) {
    for (const simd::InstructionSet& set : simd::available_instruction_sets()) {
        INFO("instruction set " << set.name);
        const simd::ForceInstructionSet forced(set);
        check();
    }
}

void check_batch(const std::vector<std::vector<std::uint8_t>>& messages) {
    const std::vector<ByteView> views(messages.begin(), messages.end());
    std::vector<Hash32> digests(views.size());
    crypto::keccak256_batch(views, digests);
    for (std::size_t i = 0; i < views.size(); ++i) {
        INFO("message " << i << " of " << views.size() << ", " << views[i].size() << " bytes");
        REQUIRE(digests[i] == keccak256(views[i]));
    }
}

}  // namespace

TEST_CASE("keccak batch: every length around the block size, together and alone") {
    std::vector<std::vector<std::uint8_t>> all;
    for (std::size_t size = 0; size <= 3 * 136 + 9; ++size) {
        std::vector<std::uint8_t> message(size);
        for (std::size_t i = 0; i < size; ++i) message[i] = static_cast<std::uint8_t>(7 * i + size);
        all.push_back(std::move(message));
    }
    on_every_instruction_set([&] {
        check_batch(all);
        for (const auto& message : all) check_batch({message});
        check_batch({});
    });
}

TEST_CASE("keccak batch: random sets, long messages beside short ones") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::vector<std::uint8_t>> messages(rng() % 24);
        for (auto& message : messages) {
            message.resize(rng() % 8 == 0 ? rng() % 30'000 : rng() % 700);
            for (auto& byte : message) byte = static_cast<std::uint8_t>(rng());
        }
        on_every_instruction_set([&] { check_batch(messages); });
    }
}

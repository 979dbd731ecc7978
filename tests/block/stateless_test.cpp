// The blocks of the public blockchain tests, stateless: each is recorded over its whole parent state, and its streams
// are replayed in every mode. SPDX-License-Identifier: MIT OR Apache-2.0
#include "absl/strings/str_cat.h"

#include "block/block_case.h"
#include "fixtures/runner.h"
#include "sluice/witness_host/hex.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Of so many cases one runs in the guest too, and of one the witness is taken apart.
constexpr std::uint64_t kGuestStep = 9;
constexpr std::uint64_t kMinimalStep = 45;
// The emulator's time for larger blocks is better spent on more cases.
constexpr std::uint64_t kGuestMaxGas = 3'000'000;
// A block of the general state tests pays for 2^32 - 1 rounds of BLAKE2, which take more than a minute in each run; the
// conformance test executes it. Other blocks of that much gas waste it.
constexpr std::uint64_t kLeftOutFrom = std::uint64_t{1} << 32;
constexpr std::uint64_t kLeftOutTo = kLeftOutFrom + 1'000'000;
// Each element of a witness costs a run.
constexpr std::uint64_t kMinimalMaxGas = 300'000;

struct Counts {
    std::uint64_t cases = 0;
    std::uint64_t valid = 0;
    std::uint64_t invalid = 0;
    std::uint64_t guest = 0;
    std::uint64_t dropped = 0;
    std::uint64_t left_out = 0;  ///< blocks between kLeftOutFrom and kLeftOutTo
};

absl::Status differs(const std::string& where, const std::string& expected, const std::string& found) {
    return absl::InternalError(absl::StrCat(where, ": expected ", expected, "; found ", found));
}

std::string text_of(const block::Ending& ending) {
    if (ending.verdict != block::Verdict::valid) return ending.message;
    return absl::StrCat("valid, state root ", witness_host::to_hex(ending.output.post_state_root));
}

/// What the header says was used.
std::uint64_t gas_of(const std::string& block) {
    Diagnostics diagnostics;
    const auto decoded = executor::decode_block(witness_host::bytes_of(block), diagnostics);
    return decoded.ok() ? decoded->header.gas_used : 0;
}

/// The runs of all modes end as the recording did, which ended as `executed` says.
absl::Status replay(const fixtures::ExecutedBlock& executed, bool in_guest, Counts& counts) {
    const auto recorded = block::record(executed.witness);
    if (!recorded.ok()) {
        // Refused before anything runs: what breaks the rule is that the parts do not belong together.
        if (executed.code == ErrorCode::header_parent_hash) return absl::OkStatus();
        return recorded.status();
    }
    if (recorded->ending.error.code != executed.code) {
        return differs("recording", std::string(error_name(executed.code)), text_of(recorded->ending));
    }
    if (executed.code == ErrorCode::ok) {
        const auto identity = witness_host::identify_block(executed.witness.block);
        if (!identity.ok()) return identity.status();
        if (!(recorded->ending.output.post_state_root == identity->state_root)) {
            return differs("state root", witness_host::to_hex(identity->state_root), text_of(recorded->ending));
        }
    }
    if (!recorded->has_stream()) return differs("recording", "a stream", text_of(recorded->ending));
    in_guest = in_guest && block_guest().has_value() && recorded->computed.gas_used <= kGuestMaxGas;
    if (in_guest) ++counts.guest;
    for (const witness::WitnessMode mode : kModes) {
        const std::string name(witness::witness_mode_name(mode));
        const auto stream = recorded->stream(mode);
        if (!stream.ok()) return stream.status();
        const block::Ending native = run_natively(*stream);
        if (text_of(native) != text_of(recorded->ending) || native.public_output != recorded->ending.public_output) {
            return differs(name, text_of(recorded->ending), text_of(native));
        }
        if (!in_guest) continue;
        const block::Ending guest = run_in_guest(*stream);
        if (text_of(guest) != text_of(native) || guest.public_output != native.public_output) {
            return differs(name + " in the guest", text_of(native), text_of(guest));
        }
    }
    return absl::OkStatus();
}

/// Without any one element of the minimal witness the block does not run.
absl::Status check_minimal(const witness_host::ExecutionWitness& whole, Counts& counts) {
    const auto recorded = block::record(whole);
    if (!recorded.ok()) return recorded.status();
    if (recorded->computed.gas_used > kMinimalMaxGas) return absl::OkStatus();
    const auto minimal = recorded->minimal_witness();
    if (!minimal.ok()) return minimal.status();
    const auto again = block::record(*minimal);
    if (!again.ok()) return again.status();
    if (again->ending.public_output != recorded->ending.public_output) {
        return differs("minimal witness", text_of(recorded->ending), text_of(again->ending));
    }
    const auto refused = [&](const witness_host::ExecutionWitness& witness) {
        ++counts.dropped;
        const auto run = block::record(witness);
        return !run.ok() || run->ending.verdict == block::Verdict::bad_witness;
    };
    for (auto part : {&witness_host::ExecutionWitness::nodes, &witness_host::ExecutionWitness::codes,
                      &witness_host::ExecutionWitness::headers}) {
        for (std::size_t i = 0; i < ((*minimal).*part).size(); ++i) {
            witness_host::ExecutionWitness less = *minimal;
            (less.*part).erase((less.*part).begin() + static_cast<std::ptrdiff_t>(i));
            if (!refused(less)) return differs("a witness with an element less", "a missing element", "a valid block");
        }
    }
    return absl::OkStatus();
}

void run_package(const std::string& package) {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    Counts counts;
    bool first_of_case = true;
    fixtures::Options options;
    options.on_block = [&](const fixtures::ExecutedBlock& executed) {
        if (const std::uint64_t gas = gas_of(executed.witness.block); gas >= kLeftOutFrom && gas < kLeftOutTo) {
            ++counts.left_out;
            return absl::OkStatus();
        }
        ++(executed.code == ErrorCode::ok ? counts.valid : counts.invalid);
        const bool first = std::exchange(first_of_case, false);
        if (absl::Status status = replay(executed, first && counts.cases % kGuestStep == 0, counts); !status.ok()) {
            return status;
        }
        if (executed.code != ErrorCode::ok || !first || counts.cases % kMinimalStep != 1) return absl::OkStatus();
        return check_minimal(executed.witness, counts);
    };
    options.on_case = [&](const fixtures::CaseReport& report) {
        INFO(report.file << "::" << report.name << ": " << report.cause);
        CHECK(report.outcome != fixtures::Outcome::failed);
        if (!first_of_case) ++counts.cases;
        first_of_case = true;
    };
    fixtures::Runner runner(options);
    REQUIRE(runner.run(test_data() + "/ethereum-tests/" + package + ".tar.zst").ok());
    std::printf(
        "%s: %llu cases, %llu valid and %llu invalid blocks in all modes, %llu in the guest, %llu witnesses with "
        "an element less, %llu blocks left out for their gas\n",
        package.c_str(), static_cast<unsigned long long>(counts.cases), static_cast<unsigned long long>(counts.valid),
        static_cast<unsigned long long>(counts.invalid), static_cast<unsigned long long>(counts.guest),
        static_cast<unsigned long long>(counts.dropped), static_cast<unsigned long long>(counts.left_out));
    REQUIRE(counts.valid != 0);
    REQUIRE(counts.left_out <= 1);
}

}  // namespace

#define SLUICE_PACKAGE(name)                             \
    TEST_CASE("the package " name " passes stateless") { \
        run_package(name);                               \
    }

SLUICE_PACKAGE("eest-benchmark-osaka")
SLUICE_PACKAGE("eest-osaka")
SLUICE_PACKAGE("eest-osaka-static")
SLUICE_PACKAGE("eest-paris-shanghai-cancun")
SLUICE_PACKAGE("eest-prague")
SLUICE_PACKAGE("eest-prague-v4.5.0")
SLUICE_PACKAGE("tests-general-state-cancun")
SLUICE_PACKAGE("tests-invalid-blocks")
SLUICE_PACKAGE("tests-valid-blocks")

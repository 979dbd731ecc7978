// Tables that a device fills from records are those that the host fills, and their proofs have the same bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <functional>
#include <memory>
#include <set>

#include "copy_calls.h"
#include "device_filled.h"
#include "keccak_programs.h"
#include "poseidon2_calls.h"
#include "programs.h"
#include "sha256_calls.h"
#include "shard_records.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "sluice/chips_cuda/device_filler.h"
#include "sluice/params_test/profile.h"
#include "sluice/protocol/prover.h"
#include "step_chip.h"
#include "tables/keccak_tables.h"
#include "wide_calls.h"

namespace sluice::test {
namespace {

using Hasher = hash::Poseidon2Hasher16;
using Backend = backend::Backend<4, Hasher>;

/// A program's run, cut after these instructions.
struct CutRun {
    vm::Program program;
    std::vector<std::uint8_t> input;
    chips::Rv64Machine machine;
    chips::Rv64Run run;

    static std::unique_ptr<CutRun> make(const ProgramCase& test, std::vector<std::uint64_t> cuts) {
        auto machine = chips::Rv64Machine::make(test.program);
        REQUIRE(machine.ok());
        auto out = std::make_unique<CutRun>(test, *std::move(machine), std::move(cuts));
        return out;
    }
    CutRun(const ProgramCase& test, chips::Rv64Machine made, std::vector<std::uint64_t> cuts)
        : program(test.program), input(test.input), machine(std::move(made)), run(trace(*this, std::move(cuts))) {}

 private:
    static chips::Rv64Run trace(const CutRun& self, std::vector<std::uint64_t> cuts) {
        vm::ShardPlan plan;
        plan.cuts = std::move(cuts);
        auto run = chips::Rv64Run::make(self.machine, self.program, self.input, plan);
        INFO(run.status().ToString());
        REQUIRE(run.ok());
        return *std::move(run);
    }
};

/// Programs that together have rows of every chip.
std::vector<ProgramCase> programs(std::mt19937_64& rng) {
    std::vector<ProgramCase> all = {register_arithmetic(rng),
                                    special_registers(rng),
                                    immediate_arithmetic(rng),
                                    constants(),
                                    branches(rng),
                                    jumps(),
                                    loads_and_stores(rng),
                                    ecalls()};
    for (ProgramCase& test : all) test.program.features = vm::FeatureWord{};
    std::vector<CopyCall> copies = some_copies(rng, 24);
    copies.push_back({SLUICE_HEAP_BEGIN + 3, kCopyBytes + 3, 30});  // words that lie alike, with edges
    for (ProgramCase test :
         {program_of(wide_calls(rng, 2)), program_of(field_calls_on(rng, 1)), program_of(copies),
          program_of(random_sha256(rng, 2)), program_of(poseidon2_calls(rng, 2)), keccak_calls(rng)}) {
        if (!test.program.features.has_value())
            test.program.features = vm::FeatureWord{.value = SLUICE_FEATURES_ALL & ~SLUICE_FEATURE_KECCAK};
        all.push_back(std::move(test));
    }
    return all;
}

TEST_CASE("tables filled on a device are the host's, for programs over every chip", "[device]") {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    std::set<std::string> filled;
    for (const ProgramCase& test : programs(rng)) {
        const auto cut = CutRun::make(test, {20});
        const auto filler = chips::DeviceFiller::make(cut->machine);
        INFO(filler.status().ToString());
        REQUIRE(filler.ok());
        for (std::uint32_t shard = 1; shard <= cut->run.shard_count(); ++shard) {
            const auto expected = cut->run.shard(shard);
            REQUIRE(expected.ok());
            for (const auto& device : devices) {
                auto trace = filler->shard(cut->run, shard);
                REQUIRE(trace.ok());
                const absl::Status status = FillingDevice(device).fill(cut->machine.shards(), *trace);
                INFO(status.ToString());
                REQUIRE(status.ok());
                CHECK(difference(cut->machine.shards(), *expected, *trace) == "");
            }
            for (std::size_t chip = 0; chip < expected->chips.size(); ++chip) {
                if (expected->chips[chip].height != 0) filled.insert(cut->machine.shards().chips()[chip].name);
            }
        }
    }
    for (const chips::StepChip& chip : chips::step_chips()) {
        INFO(chip.name);
        CHECK(filled.count(std::string(chip.name)) == 1);
    }
}

TEST_CASE("a lookup that no table has is refused while filling on a device", "[device]") {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    ProgramCase test = register_arithmetic(rng);
    test.program.features = vm::FeatureWord{};
    const auto cut = CutRun::make(test, {});
    const auto filler = chips::DeviceFiller::make(cut->machine);
    REQUIRE(filler.ok());
    auto records = cut->run.records(1);
    REQUIRE(records.ok());
    // An instruction that finds its first register as the future left it: its age has more bits than a table.
    std::size_t chip = 0;
    while (records->chips[chip].words.empty() || chips::step_chips(0)[chip].name != "add") ++chip;
    records->chips[chip].words[4] = records->chips[chip].words[1] + 1000;
    for (const auto& device : devices) {
        auto trace = filler->tables(*records);
        REQUIRE(trace.ok());
        const absl::Status status = FillingDevice(device).fill(cut->machine.shards(), *trace);
        CHECK(absl::IsInternal(status));
        CHECK(std::string(status.message()).find("chip add: no table has lookup") == 0);
        CHECK(absl::IsInternal(trace->source->fill().status()));  // the host says so too
    }
}

absl::StatusOr<std::vector<std::uint8_t>> prove(
    Backend& backend, const CutRun& cut,
    const std::function<absl::StatusOr<machine::TableTrace>(std::uint32_t)>& shard) {
    protocol::KeyOptions options;
    options.profile = &params_test::kTest;
    options.stack_heights = {16};
    options.max_shards = 8;
    options.max_link_terms = 1u << 20;
    auto key =
        protocol::ProvingKey<4, Hasher>::make(backend, options, {&cut.machine.shards(), &cut.machine.boundary()});
    if (!key.ok()) return key.status();
    protocol::ProverOptions proving;
    proving.check = nullptr;
    protocol::Prover<4, Hasher> prover(backend, *key, proving);
    return prover.prove(
        {cut.run.shard_count(), shard, [&]() -> absl::StatusOr<machine::TableTrace> { return cut.run.boundary(); }});
}

TEST_CASE("proofs of tables that a device fills, or the host from the same source, have the same bytes", "[device]") {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    ProgramCase test = program_of(some_copies(rng, 12));
    test.program.features = vm::FeatureWord{.value = SLUICE_FEATURE_MEMCPY};
    const auto cut = CutRun::make(test, {20});
    const auto filler = chips::DeviceFiller::make(cut->machine);
    REQUIRE(filler.ok());
    const auto from_host = [&](std::uint32_t shard) { return cut->run.shard(shard); };
    const auto from_source = [&](std::uint32_t shard) { return filler->shard(cut->run, shard); };
    const auto cpu = backend_cpu::make_backend<4, Hasher>({.threads = 1});
    const auto expected = prove(*cpu, *cut, from_host);
    INFO(expected.status().ToString());
    REQUIRE(expected.ok());
    const auto on_host = prove(*cpu, *cut, from_source);
    REQUIRE(on_host.ok());
    CHECK(*on_host == *expected);
    for (const auto& device : devices) {
        auto backend =
            backend_cuda::make_backend<4, Hasher>({.device = device, .memory_bytes = std::uint64_t{1} << 30});
        REQUIRE(backend.ok());
        const auto proof = prove(**backend, *cut, from_source);
        INFO(proof.status().ToString());
        REQUIRE(proof.ok());
        CHECK(*proof == *expected);
        // The same with all records sent ahead.
        std::shared_ptr<const machine::ColumnSource> last;
        const auto staged = prove(**backend, *cut, [&](std::uint32_t shard) {
            auto trace = filler->shard(cut->run, shard);
            REQUIRE(trace.ok());
            CHECK((*backend)->stage(trace->source).ok());
            last = trace->source;
            return trace;
        });
        REQUIRE(staged.ok());
        CHECK(*staged == *expected);
        const std::uint64_t before = (*backend)->memory_bytes();
        CHECK((*backend)->stage(last).ok());
        CHECK((*backend)->memory_bytes() > before);  // the proof had used what was there
    }
    const auto none =
        backend_cuda::make_backend<4, Hasher>({.device = devices[0], .memory_bytes = std::uint64_t{1} << 16});
    REQUIRE(none.ok());
    auto trace = filler->shard(cut->run, 1);
    CHECK(absl::IsResourceExhausted((*none)->stage(trace->source)));
}

TEST_CASE("the rows of digit numbers are found by arithmetic as by the table") {
    for (std::uint32_t row = 0; row < chips::KeccakTurnTable::kHeight; row += 7) {
        const auto digits = chips::KeccakTurnTable::Sums::digits(row);
        std::uint32_t value = 0;
        for (std::size_t i = digits.size(); i-- > 0;) value = 10 * value + digits[i];
        CHECK(chips::KeccakTurnTable::Sums::row_of(value) == row);
    }
    CHECK(chips::KeccakTurnTable::Sums::row_of(3) == chips::kNoRow);
    CHECK(chips::KeccakSumTable::Sums::row_of(50000) == chips::kNoRow);
    CHECK(chips::KeccakSumTable::Sums::row_of(100'000'000) == chips::kNoRow);
}

}  // namespace
}  // namespace sluice::test

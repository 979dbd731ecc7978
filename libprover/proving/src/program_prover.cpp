// See program_prover.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/proving/program_prover.h"

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/machine/trace.h"
#include "sluice/protocol/key.h"
#include "sluice/protocol/prover.h"
#include "sluice/vm/shards.h"

namespace sluice::proving {
namespace {

/// Heights of stacks that a key allows: shards of any size then have a few hundred stack columns at most.
constexpr std::uint32_t kStackHeights[] = {16, 18, 20, 22};

/// Bytes of working memory a cell that proving may take by the design; large tables measured about half. An estimate
/// for refusing early: the backend's own plan needs heights, which are known when tables are filled.
constexpr std::uint64_t kWorkingBytesPerCell = 60;

/// Shards whose tables are filled or waiting while another one is proved.
constexpr std::size_t kShardsAhead = 2;

std::uint64_t cells_of(const machine::TableTrace& trace) {
    std::uint64_t cells = 0;
    for (const machine::ChipTrace& chip : trace.chips) {
        for (const auto& group : chip.columns) cells += group.size();
    }
    return cells;
}

/// The tables of one shard after another, twice over, some of them filled by other threads before they are asked for.
class TablesAhead {
 public:
    explicit TablesAhead(const chips::Rv64Run& run) : run_(run), wanted_(2 * std::uint64_t{run.shard_count()}) {}

    /// The next shard's: 1, 2 and so on, and then again from 1.
    absl::StatusOr<machine::TableTrace> take() {
        while (begun_ < wanted_ && ahead_.size() <= kShardsAhead) {
            const auto shard = static_cast<std::uint32_t>(begun_++ % run_.shard_count() + 1);
            ahead_.push_back(std::async([this, shard] { return run_.shard(shard); }));
        }
        if (ahead_.empty()) return absl::InternalError("tables asked for a third time");
        absl::StatusOr<machine::TableTrace> tables = ahead_.front().get();
        ahead_.pop_front();
        return tables;
    }

 private:
    const chips::Rv64Run& run_;
    std::uint64_t wanted_;
    std::uint64_t begun_ = 0;
    std::deque<std::future<absl::StatusOr<machine::TableTrace>>> ahead_;
};

template <unsigned D, class Hasher>
class ProverOf final : public ProgramProver {
 public:
    using Backend = backend_cpu::CpuBackend<D, Hasher>;
    using Key = protocol::ProvingKey<D, Hasher>;

    ProverOf(const vm::Program& program, Options options)
        : program_(program),
          options_(std::move(options)),
          backend_(backend_cpu::make_backend<D, Hasher>({.threads = options_.threads})) {}

    absl::Status open() {
        stage("key");
        auto machine = chips::Rv64Machine::make(program_);
        if (!machine.ok()) return machine.status();
        machine_.emplace(*std::move(machine));
        const params::Profile& profile = *options_.profile;
        protocol::KeyOptions options;
        options.profile = &profile;
        for (const std::uint32_t height : kStackHeights) {
            if (height <= profile.opening().max_stack_height_log) options.stack_heights.push_back(height);
        }
        options.max_shards = profile.limits.max_shards;
        options.max_link_terms = static_cast<std::uint32_t>(profile.limits.max_linking_terms);
        auto key = Key::make(*backend_, options, {&machine_->shards(), &machine_->boundary()});
        if (!key.ok()) return key.status();
        key_.emplace(*std::move(key));
        return absl::OkStatus();
    }

    [[nodiscard]] std::string key() const override { return {key_->body().begin(), key_->body().end()}; }

    absl::StatusOr<ProvedRun> prove(ByteView input) override {
        stage("plan");
        const auto planned = vm::plan_shards(program_, input, {.max_cells = options_.shard_cells});
        if (!planned.ok()) return planned.status();
        if (absl::Status status = check_memory(planned->cells); !status.ok()) return status;
        stage("linked words");
        const auto run = chips::Rv64Run::make(*machine_, program_, input, planned->plan);
        if (!run.ok()) return run.status();

        ProvedRun proved;
        proved.shards = run->shard_count();
        proved.cells = cells_of(run->boundary());
        protocol::ProverOptions options;
        options.on_step = options_.on_step;
        protocol::Prover<D, Hasher> prover(*backend_, *key_, options);
        TablesAhead ahead(*run);
        std::vector<bool> seen(proved.shards, false);  // a table is asked for once to link it, and again to prove it
        const auto body = prover.prove({.shards = proved.shards,
                                        .shard = [&](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> {
                                            const bool first = !seen[shard - 1];
                                            stage(absl::StrCat(first && proved.shards > 1 ? "linking shard " : "shard ",
                                                               shard, " of ", proved.shards));
                                            auto tables = ahead.take();
                                            if (tables.ok() && first) proved.cells += cells_of(*tables);
                                            seen[shard - 1] = true;
                                            return tables;
                                        },
                                        .boundary = [&]() -> absl::StatusOr<machine::TableTrace> {
                                            stage("boundary");
                                            return run->boundary();
                                        }});
        if (!body.ok()) return body.status();
        proved.proof.assign(body->begin(), body->end());
        proved.run = run->run();
        return proved;
    }

 private:
    void stage(std::string_view name) const {
        if (options_.on_stage) options_.on_stage(name);
    }

    /// `cells` of each shard, estimated. Tables take four bytes a cell, those that are proved and those filled ahead.
    [[nodiscard]] absl::Status check_memory(const std::vector<std::uint64_t>& cells) const {
        const std::uint64_t largest = *std::max_element(cells.begin(), cells.end());
        const std::uint64_t needed = (4 * (1 + kShardsAhead) + kWorkingBytesPerCell) * largest;
        if (options_.memory_bytes == 0 || needed <= options_.memory_bytes) return absl::OkStatus();
        return absl::ResourceExhaustedError(absl::StrCat("a shard of ", largest, " cells takes about ", needed >> 20,
                                                         " MiB; allowed are ", options_.memory_bytes >> 20, " MiB"));
    }

    const vm::Program& program_;
    Options options_;
    std::unique_ptr<Backend> backend_;
    std::optional<chips::Rv64Machine> machine_;
    std::optional<Key> key_;
};

template <unsigned D, class Hasher>
absl::StatusOr<std::unique_ptr<ProgramProver>> make_prover(const vm::Program& program, const Options& options) {
    auto prover = std::make_unique<ProverOf<D, Hasher>>(program, options);
    if (absl::Status status = prover->open(); !status.ok()) return status;
    return prover;
}

}  // namespace

absl::StatusOr<vm::Program> load_program(std::string file, std::uint64_t features) {
    if (const std::uint64_t provable = chips::provable_features(); (features & ~provable) != 0) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "feature word 0x%x: names accelerators without chips; expected bits of 0x%x alone", features, provable));
    }
    const absl::Status patched =
        vm::patch_features({reinterpret_cast<std::uint8_t*>(file.data()), file.size()}, features);
    // A program without a feature word uses accelerators or not whatever the machine has.
    if (!patched.ok() && !absl::IsNotFound(patched)) return patched;
    return vm::load_elf({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

absl::StatusOr<std::unique_ptr<ProgramProver>> ProgramProver::make(const vm::Program& program, const Options& options) {
    switch (options.profile->id) {
        case params::ProfileId::bits100:
            return make_prover<4, hash::Poseidon2Hasher16>(program, options);
        case params::ProfileId::bits128:
            return make_prover<5, hash::Poseidon2Hasher24>(program, options);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("profile ", std::string(options.profile->name), " is not one of those shipped"));
}

}  // namespace sluice::proving

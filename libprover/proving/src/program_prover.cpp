// See program_prover.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/proving/program_prover.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "part_folder.h"
#include "run_figures.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/machine/trace.h"
#include "sluice/protocol/key.h"
#include "sluice/protocol/prover.h"
#include "sluice/vm/shards.h"
#include "tables_ahead.h"

namespace sluice::proving {
namespace {

/// Heights of stacks that a key allows: shards of any size then have a few hundred stack columns at most.
constexpr std::uint32_t kStackHeights[] = {16, 18, 20, 22};

/// Tables that are filled while another one is proved, if memory and threads allow.
constexpr std::uint32_t kTablesAhead = 2;

FileDigest digest_of_bytes(ByteView bytes) {
    return digest_of(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

template <unsigned D, class Hasher>
class ProverOf final : public ProgramProver {
 public:
    using Backend = backend_cpu::CpuBackend<D, Hasher>;
    using Key = protocol::ProvingKey<D, Hasher>;
    using Link = protocol::Link<D, Hasher>;
    using Part = protocol::TableProof<D, Hasher>;

    ProverOf(const vm::Program& program, Options options)
        : program_(program),
          options_(std::move(options)),
          backend_(backend_cpu::make_backend<D, Hasher>({.threads = options_.threads})) {}

    absl::Status open() {
        tell({.stage = "key"});
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
        protocol::ProverOptions prover_options;
        prover_options.on_step = [this](std::string_view step, double seconds) {
            note(step, table_, now() - seconds, seconds);
        };
        prover_.emplace(*backend_, *key_, std::move(prover_options));
        return absl::OkStatus();
    }

    [[nodiscard]] std::string key() const override { return {key_->body().begin(), key_->body().end()}; }

    absl::StatusOr<ProvedRun> prove(ByteView input) override {
        PartFolder folder(options_.folder, {options_.on_notice, options_.on_file});
        const auto job = begin(input, folder);
        if (!job.ok()) return job.status();
        std::vector<std::uint32_t> numbers;
        for (const auto& table : job->link.tables) numbers.push_back(table.number);
        auto parts = prove_tables(*job, numbers, folder);
        if (!parts.ok()) return parts.status();
        tell({.stage = "assemble"});
        table_ = 0;
        const auto body = prover_->assemble(job->link, *parts);
        if (!body.ok()) return body.status();
        return ProvedRun{job->figures, {body->begin(), body->end()}};
    }

    absl::StatusOr<RunFigures> prove_parts(ByteView input, std::span<const std::uint32_t> tables) override {
        if (options_.folder.empty()) return absl::InvalidArgumentError("parts of a proof need a folder to be kept in");
        PartFolder folder(options_.folder, {options_.on_notice, options_.on_file});
        const auto job = begin(input, folder);
        if (!job.ok()) return job.status();
        for (const std::uint32_t number : tables) {
            if (number <= job->figures.shards) continue;
            return absl::InvalidArgumentError(
                absl::StrCat("shard ", number, " of a run of ", job->figures.shards, " shards"));
        }
        const auto parts = prove_tables(*job, {tables.begin(), tables.end()}, folder);
        if (!parts.ok()) return parts.status();
        return job->figures;
    }

 private:
    /// A run after linking.
    struct Job {
        chips::Rv64Run run;
        Link link;
        RunFigures figures;
    };

    absl::StatusOr<Job> begin(ByteView input, PartFolder& folder) {
        LinkFile file{.key = digest_of_bytes(key_->body()), .input = digest_of_bytes(input), .cuts = {}, .tables = {}};
        const auto found = folder.find_link(file.key, file.input);
        if (!found.ok()) return found.status();
        const auto plan = found->has_value() ? vm::ShardPlan{"", (*found)->cuts} : make_plan(input);
        if (!plan.ok()) return plan.status();
        tell({.stage = "words"});
        auto run = chips::Rv64Run::make(*machine_, program_, input, *plan);
        if (!run.ok()) return run.status();
        tell({.stage = "link"});
        auto link = found->has_value() ? reuse_link(**found) : make_link(*run);
        if (!link.ok()) return link.status();
        file.cuts = plan->cuts;
        file.tables = protocol::encode_tables(*link);
        auto figures = figures_of(*run, *link);
        if (!figures.ok()) return figures.status();
        if (absl::Status status = folder.keep_link(file); !status.ok()) return status;
        return Job{*std::move(run), *std::move(link), *std::move(figures)};
    }

    absl::StatusOr<vm::ShardPlan> make_plan(ByteView input) {
        tell({.stage = "plan"});
        auto planned = vm::plan_shards(program_, input, {.max_cells = options_.shard_cells});
        if (!planned.ok()) return planned.status();
        return std::move(planned->plan);
    }

    absl::StatusOr<Link> make_link(const chips::Rv64Run& run) {
        return prover_->link({.shards = run.shard_count(),
                              .shard = [&](std::uint32_t shard) { return run.shard(shard); },
                              .boundary = [&] { return absl::StatusOr<machine::TableTrace>(run.boundary()); },
                              .linked =
                                  [&](std::uint32_t shard) {
                                      table_ = shard;
                                      return run.linked(shard);
                                  }});
    }
    absl::StatusOr<Link> reuse_link(const LinkFile& file) {
        auto tables = protocol::decode_tables(*key_, file.tables);
        if (!tables.ok()) return tables.status();
        return prover_->tie(*std::move(tables));
    }

    absl::StatusOr<RunFigures> figures_of(const chips::Rv64Run& run, const Link& link) const {
        std::vector<SizedTable> tables;
        RunFigures figures;
        figures.run = run.run();
        figures.shards = link.shards;
        for (const auto& table : link.tables) {
            tables.push_back({table.number, &table.shape, prover_->plan_bytes(table)});
            figures.cells += cells_of(table.shape);
        }
        figures.chips = sum_chips(tables);
        const std::uint32_t most_ahead =
            options_.threads == 0 ? kTablesAhead : std::min(kTablesAhead, options_.threads - 1);
        const auto memory = plan_memory(tables, options_.memory_bytes, most_ahead);
        if (!memory.ok()) return memory.status();
        figures.memory = *memory;
        return figures;
    }

    /// Proofs of these tables: the folder's, or new ones that are kept there.
    absl::StatusOr<std::vector<Part>> prove_tables(const Job& job, const std::vector<std::uint32_t>& numbers,
                                                   PartFolder& folder) {
        std::map<std::uint32_t, Part> found = find_parts(numbers, folder);
        std::vector<std::uint32_t> missing;
        Progress progress{.stage = "prove"};
        for (const std::uint32_t number : numbers) {
            if (found.count(number) != 0 || std::count(missing.begin(), missing.end(), number) != 0) continue;
            missing.push_back(number);
            progress.cells += cells_of(job.link.tables[number].shape);
        }
        progress.tables = static_cast<std::uint32_t>(missing.size());
        const double start = now();
        TablesAhead ahead(missing, job.figures.memory.ahead, [&](std::uint32_t number) {
            const double begin = now();
            auto tables = number == 0 ? absl::StatusOr<machine::TableTrace>(job.run.boundary()) : job.run.shard(number);
            note("fill", number, begin, now() - begin);
            return tables;
        });
        for (const std::uint32_t number : missing) {
            table_ = progress.table = number;
            progress.seconds = now() - start;
            tell(progress);
            auto trace = ahead.take();
            if (!trace.ok()) return trace.status();
            auto part = prover_->prove_table(job.link, number, *std::move(trace));
            if (!part.ok()) return part.status();
            if (absl::Status status = folder.keep_part(number, protocol::encode_part(*part)); !status.ok())
                return status;
            found.emplace(number, *std::move(part));
            ++progress.tables_done;
            progress.cells_done += cells_of(job.link.tables[number].shape);
        }
        std::vector<Part> parts;
        for (const std::uint32_t number : numbers) parts.push_back(found.at(number));
        return parts;
    }

    std::map<std::uint32_t, Part> find_parts(const std::vector<std::uint32_t>& numbers, const PartFolder& folder) {
        std::map<std::uint32_t, Part> found;
        for (const std::uint32_t number : numbers) {
            const auto bytes = folder.find_part(number);
            if (!bytes.has_value()) continue;
            auto part = protocol::decode_part<D, Hasher>(*bytes);
            if (part.ok()) {
                found.emplace(number, *std::move(part));
            } else {
                folder.refuse(number, part.status());
            }
        }
        return found;
    }

    [[nodiscard]] double now() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    void tell(const Progress& progress) const {
        const std::lock_guard lock(mutex_);
        if (options_.on_progress) options_.on_progress(progress);
    }
    void note(std::string_view name, std::uint32_t table, double begin, double seconds) const {
        const std::lock_guard lock(mutex_);
        if (options_.on_event) options_.on_event({name, table, begin, seconds});
    }

    const vm::Program& program_;
    Options options_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;  ///< of the calls of `options_`
    std::unique_ptr<Backend> backend_;
    std::optional<chips::Rv64Machine> machine_;
    std::optional<Key> key_;
    std::optional<protocol::Prover<D, Hasher>> prover_;
    std::uint32_t table_ = 0;  ///< at work
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

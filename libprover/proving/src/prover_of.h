// The prover of runs, for one profile. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "crew.h"
#include "part_folder.h"
#include "run_figures.h"
#include "sluice/chips_cuda/device_filler.h"
#include "sluice/machine/trace.h"
#include "sluice/protocol/key.h"
#include "sluice/protocol/prover.h"
#include "sluice/proving/program_prover.h"
#include "sluice/verify/verify.h"
#include "sluice/vm/shards.h"

namespace sluice::proving {

/// Heights of stacks that a key allows: shards of any size then have a few hundred stack columns at most.
inline constexpr std::uint32_t kStackHeights[] = {16, 18, 20, 22};

/// Tables that are filled while a backend proves another one, if memory and threads allow.
inline constexpr std::uint32_t kTablesAhead = 2;

/// Cells of a shard where nothing else decides, and where the memory of cards decides: the first guess of what a cell
/// takes there, and how often it is made better by the plan of the tables that came of it.
inline constexpr std::uint64_t kShardCells = std::uint64_t{1} << 25;
inline constexpr std::uint64_t kFewestShardCells = std::uint64_t{1} << 16;
inline constexpr std::uint64_t kMostShardCells = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kDeviceBytesPerCell = 100;
inline constexpr int kShardSizeTries = 5;

inline FileDigest digest_of_bytes(ByteView bytes) {
    return digest_of(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

template <unsigned D, class Hasher>
class ProverOf final : public ProgramProver {
 public:
    using Key = protocol::ProvingKey<D, Hasher>;
    using Link = protocol::Link<D, Hasher>;
    using Part = protocol::TableProof<D, Hasher>;

    ProverOf(const vm::Program& program, Options options) : program_(program), options_(std::move(options)) {}

    /// Before all else. At least one worker; of those that fail as the key is made there is no more trace.
    absl::Status open(std::vector<Worker<D, Hasher>> workers) {
        tell({.stage = "key"});
        auto machine = chips::Rv64Machine::make(program_);
        if (!machine.ok()) return machine.status();
        machine_.emplace(*std::move(machine));
        if (std::any_of(workers.begin(), workers.end(), [](const auto& worker) { return worker.fills; })) {
            auto filler = chips::DeviceFiller::make(*machine_);
            if (!filler.ok()) return filler.status();
            filler_.emplace(*std::move(filler));
        }
        const params::Profile& profile = *options_.profile;
        protocol::KeyOptions options;
        options.profile = &profile;
        for (const std::uint32_t height : kStackHeights) {
            if (height <= profile.opening().max_stack_height_log) options.stack_heights.push_back(height);
        }
        options.max_shards = profile.limits.max_shards;
        options.max_link_terms = static_cast<std::uint32_t>(profile.limits.max_linking_terms);
        while (!key_.has_value()) {
            auto key = Key::make(*workers[0].backend, options, {&machine_->shards(), &machine_->boundary()});
            if (key.ok()) {
                key_.emplace(*std::move(key));
            } else if (!is_fault(key.status()) || workers.size() == 1) {
                return key.status();
            } else {
                notice_failure(workers[0].name, key.status());
                workers.erase(workers.begin());
            }
        }
        crew_.emplace(
            std::move(workers), *key_,
            typename Crew<D, Hasher>::Hooks{
                [this](std::size_t worker, std::uint32_t table, std::string_view step, double seconds) {
                    note({step, table, now() - seconds, seconds, static_cast<int>(worker)});
                },
                [this](std::size_t worker, const absl::Status& why) {
                    const std::lock_guard lock(mutex_);
                    notice_failure(crew_->worker(worker).name, why);
                },
                [this](std::size_t worker, std::uint32_t table, const backend_cuda::SpanTime& span) {
                    note({span.name, table, now() - span.seconds, span.seconds, static_cast<int>(worker), true});
                }});
        return absl::OkStatus();
    }

    [[nodiscard]] std::string key() const override { return {key_->body().begin(), key_->body().end()}; }

    absl::StatusOr<ProvedRun> prove(ByteView input) override {
        PartFolder folder(options_.folder, {options_.on_notice, options_.on_file});
        auto job = begin(input, folder);
        if (!job.ok()) return job.status();
        std::vector<std::uint32_t> numbers;
        for (const auto& table : job->link.tables) numbers.push_back(table.number);
        auto parts = prove_tables(*job, numbers, folder);
        if (!parts.ok()) return parts.status();
        tell({.stage = "assemble"});
        const auto body = crew_->assemble(job->link, parts->proofs);
        if (!body.ok()) return blame(body.status(), *job, *parts, folder);
        return ProvedRun{std::move(job->figures), {body->begin(), body->end()}};
    }

    absl::StatusOr<RunFigures> prove_parts(ByteView input, std::span<const std::uint32_t> tables) override {
        if (options_.folder.empty()) return absl::InvalidArgumentError("parts of a proof need a folder to be kept in");
        PartFolder folder(options_.folder, {options_.on_notice, options_.on_file});
        auto job = begin(input, folder);
        if (!job.ok()) return job.status();
        for (const std::uint32_t number : tables) {
            if (number <= job->figures.shards) continue;
            return absl::InvalidArgumentError(
                absl::StrCat("shard ", number, " of a run of ", job->figures.shards, " shards"));
        }
        const auto parts = prove_tables(*job, {tables.begin(), tables.end()}, folder);
        if (!parts.ok()) return parts.status();
        return std::move(job->figures);
    }

 private:
    /// A run after linking.
    struct Job {
        chips::Rv64Run run;
        Link link;
        RunFigures figures;
    };

    /// Proofs of tables, and which of them the folder had.
    struct Parts {
        std::vector<Part> proofs;
        std::set<std::uint32_t> found;
    };

    absl::StatusOr<Job> begin(ByteView input, PartFolder& folder) {
        crew_->begin();
        LinkFile file{.key = digest_of_bytes(key_->body()), .input = digest_of_bytes(input), .cuts = {}, .tables = {}};
        const auto found = folder.find_link(file.key, file.input);
        if (!found.ok()) return found.status();
        auto run = found->has_value() ? follow(input, {"", (*found)->cuts}) : cut(input);
        if (!run.ok()) return run.status();
        tell({.stage = "link"});
        auto link = found->has_value() ? reuse_link(**found) : make_link(*run);
        if (!link.ok()) return link.status();
        file.cuts = run->cuts();
        file.tables = protocol::encode_tables(*link);
        auto figures = figures_of(*run, *link);
        if (!figures.ok()) return figures.status();
        if (absl::Status status = folder.keep_link(file); !status.ok()) return status;
        return Job{*std::move(run), *std::move(link), *std::move(figures)};
    }

    absl::StatusOr<chips::Rv64Run> follow(ByteView input, const vm::ShardPlan& plan) {
        tell({.stage = "words"});
        return chips::Rv64Run::make(*machine_, program_, input, plan);
    }

    /// The run, cut into shards of the size asked for, or of the size that fits.
    absl::StatusOr<chips::Rv64Run> cut(ByteView input) {
        std::uint64_t memory = std::numeric_limits<std::uint64_t>::max();  // of the smallest card
        std::size_t smallest = 0;
        for (std::size_t i = 0; i < crew_->size(); ++i) {
            const std::uint64_t own = crew_->worker(i).device_bytes;
            if (own == 0 || own >= memory) continue;
            memory = own;
            smallest = i;
        }
        const bool fit = options_.shard_cells == 0 && memory != std::numeric_limits<std::uint64_t>::max();
        std::uint64_t cells = options_.shard_cells != 0 ? options_.shard_cells : kShardCells;
        if (fit) cells = std::clamp(memory / kDeviceBytesPerCell, kFewestShardCells, kMostShardCells);
        for (int tries = 1;; ++tries) {
            tell({.stage = "plan"});
            auto planned = vm::plan_shards(program_, input, {.max_cells = cells});
            if (!planned.ok()) return planned.status();
            auto run = follow(input, planned->plan);
            if (!run.ok() || !fit || tries == kShardSizeTries || cells == kFewestShardCells) return run;
            const auto most = largest_shard(*run, smallest);
            if (!most.ok()) return most.status();
            if (*most <= memory) return run;
            const double share = 0.95 * static_cast<double>(memory) / static_cast<double>(*most);
            cells = std::max(kFewestShardCells, static_cast<std::uint64_t>(static_cast<double>(cells) * share));
        }
    }
    /// What the shard that takes most takes of a worker's memory.
    absl::StatusOr<std::uint64_t> largest_shard(const chips::Rv64Run& run, std::size_t worker) const {
        std::uint64_t most = 0;
        for (std::uint32_t shard = 1; shard <= run.shard_count(); ++shard) {
            const auto linked = run.linked(shard);
            if (!linked.ok()) return linked.status();
            const auto table = crew_->describe(shard, *linked);
            if (!table.ok()) return table.status();
            most = std::max(most, crew_->plan_bytes(worker, *table));
        }
        return most;
    }

    absl::StatusOr<Link> make_link(const chips::Rv64Run& run) {
        return crew_->link(run.shard_count(), [&](std::uint32_t number) {
            return number == 0 ? absl::StatusOr<machine::TableTrace>(run.boundary()) : run.linked(number);
        });
    }
    absl::StatusOr<Link> reuse_link(const LinkFile& file) {
        auto tables = protocol::decode_tables(*key_, file.tables);
        if (!tables.ok()) return tables.status();
        return crew_->tie(*tables);
    }

    absl::StatusOr<RunFigures> figures_of(const chips::Rv64Run& run, const Link& link) const {
        RunFigures figures;
        figures.run = run.run();
        figures.shards = link.shards;
        std::vector<SizedTable> tables;
        for (const auto& table : link.tables) {
            tables.push_back({table.number, &table.shape, 0});
            figures.cells += cells_of(table.shape);
        }
        for (std::size_t i = 0; i < crew_->size(); ++i) {
            WorkerFigures worker{.name = crew_->worker(i).name, .device_bytes = crew_->worker(i).device_bytes};
            for (std::size_t j = 0; j < tables.size(); ++j) {
                const std::uint64_t bytes = crew_->linked_plan_bytes(i, tables[j].number);
                worker.planned_bytes = std::max(worker.planned_bytes, bytes);
                if (worker.device_bytes == 0) tables[j].plan_bytes = std::max(tables[j].plan_bytes, bytes);
            }
            figures.workers.push_back(std::move(worker));
        }
        figures.chips = sum_chips(tables);
        const auto workers = static_cast<std::uint32_t>(crew_->size());
        const std::uint32_t most_ahead =
            options_.threads == 0 ? kTablesAhead * workers : std::min(kTablesAhead * workers, options_.threads - 1);
        const auto memory = plan_memory(tables, options_.memory_bytes, most_ahead, workers);
        if (!memory.ok()) return memory.status();
        figures.memory = *memory;
        return figures;
    }

    /// Proofs of these tables: the folder's, or new ones that are kept there.
    absl::StatusOr<Parts> prove_tables(Job& job, const std::vector<std::uint32_t>& numbers, PartFolder& folder) {
        std::map<std::uint32_t, Part> found = find_parts(numbers, folder);
        Parts parts;
        for (const auto& [number, part] : found) parts.found.insert(number);
        std::vector<std::uint32_t> missing;
        Progress progress{.stage = "prove"};
        for (const std::uint32_t number : numbers) {
            if (found.count(number) != 0 || std::count(missing.begin(), missing.end(), number) != 0) continue;
            missing.push_back(number);
            progress.cells += cells_of(job.link.tables[number].shape);
        }
        progress.tables = static_cast<std::uint32_t>(missing.size());
        const double start = now();
        const auto fill = [&](std::uint32_t number) {
            const double begin = now();
            auto tables = number == 0 ? absl::StatusOr<machine::TableTrace>(job.run.boundary())
                          : filler_   ? filler_->shard(job.run, number)
                                      : job.run.shard(number);
            note({"fill", number, begin, now() - begin});
            return tables;
        };
        const auto on_begin = [&](std::uint32_t number) {
            progress.table = number;
            progress.seconds = now() - start;
            tell(progress);
        };
        const auto keep = [&](std::uint32_t number, Part part) -> absl::Status {
            if (absl::Status status = folder.keep_part(number, protocol::encode_part(part)); !status.ok())
                return status;
            found.emplace(number, std::move(part));
            ++progress.tables_done;
            progress.cells_done += cells_of(job.link.tables[number].shape);
            return absl::OkStatus();
        };
        if (absl::Status status = crew_->prove(job.link, missing, job.figures.memory.ahead, fill, on_begin, keep);
            !status.ok())
            return status;
        for (std::size_t i = 0; i < crew_->size(); ++i) {
            WorkerFigures& worker = job.figures.workers[i];
            worker.tables = crew_->proved(i);
            if (crew_->worker(i).peak_bytes) worker.peak_bytes = crew_->worker(i).peak_bytes();
            worker.failure = std::string(crew_->left(i).message());
        }
        for (const std::uint32_t number : numbers) parts.proofs.push_back(found.at(number));
        return parts;
    }

    /// Why all tables' parts make no proof. A file of the folder may be whole and of this link and hold a false proof
    /// all the same: the verifier, which looks at one table after the other, says of which.
    absl::Status blame(const absl::Status& status, const Job& job, const Parts& parts, const PartFolder& folder) const {
        if (parts.found.empty()) return status;
        protocol::ProverOptions options;
        options.check = nullptr;
        options.refuse_false_tables = false;
        protocol::Prover<D, Hasher> prover(*crew_->worker(0).backend, *key_, std::move(options));
        const auto body = prover.assemble(job.link, parts.proofs);
        if (!body.ok()) return status;
        const vm::Run& run = job.figures.run;
        std::vector<std::uint8_t> memory(verify::scratch_bytes(key_->body().size(), body->size()));
        Arena arena(memory.data(), memory.size());
        const verify::Verdict verdict = verify::verify(
            key_->body(), *body, statement_of_run(run.exit_code, {run.output.data(), run.output.size()}), arena);
        // Table 0 stands for the boundary and for the whole: its checks are those after the linking challenge's.
        const bool of_a_table =
            verdict.table != 0 ||
            (verdict.status > verify::Status::link_grinding && verdict.status < verify::Status::link_sum) ||
            verdict.status == verify::Status::truncated || verdict.status == verify::Status::element_not_canonical;
        if (verdict.ok() || !of_a_table || parts.found.count(verdict.table) == 0) return status;
        return absl::DataLossError(
            absl::StrCat(folder.part_path(verdict.table), ": not a proof of ",
                         verdict.table == 0 ? std::string("the boundary") : absl::StrCat("shard ", verdict.table),
                         " under link.bin: refused by check ", std::string(verify::name(verdict.status)), " at ",
                         verdict.position, "; remove the file to have the table proved again"));
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
    void note(const Event& event) const {
        const std::lock_guard lock(mutex_);
        if (options_.on_event) options_.on_event(event);
    }
    void notice_failure(const std::string& name, const absl::Status& why) const {
        if (!options_.on_notice) return;
        options_.on_notice(absl::StrCat(name, " has failed and takes no more tables: ", why.message()));
    }

    const vm::Program& program_;
    Options options_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;  ///< of the calls of `options_`
    std::optional<chips::Rv64Machine> machine_;
    std::optional<chips::DeviceFiller> filler_;  ///< if a worker fills tables itself
    std::optional<Key> key_;
    std::optional<Crew<D, Hasher>> crew_;
};

}  // namespace sluice::proving

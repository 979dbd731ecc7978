// See proof_report.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/proof_report.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_format.h"

#include "sluice/files/files.h"

namespace sluice::host {

namespace {

/// Steps and the modules that they are part of. `fill` runs beside the others, on threads of its own.
constexpr struct {
    const char* step;
    const char* module;
} kModules[] = {
    {"commit.preprocessed", "commit_traces"},
    {"commit.linked", "commit_traces"},
    {"commit.main", "commit_traces"},
    {"gkr", "prove_tower_relation"},
    {"zerocheck", "prove_main_constraints"},
    {"jagged", "jagged_reduction"},
    {"opening", "pcs_opening"},
    {"grind", "grinding"},
    {"check", "self_verification"},
    {"fill", "fill_traces"},
};

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double speed(const ProofReport& report) {
    return report.seconds > 0 ? static_cast<double>(report.figures.cells) / report.seconds : 0;
}

/// Chips that have rows, most cells first.
std::vector<proving::ChipFigures> by_cells(const ProofReport& report) {
    std::vector<proving::ChipFigures> chips;
    for (const proving::ChipFigures& chip : report.figures.chips) {
        if (chip.rows != 0) chips.push_back(chip);
    }
    std::sort(chips.begin(), chips.end(),
              [](const auto& a, const auto& b) { return std::tie(b.cells, a.name) < std::tie(a.cells, b.name); });
    return chips;
}

}  // namespace

void Timeline::add(const proving::Event& event) {
    if (event.on_device) {
        device_modules_[std::string(event.name)] += event.seconds;
        return;
    }
    entries_.push_back({std::string(event.name), event.table, event.begin, event.seconds, event.worker});
}

std::map<std::string, double> Timeline::steps() const {
    std::map<std::string, double> seconds;
    for (const Entry& entry : entries_) seconds[entry.name] += entry.seconds;
    return seconds;
}

std::map<std::string, double> Timeline::modules() const {
    std::map<std::string, double> seconds;
    const std::map<std::string, double> all = steps();
    for (const auto& [step, module] : kModules) {
        if (const auto found = all.find(step); found != all.end()) seconds[module] += found->second;
    }
    return seconds;
}

std::map<std::string, double> Timeline::device_modules() const {
    return device_modules_;
}

double Timeline::busy_seconds(int worker) const {
    double seconds = 0;
    for (const Entry& entry : entries_) seconds += entry.worker == worker ? entry.seconds : 0;
    return seconds;
}

std::string Timeline::trace_json() const {
    constexpr double kMicroseconds = 1e6;
    nlohmann::json events = nlohmann::json::array();
    int workers = 1;
    for (const Entry& entry : entries_) workers = std::max(workers, entry.worker + 1);
    std::vector<double> fillers;  // when each is free again
    std::vector<Entry> entries = entries_;
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.begin, b.seconds) < std::tie(b.begin, a.seconds);  // what lies in another comes after it
    });
    for (const Entry& entry : entries) {
        int lane = entry.worker;
        if (lane < 0) {
            const auto free =
                std::find_if(fillers.begin(), fillers.end(), [&](double end) { return end <= entry.begin; });
            const auto filler = static_cast<std::size_t>(free - fillers.begin());
            if (free == fillers.end()) fillers.push_back(0);
            fillers[filler] = entry.begin + entry.seconds;
            lane = workers + static_cast<int>(filler);
        }
        events.push_back({{"name", entry.name},
                          {"ph", "X"},
                          {"pid", 1},
                          {"tid", lane},
                          {"ts", entry.begin * kMicroseconds},
                          {"dur", entry.seconds * kMicroseconds},
                          {"args", {{"table", entry.table}}}});
    }
    for (int lane = 0; lane < workers + static_cast<int>(fillers.size()); ++lane) {
        const std::string name = lane >= workers ? absl::StrFormat("fill %d", lane - workers + 1)
                                 : workers == 1  ? "prover"
                                                 : absl::StrFormat("prover %d", lane + 1);
        events.push_back({{"name", "thread_name"}, {"ph", "M"}, {"pid", 1}, {"tid", lane}, {"args", {{"name", name}}}});
    }
    return nlohmann::json{{"traceEvents", events}, {"displayTimeUnit", "ms"}}.dump() + "\n";
}

nlohmann::json metrics(const ProofReport& report) {
    const proving::RunFigures& figures = report.figures;
    nlohmann::json json = {{"profile", report.profile},
                           {"instructions", figures.run.cost.instructions},
                           {"shards", figures.shards},
                           {"cells", figures.cells},
                           {"proof_bytes", report.proof_bytes},
                           {"seconds", report.seconds},
                           {"cells_per_second", speed(report)},
                           {"peak_resident_bytes", report.peak_resident_bytes},
                           {"memory_plan",
                            {{"proving_bytes", figures.memory.proving_bytes},
                             {"ahead_bytes", figures.memory.ahead_bytes},
                             {"ahead", figures.memory.ahead},
                             {"largest_table", figures.memory.largest}}},
                           {"step_seconds", report.timeline.steps()},
                           {"module_seconds", report.timeline.modules()},
                           {"device_module_seconds", report.timeline.device_modules()},
                           {"backends", nlohmann::json::array()},
                           {"chips", nlohmann::json::array()}};
    for (std::size_t i = 0; i < figures.workers.size(); ++i) {
        const proving::WorkerFigures& worker = figures.workers[i];
        json["backends"].push_back({{"name", worker.name},
                                    {"tables", worker.tables},
                                    {"busy_seconds", report.timeline.busy_seconds(static_cast<int>(i))},
                                    {"planned_bytes", worker.planned_bytes},
                                    {"peak_bytes", worker.peak_bytes},
                                    {"device_bytes", worker.device_bytes},
                                    {"failure", worker.failure}});
    }
    for (const proving::ChipFigures& chip : by_cells(report)) {
        json["chips"].push_back({{"name", chip.name},
                                 {"rows", chip.rows},
                                 {"cells", chip.cells},
                                 {"share", share(chip.cells, figures.cells)}});
    }
    return json;
}

std::string chips_csv(const ProofReport& report) {
    std::string text = "chip,rows,cells,share\n";
    for (const proving::ChipFigures& chip : by_cells(report)) {
        absl::StrAppendFormat(&text, "%s,%d,%d,%.6f\n", chip.name, chip.rows, chip.cells,
                              share(chip.cells, report.figures.cells));
    }
    return text;
}

std::string markdown(const ProofReport& report) {
    const proving::RunFigures& figures = report.figures;
    std::string text =
        "| instructions | shards | cells | seconds | M cells/s | proof bytes | peak memory MiB |\n"
        "|---|---|---|---|---|---|---|\n";
    absl::StrAppendFormat(&text, "| %d | %d | %d | %.2f | %.2f | %d | %d |\n\n", figures.run.cost.instructions,
                          figures.shards, figures.cells, report.seconds, speed(report) / 1e6, report.proof_bytes,
                          report.peak_resident_bytes >> 20);
    text += "| module | seconds |\n|---|---|\n";
    for (const auto& [module, seconds] : report.timeline.modules()) {
        absl::StrAppendFormat(&text, "| %s | %.2f |\n", module, seconds);
    }
    if (const auto modules = report.timeline.device_modules(); !modules.empty()) {
        text += "\n| module, by the cards' clocks | seconds |\n|---|---|\n";
        for (const auto& [module, seconds] : modules) absl::StrAppendFormat(&text, "| %s | %.3f |\n", module, seconds);
    }
    text += "\n| backend | tables | busy | memory by plan MiB | peak MiB |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < figures.workers.size(); ++i) {
        const proving::WorkerFigures& worker = figures.workers[i];
        const double busy = report.timeline.busy_seconds(static_cast<int>(i));
        absl::StrAppendFormat(&text, "| %s | %d | %.0f %% | %d | %d |\n", worker.name, worker.tables,
                              report.seconds > 0 ? 100 * busy / report.seconds : 0, worker.planned_bytes >> 20,
                              worker.peak_bytes >> 20);
    }
    text += "\n| chip | rows | cells | share |\n|---|---|---|---|\n";
    for (const proving::ChipFigures& chip : by_cells(report)) {
        absl::StrAppendFormat(&text, "| %s | %d | %d | %.1f %% |\n", chip.name, chip.rows, chip.cells,
                              100 * share(chip.cells, figures.cells));
    }
    return text;
}

absl::Status write_reports(const std::string& folder, const ProofReport& report) {
    const std::pair<const char*, std::string> files[] = {{"metrics.json", metrics(report).dump(2) + "\n"},
                                                         {"chips.csv", chips_csv(report)},
                                                         {"report.md", markdown(report)},
                                                         {"trace.json", report.timeline.trace_json()}};
    for (const auto& [name, text] : files) {
        if (absl::Status status = files::write_file(folder + "/" + name, text); !status.ok()) return status;
    }
    return absl::OkStatus();
}

}  // namespace sluice::host

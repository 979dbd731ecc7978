// What proving a run took, as files: metrics (JSON), chips (CSV), tables (Markdown), a timeline (Chrome's trace
// format). SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

#include "sluice/proving/program_prover.h"

namespace sluice::host {

/// Gathers what a prover tells while it works.
class Timeline {
 public:
    void add(const proving::Event& event);

    /// Seconds by step, as the prover names them (protocol::ProverOptions), and "fill".
    [[nodiscard]] std::map<std::string, double> steps() const;
    /// Seconds by module: steps under the names that other provers' reports have, where the work is the same.
    [[nodiscard]] std::map<std::string, double> modules() const;
    /// The same by the clocks of the cards that took part, one module within another counted in both.
    [[nodiscard]] std::map<std::string, double> device_modules() const;
    /// Seconds that a backend was at work: all its steps.
    [[nodiscard]] double busy_seconds(int worker) const;
    /// For chrome://tracing and Perfetto: a lane for each backend, others for the threads that fill tables.
    [[nodiscard]] std::string trace_json() const;

 private:
    struct Entry {
        std::string name;
        std::uint32_t table;
        double begin;
        double seconds;
        int worker;
    };
    std::vector<Entry> entries_;
    std::map<std::string, double> device_modules_;
};

/// What there is to say of a proof.
struct ProofReport {
    const proving::RunFigures& figures;
    const Timeline& timeline;
    std::string profile;
    double seconds = 0;
    std::uint64_t proof_bytes = 0;
    std::uint64_t peak_resident_bytes = 0;
};

[[nodiscard]] nlohmann::json metrics(const ProofReport& report);
/// One line a chip: name, rows, cells, share of all cells.
[[nodiscard]] std::string chips_csv(const ProofReport& report);
/// Summary, modules, chips.
[[nodiscard]] std::string markdown(const ProofReport& report);

/// metrics.json, chips.csv, report.md and trace.json in a folder.
[[nodiscard]] absl::Status write_reports(const std::string& folder, const ProofReport& report);

}  // namespace sluice::host

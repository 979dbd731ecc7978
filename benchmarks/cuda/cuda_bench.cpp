// Kernels and whole proofs of the CUDA backend. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   bench_cuda                                                      # tiny, on the host twin: its times mean nothing
//   SLUICE_BENCH_DEVICE=cuda bench_cuda --benchmark_out=k.json      # on the card
//   SLUICE_BENCH_DEVICE=cuda bench_cuda --markdown                  # as a table; status 1 if one broke off
//   bench_cuda --describe                                           # the card, or status 3 and why there is none
//
// Kernels are timed between events on the device; what their rates and shares are of is told in bench.h. The kernels'
// names end in the degree of the extension; proofs' in the logarithm of their cells.
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "bench.h"

namespace sluice::backend_cuda {
namespace {

/// Tables of markdown, row by row, so that those are there which come before one that takes too long.
class TableReporter final : public benchmark::BenchmarkReporter {
 public:
    bool ReportContext(const Context&) override {
        const Subject& subject = Subject::get();
        std::printf("%s%s. A plain copy moves %.0f GB/s, a plain loop makes %.0f G products/s.\n",
                    subject.device()->description().c_str(), subject.card() ? "" : ": times mean nothing",
                    1e-9 * subject.copied_bytes(), 1e-9 * subject.products());
        return true;
    }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_name.function_name.starts_with("proof/")) {
                report_proof(run);
            } else {
                report_kernel(run);
            }
        }
        std::fflush(stdout);
    }
    [[nodiscard]] bool any_failed() const noexcept { return any_failed_; }

 private:
    void report_kernel(const Run& run) {
        if (!std::exchange(kernels_begun_, true)) {
            std::printf(
                "\n| kernel | us | GB/s | of the copy | G products/s | of the loop | limit | M items/s |\n"
                "|---|---|---|---|---|---|---|---|\n");
        }
        if (failed(run, 8)) return;
        std::printf("| %s | %.1f | %.1f | %.0f %% | %.1f | %.0f %% | %s | %s |\n", name(run).c_str(),
                    1e6 * run.real_accumulated_time / static_cast<double>(run.iterations),
                    1e-9 * counter(run, "bytes_per_second"), 100 * counter(run, "share_of_copy"),
                    1e-9 * counter(run, "products_per_second"), 100 * counter(run, "share_of_products"),
                    run.report_label.c_str(), items(run).c_str());
    }
    void report_proof(const Run& run) {
        static constexpr const char* kSteps[] = {"commit.main", "gkr", "zerocheck", "jagged", "opening", "grind"};
        if (!std::exchange(proofs_begun_, true)) {
            std::printf(
                "\nMilliseconds by step; bytes a cell of device memory, peak (plan).\n\n"
                "| proof | whole | M cells/s");
            for (const char* step : kSteps) std::printf(" | %s", step);
            std::printf(" | bytes a cell |\n|---|---|---|---|---|---|---|---|---|---|\n");
        }
        if (failed(run, 10)) return;
        std::printf("| %s | %.0f | %.1f", name(run).c_str(),
                    1e3 * run.real_accumulated_time / static_cast<double>(run.iterations),
                    1e-6 * counter(run, "cells_per_second"));
        for (const char* step : kSteps) std::printf(" | %.0f", 1e3 * counter(run, absl::StrCat("s_", step)));
        std::printf(" | %.1f (%.1f) |\n", counter(run, "peak_bytes_per_cell"), counter(run, "planned_bytes_per_cell"));
    }
    static std::string name(const Run& run) {
        return run.run_name.args.empty() ? run.run_name.function_name
                                         : absl::StrCat(run.run_name.function_name, "/2^", run.run_name.args);
    }
    static double counter(const Run& run, const std::string& name) {
        const auto found = run.counters.find(name);
        return found == run.counters.end() ? 0 : found->second.value;
    }
    static std::string items(const Run& run) {
        const double rate = counter(run, "items_per_second");
        char text[32];
        std::snprintf(text, sizeof text, "%.1f", 1e-6 * rate);
        return rate == 0 ? "" : text;
    }
    /// A benchmark that broke off, in a row of so many columns.
    bool failed(const Run& run, unsigned columns) {
        if (!run.error_occurred) return false;
        any_failed_ = true;
        std::printf("| %s | failed: %s", name(run).c_str(), run.error_message.c_str());
        for (unsigned c = 2; c < columns; ++c) std::printf(" |");
        std::printf(" |\n");
        return true;
    }

    bool kernels_begun_ = false, proofs_begun_ = false, any_failed_ = false;
};

int describe() {
    const auto card = open_cuda_device();
    std::printf("%s\n", card.ok() ? (*card)->description().c_str() : std::string(card.status().message()).c_str());
    return card.ok() ? 0 : 3;
}

int run(bool markdown) {
    if (const absl::Status status = Subject::open(); !status.ok()) {
        std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
        return 3;
    }
    const Subject& subject = Subject::get();
    benchmark::AddCustomContext("device", subject.device()->description());
    benchmark::AddCustomContext("copy_bytes_per_second", absl::StrCat(subject.copied_bytes()));
    benchmark::AddCustomContext("products_per_second", absl::StrCat(subject.products()));
    add_commit_benchmarks();
    add_sumcheck_benchmarks();
    add_tail_benchmarks();
    add_proof_benchmarks();
    TableReporter table;
    if (markdown) {
        benchmark::RunSpecifiedBenchmarks(&table);
    } else {
        benchmark::RunSpecifiedBenchmarks();
    }
    benchmark::Shutdown();
    return table.any_failed() ? 1 : 0;
}

}  // namespace
}  // namespace sluice::backend_cuda

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    bool markdown = false;
    if (argc == 2 && std::strcmp(argv[1], "--describe") == 0) return sluice::backend_cuda::describe();
    if (argc == 2 && std::strcmp(argv[1], "--markdown") == 0) {
        markdown = true;
        argc = 1;
    }
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    return sluice::backend_cuda::run(markdown);
}

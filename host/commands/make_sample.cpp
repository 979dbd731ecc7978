// `sluice make-sample`: a synthetic block. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>

#include "nlohmann/json.hpp"

#include "commands/input.h"
#include "sample/sample.h"

namespace sluice::host {
namespace {

class MakeSample final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "make-sample"; }
    [[nodiscard]] std::string help() const override {
        return "Write a synthetic block with its witness and chain file";
    }
    void add_options(CLI::App& app) override {
        app.add_option("-o,--output", output_, "Folder to write")->required();
        app.add_option("--transactions", options_.transactions, "Transactions in the block (default 140)")
            ->check(CLI::Range(100, 1000));
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        const auto sample = make_sample(options_);
        if (!sample.ok()) return fail(sample.status());
        if (const absl::Status status = write_sample(*sample, output_); !status.ok()) return fail(status);
        unsigned transactions = 0;
        for (const auto& [kind, count] : sample->kinds) transactions += count;
        if (json_) {
            const nlohmann::json json = {{"block_number", sample->number},
                                         {"chain_id", sample->chain_id},
                                         {"gas_used", sample->gas_used},
                                         {"transactions", transactions},
                                         {"output", output_}};
            std::printf("%s\n", json.dump(2).c_str());
            return Exit::ok;
        }
        std::printf("sample block %llu of chain %llu in %s: %u transactions, gas %llu\n",
                    static_cast<unsigned long long>(sample->number), static_cast<unsigned long long>(sample->chain_id),
                    output_.c_str(), transactions, static_cast<unsigned long long>(sample->gas_used));
        for (const auto& [kind, count] : sample->kinds) std::printf("  %4u %s\n", count, kind.c_str());
        return Exit::ok;
    }

 private:
    SampleOptions options_;
    std::string output_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_make_sample_command() {
    return std::make_unique<MakeSample>();
}

}  // namespace sluice::host

// `sluice info`: what this build is and has. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>
#include <thread>

#include "commands/execution.h"
#include "commands/input.h"
#include "sluice/abi/ecall.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/output.h"
#include "sluice/witness/stream.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

class Info final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "info"; }
    [[nodiscard]] std::string help() const override { return "Show versions, formats, forks and the guest program"; }
    void add_options(CLI::App& app) override {
        app.add_option("--elf", elf_, "Guest program (default: the one built with the tool)");
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        const std::string path = elf_.empty() ? default_guest_path() : elf_;
        nlohmann::json json = {
            {"version", SLUICE_VERSION},
            {"compiler", __VERSION__},
            {"cores", std::thread::hardware_concurrency()},
            {"stream_version", witness::kStreamVersion},
            {"stream_schema", witness::kStreamSchema},
            {"public_output_version", executor::PublicOutput::kVersion},
            {"newest_fork", std::string(executor::fork_name(executor::Fork::osaka))},
            {"mainnet_config_hash", witness_host::to_hex(executor::chain_config_hash(executor::mainnet_config()))},
            {"proving", "RV64IM programs and their accelerators, on the CPU"},
        };
        const auto program = load_guest(path);
        if (program.ok()) {
            json["guest"] = {{"path", path}, {"entry", program->entry}, {"functions", program->functions.size()}};
            if (program->features.has_value()) json["guest"]["features"] = program->features->value;
        } else {
            json["guest"] = {{"path", path}, {"missing", std::string(program.status().message())}};
        }
        if (json_) {
            std::printf("%s\n", json.dump(2).c_str());
            return Exit::ok;
        }
        for (const auto& [key, value] : json.items()) {
            std::printf("%-22s %s\n", key.c_str(),
                        value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
        }
        return Exit::ok;
    }

 private:
    std::string elf_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info_command() {
    return std::make_unique<Info>();
}

}  // namespace sluice::host

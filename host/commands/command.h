// A subcommand of the tool. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace sluice::host {

/// Exit codes of the tool; stable.
enum class Exit : int {
    ok = 0,
    invalid = 1,      ///< invalid block, or a witness that is malformed or incomplete; a failed check
    usage = 2,        ///< wrong flags or arguments
    environment = 3,  ///< a file, a node or the network is missing or unfit
    internal = 4,     ///< a limit or fault of Sluice
};

class Command {
 public:
    virtual ~Command() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual std::string help() const = 0;
    virtual void add_options(CLI::App& app) = 0;
    virtual Exit run() = 0;
};

/// All subcommands, in the order in which --help shows them. Each is defined in the file of its name.
std::vector<std::unique_ptr<Command>> all_commands();

std::unique_ptr<Command> make_make_input_command();
std::unique_ptr<Command> make_execute_host_command();
std::unique_ptr<Command> make_execute_command();
std::unique_ptr<Command> make_shards_command();
std::unique_ptr<Command> make_make_sample_command();
std::unique_ptr<Command> make_test_fixtures_command();
std::unique_ptr<Command> make_keygen_command();
std::unique_ptr<Command> make_prove_command();
std::unique_ptr<Command> make_verify_command();
std::unique_ptr<Command> make_inspect_command();
std::unique_ptr<Command> make_params_command();
std::unique_ptr<Command> make_info_command();

}  // namespace sluice::host

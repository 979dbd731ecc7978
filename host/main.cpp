// The `sluice` tool: subcommands, exit codes. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>
#include <exception>

#include "commands/command.h"

namespace sluice::host {

std::vector<std::unique_ptr<Command>> all_commands() {
    std::vector<std::unique_ptr<Command>> commands;
    commands.push_back(make_make_input_command());
    commands.push_back(make_execute_host_command());
    commands.push_back(make_execute_command());
    commands.push_back(make_shards_command());
    commands.push_back(make_keygen_command());
    commands.push_back(make_prove_command());
    commands.push_back(make_verify_command());
    commands.push_back(make_inspect_command());
    commands.push_back(make_make_sample_command());
    commands.push_back(make_test_fixtures_command());
    commands.push_back(make_params_command());
    commands.push_back(make_info_command());
    return commands;
}

namespace {

int run(int argc, char** argv) {
    CLI::App app{"Sluice: Ethereum blocks, executed and proved from streamed witnesses"};
    app.require_subcommand(1);
    app.set_version_flag("--version", SLUICE_VERSION);
    const auto commands = all_commands();
    std::vector<CLI::App*> subcommands;
    for (const auto& command : commands) {
        CLI::App* subcommand = app.add_subcommand(command->name(), command->help());
        command->add_options(*subcommand);
        subcommands.push_back(subcommand);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? static_cast<int>(Exit::ok) : static_cast<int>(Exit::usage);
    }
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (subcommands[i]->parsed()) return static_cast<int>(commands[i]->run());
    }
    return static_cast<int>(Exit::usage);
}

}  // namespace
}  // namespace sluice::host

int main(int argc, char** argv) {
    try {
        return sluice::host::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sluice: internal error: %s\n", error.what());
        return static_cast<int>(sluice::host::Exit::internal);
    }
}

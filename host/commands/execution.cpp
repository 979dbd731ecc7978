// What the executing subcommands have in common. SPDX-License-Identifier: MIT OR Apache-2.0
#include "commands/execution.h"

#include <chrono>
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "sluice/abi/ecall.h"
#include "sluice/files/files.h"
#include "sluice/witness/reader.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

/// What a run without the parent's header cannot check.
constexpr const char* kUncheckedWithoutParent[] = {
    "the state root before the block (taken from the input)", "hashes of older blocks (taken from the input)",
    "number, timestamp, gas limit step, base fee and excess blob gas against the parent"};

std::string value_text(const ErrorDetail& detail, const Hash32& value) {
    return witness_host::to_hex(value.view().last(std::min<std::size_t>(detail.value_size, 32)));
}

/// False if the stream's second record says that the parent's header is not at hand.
bool is_anchored(const std::string& stream) {
    Diagnostics diagnostics;
    witness::StreamReader reader(witness_host::bytes_of(stream), diagnostics);
    if (failed(reader.open()) || !reader.read_chain_config().ok()) return true;
    const auto ancestors = reader.read_ancestor_headers();
    return !ancestors.ok() || ancestors->anchored;
}

}  // namespace

absl::StatusOr<std::string> Job::stream(witness::WitnessMode mode) const {
    if (recorded.has_value()) return recorded->stream(mode);
    if (mode != given_mode) {
        return absl::InvalidArgumentError(
            absl::StrCat("the input is a stream of mode ", std::string(witness::witness_mode_name(given_mode)),
                         " and cannot be turned into mode ", std::string(witness::witness_mode_name(mode)),
                         "; use a whole witness"));
    }
    return given_stream;
}

absl::StatusOr<Job> prepare(const InputOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    auto file = load_input(options);
    if (!file.ok()) return file.status();
    Job job;
    job.load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    job.identity.number = file->block_number;
    job.identity.hash = file->block_hash;
    if (auto* stream = std::get_if<std::string>(&file->content)) {
        job.given_stream = std::move(*stream);
        Diagnostics diagnostics;
        const auto header = witness::decode_stream_header(witness_host::bytes_of(job.given_stream), diagnostics);
        if (!header.ok()) return absl::InvalidArgumentError(witness_host::format_error(diagnostics.detail()));
        job.given_mode = header->mode;
        const auto memory = block::NativeMemory::reserve();
        if (!memory.ok()) return memory.status();
        block::NativeRun run = block::execute_natively(witness_host::bytes_of(job.given_stream), *memory);
        job.native = std::move(run.ending);
        job.computed = run.computed;
        job.anchored = is_anchored(job.given_stream);
        job.native_seconds = run.seconds;
        return job;
    }
    job.witness = std::make_unique<witness_host::ExecutionWitness>(
        std::get<witness_host::ExecutionWitness>(std::move(file->content)));
    auto recorded = block::record(*job.witness);
    if (!recorded.ok()) return recorded.status();
    job.native = recorded->ending;
    job.computed = recorded->computed;
    job.anchored = !job.witness->unanchored.has_value();
    job.native_seconds = recorded->seconds;
    job.recorded = *std::move(recorded);
    return job;
}

Exit exit_of(const block::Ending& ending) {
    switch (ending.verdict) {
        case block::Verdict::valid:
            return Exit::ok;
        case block::Verdict::invalid_block:
        case block::Verdict::bad_witness:
            return Exit::invalid;
        case block::Verdict::internal:
            break;
    }
    return Exit::internal;
}

nlohmann::json to_json(const block::Ending& ending, const Job& job) {
    nlohmann::json json = {{"block_number", job.identity.number},
                           {"block_hash", witness_host::to_hex(job.identity.hash)},
                           {"outcome", block::verdict_name(ending.verdict)},
                           {"anchored", job.anchored ? 1 : 0},
                           {"unchecked", nlohmann::json::array()},
                           {"gas_used", nullptr},
                           {"post_state_root", nullptr},
                           {"public_output", nullptr}};
    if (!job.anchored) {
        for (const char* rule : kUncheckedWithoutParent) json["unchecked"].push_back(rule);
    }
    // No trie has the root zero: execution did not come to the end of the block.
    if (!(job.computed.state_root == Hash32{})) {
        json["gas_used"] = job.computed.gas_used;
        json["post_state_root"] = witness_host::to_hex(job.computed.state_root);
    }
    if (ending.verdict == block::Verdict::valid) {
        json["post_state_root"] = witness_host::to_hex(ending.output.post_state_root);
        json["pre_state_root"] = witness_host::to_hex(ending.output.pre_state_root);
        json["chain_config_hash"] = witness_host::to_hex(ending.output.chain_config_hash);
        json["anchored"] = ending.output.anchored ? 1 : 0;
        json["public_output"] = witness_host::to_hex({ending.public_output.data(), ending.public_output.size()});
    } else {
        json["error"] = {{"name", std::string(error_name(ending.error.code))},
                         {"code", static_cast<int>(ending.error.code)},
                         {"message", ending.message}};
        if (ending.error.value_size != 0) {
            json["error"]["expected"] = value_text(ending.error, ending.error.expected);
            json["error"]["found"] = value_text(ending.error, ending.error.found);
        }
    }
    return json;
}

absl::Status compare_with_native(const block::Ending& guest, const block::Ending& native) {
    if (guest.verdict == block::Verdict::internal) return absl::OkStatus();
    if (guest.verdict == native.verdict && guest.public_output == native.public_output &&
        guest.error.code == native.error.code) {
        return absl::OkStatus();
    }
    const auto text = [](const block::Ending& ending) {
        if (ending.verdict != block::Verdict::valid) return ending.message;
        return witness_host::to_hex({ending.public_output.data(), ending.public_output.size()});
    };
    return absl::InternalError(absl::StrCat("the guest ends otherwise than the native run: expected ",
                                            block::verdict_name(native.verdict), " (", text(native), "), found ",
                                            block::verdict_name(guest.verdict), " (", text(guest), ")"));
}

void print_ending(const block::Ending& ending, const witness_host::BlockIdentity& block, const char* where) {
    if (ending.verdict != block::Verdict::valid) {
        std::fprintf(stderr, "block %llu %s: %s: %s\n", static_cast<unsigned long long>(block.number), where,
                     block::verdict_name(ending.verdict), ending.message.c_str());
        return;
    }
    std::printf("block %llu %s: valid, state root after it %s, anchored %d\n",
                static_cast<unsigned long long>(block.number), where,
                witness_host::to_hex(ending.output.post_state_root).c_str(), ending.output.anchored ? 1 : 0);
    if (!ending.output.anchored) {
        for (const char* rule : kUncheckedWithoutParent) std::printf("  not checked: %s\n", rule);
    }
}

nlohmann::json to_json(const vm::Run& run) {
    nlohmann::json json = {{"instructions", run.cost.instructions},
                           {"weighted_cost", run.cost.weighted()},
                           {"cell_cost", run.cost.cell_cost()},
                           {"misaligned_loads", run.cost.misaligned_loads},
                           {"misaligned_stores", run.cost.misaligned_stores},
                           {"exit_code", run.exit_code}};
    nlohmann::json& calls = json["accelerators"] = nlohmann::json::object();
    for (std::uint64_t number = 0; number < run.cost.ecalls.size(); ++number) {
        const vm::EcallCount& count = run.cost.ecalls[number];
        if (count.calls == 0) continue;
        calls[std::string(abi::ecall_name(number))] = {{"calls", count.calls}, {"bytes", count.bytes}};
    }
    nlohmann::json& memory = json["memory_bytes"] = nlohmann::json::object();
    for (std::size_t region = 0; region < vm::kRegionCount; ++region) {
        memory[vm::kRegionNames[region]] = run.memory_bytes[region];
    }
    return json;
}

absl::StatusOr<vm::Program> load_guest(const std::string& path) {
    const auto bytes = files::read_file(path);
    if (!bytes.ok()) {
        return absl::Status(bytes.status().code(),
                            absl::StrCat(bytes.status().message(),
                                         "; `make build` builds the guest where the RISC-V tools are "
                                         "installed (`make deps`), --elf names another one"));
    }
    auto program = vm::load_elf(witness_host::bytes_of(*bytes));
    if (!program.ok()) {
        return absl::Status(program.status().code(), absl::StrCat(path, ": ", program.status().message()));
    }
    return program;
}

vm::Progress guest_progress(const std::string& label) {
    if (isatty(STDERR_FILENO) == 0) return nullptr;
    return [label](std::uint64_t instructions) {
        std::fprintf(stderr, "\r%s: %llu million instructions ", label.c_str(),
                     static_cast<unsigned long long>(instructions / 1'000'000));
        return true;
    };
}

std::uint64_t peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace sluice::host

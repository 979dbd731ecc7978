// `sluice inspect`: what is in a file that proving writes. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "commands/block_statement.h"
#include "commands/command.h"
#include "commands/input.h"
#include "commands/proving.h"
#include "sluice/base/arena.h"
#include "sluice/files/files.h"
#include "sluice/machine/key.h"
#include "sluice/proving/part_files.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

using Json = nlohmann::ordered_json;
using witness_host::bytes_of;
using witness_host::to_hex;

std::string hex_of(const proving::FileDigest& digest) {
    return to_hex({digest.data(), digest.size()});
}

Json describe(const machine::Machine& machine) {
    Json chips = Json::array();
    for (const machine::Chip& chip : machine.chips) {
        chips.push_back({{"name", std::string(chip.name)},
                         {"columns", {chip.widths[0], chip.widths[1], chip.widths[2]}},
                         {"constraints", chip.program.constraints.size()},
                         {"interactions", chip.program.interactions.size()},
                         {"fixed_height", chip.fixed_height},
                         {"max_height", chip.max_height}});
    }
    return {{"public_values", machine.public_values}, {"max_total_rows", machine.max_total_rows}, {"chips", chips}};
}

absl::StatusOr<Json> describe_key(const std::string& bytes) {
    const auto file = prover::decode_key_file(bytes);
    if (!file.ok()) return file.status();
    const auto digest = digest_text(file->body);
    const params::Profile* profile = params::find_profile(std::string_view(file->profile));
    if (!digest.ok() || profile == nullptr) return absl::InvalidArgumentError("a key of an unknown profile");
    std::vector<std::uint8_t> memory(8 * file->body.size() + (std::size_t{1} << 16));
    Arena arena(memory.data(), memory.size());
    machine::KeyView key;
    const machine::KeyStatus status = machine::parse_key(bytes_of(file->body), profile->digest_length, arena, key);
    if (status != machine::KeyStatus::ok) {
        return absl::InvalidArgumentError(
            absl::StrCat("a key that breaks a rule: ", std::string(machine::text(status))));
    }
    Json json = {{"kind", "key"},
                 {"profile", file->profile},
                 {"machine", file->machine},
                 {"key_digest", *digest},
                 {"body_bytes", file->body.size()},
                 {"max_shards", key.max_shards},
                 {"max_link_terms", key.max_link_terms},
                 {"stack_heights", std::vector<std::uint32_t>(key.stack_heights.begin(), key.stack_heights.end())},
                 {"shards", describe(key.machines[0])}};
    if (key.has_boundary()) json["boundary"] = describe(key.machines[1]);
    return json;
}

absl::StatusOr<Json> describe_proof(const std::string& bytes) {
    const auto file = prover::decode_proof_file(bytes);
    if (!file.ok()) return file.status();
    constexpr std::size_t kShardsAt = 8;  // DESIGN.md, section 10: after magic and version
    Json json = {{"kind", "proof"},
                 {"verified", false},  // says what the file says; `verify` tells whether it holds
                 {"profile", file->profile},
                 {"key_digest", to_hex(bytes_of(file->key_digest))},
                 {"body_bytes", file->body.size()},
                 {"statement", file->statement},
                 {"public_output", to_hex(bytes_of(file->output))},
                 {"notes", file->notes}};
    if (file->body.size() >= kShardsAt + 4) {
        json["shards"] = load_le<std::uint32_t>(bytes_of(file->body).data() + kShardsAt);
    }
    if (const auto block = block_statement(bytes_of(file->output)); block.ok()) json["block"] = to_json(*block);
    return json;
}

absl::StatusOr<Json> describe_link(const std::string& bytes) {
    const auto file = proving::LinkFile::decode(bytes);
    if (!file.ok()) return file.status();
    return Json{{"kind", "link"},
                {"sha256", hex_of(proving::digest_of(bytes))},
                {"key_sha256", hex_of(file->key)},
                {"input_sha256", hex_of(file->input)},
                {"shards", file->cuts.size() + 1},
                {"cuts", file->cuts},
                {"table_bytes", file->tables.size()}};
}

absl::StatusOr<Json> describe_part(const std::string& bytes) {
    const auto file = proving::PartFile::decode(bytes);
    if (!file.ok()) return file.status();
    return Json{{"kind", "part"},
                {"link_sha256", hex_of(file->link)},
                {"table", file->number == 0 ? "boundary" : absl::StrCat("shard ", file->number)},
                {"part_bytes", file->part.size()}};
}

absl::StatusOr<Json> describe_file(const std::string& path) {
    const auto bytes = files::read_file(path);
    if (!bytes.ok()) return bytes.status();
    const auto begins = [&](const char* magic) { return bytes->compare(0, 8, magic) == 0; };
    constexpr std::size_t kSchemaAt = 12;  // of key and proof files, behind magic and version
    const bool is_proof = bytes->size() > kSchemaAt && (*bytes)[kSchemaAt] == 2;
    auto json = begins("SLUICELK")   ? describe_link(*bytes)
                : begins("SLUICEPT") ? describe_part(*bytes)
                : is_proof           ? describe_proof(*bytes)
                                     : describe_key(*bytes);
    if (json.ok()) return json;
    return absl::Status(json.status().code(), absl::StrCat(path, ": ", json.status().message()));
}

void print(const Json& json, int indent) {
    for (const auto& [key, value] : json.items()) {
        const std::string margin(static_cast<std::size_t>(indent), ' ');
        if (value.is_object()) {
            std::printf("%s%s\n", margin.c_str(), key.c_str());
            print(value, indent + 2);
        } else if (value.is_array() && !value.empty() && value[0].is_object()) {
            std::printf("%s%s\n", margin.c_str(), key.c_str());
            for (const Json& item : value) std::printf("%s  %s\n", margin.c_str(), item.dump().c_str());
        } else {
            std::printf("%s%s %s\n", margin.c_str(), key.c_str(),
                        (value.is_string() ? value.get<std::string>() : value.dump()).c_str());
        }
    }
}

class Inspect final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "inspect"; }
    [[nodiscard]] std::string help() const override { return "Show what is in a key, a proof, or a part of a proof"; }
    void add_options(CLI::App& app) override {
        app.add_option("path", path_, "File that keygen or prove wrote, or the folder of prove")
            ->required()
            ->check(CLI::ExistingPath);
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        Json all = Json::object();
        for (const std::string& path : paths()) {
            auto json = describe_file(path);
            if (!json.ok()) return fail(json.status());
            all[path] = *std::move(json);
        }
        if (json_) {
            std::printf("%s\n", all.dump(2).c_str());
        } else {
            print(all, 0);
        }
        return Exit::ok;
    }

 private:
    /// The file, or those of a folder that are ours.
    [[nodiscard]] std::vector<std::string> paths() const {
        if (!std::filesystem::is_directory(path_)) return {path_};
        std::vector<std::string> paths;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            if (entry.path().extension() == ".bin") paths.push_back(entry.path().string());
        }
        std::sort(paths.begin(), paths.end());
        return paths;
    }

    std::string path_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() {
    return std::make_unique<Inspect>();
}

}  // namespace sluice::host

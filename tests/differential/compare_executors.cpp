// Compares the executor with another one, a child process that speaks the protocol of README.md, on random cases.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

#include "differential/generator.h"
#include "differential/mutator.h"
#include "differential/tries.h"
#include "differential/whole_block.h"
#include "fixtures/networks.h"
#include "fixtures/package.h"
#include "fixtures/state_json.h"
#include "fixtures/state_run.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/hex.h"

namespace sluice::test {
namespace {

using Json = nlohmann::json;
using fixtures::StateForm;
using witness_host::to_hex;

/// The other implementation.
class Peer {
 public:
    explicit Peer(const std::string& command) {
        int to_child[2];
        int from_child[2];
        if (pipe(to_child) != 0 || pipe(from_child) != 0) fail("pipe");
        child_ = fork();
        if (child_ < 0) fail("fork");
        if (child_ == 0) {
            dup2(to_child[0], STDIN_FILENO);
            dup2(from_child[1], STDOUT_FILENO);
            for (const int file : {to_child[0], to_child[1], from_child[0], from_child[1]}) close(file);
            execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
            _exit(127);
        }
        close(to_child[0]);
        close(from_child[1]);
        requests_ = fdopen(to_child[1], "w");
        answers_ = fdopen(from_child[0], "r");
    }
    ~Peer() {
        std::fclose(requests_);
        std::fclose(answers_);
        waitpid(child_, nullptr, 0);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void ask(const Json& request) {
        const std::string line = request.dump() + "\n";
        std::fwrite(line.data(), 1, line.size(), requests_);
        std::fflush(requests_);
    }
    Json answer() {
        char* line = nullptr;
        std::size_t size = 0;
        if (getline(&line, &size, answers_) <= 0) fail("the other implementation has ended");
        Json json = Json::parse(line);
        std::free(line);
        return json;
    }

 private:
    [[noreturn]] static void fail(const char* what) {
        std::fprintf(stderr, "compare_executors: %s\n", what);
        std::exit(2);
    }

    pid_t child_ = -1;
    std::FILE* requests_ = nullptr;
    std::FILE* answers_ = nullptr;
};

/// What the executor says of a case, in the form of an answer. A rejected transaction is left out and the others run
/// again.
Json run_here(const Json& request, Arena memory, StateForm form) {
    fixtures::CodeStore codes;
    const fixtures::HostState before = fixtures::read_state(request.at("pre"), codes);
    const auto config = fixtures::network_config(request.at("fork").get<std::string>(), Json::object());
    if (!config.ok()) return {{"error", std::string(config.status().message())}};
    const Json& transactions = request.at("transactions");
    std::vector<Json> results(transactions.size());
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < transactions.size(); ++i) kept.push_back(i);
    for (;;) {
        std::vector<std::string> envelopes;
        for (const std::size_t i : kept) {
            envelopes.push_back(witness_host::parse_data(transactions[i].get<std::string>()).value());
        }
        const auto run = fixtures::run_transactions(*config, request.at("env"), before, codes, envelopes, memory, form);
        if (run.diagnostics.failed()) {
            const ErrorDetail& detail = run.diagnostics.detail();
            const std::string text = witness_host::format_error(detail);
            if (error_kind(detail.code) != ErrorKind::block || detail.item >= kept.size()) return {{"error", text}};
            const auto rejected = kept.begin() + static_cast<std::ptrdiff_t>(detail.item);
            results[*rejected] = {{"status", "rejected"}, {"error", text}};
            kept.erase(rejected);
            continue;
        }
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const fixtures::TransactionRecord& record = run.transactions[i];
            results[kept[i]] = {
                {"status", record.success ? 1 : 0}, {"gasUsed", record.gas_used}, {"logs", to_hex(record.logs)}};
        }
        return {{"stateRoot", to_hex(run.root)}, {"results", results}};
    }
}

/// Without the texts, which are each implementation's own.
Json comparable(Json answer) {
    if (answer.contains("invalid")) answer["invalid"] = true;
    if (answer.contains("results")) {
        for (Json& result : answer["results"]) result.erase("error");
    }
    return answer;
}

struct Counts {
    std::uint64_t cases = 0;
    std::uint64_t blocks = 0;   ///< of the cases: whole blocks
    std::uint64_t invalid = 0;  ///< of these: invalid for more than a transaction
    std::uint64_t tries = 0;
    std::uint64_t missing = 0;  ///< of these: a node was missing
    std::uint64_t transactions = 0;
    std::uint64_t differences = 0;
    std::map<std::string, std::uint64_t> ends;  ///< of transactions: success, failure, rejected
};

/// Memory of the runs on this side.
struct Memory {
    Arena arena;
    block::NativeMemory streams;
};

void compare(Peer& peer, const Json& request, const Memory& memory, const std::string& keep, Counts& counts) {
    peer.ask(request);
    const bool block = request.contains("block");
    const bool trie = request.contains("trie");
    const Json here = trie    ? run_trie_here(request, memory.arena)
                      : block ? run_block_here(request, memory.arena, memory.streams)
                              : run_here(request, memory.arena, StateForm::maps);
    const Json on_tries = trie || block ? here : run_here(request, memory.arena, StateForm::tries);
    const Json there = peer.answer();
    ++counts.cases;
    counts.blocks += block ? 1 : 0;
    counts.tries += trie ? 1 : 0;
    counts.missing += here.contains("missing") ? 1 : 0;
    counts.invalid += here.contains("invalid") ? 1 : 0;
    for (const Json& result : there.value("results", Json::array())) {
        ++counts.transactions;
        const Json& status = result["status"];
        ++counts.ends[status == "rejected" ? "rejected" : status == 1 ? "succeeded" : "failed"];
    }
    if (comparable(here) == comparable(there) && here == on_tries && !here.contains("error")) return;
    ++counts.differences;
    const std::string file = absl::StrCat(keep, "/", counts.cases, ".json");
    std::ofstream(file) << request.dump(1) << "\n";
    std::printf("DIFFERENT: %s\n here  %s\n tries %s\n there %s\n", file.c_str(), here.dump().c_str(),
                here == on_tries ? "the same" : on_tries.dump().c_str(), there.dump().c_str());
    std::fflush(stdout);
}

/// Inputs of precompiles from go-ethereum's vectors, if the test data is there.
std::vector<std::pair<unsigned, std::string>> precompile_inputs(const std::string& package) {
    const std::pair<const char*, unsigned> files[] = {
        {"ecRecover", 1},      {"modexp_eip2565", 5},  {"bn256Add", 6},         {"bn256ScalarMul", 7},
        {"bn256Pairing", 8},   {"blake2F", 9},         {"pointEvaluation", 10}, {"blsG1Add", 11},
        {"blsG1MultiExp", 12}, {"blsG2Add", 13},       {"blsG2MultiExp", 14},   {"blsPairing", 15},
        {"blsMapG1", 16},      {"blsMapG2", 17},       {"p256Verify", 0x100},   {"modexp_eip7883", 5},
        {"fail-blsG1Add", 11}, {"fail-blsPairing", 15}};
    std::vector<std::pair<unsigned, std::string>> inputs;
    if (package.empty()) return inputs;
    const absl::Status status = fixtures::for_each_json(package, [&](const std::string& name, std::string_view bytes) {
        for (const auto& [file, address] : files) {
            if (!name.ends_with(absl::StrCat("/", file, ".json"))) continue;
            std::size_t taken = 0;
            for (const Json& vector : Json::parse(bytes)) {
                const std::string input =
                    witness_host::parse_data("0x" + vector.at("Input").get<std::string>()).value();
                if (input.size() <= 2000 && ++taken <= 40) inputs.emplace_back(address, input);
            }
        }
        return absl::OkStatus();
    });
    if (!status.ok()) std::fprintf(stderr, "compare_executors: %s\n", status.ToString().c_str());
    return inputs;
}

int run(int argc, char** argv) {
    CLI::App app{"Compares the executor with another implementation on random cases"};
    std::string peer_command;
    std::string package;
    std::string keep = ".";
    std::vector<std::string> fixture_paths;
    std::string kinds = "transactions,blocks,fixtures,tries";
    std::vector<std::string> replay;
    std::uint64_t seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    std::uint64_t cases = ~std::uint64_t{0};
    std::uint64_t seconds = 60;
    app.add_option("--peer", peer_command, "Command of the other implementation")->required();
    app.add_option("--precompiles", package, "precompiles.tar.zst of the test data");
    app.add_option("--fixtures", fixture_paths, "Packages or folders of BlockchainTests, whose blocks are changed");
    app.add_option("--kinds", kinds, "Of the random cases: transactions, blocks, fixtures, tries, by commas");
    app.add_option("--keep", keep, "Folder for the cases that differ");
    app.add_option("--seed", seed, "Of the cases");
    app.add_option("--cases", cases, "At most so many cases");
    app.add_option("--seconds", seconds, "For so long");
    app.add_option("--replay", replay, "These cases instead of random ones")->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);

    constexpr std::size_t kMemory = std::size_t{1} << 30;
    const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[kMemory]);
    auto streams = block::NativeMemory::reserve();
    if (!streams.ok()) {
        std::fprintf(stderr, "compare_executors: %s\n", streams.status().ToString().c_str());
        return 2;
    }
    const Memory memory{Arena(bytes.get(), kMemory), *std::move(streams)};
    Peer peer(peer_command);
    Counts counts;
    if (!replay.empty()) {
        for (const std::string& file : replay) {
            std::ifstream stream(file);
            compare(peer, Json::parse(stream), memory, keep, counts);
        }
    } else {
        CaseGenerator generator(seed, precompile_inputs(package));
        FixtureMutator mutator(seed);
        TrieGenerator tries(seed);
        for (const std::string& path : fixture_paths) {
            const std::string error = mutator.load(path);
            if (!error.empty()) {
                std::fprintf(stderr, "compare_executors: %s\n", error.c_str());
                return 2;
            }
        }
        const std::map<std::string, std::function<Json()>> known = {{"transactions", [&] { return generator.next(); }},
                                                                    {"blocks", [&] { return generator.next_block(); }},
                                                                    {"fixtures", [&] { return mutator.next(); }},
                                                                    {"tries", [&] { return tries.next(); }}};
        std::vector<std::function<Json()>> draws;
        for (const std::string& kind : std::vector<std::string>(absl::StrSplit(kinds, ','))) {
            if (!known.contains(kind)) return std::fprintf(stderr, "compare_executors: unknown kind\n"), 2;
            if (kind != "fixtures" || mutator.size() != 0) draws.push_back(known.at(kind));
        }
        if (draws.empty()) return std::fprintf(stderr, "compare_executors: no cases to draw from\n"), 2;
        std::printf("seed %llu, %zu fixtures\n", static_cast<unsigned long long>(seed), mutator.size());
        std::fflush(stdout);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
        while (counts.cases < cases && std::chrono::steady_clock::now() < end) {
            compare(peer, draws[counts.cases % draws.size()](), memory, keep, counts);
        }
    }
    std::cout << counts.cases << " cases, " << counts.blocks << " of them blocks (" << counts.invalid
              << " invalid) and " << counts.tries << " tries (" << counts.missing << " with a missing node), "
              << counts.transactions << " transactions";
    for (const auto& [how, count] : counts.ends) std::cout << ", " << count << " " << how;
    std::cout << "; " << counts.differences << " differences" << std::endl;
    return counts.differences == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sluice::test

int main(int argc, char** argv) {
    return sluice::test::run(argc, argv);
}

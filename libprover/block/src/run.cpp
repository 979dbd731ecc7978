// A block's stream executed natively or in the guest. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/block/run.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "sluice/abi/exit.h"
#include "sluice/witness/reader.h"
#include "sluice/witness_host/batch_node_hasher.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/records.h"

namespace sluice::block {
namespace {

Verdict verdict_of(ErrorCode code) {
    switch (error_kind(code)) {
        case ErrorKind::block:
            return Verdict::invalid_block;
        case ErrorKind::witness:
            return Verdict::bad_witness;
        case ErrorKind::internal:
        case ErrorKind::none:
            break;
    }
    return Verdict::internal;
}

Ending internal_error(std::string message) {
    Ending ending;
    ending.error.code = ErrorCode::internal_fault;
    ending.message = std::move(message);
    return ending;
}

/// Keeps everything until the end of the run.
class KeptPrecompileResults final : public executor::PrecompileMemo {
 public:
    const executor::PrecompileResult* find(std::uint64_t address, ByteView input) noexcept override {
        const auto at = results_.find(key(address, input));
        return at == results_.end() ? nullptr : &at->second.result;
    }
    void add(std::uint64_t address, ByteView input, const executor::PrecompileResult& result) noexcept override {
        Kept& kept = results_[key(address, input)];
        kept.output.assign(result.output.begin(), result.output.end());
        kept.result = {result.success, kept.output};
    }

 private:
    struct Kept {
        std::vector<std::uint8_t> output;
        executor::PrecompileResult result;
    };

    static std::string key(std::uint64_t address, ByteView input) {
        std::string key(reinterpret_cast<const char*>(&address), sizeof address);
        key.append(reinterpret_cast<const char*>(input.data()), input.size());
        return key;
    }

    std::unordered_map<std::string, Kept> results_;
};

}  // namespace

const char* verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::valid:
            return "valid";
        case Verdict::invalid_block:
            return "invalid block";
        case Verdict::bad_witness:
            return "bad witness";
        case Verdict::internal:
            return "internal error";
    }
    return "unknown";
}

Ending ending_of(ErrorCode code, const ErrorDetail& detail) {
    Ending ending;
    ending.verdict = verdict_of(code);
    ending.error = detail;
    ending.error.code = code;
    ending.message = witness_host::format_error(ending.error);
    return ending;
}

Ending ending_of(const executor::PublicOutput& output) {
    Ending ending;
    ending.verdict = Verdict::valid;
    ending.output = output;
    ending.public_output.resize(executor::PublicOutput::kSize);
    executor::encode_public_output(output, ending.public_output.data());
    return ending;
}

absl::StatusOr<NativeMemory> NativeMemory::reserve(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return absl::ResourceExhaustedError(
            absl::StrCat("cannot reserve ", bytes, " bytes of address space: ", std::strerror(errno)));
    }
    return NativeMemory(memory, bytes);
}

NativeMemory::NativeMemory(NativeMemory&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}

NativeMemory& NativeMemory::operator=(NativeMemory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
}

NativeMemory::~NativeMemory() {
    if (memory_ != nullptr) munmap(memory_, size_);
}

NativeRun execute_natively(ByteView stream, const NativeMemory& memory, executor::OpcodeCounts* opcode_counts) {
    NativeRun run;
    const auto start = std::chrono::steady_clock::now();
    Diagnostics diagnostics;
    executor::ClientExecutor client(memory.arena(), diagnostics);
    executor::ExecutionExtras extras;
    extras.opcode_counts = opcode_counts;
    extras.computed = &run.computed;
    KeptPrecompileResults kept;
    extras.precompile_memo = &kept;
    const auto keccak_memo = std::make_unique<executor::KeccakMemo>();
    extras.keccak_memo = keccak_memo.get();
    client.set_extras(extras);
    witness::StreamReader reader(stream, diagnostics);
    const std::vector<Hash32> hashes = witness_host::hash_records(stream);
    reader.use_hashes(hashes);
    witness_host::BatchNodeHasher node_hasher;
    reader.use_node_hasher(node_hasher);
    const ErrorCode opened = reader.open();
    if (failed(opened)) {
        run.ending = ending_of(opened, diagnostics.detail());
        return run;
    }
    const auto result = client.execute_from_reader(reader);
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    run.peak_memory = client.peak_memory();
    run.ending = result.ok() ? ending_of(result->output) : ending_of(result.error(), diagnostics.detail());
    return run;
}

Ending ending_of(const vm::Run& run) {
    if (!run.halted()) return internal_error(absl::StrCat("the guest trapped: ", run.trap.to_string()));
    if (run.exit_code == SLUICE_EXIT_OK) {
        const auto output = executor::decode_public_output({run.output.data(), run.output.size()});
        if (!output.ok()) {
            return internal_error(
                absl::StrCat("the guest's public output of ", run.output.size(), " bytes is malformed"));
        }
        return ending_of(*output);
    }
    if (run.exit_code < 0)
        return internal_error(absl::StrCat("the guest's runtime gave up with exit code ", run.exit_code));
    // The guest shows its ErrorDetail, byte for byte, as the last of its debug output.
    ErrorDetail detail;
    const auto code = static_cast<ErrorCode>(run.exit_code);
    if (run.debug.size() >= sizeof detail) {
        std::memcpy(&detail, run.debug.data() + run.debug.size() - sizeof detail, sizeof detail);
        if (detail.code != code) detail = {};
        detail.key_size = std::min<std::uint8_t>(detail.key_size, sizeof detail.key);
        detail.value_size = std::min<std::uint8_t>(detail.value_size, sizeof detail.expected);
        detail.path_size = std::min<std::uint8_t>(detail.path_size, sizeof detail.path);
        detail.what[sizeof detail.what - 1] = 0;
    }
    if (error_kind(code) == ErrorKind::none) {
        return internal_error(absl::StrCat("the guest ended with the unknown exit code ", run.exit_code));
    }
    return ending_of(code, detail);
}

}  // namespace sluice::block

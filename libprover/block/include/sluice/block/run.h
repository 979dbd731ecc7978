// A block's stream executed natively or in the guest, with what the run cost. The one library that sees witnesses,
// executor and machine. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/base/result.h"
#include "sluice/executor/client_executor.h"
#include "sluice/executor/output.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"

namespace sluice::block {

/// What a run says of its block.
enum class Verdict : std::uint8_t {
    valid,          ///< the block is valid
    invalid_block,  ///< it breaks a rule
    bad_witness,    ///< the witness is malformed, incomplete or wrong: nothing is said of the block
    internal,       ///< a limit or fault of the executor: nothing is said of the block
};
/// "valid", "invalid block", "bad witness", "internal error".
[[nodiscard]] const char* verdict_name(Verdict verdict);

/// How a run ended.
struct Ending {
    Verdict verdict = Verdict::internal;
    ErrorDetail error{};                      ///< unless valid; all that is known of where and why
    std::string message;                      ///< unless valid; one line
    executor::PublicOutput output{};          ///< only if valid
    std::vector<std::uint8_t> public_output;  ///< encoded; empty unless valid
};

/// Turns a failed run's code and details into an Ending.
[[nodiscard]] Ending ending_of(ErrorCode code, const ErrorDetail& detail);
/// The Ending of a valid block.
[[nodiscard]] Ending ending_of(const executor::PublicOutput& output);

/// Address space for native runs. Pages are taken as they are touched; a region is used for one run at a time.
class NativeMemory {
 public:
    static constexpr std::size_t kDefaultBytes = std::size_t{1} << 34;

    /// ResourceExhausted if the system does not give the address space.
    static absl::StatusOr<NativeMemory> reserve(std::size_t bytes = kDefaultBytes);
    NativeMemory(NativeMemory&& other) noexcept;
    NativeMemory& operator=(NativeMemory&& other) noexcept;
    NativeMemory(const NativeMemory&) = delete;
    NativeMemory& operator=(const NativeMemory&) = delete;
    ~NativeMemory();
    /// The whole region as an arena; what earlier arenas handed out is dropped.
    [[nodiscard]] Arena arena() const { return {memory_, size_}; }

 private:
    NativeMemory(void* memory, std::size_t size) : memory_(memory), size_(size) {}
    void* memory_ = nullptr;
    std::size_t size_ = 0;
};

struct NativeRun {
    Ending ending;
    executor::BlockOutcome computed{};  ///< as far as execution came
    double seconds = 0;                 ///< wall time of the run, decoding and every check included
    std::size_t peak_memory = 0;        ///< bytes of the region in use at most
};

/// Executes a stream natively.
[[nodiscard]] NativeRun execute_natively(ByteView stream, const NativeMemory& memory,
                                         executor::OpcodeCounts* opcode_counts = nullptr);

/// What the guest's run says; a trap or a code of the runtime is an internal error.
[[nodiscard]] Ending ending_of(const vm::Run& run);

}  // namespace sluice::block

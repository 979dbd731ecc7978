// The meaning of every ecall in code, over an abstract memory: emulator and circuits share it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sluice/abi/ecall.h"
#include "sluice/abi/exit.h"
#include "sluice/base/bytes.h"

namespace sluice::abi {

/// Memory as an ecall sees it: aligned 8-byte words, each access checked against the permissions and, if the owner
/// wants, recorded. Calls come in the order in which the machine makes the accesses.
class MemoryPort {
 public:
    /// Copies `count` words from `address`, a multiple of 8. All or nothing: TrapCode::none, or TrapCode::load_fault if
    /// a byte of the range is not readable (the range may run past the end of the address space). Never called with
    /// `count` 0.
    virtual TrapCode read_words(std::uint64_t address, std::uint64_t* words, std::size_t count) = 0;
    /// The same for writing; TrapCode::store_fault.
    virtual TrapCode write_words(std::uint64_t address, const std::uint64_t* words, std::size_t count) = 0;

 protected:
    ~MemoryPort() = default;
};

/// What the caller of execute_ecall has to do besides going on at pc + 4.
enum class EcallEvent : std::uint8_t {
    none,              ///< nothing
    halt,              ///< stop: `exit_code` and `output_digest` are set; output bytes at a2, length a3 (a hint)
    debug_write,       ///< show the bytes at a0, length a1, if they are readable
    cost_scope_begin,  ///< scope a0 begins
    cost_scope_end,    ///< scope a0 ends
};

struct EcallOutcome {
    TrapCode trap = TrapCode::none;
    EcallEvent event = EcallEvent::none;
    std::int32_t exit_code = 0;                    ///< EcallEvent::halt
    std::array<std::uint64_t, 4> output_digest{};  ///< EcallEvent::halt: the digest's bytes as four words
};

/// Runs one ecall: `number` is a7, `argument` a0 to a3. Feature bits are the caller's business (has_ecall).
/// If the outcome is a trap, no word was written.
[[nodiscard]] EcallOutcome execute_ecall(std::uint64_t number, const std::array<std::uint64_t, 4>& argument,
                                         MemoryPort& memory) noexcept;

/// Keccak-f[1600] on 25 lanes; lane (x, y) is lanes[5 y + x].
void keccak_f(std::uint64_t* lanes) noexcept;

}  // namespace sluice::abi

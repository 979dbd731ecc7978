/* How a run ends: exit codes the runtime itself uses, and traps.
 * The macros are readable by C, C++ and assembler; the rest is C++.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SLUICE_ABI_EXIT_H
#define SLUICE_ABI_EXIT_H

/* Exit codes are 32-bit integers. 0 is success. Programs choose positive ones (the executor's are the error numbers of
 * sluice/base/errors.def); the runtime's own are negative. */
#define SLUICE_EXIT_OK 0
/* abort() was called. A null argument to an accelerator ends so too, as the zkVM accelerator standard asks. */
#define SLUICE_EXIT_ABORT -1
/* write_output got more bytes than the runtime's output buffer holds. */
#define SLUICE_EXIT_OUTPUT_OVERFLOW -2

#if defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <cstdint>
#include <string_view>

namespace sluice::abi {

/// Why a run ended without HALT. Such a run has no proof. Numbers are stable.
enum class [[nodiscard]] TrapCode : std::uint8_t{
    none = 0,                 ///< no trap
    illegal_instruction = 1,  ///< not an instruction of RV64IM (EBREAK and all CSR instructions included)
    misaligned_jump = 2,      ///< jump or taken branch to an address that is not a multiple of 4
    fetch_fault = 3,          ///< pc outside executable memory
    load_fault = 4,           ///< read outside readable memory
    store_fault = 5,          ///< write outside writable memory
    unknown_ecall = 6,        ///< number that is no ecall, or of a feature the machine lacks
    ecall_misaligned = 7,     ///< pointer argument that is not a multiple of 8
    ecall_bad_argument = 8,   ///< MEMCPY too long; HALT with an exit code that is not a 32-bit integer
    ecall_non_canonical = 9,  ///< field element not below its modulus
    ecall_degenerate = 10,    ///< curve operation for which the formula divides by zero
};

[[nodiscard]] constexpr std::string_view trap_name(TrapCode trap) noexcept {
    switch (trap) {
        case TrapCode::none:
            return "none";
        case TrapCode::illegal_instruction:
            return "illegal_instruction";
        case TrapCode::misaligned_jump:
            return "misaligned_jump";
        case TrapCode::fetch_fault:
            return "fetch_fault";
        case TrapCode::load_fault:
            return "load_fault";
        case TrapCode::store_fault:
            return "store_fault";
        case TrapCode::unknown_ecall:
            return "unknown_ecall";
        case TrapCode::ecall_misaligned:
            return "ecall_misaligned";
        case TrapCode::ecall_bad_argument:
            return "ecall_bad_argument";
        case TrapCode::ecall_non_canonical:
            return "ecall_non_canonical";
        case TrapCode::ecall_degenerate:
            return "ecall_degenerate";
    }
    return "unknown";
}

}  // namespace sluice::abi

#endif
#endif

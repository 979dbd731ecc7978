// Names of opcodes, for reports. SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>

#include "sluice/executor/evm.h"

namespace sluice::executor {
namespace {

constexpr std::array<std::string_view, 256> kNames = {
#define SLUICE_OPCODE(number, name, first_fork, base_gas, check, pops, pushes, function) #name,
#define SLUICE_UNDEFINED(number) "undefined",
#include "evm/opcodes.def"
#undef SLUICE_OPCODE
#undef SLUICE_UNDEFINED
};

}  // namespace

std::string_view opcode_name(std::uint8_t opcode) noexcept {
    return kNames[opcode];
}

}  // namespace sluice::executor

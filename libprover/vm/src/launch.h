// A machine ready to run its first instruction. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "machine_state.h"

namespace sluice::vm {

/// Maps memory, copies image and input, decodes the text.
[[nodiscard]] inline absl::StatusOr<std::unique_ptr<MachineState>> launch(const Program& program, ByteView input) {
    absl::StatusOr<std::unique_ptr<AddressSpace>> space = AddressSpace::create(program, input);
    if (!space.ok()) return space.status();
    absl::StatusOr<Code> code = Code::create(program);
    if (!code.ok()) return code.status();
    return std::make_unique<MachineState>(*std::move(space), *std::move(code));
}

}  // namespace sluice::vm

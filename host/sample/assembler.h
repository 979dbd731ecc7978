// Contract code for the sample chain. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "sluice/base/uint256.h"

namespace sluice::host {

/// Builds contract code. Labels are two-byte jump destinations, resolved by code().
class Assembler {
 public:
    /// Appends opcodes as they are.
    Assembler& op(std::initializer_list<std::uint8_t> opcodes);
    /// The shortest PUSH of a value.
    Assembler& push(const Uint256& value);
    /// PUSH2 of a label's place, and the JUMPDEST that defines it.
    Assembler& push_label(int label);
    Assembler& label(int label);
    [[nodiscard]] std::string code() const;

 private:
    struct Use {
        std::size_t at;
        int label;
    };
    std::string code_;
    std::vector<Use> uses_;
    std::vector<std::size_t> labels_;
};

/// Initcode that returns `runtime`.
[[nodiscard]] std::string deployment_of(const std::string& runtime);

}  // namespace sluice::host

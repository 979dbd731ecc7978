// Writes EVM code for tests. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "sluice/base/uint256.h"

namespace sluice::test {

/// Opcodes by number, from the interpreter's own rows: a test that names a wrong number fails on what it does.
enum Op : std::uint8_t {
#define SLUICE_OPCODE(number, name, first_fork, base_gas, check, pops, pushes, function) OP_##name = number,
#define SLUICE_UNDEFINED(number)
#include "evm/opcodes.def"
#undef SLUICE_UNDEFINED
#undef SLUICE_OPCODE
};

/// Code under construction: `Code().push(1).push(2).op(OP_ADD)`.
class Assembler {
 public:
    Assembler& op(std::initializer_list<int> opcodes) {
        for (const int opcode : opcodes) bytes_.push_back(static_cast<std::uint8_t>(opcode));
        return *this;
    }
    Assembler& op(int opcode) { return op({opcode}); }
    /// The shortest PUSH, at least PUSH1.
    Assembler& push(const Uint256& value) {
        const unsigned size = value.is_zero() ? 1 : value.byte_width();
        op(0x5f + static_cast<int>(size));
        std::uint8_t bytes[32];
        value.to_be(bytes);
        bytes_.insert(bytes_.end(), bytes + 32 - size, bytes + 32);
        return *this;
    }
    Assembler& push(const Address& address) { return push(Uint256::from_address(address)); }
    /// Pushes each, the last one ends on top.
    Assembler& push(std::initializer_list<Uint256> values) {
        for (const Uint256& value : values) push(value);
        return *this;
    }
    Assembler& raw(const std::vector<std::uint8_t>& bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    Assembler& code(const Assembler& other) { return raw(other.bytes_); }
    /// Writes the top of the stack to memory 0 and returns these 32 bytes.
    Assembler& return_top() { return push(0).op(OP_MSTORE).push({32, 0}).op(OP_RETURN); }
    /// Stores `bytes` in memory from 0 on, word by word.
    Assembler& store(const std::vector<std::uint8_t>& bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += 32) {
            std::uint8_t word[32]{};
            for (std::size_t i = 0; i < 32 && at + i < bytes.size(); ++i) word[i] = bytes[at + i];
            push({Uint256::from_be(word), at}).op(OP_MSTORE);
        }
        return *this;
    }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
    std::vector<std::uint8_t> bytes_;
};

/// Initcode that deploys `code`.
inline Assembler deployer(const std::vector<std::uint8_t>& code) {
    return Assembler().store(code).push({code.size(), 0}).op(OP_RETURN);
}

}  // namespace sluice::test

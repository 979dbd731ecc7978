// Contract code for the sample chain. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sample/assembler.h"

#include "encoding/encoding.h"

namespace sluice::host {
namespace {

constexpr std::uint8_t kPush0 = 0x5f;
constexpr std::uint8_t kJumpdest = 0x5b;

}  // namespace

Assembler& Assembler::op(std::initializer_list<std::uint8_t> opcodes) {
    for (const std::uint8_t opcode : opcodes) code_ += static_cast<char>(opcode);
    return *this;
}

Assembler& Assembler::push(const Uint256& value) {
    const unsigned width = value.byte_width();
    code_ += static_cast<char>(kPush0 + width);
    const Hash32 bytes = value.to_hash();
    code_ += bytes_of(bytes.view().last(width));
    return *this;
}

Assembler& Assembler::push_label(int label) {
    code_ += '\x61';
    uses_.push_back({code_.size(), label});
    code_ += std::string(2, '\0');
    return *this;
}

Assembler& Assembler::label(int label) {
    if (labels_.size() <= static_cast<std::size_t>(label)) labels_.resize(static_cast<std::size_t>(label) + 1);
    labels_[static_cast<std::size_t>(label)] = code_.size();
    code_ += static_cast<char>(kJumpdest);
    return *this;
}

std::string Assembler::code() const {
    std::string code = code_;
    for (const Use& use : uses_) {
        const std::size_t place = labels_[static_cast<std::size_t>(use.label)];
        code[use.at] = static_cast<char>(place >> 8);
        code[use.at + 1] = static_cast<char>(place);
    }
    return code;
}

std::string deployment_of(const std::string& runtime) {
    // PUSH2 size, DUP1, PUSH1 offset, PUSH0, CODECOPY, PUSH0, RETURN
    Assembler head;
    head.op({0x61, static_cast<std::uint8_t>(runtime.size() >> 8), static_cast<std::uint8_t>(runtime.size())});
    head.op({0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3});
    return head.code() + runtime;
}

}  // namespace sluice::host

// 0x20, 0x50 to 0x53, 0x59, 0x5e and the stack's own opcodes: memory, PUSH, DUP, SWAP, POP.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"

namespace sluice::executor::ops {

/// Makes memory of `size` bytes (1 or 32) at the offset that is on top. False: out of gas.
template <std::uint64_t size>
[[gnu::always_inline]] inline bool reach(Registers& r, Interpreter& vm) noexcept {
    const std::uint64_t offset = r.top->limb[0];
    const std::uint64_t memory_size = r.frame->memory_size;
    if (r.top->fits_u64() && offset < memory_size && memory_size - offset >= size) [[likely]]
        return true;
    r.gas = vm.expand(*r.frame, r.gas, *r.top, Uint256{size});
    return r.gas >= 0;
}

SLUICE_OP mload(Registers& r, Interpreter& vm) noexcept {
    if (!reach<32>(r, vm)) return Flow::fail;
    *r.top = Uint256::from_be(r.frame->memory() + r.top->limb[0]);
    return Flow::next;
}
SLUICE_OP mstore(Registers& r, Interpreter& vm) noexcept {
    if (!reach<32>(r, vm)) return Flow::fail;
    r.top[-1].to_be(r.frame->memory() + r.top->limb[0]);
    r.top -= 2;
    return Flow::next;
}
SLUICE_OP mstore8(Registers& r, Interpreter& vm) noexcept {
    if (!reach<1>(r, vm)) return Flow::fail;
    r.frame->memory()[r.top->limb[0]] = static_cast<std::uint8_t>(r.top[-1].limb[0]);
    r.top -= 2;
    return Flow::next;
}
SLUICE_OP msize(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, r.frame->memory_size);
    return Flow::next;
}
SLUICE_OP mcopy(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.copy_memory(*r.frame, r.gas, r.top);
    r.top -= 3;
    return gas_or_fail(r.gas);
}
SLUICE_OP keccak(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.keccak(*r.frame, r.gas, r.top);
    --r.top;
    return gas_or_fail(r.gas);
}

SLUICE_OP pop(Registers& r, Interpreter&) noexcept {
    --r.top;
    return Flow::next;
}
SLUICE_OP push0(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, 0);
    return Flow::next;
}

/// `size` big-endian bytes at `bytes`, 1 to 7, and no byte more: code may end with them.
template <int size>
[[gnu::always_inline]] inline std::uint64_t load_bytes(const std::uint8_t* bytes) noexcept {
    if constexpr (size == 1) {
        return bytes[0];
    } else if constexpr (size == 2) {
        return (std::uint64_t{bytes[0]} << 8) | bytes[1];
    } else if constexpr (size == 3) {
        return (std::uint64_t{bytes[0]} << 16) | (std::uint64_t{bytes[1]} << 8) | bytes[2];
    } else if constexpr (size == 4) {
        return load_be<std::uint32_t>(bytes);
    } else {
        return (std::uint64_t{load_be<std::uint32_t>(bytes)} << (8 * (size - 4))) | load_bytes<size - 4>(bytes + 4);
    }
}

template <int size>
SLUICE_OP push(Registers& r, Interpreter&) noexcept {
    constexpr int kFull = size / 8;  // limbs that are eight bytes
    constexpr int kHead = size % 8;  // bytes of the limb above them
    Uint256& word = *++r.top;
    for (int i = 0; i < 4; ++i) {
        if (i < kFull) {
            word.limb[i] = load_be<std::uint64_t>(r.pc + size - 8 * (i + 1));
        } else if (i > kFull || kHead == 0) {
            word.limb[i] = 0;
        }
    }
    if constexpr (kHead != 0) word.limb[kFull] = load_bytes<kHead>(r.pc);
    r.pc += size;
    return Flow::next;
}
template <int depth>
SLUICE_OP dup(Registers& r, Interpreter&) noexcept {
    r.top[1] = r.top[1 - depth];
    ++r.top;
    return Flow::next;
}
template <int depth>
SLUICE_OP swap(Registers& r, Interpreter&) noexcept {
    const Uint256 lower = r.top[-depth];
    r.top[-depth] = r.top[0];
    r.top[0] = lower;
    return Flow::next;
}

}  // namespace sluice::executor::ops

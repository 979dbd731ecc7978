// 0x30 to 0x4a: what the code can see of its call, other accounts, the transaction and the block.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"

namespace sluice::executor::ops {

SLUICE_OP address(Registers& r, Interpreter&) noexcept {
    r.push(r.frame->recipient);
    return Flow::next;
}
SLUICE_OP balance(Registers& r, Interpreter& vm) noexcept {
    return gas_or_fail(r.gas = vm.balance(r.gas, r.top));
}
SLUICE_OP origin(Registers& r, Interpreter& vm) noexcept {
    r.push(Uint256::from_address(vm.transaction.origin));
    return Flow::next;
}
SLUICE_OP caller(Registers& r, Interpreter&) noexcept {
    r.push(r.frame->sender);
    return Flow::next;
}
SLUICE_OP callvalue(Registers& r, Interpreter&) noexcept {
    r.push(r.frame->value);
    return Flow::next;
}

namespace outlined {
/// The last bytes of the input, zeros behind them.
[[gnu::noinline]] inline void load_input_end(ByteView input, Uint256& word) noexcept {
    std::uint8_t padded[32]{};
    if (word.fits_u64() && word.limb[0] < input.size()) {
        const std::size_t left = input.size() - word.limb[0];
        std::memcpy(padded, input.data() + word.limb[0], left < 32 ? left : 32);
    }
    word = Uint256::from_be(padded);
}
}  // namespace outlined

SLUICE_OP calldataload(Registers& r, Interpreter&) noexcept {
    const ByteView input = r.frame->input;
    Uint256& word = *r.top;
    if (word.fits_u64() && word.limb[0] < input.size() && input.size() - word.limb[0] >= 32) [[likely]] {
        word = Uint256::from_be(input.data() + word.limb[0]);
    } else {
        outlined::load_input_end(input, word);
    }
    return Flow::next;
}
SLUICE_OP calldatasize(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, r.frame->input.size());
    return Flow::next;
}
SLUICE_OP calldatacopy(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.copy(*r.frame, r.gas, r.top, r.frame->input);
    r.top -= 3;
    return gas_or_fail(r.gas);
}
SLUICE_OP codesize(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, r.frame->jumps->size());
    return Flow::next;
}
SLUICE_OP codecopy(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.copy(*r.frame, r.gas, r.top, {r.frame->code, r.frame->jumps->size()});
    r.top -= 3;
    return gas_or_fail(r.gas);
}
SLUICE_OP gasprice(Registers& r, Interpreter& vm) noexcept {
    r.push(vm.transaction.gas_price);
    return Flow::next;
}
SLUICE_OP extcodesize(Registers& r, Interpreter& vm) noexcept {
    return gas_or_fail(r.gas = vm.external_code_size(r.gas, r.top));
}
SLUICE_OP extcodecopy(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.copy_external_code(*r.frame, r.gas, r.top);
    r.top -= 4;
    return gas_or_fail(r.gas);
}
SLUICE_OP returndatasize(Registers& r, Interpreter& vm) noexcept {
    set_low(*++r.top, vm.return_data().size());
    return Flow::next;
}
SLUICE_OP returndatacopy(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.copy_return_data(*r.frame, r.gas, r.top);
    r.top -= 3;
    return gas_or_fail(r.gas);
}
SLUICE_OP extcodehash(Registers& r, Interpreter& vm) noexcept {
    return gas_or_fail(r.gas = vm.external_code_hash(r.gas, r.top));
}
SLUICE_OP blockhash(Registers& r, Interpreter& vm) noexcept {
    return vm.block_hash(r.top) ? Flow::next : Flow::fail;
}
SLUICE_OP coinbase(Registers& r, Interpreter& vm) noexcept {
    r.push(Uint256::from_address(vm.block.coinbase));
    return Flow::next;
}
SLUICE_OP timestamp(Registers& r, Interpreter& vm) noexcept {
    set_low(*++r.top, vm.block.timestamp);
    return Flow::next;
}
SLUICE_OP number(Registers& r, Interpreter& vm) noexcept {
    set_low(*++r.top, vm.block.number);
    return Flow::next;
}
SLUICE_OP prevrandao(Registers& r, Interpreter& vm) noexcept {
    r.push(Uint256::from_hash(vm.block.prev_randao));
    return Flow::next;
}
SLUICE_OP gaslimit(Registers& r, Interpreter& vm) noexcept {
    set_low(*++r.top, vm.block.gas_limit);
    return Flow::next;
}
SLUICE_OP chainid(Registers& r, Interpreter& vm) noexcept {
    set_low(*++r.top, vm.block.chain_id);
    return Flow::next;
}
SLUICE_OP selfbalance(Registers& r, Interpreter&) noexcept {
    r.push(r.frame->account->info.balance);
    return Flow::next;
}
SLUICE_OP basefee(Registers& r, Interpreter& vm) noexcept {
    r.push(vm.block.base_fee);
    return Flow::next;
}
SLUICE_OP blobhash(Registers& r, Interpreter& vm) noexcept {
    const auto hashes = vm.transaction.blob_hashes;
    const bool present = r.top->fits_u64() && r.top->limb[0] < hashes.size();
    *r.top = present ? Uint256::from_hash(hashes[r.top->limb[0]]) : Uint256{};
    return Flow::next;
}
SLUICE_OP blobbasefee(Registers& r, Interpreter& vm) noexcept {
    r.push(vm.block.blob_base_fee);
    return Flow::next;
}

}  // namespace sluice::executor::ops

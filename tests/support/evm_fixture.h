// A block, a state and an EVM for tests of the interpreter.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sluice/executor/evm.h"
#include "support/evm_assembler.h"
#include "support/map_state.h"

namespace sluice::test {

inline Address address(std::uint64_t number) {
    return Uint256{number}.to_address();
}

/// Put accounts into `source.accounts`, then run messages. The state is made at the first use.
class EvmFixture {
 public:
    static constexpr std::uint64_t kGas = 1'000'000;

    MapState source;
    executor::BlockContext block;
    executor::TransactionContext transaction;
    Diagnostics diagnostics;
    Address sender = address(0x5e4de5);
    Address contract = address(0xc0de);

    explicit EvmFixture(executor::Fork fork = executor::Fork::osaka)
        : memory_(new std::uint8_t[kMemory]),
          block_arena_(memory_.get(), kMemory / 2),
          transaction_arena_(memory_.get() + kMemory / 2, kMemory / 8),
          scratch_(memory_.get() + kMemory / 2 + kMemory / 8, kMemory / 4 + kMemory / 8) {
        block.fork = fork;
        block.number = 1000;
        transaction.origin = sender;
    }

    executor::WorldState& state() {
        if (state_ == nullptr) {
            state_ = std::make_unique<executor::WorldState>(source, block_arena_, transaction_arena_, 7, block.fork,
                                                            diagnostics);
            evm_ = std::make_unique<executor::Evm>(*state_, block, scratch_, diagnostics);
            state_->begin_transaction();
        }
        return *state_;
    }
    executor::Evm& evm() {
        state();
        return *evm_;
    }
    Arena& scratch() { return scratch_; }
    executor::AccountIndex account(const Address& of) { return state().account(of).value(); }

    Result<executor::CallResult> execute(const executor::Message& message) {
        state();
        return evm_->execute(message, transaction);
    }
    /// Runs `code` as the contract's, in the current transaction.
    executor::CallResult run(const Assembler& code, std::uint64_t gas = kGas, const Uint256& value = {},
                             const std::vector<std::uint8_t>& input = {}) {
        if (state_ == nullptr) {
            source.accounts[contract].code = code.bytes();
            if (source.accounts[contract].nonce == 0) source.accounts[contract].nonce = 1;
        } else {
            (void)state().set_code(account(contract), code.bytes());
        }
        (void)state().prewarm_account(contract);
        executor::Message message;
        message.sender = sender;
        message.recipient = contract;
        message.value = value;
        message.input = input;
        message.gas = gas;
        const auto result = execute(message);
        return result.ok() ? *result : executor::CallResult{};
    }
    void next_transaction() {
        (void)state().end_transaction();
        state().begin_transaction();
    }

 private:
    static constexpr std::size_t kMemory = std::size_t{256} << 20;
    std::unique_ptr<std::uint8_t[]> memory_;
    Arena block_arena_;
    Arena transaction_arena_;
    Arena scratch_;
    std::unique_ptr<executor::WorldState> state_;
    std::unique_ptr<executor::Evm> evm_;
};

/// Word returned by a call, zero if it is not one.
inline Uint256 word(const executor::CallResult& result) {
    return result.output.size() == 32 ? Uint256::from_be(result.output.data()) : Uint256{};
}

inline std::uint64_t gas_used(const executor::CallResult& result, std::uint64_t gas = EvmFixture::kGas) {
    return gas - result.gas_left;
}

}  // namespace sluice::test

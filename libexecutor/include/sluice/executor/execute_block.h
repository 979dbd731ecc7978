// Executes a block on a view of its parent state and checks every rule of its fork (RULES.md).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/executor/code.h"
#include "sluice/executor/evm.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/state_source.h"
#include "sluice/executor/types.h"
#include "sluice/executor/world_state.h"

namespace sluice::executor {

/// Memory of one block execution. The regions are the caller's; nothing is handed out twice, so that data of a
/// transaction can be dropped at its end.
struct ExecutionMemory {
    Arena block{};        ///< lives to the end of the block: accounts, slots, code made in the block
    Arena transaction{};  ///< logs and undo records of a transaction
    Arena scratch{};      ///< frames of the EVM, encodings

    /// Splits one region: a quarter for a transaction, a quarter for scratch, the rest for the block.
    [[nodiscard]] static ExecutionMemory over(Arena region) noexcept;
};

/// 2048 bits for addresses and topics of logs (Yellow Paper 4.4.1).
struct alignas(8) Bloom {
    std::uint8_t bytes[256]{};
};

/// What execution computed, before it was compared with the header.
struct BlockOutcome {
    Fork fork = Fork::paris;
    std::uint64_t gas_used = 0;
    std::uint64_t blob_gas_used = 0;
    std::uint64_t transaction_count = 0;
    Hash32 state_root{};
    Hash32 receipts_root{};
    Hash32 requests_hash{};  ///< from Prague on
    Bloom logs_bloom{};
};

/// What became of one transaction.
struct TransactionOutcome {
    bool success = false;        ///< the status of its receipt
    std::uint64_t gas_used = 0;  ///< of this transaction alone, after refunds
    std::span<const Log> logs{};
};

/// Is told of every transaction when it has ended. What it is given is gone after the call.
class TransactionObserver {
 public:
    virtual void on_transaction(const TransactionOutcome& outcome) noexcept = 0;

 protected:
    ~TransactionObserver() = default;
};

/// Options and reports that no result depends on.
struct ExecutionExtras {
    OpcodeCounts* opcode_counts = nullptr;
    TransactionObserver* observer = nullptr;
    PrecompileMemo* precompile_memo = nullptr;
    KeccakMemo* keccak_memo = nullptr;
    /// Filled as soon as everything is computed: also when the block then fails a comparison with its header.
    BlockOutcome* computed = nullptr;
    /// Set, if the block is valid, to every code that was in hand, created ones included; they live in memory.block.
    std::span<Code* const>* codes = nullptr;
};

/// Executes `block` on the state with root `parent_state_root` that `source` shows. `parent` is the decoded parent
/// header, or null if it is not at hand: the rules that need it are then not checked. All rules are those that `config`
/// gives for the block's number and time.
///
/// ok: the block is valid, given that `source` authenticates what it gave (the caller ends with source.finish()).
/// An error of kind `block`: the block breaks that rule, and every value that execution used was authenticated first.
/// An error of kind `witness` or `internal` states nothing. Details are in `diagnostics`.
Result<BlockOutcome> execute_block(const ChainConfig& config, const Block& block, const Header* parent,
                                   const Hash32& parent_state_root, StateSource& source, ExecutionMemory& memory,
                                   Diagnostics& diagnostics, const ExecutionExtras& extras = {}) noexcept;

/// Executes the transactions of `block` alone, for tests of transactions outside a block that is valid: of the header
/// only what transactions see of it is used, and nothing in it is checked; no system call is made, no withdrawal paid,
/// no request gathered, and nothing compared. ok therefore says no more than that each transaction keeps the rules for
/// transactions.
/// The outcome has no requests hash. Errors, `source` and `extras` as for execute_block().
Result<BlockOutcome> execute_transactions(const ChainConfig& config, const Block& block,
                                          const Hash32& parent_state_root, StateSource& source, ExecutionMemory& memory,
                                          Diagnostics& diagnostics, const ExecutionExtras& extras = {}) noexcept;

}  // namespace sluice::executor

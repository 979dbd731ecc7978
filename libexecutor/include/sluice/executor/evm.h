// The Ethereum Virtual Machine: runs one message call or contract creation with all its inner calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/keccak_memo.h"
#include "sluice/executor/world_state.h"

namespace sluice::executor {

/// What opcodes can see of the block.
struct BlockContext {
    Fork fork = Fork::paris;
    std::uint64_t chain_id = 1;
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;
    std::uint64_t gas_limit = 0;
    Address coinbase{};
    Hash32 prev_randao{};
    Hash32 parent_hash{};
    Uint256 base_fee{};
    Uint256 blob_base_fee{};
};

/// What opcodes can see of the transaction.
struct TransactionContext {
    Address origin{};
    Uint256 gas_price{};  ///< effective gas price
    std::span<const Hash32> blob_hashes{};
};

enum class CallKind : std::uint8_t { call, callcode, delegatecall, staticcall, create, create2 };

/// A top-level message. For `create` the recipient is the new address (compute_create_address), and `input` is the
/// initcode. The sender's nonce has been raised by the caller; the EVM moves `value` itself.
struct Message {
    CallKind kind = CallKind::call;
    Address sender{};
    Address recipient{};
    Uint256 value{};
    ByteView input{};
    std::uint64_t gas = 0;
};

enum class CallStatus : std::uint8_t {
    success,
    revert,   ///< REVERT: state undone, gas left and output kept
    failure,  ///< exceptional halt: state undone, no gas left, no output
};

struct CallResult {
    CallStatus status = CallStatus::failure;
    std::uint64_t gas_left = 0;
    std::int64_t gas_refund = 0;  ///< EIP-2200/3529 counter; 0 unless success
    ByteView output{};            ///< lives until the next execute()
};

/// address = keccak256(rlp([sender, nonce]))[12..] (Yellow Paper, section 7).
[[nodiscard]] Address compute_create_address(const Address& sender, std::uint64_t nonce) noexcept;

/// True, with the target, if `code` is a delegation marker 0xef0100 || address (EIP-7702).
[[nodiscard]] bool parse_delegation(ByteView code, Address& target) noexcept;

/// The mnemonic of an opcode of any fork; "undefined" for a number that has none.
[[nodiscard]] std::string_view opcode_name(std::uint8_t opcode) noexcept;

/// Optional counting of opcodes, for reports; null in normal runs.
struct OpcodeCounts {
    std::uint64_t count[256]{};
};

struct PrecompileResult {
    bool success = false;  ///< false: an exceptional halt of the call
    ByteView output{};
};

/// Results of precompiles, for callers who have memory to keep them: blocks check the same signatures and proofs again
/// and again. One serves one set of rules. Only calls of 3,000 gas or more and 2,048 bytes of input or less are asked
/// for and added.
class PrecompileMemo {
 public:
    /// What a call of `address` with this input has given, or null; the output lives as long as the memo.
    virtual const PrecompileResult* find(std::uint64_t address, ByteView input) noexcept = 0;
    /// Copies input and output.
    virtual void add(std::uint64_t address, ByteView input, const PrecompileResult& result) noexcept = 0;

 protected:
    ~PrecompileMemo() = default;
};

class Interpreter;

/// One EVM per block. Frames, stacks and memories come from `scratch`, which is rewound after every execute() (all but
/// the output). All 1,025 operand stacks at their full depth take 33 MiB of it; with a smaller arena the stacks get
/// half of it, and what does not fit ends the run with arena_exhausted.
class Evm {
 public:
    Evm(WorldState& state, const BlockContext& block, Arena& scratch, Diagnostics& diagnostics) noexcept;

    /// Runs a message to its end; explicit frame stack, no recursion. Handles value transfer, precompiles, EIP-7702
    /// delegation of the recipient (its target becomes warm), creation with all its rules. Does not charge intrinsic
    /// gas and does not touch sender nonce or gas payment. An ErrorCode means the run cannot go on (bad witness,
    /// unsupported precompile, exhausted arena), never a failed call. Gas is below 2^63.
    Result<CallResult> execute(const Message& message, const TransactionContext& transaction) noexcept;

    /// Counts each opcode that runs from now on into `counts`.
    void set_opcode_counts(OpcodeCounts* counts) noexcept;
    /// Asks `memo`, unless it is null, before a precompile is run.
    void set_precompile_memo(PrecompileMemo* memo) noexcept { memo_ = memo; }
    /// Takes hashes of 64 bytes from `memo`, unless it is null.
    void set_keccak_memo(KeccakMemo* memo) noexcept { keccak_memo_ = memo; }

 private:
    friend class Interpreter;

    WorldState& state_;
    const BlockContext& block_;
    Arena& scratch_;
    Diagnostics& diagnostics_;
    OpcodeCounts* counts_ = nullptr;
    PrecompileMemo* memo_ = nullptr;
    KeccakMemo* keccak_memo_ = nullptr;
    void (*loop_)(Interpreter&) noexcept;  ///< the interpreter's loop, without or with counting
};

}  // namespace sluice::executor

// The interpreter's state during one execute(), and what opcodes do out of line.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/frame.h"
#include "evm/gas.h"
#include "precompiles/precompiles.h"
#include "sluice/executor/evm.h"

namespace sluice::executor {

/// Opcodes work on Registers; what is long or rare is here. Functions that charge gas take the gas left and give what
/// is left then; a negative answer means out of gas, or that the run cannot go on (error()).
class Interpreter {
 public:
    Interpreter(Evm& evm, const TransactionContext& of_transaction) noexcept
        : state(evm.state_),
          block(evm.block_),
          transaction(of_transaction),
          scratch_(evm.scratch_),
          diagnostics_(evm.diagnostics_),
          counts_(evm.counts_),
          memo_(evm.memo_),
          keccak_memo_(evm.keccak_memo_),
          loop_(evm.loop_) {}

    Result<CallResult> run(const Message& message) noexcept;

    /// The loop over opcodes, from the newest frame until the outermost ends.
    template <bool kCounting>
    static void loop(Interpreter& vm) noexcept;

    static constexpr std::int64_t kOutOfGas = -1;

    // -- memory
    /// Charges for memory up to offset + size and makes it; nothing for size 0.
    std::int64_t expand(Frame& frame, std::int64_t gas, const Uint256& offset, const Uint256& size) noexcept;
    std::int64_t grow(Frame& frame, std::int64_t gas, std::uint64_t end) noexcept;
    /// Copies source[offset .. offset + size) to memory, zeros from the source's end on; top is the stack's top with
    /// destination, offset and size.
    std::int64_t copy(Frame& frame, std::int64_t gas, const Uint256* top, ByteView source) noexcept;
    std::int64_t copy_return_data(Frame& frame, std::int64_t gas, const Uint256* top) noexcept;
    std::int64_t copy_memory(Frame& frame, std::int64_t gas, const Uint256* top) noexcept;
    std::int64_t copy_external_code(Frame& frame, std::int64_t gas, const Uint256* top) noexcept;
    std::int64_t keccak(Frame& frame, std::int64_t gas, Uint256* top) noexcept;

    // -- state. Answers replace the word at `top`.
    std::int64_t balance(std::int64_t gas, Uint256* top) noexcept;
    std::int64_t external_code_size(std::int64_t gas, Uint256* top) noexcept;
    std::int64_t external_code_hash(std::int64_t gas, Uint256* top) noexcept;
    bool block_hash(Uint256* top) noexcept;
    std::int64_t sload(Frame& frame, std::int64_t gas, Uint256* top) noexcept;
    std::int64_t sstore(Frame& frame, std::int64_t gas, const Uint256* top) noexcept;
    void tload(Frame& frame, Uint256* top) noexcept;
    bool tstore(Frame& frame, const Uint256* top) noexcept;
    /// top: offset, size, then the topics.
    std::int64_t log(Frame& frame, std::int64_t gas, const Uint256* top, std::uint32_t topics) noexcept;

    // -- flow
    /// Whether a jump that the table does not know yet is valid.
    bool judge_jump(Frame& frame, std::uint64_t target) noexcept;
    /// Starts a call or creation from the newest frame, whose registers are stored. Afterwards the newest frame's are
    /// to be loaded. False: exceptional halt of the caller.
    bool begin_call(CallKind kind) noexcept;
    bool begin_create(CallKind kind) noexcept;
    bool self_destruct() noexcept;
    /// Ends the newest frame, whose registers are stored, with output [offset, offset + size) of its memory.
    void end_frame(CallStatus status, std::uint64_t offset, std::uint64_t size) noexcept;

    /// The newest frame; null when the outermost has ended.
    [[nodiscard]] Frame* frame() noexcept { return frame_; }
    [[nodiscard]] ErrorCode error() const noexcept { return error_; }
    [[nodiscard]] ByteView return_data() const noexcept { return {return_buffer_, return_size_}; }

    WorldState& state;
    const BlockContext& block;
    const TransactionContext& transaction;

 private:
    struct Call;

    /// Notes that the run cannot go on; the answer is that of an exceptional halt.
    bool fault(ErrorCode code) noexcept {
        if (error_ == ErrorCode::ok) error_ = code;
        return false;
    }
    bool exhausted() noexcept {
        return fault(diagnostics_.fail(ErrorCode::arena_exhausted, ErrorDetail{}.with_what("EVM frames")));
    }
    bool ok(ErrorCode code) noexcept { return code == ErrorCode::ok || fault(code); }

    /// Warm, or a precompile: those are warm in every transaction (EIP-2929) without being marked in each.
    [[nodiscard]] bool is_warm(const Account& account) const noexcept {
        return state.is_warm(account) || find_precompile(account.word, block.fork) != nullptr;
    }
    /// Charges an account's warm or cold access and warms it. Does not load it.
    std::int64_t access(std::int64_t gas, Account* account) noexcept;
    /// The account named by the word at `top`, its access charged, loaded; null if gas ran out (gas negative) or on
    /// error.
    Account* access_loaded(std::int64_t& gas, const Uint256& word) noexcept;
    /// The code that a delegation to `target` runs; null on error.
    Code* delegated_code(Account& target) noexcept;
    bool transfer(Account& from, Account& to, const Uint256& value) noexcept;
    bool start(const Message& message) noexcept;
    bool start_create(const Call& call) noexcept;
    /// Runs `call` at once if it needs no frame, else makes its frame.
    bool enter(const Call& call) noexcept;
    bool run_precompile(const Call& call, const WorldState::Snapshot& snapshot) noexcept;
    /// The precompile's result for a call that paid `price`, from the memo if it is known there.
    Result<PrecompileResult> precompile_result(const Call& call, std::uint64_t price) noexcept;
    bool push_frame(const Call& call, const WorldState::Snapshot& snapshot, Arena::Mark mark) noexcept;
    CallStatus deploy(Frame& frame, ByteView code) noexcept;
    bool set_return_data(ByteView data) noexcept;
    /// Hands a finished call's result to the newest frame, or keeps it if there is none. The output is in the return
    /// buffer. `pushed`: the word for the caller's stack.
    void deliver(CallStatus status, const Uint256& pushed, std::int64_t gas_left, std::int64_t refund) noexcept;

    Arena& scratch_;
    Diagnostics& diagnostics_;
    OpcodeCounts* counts_;
    PrecompileMemo* memo_;
    KeccakMemo* keccak_memo_;
    void (*loop_)(Interpreter&) noexcept;
    Frame* frame_ = nullptr;
    std::uint8_t* return_buffer_ = nullptr;
    std::size_t return_size_ = 0;
    std::size_t return_capacity_ = 0;
    Uint256* stacks_begin_ = nullptr;
    Uint256* stacks_end_ = nullptr;
    CallResult result_{};
    ErrorCode error_ = ErrorCode::ok;
};

/// floor of (size + 31) / 32 as gas is counted. `size` is below 2^62.
[[nodiscard]] constexpr std::int64_t word_count(std::uint64_t size) noexcept {
    return static_cast<std::int64_t>((size + 31) / 32);
}

}  // namespace sluice::executor

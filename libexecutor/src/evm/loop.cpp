// The interpreter's loop: dispatch, base gas and stack checks from the rows of opcodes.def.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "evm/interpreter.h"
#include "evm/ops/arithmetic.h"
#include "evm/ops/bits.h"
#include "evm/ops/call.h"
#include "evm/ops/environment.h"
#include "evm/ops/flow.h"
#include "evm/ops/log.h"
#include "evm/ops/memory.h"
#include "evm/ops/storage.h"

namespace sluice::executor {

namespace {
/// The column `check` of opcodes.def.
enum class Check : std::uint8_t { at_once, late };
}  // namespace

// Each opcode's code ends with its own indirect jump to the next one's (labels as values, which g++ and clang both
// have): no shared dispatch point, no bounds check, and Registers stay in callee-saved machine registers across the
// calls that rare work makes. Code cannot run past its end
// (code.h), so the program counter needs no check but at jumps.
template <bool kCounting>
void Interpreter::loop(Interpreter& vm) noexcept {
#define SLUICE_OPCODE(number, name, first_fork, base_gas, check, pops, pushes, function) \
    kTableFork >= Fork::first_fork ? __extension__ &&at_##number : __extension__ &&undefined,
#define SLUICE_UNDEFINED(number) __extension__ &&undefined,
    static const void* const kLabels[][256] = {
        {
#define kTableFork Fork::paris
#include "evm/opcodes.def"
#undef kTableFork
        },
        {
#define kTableFork Fork::shanghai
#include "evm/opcodes.def"
#undef kTableFork
        },
        {
#define kTableFork Fork::cancun
#include "evm/opcodes.def"
#undef kTableFork
        },
        {
#define kTableFork Fork::prague
#include "evm/opcodes.def"
#undef kTableFork
        },
        {
#define kTableFork Fork::osaka
#include "evm/opcodes.def"
#undef kTableFork
        },
    };
#undef SLUICE_UNDEFINED
#undef SLUICE_OPCODE

    const void* const* const labels = kLabels[static_cast<std::size_t>(vm.block.fork)];
    Registers r;
    r.load(vm.frame_);

#define SLUICE_NEXT() goto* labels[*r.pc++]
    SLUICE_NEXT();

#define SLUICE_UNDEFINED(number)
#define SLUICE_OPCODE(number, name, first_fork, base_gas, check, pops, pushes, function)         \
    at_##number : {                                                                              \
        if constexpr (kCounting) ++vm.counts_->count[number];                                    \
        if constexpr ((base_gas) != 0) r.gas -= (base_gas);                                      \
        if constexpr (Check::check == Check::at_once) {                                          \
            if (r.gas < 0) [[unlikely]]                                                          \
                goto fail;                                                                       \
        }                                                                                        \
        if constexpr ((pops) == 1) {                                                             \
            if (r.top == r.floor) [[unlikely]]                                                   \
                goto fail;                                                                       \
        } else if constexpr ((pops) > 1) {                                                       \
            if (r.top < r.floor + (pops)) [[unlikely]]                                           \
                goto fail;                                                                       \
        }                                                                                        \
        if constexpr ((pushes) > (pops)) {                                                       \
            if (r.top == r.limit) [[unlikely]]                                                   \
                goto fail;                                                                       \
        }                                                                                        \
        const Flow flow = ops::function(r, vm);                                                  \
        if constexpr (kCounting && ((number) == 0x56 || (number) == 0x57)) {                     \
            if (r.pc[-1] == 0x5b) ++vm.counts_->count[0x5b]; /* a jump goes past its JUMPDEST */ \
        }                                                                                        \
        if (flow == Flow::fail) [[unlikely]]                                                     \
            goto fail;                                                                           \
        if (flow == Flow::done) [[unlikely]]                                                     \
            return;                                                                              \
        SLUICE_NEXT();                                                                           \
    }
#include "evm/opcodes.def"
#undef SLUICE_OPCODE
#undef SLUICE_UNDEFINED
#undef SLUICE_NEXT

undefined:
    if constexpr (kCounting) ++vm.counts_->count[r.pc[-1]];
fail:
    if (vm.error_ != ErrorCode::ok) return;
    vm.end_frame(CallStatus::failure, 0, 0);
    if (vm.frame_ == nullptr || vm.error_ != ErrorCode::ok) return;
    r.load(vm.frame_);
    goto* labels[*r.pc++];
}

namespace {

/// Row order, checked where it is relied on: the dispatch table is the file read from top to bottom.
constexpr bool rows_are_in_order() {
    constexpr int numbers[] = {
#define SLUICE_OPCODE(number, name, first_fork, base_gas, check, pops, pushes, function) number,
#define SLUICE_UNDEFINED(number) number,
#include "evm/opcodes.def"
#undef SLUICE_UNDEFINED
#undef SLUICE_OPCODE
    };
    int expected = 0;
    for (const int number : numbers) {
        if (number != expected++) return false;
    }
    return expected == 256;
}
static_assert(rows_are_in_order());

}  // namespace

Evm::Evm(WorldState& state, const BlockContext& block, Arena& scratch, Diagnostics& diagnostics) noexcept
    : state_(state), block_(block), scratch_(scratch), diagnostics_(diagnostics), loop_(&Interpreter::loop<false>) {}

// The counting loop is reachable from here only, so a program that never counts is linked without it.
void Evm::set_opcode_counts(OpcodeCounts* counts) noexcept {
    counts_ = counts;
    loop_ = counts == nullptr ? &Interpreter::loop<false> : &Interpreter::loop<true>;
}

Result<CallResult> Evm::execute(const Message& message, const TransactionContext& transaction) noexcept {
    return Interpreter(*this, transaction).run(message);
}

}  // namespace sluice::executor

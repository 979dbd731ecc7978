// Driver, the parts common to all kinds of runs: see driver.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "driver.h"

#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

#include "ecalls.h"
#include "sluice/abi/features.h"

namespace sluice::vm {
namespace {

std::string hex(const std::uint8_t* bytes, std::size_t size) {
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes), size));
}

}  // namespace

// -- run loop, slow paths

bool slow_access(MachineState& state, std::uint64_t address, unsigned size, bool is_store) noexcept {
    const PageBits permission = is_store ? kPageWrite : kPageRead;
    if (!state.space->permits(address, size, permission)) {
        static_cast<void>(raise(state, is_store ? abi::TrapCode::store_fault : abi::TrapCode::load_fault, address));
        return false;
    }
    state.space->open(address, size, permission);
    if (address % size != 0) {
        ++(is_store ? state.misaligned_stores : state.misaligned_loads);
        // The run loop looks at the first words only.
        if (state.tracker != nullptr) state.tracker->touch(address, size);
    }
    return true;
}

Stop raise(MachineState& state, abi::TrapCode code, std::uint64_t address) noexcept {
    state.trap.code = code;
    state.trap.address = address;
    return Stop::trap;
}

bool far_jump_target(const MachineState& state, const Decoded* at, std::uint64_t& target) noexcept {
    const std::uint64_t pc = state.code.address_of(static_cast<std::size_t>(at - state.code.begin()));
    const isa::Instruction jump = isa::decode(load_le<std::uint32_t>(state.space->base() + pc));
    target = pc + static_cast<std::uint64_t>(std::int64_t{jump.imm});
    const std::uint64_t a = state.registers[jump.rs1];
    const std::uint64_t b = state.registers[jump.rs2];
    const auto signed_a = static_cast<std::int64_t>(a);
    const auto signed_b = static_cast<std::int64_t>(b);
    switch (jump.op) {
        case isa::Op::BEQ:
            return a == b;
        case isa::Op::BNE:
            return a != b;
        case isa::Op::BLT:
            return signed_a < signed_b;
        case isa::Op::BGE:
            return signed_a >= signed_b;
        case isa::Op::BLTU:
            return a < b;
        case isa::Op::BGEU:
            return a >= b;
        default:
            return true;  // JAL
    }
}

Stop jump_outside(MachineState& state, std::uint64_t target) noexcept {
    // Executable pages that hold no text are zero, which is no instruction.
    static_cast<void>(raise(
        state,
        state.space->permits(target, 4, kPageExecute) ? abi::TrapCode::illegal_instruction : abi::TrapCode::fetch_fault,
        target));
    return Stop::lost;
}

// -- results

std::string Trap::to_string() const {
    std::string text = absl::StrFormat("%s at pc 0x%x", std::string(abi::trap_name(code)), pc);
    if (!function.empty()) absl::StrAppendFormat(&text, " (%s)", function);
    switch (code) {
        case abi::TrapCode::illegal_instruction:
            return text + absl::StrFormat(": word 0x%08x%s", word, word == 0x00100073 ? ", EBREAK" : "");
        case abi::TrapCode::misaligned_jump:
        case abi::TrapCode::fetch_fault:
            return text + absl::StrFormat(": jump to 0x%x", address);
        case abi::TrapCode::load_fault:
        case abi::TrapCode::store_fault:
            if (word != 0x00000073) return text + absl::StrFormat(": access to 0x%x", address);
            break;
        default:
            break;
    }
    const std::string name(abi::ecall_name(address));
    return text + absl::StrFormat(": ecall 0x%x%s%s", address, name.empty() ? "" : " ", name);
}

std::uint64_t GuestCost::weighted() const {
    return instructions + (misaligned_loads + misaligned_stores) * (abi::kMisalignedAccessWeight - 1) + ecall_weight;
}

std::uint64_t GuestCost::cell_cost() const {
    return weighted() - ecall_weight + ecall_cell_weight;
}

// -- driver

DriverBase::DriverBase(MachineState& state, const Program& program, const RunOptions& options, RunHooks& hooks)
    : state_(state),
      program_(program),
      options_(options),
      hooks_(hooks),
      features_(program.features.has_value() ? program.features->value : SLUICE_FEATURES_ALL) {
    state_.index = (program.entry - state_.code.base()) / 4;
    if (options_.progress && options_.progress_interval != 0) next_progress_ = options_.progress_interval;
}

void DriverBase::arm(std::uint64_t done) {
    next_cut_ = hooks_.next_cut(done);
    // A budget is a signed number; a limit beyond it is none.
    constexpr std::uint64_t kFarthest = std::uint64_t{1} << 62;
    event_ = std::min({next_cut_, next_progress_, options_.instruction_limit, kFarthest});
    state_.budget = static_cast<std::int64_t>(event_ - done);
}

absl::StatusOr<bool> DriverBase::at_event() {
    const std::uint64_t done = event_;
    if (done == next_cut_) {
        absl::StatusOr<bool> more = hooks_.at_cut(done);
        if (!more.ok() || !*more) return more;
    }
    if (done == next_progress_) {
        if (!options_.progress(done)) {
            return absl::CancelledError(absl::StrFormat("run cancelled after %d instructions", done));
        }
        next_progress_ += options_.progress_interval;
    }
    if (done >= options_.instruction_limit) {
        return absl::ResourceExhaustedError(
            absl::StrFormat("the program did not end within the limit of %d instructions", options_.instruction_limit));
    }
    arm(done);
    return true;
}

std::uint64_t DriverBase::ecall_length() const noexcept {
    // A longer MEMCPY traps and copies nothing.
    if (ecall_number() != SLUICE_ECALL_MEMCPY || state_.registers[12] > SLUICE_MEMCPY_MAX) return 0;
    return state_.registers[12];
}

std::uint64_t DriverBase::weighted_now() const noexcept {
    return done() + (state_.misaligned_loads + state_.misaligned_stores) * (abi::kMisalignedAccessWeight - 1) +
           run_.cost.ecall_weight;
}

absl::StatusOr<DriverBase::Next> DriverBase::do_ecall() {
    const std::uint64_t number = ecall_number();
    const std::array<std::uint64_t, 4> argument = {state_.registers[10], state_.registers[11], state_.registers[12],
                                                   state_.registers[13]};
    abi::EcallOutcome outcome;
    if (!abi::has_ecall(features_, number)) {
        outcome.trap = abi::TrapCode::unknown_ecall;
    } else {
        GuestPort port(*state_.space, state_.tracker);
        outcome = abi::execute_ecall(number, argument, port);
    }
    if (outcome.trap != abi::TrapCode::none) {
        static_cast<void>(raise(state_, outcome.trap, number));
        finish_trap(true);
        return Next::trapped;
    }
    state_.touched_registers |= ecall_registers(number);
    EcallCount& count = run_.cost.ecalls[number];
    ++count.calls;
    const std::uint64_t length = ecall_length();
    count.bytes += length;
    const std::uint64_t weight = abi::ecall_weight(number, length);
    run_.cost.ecall_weight += weight;
    run_.cost.ecall_cell_weight += abi::ecall_cell_weight(number, length);
    if (state_.profiler != nullptr) state_.profiler->add_extra(weight);

    switch (outcome.event) {
        case abi::EcallEvent::none:
            break;
        case abi::EcallEvent::halt:
            if (absl::Status status = take_output(outcome); !status.ok()) return status;
            run_.exit_code = outcome.exit_code;
            ++state_.index;
            return Next::halted;
        case abi::EcallEvent::debug_write: {
            const std::uint64_t room = options_.max_debug_bytes - run_.debug.size();
            const std::uint64_t size = std::min(argument[1], room);
            if (size != 0 && state_.space->permits(argument[0], size, kPageRead)) {
                const std::uint8_t* bytes = state_.space->base() + argument[0];
                run_.debug.insert(run_.debug.end(), bytes, bytes + size);
                count.bytes += size;
            }
            break;
        }
        case abi::EcallEvent::cost_scope_begin:
            begin_scope(argument[0]);
            break;
        case abi::EcallEvent::cost_scope_end:
            if (!scopes_.empty() && scopes_.back().id == argument[0]) end_scope();
            break;
    }
    ++state_.index;
    return Next::go_on;
}

absl::Status DriverBase::take_output(const abi::EcallOutcome& outcome) {
    std::memcpy(run_.output_digest.data(), outcome.output_digest.data(), 32);
    const std::uint64_t address = state_.registers[12];
    const std::uint64_t size = state_.registers[13];
    if (!state_.space->permits(address, size, kPageRead)) {
        return absl::DataLossError(
            absl::StrFormat("HALT: public output at 0x%x, %d bytes, is not in readable memory", address, size));
    }
    if (size != 0) run_.output.assign(state_.space->base() + address, state_.space->base() + address + size);
    const std::array<std::uint8_t, 32> digest = sha256(run_.output);
    if (digest != run_.output_digest) {
        return absl::DataLossError(
            absl::StrFormat("HALT: public output at 0x%x, %d bytes, has another SHA-256: expected %s, found %s",
                            address, size, hex(run_.output_digest.data(), 32), hex(digest.data(), 32)));
    }
    return absl::OkStatus();
}

void DriverBase::begin_scope(std::uint64_t id) {
    constexpr std::size_t kMaxDepth = 4096;
    if (id >= run_.scopes.size() || scopes_.size() >= kMaxDepth) return;
    scopes_.push_back({static_cast<std::uint8_t>(id), done(), weighted_now()});
}

void DriverBase::end_scope() {
    const OpenScope scope = scopes_.back();
    scopes_.pop_back();
    ScopeCost& cost = run_.scopes[scope.id];
    ++cost.uses;
    const auto same = [&](const OpenScope& outer) { return outer.id == scope.id; };
    if (std::any_of(scopes_.begin(), scopes_.end(), same)) return;
    cost.instructions += done() - scope.instructions;
    cost.weighted += weighted_now() - scope.weighted;
}

void DriverBase::finish_trap(bool at_index) {
    run_.trap = state_.trap;
    run_.trap.pc = at_index ? state_.code.address_of(state_.index) : state_.trap.address;
    if (state_.space->permits(run_.trap.pc, 4, kPageExecute)) {
        run_.trap.word = load_le<std::uint32_t>(state_.space->base() + run_.trap.pc);
    }
    if (const Symbol* symbol = program_.function_at(run_.trap.pc)) run_.trap.function = symbol->name;
}

absl::StatusOr<Run> DriverBase::finish() {
    while (!scopes_.empty()) end_scope();
    run_.cost.instructions = done();
    run_.cost.misaligned_loads = state_.misaligned_loads;
    run_.cost.misaligned_stores = state_.misaligned_stores;
    for (std::size_t i = 0; i < kRegionCount; ++i) {
        run_.memory_bytes[i] = state_.space->used_bytes(static_cast<Region>(i));
    }
    return std::move(run_);
}

}  // namespace sluice::vm

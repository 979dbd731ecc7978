// Following the steps of a shard. SPDX-License-Identifier: MIT OR Apache-2.0
#include "shard_walker.h"

#include "absl/strings/str_format.h"

#include "gadgets/records.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/semantics.h"
#include "step_chip.h"

namespace sluice::chips {

namespace {

/// Memory as an ECALL sees it; what it writes is kept apart.
class CallPort final : public abi::MemoryPort {
 public:
    explicit CallPort(WordStore& words) : words_(words) {}

    abi::TrapCode read_words(std::uint64_t address, std::uint64_t* words, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) words[i] = words_.value(static_cast<std::uint32_t>(address / 8 + i));
        return abi::TrapCode::none;
    }
    abi::TrapCode write_words(std::uint64_t address, const std::uint64_t* words, std::size_t count) override {
        first_key = static_cast<std::uint32_t>(address / 8);
        written.assign(words, words + count);
        return abi::TrapCode::none;
    }

    std::uint32_t first_key = 0;
    std::vector<std::uint64_t> written;

 private:
    WordStore& words_;
};

}  // namespace

absl::StatusOr<ExecutedStep> ShardWalker::next(const isa::Step& recorded) {
    const std::uint32_t row = image_.line_at(recorded.pc);
    if (row == kNoRow) {
        return absl::UnimplementedError(
            absl::StrFormat("pc 0x%x: no row of the program table for word 0x%08x", recorded.pc, recorded.word));
    }
    ExecutedStep step;
    step.line = image_.lines()[row];
    step.row = row;
    step.time = time_;
    step.next_pc = recorded.next_pc;
    const absl::Status status = step.line.op == isa::Op::ECALL ? add_call(step) : add_accesses(step, recorded);
    if (!status.ok()) return status;
    time_ += kTimeStep;
    return step;
}

absl::Status ShardWalker::add_accesses(ExecutedStep& step, const isa::Step& recorded) {
    step.first = recorded.rs1_value;
    step.second = recorded.rs2_value;
    const isa::Instruction decoded = isa::decode(recorded.word);
    const isa::Format format = isa::info(decoded.op).format;
    const bool has_second = format == isa::Format::r || format == isa::Format::s || format == isa::Format::b;
    const bool has_first =
        has_second || format == isa::Format::i || format == isa::Format::shift || format == isa::Format::shift_word;
    if (has_first) {
        step.first_access = words_.access(decoded.rs1, time_, step.first);
        if (step.first_access.before != step.first) return disagrees(step, "rs1", step.first_access.before);
    }
    if (has_second) {
        step.second_access = words_.access(decoded.rs2, time_ + 1, step.second);
        if (step.second_access.before != step.second) return disagrees(step, "rs2", step.second_access.before);
    }
    const isa::OpClass kind = isa::op_class(decoded.op);
    if (kind == isa::OpClass::load || kind == isa::OpClass::store) {
        const unsigned size = 1u << (recorded.word >> 12 & 3);
        step.address = recorded.address;
        step.memory_words = recorded.address % 8 + size > 8 ? 2 : 1;
        const unsigned offset = recorded.address % 8;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < size; ++i) {
            const std::uint64_t word = words_.value(recorded.address / 8 + (offset + i) / 8);
            found |= std::uint64_t{byte(word, (offset + i) % 8)} << (8 * i);
        }
        if (found != recorded.memory_value) return disagrees(step, "memory", found);
        for (std::uint32_t i = 0; i < step.memory_words; ++i) {
            const std::uint32_t key = recorded.address / 8 + i;
            std::uint64_t value = words_.value(key);
            if (kind == isa::OpClass::store) value = stored(value, step.second, offset, size, i);
            step.memory_after[i] = value;
            step.memory[i] = words_.access(key, time_, value);
        }
    }
    if (step.line.rd != 0) {
        step.result = recorded.rd_value;
        step.target_access = words_.access(step.line.rd, time_ + 2, step.result);
    }
    return absl::OkStatus();
}

absl::Status ShardWalker::add_call(ExecutedStep& step) {
    call_.number = words_.value(kRegisterA7);
    call_.number_access = words_.access(kRegisterA7, time_, call_.number);
    call_.operands = {};
    step.call = &call_;
    const CallShape* shape = call_shape(call_.number);
    if (shape == nullptr) return absl::OkStatus();  // no chip has rows of it, and whoever looks for one says so
    for (std::uint32_t i = 0; i < shape->arguments; ++i) {
        call_.arguments[i] = words_.value(kRegisterA0 + i);
        call_.argument_accesses[i] = words_.access(kRegisterA0 + i, time_, call_.arguments[i]);
    }
    CallPort port(words_);
    const abi::EcallOutcome outcome = abi::execute_ecall(call_.number, call_.arguments, port);
    if (outcome.trap != abi::TrapCode::none) return disagrees(step, "a trap", static_cast<std::uint64_t>(outcome.trap));
    ranges_.clear();
    shape->ranges(call_.arguments, ranges_);
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
        const WordRange& range = ranges_[i];
        std::vector<AccessRecord>& words = operand_words_[i];
        std::vector<std::uint64_t>& after = operand_after_[i];
        words.clear();
        after.clear();
        if (range.written && (port.first_key != range.first_key || port.written.size() != range.words)) {
            return disagrees(step, "the range written", port.first_key);
        }
        for (std::uint32_t j = 0; j < range.words; ++j) {
            const std::uint32_t key = range.first_key + j;
            after.push_back(range.written ? port.written[j] : words_.value(key));
            words.push_back(words_.access(key, time_ + range.offset, after.back()));
        }
        call_.operands[i] = {words, after};
    }
    return absl::OkStatus();
}

absl::Status ShardWalker::disagrees(const ExecutedStep& step, const char* what, std::uint64_t found) const {
    return absl::InternalError(absl::StrFormat("pc 0x%x, time %d: %s is 0x%x, the step record does not say so",
                                               step.line.pc, step.time, what, found));
}

}  // namespace sluice::chips

// The list of step chips. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "rv64/ecall.chip.h"
#include "step_chip.h"

namespace sluice::chips {

const std::vector<StepChip>& step_chips() {
    static const std::vector<StepChip> kChips = [] {
        std::vector<StepChip> chips;
        add_sums(chips);
        add_logic(chips);
        add_products(chips);
        add_memory(chips);
        add_ecalls(chips);
        add_wide(chips);
        add_copies(chips);
        add_keccak(chips);
        add_sha256(chips);
        add_fields(chips);
        add_poseidon2(chips);
        std::sort(chips.begin(), chips.end(), [](const StepChip& a, const StepChip& b) { return a.id < b.id; });
        return chips;
    }();
    return kChips;
}

std::vector<StepChip> step_chips(std::uint64_t features) {
    std::vector<StepChip> chips;
    for (const StepChip& chip : step_chips()) {
        if (chip.feature == 0 || (chip.feature & features) != 0) chips.push_back(chip);
    }
    return chips;
}

const CallShape* call_shape(std::uint64_t number) {
    static const std::vector<const CallShape*> kShapes = [] {
        std::vector<const CallShape*> shapes(abi::kEcallNumberEnd);
        for (const StepChip& chip : step_chips()) {
            if (!chip.call.has_value()) continue;
            for (const std::uint64_t taken : chip.numbers) shapes[taken] = &*chip.call;
        }
        return shapes;
    }();
    return number < kShapes.size() ? kShapes[number] : nullptr;
}

void add_ecalls(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<Halt>(0));
    chips.push_back(call_chip<NoEffect>(0));
}

Dispatch::Dispatch(std::span<const StepChip> chips)
    : chips_(chips), by_op_(isa::kOpCount), by_number_(abi::kEcallNumberEnd) {
    for (std::size_t i = 0; i < chips.size(); ++i) {
        for (const isa::Op op : chips[i].ops) by_op_[static_cast<std::size_t>(op)].push_back(i);
        for (const std::uint64_t number : chips[i].numbers) by_number_[number].push_back(i);
    }
}

absl::StatusOr<std::span<const std::size_t>> Dispatch::takers(const ExecutedStep& step) const {
    if (step.call != nullptr) {
        const std::uint64_t number = step.call->number;
        if (number < by_number_.size() && !by_number_[number].empty()) return by_number_[number];
        return absl::UnimplementedError(absl::StrFormat("pc 0x%x: no chip for ECALL %d %s", step.line.pc, number,
                                                        std::string(abi::ecall_name(number))));
    }
    for (const std::size_t& taker : by_op_[static_cast<std::size_t>(step.line.op)]) {
        if (chips_[taker].takes(step)) return std::span<const std::size_t>(&taker, 1);
    }
    return absl::UnimplementedError(
        absl::StrFormat("pc 0x%x: no chip for %s", step.line.pc, std::string(isa::name(step.line.op))));
}

}  // namespace sluice::chips

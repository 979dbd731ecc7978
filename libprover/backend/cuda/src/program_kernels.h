// Chips' programs (backend::TileCode) on the device: a thread takes a row through all steps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "kernel.h"

namespace sluice::backend_cuda {

/// Where a value is: two bits tell whether in a slot, a column or a scalar, the others which.
struct PackedOperand {
    static constexpr std::uint32_t kSlot = 0, kColumn = 1, kScalar = 2;
    std::uint32_t word;
    [[nodiscard]] SLUICE_HD std::uint32_t kind() const noexcept { return word >> 30; }
    [[nodiscard]] SLUICE_HD std::uint32_t index() const noexcept { return word & 0x3fffffff; }
};

struct Instruction {
    static constexpr std::uint32_t kAdd = 0, kSub = 1, kMul = 2, kUse = 3;
    std::uint32_t kind;
    std::uint32_t target;  ///< slot, or number of the use
    PackedOperand a, b;
};

struct ProgramView {
    DevicePointer<const Instruction> instructions;
    std::uint32_t count;
    DevicePointer<const DevicePointer<const KoalaBear>> columns;  ///< committed ones, from their first row
    DevicePointer<const KoalaBear> scalars;
};

/// A thread's elements of working memory, each apart by the number of threads, so that neighbours are read together.
template <class Value>
struct Slots;
template <>
struct Slots<KoalaBear> {
    DevicePointer<KoalaBear> memory;
    std::uint64_t threads;
    [[nodiscard]] SLUICE_HD KoalaBear get(std::uint64_t i) const noexcept { return memory[i * threads]; }
    SLUICE_HD void set(std::uint64_t i, KoalaBear value) const noexcept { memory[i * threads] = value; }
};
template <unsigned D>
struct Slots<Extension<D>> {
    DevicePointer<KoalaBear> memory;
    std::uint64_t threads;
    [[nodiscard]] SLUICE_HD Extension<D> get(std::uint64_t i) const noexcept {
        Extension<D> value;
        for (unsigned l = 0; l < D; ++l) value.limb[l] = memory[(i * D + l) * threads];
        return value;
    }
    SLUICE_HD void set(std::uint64_t i, const Extension<D>& value) const noexcept {
        for (unsigned l = 0; l < D; ++l) memory[(i * D + l) * threads] = value.limb[l];
    }
};

/// An operand's value; `column(c)` gives a column's.
template <class Value, class Column>
SLUICE_HD Value load_operand(const ProgramView& program, const Slots<Value>& slots, PackedOperand operand,
                             const Column& column) {
    switch (operand.kind()) {
        case PackedOperand::kSlot:
            return slots.get(operand.index());
        case PackedOperand::kColumn:
            return column(operand.index());
        default:
            return Value::from_base(program.scalars[operand.index()]);
    }
}

/// Runs all steps; `use(u)` is called where the code says so.
template <class Value, class Column, class Use>
SLUICE_HD void run_program(const ProgramView& program, const Slots<Value>& slots, const Column& column,
                           const Use& use) {
    for (std::uint32_t i = 0; i < program.count; ++i) {
        const Instruction step = program.instructions[i];
        if (step.kind == Instruction::kUse) {
            use(step.target);
            continue;
        }
        const Value a = load_operand(program, slots, step.a, column);
        const Value b = load_operand(program, slots, step.b, column);
        slots.set(step.target, step.kind == Instruction::kAdd ? a + b : step.kind == Instruction::kSub ? a - b : a * b);
    }
}

}  // namespace sluice::backend_cuda

// The host's side of program_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "buffer.h"
#include "oracle.h"
#include "program_kernels.h"
#include "sluice/backend/tile_code.h"

namespace sluice::backend_cuda {

/// The committed columns of a table proof, found by chip, group and index.
template <class Hasher>
class TableColumns {
 public:
    explicit TableColumns(const backend::Table<Hasher>& table) {
        const machine::Machine& machine = table.shape->machine;
        const auto& heights = table.shape->heights;
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            DevicePointer<const KoalaBear> at =
                static_cast<const CudaCommitment<Hasher>*>(table.commitments[group])->dense();
            for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
                first_[group].push_back(at);
                at = at + machine.chips[chip].widths[group] * machine::align4(heights[chip]);
            }
        }
        for (const std::uint32_t height : heights) strides_.push_back(machine::align4(height));
    }
    [[nodiscard]] DevicePointer<const KoalaBear> get(std::size_t chip, machine::Group group,
                                                     std::uint32_t column) const noexcept {
        return first_[static_cast<std::size_t>(group)][chip] + column * strides_[chip];
    }

 private:
    std::vector<DevicePointer<const KoalaBear>> first_[machine::kGroups];
    std::vector<std::uint64_t> strides_;
};

[[nodiscard]] inline PackedOperand pack(const backend::Operand& operand) noexcept {
    static_assert(static_cast<std::uint32_t>(backend::Operand::Kind::slot) == PackedOperand::kSlot);
    static_assert(static_cast<std::uint32_t>(backend::Operand::Kind::column) == PackedOperand::kColumn);
    static_assert(static_cast<std::uint32_t>(backend::Operand::Kind::scalar) == PackedOperand::kScalar);
    return {static_cast<std::uint32_t>(operand.kind) << 30 | operand.index};
}

/// A program on the device.
class DeviceProgram {
 public:
    DeviceProgram() = default;
    /// `columns`: where those that the code reads lie; `scalars`: values of its scalars.
    DeviceProgram(const Context& context, const backend::TileCode& code,
                  std::span<const DevicePointer<const KoalaBear>> columns, std::span<const KoalaBear> scalars)
        : instructions_(context, pack_steps(code)), columns_(context, columns), scalars_(context, scalars) {}

    [[nodiscard]] ProgramView view() const noexcept {
        return {instructions_.data(), static_cast<std::uint32_t>(instructions_.size()), columns_.data(),
                scalars_.data()};
    }
    [[nodiscard]] static std::uint64_t bytes_for(const backend::TileCode& code) noexcept {
        return aligned(code.steps.size() * sizeof(Instruction)) + aligned(code.columns.size() * sizeof(void*)) +
               aligned(code.scalars.size() * sizeof(KoalaBear));
    }

 private:
    static std::vector<Instruction> pack_steps(const backend::TileCode& code) {
        std::vector<Instruction> steps;
        steps.reserve(code.steps.size());
        for (const backend::Step& step : code.steps) {
            static_assert(static_cast<std::uint32_t>(backend::Step::Kind::mul) == Instruction::kMul &&
                          static_cast<std::uint32_t>(backend::Step::Kind::use) == Instruction::kUse);
            steps.push_back({static_cast<std::uint32_t>(step.kind), step.target, pack(step.a), pack(step.b)});
        }
        return steps;
    }

    DeviceBuffer<Instruction> instructions_;
    DeviceBuffer<DevicePointer<const KoalaBear>> columns_;
    DeviceBuffer<KoalaBear> scalars_;
};

/// Threads that interpret programs at a time: what their slots take is bounded by it.
inline constexpr std::uint64_t kProgramBlocks = 256;
inline constexpr std::uint64_t kProgramThreads = kProgramBlocks * 128;

}  // namespace sluice::backend_cuda

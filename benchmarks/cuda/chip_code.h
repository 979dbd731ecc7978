// The code of a chip for benchmarks. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "program.h"

namespace sluice::backend_cuda {

struct ChipCode {
    static constexpr std::uint32_t kColumns = 16, kInstructions = 64, kSlots = 16, kUses = 16;

    /// A chip's code: half of the steps are products; each use is of a value just made.
    static backend::TileCode code() {
        using backend::Operand;
        using backend::Step;
        backend::TileCode code;
        code.slots = kSlots;
        code.scalars = {0};
        for (std::uint32_t c = 0; c < kColumns; ++c) code.columns.push_back({machine::Group::main, c});
        for (std::uint32_t i = 0; i < kInstructions; ++i) {
            const Operand column{Operand::Kind::column, i % kColumns};
            const Operand other{i == 0 ? Operand::Kind::scalar : Operand::Kind::slot, i == 0 ? 0 : (i - 1) % kSlots};
            code.steps.push_back({i % 2 == 0 ? Step::Kind::mul : Step::Kind::add, i % kSlots, column, other});
            if (i % (kInstructions / kUses) != 0) continue;
            code.steps.push_back({Step::Kind::use, static_cast<std::uint32_t>(code.uses.size()), column, column});
            code.uses.push_back({{Operand::Kind::slot, i % kSlots}});
        }
        return code;
    }
    static constexpr std::array kScalars{KoalaBear::from_canonical(7)};
    static std::vector<DevicePointer<const KoalaBear>> places(const DeviceBuffer<KoalaBear>& columns,
                                                              std::uint64_t rows) {
        std::vector<DevicePointer<const KoalaBear>> result;
        for (std::uint32_t c = 0; c < kColumns; ++c) result.push_back(columns.data() + c * rows);
        return result;
    }
};

}  // namespace sluice::backend_cuda

// Main columns that are made when they are committed. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"

#include "sluice/math/koala_bear.h"

namespace sluice::machine {

/// What the main columns of some chips of a table are filled from. A backend that knows the kind of source fills them
/// where it computes; all others by `fill`.
class ColumnSource {
 public:
    ColumnSource() = default;
    ColumnSource(const ColumnSource&) = delete;
    ColumnSource& operator=(const ColumnSource&) = delete;
    virtual ~ColumnSource() = default;

    /// For each chip of the machine its main columns, as ChipTrace has them, or nothing if they are not left out.
    [[nodiscard]] virtual absl::StatusOr<std::vector<std::vector<math::KoalaBear>>> fill() const = 0;
};

}  // namespace sluice::machine

// Main columns that are filled on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "absl/status/status.h"

#include "buffer.h"
#include "sluice/machine/column_source.h"

namespace sluice::backend_cuda {

/// A source that this backend fills from where it computes.
class DeviceSource : public machine::ColumnSource {
 public:
    using machine::ColumnSource::fill;

    /// `chips`: for each chip of the machine the place of its first main column, as ChipTrace has them; of chips left
    /// out all is zero. Filling takes less memory than the columns do. Throws Failure; Internal if the rows break a
    /// rule.
    [[nodiscard]] virtual absl::Status fill(const Context& context,
                                            std::span<const DevicePointer<KoalaBear>> chips) const = 0;
};

}  // namespace sluice::backend_cuda

// Main columns that are filled on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "absl/status/status.h"

#include "buffer.h"
#include "sluice/machine/column_source.h"

namespace sluice::backend_cuda {

/// A source that this backend fills from where it computes.
class DeviceSource : public machine::ColumnSource {
 public:
    using machine::ColumnSource::fill;

    /// What it is filled from, on the device.
    class Records {
     public:
        Records() = default;
        Records(const Records&) = delete;
        Records& operator=(const Records&) = delete;
        virtual ~Records() = default;
    };
    /// Sends them. Throws Failure.
    [[nodiscard]] virtual std::unique_ptr<Records> upload(const Context& context) const = 0;
    /// `records` are what `upload` of this source gave, in whatever memory of the device. `chips`: for each chip of the
    /// machine the place of its first main column, as ChipTrace has them; of chips left out all is zero. Filling takes
    /// less memory than the columns do, and has ended when it returns. Throws Failure; Internal if the rows break a
    /// rule.
    [[nodiscard]] virtual absl::Status fill(const Context& context, const Records& records,
                                            std::span<const DevicePointer<KoalaBear>> chips) const = 0;
};

}  // namespace sluice::backend_cuda

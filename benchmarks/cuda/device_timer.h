// Time on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <functional>

#include "device.h"

namespace sluice::backend_cuda {

/// Seconds that what `run` puts on the stream takes there: between two events on a card, by the clock on the twin.
/// Throws Failure.
[[nodiscard]] double device_seconds(Stream& stream, const std::function<void()>& run);

}  // namespace sluice::backend_cuda

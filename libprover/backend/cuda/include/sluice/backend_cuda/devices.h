// Where the CUDA backend computes. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<std::shared_ptr<Device>> card = backend_cuda::open_cuda_device(0);
//   absl::StatusOr<std::shared_ptr<Device>> twin = backend_cuda::make_host_device({});
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>

#include "absl/status/statusor.h"

namespace sluice::backend_cuda {

/// What a module of a proof took, by the device's own clock (on a card, between events). `name` is static.
struct SpanTime {
    const char* name;
    double seconds;
};

class Device;

/// Order in which the twin runs the blocks of a grid and the threads of a block between two barriers. A card promises
/// none: kernels must give the same bytes for all of them.
enum class Order : std::uint8_t { ascending, descending, scattered };

/// The host as a device.
struct HostOptions {
    Order order = Order::ascending;
    /// Device memory can be touched by kernels and copies alone: host code that follows a device pointer faults, as it
    /// would with a card.
    bool guard = false;
    std::uint64_t memory_bytes = std::uint64_t{1} << 40;  ///< what it says is free, at most
    /// For tests: is called with what a download has brought, and where it was called; may change it.
    std::function<void(void* values, std::size_t bytes, const std::source_location& place)> after_download = {};
};

/// The host as a twin of a card: kernels run on one thread, block after block, phase after phase. It is there to test
/// everything but a card's own code, not to be fast.
[[nodiscard]] absl::StatusOr<std::shared_ptr<Device>> make_host_device(const HostOptions& options = {});

/// Whether this build has kernels for cards (CMake's SLUICE_CUDA).
[[nodiscard]] bool built_for_cuda() noexcept;

/// How many cards there are, which may be none. Unavailable if there is no driver; Unimplemented in a build without
/// CUDA.
[[nodiscard]] absl::StatusOr<int> count_cuda_devices();

/// Card `number`. Unavailable if there is no driver or no such card; FailedPrecondition, with the architectures of the
/// build and of the card, if the build has no code that the card runs; Unimplemented in a build without CUDA.
[[nodiscard]] absl::StatusOr<std::shared_ptr<Device>> open_cuda_device(int number = 0);

}  // namespace sluice::backend_cuda

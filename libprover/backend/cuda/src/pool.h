// The memory of the backend: one piece of the device, taken when the backend is made.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "device.h"

namespace sluice::backend_cuda {

/// Every array starts on a boundary of as many bytes.
inline constexpr std::uint64_t kAlignment = 256;

[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t bytes) noexcept {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Pieces of one allocation, handed out where they fit best. All uses are ordered by one stream, so a piece may be
/// used again as soon as it is given back. Any thread may call.
class Pool {
 public:
    /// All that is taken from the device. `device` outlives the pool's memory by the pool's holding it.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<Pool>> make(std::shared_ptr<Device> device,
                                                                    std::uint64_t bytes);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool();

    /// A piece on a boundary of kAlignment; what it holds is unknown. Throws Failure (ResourceExhausted).
    [[nodiscard]] void* take(std::uint64_t bytes, const Place& place);
    /// `bytes` as they were asked for.
    void give_back(void* piece, std::uint64_t bytes) noexcept;

    [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
    /// Bytes in use, now and at most since the last reset.
    [[nodiscard]] std::uint64_t current() const noexcept;
    [[nodiscard]] std::uint64_t peak() const noexcept;
    void reset_peak() noexcept;
    /// For tests: the `after`-th `take` from now on fails, and all after it until this is called again.
    void fail_after(std::uint64_t after) noexcept;
    static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

 private:
    Pool(std::shared_ptr<Device> device, void* memory, std::uint64_t bytes);

    std::shared_ptr<Device> device_;
    std::byte* memory_;
    std::uint64_t capacity_;
    mutable std::mutex mutex_;
    std::map<std::uint64_t, std::uint64_t> free_;  ///< size by offset
    std::uint64_t current_ = 0;
    std::uint64_t peak_ = 0;
    std::uint64_t left_until_failure_ = kNever;
};

}  // namespace sluice::backend_cuda

// The host as a twin of a card. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "device.h"

namespace sluice::backend_cuda {

/// The i-th of `count` things in an order.
[[nodiscard]] inline std::uint64_t ordered(Order order, std::uint64_t i, std::uint64_t count) noexcept {
    switch (order) {
        case Order::ascending:
            return i;
        case Order::descending:
            return count - 1 - i;
        case Order::scattered:
            break;
    }
    // Steps that reach everything: the golden ratio of the count, or the next number that has no factor in common.
    std::uint64_t step = count * 5 / 8 + 1;
    while (std::gcd(step, count) != 1) ++step;
    return (i % count * (step % count) + count / 3) % count;
}

class HostDevice final : public Device {
 public:
    explicit HostDevice(const HostOptions& options) : options_(options), description_("host twin") {}
    ~HostDevice() override;

    const std::string& description() const noexcept override { return description_; }
    absl::StatusOr<std::uint64_t> free_bytes() override;
    absl::StatusOr<void*> allocate(std::uint64_t bytes) override;
    void release(void* memory) noexcept override;
    absl::StatusOr<std::unique_ptr<Stream>> make_stream() override;

    [[nodiscard]] Order order() const noexcept { return options_.order; }
    void after_download(void* values, std::size_t bytes, const Place& place) const {
        if (options_.after_download) options_.after_download(values, bytes, place);
    }
    /// Device memory can be touched while an object of this lives.
    class Access {
     public:
        explicit Access(HostDevice& device) : device_(device) { device_.protect(false); }
        Access(const Access&) = delete;
        Access& operator=(const Access&) = delete;
        ~Access() { device_.protect(true); }

     private:
        HostDevice& device_;
    };

 private:
    void protect(bool on) noexcept;

    HostOptions options_;
    std::string description_;
    std::mutex mutex_;
    std::map<void*, std::uint64_t> allocations_;
    std::uint64_t allocated_ = 0;
    unsigned accesses_ = 0;
};

class HostStream final : public Stream {
 public:
    explicit HostStream(HostDevice& device) : device_(device) {}

    void upload(void* to, const void* from, std::size_t bytes, const Place& place) override;
    void download(void* to, const void* from, std::size_t bytes, const Place& place) override;
    void clear(void* to, std::size_t bytes, const Place& place) override;
    void synchronize(const Place&) override {}
    HostStream* host() noexcept override { return this; }
    void check(int, const char*, const Place&) override {}
    void begin_span(const char* name) noexcept override;
    void end_span() noexcept override;
    std::vector<SpanTime> take_spans() override { return std::exchange(ended_, {}); }

    [[nodiscard]] HostDevice& device() noexcept { return device_; }

 private:
    struct Begun {
        const char* name;
        std::chrono::steady_clock::time_point at;
    };

    HostDevice& device_;
    std::vector<Begun> begun_;
    std::vector<SpanTime> ended_;
};

}  // namespace sluice::backend_cuda

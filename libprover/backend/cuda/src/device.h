// A place where kernels run and their memory lies: a CUDA device, or the host as its twin.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   auto device = make_host_device({});                        // or open_cuda_device(0)
//   std::unique_ptr<Stream> stream = (*device)->make_stream();
//   stream->upload(buffer, values, bytes);                     // throws Failure
//   launch(*stream, count, Kernel{...});                       // launch.h
//   stream->download(values, buffer, bytes);
//
// All of the backend but the kernels' code is the same object code for both: the twin runs in every build and every
// test, and what differs on a card is `cuda_device.cpp` and launch.cuh alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/backend_cuda/devices.h"

namespace sluice::backend_cuda {

/// What is thrown within the backend when a device refuses something; its operations turn it into their status.
class Failure final : public std::exception {
 public:
    explicit Failure(absl::Status status) : status_(std::move(status)) {}
    [[nodiscard]] const absl::Status& status() const noexcept { return status_; }
    [[nodiscard]] const char* what() const noexcept override { return "device failure"; }

 private:
    absl::Status status_;
};

/// Where in the backend a device was called.
using Place = std::source_location;

/// "file:line" without folders, so that messages do not depend on where the project was built.
[[nodiscard]] std::string place_name(const Place& place);

class HostStream;

/// Work in order: each operation sees the results of those before it. Errors are thrown as Failure, where they are
/// found: a kernel's at the latest by the next `download` or `synchronize`.
class Stream {
 public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    /// From host to device; `from` may be changed or freed after the call.
    virtual void upload(void* to, const void* from, std::size_t bytes, const Place& place = Place::current()) = 0;
    /// From device to host; waits.
    virtual void download(void* to, const void* from, std::size_t bytes, const Place& place = Place::current()) = 0;
    /// Sets bytes of the device to zero.
    virtual void clear(void* to, std::size_t bytes, const Place& place = Place::current()) = 0;
    /// Waits for all before.
    virtual void synchronize(const Place& place = Place::current()) = 0;

    /// The host's twin, or null for a stream of a card.
    [[nodiscard]] virtual HostStream* host() noexcept { return nullptr; }
    /// The cudaStream_t, or null.
    [[nodiscard]] virtual void* handle() noexcept { return nullptr; }
    /// Throws for the result of a CUDA call that is not success.
    virtual void check(int result, const char* call, const Place& place) = 0;

    /// A span of work, which may lie in others: measured on the device, and a range for profilers of cards (NVTX).
    /// `name` is static.
    virtual void begin_span(const char* name) noexcept = 0;
    virtual void end_span() noexcept = 0;
    /// Times of the spans that have ended since the last call; waits for their work.
    [[nodiscard]] virtual std::vector<SpanTime> take_spans() = 0;
};

/// Work of a stream under one name: the modules of reports, as libprover/README.md has them.
class Span {
 public:
    Span(Stream& stream, const char* name) : stream_(stream) { stream_.begin_span(name); }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span() { stream_.end_span(); }

 private:
    Stream& stream_;
};

class Device {
 public:
    Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    virtual ~Device() = default;

    /// For messages: "host twin", or the card's name, number and architecture.
    [[nodiscard]] virtual const std::string& description() const noexcept = 0;
    /// Bytes of memory that can be had now.
    [[nodiscard]] virtual absl::StatusOr<std::uint64_t> free_bytes() = 0;
    /// Plain device memory. ResourceExhausted if there is not as much.
    [[nodiscard]] virtual absl::StatusOr<void*> allocate(std::uint64_t bytes) = 0;
    virtual void release(void* memory) noexcept = 0;
    [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<Stream>> make_stream() = 0;
};

}  // namespace sluice::backend_cuda

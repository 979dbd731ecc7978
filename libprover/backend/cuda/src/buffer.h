// Arrays on the device, from the backend's pool. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernel.h"
#include "pool.h"
#include "sluice/backend_cuda/tuning.h"

namespace sluice::backend_cuda {

/// What the backend's parts work with.
struct Context {
    Pool& pool;
    Stream& stream;
    Tuning tuning{};
};

/// An array of plain data, not initialised. Making one throws Failure.
template <class T>
class DeviceBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

 public:
    DeviceBuffer() = default;
    DeviceBuffer(const Context& context, std::uint64_t size, const Place& place = Place::current())
        : pool_(&context.pool), size_(size) {
        if (size_ != 0) data_ = static_cast<T*>(pool_->take(bytes(), place));
    }
    /// With the values of the host.
    DeviceBuffer(const Context& context, std::span<const T> values, const Place& place = Place::current())
        : DeviceBuffer(context, values.size(), place) {
        context.stream.upload(data_, values.data(), bytes(), place);
    }
    DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
    DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
        DeviceBuffer moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~DeviceBuffer() {
        if (data_ != nullptr) pool_->give_back(data_, bytes());
    }

    [[nodiscard]] DevicePointer<T> data() const noexcept { return DevicePointer<T>(data_); }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return size_ * sizeof(T); }

    /// Copies to the host; waits.
    [[nodiscard]] std::vector<T> download(Stream& stream, const Place& place = Place::current()) const {
        std::vector<T> values(size_);
        stream.download(values.data(), data_, bytes(), place);
        return values;
    }

 private:
    void swap(DeviceBuffer& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    Pool* pool_ = nullptr;
    T* data_ = nullptr;
    std::uint64_t size_ = 0;
};

/// An array of elements of the extension, limb-planar.
template <unsigned D>
class ExtBuffer {
 public:
    ExtBuffer() = default;
    ExtBuffer(const Context& context, std::uint64_t size, const Place& place = Place::current())
        : limbs_(context, D * size, place), size_(size) {}
    ExtBuffer(const Context& context, std::span<const Extension<D>> values, const Place& place = Place::current())
        : limbs_(context, planar(values), place), size_(values.size()) {}

    [[nodiscard]] ExtView<D> view() const noexcept { return {limbs_.data(), size_}; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Copies to the host; waits.
    [[nodiscard]] std::vector<Extension<D>> download(Stream& stream, const Place& place = Place::current()) const {
        const std::vector<KoalaBear> limbs = limbs_.download(stream, place);
        std::vector<Extension<D>> values(size_);
        for (std::uint64_t i = 0; i < size_; ++i) {
            for (unsigned l = 0; l < D; ++l) values[i].limb[l] = limbs[l * size_ + i];
        }
        return values;
    }
    [[nodiscard]] static constexpr std::uint64_t bytes_for(std::uint64_t size) noexcept {
        return aligned(D * size * sizeof(KoalaBear));
    }

 private:
    static std::vector<KoalaBear> planar(std::span<const Extension<D>> values) {
        std::vector<KoalaBear> limbs(D * values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            for (unsigned l = 0; l < D; ++l) limbs[l * values.size() + i] = values[i].limb[l];
        }
        return limbs;
    }

    DeviceBuffer<KoalaBear> limbs_;
    std::uint64_t size_ = 0;
};

}  // namespace sluice::backend_cuda

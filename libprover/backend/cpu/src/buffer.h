// Large arrays of the backend. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "memory.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

namespace sluice::backend_cpu {

using math::Extension;
using math::KoalaBear;

/// Kernels run over whole multiples of as many elements: lengths of arrays are rounded up to it.
inline constexpr std::size_t kPad = 16;

[[nodiscard]] constexpr std::size_t padded(std::size_t count) noexcept {
    return (count + kPad - 1) & ~(kPad - 1);
}

/// An array of plain data, not initialised. Making one throws std::bad_alloc, as Memory::take does.
template <class T>
class Buffer {
 public:
    Buffer() = default;
    Buffer(Memory& memory, std::size_t size) : memory_(&memory), size_(size) {
        if (size_ != 0) data_ = static_cast<T*>(memory_->take(bytes()));
    }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~Buffer() {
        if (data_ != nullptr) memory_->give_back(data_, bytes());
    }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<T> span() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {data_, size_}; }
    T& operator[](std::size_t i) noexcept { return data_[i]; }
    const T& operator[](std::size_t i) const noexcept { return data_[i]; }
    void fill_zero() noexcept {
        if (size_ != 0) std::memset(static_cast<void*>(data_), 0, bytes());
    }

 private:
    [[nodiscard]] std::size_t bytes() const noexcept { return size_ * sizeof(T); }
    void swap(Buffer& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    Memory* memory_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A place in limb-planar memory: limb l of element i is base[l * stride + i].
template <unsigned D>
struct ExtView {
    KoalaBear* base = nullptr;
    std::size_t stride = 0;

    [[nodiscard]] Extension<D> get(std::size_t i) const noexcept {
        Extension<D> value;
        for (unsigned l = 0; l < D; ++l) value.limb[l] = base[l * stride + i];
        return value;
    }
    void set(std::size_t i, const Extension<D>& value) const noexcept {
        for (unsigned l = 0; l < D; ++l) base[l * stride + i] = value.limb[l];
    }
    [[nodiscard]] ExtView at(std::size_t i) const noexcept { return {base + i, stride}; }
    void fill(std::size_t from, std::size_t to, const Extension<D>& value) const noexcept {
        for (unsigned l = 0; l < D && from < to; ++l)
            std::fill(base + l * stride + from, base + l * stride + to, value.limb[l]);
    }
};

/// An array of elements of the extension, limb-planar; its length is rounded up to kPad.
template <unsigned D>
class ExtBuffer {
 public:
    ExtBuffer() = default;
    ExtBuffer(Memory& memory, std::size_t size) : limbs_(memory, D * padded(size)), stride_(padded(size)) {}

    [[nodiscard]] ExtView<D> view() const noexcept { return {const_cast<KoalaBear*>(limbs_.data()), stride_}; }
    [[nodiscard]] std::size_t size() const noexcept { return stride_; }
    [[nodiscard]] Extension<D> get(std::size_t i) const noexcept { return view().get(i); }
    void fill_zero() noexcept { limbs_.fill_zero(); }

    /// What a buffer of that many elements takes.
    [[nodiscard]] static std::uint64_t bytes_for(std::size_t size) noexcept {
        return std::uint64_t{D} * padded(size) * sizeof(KoalaBear);
    }

 private:
    Buffer<KoalaBear> limbs_;
    std::size_t stride_ = 0;
};

}  // namespace sluice::backend_cpu

// What kernels are made of: no host library is named here. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/base/hd.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

/// Before a loop of few steps whose arrays are to be in registers.
#if defined(__CUDA_ARCH__)
#define SLUICE_UNROLL _Pragma("unroll")
#else
#define SLUICE_UNROLL
#endif

namespace sluice::backend_cuda {

using math::Extension;
using math::KoalaBear;

/// A thread of a block kernel.
struct Block {
    std::uint64_t index;
    unsigned thread;
};

/// For block kernels that keep nothing.
struct Nothing {};

template <class Kernel>
inline constexpr bool kIsBlockKernel = requires {
    typename Kernel::Shared;
};

/// Threads of a block of a kernel without barriers, unless it has its own kThreads.
inline constexpr unsigned kDefaultThreads = 256;

/// Memory of the device. Only buffers make one, so that no kernel is given memory of the host.
template <class T>
class DevicePointer {
 public:
    SLUICE_HD constexpr DevicePointer() noexcept : raw_(nullptr) {}
    SLUICE_HD constexpr explicit DevicePointer(T* raw) noexcept : raw_(raw) {}
    /// To read what can be written.
    template <class U>
    SLUICE_HD constexpr DevicePointer(DevicePointer<U> other) noexcept : raw_(other.raw()) {}

    SLUICE_HD constexpr T& operator[](std::uint64_t i) const noexcept { return raw_[i]; }
    /// Of no memory there is no place: kernels with an array left out are given none for it.
    SLUICE_HD friend constexpr DevicePointer operator+(DevicePointer pointer, std::uint64_t count) noexcept {
        return pointer.raw_ == nullptr ? pointer : DevicePointer(pointer.raw_ + count);
    }
    [[nodiscard]] SLUICE_HD constexpr T* raw() const noexcept { return raw_; }

 private:
    T* raw_;
};

/// Extension elements on the device, limb-planar: limb l of element i is base[l * stride + i].
template <unsigned D>
struct ExtView {
    DevicePointer<KoalaBear> base;
    std::uint64_t stride = 0;

    [[nodiscard]] SLUICE_HD Extension<D> get(std::uint64_t i) const noexcept {
        Extension<D> value;
        for (unsigned l = 0; l < D; ++l) value.limb[l] = base[l * stride + i];
        return value;
    }
    SLUICE_HD void set(std::uint64_t i, const Extension<D>& value) const noexcept {
        for (unsigned l = 0; l < D; ++l) base[l * stride + i] = value.limb[l];
    }
    [[nodiscard]] SLUICE_HD ExtView at(std::uint64_t i) const noexcept { return {base + i, stride}; }
};

/// Makes *to the smaller of itself and value, whatever other threads do.
SLUICE_HD inline void atomic_min(std::uint32_t* to, std::uint32_t value) noexcept {
#if defined(__CUDA_ARCH__)
    atomicMin(to, value);
#else
    if (value < *to) *to = value;
#endif
}

/// A phase of a sum over a block by halves: call it for phases 0 .. kPhases - 1 with the block's values in place; then
/// values[0] is their sum. Field sums are exact: no order changes them.
template <unsigned Threads>
struct BlockSum {
    static_assert((Threads & (Threads - 1)) == 0);
    static constexpr unsigned kPhases = [] {
        unsigned phases = 0;
        for (unsigned n = Threads; n > 1; n /= 2) ++phases;
        return phases;
    }();
    template <class Value>
    SLUICE_HD static void run(unsigned phase, unsigned thread, Value* values) noexcept {
        const unsigned half = Threads >> (phase + 1);
        if (thread < half) values[thread] += values[thread + half];
    }
};

}  // namespace sluice::backend_cuda

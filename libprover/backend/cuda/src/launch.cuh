// How kernels run on a card: the only CUDA of the backend but for its runtime calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include "kernel.h"

namespace sluice::backend_cuda {

template <class Kernel>
constexpr unsigned threads_of() {
    if constexpr (requires { Kernel::kThreads; }) {
        return Kernel::kThreads;
    } else {
        return kDefaultThreads;
    }
}

template <class Kernel>
__global__ void __launch_bounds__(threads_of<Kernel>()) run_elements(std::uint64_t count, const Kernel kernel) {
    const std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
    if (i < count) kernel(i);
}

template <class Kernel>
__global__ void __launch_bounds__(threads_of<Kernel>()) run_blocks(const Kernel kernel) {
    static_assert(sizeof(typename Kernel::Shared) <= 48 * 1024, "static shared memory has 48 KiB");
    // Raw bytes: types with constructors, of which none is called, are no shared variables.
    __shared__ alignas(16) unsigned char memory[sizeof(typename Kernel::Shared)];
    auto& shared = *reinterpret_cast<typename Kernel::Shared*>(memory);
    typename Kernel::Local local;
    const unsigned phases = kernel.phases();
    for (unsigned phase = 0; phase < phases; ++phase) {
        if (phase != 0) __syncthreads();
        kernel.run(phase, Block{blockIdx.x, threadIdx.x}, shared, local);
    }
}

template <class Kernel>
int launch_on_card(void* stream, std::uint64_t count, const Kernel& kernel) noexcept {
    constexpr unsigned kThreads = threads_of<Kernel>();
    constexpr std::uint64_t kMaxBlocks = 0x7fffffff;
    const auto on = static_cast<cudaStream_t>(stream);
    std::uint64_t blocks = count;
    if constexpr (!kIsBlockKernel<Kernel>) blocks = (count + kThreads - 1) / kThreads;
    if (blocks > kMaxBlocks) return cudaErrorInvalidConfiguration;
    if constexpr (kIsBlockKernel<Kernel>) {
        run_blocks<Kernel><<<static_cast<unsigned>(blocks), kThreads, 0, on>>>(kernel);
    } else {
        run_elements<Kernel><<<static_cast<unsigned>(blocks), kThreads, 0, on>>>(count, kernel);
    }
    return cudaGetLastError();
}

}  // namespace sluice::backend_cuda

/// Makes a kernel for the card.
#define SLUICE_CUDA_KERNEL(...) template int launch_on_card(void*, std::uint64_t, const __VA_ARGS__&) noexcept

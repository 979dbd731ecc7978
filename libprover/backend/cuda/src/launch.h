// Kernels, written once: how they are told, and how they are started on either device.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A kernel is a trivially copyable struct of parameters in SLUICE_HD code. One without barriers has
//
//     SLUICE_HD void operator()(std::uint64_t i) const;                   // for i < count, in no order
//
// A block kernel is cut into phases, with a barrier between each two:
//
//     static constexpr unsigned kThreads = 256;
//     struct Shared { ... };                                              // memory of the block, not initialised
//     struct Local { ... };                                               // what a thread keeps from phase to phase
//     SLUICE_HD unsigned phases() const;
//     SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local& local) const;
//
// On a card a kernel is the template of launch.cuh, made for it by a line in one of the .cu files (a kernel that none
// has does not link); the twin runs it here, in any order of blocks and, within a phase, of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "host_device.h"
#include "kernel.h"

namespace sluice::backend_cuda {

/// In launch.cuh: starts a kernel on a cudaStream_t and gives the cudaError_t of the launch.
template <class Kernel>
[[nodiscard]] int launch_on_card(void* stream, std::uint64_t count, const Kernel& kernel) noexcept;

/// The twin of launch_on_card.
template <class Kernel>
void launch_on_host(HostStream& stream, std::uint64_t count, const Kernel& kernel) {
    const HostDevice::Access access(stream.device());
    const Order order = stream.device().order();
    if constexpr (kIsBlockKernel<Kernel>) {
        const auto shared = std::make_unique<typename Kernel::Shared>();
        std::vector<typename Kernel::Local> locals(Kernel::kThreads);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t index = ordered(order, i, count);
            const unsigned phases = kernel.phases();
            for (unsigned phase = 0; phase < phases; ++phase) {
                for (unsigned t = 0; t < Kernel::kThreads; ++t) {
                    const auto thread = static_cast<unsigned>(ordered(order, t, Kernel::kThreads));
                    kernel.run(phase, Block{index, thread}, *shared, locals[thread]);
                }
            }
        }
    } else {
        for (std::uint64_t i = 0; i < count; ++i) kernel(ordered(order, i, count));
    }
}

/// Starts a kernel for `count` elements, or `count` blocks; nothing for 0.
template <class Kernel>
void launch(Stream& stream, std::uint64_t count, const Kernel& kernel, const Place& place = Place::current()) {
    static_assert(std::is_trivially_copyable_v<Kernel> && sizeof(Kernel) <= 4000, "parameters are copied to the card");
    if (count == 0) return;
    if (HostStream* const host = stream.host()) return launch_on_host(*host, count, kernel);
#if SLUICE_HAS_CUDA
    stream.check(launch_on_card(stream.handle(), count, kernel), "launch", place);
#else
    static_cast<void>(place);
#endif
}

}  // namespace sluice::backend_cuda

// Whether a card runs the code of this build. SPDX-License-Identifier: MIT OR Apache-2.0
#include "launch.cuh"

namespace sluice::backend_cuda {

namespace {
struct Probe {
    SLUICE_HD void operator()(std::uint64_t) const {}
};
}  // namespace

int probe_kernel_image() noexcept {
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(&run_elements<Probe>));
}

}  // namespace sluice::backend_cuda

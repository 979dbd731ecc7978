// The CPU backend of degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "cpu_backend_inl.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
std::unique_ptr<CpuBackend<D, Hasher>> make_backend(const CpuOptions& options) {
    return std::make_unique<CpuBackendImpl<D, Hasher>>(options);
}

template std::unique_ptr<CpuBackend<4, hash::Poseidon2Hasher16>> make_backend(const CpuOptions&);

}  // namespace sluice::backend_cpu

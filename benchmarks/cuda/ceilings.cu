// See ceilings.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "ceilings.h"
#include "launch.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_KERNEL(CopyMemory);
SLUICE_CUDA_KERNEL(MultiplyChains);
SLUICE_CUDA_KERNEL(FillValues);

}  // namespace sluice::backend_cuda

// Kernels of the jagged reduction, degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "jagged_kernels.h"
#include "kernel_lists.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_JAGGED_KERNELS(4);

}  // namespace sluice::backend_cuda

// Kernels of WHIR, degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel_lists.cuh"
#include "whir_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_WHIR_KERNELS(5);

}  // namespace sluice::backend_cuda

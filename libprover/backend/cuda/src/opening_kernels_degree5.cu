// Kernels of openings, degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel_lists.cuh"
#include "opening_kernels.h"
#include "sumcheck_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_OPENING_KERNELS(5);

}  // namespace sluice::backend_cuda

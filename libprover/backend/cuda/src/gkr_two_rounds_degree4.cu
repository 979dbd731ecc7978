// Two rounds of GKR in a pass over layers, degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "gkr_kernels.h"
#include "kernel_lists.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_GKR_TWO_ROUNDS(4, false);

}  // namespace sluice::backend_cuda

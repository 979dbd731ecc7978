// Kernels of GKR, degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "gkr_kernels.h"
#include "gkr_tail_kernels.h"
#include "kernel_lists.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_SUM_KERNELS(5);
SLUICE_CUDA_GKR_KERNELS(5);
SLUICE_CUDA_GKR_TAIL(5, hash::Poseidon2Hasher24);

}  // namespace sluice::backend_cuda

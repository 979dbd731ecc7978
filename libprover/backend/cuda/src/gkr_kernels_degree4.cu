// Kernels of GKR, degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "gkr_kernels.h"
#include "gkr_tail_kernels.h"
#include "kernel_lists.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_SUM_KERNELS(4);
SLUICE_CUDA_GKR_KERNELS(4);
SLUICE_CUDA_GKR_TAIL(4, hash::Poseidon2Hasher16);

}  // namespace sluice::backend_cuda

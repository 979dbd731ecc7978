// Kernels of the jagged reduction, degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "jagged_kernels.h"
#include "kernel_lists.cuh"
#include "sumcheck_tail_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_JAGGED_KERNELS(4);
SLUICE_CUDA_PRODUCT_TAIL(4, hash::Poseidon2Hasher16);

}  // namespace sluice::backend_cuda

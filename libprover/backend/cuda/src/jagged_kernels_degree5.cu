// Kernels of the jagged reduction, degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "jagged_kernels.h"
#include "kernel_lists.cuh"
#include "sumcheck_tail_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_JAGGED_KERNELS(5);
SLUICE_CUDA_PRODUCT_TAIL(5, hash::Poseidon2Hasher24);

}  // namespace sluice::backend_cuda

// Kernels of the zerocheck, degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel_lists.cuh"
#include "zerocheck_kernels.h"
#include "zerocheck_tail_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_ZEROCHECK_KERNELS(5);
SLUICE_CUDA_ZEROCHECK_TAIL(5, hash::Poseidon2Hasher24);

}  // namespace sluice::backend_cuda

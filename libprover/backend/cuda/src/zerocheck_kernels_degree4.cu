// Kernels of the zerocheck, degree 4. SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel_lists.cuh"
#include "zerocheck_kernels.h"
#include "zerocheck_tail_kernels.h"

namespace sluice::backend_cuda {

SLUICE_CUDA_ZEROCHECK_KERNELS(4);
SLUICE_CUDA_ZEROCHECK_TAIL(4, hash::Poseidon2Hasher16);

}  // namespace sluice::backend_cuda

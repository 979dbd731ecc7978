// Kernels that are the same for all degrees and hashers. SPDX-License-Identifier: MIT OR Apache-2.0
#include "encode_kernels.h"
#include "launch.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_KERNEL(EncodePass);
SLUICE_CUDA_KERNEL(Gather<KoalaBear>);

}  // namespace sluice::backend_cuda

// Kernels of Poseidon2Hasher24. SPDX-License-Identifier: MIT OR Apache-2.0
#include "encode_kernels.h"
#include "hash_kernels.h"
#include "launch.cuh"

namespace sluice::backend_cuda {

SLUICE_CUDA_KERNEL(HashLeaves<hash::Poseidon2Hasher24>);
SLUICE_CUDA_KERNEL(HashNodes<hash::Poseidon2Hasher24>);
SLUICE_CUDA_KERNEL(HashTop<hash::Poseidon2Hasher24>);
SLUICE_CUDA_KERNEL(FindNonce<hash::Poseidon2Hasher24>);
SLUICE_CUDA_KERNEL(Gather<hash::Poseidon2Hasher24::Digest>);

}  // namespace sluice::backend_cuda

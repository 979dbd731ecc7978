// The CUDA backend of degree 5. SPDX-License-Identifier: MIT OR Apache-2.0
#include "cuda_backend_inl.h"

namespace sluice::backend_cuda {

template absl::StatusOr<std::unique_ptr<CudaBackend<5, hash::Poseidon2Hasher24>>> make_backend(const CudaOptions&);

}  // namespace sluice::backend_cuda

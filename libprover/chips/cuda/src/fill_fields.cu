// Kernels that fill rows: fields. SPDX-License-Identifier: MIT OR Apache-2.0
#include "filled_chips.h"
#include "launch.cuh"

namespace sluice::backend_cuda {

using namespace chips;
#define SLUICE_FILL_KERNEL(...) SLUICE_CUDA_KERNEL(__VA_ARGS__);
SLUICE_FILLED_FIELDS(SLUICE_FILL_KERNEL)

}  // namespace sluice::backend_cuda

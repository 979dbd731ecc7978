// Marks of functions that are compiled for the host and, by nvcc, for CUDA devices too.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

/// Before a function that host and device share: nothing for a host compiler, `__host__ __device__` for nvcc. Such a
/// function uses neither heap nor exceptions, and reads no variable of namespace scope but `constexpr` scalars.
#if defined(__CUDACC__)
#define SLUICE_HD __host__ __device__
#else
#define SLUICE_HD
#endif

/// The same for small leaf functions whose call would cost more than their body.
#if defined(__CUDACC__)
#define SLUICE_HD_INLINE __host__ __device__ __forceinline__
#else
#define SLUICE_HD_INLINE inline
#endif

# The CUDA compiler, if it is wanted and there; without it no CUDA header is ever read.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   SLUICE_CUDA                  AUTO (if nvcc is found, and not with sanitizers), ON, OFF (within another project)
#   SLUICE_CUDA_ARCHITECTURES    code for which cards, such as 90a or 80;90; a last entry `ptx` adds portable code of the
#                                newest one before it
#
# Sets SLUICE_HAS_CUDA (0 or 1), and SLUICE_CUDA_FLAGS and SLUICE_CUDA_ARCHITECTURE_NAMES for libprover/backend/cuda.
include_guard(GLOBAL)
set(default OFF)
if(PROJECT_IS_TOP_LEVEL)
  set(default AUTO)
endif()
set(SLUICE_CUDA ${default} CACHE STRING "CUDA kernels: AUTO, ON or OFF")
set_property(CACHE SLUICE_CUDA PROPERTY STRINGS AUTO ON OFF)
set(SLUICE_CUDA_ARCHITECTURES 90a CACHE STRING "Architectures of the CUDA kernels")

set(SLUICE_HAS_CUDA 0)
if(SLUICE_CUDA STREQUAL "OFF")
  message(STATUS "CUDA kernels: not built (SLUICE_CUDA=OFF)")
  return()
endif()
find_program(SLUICE_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)
if(SLUICE_CUDA STREQUAL "AUTO" AND (NOT SLUICE_NVCC OR SLUICE_SANITIZE))
  message(STATUS "CUDA kernels: not built; nvcc is missing, or there are sanitizers, which it does not know")
  return()
endif()
if(NOT SLUICE_NVCC)
  message(FATAL_ERROR "SLUICE_CUDA=ON, and there is no nvcc: set SLUICE_NVCC or CUDACXX")
endif()

set(CMAKE_CUDA_COMPILER ${SLUICE_NVCC} CACHE FILEPATH "CUDA compiler")
# Ours, since CMake's list knows no architectures newer than itself.
set(CMAKE_CUDA_ARCHITECTURES OFF)
set(CMAKE_CUDA_RUNTIME_LIBRARY None)  # CUDA::cudart_static is named where it is used
if(SLUICE_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${SLUICE_CCACHE})
endif()
enable_language(CUDA)
# CMake before 3.26 does not know how nvcc is told C++20.
foreach(kind STANDARD EXTENSION)
  if(NOT CMAKE_CUDA20_${kind}_COMPILE_OPTION)
    set(CMAKE_CUDA20_${kind}_COMPILE_OPTION -std=c++20)
  endif()
endforeach()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.8)
  message(FATAL_ERROR "CUDA kernels: nvcc ${CMAKE_CUDA_COMPILER_VERSION} is older than 12.8; SLUICE_CUDA=OFF leaves them out")
endif()
find_package(CUDAToolkit REQUIRED)

# A fifth of the size; drivers since CUDA 12.4 unpack it.
set(SLUICE_CUDA_FLAGS --compress-mode=size)
set(newest "")
foreach(architecture IN LISTS SLUICE_CUDA_ARCHITECTURES)
  if(architecture STREQUAL "ptx")
    list(APPEND SLUICE_CUDA_FLAGS -gencode=arch=compute_${newest},code=compute_${newest})
  else()
    list(APPEND SLUICE_CUDA_FLAGS -gencode=arch=compute_${architecture},code=sm_${architecture})
    set(newest ${architecture})
  endif()
endforeach()
list(JOIN SLUICE_CUDA_ARCHITECTURES " " SLUICE_CUDA_ARCHITECTURE_NAMES)
set(SLUICE_HAS_CUDA 1)
message(STATUS "CUDA kernels: nvcc ${CMAKE_CUDA_COMPILER_VERSION} for ${SLUICE_CUDA_ARCHITECTURE_NAMES}")

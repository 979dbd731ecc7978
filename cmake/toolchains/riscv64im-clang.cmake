# Toolchain of the guest: clang 19 for RV64IM with misaligned access, libc++ headers, picolibc's C headers.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Used by the `guest` target (cmake/modules/SluiceGuest.cmake); by hand:
#   cmake -S . -B build/guest -G Ninja --toolchain cmake/toolchains/riscv64im-clang.cmake
#
# Zicclsm and -mno-strict-align make an unaligned 8-byte read one `ld`; -ffreestanding would turn small copies into calls.
# No jump tables: an indirect jump costs more rows than a few compares. The bytes of the result depend neither on the place
# of the sources nor on that of the build.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64im)

set(SLUICE_LLVM_VERSION 19 CACHE STRING "Version suffix of clang and lld")
set(SLUICE_PICOLIBC_INCLUDE /usr/lib/picolibc/riscv64-unknown-elf/include CACHE PATH "C headers of picolibc")
set(SLUICE_LIBCXX_INCLUDE /usr/lib/llvm-${SLUICE_LLVM_VERSION}/include/c++/v1 CACHE PATH "Headers of libc++")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SLUICE_LLVM_VERSION SLUICE_PICOLIBC_INCLUDE SLUICE_LIBCXX_INCLUDE)

set(CMAKE_C_COMPILER clang-${SLUICE_LLVM_VERSION})
set(CMAKE_CXX_COMPILER clang++-${SLUICE_LLVM_VERSION})
set(CMAKE_ASM_COMPILER clang-${SLUICE_LLVM_VERSION})
set(CMAKE_AR llvm-ar-${SLUICE_LLVM_VERSION} CACHE FILEPATH "")
set(CMAKE_RANLIB llvm-ranlib-${SLUICE_LLVM_VERSION} CACHE FILEPATH "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

get_filename_component(sluice_root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
set(sluice_machine "--target=riscv64-unknown-elf -march=rv64im_zicclsm -mabi=lp64 -mcmodel=medany")
string(CONCAT sluice_common
  "${sluice_machine} -mno-strict-align -fno-exceptions -fno-jump-tables -ffunction-sections -fdata-sections "
  "-fno-stack-protector -fno-asynchronous-unwind-tables -ffile-prefix-map=${sluice_root}/= -nostdlibinc")
set(CMAKE_ASM_FLAGS_INIT "${sluice_machine} -ffile-prefix-map=${sluice_root}/=")
set(CMAKE_C_FLAGS_INIT "${sluice_common} -isystem ${SLUICE_PICOLIBC_INCLUDE}")
string(CONCAT CMAKE_CXX_FLAGS_INIT
  "${sluice_common} -fno-rtti -fno-threadsafe-statics -nostdinc++ -isystem ${sluice_root}/guest/runtime/libcxx "
  "-isystem ${SLUICE_LIBCXX_INCLUDE} -isystem ${SLUICE_PICOLIBC_INCLUDE}")
# Full rather than thin: its symbol names do not depend on the paths of the objects.
set(CMAKE_CXX_FLAGS_RELEASE_INIT "-flto=full")
# The interpreter's opcodes end each with its own indirect jump; by default LLVM 19 merges so many of them into one.
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-nostdlib -static -fuse-ld=lld-${SLUICE_LLVM_VERSION} -Wl,--gc-sections,--build-id=none,--no-undefined \
-Wl,-mllvm,-tail-dup-pred-size=4096,-mllvm,-tail-dup-succ-size=4096")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

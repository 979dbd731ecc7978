# Warnings for the project's own sources; errors with SLUICE_WERROR (CI). Users who build us never get -Werror.
# SPDX-License-Identifier: MIT OR Apache-2.0
include_guard(GLOBAL)
add_library(sluice_warnings INTERFACE)
set(warnings -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Wformat=2 -Wundef -Wunused -Woverloaded-virtual
  # g++ 12 sees overlapping copies in inlined std::string operations that cannot happen (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${SLUICE_WERROR}>:-Werror>)
# nvcc takes other options, and hands what is for the host's compiler on with -Xcompiler.
target_compile_options(sluice_warnings INTERFACE
  "$<$<NOT:$<COMPILE_LANGUAGE:CUDA>>:${warnings}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra;$<$<BOOL:${SLUICE_WERROR}>:-Werror=all-warnings>>")

# SLUICE_SANITIZE=address,undefined: applied to all targets of the build, since a part without it hides faults.
# SPDX-License-Identifier: MIT OR Apache-2.0
# SLUICE_FUZZ=ON: coverage counters in the libraries and in the programs of tests/fuzz. Other tests would pay for them.
include_guard(GLOBAL)
define_property(TARGET PROPERTY SLUICE_COVERAGE BRIEF_DOCS "has coverage counters for fuzzing with SLUICE_FUZZ=ON"
  FULL_DOCS "set by sluice_add_library and sluice_add_fuzzer")
if(SLUICE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SLUICE_FUZZ needs clang for libFuzzer; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
  endif()
  add_compile_options($<$<BOOL:$<TARGET_PROPERTY:SLUICE_COVERAGE>>:-fsanitize=fuzzer-no-link>)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()

# sluice_add_benchmark: one Google Benchmark program per area.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   sluice_add_benchmark(NAME emulator SOURCES vm/emulator_bench.cpp DEPS sluice::vm EXTERNAL ...)
#
# The program is benchmarks/bench_NAME of the build folder; the target `benchmarks` builds all. ctest runs each for a
# moment (label `bench`), so that none can rot; figures come from `make bench`.
include_guard(GLOBAL)
find_package(benchmark REQUIRED)
add_custom_target(benchmarks)
function(sluice_add_benchmark)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_benchmark(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target bench_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE benchmark::benchmark sluice_warnings ${arg_DEPS} ${arg_EXTERNAL})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/benchmarks)
  add_dependencies(benchmarks ${target})
  if(SLUICE_TESTS)
    add_test(NAME ${target} COMMAND ${target} --benchmark_min_time=0.001)
    set_tests_properties(${target} PROPERTIES TIMEOUT 900 LABELS bench)
  endif()
endfunction()

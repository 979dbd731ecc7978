# sluice_add_test: one Catch2 program per area.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   sluice_add_test(NAME trie SOURCES trie_test.cpp DEPS sluice::witness sluice::crypto_soft LABELS unit EXTERNAL ...)
#
# The program is registered with ctest as one test named NAME. Target `unit_tests` builds the programs labelled unit that
# need no guest program. A test case that cannot run calls
# SLUICE_SKIP_NO_DATA("what") for want of test data (a failure in CI), SLUICE_SKIP("reason") for any other reason
# (tests/support/catch.h); reasons are collected by `make test`.
include_guard(GLOBAL)
add_custom_target(unit_tests)
function(sluice_add_test)
  cmake_parse_arguments(arg "" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS;EXTERNAL" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_test(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target test_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE sluice_test_support sluice_warnings ${arg_DEPS} ${arg_EXTERNAL})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${arg_NAME} COMMAND ${target})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
  if("unit" IN_LIST arg_LABELS AND NOT "guest" IN_LIST arg_LABELS)
    add_dependencies(unit_tests ${target})
  endif()
endfunction()

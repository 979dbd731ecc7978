# Guest programs: sluice_add_guest, and in a hosted build the target `guest` that builds them all with the RISC-V tools.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   sluice_add_guest(
#     NAME block                      # block.elf in the guest's build, program guest_block in a hosted one
#     SOURCES main.cpp
#     DEPS sluice::executor ...)      # freestanding libraries of the project
#
# The same sources make both: the RISC-V one over guest/runtime/sluice, the native one over guest/runtime/native (standard
# input is the input, standard output the output).
include_guard(GLOBAL)
include(SluiceWarnings)

function(sluice_add_guest)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_guest(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target guest_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_DEPS} sluice_guest_runtime sluice_warnings)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "riscv64im")
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${arg_NAME} SUFFIX .elf
      RUNTIME_OUTPUT_DIRECTORY ${SLUICE_GUEST_OUTPUT_DIR} LINK_DEPENDS ${SLUICE_GUEST_LINKER_SCRIPT})
    target_link_options(${target} PRIVATE -Wl,-T,${SLUICE_GUEST_LINKER_SCRIPT} -Wl,--lto-O3 -O3)
    target_link_libraries(${target} PRIVATE ${SLUICE_GUEST_LIBGCC})
    if(NOT TARGET guests)
      add_custom_target(guests)
    endif()
    add_dependencies(guests ${target})
  else()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/guest-native
      OUTPUT_NAME ${arg_NAME})
    # The native runtime has the process's main: it keeps failures apart from success where the system cuts codes to 8 bits.
    target_compile_definitions(${target} PRIVATE main=sluice_guest_main)
  endif()
endfunction()

# The path of libgcc for rv64im in `result`, or an empty string.
function(_sluice_find_guest_libgcc result)
  find_program(SLUICE_RISCV_GCC riscv64-unknown-elf-gcc)
  set(path "")
  if(SLUICE_RISCV_GCC)
    execute_process(COMMAND ${SLUICE_RISCV_GCC} -march=rv64im -mabi=lp64 -print-libgcc-file-name
      OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT path MATCHES "rv64im/lp64" OR NOT EXISTS "${path}")
      set(path "")
    endif()
  endif()
  set(${result} "${path}" PARENT_SCOPE)
endfunction()

# In a hosted build: target `guest`, part of `all`, if the tools are there; one line saying what is missing otherwise.
function(sluice_add_guest_build)
  set(llvm 19)
  find_program(SLUICE_GUEST_CLANG clang++-${llvm})
  find_program(SLUICE_GUEST_LLD ld.lld-${llvm})
  find_program(SLUICE_GUEST_AR llvm-ar-${llvm})
  _sluice_find_guest_libgcc(libgcc)
  set(missing "")
  if(NOT SLUICE_GUEST_CLANG)
    list(APPEND missing clang-${llvm})
  endif()
  if(NOT SLUICE_GUEST_LLD)
    list(APPEND missing lld-${llvm})
  endif()
  if(NOT SLUICE_GUEST_AR)
    list(APPEND missing llvm-${llvm})
  endif()
  if(NOT EXISTS /usr/lib/llvm-${llvm}/include/c++/v1/__config)
    list(APPEND missing libc++-${llvm}-dev)
  endif()
  if(NOT EXISTS /usr/lib/picolibc/riscv64-unknown-elf/include/string.h)
    list(APPEND missing picolibc-riscv64-unknown-elf)
  endif()
  if(NOT libgcc)
    list(APPEND missing gcc-riscv64-unknown-elf)
  endif()
  if(missing)
    list(JOIN missing " " missing)
    message(STATUS "RISC-V guest: not built; missing packages: ${missing}")
    return()
  endif()
  message(STATUS "RISC-V guest: built by target guest into ${CMAKE_BINARY_DIR}/guest")
  set(launcher "")
  if(SLUICE_CCACHE)
    set(launcher -DSLUICE_CCACHE=${SLUICE_CCACHE})
  endif()
  set(dir ${CMAKE_BINARY_DIR}/guest-build)
  add_custom_target(guest ALL
    COMMAND ${CMAKE_COMMAND} -S ${PROJECT_SOURCE_DIR} -B ${dir} -G ${CMAKE_GENERATOR} --log-level=WARNING
      --toolchain ${PROJECT_SOURCE_DIR}/cmake/toolchains/riscv64im-clang.cmake
      -DCMAKE_BUILD_TYPE=Release -DSLUICE_GUEST_OUTPUT_DIR=${CMAKE_BINARY_DIR}/guest
      -DSLUICE_GUEST_LIBGCC=${libgcc} -DSLUICE_INSTALL=OFF -DSLUICE_WERROR=${SLUICE_WERROR} ${launcher}
    COMMAND ${CMAKE_COMMAND} --build ${dir} --target guests
    COMMENT "Building the RISC-V guest"
    USES_TERMINAL VERBATIM)
endfunction()

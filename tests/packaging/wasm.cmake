# sluice::verify as a WebAssembly module: it compiles without a runtime and links without imports.
# SPDX-License-Identifier: MIT OR Apache-2.0
cmake_minimum_required(VERSION 3.25)
find_program(CLANG clang++-19)
find_program(LD wasm-ld-19)
set(libcxx /usr/lib/llvm-19/include/c++/v1)
set(libc /usr/lib/picolibc/riscv64-unknown-elf/include)
if(NOT CLANG OR NOT LD OR NOT EXISTS ${libcxx}/__config OR NOT EXISTS ${libc}/string.h)
  message("SKIPPED: wasm: clang-19, wasm-ld-19, libc++-19-dev or the headers of picolibc are missing")
  return()
endif()
file(REMOVE_RECURSE ${WORK}/wasm)
file(MAKE_DIRECTORY ${WORK}/wasm)
set(includes "")
foreach(library libwitness/base libprover/math libprover/hash libprover/params libprover/machine libprover/verify)
  list(APPEND includes -I${SOURCE}/${library}/include)
endforeach()
file(GLOB sources ${SOURCE}/libprover/verify/src/*.cpp ${SOURCE}/libprover/machine/src/*.cpp
  ${SOURCE}/libprover/params/src/profile.cpp ${SOURCE}/libprover/hash/soft/soft.cpp)
set(objects "")
list(APPEND sources ${HERE}/wasm/verify_export.cpp)
foreach(source IN LISTS sources)
  string(MD5 name ${source})
  set(object ${WORK}/wasm/${name}.o)
  execute_process(
    COMMAND ${CLANG} --target=wasm32-unknown-unknown -mbulk-memory -std=c++20 -O2 -fno-exceptions -fno-rtti
      -fno-threadsafe-statics -nostdlibinc -nostdinc++ -D__IEEE_LITTLE_ENDIAN -isystem ${SOURCE}/guest/runtime/libcxx -isystem ${libcxx} -isystem ${libc}
      ${includes} -c ${source} -o ${object}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${source} does not compile to WebAssembly:\n${output}")
  endif()
  list(APPEND objects ${object})
endforeach()
# Anything undefined is an error, so the module has no imports.
execute_process(COMMAND ${LD} --no-entry --export=sluice_verify ${objects} -o ${WORK}/wasm/verify.wasm
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the verifier does not link without a runtime:\n${output}")
endif()
file(SIZE ${WORK}/wasm/verify.wasm size)
message("verify.wasm: ${size} bytes")

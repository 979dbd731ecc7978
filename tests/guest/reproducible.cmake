# Builds the guest from a copy of the sources in another folder, without ccache, and compares the files' SHA-256 with those
# that the build has made.
# SPDX-License-Identifier: MIT OR Apache-2.0
# cmake -DSOURCE=<project> -DBUILT=<folder of ELF files> -DWORK=<folder> -DGENERATOR=<name> -P reproducible.cmake
set(ENV{CCACHE_DISABLE} 1)
file(REMOVE_RECURSE ${WORK})
set(copy ${WORK}/another/and/longer/folder)
file(MAKE_DIRECTORY ${copy})
foreach(part CMakeLists.txt cmake libwitness libexecutor libprover guest)
  file(COPY ${SOURCE}/${part} DESTINATION ${copy})
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -S ${copy} -B ${copy}/out -G ${GENERATOR} --log-level=WARNING
  --toolchain ${copy}/cmake/toolchains/riscv64im-clang.cmake -DCMAKE_BUILD_TYPE=Release -DSLUICE_INSTALL=OFF
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${copy}/out --target guests OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB programs RELATIVE ${copy}/out/guest ${copy}/out/guest/*.elf)
list(LENGTH programs count)
if(count LESS 5)
  message(FATAL_ERROR "only ${count} guest programs were built")
endif()
foreach(program IN LISTS programs)
  file(SHA256 ${BUILT}/${program} hash_built)
  file(SHA256 ${copy}/out/guest/${program} hash_copy)
  if(NOT hash_built STREQUAL hash_copy)
    message(SEND_ERROR "${program} differs: ${hash_built} in ${BUILT}, ${hash_copy} in ${copy}, which is kept")
    set(differs TRUE)
  endif()
  message(STATUS "${hash_copy}  ${program}")
endforeach()
if(NOT differs)
  file(REMOVE_RECURSE ${WORK})
endif()

# sluice_add_library: every library of the project is made by this helper, which keeps the dependency rules.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   sluice_add_library(
#     NAME witness                    # target sluice_witness, alias sluice::witness
#     KIND FREESTANDING               # FREESTANDING | HOSTED | HEADER
#     FAMILY ethereum                 # base | ethereum | prover | glue
#     LAYER 2                         # may depend on layers up to this one
#     INCLUDE include                 # public include folders
#     PRIVATE_INCLUDE src             # private include folders (optional)
#     SOURCES src/reader.cpp ...
#     DEPS sluice::base ...           # public dependencies of the project
#     EXTERNAL absl::status ...       # third-party targets; HOSTED only
#     EXTERNAL_PRIVATE CURL::libcurl ...)
#
# Rules, checked while configuring:
#   * a FREESTANDING or HEADER library depends on FREESTANDING or HEADER libraries alone, and on nothing external;
#   * a dependency's LAYER is not above the library's own;
#   * `base` sees base; `ethereum` sees base and ethereum; `prover` sees base and prover; `glue` sees all.

include_guard(GLOBAL)
include(SluiceWarnings)

define_property(TARGET PROPERTY SLUICE_KIND BRIEF_DOCS "FREESTANDING, HOSTED or HEADER" FULL_DOCS "see SluiceLibrary.cmake")
define_property(TARGET PROPERTY SLUICE_FAMILY BRIEF_DOCS "base, ethereum, prover or glue" FULL_DOCS "see SluiceLibrary.cmake")
define_property(TARGET PROPERTY SLUICE_LAYER BRIEF_DOCS "number of the layer" FULL_DOCS "see SluiceLibrary.cmake")

function(_sluice_check_edge name kind family layer dep)
  if(NOT TARGET ${dep})
    message(FATAL_ERROR "sluice_${name}: dependency ${dep} does not exist (yet)")
  endif()
  get_target_property(dep_real ${dep} ALIASED_TARGET)
  if(NOT dep_real)
    set(dep_real ${dep})
  endif()
  get_target_property(dep_kind ${dep_real} SLUICE_KIND)
  get_target_property(dep_family ${dep_real} SLUICE_FAMILY)
  get_target_property(dep_layer ${dep_real} SLUICE_LAYER)
  if(NOT dep_kind)
    message(FATAL_ERROR "sluice_${name}: ${dep} was not made by sluice_add_library; name it under EXTERNAL")
  endif()
  if(kind MATCHES "^(FREESTANDING|HEADER)$" AND dep_kind STREQUAL "HOSTED")
    message(FATAL_ERROR "sluice_${name} is ${kind} and may not depend on ${dep}, which is HOSTED")
  endif()
  if(dep_layer GREATER layer)
    message(FATAL_ERROR "sluice_${name} (layer ${layer}) may not depend on ${dep} (layer ${dep_layer}): edges point down")
  endif()
  set(allowed_base base)
  set(allowed_ethereum base ethereum)
  set(allowed_prover base prover)
  set(allowed_glue base ethereum prover glue)
  if(NOT dep_family IN_LIST allowed_${family})
    message(FATAL_ERROR "sluice_${name} (family ${family}) may not depend on ${dep} (family ${dep_family})")
  endif()
endfunction()

function(sluice_add_library)
  cmake_parse_arguments(arg "" "NAME;KIND;FAMILY;LAYER" "INCLUDE;PRIVATE_INCLUDE;SOURCES;DEPS;EXTERNAL;EXTERNAL_PRIVATE" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_library(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(required NAME KIND FAMILY LAYER)
    if(NOT DEFINED arg_${required})
      message(FATAL_ERROR "sluice_add_library(${arg_NAME}): ${required} is missing")
    endif()
  endforeach()
  if(NOT arg_KIND MATCHES "^(FREESTANDING|HOSTED|HEADER)$")
    message(FATAL_ERROR "sluice_add_library(${arg_NAME}): KIND ${arg_KIND} is not FREESTANDING, HOSTED or HEADER")
  endif()
  if(NOT arg_FAMILY MATCHES "^(base|ethereum|prover|glue)$")
    message(FATAL_ERROR "sluice_add_library(${arg_NAME}): FAMILY ${arg_FAMILY} is not base, ethereum, prover or glue")
  endif()
  if(NOT arg_KIND STREQUAL "HOSTED" AND (arg_EXTERNAL OR arg_EXTERNAL_PRIVATE))
    message(FATAL_ERROR "sluice_${arg_NAME} is ${arg_KIND} and may not use ${arg_EXTERNAL} ${arg_EXTERNAL_PRIVATE}")
  endif()
  foreach(dep IN LISTS arg_DEPS)
    _sluice_check_edge(${arg_NAME} ${arg_KIND} ${arg_FAMILY} ${arg_LAYER} ${dep})
  endforeach()

  set(target sluice_${arg_NAME})
  if(arg_KIND STREQUAL "HEADER")
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE "${SLUICE_PIC}" SLUICE_COVERAGE ON)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:sluice_warnings>)
    foreach(dir IN LISTS arg_PRIVATE_INCLUDE)
      target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${dir})
    endforeach()
    if(arg_KIND STREQUAL "FREESTANDING")
      # The guest's toolchain adds -fno-rtti. Native libraries keep type information, which they do not use: a hosted class
      # that derives from one of their interfaces refers to it.
      target_compile_options(${target} PRIVATE -fno-exceptions -fno-threadsafe-statics)
    endif()
    if(arg_EXTERNAL_PRIVATE)
      target_link_libraries(${target} PRIVATE ${arg_EXTERNAL_PRIVATE})
    endif()
  endif()
  add_library(sluice::${arg_NAME} ALIAS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)
  foreach(dir IN LISTS arg_INCLUDE)
    target_include_directories(${target} ${scope}
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${dir}> $<INSTALL_INTERFACE:include>)
    if(SLUICE_INSTALL)
      install(DIRECTORY ${dir}/ DESTINATION include FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
    endif()
  endforeach()
  target_link_libraries(${target} ${scope} ${arg_DEPS} ${arg_EXTERNAL})
  set_target_properties(${target} PROPERTIES
    SLUICE_KIND ${arg_KIND} SLUICE_FAMILY ${arg_FAMILY} SLUICE_LAYER ${arg_LAYER} EXPORT_NAME ${arg_NAME})
  if(SLUICE_INSTALL)
    install(TARGETS ${target} EXPORT sluiceTargets ARCHIVE DESTINATION lib)
  endif()
endfunction()

# Install rules: find_package(sluice CONFIG) gives the same targets as add_subdirectory.
# SPDX-License-Identifier: MIT OR Apache-2.0
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION lib/cmake/sluice)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/package/sluiceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/sluiceConfig.cmake INSTALL_DESTINATION lib/cmake/sluice)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sluiceConfig.cmake ${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/modules/SluiceDependencies.cmake DESTINATION lib/cmake/sluice)

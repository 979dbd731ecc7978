# Third-party packages of the hosted parts, all Debian packages (`make deps`).
# SPDX-License-Identifier: MIT OR Apache-2.0
include_guard(GLOBAL)
find_package(absl REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
pkg_check_modules(secp256k1 REQUIRED IMPORTED_TARGET GLOBAL libsecp256k1)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET GLOBAL libhwy)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)
find_package(CURL REQUIRED)
find_package(CLI11 REQUIRED)

// Whole files in, whole files out. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::host {

/// Not found, or unavailable with the system's reason.
absl::StatusOr<std::string> read_file(const std::string& path);

/// Writes beside `path` and renames, so that a reader sees the old file or the whole new one. Makes missing folders.
absl::Status write_file(const std::string& path, std::string_view bytes);

}  // namespace sluice::host

// Whole files: read, decompressed, and written so that a reader never sees half of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::files {

/// Largest result of decompress() as a rule, so that a small file cannot ask for all memory.
inline constexpr std::size_t kMaxDecompressedSize = std::size_t{1} << 30;

/// The file's bytes. Errors name the path; NotFound if there is none.
absl::StatusOr<std::string> read_file(const std::string& path);
/// The same, decompressed if it is gzip or zstd.
absl::StatusOr<std::string> read_compressed_file(const std::string& path);
/// Writes beside `path` and renames: `path` holds the old bytes or all of the new ones. Folders above it are made.
absl::Status write_file(const std::string& path, std::string_view bytes);

/// Undoes gzip or zstd, told by their first bytes; other bytes come back as they are. ResourceExhausted if the result
/// has more than `limit` bytes; no more than that many are kept meanwhile.
absl::StatusOr<std::string> decompress(std::string bytes, std::size_t limit = kMaxDecompressedSize);
/// gzip, for files others read.
absl::StatusOr<std::string> gzip(std::string_view bytes);

}  // namespace sluice::files

// Sluice's own input file: a block with its whole witness, from which any stream can be made, or one stream.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::witness_host {

/// Changes when the layout of the file changes. What the records inside hold is told by witness::kStreamSchema.
inline constexpr std::uint32_t kInputFileVersion = 1;

struct InputFile {
    std::uint64_t chain_id = 0;
    std::uint64_t block_number = 0;
    Hash32 block_hash{};
    /// A whole witness, or the bytes of a stream.
    std::variant<ExecutionWitness, std::string> content;

    friend bool operator==(const InputFile&, const InputFile&) = default;
};

/// An input file of a witness or stream; what names the block is read from it.
absl::StatusOr<InputFile> make_input_file(ExecutionWitness witness);
absl::StatusOr<InputFile> make_input_file(std::string stream);

absl::StatusOr<std::string> encode_input_file(const InputFile& file);
/// Refuses bytes of another format, version or schema, saying what was found, and bytes that are cut short or damaged.
absl::StatusOr<InputFile> decode_input_file(std::string_view bytes);
/// True if the bytes begin like an input file, of whatever version.
[[nodiscard]] bool is_input_file(std::string_view bytes);

/// Writes by rename. Errors name the path.
absl::Status write_input_file(const std::string& path, const InputFile& file);
absl::StatusOr<InputFile> read_input_file(const std::string& path);

}  // namespace sluice::witness_host

// What a folder holds while a run is proved: the link, and the proofs of single tables. See libprover/README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Both kinds of file are made for the prover's own use. They end in a SHA-256 of all before it, so that a damaged file
// is found, and nothing in them is trusted: the proof that is put together from them is verified before it is written.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::proving {

using FileDigest = std::array<std::uint8_t, 32>;  ///< SHA-256

inline constexpr std::uint32_t kPartFileVersion = 1;

/// What linking has fixed: from here on tables are proved in any order and anywhere.
struct LinkFile {
    FileDigest key{};                  ///< of the key's body
    FileDigest input{};                ///< of what the program reads
    std::vector<std::uint64_t> cuts;   ///< vm::ShardPlan
    std::vector<std::uint8_t> tables;  ///< protocol::encode_tables

    [[nodiscard]] std::string encode() const;
    /// InvalidArgument: no link file, another version, or damaged.
    [[nodiscard]] static absl::StatusOr<LinkFile> decode(const std::string& bytes);
    friend bool operator==(const LinkFile&, const LinkFile&) = default;
};

/// The proof of one table.
struct PartFile {
    FileDigest link{};               ///< of the link file's bytes
    std::uint32_t number = 0;        ///< of the shard; 0: the boundary
    std::vector<std::uint8_t> part;  ///< protocol::encode_part

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static absl::StatusOr<PartFile> decode(const std::string& bytes);
    friend bool operator==(const PartFile&, const PartFile&) = default;
};

/// Names in a folder.
inline constexpr const char* kLinkFileName = "link.bin";
/// "boundary.bin", "shard-1.bin" and so on.
[[nodiscard]] std::string part_file_name(std::uint32_t number);

[[nodiscard]] FileDigest digest_of(const std::string& bytes);

}  // namespace sluice::proving

// Key and proof files: a body with what people want to know about it. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   KeyFile key{.profile = "bits100", .machine = "fibonacci", .body = bytes, .notes = {}};
//   RETURN_IF_ERROR(write_key_file("fibonacci.key", key));
//   absl::StatusOr<KeyFile> read = read_key_file("fibonacci.key");
//
// Only `body` says anything: verify() is given the bodies, and the rest is metadata that anybody may have changed. The
// messages are in libprover/files/proto/proof_files.proto.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::prover {

struct KeyFile {
    std::string profile;
    std::string machine;
    std::string body;
    std::map<std::string, std::string> notes;
};

struct ProofFile {
    std::string profile;
    std::string key_digest;
    std::vector<std::uint32_t> statement;
    std::string output;
    std::string body;
    std::map<std::string, std::string> notes;
};

/// The files' bytes. The same content gives the same bytes.
[[nodiscard]] std::string encode(const KeyFile& key);
[[nodiscard]] std::string encode(const ProofFile& proof);

/// InvalidArgument says what the bytes are instead: no file of ours, another version, another kind of file, or damaged.
[[nodiscard]] absl::StatusOr<KeyFile> decode_key_file(const std::string& bytes);
[[nodiscard]] absl::StatusOr<ProofFile> decode_proof_file(const std::string& bytes);

/// Files appear by rename after a full write. Errors name the path.
[[nodiscard]] absl::Status write_key_file(const std::string& path, const KeyFile& key);
[[nodiscard]] absl::Status write_proof_file(const std::string& path, const ProofFile& proof);
[[nodiscard]] absl::StatusOr<KeyFile> read_key_file(const std::string& path);
[[nodiscard]] absl::StatusOr<ProofFile> read_proof_file(const std::string& path);

}  // namespace sluice::prover

// Key and proof files: a body with what people want to know about it. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   KeyFile key{.profile = "bits100", .machine = "fibonacci", .body = bytes, .notes = {}};
//   RETURN_IF_ERROR(write_key_file("fibonacci.key", key));
//   absl::StatusOr<KeyFile> read = read_key_file("fibonacci.key");
//
//   if (absl::Status status = check_pair(*key, *proof); !status.ok()) ...
//
// Only `body` says anything: verify() is given the bodies, and the rest is metadata that anybody may have changed. It
// is compared with the bodies all the same, so that who takes the wrong file is told so instead of that a proof is
// false. The messages are in libprover/files/proto/proof_files.proto.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::prover {

struct KeyFile {
    std::string profile;  ///< name of the body's profile
    std::string machine;
    std::string body;
    std::map<std::string, std::string> notes;
};

struct ProofFile {
    std::string profile;     ///< of the key that it is for
    std::string key_digest;  ///< of that key, as key_digest gives it
    std::vector<std::uint32_t> statement;
    std::string output;
    std::string body;
    std::map<std::string, std::string> notes;
};

/// The files' bytes. The same content gives the same bytes.
[[nodiscard]] std::string encode(const KeyFile& key);
[[nodiscard]] std::string encode(const ProofFile& proof);

/// The digest of a key's body: its elements, four bytes each, little-endian. InvalidArgument: no body of a key, or of a
/// profile that is not shipped.
[[nodiscard]] absl::StatusOr<std::string> key_digest(const std::string& body);

/// Whether a proof says that it is for this key: FailedPrecondition with what was found and expected if not.
[[nodiscard]] absl::Status check_pair(const KeyFile& key, const ProofFile& proof);

/// InvalidArgument says what the bytes are instead: no file of ours, another version, another kind of file, damaged, a
/// body that is no key or no proof, or a key of another profile than the file says.
[[nodiscard]] absl::StatusOr<KeyFile> decode_key_file(const std::string& bytes);
[[nodiscard]] absl::StatusOr<ProofFile> decode_proof_file(const std::string& bytes);

/// Files appear by rename after a full write. Errors name the path.
[[nodiscard]] absl::Status write_key_file(const std::string& path, const KeyFile& key);
[[nodiscard]] absl::Status write_proof_file(const std::string& path, const ProofFile& proof);
[[nodiscard]] absl::StatusOr<KeyFile> read_key_file(const std::string& path);
[[nodiscard]] absl::StatusOr<ProofFile> read_proof_file(const std::string& path);

}  // namespace sluice::prover

// Key and proof files over Protobuf. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/prover/proof_files.h"

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

#include "proof_files.pb.h"
#include "sluice/base/bytes.h"
#include "sluice/files/files.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/machine/key.h"
#include "sluice/machine/key_digest.h"
#include "sluice/params/profile.h"

namespace sluice::prover {

namespace {

constexpr char kMagic[] = "SLUICEPF";
constexpr std::size_t kMagicSize = sizeof(kMagic) - 1;
constexpr std::size_t kHeaderSize = kMagicSize + 8;
constexpr std::uint32_t kVersion = 1;

enum class Schema : std::uint32_t { key = 1, proof = 2 };

const char* name_of(std::uint32_t schema) {
    switch (static_cast<Schema>(schema)) {
        case Schema::key:
            return "a key";
        case Schema::proof:
            return "a proof";
    }
    return "of an unknown kind";
}

template <class Message>
std::string serialize(Schema schema, const Message& message) {
    std::string bytes(kMagic, kMagicSize);
    std::uint8_t numbers[8];
    store_le<std::uint32_t>(numbers, kVersion);
    store_le<std::uint32_t>(numbers + 4, static_cast<std::uint32_t>(schema));
    bytes.append(reinterpret_cast<const char*>(numbers), sizeof(numbers));
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // maps in the order of their keys
    message.SerializeToCodedStream(&coded);
    return bytes;
}

template <class Message>
absl::StatusOr<Message> parse(Schema schema, const std::string& bytes) {
    if (bytes.size() < kHeaderSize || std::memcmp(bytes.data(), kMagic, kMagicSize) != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("not a file of keys or proofs: ", bytes.size(), " bytes that do not begin with ", kMagic));
    }
    const auto* numbers = reinterpret_cast<const std::uint8_t*>(bytes.data()) + kMagicSize;
    const auto version = load_le<std::uint32_t>(numbers);
    if (version != kVersion) {
        return absl::InvalidArgumentError(absl::StrCat("file format version ", version, ", expected ", kVersion));
    }
    const auto found = load_le<std::uint32_t>(numbers + 4);
    if (found != static_cast<std::uint32_t>(schema)) {
        return absl::InvalidArgumentError(absl::StrCat("the file is ", name_of(found), " (schema ", found,
                                                       "), expected ", name_of(static_cast<std::uint32_t>(schema))));
    }
    Message message;
    if (!message.ParseFromArray(bytes.data() + kHeaderSize, static_cast<int>(bytes.size() - kHeaderSize))) {
        return absl::InvalidArgumentError(
            absl::StrCat("damaged: ", bytes.size() - kHeaderSize, " bytes after the header are not one message"));
    }
    return message;
}

ByteView view(const std::string& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// The profile that a key's body names.
absl::StatusOr<const params::Profile*> profile_of(const std::string& key_body) {
    const std::optional<std::uint32_t> word = machine::key_parameters(view(key_body));
    if (!word.has_value()) {
        return absl::InvalidArgumentError(
            absl::StrCat("the body is no key: ", key_body.size(), " bytes, expected SLKY and more"));
    }
    const auto number = static_cast<std::uint16_t>(*word & 0xffff);
    const params::Profile* profile = params::find_profile(number);
    if (profile == nullptr)
        return absl::InvalidArgumentError(absl::StrCat("the key's body has profile number ", number, ": not known"));
    for (const params::Opening& opening : profile->openings) {
        if (params::key_word(*profile, opening.id) == *word) return profile;
    }
    return absl::InvalidArgumentError(absl::StrCat("the key's body has opening number ", *word >> 16, ": not known"));
}

template <class Hasher>
std::string digest_bytes(const std::string& key_body) {
    const typename Hasher::Digest digest = machine::key_digest<Hasher>(view(key_body));
    std::string bytes(Hasher::Digest::kBytes, '\0');
    auto* out = reinterpret_cast<std::uint8_t*>(bytes.data());
    for (std::size_t i = 0; i < Hasher::Digest::kElements; ++i) store_le(out + 4 * i, digest.element[i].canonical());
    return bytes;
}

absl::Status check_body(const KeyFile& key) {
    const absl::StatusOr<const params::Profile*> profile = profile_of(key.body);
    if (!profile.ok()) return profile.status();
    if (key.profile == (*profile)->name) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("the file says profile \"", key.profile, "\", the key's body has ",
                                                   std::string((*profile)->name)));
}

absl::Status check_body(const ProofFile& proof) {
    if (proof.body.compare(0, 4, "SLPF") == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the body is no proof: ", proof.body.size(), " bytes that do not begin with SLPF"));
}

absl::Status with_path(const absl::Status& status, const std::string& path) {
    return absl::Status(status.code(), absl::StrCat(path, ": ", std::string(status.message())));
}

template <class File>
absl::StatusOr<File> read(const std::string& path, absl::StatusOr<File> (*decode)(const std::string&)) {
    absl::StatusOr<std::string> bytes = files::read_file(path);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<File> file = decode(*bytes);
    if (!file.ok()) return with_path(file.status(), path);
    return file;
}

}  // namespace

std::string encode(const KeyFile& key) {
    proto::KeyFile message;
    message.set_profile(key.profile);
    message.set_machine(key.machine);
    message.set_body(key.body);
    message.mutable_notes()->insert(key.notes.begin(), key.notes.end());
    return serialize(Schema::key, message);
}

std::string encode(const ProofFile& proof) {
    proto::ProofFile message;
    message.set_profile(proof.profile);
    message.set_key_digest(proof.key_digest);
    for (const std::uint32_t element : proof.statement) message.add_statement(element);
    message.set_output(proof.output);
    message.set_body(proof.body);
    message.mutable_notes()->insert(proof.notes.begin(), proof.notes.end());
    return serialize(Schema::proof, message);
}

absl::StatusOr<std::string> key_digest(const std::string& body) {
    const absl::StatusOr<const params::Profile*> profile = profile_of(body);
    if (!profile.ok()) return profile.status();
    return (*profile)->hasher == params::Hasher::poseidon2_width16 ? digest_bytes<hash::Poseidon2Hasher16>(body)
                                                                   : digest_bytes<hash::Poseidon2Hasher24>(body);
}

absl::Status check_pair(const KeyFile& key, const ProofFile& proof) {
    if (proof.profile != key.profile) {
        return absl::FailedPreconditionError(
            absl::StrCat("the proof is of profile \"", proof.profile, "\", the key of \"", key.profile, "\""));
    }
    const absl::StatusOr<std::string> digest = key_digest(key.body);
    if (!digest.ok()) return digest.status();
    if (proof.key_digest == *digest) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the proof is for the key with digest ",
                                                      absl::BytesToHexString(proof.key_digest), ", this key has ",
                                                      absl::BytesToHexString(*digest)));
}

absl::StatusOr<KeyFile> decode_key_file(const std::string& bytes) {
    const absl::StatusOr<proto::KeyFile> message = parse<proto::KeyFile>(Schema::key, bytes);
    if (!message.ok()) return message.status();
    KeyFile key{
        message->profile(), message->machine(), message->body(), {message->notes().begin(), message->notes().end()}};
    if (absl::Status status = check_body(key); !status.ok()) return status;
    return key;
}

absl::StatusOr<ProofFile> decode_proof_file(const std::string& bytes) {
    const absl::StatusOr<proto::ProofFile> message = parse<proto::ProofFile>(Schema::proof, bytes);
    if (!message.ok()) return message.status();
    ProofFile proof{
        message->profile(), message->key_digest(), {message->statement().begin(), message->statement().end()},
        message->output(),  message->body(),       {message->notes().begin(), message->notes().end()}};
    if (absl::Status status = check_body(proof); !status.ok()) return status;
    return proof;
}

absl::Status write_key_file(const std::string& path, const KeyFile& key) {
    return files::write_file(path, encode(key));
}
absl::Status write_proof_file(const std::string& path, const ProofFile& proof) {
    return files::write_file(path, encode(proof));
}
absl::StatusOr<KeyFile> read_key_file(const std::string& path) {
    return read<KeyFile>(path, &decode_key_file);
}
absl::StatusOr<ProofFile> read_proof_file(const std::string& path) {
    return read<ProofFile>(path, &decode_proof_file);
}

}  // namespace sluice::prover

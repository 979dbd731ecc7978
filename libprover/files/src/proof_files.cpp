// Key and proof files over Protobuf. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/prover/proof_files.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

#include "proof_files.pb.h"
#include "sluice/base/bytes.h"
#include "sluice/files/files.h"

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

absl::StatusOr<KeyFile> decode_key_file(const std::string& bytes) {
    const absl::StatusOr<proto::KeyFile> message = parse<proto::KeyFile>(Schema::key, bytes);
    if (!message.ok()) return message.status();
    return KeyFile{
        message->profile(), message->machine(), message->body(), {message->notes().begin(), message->notes().end()}};
}

absl::StatusOr<ProofFile> decode_proof_file(const std::string& bytes) {
    const absl::StatusOr<proto::ProofFile> message = parse<proto::ProofFile>(Schema::proof, bytes);
    if (!message.ok()) return message.status();
    return ProofFile{
        message->profile(), message->key_digest(), {message->statement().begin(), message->statement().end()},
        message->output(),  message->body(),       {message->notes().begin(), message->notes().end()}};
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

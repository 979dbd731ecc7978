// Key and proof files. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/prover/proof_files.h"

#include <filesystem>
#include <string>
#include <unistd.h>

#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/params/profile.h"
#include "support/catch.h"

using namespace sluice;
using namespace sluice::prover;

namespace {

ProofFile example_proof() {
    return {.profile = "bits100",
            .key_digest = std::string("\x01\x00\x02", 3),
            .statement = {5, 0, 0x7f000000},
            .output = std::string("\x00out", 4),
            .body = "SLPF" + std::string(1000, '\xff'),
            .notes = {{"tool", "sluice"}, {"block", "1"}, {"a", "b"}}};
}

/// A key's body as far as files look at it.
KeyFile example_key(const params::Profile& profile, const std::string& rest) {
    std::string body = "SLKY";
    body += std::string("\x01\0\0\0", 4);
    body += static_cast<char>(profile.id);
    body += '\0';
    body += static_cast<char>(profile.default_opening);
    body += '\0' + rest;
    return {.profile = std::string(profile.name), .machine = "fibonacci", .body = body, .notes = {{"x", "y"}}};
}

bool same(const ProofFile& a, const ProofFile& b) {
    return a.profile == b.profile && a.key_digest == b.key_digest && a.statement == b.statement &&
           a.output == b.output && a.body == b.body && a.notes == b.notes;
}

std::string words(const absl::Status& status) {
    return std::string(status.message());
}

std::string message_of(const std::string& bytes) {
    const absl::StatusOr<ProofFile> proof = decode_proof_file(bytes);
    return proof.ok() ? "" : std::string(proof.status().message());
}

}  // namespace

TEST_CASE("key and proof files come back as they were written, under a name that appears at once") {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("sluice_proof_files_" + std::to_string(getpid()));
    const std::string path = folder / "deep" / "a.proof";
    const ProofFile proof = example_proof();
    REQUIRE(write_proof_file(path, proof).ok());
    const absl::StatusOr<ProofFile> read = read_proof_file(path);
    REQUIRE(read.ok());
    CHECK(same(*read, proof));
    CHECK(std::distance(std::filesystem::directory_iterator(folder / "deep"), {}) == 1);

    const KeyFile key = example_key(params::kBits128, {});
    REQUIRE(write_key_file(path, key).ok());
    const absl::StatusOr<KeyFile> key_read = read_key_file(path);
    REQUIRE(key_read.ok());
    CHECK(key_read->machine == "fibonacci");
    CHECK(key_read->body == key.body);
    CHECK(key_read->notes == key.notes);

    const absl::Status wrong = read_proof_file(path).status();
    CHECK_THAT(std::string(wrong.message()), Catch::Contains(path) && Catch::Contains("is a key"));
    CHECK(read_key_file(folder / "none").status().code() == absl::StatusCode::kNotFound);
    std::filesystem::remove_all(folder);
}

TEST_CASE("the same content gives the same bytes, whatever the order of the notes") {
    ProofFile other = example_proof();
    other.notes.clear();
    for (const char* name : {"block", "a", "tool"}) other.notes[name] = example_proof().notes.at(name);
    CHECK(encode(other) == encode(example_proof()));
}

TEST_CASE("bytes that are no proof file are refused with what was found") {
    const std::string good = encode(example_proof());
    REQUIRE(message_of(good).empty());
    CHECK_THAT(message_of(""), Catch::Contains("not a file"));
    CHECK_THAT(message_of("PK" + good), Catch::Contains("not a file"));
    std::string version = good;
    version[8] = 9;
    CHECK_THAT(message_of(version), Catch::Contains("version 9, expected 1"));
    std::string schema = good;
    schema[12] = 1;
    CHECK_THAT(message_of(schema), Catch::Contains("a key") && Catch::Contains("expected a proof"));
    CHECK_THAT(message_of(good.substr(0, good.size() - 1)), Catch::Contains("damaged"));
    for (std::size_t size = 0; size < 40; ++size) CHECK_FALSE(decode_key_file(good.substr(0, size)).ok());
}

TEST_CASE("what a key file says of its body is compared with the body") {
    const KeyFile good = example_key(params::kBits100, "rest");
    REQUIRE(decode_key_file(encode(good)).ok());
    const auto refusal = [&](const KeyFile& key) { return words(decode_key_file(encode(key)).status()); };
    KeyFile key = good;
    key.profile = "bits128";
    CHECK(refusal(key) == "the file says profile \"bits128\", the key's body has bits100");
    key = good;
    key.body[8] = '\x7f';
    CHECK(refusal(key) == "the key's body has profile number 127: not known");
    key.body[8] = '\x01';
    key.body[10] = '\x7f';
    CHECK(refusal(key) == "the key's body has opening number 127: not known");
    key.body[0] = 'X';
    CHECK(refusal(key) == "the body is no key: 16 bytes, expected SLKY and more");
    CHECK(refusal({.profile = "bits100", .machine = "", .body = "", .notes = {}}) ==
          "the body is no key: 0 bytes, expected SLKY and more");
    ProofFile proof = example_proof();
    proof.body = "SLPK";
    CHECK(message_of(encode(proof)) == "the body is no proof: 4 bytes that do not begin with SLPF");
}

TEST_CASE("a proof file is for the key whose digest it has, and for no other") {
    // 22 bytes: H_leaf(0x4b, 22, eight elements of three bytes, the last filled with zeros).
    const KeyFile key = example_key(params::kBits100, "0123456789");
    std::vector<math::KoalaBear> leaf{math::KoalaBear::from_canonical(0x4b), math::KoalaBear::from_canonical(22)};
    for (std::size_t at = 0; at < 24; at += 3) {
        std::uint32_t element = 0;
        for (std::size_t i = 3; i-- > 0;)
            element = 256 * element + (at + i < 22 ? static_cast<unsigned char>(key.body[at + i]) : 0u);
        leaf.push_back(math::KoalaBear::from_canonical(element));
    }
    std::string expected;
    for (const math::KoalaBear element : hash::Poseidon2Hasher16::hash_leaf(leaf).element) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            expected += static_cast<char>(element.canonical() >> shift & 255);
    }
    REQUIRE(key_digest(key.body).ok());
    CHECK(*key_digest(key.body) == expected);
    CHECK(key_digest(example_key(params::kBits128, "").body)->size() == 36);

    ProofFile proof = example_proof();
    proof.key_digest = expected;
    CHECK(check_pair(key, proof).ok());
    CHECK_THAT(words(check_pair(example_key(params::kBits128, "0123456789"), proof)),
               Catch::Equals("the proof is of profile \"bits100\", the key of \"bits128\""));
    CHECK_THAT(words(check_pair(example_key(params::kBits100, "012345678"), proof)),
               Catch::StartsWith("the proof is for the key with digest ") && Catch::Contains("this key has"));
    proof.key_digest = std::string("\x01\x02", 2);
    CHECK_THAT(words(check_pair(key, proof)), Catch::StartsWith("the proof is for the key with digest 0102, this"));
}

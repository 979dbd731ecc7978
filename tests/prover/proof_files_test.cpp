// Key and proof files. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/prover/proof_files.h"

#include <filesystem>
#include <string>
#include <unistd.h>

#include "support/catch.h"

using namespace sluice;
using namespace sluice::prover;

namespace {

ProofFile example_proof() {
    return {.profile = "bits100",
            .key_digest = std::string("\x01\x00\x02", 3),
            .statement = {5, 0, 0x7f000000},
            .output = std::string("\x00out", 4),
            .body = std::string(1000, '\xff'),
            .notes = {{"tool", "sluice"}, {"block", "1"}, {"a", "b"}}};
}

bool same(const ProofFile& a, const ProofFile& b) {
    return a.profile == b.profile && a.key_digest == b.key_digest && a.statement == b.statement &&
           a.output == b.output && a.body == b.body && a.notes == b.notes;
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

    const KeyFile key{.profile = "bits128", .machine = "fibonacci", .body = "body", .notes = {{"x", "y"}}};
    REQUIRE(write_key_file(path, key).ok());
    const absl::StatusOr<KeyFile> key_read = read_key_file(path);
    REQUIRE(key_read.ok());
    CHECK(key_read->machine == "fibonacci");
    CHECK(key_read->body == "body");
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

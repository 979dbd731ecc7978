// The files of a folder in which a proof is made. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/proving/part_files.h"

#include "support/catch.h"

namespace sluice::test {
namespace {

using proving::LinkFile;
using proving::PartFile;

LinkFile link_file() {
    LinkFile file{.key = {}, .input = {}, .cuts = {7, 1ull << 40}, .tables = {1, 2, 3, 4, 5}};
    file.key[3] = 9;
    file.input[31] = 8;
    return file;
}
PartFile part_file() {
    PartFile file{.link = {}, .number = 70'000, .part = {6, 7}};
    file.link[0] = 1;
    return file;
}

template <class File>
void check_damage(const File& file) {
    const std::string bytes = file.encode();
    const auto again = File::decode(bytes);
    REQUIRE(again.ok());
    CHECK(*again == file);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        CHECK(File::decode(damaged).status().code() == absl::StatusCode::kInvalidArgument);
        CHECK(!File::decode(bytes.substr(0, i)).ok());
    }
    CHECK(!File::decode(bytes + '\0').ok());
}

/// `bytes` with another body and the SHA-256 that goes with it.
std::string resealed(std::string bytes) {
    bytes.resize(bytes.size() - 32);
    const proving::FileDigest digest = proving::digest_of(bytes);
    return bytes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

TEST_CASE("files of parts come back as they were written, and no damaged byte goes unseen") {
    check_damage(link_file());
    check_damage(part_file());
}

TEST_CASE("a file of another kind or version, or one that ends too early, is told from a damaged one") {
    CHECK(LinkFile::decode(part_file().encode()).status().message().find("not a link file") != std::string::npos);
    CHECK(PartFile::decode(link_file().encode()).status().message().find("not the proof") != std::string::npos);
    std::string other = link_file().encode();
    other[8] = 2;
    CHECK(LinkFile::decode(resealed(other)).status().message() == "a link file of version 2, expected 1");
    std::string more_cuts = link_file().encode();
    more_cuts[8 + 4 + 64] = 100;
    CHECK(LinkFile::decode(resealed(more_cuts)).status().message() == "too short for what it says that it holds");
    CHECK(proving::part_file_name(0) == "boundary.bin");
    CHECK(proving::part_file_name(12) == "shard-12.bin");
}

}  // namespace
}  // namespace sluice::test

// The real blocks of the test data: block RLP, witness and what is known of them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>
#include <zlib.h>

#include "nlohmann/json.hpp"

#include "support/catch.h"
#include "support/naive_trie.h"

namespace sluice::test {

struct WitnessFiles {
    std::string number;
    Bytes block;               ///< RLP
    std::vector<Bytes> state;  ///< RLP of trie nodes
    std::vector<Bytes> keys;   ///< addresses and slots; often none
    Hash32 parent_state_root;
};

inline Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline Bytes read_gzip(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    Bytes bytes;
    std::vector<char> buffer(1 << 16);
    for (int size = 0; (size = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) {
        bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
    gzclose(file);
    return bytes;
}

/// Folders of the set (such as "mainnet") in ascending order; none if the test data is missing.
inline std::vector<std::string> witness_folders(const std::string& set) {
    std::vector<std::string> folders;
    const std::string data = test_data();
    if (data.empty()) return folders;
    for (const auto& entry : std::filesystem::directory_iterator(data + "/" + set)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

inline WitnessFiles read_witness(const std::string& folder) {
    WitnessFiles files;
    const auto meta = nlohmann::json::parse(read_file(folder + "/meta.json"));
    files.number = std::to_string(meta.at("number").get<std::uint64_t>());
    files.parent_state_root = hash_of(from_hex(meta.at("parentStateRoot").get<std::string>()));
    files.block = read_file(folder + "/block.rlp");
    const auto witness = nlohmann::json::parse(read_gzip(folder + "/witness.json.gz"));
    for (const auto& node : witness.at("state")) files.state.push_back(from_hex(node.get<std::string>()));
    for (const auto& key : witness.at("keys")) files.keys.push_back(from_hex(key.get<std::string>()));
    return files;
}

}  // namespace sluice::test

// go-ethereum's precompile vectors, read from the test data's archive.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.h"

namespace sluice::test {

using Bytes = std::vector<std::uint8_t>;

/// Bytes of a hex string without prefix.
inline Bytes from_hex(const std::string& text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

struct PrecompileVector {
    std::string name;
    Bytes input;
    Bytes expected;         ///< empty if the call must fail
    std::string error;      ///< go-ethereum's message if the call must fail
    std::uint64_t gas = 0;  ///< price; 0 if the call must fail
};

/// The vectors of one file of precompiles.tar.zst, such as "bn256Add". Throws if the archive or the file is missing.
inline std::vector<PrecompileVector> precompile_vectors(const std::string& file) {
    const std::string command =
        "tar --zstd -xOf '" + test_data() + "/precompiles.tar.zst' 'precompiles/" + file + ".json'";
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string text;
    char buffer[65536];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;) text.append(buffer, size);
    if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);

    std::vector<PrecompileVector> vectors;
    for (const auto& entry : nlohmann::json::parse(text)) {
        vectors.push_back({entry.at("Name"), from_hex(entry.at("Input")), from_hex(entry.value("Expected", "")),
                           entry.value("ExpectedError", ""), entry.value("Gas", std::uint64_t{0})});
    }
    return vectors;
}

}  // namespace sluice::test

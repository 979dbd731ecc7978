// Compressed zeros, and what it costs to undo them. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <sys/resource.h>

namespace sluice::test {

/// The most memory that this process has had, in bytes.
inline std::size_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// A zstd frame (RFC 8878) of so many zeros, a multiple of 128 KiB: for each of these a block of 4 bytes that says to
/// repeat one.
inline std::string zstd_zeros(std::size_t size) {
    constexpr std::size_t kBlock = std::size_t{1} << 17;
    std::string frame("\x28\xb5\x2f\xfd\x00\x38", 6);  // magic, no content size, a window of 128 KiB
    for (std::size_t left = size / kBlock; left > 0; --left) {
        const std::size_t header = kBlock << 3 | 1 << 1 | (left == 1 ? 1 : 0);  // run-length block, the last one
        for (const unsigned shift : {0u, 8u, 16u}) frame.push_back(static_cast<char>(header >> shift));
        frame.push_back('\0');
    }
    return frame;
}

}  // namespace sluice::test

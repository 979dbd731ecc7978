// Hashes of 64 bytes that were computed lately, for native runs. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "sluice/base/keccak.h"
#include "sluice/base/uint256.h"

namespace sluice::executor {

/// A guest hashes for less than it would take to look for a hash, and has no code that does.
#if defined(__riscv)
inline constexpr bool kUsesKeccakMemo = false;
#else
inline constexpr bool kUsesKeccakMemo = true;
#endif

/// keccak256 of key and place is where a mapping keeps a key's value, and contracts compute it for the same few keys
/// again and again. Each input has one entry in which it may lie; a later one with the same entry takes it over. 96
/// KiB.
class KeccakMemo {
 public:
    static constexpr std::size_t kInputSize = 64;

    /// keccak256 of the 64 bytes at `input`.
    [[nodiscard]] Uint256 keccak(const std::uint8_t* input) noexcept {
        Entry& entry = entries_[index(input)];
        // No hash is zero as far as anybody knows, and one that were would only be computed each time.
        if (entry.hash.is_zero() || std::memcmp(entry.input, input, kInputSize) != 0) {
            std::memcpy(entry.input, input, kInputSize);
            entry.hash = Uint256::from_hash(keccak256({input, kInputSize}));
        }
        return entry.hash;
    }

 private:
    static constexpr unsigned kIndexBits = 10;
    struct Entry {
        std::uint8_t input[kInputSize];
        Uint256 hash;
    };

    /// From the ends of both words, where they differ most.
    [[nodiscard]] static std::size_t index(const std::uint8_t* input) noexcept {
        const std::uint64_t mixed = load_be<std::uint64_t>(input + 24) ^ (load_be<std::uint64_t>(input + 56) << 48);
        return (mixed * 0x9e3779b97f4a7c15) >> (64 - kIndexBits);
    }

    Entry entries_[std::size_t{1} << kIndexBits]{};
};

}  // namespace sluice::executor

// What a run states to the world: the public output. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/bytes.h"
#include "sluice/base/result.h"

namespace sluice::executor {

/// The statement of a run that ended with exit code 0: under the rules whose canonical encoding has this hash, the
/// block is valid, and it takes the state with the one root to the state with the other.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 8 | version, 1 |
/// | 8 | 32 | chain config hash |
/// | 40 | 8 | block number |
/// | 48 | 32 | block hash |
/// | 80 | 32 | parent hash |
/// | 112 | 32 | state root before the block |
/// | 144 | 32 | state root after the block |
/// | 176 | 8 | anchored, 0 or 1 |
///
/// Integers are little endian; hashes are their 32 bytes.
struct PublicOutput {
    static constexpr std::uint64_t kVersion = 1;
    static constexpr std::size_t kSize = 184;

    Hash32 chain_config_hash{};
    std::uint64_t block_number = 0;
    Hash32 block_hash{};
    Hash32 parent_hash{};
    Hash32 pre_state_root{};
    Hash32 post_state_root{};
    /// The state root before the block is in a header that hashes to the parent hash, every ancestor hash that was used
    /// is chained to it, and the rules that need the parent's header were checked. If false, none of this is stated:
    /// the state root and the older hashes are what the input claims.
    bool anchored = false;

    friend bool operator==(const PublicOutput&, const PublicOutput&) = default;
};

void encode_public_output(const PublicOutput& output, std::uint8_t out[PublicOutput::kSize]) noexcept;
/// public_output_encoding unless the bytes are what encode_public_output() makes.
Result<PublicOutput> decode_public_output(ByteView bytes) noexcept;

}  // namespace sluice::executor

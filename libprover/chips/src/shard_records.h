// What the tables of one shard are filled from, by the host or on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gadgets/records.h"
#include "gadgets/word.h"

namespace sluice::chips {

/// The rows of one step chip. A record is an instruction's (records.h), or two words for a call: its place in `calls`,
/// and the first of its rows.
struct ChipRecords {
    std::uint32_t rows = 0;
    std::vector<std::uint32_t> words;
};

/// A word that a shard touches: as it finds and as it leaves it, which shard touched it last (or 0), and when this one
/// last does.
struct TouchedWord {
    std::uint32_t key;
    std::uint32_t shard;
    std::uint64_t in, out;
    std::uint32_t time;
};

struct ShardRecords {
    std::vector<ChipRecords> chips;  ///< of each step chip of the machine
    std::vector<CallRecord> calls;
    std::vector<AccessRecord> accesses;  ///< words of operands
    std::vector<std::uint64_t> after;    ///< the same words after the call
    std::vector<TouchedWord> touched;    ///< ascending
    std::vector<KoalaBear> public_values;
};

}  // namespace sluice::chips

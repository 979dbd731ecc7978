// The parent state out of a witness stream. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/executor/state_source.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// What a state source has to know of the parent block. All of it has been checked against the current block by the
/// caller, or is unanchored.
struct ParentLink {
    std::uint64_t number = 0;
    Hash32 hash{};         ///< the current block's parentHash
    Hash32 state_root{};   ///< the root that all values are authenticated against
    Hash32 parent_hash{};  ///< parentHash in the parent's header; not read if not anchored
};

/// Makes the state source for the stream's mode (`reader.header().mode`). The caller has read the chain config, the
/// ancestors and the block; in eager mode this reads and decodes all tries and codes. `ancestors` is what
/// `reader.read_ancestor_headers()` gave; in account and eager mode its headers are chained by hash to
/// `parent.parent_hash` at once, in value mode only the parent is accepted there.
///
/// The source lives in `arena`, which it also uses during the run; `reader`, `arena` and `diagnostics` outlive it.
/// Its finish() reads the end of the stream.
Result<StateSource*> open_streaming_state(witness::ClientInputReader& reader, const ParentLink& parent,
                                          const witness::AncestorHeadersInput& ancestors, Arena& arena,
                                          Diagnostics& diagnostics) noexcept;

}  // namespace sluice::executor

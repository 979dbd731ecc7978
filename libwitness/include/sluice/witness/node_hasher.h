// Hashing made nodes later, many at once: what a host with vector lanes offers the end pass.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/base/bytes.h"

namespace sluice::witness {

/// Takes nodes as they are made and hashes them when all are. Until then a ticket, 32 bytes of the hasher's choice,
/// stands where the hash belongs; the shape of a trie does not depend on what its hashes are. A node is taken after
/// those below it, whose tickets are in it.
///
/// Nodes are made one inside the other: mark() begins one, place() tells where in it a ticket was put, and defer() ends
/// it, or rewind() if it is not to be. A ticket may be placed again in a node that takes another's place; the hash goes
/// to where it was placed last.
class NodeHasher {
 public:
    using Mark = std::size_t;

    [[nodiscard]] virtual Mark mark() noexcept { return 0; }
    virtual void place(std::uint8_t* /*ticket*/) noexcept {}
    virtual void rewind(Mark /*mark*/) noexcept {}
    /// Copies `node`, which was begun at `mark`, and writes its ticket.
    virtual void defer(ByteView /*node*/, Mark /*mark*/, std::uint8_t* /*ticket*/) noexcept {}
    /// The hash that a ticket stands for, once no more nodes come.
    [[nodiscard]] virtual Hash32 resolve(const Hash32& /*ticket*/) noexcept { return {}; }

 protected:
    ~NodeHasher() = default;
};

}  // namespace sluice::witness

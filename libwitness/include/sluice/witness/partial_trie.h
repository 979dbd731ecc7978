// A Merkle-Patricia trie with 32-byte keys of which some nodes are known: what the `eager` and `account` modes decode.
//
// Node records, the form in which a stream holds the nodes of one trie, come in pre-order, one for each position that
// is supplied; each is a header of 8 bytes, then the node's RLP, then zero bytes up to a multiple of 8:
//
//     u32  size of the RLP in bytes
//     u16  children supplied: bit i is set if the record of child i of a branch follows; bit 0 for the child of an
//          extension. Only children held by hash can be.
//     u16  zero
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/witness/trie.h"

namespace sluice::witness {

inline constexpr std::size_t kNodeRecordHeaderSize = 8;

/// A trie of which a part is known. The nodes it was decoded from stay where they are; everything else lies in the
/// arena. After an error of a change the trie holds what it held before that change.
class PartialTrie {
 public:
    /// The new value of a key; an empty value removes the key.
    struct Change {
        Hash32 hashed_key;
        ByteView value;
    };

    /// The empty trie. `storage_owner` is the hashed address for errors in a storage trie, or null; it must outlive the
    /// trie, as must the arena.
    explicit PartialTrie(Arena& arena, const Hash32* storage_owner = nullptr) noexcept
        : arena_(&arena), storage_owner_(storage_owner) {}

    /// Decodes exactly `node_count` records that fill `records`, and compares every node's keccak256 with its parent's
    /// reference, the first one's with `root`. No records are the trie of which only the root is known. The empty trie
    /// has no records. `records` must outlive the trie. Errors: trie_missing_node never; trie_bad_record,
    /// trie_wrong_node_hash, trie_malformed_node, trie_child_mask, trie_node_count, trie_trailing_bytes.
    static Result<PartialTrie> parse(const Hash32& root, ByteView records, std::size_t node_count,
                                     const Hash32* storage_owner, Arena& arena, Diagnostics& diagnostics) noexcept;

    /// The value of a key, or nothing if the trie shows that the key is absent. trie_missing_node if the node that
    /// would tell is not known.
    Result<std::optional<ByteView>> lookup(const Hash32& hashed_key, Diagnostics& diagnostics) const noexcept;
    /// Sets the value of a key, which is not empty; it is copied.
    ErrorCode upsert(const Hash32& hashed_key, ByteView value, Diagnostics& diagnostics) noexcept;
    /// Removes a key; does nothing if it is absent. trie_missing_node, naming hash and path, if a branch is left with
    /// one child and that one is not known.
    ErrorCode erase(const Hash32& hashed_key, Diagnostics& diagnostics) noexcept;
    /// Applies net changes: first those that set a value, then those that remove a key, so that no branch collapses
    /// that does not collapse in the final trie.
    ErrorCode apply(std::span<const Change> changes, Diagnostics& diagnostics) noexcept;
    /// The root, for which changed nodes are hashed once and unchanged ones not at all.
    Result<Hash32> root(Diagnostics& diagnostics) noexcept;

 private:
    struct Item;
    struct Branch;
    struct Short;
    /// A child: 0 if there is none; an Item; or, with the lowest bit set, a reference in place that was not decoded.
    using Link = std::uintptr_t;

    [[nodiscard]] static bool in_place(Link link) noexcept { return (link & 1) != 0; }
    [[nodiscard]] static Link link_to(const std::uint8_t* reference) noexcept;
    [[nodiscard]] static Link link_to(Item* item) noexcept { return reinterpret_cast<Link>(item); }
    [[nodiscard]] static const std::uint8_t* reference_in(Link link) noexcept;
    [[nodiscard]] static Item* item_in(Link link) noexcept { return reinterpret_cast<Item*>(link); }
    /// The reference to what a link holds, which is not changed or new.
    [[nodiscard]] static const std::uint8_t* reference_of(Link link) noexcept;

    [[nodiscard]] Item* make_item(const Node& node, const std::uint8_t* reference) noexcept;
    [[nodiscard]] Short* make_leaf(const Hash32& key, unsigned depth, ByteView value) noexcept;
    /// `head`, one more nibble, then `tail`.
    [[nodiscard]] bool join(Nibbles head, unsigned middle, Nibbles tail, Nibbles& joined) noexcept;
    [[nodiscard]] ErrorCode resolve(Link& link, bool below_extension, const Hash32& key, unsigned depth,
                                    Diagnostics& diagnostics) noexcept;
    [[nodiscard]] ErrorCode split(Link& link, unsigned common, const Hash32& key, unsigned depth, ByteView value,
                                  Diagnostics& diagnostics) noexcept;
    [[nodiscard]] ErrorCode refresh(Item* item) noexcept;
    [[nodiscard]] ErrorCode encode(const Item* item, ByteView& encoded) noexcept;
    ErrorCode fail(ErrorCode code, const Hash32& hash, const Hash32& key, unsigned depth,
                   Diagnostics& diagnostics) const noexcept;
    ErrorCode exhausted(Diagnostics& diagnostics) const noexcept;

    Arena* arena_;
    const Hash32* storage_owner_;
    Link root_ = 0;
};

}  // namespace sluice::witness

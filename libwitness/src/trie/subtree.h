// A part of a trie as seen from above, and the building of new parts. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/witness/account.h"
#include "sluice/witness/node.h"
#include "sluice/witness/node_hasher.h"

namespace sluice::witness {

/// All keys of a trie that begin with some prefix, described without regard to the depth at which the part hangs: a
/// single leaf with its whole key, or the branch at which the keys part, with the whole path to it. Seen from depth d,
/// a branch at depth e > d is an extension. So a part moves to another depth, when a branch above it appears or
/// collapses, without being touched.
struct Subtree {
    enum class Kind : std::uint8_t { empty, leaf, branch };

    Kind kind = Kind::empty;
    std::uint8_t depth = 0;  ///< nibbles of `path`: the length of a leaf's key, or the depth of the branch
    /// Only of a content in `inside`: there is a ticket in it, instead of a branch's hash or an account's storage root.
    bool deferred = false;
    std::uint32_t size = 0;                 ///< of the content
    const std::uint8_t* outside = nullptr;  ///< where the content is, or null: it is in `inside`
    Hash32 path;                            ///< packed nibbles; those from `depth` on mean nothing
    std::uint8_t inside[(kMaxAccountSize + 7) & ~std::size_t{7}];

    /// A leaf's value; the reference to a branch.
    [[nodiscard]] ByteView content() const noexcept { return {outside != nullptr ? outside : inside, size}; }
    void set_leaf(const Hash32& key, unsigned nibbles, ByteView value) noexcept {
        kind = Kind::leaf;
        depth = static_cast<std::uint8_t>(nibbles);
        size = static_cast<std::uint32_t>(value.size());
        outside = value.data();
        path = key;
    }
    void set_branch(const Hash32& prefix, unsigned branch_depth, const std::uint8_t* reference) noexcept {
        kind = Kind::branch;
        depth = static_cast<std::uint8_t>(branch_depth);
        size = static_cast<std::uint32_t>(reference_size(reference));
        outside = reference;
        path = prefix;
    }
};

inline void set_nibble(Hash32& path, unsigned index, unsigned nibble) noexcept {
    std::uint8_t& byte = path.bytes[index >> 1];
    byte = static_cast<std::uint8_t>((index & 1) != 0 ? (byte & 0xf0u) | nibble : (byte & 0x0fu) | nibble << 4);
}
/// Writes the nibbles `from` .. `from + nibbles.count` of `path`; those before stay.
void put_nibbles(Hash32& path, unsigned from, Nibbles nibbles) noexcept;

/// The number of nibbles that both paths begin with, at most `limit`.
[[nodiscard]] unsigned common_prefix(const Hash32& a, const Hash32& b, unsigned limit) noexcept;

/// Writes the reference to an encoded node: itself below 32 bytes, else its hash. Gives the end.
std::uint8_t* put_reference_to(std::uint8_t* out, ByteView encoded_node) noexcept;

/// How made nodes are hashed: at once, or by a NodeHasher later. What takes a `Hashing` is made for both of these.
struct HashAtOnce {
    static constexpr bool kLater = false;
};
struct HashLater {
    static constexpr bool kLater = true;
    NodeHasher* nodes;
};
/// Makes `result` the branch that is encoded there, but for its path. The node was begun at `mark`, if hashed later.
template <class Hashing>
void set_made_branch(Subtree& result, unsigned depth, ByteView encoded, Hashing hashing,
                     NodeHasher::Mark mark) noexcept;

/// Size of a leaf or extension whose path has `nibbles` nibbles and whose second item has `item_size` bytes.
[[nodiscard]] std::size_t length_of_short_node(unsigned nibbles, std::size_t item_size) noexcept;
/// Writes the start of such a node: all but its second item. `path` is packed, its nibbles `from` .. `to` count.
std::uint8_t* put_short_node(std::uint8_t* out, bool leaf, const std::uint8_t* path, unsigned from, unsigned to,
                             std::size_t item_size) noexcept;

/// Writes the reference by which a branch or extension at depth - 1 holds `subtree`, which may be empty. Gives its end;
/// null if `scratch` is too small for a large value. If hashed later, what it writes is part of the node begun last.
template <class Hashing = HashAtOnce>
[[nodiscard]] std::uint8_t* put_reference(std::uint8_t* out, const Subtree& subtree, unsigned depth, Arena& scratch,
                                          Hashing hashing = {}) noexcept;

/// A trie's root, or the ticket for it.
struct Root {
    Hash32 hash{};
    bool deferred = false;
};
/// The root of the trie that `subtree` is all of.
template <class Hashing>
Result<Root> root_of(const Subtree& subtree, Arena& scratch, Hashing hashing) noexcept;
inline Result<Hash32> root_of(const Subtree& subtree, Arena& scratch) noexcept {
    SLUICE_TRY(const Root root, root_of(subtree, scratch, HashAtOnce{}));
    return root.hash;
}

/// Puts the header of a branch before its items, which begin 3 bytes after `buffer` and end at `end`, and gives the
/// branch's bytes.
[[nodiscard]] ByteView close_branch(std::uint8_t* buffer, const std::uint8_t* end) noexcept;

/// Joins parts of a trie, given in ascending order of their paths, none a prefix of another, into one. Holds the
/// branches that are still open in `scratch`, at most one for each depth; while it is in use, what others take from
/// `scratch` between two calls must have been given back.
template <class Hashing>
class BasicBuilder {
 public:
    explicit BasicBuilder(Arena& scratch, Hashing hashing = {}) noexcept : scratch_(scratch), hashing_(hashing) {}

    [[nodiscard]] ErrorCode add(const Subtree& part) noexcept;
    /// All that was added, as one part. Nothing remains in `scratch`.
    [[nodiscard]] ErrorCode finish(Subtree& whole) noexcept;

 private:
    struct OpenBranch;

    [[nodiscard]] ErrorCode put_last() noexcept;
    [[nodiscard]] ErrorCode close_top() noexcept;

    Arena& scratch_;
    [[no_unique_address]] Hashing hashing_;
    OpenBranch* top_ = nullptr;
    Subtree last_;  // the latest part; where it hangs depends on what comes next
};
class Builder final : public BasicBuilder<HashAtOnce> {
 public:
    using BasicBuilder::BasicBuilder;
};

}  // namespace sluice::witness

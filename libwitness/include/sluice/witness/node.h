// The nodes of a Merkle-Patricia trie (Yellow Paper, appendix D) whose keys all have the same length: strict decoding
// in place. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/bytes.h"
#include "sluice/base/result.h"
#include "sluice/base/rlp.h"

namespace sluice::witness {

/// Nibbles of a key in the state trie or a storage trie.
inline constexpr unsigned kKeyNibbles = 64;

/// The nibble of packed nibbles, upper half of a byte first.
[[nodiscard]] constexpr unsigned nibble_at(const std::uint8_t* packed, std::size_t index) noexcept {
    const unsigned byte = packed[index >> 1];
    return (index & 1) != 0 ? byte & 15u : byte >> 4;
}

/// A run of nibbles inside packed bytes.
struct Nibbles {
    const std::uint8_t* packed = nullptr;
    std::uint8_t offset = 0;  ///< nibbles before the first one
    std::uint8_t count = 0;

    [[nodiscard]] unsigned operator[](std::size_t index) const noexcept { return nibble_at(packed, offset + index); }
};

enum class NodeKind : std::uint8_t { leaf, extension, branch };

/// A decoded node. Pointers lie in the bytes it was decoded from.
///
/// A *reference* is the RLP item by which a node holds a child: the empty string (no child), a string of 32 bytes (the
/// child's keccak256), or the child itself, a list of less than 32 bytes (*embedded*).
struct Node {
    NodeKind kind;
    std::uint16_t children;     ///< branch: bit i is set if child i is not empty
    std::uint16_t offset[17];   ///< branch: where reference i starts, from `items`; the last one: where the value does
    const std::uint8_t* items;  ///< branch: the first reference
    Nibbles path;               ///< leaf, extension
    ByteView value;             ///< leaf: not empty
    const std::uint8_t* child;  ///< extension: its reference, which is not empty

    /// Branch: the reference of a child.
    [[nodiscard]] const std::uint8_t* reference(unsigned index) const noexcept { return items + offset[index]; }
};

inline constexpr std::uint8_t kEmptyReference = rlp::kEmptyString;
inline constexpr std::uint8_t kHashReference = rlp::kEmptyString + 32;
inline constexpr std::size_t kMaxReferenceSize = 33;
/// The largest branch: 16 hashes, no value.
inline constexpr std::size_t kMaxBranchSize = 3 + 16 * kMaxReferenceSize + 1;

/// Bytes of a well-formed reference.
[[nodiscard]] constexpr std::size_t reference_size(const std::uint8_t* reference) noexcept {
    if (*reference == kEmptyReference) return 1;
    return *reference == kHashReference ? 33 : 1 + std::size_t{*reference} - rlp::kEmptyList;
}

/// Decodes a node. ErrorCode::trie_malformed_node unless it is, byte for byte, what an encoder of tries with keys of
/// one length makes: a branch has 17 items, no value and at least two children; a path has right flags and zero
/// padding; an extension has a path and a child; a leaf has a value; an embedded child has less than 32 bytes. What an
/// embedded child holds is not looked at, and neither can it be seen here that the child of an extension is a branch.
[[nodiscard]] ErrorCode decode_node(ByteView rlp, Node& node) noexcept;

}  // namespace sluice::witness

// Decoding of trie nodes. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/node.h"

namespace sluice::witness {
namespace {

constexpr ErrorCode kMalformed = ErrorCode::trie_malformed_node;

// An embedded node is a list of less than 32 bytes; the smallest has a path and a value of one byte each.
constexpr bool is_embedded(std::uint8_t first) noexcept {
    return first >= rlp::kEmptyList + 2 && first <= rlp::kEmptyList + 30;
}

ErrorCode decode_branch(ByteView payload, Node& node) noexcept {
    node.kind = NodeKind::branch;
    node.items = payload.data();
    std::size_t at = 0;
    unsigned children = 0;
    for (unsigned i = 0; i < 16; ++i) {
        if (at >= payload.size()) return kMalformed;
        node.offset[i] = static_cast<std::uint16_t>(at);
        const std::uint8_t first = payload[at];
        if (first == kHashReference) {
            at += kMaxReferenceSize;
            children |= 1u << i;
        } else if (first == kEmptyReference) {
            at += 1;
        } else if (is_embedded(first)) {
            at += 1u + first - rlp::kEmptyList;
            children |= 1u << i;
        } else {
            return kMalformed;
        }
    }
    // Keys of one length never end in a branch, so its value is the empty string.
    if (at + 1 != payload.size() || payload[at] != rlp::kEmptyString) return kMalformed;
    if ((children & (children - 1)) == 0) return kMalformed;
    node.offset[16] = static_cast<std::uint16_t>(at);
    node.children = static_cast<std::uint16_t>(children);
    return ErrorCode::ok;
}

// A branch with 16 hashes, as most nodes near the root of a large trie are: everything is where it must be.
bool decode_full_branch(const std::uint8_t* bytes, Node& node) noexcept {
    constexpr std::size_t kPayload = kMaxBranchSize - 3;
    static_assert(rlp::length_of_header(kPayload) == 3);
    if (bytes[0] != rlp::kEmptyList + rlp::kMaxShortLength + 2 || bytes[1] != kPayload / 256 ||
        bytes[2] != kPayload % 256 || bytes[kMaxBranchSize - 1] != rlp::kEmptyString) {
        return false;
    }
    const std::uint8_t* items = bytes + 3;
    for (unsigned i = 0; i < 16; ++i) {
        if (items[i * kMaxReferenceSize] != kHashReference) return false;
        node.offset[i] = static_cast<std::uint16_t>(i * kMaxReferenceSize);
    }
    node.offset[16] = kPayload - 1;
    node.items = items;
    node.kind = NodeKind::branch;
    node.children = 0xffff;
    return true;
}

}  // namespace

ErrorCode decode_node(ByteView rlp_bytes, Node& node) noexcept {
    if (rlp_bytes.size() == kMaxBranchSize && decode_full_branch(rlp_bytes.data(), node)) return ErrorCode::ok;
    rlp::Reader whole(rlp_bytes);
    const auto list = whole.list();
    if (!list.ok() || !whole.done()) return kMalformed;
    const ByteView payload = list->rest();
    rlp::Reader items = *list;
    const auto first = items.item();
    if (!first.ok()) return kMalformed;
    const auto second = items.item();
    if (!second.ok()) return kMalformed;
    if (!items.done()) return decode_branch(payload, node);

    // Hex prefix: flags (2: leaf, 1: odd number of nibbles) in the upper half of the first byte.
    const ByteView path = first->payload;
    if (first->kind != rlp::Kind::string || path.empty() || path.size() > kKeyNibbles / 2 + 1) return kMalformed;
    const unsigned flags = path[0] >> 4;
    if (flags > 3 || ((flags & 1) == 0 && (path[0] & 15) != 0)) return kMalformed;
    node.path.packed = path.data();
    node.path.offset = (flags & 1) != 0 ? 1 : 2;
    node.path.count = static_cast<std::uint8_t>(2 * path.size() - node.path.offset);
    if (node.path.count > kKeyNibbles) return kMalformed;
    if ((flags & 2) != 0) {
        if (second->kind != rlp::Kind::string || second->payload.empty()) return kMalformed;
        node.kind = NodeKind::leaf;
        node.value = second->payload;
        return ErrorCode::ok;
    }
    const std::uint8_t reference = *second->raw.data();
    if (node.path.count == 0 || (reference != kHashReference && !is_embedded(reference))) return kMalformed;
    node.kind = NodeKind::extension;
    node.child = second->raw.data();
    return ErrorCode::ok;
}

}  // namespace sluice::witness

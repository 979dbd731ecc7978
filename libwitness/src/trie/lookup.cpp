// Loading nodes from a source and looking up keys. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/trie.h"

namespace sluice::witness {

// Not pure, so that no freestanding program needs the runtime's handler of pure virtual calls.
Result<NodeBytes> NodeSource::node(const Hash32&, const NodePosition&) noexcept {
    return ErrorCode::internal_fault;
}

ErrorDetail node_detail(const Hash32& hash, const NodePosition& position) noexcept {
    ErrorDetail detail;
    detail.with_path(position.nibbles, position.depth).with_values(hash, Hash32{});
    if (position.storage_owner != nullptr) {
        detail.storage_path = 1;
        return detail.with_key(position.storage_owner->view()).with_what("storage trie node");
    }
    return detail.with_key(hash.view()).with_what("state trie node");
}

ErrorCode load_node(const Hash32& hash, const NodePosition& position, NodeSource& nodes, Node& node,
                    Diagnostics& diagnostics) noexcept {
    const auto given = nodes.node(hash, position);
    if (!given.ok()) return diagnostics.fail(given.error(), node_detail(hash, position));
    // Without this comparison a witness could claim any state.
    const Hash32 found = given->hash != nullptr ? *given->hash : keccak256(given->bytes);
    if (!(found == hash)) {
        return diagnostics.fail(ErrorCode::trie_wrong_node_hash, node_detail(hash, position).with_values(hash, found));
    }
    const ErrorCode code = decode_node(given->bytes, node);
    return failed(code) ? diagnostics.fail(code, node_detail(hash, position)) : code;
}

Result<std::optional<ByteView>> lookup(const Hash32& root, const Hash32& hashed_key, const Hash32* storage_owner,
                                       NodeSource& nodes, Diagnostics& diagnostics) noexcept {
    if (root == kEmptyTrieRoot) return std::optional<ByteView>();
    const std::uint8_t* key = hashed_key.bytes.data();
    std::uint8_t nibbles[kKeyNibbles];
    for (unsigned i = 0; i < kKeyNibbles; ++i) nibbles[i] = static_cast<std::uint8_t>(nibble_at(key, i));
    Hash32 hash = root;  // of the last node that was not embedded
    std::uint8_t root_reference[kMaxReferenceSize];
    rlp::put_hash(root_reference, root);
    const std::uint8_t* reference = root_reference;
    bool below_extension = false;
    for (unsigned depth = 0;;) {
        const NodePosition position{storage_owner, nibbles, depth};
        const auto malformed = [&] {
            return diagnostics.fail(ErrorCode::trie_malformed_node, node_detail(hash, position));
        };
        Node node;
        if (*reference == kHashReference) {
            hash = Hash32::from(reference + 1);
            SLUICE_RETURN_IF_ERROR(load_node(hash, position, nodes, node, diagnostics));
        } else if (failed(decode_node({reference, reference_size(reference)}, node))) {
            return malformed();
        }
        if (below_extension && node.kind != NodeKind::branch) return malformed();
        if (node.kind == NodeKind::branch) {
            if (depth == kKeyNibbles) return malformed();
            const unsigned child = nibbles[depth];
            if ((node.children >> child & 1) == 0) return std::optional<ByteView>();
            reference = node.reference(child);
            below_extension = false;
            ++depth;
            continue;
        }
        const unsigned end = depth + node.path.count;
        if (node.kind == NodeKind::leaf ? end != kKeyNibbles : end >= kKeyNibbles) return malformed();
        for (unsigned i = depth; i < end; ++i) {
            if (node.path[i - depth] != nibbles[i]) return std::optional<ByteView>();
        }
        if (node.kind == NodeKind::leaf) return std::optional<ByteView>(node.value);
        reference = node.child;
        below_extension = true;
        depth = end;
    }
}

}  // namespace sluice::witness

// The trie in memory. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/partial_trie.h"

#include "trie/subtree.h"

namespace sluice::witness {

struct PartialTrie::Item {
    NodeKind kind;
    const std::uint8_t* reference;  // how the parent holds this node; null if that has to be computed
};

struct PartialTrie::Branch : Item {
    Link child[16];
};

// A leaf or an extension.
struct PartialTrie::Short : Item {
    Nibbles path;
    ByteView value;  // leaf
    Link child;      // extension
};

// Where nodes are says nothing about whether their addresses are even, but addresses use fewer than 63 bits.
PartialTrie::Link PartialTrie::link_to(const std::uint8_t* reference) noexcept {
    return *reference == kEmptyReference ? 0 : reinterpret_cast<Link>(reference) << 1 | 1;
}
const std::uint8_t* PartialTrie::reference_in(Link link) noexcept {
    return reinterpret_cast<const std::uint8_t*>(link >> 1);
}
const std::uint8_t* PartialTrie::reference_of(Link link) noexcept {
    return in_place(link) ? reference_in(link) : item_in(link)->reference;
}

ErrorCode PartialTrie::fail(ErrorCode code, const Hash32& hash, const Hash32& key, unsigned depth,
                            Diagnostics& diagnostics) const noexcept {
    std::uint8_t nibbles[kKeyNibbles];
    for (unsigned i = 0; i < depth; ++i) nibbles[i] = static_cast<std::uint8_t>(nibble_at(key.bytes.data(), i));
    return diagnostics.fail(code, node_detail(hash, {storage_owner_, nibbles, depth}));
}

ErrorCode PartialTrie::exhausted(Diagnostics& diagnostics) const noexcept {
    return diagnostics.fail(ErrorCode::arena_exhausted, ErrorDetail().with_what("trie"));
}

PartialTrie::Item* PartialTrie::make_item(const Node& node, const std::uint8_t* reference) noexcept {
    if (node.kind == NodeKind::branch) {
        auto* branch = arena_->make_array<Branch>(1);
        if (branch == nullptr) return nullptr;
        branch->kind = node.kind;
        branch->reference = reference;
        for (unsigned i = 0; i < 16; ++i) branch->child[i] = link_to(node.reference(i));
        return branch;
    }
    auto* item = arena_->make_array<Short>(1);
    if (item == nullptr) return nullptr;
    item->kind = node.kind;
    item->reference = reference;
    item->path = node.path;
    item->value = node.kind == NodeKind::leaf ? node.value : ByteView();
    item->child = node.kind == NodeKind::leaf ? 0 : link_to(node.child);
    return item;
}

namespace {

// A node may stand at `depth` if its keys then have 64 nibbles.
bool fits_depth(const Node& node, unsigned depth) noexcept {
    if (node.kind == NodeKind::branch) return depth < kKeyNibbles;
    const unsigned end = depth + node.path.count;
    return node.kind == NodeKind::leaf ? end == kKeyNibbles : end < kKeyNibbles;
}

// How many nibbles of `path` the key has from `depth` on.
unsigned matching(Nibbles path, const Hash32& key, unsigned depth) noexcept {
    unsigned count = 0;
    if (((path.offset ^ depth) & 1) == 0) {
        // The halves of bytes match: skip equal bytes.
        if ((depth & 1) != 0) {
            if (path.count == 0 || path[0] != nibble_at(key.bytes.data(), depth)) return 0;
            count = 1;
        }
        const std::uint8_t* a = path.packed + (path.offset + count) / 2;
        const std::uint8_t* b = key.bytes.data() + (depth + count) / 2;
        while (count + 2 <= path.count && *a == *b) {
            ++a;
            ++b;
            count += 2;
        }
    }
    while (count < path.count && path[count] == nibble_at(key.bytes.data(), depth + count)) ++count;
    return count;
}

Nibbles without_first(Nibbles path, unsigned count) noexcept {
    return {path.packed, static_cast<std::uint8_t>(path.offset + count), static_cast<std::uint8_t>(path.count - count)};
}

}  // namespace

Result<PartialTrie> PartialTrie::parse(const Hash32& root, ByteView records, std::size_t node_count,
                                       const Hash32* storage_owner, Arena& arena, Diagnostics& diagnostics) noexcept {
    PartialTrie trie(arena, storage_owner);
    // A node whose announced children have not all come yet.
    struct Open {
        Link* children;
        unsigned announced;
        unsigned depth;  // of the children
        bool extension;
    };
    Open open[kKeyNibbles + 1];
    std::size_t open_count = 0;
    Hash32 path{};
    std::size_t at = 0;

    if (!(root == kEmptyTrieRoot)) {
        auto* reference = arena.make_array<std::uint8_t>(kMaxReferenceSize);
        if (reference == nullptr) return trie.exhausted(diagnostics);
        rlp::put_hash(reference, root);
        trie.root_ = link_to(reference);
        open[open_count++] = {&trie.root_, 1, 0, false};
    }
    for (std::size_t i = 0; i < node_count; ++i) {
        while (open_count != 0 && open[open_count - 1].announced == 0) --open_count;
        ErrorDetail detail;
        detail.with_item(i).with_offset(at).with_what(storage_owner != nullptr ? "storage trie record"
                                                                               : "state trie record");
        if (storage_owner != nullptr) detail.with_key(storage_owner->view());
        if (open_count == 0) return diagnostics.fail(ErrorCode::trie_node_count, detail.with_values(i, node_count));
        Open& parent = open[open_count - 1];
        const auto child = static_cast<unsigned>(__builtin_ctz(parent.announced));
        parent.announced &= parent.announced - 1;
        Link& link = parent.children[child];
        const unsigned depth = parent.depth;
        const bool below_extension = parent.extension;
        // The root and the child of an extension stand at the depth of their path; others one nibble further.
        if (depth != 0 && !below_extension) set_nibble(path, depth - 1, child);

        if (records.size() - at < kNodeRecordHeaderSize) return diagnostics.fail(ErrorCode::trie_bad_record, detail);
        const std::uint8_t* header = records.data() + at;
        const std::uint64_t size = load_le<std::uint32_t>(header);
        const unsigned supplied = load_le<std::uint16_t>(header + 4);
        at += kNodeRecordHeaderSize;
        if (load_le<std::uint16_t>(header + 6) != 0 || records.size() - at < align8(size)) {
            return diagnostics.fail(ErrorCode::trie_bad_record, detail);
        }
        const ByteView bytes = records.subspan(at, size);
        for (std::uint64_t pad = size; pad < align8(size); ++pad) {
            if (records[at + pad] != 0) return diagnostics.fail(ErrorCode::trie_bad_record, detail);
        }
        at += align8(size);

        const std::uint8_t* reference = reference_in(link);
        const Hash32 hash = Hash32::from(reference + 1);
        const Hash32 found = keccak256(bytes);
        // Without this comparison a witness could claim any state.
        if (!(found == hash)) {
            std::uint8_t nibbles[kKeyNibbles];
            for (unsigned n = 0; n < depth; ++n)
                nibbles[n] = static_cast<std::uint8_t>(nibble_at(path.bytes.data(), n));
            return diagnostics.fail(
                ErrorCode::trie_wrong_node_hash,
                node_detail(hash, {storage_owner, nibbles, depth}).with_item(i).with_values(hash, found));
        }
        Node node;
        if (failed(decode_node(bytes, node)) || !fits_depth(node, depth) ||
            (below_extension && node.kind != NodeKind::branch)) {
            return trie.fail(ErrorCode::trie_malformed_node, hash, path, depth, diagnostics);
        }
        unsigned by_hash = 0;
        if (node.kind == NodeKind::branch) {
            for (unsigned n = 0; n < 16; ++n) by_hash |= unsigned{*node.reference(n) == kHashReference} << n;
        } else if (node.kind == NodeKind::extension) {
            by_hash = *node.child == kHashReference ? 1 : 0;
        }
        if ((supplied & ~by_hash) != 0) {
            return diagnostics.fail(ErrorCode::trie_child_mask, detail.with_values(by_hash, supplied));
        }
        Item* item = trie.make_item(node, reference);
        if (item == nullptr) return trie.exhausted(diagnostics);
        link = link_to(item);
        if (supplied == 0) continue;
        if (node.kind == NodeKind::branch) {
            open[open_count++] = {static_cast<Branch*>(item)->child, supplied, depth + 1, false};
        } else {
            put_nibbles(path, depth, node.path);
            open[open_count++] = {&static_cast<Short*>(item)->child, supplied, depth + node.path.count, true};
        }
    }
    ErrorDetail detail;
    detail.with_offset(at).with_what(storage_owner != nullptr ? "storage trie records" : "state trie records");
    if (storage_owner != nullptr) detail.with_key(storage_owner->view());
    // Only the root may be left out: then nothing but it is known.
    for (std::size_t i = node_count == 0 ? 1 : 0; i < open_count; ++i) {
        if (open[i].announced == 0) continue;
        return diagnostics.fail(ErrorCode::trie_node_count, detail.with_values(node_count + 1, node_count));
    }
    if (at != records.size()) {
        return diagnostics.fail(ErrorCode::trie_trailing_bytes, detail.with_values(at, records.size()));
    }
    return trie;
}

Result<std::optional<ByteView>> PartialTrie::lookup(const Hash32& hashed_key, Diagnostics& diagnostics) const noexcept {
    Link link = root_;
    Node node;
    bool below_extension = false;
    for (unsigned depth = 0; link != 0;) {
        Nibbles path;
        if (in_place(link)) {
            const std::uint8_t* reference = reference_in(link);
            if (*reference == kHashReference) {
                return fail(ErrorCode::trie_missing_node, Hash32::from(reference + 1), hashed_key, depth, diagnostics);
            }
            if (failed(decode_node({reference, reference_size(reference)}, node)) || !fits_depth(node, depth) ||
                (below_extension && node.kind != NodeKind::branch)) {
                return fail(ErrorCode::trie_malformed_node, Hash32{}, hashed_key, depth, diagnostics);
            }
            if (node.kind == NodeKind::branch) {
                below_extension = false;
                link = link_to(node.reference(nibble_at(hashed_key.bytes.data(), depth++)));
                continue;
            }
            path = node.path;
            link = node.kind == NodeKind::leaf ? 0 : link_to(node.child);
        } else {
            const Item* item = item_in(link);
            node.kind = item->kind;
            if (item->kind == NodeKind::branch) {
                below_extension = false;
                link = static_cast<const Branch*>(item)->child[nibble_at(hashed_key.bytes.data(), depth++)];
                continue;
            }
            const auto* leaf_or_extension = static_cast<const Short*>(item);
            path = leaf_or_extension->path;
            node.value = leaf_or_extension->value;
            link = leaf_or_extension->child;
        }
        if (matching(path, hashed_key, depth) != path.count) break;
        if (node.kind == NodeKind::leaf) return std::optional<ByteView>(node.value);
        below_extension = true;
        depth += path.count;
    }
    return std::optional<ByteView>();
}

// Decodes an embedded node in place of its reference.
ErrorCode PartialTrie::resolve(Link& link, bool below_extension, const Hash32& key, unsigned depth,
                               Diagnostics& diagnostics) noexcept {
    if (!in_place(link)) return ErrorCode::ok;
    const std::uint8_t* reference = reference_in(link);
    if (*reference == kHashReference) {
        return fail(ErrorCode::trie_missing_node, Hash32::from(reference + 1), key, depth, diagnostics);
    }
    Node node;
    if (failed(decode_node({reference, reference_size(reference)}, node)) || !fits_depth(node, depth) ||
        (below_extension && node.kind != NodeKind::branch)) {
        return fail(ErrorCode::trie_malformed_node, Hash32{}, key, depth, diagnostics);
    }
    Item* item = make_item(node, reference);
    if (item == nullptr) return exhausted(diagnostics);
    link = link_to(item);
    return ErrorCode::ok;
}

PartialTrie::Short* PartialTrie::make_leaf(const Hash32& key, unsigned depth, ByteView value) noexcept {
    auto* leaf = arena_->make_array<Short>(1);
    auto* copy = arena_->make_array<std::uint8_t>(32 + value.size());
    if (leaf == nullptr || copy == nullptr) return nullptr;
    std::memcpy(copy, key.bytes.data(), 32);
    std::memcpy(copy + 32, value.data(), value.size());
    leaf->kind = NodeKind::leaf;
    leaf->reference = nullptr;
    leaf->path = {copy, static_cast<std::uint8_t>(depth), static_cast<std::uint8_t>(kKeyNibbles - depth)};
    leaf->value = {copy + 32, value.size()};
    leaf->child = 0;
    return leaf;
}

ErrorCode PartialTrie::upsert(const Hash32& hashed_key, ByteView value, Diagnostics& diagnostics) noexcept {
    Link* link = &root_;
    bool below_extension = false;
    for (unsigned depth = 0;;) {
        if (*link == 0) {
            Short* leaf = make_leaf(hashed_key, depth, value);
            if (leaf == nullptr) return exhausted(diagnostics);
            *link = link_to(leaf);
            return ErrorCode::ok;
        }
        SLUICE_RETURN_IF_ERROR(resolve(*link, below_extension, hashed_key, depth, diagnostics));
        Item* item = item_in(*link);
        item->reference = nullptr;
        below_extension = item->kind == NodeKind::extension;
        if (item->kind == NodeKind::branch) {
            link = &static_cast<Branch*>(item)->child[nibble_at(hashed_key.bytes.data(), depth++)];
            continue;
        }
        auto* node = static_cast<Short*>(item);
        const unsigned common = matching(node->path, hashed_key, depth);
        if (common != node->path.count) return split(*link, common, hashed_key, depth, value, diagnostics);
        if (item->kind == NodeKind::extension) {
            depth += common;
            link = &node->child;
            continue;
        }
        auto* copy = arena_->make_array<std::uint8_t>(value.size());
        if (copy == nullptr) return exhausted(diagnostics);
        std::memcpy(copy, value.data(), value.size());
        node->value = {copy, value.size()};
        return ErrorCode::ok;
    }
}

// Puts a branch where the new key leaves the path of a leaf or extension, after `common` nibbles.
ErrorCode PartialTrie::split(Link& link, unsigned common, const Hash32& key, unsigned depth, ByteView value,
                             Diagnostics& diagnostics) noexcept {
    auto* old = static_cast<Short*>(item_in(link));
    auto* branch = arena_->make_array<Branch>(1);
    Short* leaf = make_leaf(key, depth + common + 1, value);
    auto* extension = common != 0 ? arena_->make_array<Short>(1) : nullptr;
    if (branch == nullptr || leaf == nullptr || (common != 0 && extension == nullptr)) return exhausted(diagnostics);
    branch->kind = NodeKind::branch;
    branch->reference = nullptr;
    for (Link& child : branch->child) child = 0;
    branch->child[nibble_at(key.bytes.data(), depth + common)] = link_to(leaf);
    const Nibbles path = old->path;
    Link& old_link = branch->child[path[common]];
    old->path = without_first(path, common + 1);
    old_link = old->kind == NodeKind::extension && old->path.count == 0 ? old->child : link_to(old);
    if (common == 0) {
        link = link_to(branch);
        return ErrorCode::ok;
    }
    extension->kind = NodeKind::extension;
    extension->reference = nullptr;
    extension->path = {path.packed, path.offset, static_cast<std::uint8_t>(common)};
    extension->value = {};
    extension->child = link_to(branch);
    link = link_to(extension);
    return ErrorCode::ok;
}

bool PartialTrie::join(Nibbles head, unsigned middle, Nibbles tail, Nibbles& joined) noexcept {
    auto* packed = arena_->make<Hash32>();
    if (packed == nullptr) return false;
    put_nibbles(*packed, 0, head);
    set_nibble(*packed, head.count, middle);
    put_nibbles(*packed, head.count + 1u, tail);
    joined = {packed->bytes.data(), 0, static_cast<std::uint8_t>(head.count + 1u + tail.count)};
    return true;
}

ErrorCode PartialTrie::erase(const Hash32& hashed_key, Diagnostics& diagnostics) noexcept {
    Link* links[kKeyNibbles + 1];  // from the root to the leaf
    std::uint8_t depths[kKeyNibbles + 1];
    std::size_t count = 0;
    Link* link = &root_;
    bool below_extension = false;
    for (unsigned depth = 0;;) {
        if (*link == 0) return ErrorCode::ok;
        SLUICE_RETURN_IF_ERROR(resolve(*link, below_extension, hashed_key, depth, diagnostics));
        links[count] = link;
        depths[count++] = static_cast<std::uint8_t>(depth);
        Item* item = item_in(*link);
        below_extension = item->kind == NodeKind::extension;
        if (item->kind == NodeKind::branch) {
            link = &static_cast<Branch*>(item)->child[nibble_at(hashed_key.bytes.data(), depth++)];
            continue;
        }
        auto* node = static_cast<Short*>(item);
        if (matching(node->path, hashed_key, depth) != node->path.count) return ErrorCode::ok;
        if (item->kind == NodeKind::leaf) break;
        depth += node->path.count;
        link = &node->child;
    }
    if (count == 1) {
        root_ = 0;
        return ErrorCode::ok;
    }
    // A leaf's parent is a branch, and a branch has two children or more.
    std::size_t level = count - 2;
    auto* branch = static_cast<Branch*>(item_in(*links[level]));
    Link* only = nullptr;
    unsigned others = 0;
    for (Link& child : branch->child) {
        if (child == 0 || &child == links[count - 1]) continue;
        only = &child;
        ++others;
    }
    if (others > 1) {
        *links[count - 1] = 0;
    } else {
        // The one child that is left takes over the branch's place, and an extension above it is joined with it.
        const auto nibble = static_cast<unsigned>(only - branch->child);
        Hash32 path = hashed_key;
        set_nibble(path, depths[level], nibble);
        SLUICE_RETURN_IF_ERROR(resolve(*only, false, path, depths[level] + 1u, diagnostics));
        Item* child = item_in(*only);
        Nibbles head;
        std::size_t place = level;
        if (level != 0 && item_in(*links[level - 1])->kind == NodeKind::extension) {
            --place;
            head = static_cast<Short*>(item_in(*links[place]))->path;
        }
        Nibbles joined;
        auto* result = child->kind == NodeKind::branch ? arena_->make_array<Short>(1) : static_cast<Short*>(child);
        const Nibbles tail = child->kind == NodeKind::branch ? Nibbles{} : result->path;
        if (result == nullptr || !join(head, nibble, tail, joined)) return exhausted(diagnostics);
        if (child->kind == NodeKind::branch) {
            result->kind = NodeKind::extension;
            result->value = {};
            result->child = *only;
        }
        result->path = joined;
        *links[place] = link_to(result);
        level = place;
        result->reference = nullptr;
    }
    for (std::size_t i = 0; i <= level; ++i) item_in(*links[i])->reference = nullptr;
    return ErrorCode::ok;
}

ErrorCode PartialTrie::apply(std::span<const Change> changes, Diagnostics& diagnostics) noexcept {
    for (const Change& change : changes) {
        if (!change.value.empty()) SLUICE_RETURN_IF_ERROR(upsert(change.hashed_key, change.value, diagnostics));
    }
    for (const Change& change : changes) {
        if (change.value.empty()) SLUICE_RETURN_IF_ERROR(erase(change.hashed_key, diagnostics));
    }
    return ErrorCode::ok;
}

// Encodes a node whose children all have references. The bytes lie beyond the end of what the arena has given.
ErrorCode PartialTrie::encode(const Item* item, ByteView& encoded) noexcept {
    const Arena::Mark mark = arena_->mark();
    std::uint8_t* buffer = nullptr;
    if (item->kind == NodeKind::branch) {
        buffer = static_cast<std::uint8_t*>(arena_->allocate(kMaxBranchSize));
        if (buffer == nullptr) return ErrorCode::arena_exhausted;
        std::uint8_t* end = buffer + 3;
        for (const Link child : static_cast<const Branch*>(item)->child) {
            if (child == 0) {
                *end++ = kEmptyReference;
            } else {
                const std::uint8_t* reference = reference_of(child);
                end = rlp::put_raw(end, {reference, reference_size(reference)});
            }
        }
        *end++ = rlp::kEmptyString;
        encoded = close_branch(buffer, end);
    } else {
        const auto* node = static_cast<const Short*>(item);
        const bool leaf = item->kind == NodeKind::leaf;
        const std::uint8_t* reference = leaf ? nullptr : reference_of(node->child);
        const std::size_t item_size = leaf ? rlp::length_of_string(node->value) : reference_size(reference);
        const std::size_t size = length_of_short_node(node->path.count, item_size);
        buffer = static_cast<std::uint8_t*>(arena_->allocate(size));
        if (buffer == nullptr) return ErrorCode::arena_exhausted;
        std::uint8_t* end = put_short_node(buffer, leaf, node->path.packed, node->path.offset,
                                           node->path.offset + unsigned{node->path.count}, item_size);
        end = leaf ? rlp::put_string(end, node->value) : rlp::put_raw(end, {reference, item_size});
        encoded = {buffer, end};
    }
    arena_->rewind(mark);
    return ErrorCode::ok;
}

// Computes the references of a changed node and of the changed nodes below it. Recursion: at most 65 levels, since each
// goes at least one nibble down.
ErrorCode PartialTrie::refresh(Item* item) noexcept {
    if (item->kind == NodeKind::branch) {
        for (const Link child : static_cast<Branch*>(item)->child) {
            if (child != 0 && reference_of(child) == nullptr) SLUICE_RETURN_IF_ERROR(refresh(item_in(child)));
        }
    } else if (item->kind == NodeKind::extension) {
        const Link child = static_cast<Short*>(item)->child;
        if (reference_of(child) == nullptr) SLUICE_RETURN_IF_ERROR(refresh(item_in(child)));
    }
    ByteView encoded;
    SLUICE_RETURN_IF_ERROR(encode(item, encoded));
    std::uint8_t reference[kMaxReferenceSize];
    const std::uint8_t* end = put_reference_to(reference, encoded);
    const auto size = static_cast<std::size_t>(end - reference);
    auto* kept = arena_->make_array<std::uint8_t>(size);
    if (kept == nullptr) return ErrorCode::arena_exhausted;
    std::memcpy(kept, reference, size);
    item->reference = kept;
    return ErrorCode::ok;
}

Result<Hash32> PartialTrie::root(Diagnostics& diagnostics) noexcept {
    if (root_ == 0) return kEmptyTrieRoot;
    if (reference_of(root_) == nullptr && failed(refresh(item_in(root_)))) return exhausted(diagnostics);
    // The root is held by its hash even if the node is short.
    const std::uint8_t* reference = reference_of(root_);
    if (*reference == kHashReference) return Hash32::from(reference + 1);
    return keccak256({reference, reference_size(reference)});
}

}  // namespace sluice::witness

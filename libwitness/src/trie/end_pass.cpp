// The one pass over the state trie at block end. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A walk is a recursive descent over the ranges of sorted keys that share a path. Each range of keys is split into its
// parts below the children of a branch, before and after an extension, or before, at and after a leaf, and every part
// is followed until `LeafVisitor::visit` is called, exactly once for each key, with the value that authenticated nodes
// give it. There is no other way out but an error, so a walk that succeeds has compared every value. `Walk::run` counts
// the visits all the same.
#include "sluice/witness/end_pass.h"

#include <algorithm>

#include "trie/subtree.h"

namespace sluice::witness {
namespace {

// A key of a walk: where its entry is, and its first 16 nibbles, which settle nearly every comparison.
struct SortedKey {
    std::uint64_t prefix;
    std::uint32_t index;
};

// The keys of a walk in ascending order; the keys themselves stay in the entries they came from.
class SortedKeys {
 public:
    // `first` is the key in the entry with index 0, `stride` the size of an entry.
    SortedKeys(const Hash32* first, std::size_t stride, std::span<SortedKey> order) noexcept
        : first_(reinterpret_cast<const std::uint8_t*>(first)), stride_(stride), order_(order) {
        for (SortedKey& key : order_) key.prefix = load_be<std::uint64_t>(at(key.index).bytes.data());
        std::sort(order_.begin(), order_.end(), [this](const SortedKey& a, const SortedKey& b) {
            return a.prefix != b.prefix ? a.prefix < b.prefix : at(a.index) < at(b.index);
        });
    }
    SortedKeys() = default;

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
    [[nodiscard]] std::size_t index(std::size_t i) const noexcept { return order_[i].index; }
    [[nodiscard]] const Hash32& key(std::size_t i) const noexcept { return at(order_[i].index); }
    [[nodiscard]] unsigned nibble(std::size_t i, unsigned depth) const noexcept {
        if (depth < 16) return static_cast<unsigned>(order_[i].prefix >> (60 - 4 * depth)) & 15u;
        return nibble_at(key(i).bytes.data(), depth);
    }
    // The first position whose key is the same as the next one's; size() if there is none.
    [[nodiscard]] std::size_t first_duplicate() const noexcept {
        for (std::size_t i = 0; i + 1 < size(); ++i) {
            if (order_[i].prefix == order_[i + 1].prefix && key(i) == key(i + 1)) return i;
        }
        return size();
    }

 private:
    [[nodiscard]] const Hash32& at(std::size_t index) const noexcept {
        return *reinterpret_cast<const Hash32*>(first_ + stride_ * index);
    }

    const std::uint8_t* first_ = nullptr;
    std::size_t stride_ = 0;
    std::span<SortedKey> order_;
};

enum class Update : std::uint8_t {
    none,     // the key keeps its value, or stays absent
    put,      // the key gets the value now in the leaf
    removed,  // the key had a value and has none any more
};

// Compares and replaces the values of a walk.
class LeafVisitor {
 public:
    // `value` is what the trie holds under the key at `position`, or null if the trie shows that it holds nothing.
    // For Update::put the new value is in `leaf.inside` and `leaf.size`.
    virtual Result<Update> visit(std::size_t position, const ByteView* value, Subtree& leaf) noexcept;

 protected:
    ~LeafVisitor() = default;
};

Result<Update> LeafVisitor::visit(std::size_t, const ByteView*, Subtree&) noexcept {
    return ErrorCode::internal_fault;
}

// A walk over one trie.
//
// The walk_* functions handle the keys first .. last (not empty, last excluded), which share the first `depth` nibbles
// and lie below `depth`; they set `result` to what is there after the block and give whether it differs from before.
// Each level of recursion goes at least one nibble down, and a branch or leaf below nibble 64 is malformed, so at most
// 65 levels are open at a time. A level takes about 700 bytes of stack in the guest, one with an extension 500 more;
// what ends a path has frames of its own.
template <class Hashing>
class Walk {
 public:
    Walk(NodeSource& nodes, Hashing hashing, Arena& scratch, Diagnostics& diagnostics) noexcept
        : nodes_(nodes), hashing_(hashing), scratch_(scratch), diagnostics_(diagnostics) {}

    // Walks the trie with this root; gives its root after the block.
    Result<Root> run(const Hash32& root, const Hash32* storage_owner, const SortedKeys& keys,
                     LeafVisitor& visitor) noexcept {
        keys_ = &keys;
        visitor_ = &visitor;
        storage_owner_ = storage_owner;
        visited_ = 0;
        hash_ = root;
        Subtree whole;
        std::uint8_t reference[kMaxReferenceSize];
        reference[0] = kEmptyReference;
        if (!(root == kEmptyTrieRoot)) rlp::put_hash(reference, root);
        SLUICE_TRY(const bool changed, walk(reference, 0, 0, keys.size(), whole));
        if (visited_ != keys.size()) return diagnostics_.fail(ErrorCode::internal_fault);
        if (!changed) return Root{root};
        return root_of(whole, scratch_, hashing_);
    }

 private:
    Result<bool> walk(const std::uint8_t* reference, unsigned depth, std::size_t first, std::size_t last,
                      Subtree& result) noexcept {
        if (*reference == kEmptyReference) return walk_empty(first, last, result);
        Node node;
        SLUICE_RETURN_IF_ERROR(load(reference, depth, node));
        if (node.kind == NodeKind::branch) return walk_branch(node, reference, depth, first, last, result);
        if (node.kind == NodeKind::leaf) return walk_leaf(node, depth, first, last, result);
        return walk_extension(node, depth, first, last, result);
    }

    Result<bool> walk_branch(const Node& node, const std::uint8_t* reference, unsigned depth, std::size_t first,
                             std::size_t last, Subtree& result) noexcept {
        if (depth >= kKeyNibbles) return malformed(depth);
        const Arena::Mark mark = scratch_.mark();
        NodeHasher::Mark begun = 0;
        std::uint8_t* buffer = nullptr;  // the branch after the block, once a child has changed
        std::uint8_t* out = nullptr;
        std::size_t copied = 0;  // bytes of the old references that are in `buffer`
        unsigned children = node.children;
        unsigned touched = 0;
        // The first touched child that is not empty is kept in `result`: if it is the only child left, it is the
        // result.
        Subtree other;
        Subtree* target = &result;
        for (std::size_t begin = first; begin < last;) {
            const unsigned child = keys_->nibble(begin, depth);
            std::size_t end = begin + 1;
            while (end < last && keys_->nibble(end, depth) == child) ++end;
            touched |= 1u << child;
            path_[depth] = static_cast<std::uint8_t>(child);
            SLUICE_TRY(const bool changed, walk(node.reference(child), depth + 1, begin, end, *target));
            if (changed) {
                if (buffer == nullptr) {
                    buffer = static_cast<std::uint8_t*>(scratch_.allocate(kMaxBranchSize));
                    if (buffer == nullptr) return exhausted();
                    out = buffer + 3;
                    if constexpr (Hashing::kLater) begun = hashing_.nodes->mark();
                }
                out = rlp::put_raw(out, {node.items + copied, node.offset[child] - copied});
                out = put_reference(out, *target, depth + 1, scratch_, hashing_);
                if (out == nullptr) return exhausted();
                copied = node.offset[child + 1];
                children = target->kind == Subtree::Kind::empty ? children & ~(1u << child) : children | 1u << child;
            }
            if (target->kind != Subtree::Kind::empty) target = &other;
            begin = end;
        }
        if (buffer == nullptr) {
            result.set_branch(keys_->key(first), depth, reference);
            return false;
        }
        if ((children & (children - 1)) != 0) {
            out = rlp::put_raw(out, {node.items + copied, node.offset[16] + 1 - copied});
            result.path = keys_->key(first);
            set_made_branch(result, depth, close_branch(buffer, out), hashing_, begun);
            scratch_.rewind(mark);
            return true;
        }
        // There is no branch any more.
        if constexpr (Hashing::kLater) hashing_.nodes->rewind(begun);
        if (children == 0) {
            result.kind = Subtree::Kind::empty;
        } else if ((children & touched) == 0) {
            // One child is left and it was not touched. It has to be known, since a leaf or an extension takes over the
            // branch's path.
            const auto child = static_cast<unsigned>(__builtin_ctz(children));
            path_[depth] = static_cast<std::uint8_t>(child);
            SLUICE_RETURN_IF_ERROR(load_sibling(node.reference(child), depth + 1, keys_->key(first), result));
        }
        scratch_.rewind(mark);
        return true;
    }

    // `reference` is the extension's own; the branch below it is walked in the same call.
    [[gnu::noinline]] Result<bool> walk_extension(const Node& node, unsigned depth, std::size_t first, std::size_t last,
                                                  Subtree& result) noexcept {
        const unsigned end = depth + node.path.count;
        if (end >= kKeyNibbles) return malformed(depth);
        Hash32 path = keys_->key(first);
        put_nibbles(path, depth, node.path);
        // Keys that leave the path come before or after those that follow it.
        std::size_t inside = first;
        while (inside < last && leaves(inside, path, end) && keys_->key(inside) < path) ++inside;
        std::size_t after = inside;
        while (after < last && !leaves(after, path, end)) ++after;
        if (inside == first && after == last) return walk_below_extension(node, depth, first, last, result);

        BasicBuilder<Hashing> builder(scratch_, hashing_);
        SLUICE_TRY(bool changed, visit_absent(first, inside, builder));
        Subtree part;
        if (inside == after) {
            part.set_branch(path, end, node.child);
        } else {
            SLUICE_TRY(const bool changed_below, walk_below_extension(node, depth, inside, after, part));
            changed |= changed_below;
        }
        if (part.kind != Subtree::Kind::empty) SLUICE_RETURN_IF_ERROR(note(builder.add(part)));
        SLUICE_TRY(const bool changed_after, visit_absent(after, last, builder));
        SLUICE_RETURN_IF_ERROR(note(builder.finish(result)));
        return changed || changed_after;
    }

    // The keys that follow the extension's path.
    Result<bool> walk_below_extension(const Node& extension, unsigned depth, std::size_t first, std::size_t last,
                                      Subtree& result) noexcept {
        const unsigned end = depth + extension.path.count;
        for (unsigned i = depth; i < end; ++i) path_[i] = static_cast<std::uint8_t>(extension.path[i - depth]);
        Node branch;
        SLUICE_RETURN_IF_ERROR(load(extension.child, end, branch));
        if (branch.kind != NodeKind::branch) return malformed(end);
        return walk_branch(branch, extension.child, end, first, last, result);
    }

    [[gnu::noinline]] Result<bool> walk_leaf(const Node& node, unsigned depth, std::size_t first, std::size_t last,
                                             Subtree& result) noexcept {
        SLUICE_RETURN_IF_ERROR(set_leaf(node, depth, keys_->key(first), result));
        if (last - first == 1 && keys_->key(first) == result.path) {
            ++visited_;
            SLUICE_TRY(const Update update, visitor_->visit(first, &node.value, result));
            if (update == Update::put) result.outside = nullptr;
            if (update == Update::removed) result.kind = Subtree::Kind::empty;
            return update != Update::none;
        }
        const Subtree old = result;
        BasicBuilder<Hashing> builder(scratch_, hashing_);
        std::size_t at = first;
        while (at < last && keys_->key(at) < old.path) ++at;
        SLUICE_TRY(bool changed, visit_absent(first, at, builder));
        if (at < last && keys_->key(at) == old.path) {
            ++visited_;
            SLUICE_TRY(const Update update, visitor_->visit(at, &node.value, result));
            if (update == Update::put) result.outside = nullptr;
            if (update != Update::removed) SLUICE_RETURN_IF_ERROR(note(builder.add(result)));
            changed |= update != Update::none;
            ++at;
        } else {
            SLUICE_RETURN_IF_ERROR(note(builder.add(old)));
        }
        SLUICE_TRY(const bool changed_after, visit_absent(at, last, builder));
        SLUICE_RETURN_IF_ERROR(note(builder.finish(result)));
        return changed || changed_after;
    }

    [[gnu::noinline]] Result<bool> walk_empty(std::size_t first, std::size_t last, Subtree& result) noexcept {
        if (last - first == 1) {
            ++visited_;
            result.kind = Subtree::Kind::empty;
            SLUICE_TRY(const Update update, visitor_->visit(first, nullptr, result));
            if (update == Update::put) set_new_leaf(first, result);
            return update == Update::put;
        }
        BasicBuilder<Hashing> builder(scratch_, hashing_);
        SLUICE_TRY(const bool changed, visit_absent(first, last, builder));
        SLUICE_RETURN_IF_ERROR(note(builder.finish(result)));
        return changed;
    }

    // Visits keys that the trie does not hold and adds the leaves they get.
    Result<bool> visit_absent(std::size_t first, std::size_t last, BasicBuilder<Hashing>& builder) noexcept {
        bool changed = false;
        Subtree leaf;
        for (std::size_t i = first; i < last; ++i) {
            ++visited_;
            SLUICE_TRY(const Update update, visitor_->visit(i, nullptr, leaf));
            if (update != Update::put) continue;
            set_new_leaf(i, leaf);
            SLUICE_RETURN_IF_ERROR(note(builder.add(leaf)));
            changed = true;
        }
        return changed;
    }

    void set_new_leaf(std::size_t position, Subtree& leaf) const noexcept {
        leaf.kind = Subtree::Kind::leaf;
        leaf.depth = kKeyNibbles;
        leaf.outside = nullptr;
        leaf.path = keys_->key(position);
    }

    // `prefix` has the nibbles above `depth`.
    ErrorCode set_leaf(const Node& node, unsigned depth, const Hash32& prefix, Subtree& result) noexcept {
        if (depth + node.path.count != kKeyNibbles) return malformed(depth);
        result.set_leaf(prefix, kKeyNibbles, node.value);
        put_nibbles(result.path, depth, node.path);
        return ErrorCode::ok;
    }

    // The part under an untouched child at path_[0 .. depth); `prefix` has the nibbles above depth - 1.
    ErrorCode load_sibling(const std::uint8_t* reference, unsigned depth, const Hash32& prefix,
                           Subtree& result) noexcept {
        Node node;
        SLUICE_RETURN_IF_ERROR(load(reference, depth, node));
        Hash32 path = prefix;
        set_nibble(path, depth - 1, path_[depth - 1]);
        if (node.kind == NodeKind::leaf) return set_leaf(node, depth, path, result);
        if (node.kind == NodeKind::extension) {
            const unsigned end = depth + node.path.count;
            if (end >= kKeyNibbles) return malformed(depth);
            put_nibbles(path, depth, node.path);
            result.set_branch(path, end, node.child);
            return ErrorCode::ok;
        }
        if (depth >= kKeyNibbles) return malformed(depth);
        result.set_branch(path, depth, reference);
        return ErrorCode::ok;
    }

    // The node behind a reference that is not empty, at path_[0 .. depth).
    ErrorCode load(const std::uint8_t* reference, unsigned depth, Node& node) noexcept {
        if (*reference == kHashReference) {
            hash_ = Hash32::from(reference + 1);
            return load_node(hash_, position(depth), nodes_, node, diagnostics_);
        }
        if (failed(decode_node({reference, reference_size(reference)}, node))) return malformed(depth);
        return ErrorCode::ok;
    }

    // True if the key's first `depth` nibbles are not those of `path`.
    [[nodiscard]] bool leaves(std::size_t i, const Hash32& path, unsigned depth) const noexcept {
        return common_prefix(keys_->key(i), path, depth) != depth;
    }

    [[nodiscard]] NodePosition position(unsigned depth) const noexcept { return {storage_owner_, path_, depth}; }
    // Kept out of the walk's frames, of which many are open at a time.
    [[gnu::cold, gnu::noinline]] ErrorCode malformed(unsigned depth) noexcept {
        return diagnostics_.fail(ErrorCode::trie_malformed_node, node_detail(hash_, position(depth)));
    }
    [[gnu::cold, gnu::noinline]] ErrorCode exhausted() noexcept {
        return diagnostics_.fail(ErrorCode::arena_exhausted, ErrorDetail().with_what("end pass"));
    }
    [[gnu::cold, gnu::noinline]] ErrorCode fail(ErrorCode code) noexcept {
        return diagnostics_.fail(code, ErrorDetail().with_what("end pass"));
    }
    ErrorCode note(ErrorCode code) noexcept { return failed(code) ? fail(code) : code; }

    NodeSource& nodes_;
    [[no_unique_address]] Hashing hashing_;
    Arena& scratch_;
    Diagnostics& diagnostics_;
    const SortedKeys* keys_ = nullptr;
    LeafVisitor* visitor_ = nullptr;
    const Hash32* storage_owner_ = nullptr;
    std::size_t visited_ = 0;
    Hash32 hash_;  // of the node loaded last
    std::uint8_t path_[kKeyNibbles + 1]{};
};

// The details of a failure that has to do with a slot.
ErrorDetail slot_detail(const Address& owner, const Hash32& hashed_slot) noexcept {
    ErrorDetail result;
    std::uint8_t nibbles[kKeyNibbles];
    for (unsigned i = 0; i < kKeyNibbles; ++i) {
        nibbles[i] = static_cast<std::uint8_t>(nibble_at(hashed_slot.bytes.data(), i));
    }
    result.with_key(owner.view()).with_path(nibbles, kKeyNibbles).with_what("storage slot");
    result.storage_path = 1;
    return result;
}

// The slots of one account. The keys of `entries` are hashed.
class SlotVisitor final : public LeafVisitor {
 public:
    SlotVisitor(AccessSource& accesses, std::size_t account, const AccessSource::SlotEntry* entries,
                const SortedKeys& keys, bool read_only, Diagnostics& diagnostics) noexcept
        : accesses_(accesses),
          account_(account),
          entries_(entries),
          keys_(keys),
          read_only_(read_only),
          diagnostics_(diagnostics) {}

    Result<Update> visit(std::size_t position, const ByteView* value, Subtree& leaf) noexcept override {
        const AccessSource::SlotEntry& entry = entries_[keys_.index(position)];
        const AccessSource::SlotValues slot = accesses_.slot_values(account_, entry.name);
        Uint256 found;
        if (value != nullptr) {
            const auto decoded = decode_slot(*value);
            if (!decoded.ok()) return fail(ErrorCode::trie_malformed_value, entry, slot, found);
            found = *decoded;
        }
        // Without this comparison the block could have been executed on invented storage.
        if (!(found == slot.original)) return fail(ErrorCode::trie_wrong_slot, entry, slot, found);
        if (read_only_ || slot.current == slot.original) return Update::none;
        if (slot.current.is_zero()) return Update::removed;
        leaf.deferred = false;
        leaf.size = static_cast<std::uint32_t>(rlp::put_uint256(leaf.inside, slot.current) - leaf.inside);
        return Update::put;
    }

 private:
    ErrorCode fail(ErrorCode code, const AccessSource::SlotEntry& entry, const AccessSource::SlotValues& slot,
                   const Uint256& found) noexcept {
        ErrorDetail detail = slot_detail(accesses_.listed_address(account_), entry.key);
        return diagnostics_.fail(code, detail.with_values(found.to_hash(), slot.original.to_hash()));
    }

    AccessSource& accesses_;
    std::size_t account_;
    const AccessSource::SlotEntry* entries_;
    const SortedKeys& keys_;
    bool read_only_;
    Diagnostics& diagnostics_;
};

// The accounts, and below each of them its slots.
template <class Hashing>
class AccountVisitor final : public LeafVisitor {
 public:
    AccountVisitor(AccessSource& accounts, const SortedKeys& keys, NodeSource& nodes, Hashing hashing, Arena& scratch,
                   Diagnostics& diagnostics) noexcept
        : accounts_(accounts),
          keys_(keys),
          storage_(nodes, hashing, scratch, diagnostics),
          hashing_(hashing),
          scratch_(scratch),
          diagnostics_(diagnostics) {}

    Result<Update> visit(std::size_t position, const ByteView* value, Subtree& leaf) noexcept override {
        const std::size_t number = keys_.index(position);
        AccountAccess account;
        const std::size_t slots = accounts_.listed_account(number, account);
        SLUICE_RETURN_IF_ERROR(compare(account, value));
        SLUICE_TRY(const Root storage_root, storage_root_after(number, account, slots, keys_.key(position)));
        if (!account.current.exists) return account.original.exists ? Update::removed : Update::none;
        AccountInfo after = account.current;
        after.storage_root = storage_root.hash;
        if (after == account.original && !storage_root.deferred) return Update::none;
        if constexpr (Hashing::kLater) leaf.deferred = storage_root.deferred;
        leaf.size = static_cast<std::uint32_t>(encode_account(after, leaf.inside));
        return Update::put;
    }

 private:
    // Without this comparison the block could have been executed on an invented account. An absent account is compared
    // with the values of an empty one, which are those that execution may rely on.
    ErrorCode compare(const AccountAccess& account, const ByteView* value) noexcept {
        AccountInfo found;
        if (value != nullptr) {
            const auto decoded = decode_account(*value);
            if (!decoded.ok()) {
                return diagnostics_.fail(ErrorCode::trie_malformed_value,
                                         ErrorDetail().with_key(account.address.view()).with_what("account"));
            }
            found = *decoded;
        }
        const AccountInfo& given = account.original;
        if (given == found) return ErrorCode::ok;
        return diagnostics_.fail(ErrorCode::trie_wrong_account,
                                 account_mismatch(given, found).with_key(account.address.view()));
    }

    // Authenticates the account's slots and applies their changes.
    Result<Root> storage_root_after(std::size_t number, const AccountAccess& account, std::size_t slot_count,
                                    const Hash32& hashed_address) noexcept {
        const Hash32& before = account.original.storage_root;
        const bool starts_empty = account.storage_cleared || !account.current.exists;
        if (slot_count == 0) return Root{starts_empty ? kEmptyTrieRoot : before};
        const Arena::Mark mark = scratch_.mark();
        auto* entries = scratch_.make_array<AccessSource::SlotEntry>(slot_count);
        auto* order = scratch_.make_array<SortedKey>(slot_count);
        if (entries == nullptr || order == nullptr) {
            return diagnostics_.fail(ErrorCode::arena_exhausted, ErrorDetail().with_what("end pass"));
        }
        accounts_.listed_slots(number, {entries, slot_count});
        std::size_t listed = 0;
        for (std::uint32_t i = 0; i < slot_count; ++i) {
            entries[i].key = keccak256(entries[i].key.view());
            if (entries[i].listed) order[listed++].index = i;
        }
        if (!starts_empty && listed != slot_count) {
            // The value before such a slot was not asked for, because the parent has no storage for the account.
            if (!(before == kEmptyTrieRoot)) return fail_unlisted(account);
            listed = slot_count;
            for (std::uint32_t i = 0; i < listed; ++i) order[i].index = i;
        }
        Root after{kEmptyTrieRoot};
        if (listed != 0) {
            const SortedKeys keys(&entries[0].key, sizeof(AccessSource::SlotEntry), {order, listed});
            SLUICE_RETURN_IF_ERROR(refuse_duplicates(account, keys));
            SlotVisitor visitor(accounts_, number, entries, keys, starts_empty, diagnostics_);
            SLUICE_TRY(const Root walked, storage_.run(before, &hashed_address, keys, visitor));
            if (!starts_empty) after = walked;
        }
        if (account.current.exists && account.storage_cleared) {
            SLUICE_TRY(after, root_of_current(number, account, {entries, slot_count}, order));
        }
        scratch_.rewind(mark);
        return after;
    }

    // The root of the trie that has the account's current slots and nothing else.
    Result<Root> root_of_current(std::size_t number, const AccountAccess& account,
                                 std::span<const AccessSource::SlotEntry> entries, SortedKey* order) noexcept {
        for (std::uint32_t i = 0; i < entries.size(); ++i) order[i].index = i;
        const SortedKeys keys(&entries[0].key, sizeof(AccessSource::SlotEntry), {order, entries.size()});
        SLUICE_RETURN_IF_ERROR(refuse_duplicates(account, keys));
        BasicBuilder<Hashing> builder(scratch_, hashing_);
        Subtree part;
        part.kind = Subtree::Kind::leaf;
        part.depth = kKeyNibbles;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const Uint256 current = accounts_.slot_values(number, entries[keys.index(i)].name).current;
            if (current.is_zero()) continue;
            part.path = keys.key(i);
            part.size = static_cast<std::uint32_t>(rlp::put_uint256(part.inside, current) - part.inside);
            SLUICE_RETURN_IF_ERROR(note(builder.add(part)));
        }
        SLUICE_RETURN_IF_ERROR(note(builder.finish(part)));
        return root_of(part, scratch_, hashing_);
    }

    ErrorCode refuse_duplicates(const AccountAccess& account, const SortedKeys& keys) noexcept {
        const std::size_t duplicate = keys.first_duplicate();
        if (duplicate == keys.size()) return ErrorCode::ok;
        ErrorDetail detail = slot_detail(account.address, keys.key(duplicate));
        return diagnostics_.fail(ErrorCode::internal_fault, detail.with_what("slot listed twice"));
    }
    ErrorCode fail_unlisted(const AccountAccess& account) noexcept {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_key(account.address.view()).with_what("slot that was not listed"));
    }
    ErrorCode note(ErrorCode code) noexcept {
        return failed(code) ? diagnostics_.fail(code, ErrorDetail().with_what("end pass")) : code;
    }

    AccessSource& accounts_;
    const SortedKeys& keys_;
    Walk<Hashing> storage_;
    [[no_unique_address]] Hashing hashing_;
    Arena& scratch_;
    Diagnostics& diagnostics_;
};

template <class Hashing>
Result<Root> walk_accounts(const Hash32& parent_state_root, AccessSource& accounts, NodeSource& nodes, Hashing hashing,
                           Arena& scratch, Diagnostics& diagnostics) noexcept {
    const std::size_t count = accounts.listed_accounts();
    if (count == 0) return Root{parent_state_root};
    auto* hashed = scratch.make_array<Hash32>(count);
    auto* order = scratch.make_array<SortedKey>(count);
    if (hashed == nullptr || order == nullptr) {
        return diagnostics.fail(ErrorCode::arena_exhausted, ErrorDetail().with_what("end pass"));
    }
    for (std::size_t i = 0; i < count; ++i) {
        hashed[i] = keccak256(accounts.listed_address(i).view());
        order[i].index = static_cast<std::uint32_t>(i);
    }
    const SortedKeys keys(hashed, sizeof(Hash32), {order, count});
    const std::size_t duplicate = keys.first_duplicate();
    if (duplicate != keys.size()) {
        const Address address = accounts.listed_address(keys.index(duplicate));
        return diagnostics.fail(ErrorCode::internal_fault,
                                ErrorDetail().with_key(address.view()).with_what("account listed twice"));
    }
    AccountVisitor<Hashing> visitor(accounts, keys, nodes, hashing, scratch, diagnostics);
    return Walk<Hashing>(nodes, hashing, scratch, diagnostics).run(parent_state_root, nullptr, keys, visitor);
}

// A guest hashes at once, and has no code for anything else.
#if defined(__riscv)
constexpr bool kHashesLater = false;
#else
constexpr bool kHashesLater = true;
#endif

}  // namespace

Result<BlockAccesses> list_accesses(AccessSource& source, Arena& arena) noexcept {
    const std::size_t count = source.listed_accounts();
    auto* accounts = arena.make_array<AccountAccess>(count);
    if (accounts == nullptr) return ErrorCode::arena_exhausted;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t slot_count = source.listed_account(i, accounts[i]);
        if (slot_count == 0) continue;
        auto* slots = arena.make_array<SlotAccess>(slot_count);
        const Arena::Mark mark = arena.mark();
        auto* entries = arena.make_array<AccessSource::SlotEntry>(slot_count);
        if (slots == nullptr || entries == nullptr) return ErrorCode::arena_exhausted;
        source.listed_slots(i, {entries, slot_count});
        for (std::size_t k = 0; k < slot_count; ++k) {
            const AccessSource::SlotValues values = source.slot_values(i, entries[k].name);
            slots[k] = {Uint256::from_hash(entries[k].key), values.original, values.current, entries[k].listed};
        }
        accounts[i].slots = {slots, slot_count};
        arena.rewind(mark);
    }
    return BlockAccesses{{accounts, count}};
}

Result<Hash32> run_end_pass(const Hash32& parent_state_root, AccessSource& accesses, NodeSource& nodes, Arena& scratch,
                            Diagnostics& diagnostics, NodeHasher* hasher) noexcept {
    const Arena::Mark mark = scratch.mark();
    Result<Root> root = ErrorCode::internal_fault;
    if constexpr (kHashesLater) {
        if (hasher != nullptr) {
            root = walk_accounts(parent_state_root, accesses, nodes, HashLater{hasher}, scratch, diagnostics);
            scratch.rewind(mark);
            if (!root.ok()) return root.error();
            return root->deferred ? hasher->resolve(root->hash) : root->hash;
        }
    }
    root = walk_accounts(parent_state_root, accesses, nodes, HashAtOnce{}, scratch, diagnostics);
    scratch.rewind(mark);
    if (!root.ok()) return root.error();
    return root->hash;
}

Result<Hash32> run_end_pass(const Hash32& parent_state_root, BlockAccesses accesses, NodeSource& nodes, Arena& scratch,
                            Diagnostics& diagnostics, NodeHasher* hasher) noexcept {
    ListedAccesses source(accesses);
    return run_end_pass(parent_state_root, source, nodes, scratch, diagnostics, hasher);
}

}  // namespace sluice::witness

// Encoding of nodes and the building of new parts of a trie. SPDX-License-Identifier: MIT OR Apache-2.0
#include "trie/subtree.h"

#include "sluice/base/keccak.h"

namespace sluice::witness {

void put_nibbles(Hash32& path, unsigned from, Nibbles nibbles) noexcept {
    if (nibbles.count == 0) return;
    unsigned read = nibbles.offset;
    const unsigned end = read + nibbles.count;
    if (((read ^ from) & 1) == 0) {
        // The halves of bytes match, as they always do for a leaf: whole bytes at once.
        if ((read & 1) != 0 && read < end) set_nibble(path, from++, nibble_at(nibbles.packed, read++));
        const unsigned whole = (end - read) >> 1;
        std::memcpy(path.bytes.data() + (from >> 1), nibbles.packed + (read >> 1), whole);
        read += 2 * whole;
        from += 2 * whole;
    }
    while (read < end) set_nibble(path, from++, nibble_at(nibbles.packed, read++));
}

unsigned common_prefix(const Hash32& a, const Hash32& b, unsigned limit) noexcept {
    for (unsigned i = 0; i < 4; ++i) {
        const std::uint64_t difference = byte_swap(a.word(i)) ^ byte_swap(b.word(i));
        if (difference != 0) {
            const unsigned common = 16 * i + static_cast<unsigned>(__builtin_clzll(difference)) / 4;
            return common < limit ? common : limit;
        }
    }
    return limit;
}

std::uint8_t* put_reference_to(std::uint8_t* out, ByteView encoded_node) noexcept {
    if (encoded_node.size() < 32) return rlp::put_raw(out, encoded_node);
    return rlp::put_hash(out, keccak256(encoded_node));
}

namespace {

// The same, but may leave a hash to a NodeHasher. Gives whether it did.
template <class Hashing>
bool put_or_defer(std::uint8_t*& out, ByteView encoded_node, [[maybe_unused]] Hashing hashing,
                  [[maybe_unused]] NodeHasher::Mark mark) noexcept {
    if constexpr (Hashing::kLater) {
        if (encoded_node.size() >= 32) {
            *out = kHashReference;
            hashing.nodes->defer(encoded_node, mark, out + 1);
            out += kMaxReferenceSize;
            return true;
        }
    }
    out = put_reference_to(out, encoded_node);
    return false;
}

bool has_ticket(const Subtree& subtree) noexcept {
    return subtree.outside == nullptr && subtree.deferred;
}

}  // namespace

template <class Hashing>
void set_made_branch(Subtree& result, unsigned depth, ByteView encoded, Hashing hashing,
                     NodeHasher::Mark mark) noexcept {
    result.kind = Subtree::Kind::branch;
    result.depth = static_cast<std::uint8_t>(depth);
    result.outside = nullptr;
    std::uint8_t* end = result.inside;
    const bool deferred = put_or_defer(end, encoded, hashing, mark);
    if constexpr (Hashing::kLater) result.deferred = deferred;
    result.size = static_cast<std::uint32_t>(end - result.inside);
}

std::size_t length_of_short_node(unsigned nibbles, std::size_t item_size) noexcept {
    const std::size_t path_size = nibbles / 2 + 1;
    return rlp::length_of_list((path_size == 1 ? 1 : 1 + path_size) + item_size);
}

std::uint8_t* put_short_node(std::uint8_t* out, bool leaf, const std::uint8_t* path, unsigned from, unsigned to,
                             std::size_t item_size) noexcept {
    const unsigned count = to - from;
    const std::size_t path_size = count / 2 + 1;
    out = rlp::put_list_header(out, (path_size == 1 ? 1 : 1 + path_size) + item_size);
    if (path_size != 1) *out++ = static_cast<std::uint8_t>(rlp::kEmptyString + path_size);
    unsigned first = leaf ? 0x20 : 0x00;
    if ((count & 1) != 0) first |= 0x10 | nibble_at(path, from++);
    *out++ = static_cast<std::uint8_t>(first);
    if ((from & 1) == 0) {
        std::memcpy(out, path + from / 2, count / 2);
        return out + count / 2;
    }
    for (; from < to; from += 2) {
        *out++ = static_cast<std::uint8_t>(nibble_at(path, from) << 4 | nibble_at(path, from + 1));
    }
    return out;
}

namespace {

// In an account's encoding the storage root is followed by the code hash as a string, which ends it.
constexpr std::size_t kRootToEnd = 32 + 33;

// Encodes the leaf or extension that `subtree` is at `depth` and hands the bytes to `use`, with the hasher's mark.
template <class Hashing, class Use>
bool with_short_node(const Subtree& subtree, unsigned depth, Arena& scratch, [[maybe_unused]] Hashing hashing,
                     const Use& use) noexcept {
    const ByteView content = subtree.content();
    const bool leaf = subtree.kind == Subtree::Kind::leaf;
    const std::size_t item_size = leaf ? rlp::length_of_string(content) : content.size();
    const std::size_t size = length_of_short_node(subtree.depth - depth, item_size);
    std::uint8_t local[192];
    std::uint8_t* node = local;
    const Arena::Mark mark = scratch.mark();
    if (size > sizeof local) {
        node = static_cast<std::uint8_t*>(scratch.allocate(size));
        if (node == nullptr) return false;
    }
    std::uint8_t* end = put_short_node(node, leaf, subtree.path.bytes.data(), depth, subtree.depth, item_size);
    end = leaf ? rlp::put_string(end, content) : rlp::put_raw(end, content);
    NodeHasher::Mark begun = 0;
    if constexpr (Hashing::kLater) {
        begun = hashing.nodes->mark();
        if (has_ticket(subtree)) hashing.nodes->place(end - (leaf ? kRootToEnd : 32));
    }
    use(ByteView(node, end), begun);
    scratch.rewind(mark);
    return true;
}

}  // namespace

template <class Hashing>
std::uint8_t* put_reference(std::uint8_t* out, const Subtree& subtree, unsigned depth, Arena& scratch,
                            Hashing hashing) noexcept {
    if (subtree.kind == Subtree::Kind::empty) {
        *out = kEmptyReference;
        return out + 1;
    }
    if (subtree.kind == Subtree::Kind::branch && subtree.depth == depth) {
        std::uint8_t* const end = rlp::put_raw(out, subtree.content());
        if constexpr (Hashing::kLater) {
            if (has_ticket(subtree)) hashing.nodes->place(out + 1);
        }
        return end;
    }
    std::uint8_t* end = out;
    bool deferred = false;
    const bool fits = with_short_node(subtree, depth, scratch, hashing, [&](ByteView node, NodeHasher::Mark mark) {
        deferred = put_or_defer(end, node, hashing, mark);
    });
    if (!fits) return nullptr;
    if constexpr (Hashing::kLater) {
        if (deferred) hashing.nodes->place(out + 1);
    }
    return end;
}

template <class Hashing>
Result<Root> root_of(const Subtree& subtree, Arena& scratch, Hashing hashing) noexcept {
    if (subtree.kind == Subtree::Kind::empty) return Root{kEmptyTrieRoot};
    if (subtree.kind == Subtree::Kind::branch && subtree.depth == 0) {
        const ByteView reference = subtree.content();
        if (reference[0] != kHashReference) return Root{keccak256(reference)};
        return Root{Hash32::from(reference.data() + 1), Hashing::kLater && has_ticket(subtree)};
    }
    Root root{{}, Hashing::kLater};
    const bool fits =
        with_short_node(subtree, 0, scratch, hashing, [&](ByteView node, [[maybe_unused]] NodeHasher::Mark mark) {
            if constexpr (Hashing::kLater) {
                hashing.nodes->defer(node, mark, root.hash.bytes.data());
            } else {
                root.hash = keccak256(node);
            }
        });
    if (!fits) return ErrorCode::arena_exhausted;
    return root;
}

ByteView close_branch(std::uint8_t* buffer, const std::uint8_t* end) noexcept {
    const auto payload_size = static_cast<std::size_t>(end - (buffer + 3));
    std::uint8_t* start = buffer + 3 - rlp::length_of_header(payload_size);
    rlp::put_list_header(start, payload_size);
    return {start, end};
}

template <class Hashing>
struct BasicBuilder<Hashing>::OpenBranch {
    OpenBranch* below;
    Arena::Mark mark;
    NodeHasher::Mark begun;
    std::uint8_t depth;
    std::uint8_t children;  // how many references are in place, empty ones included
    std::uint8_t* end;
    std::uint8_t node[kMaxBranchSize];
};

template <class Hashing>
ErrorCode BasicBuilder<Hashing>::put_last() noexcept {
    const unsigned child = nibble_at(last_.path.bytes.data(), top_->depth);
    for (; top_->children < child; ++top_->children) *top_->end++ = kEmptyReference;
    top_->end = put_reference(top_->end, last_, top_->depth + 1u, scratch_, hashing_);
    ++top_->children;
    return top_->end != nullptr ? ErrorCode::ok : ErrorCode::arena_exhausted;
}

// Puts the latest part into the deepest open branch and makes that branch the latest part.
template <class Hashing>
ErrorCode BasicBuilder<Hashing>::close_top() noexcept {
    SLUICE_RETURN_IF_ERROR(put_last());
    // The value after the references is an empty string, the same byte as an empty reference.
    for (; top_->children < 17; ++top_->children) *top_->end++ = kEmptyReference;
    set_made_branch(last_, top_->depth, close_branch(top_->node, top_->end), hashing_, top_->begun);
    const Arena::Mark mark = top_->mark;
    top_ = top_->below;
    scratch_.rewind(mark);
    return ErrorCode::ok;
}

template <class Hashing>
ErrorCode BasicBuilder<Hashing>::add(const Subtree& part) noexcept {
    if (last_.kind != Subtree::Kind::empty) {
        const unsigned limit = last_.depth < part.depth ? last_.depth : part.depth;
        const unsigned fork = common_prefix(last_.path, part.path, limit);
        if (fork == limit) return ErrorCode::internal_fault;
        while (top_ != nullptr && top_->depth > fork) SLUICE_RETURN_IF_ERROR(close_top());
        if (top_ == nullptr || top_->depth < fork) {
            const Arena::Mark mark = scratch_.mark();
            auto* branch = scratch_.make_array<OpenBranch>(1);
            if (branch == nullptr) return ErrorCode::arena_exhausted;
            branch->below = top_;
            branch->mark = mark;
            if constexpr (Hashing::kLater) branch->begun = hashing_.nodes->mark();
            branch->depth = static_cast<std::uint8_t>(fork);
            branch->children = 0;
            branch->end = branch->node + 3;
            top_ = branch;
        }
        SLUICE_RETURN_IF_ERROR(put_last());
    }
    last_ = part;
    return ErrorCode::ok;
}

template <class Hashing>
ErrorCode BasicBuilder<Hashing>::finish(Subtree& whole) noexcept {
    while (top_ != nullptr) SLUICE_RETURN_IF_ERROR(close_top());
    whole = last_;
    return ErrorCode::ok;
}

template class BasicBuilder<HashAtOnce>;
template class BasicBuilder<HashLater>;
template std::uint8_t* put_reference(std::uint8_t*, const Subtree&, unsigned, Arena&, HashAtOnce) noexcept;
template std::uint8_t* put_reference(std::uint8_t*, const Subtree&, unsigned, Arena&, HashLater) noexcept;
template Result<Root> root_of(const Subtree&, Arena&, HashAtOnce) noexcept;
template Result<Root> root_of(const Subtree&, Arena&, HashLater) noexcept;
template void set_made_branch(Subtree&, unsigned, ByteView, HashAtOnce, NodeHasher::Mark) noexcept;
template void set_made_branch(Subtree&, unsigned, ByteView, HashLater, NodeHasher::Mark) noexcept;

}  // namespace sluice::witness

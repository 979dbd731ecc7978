// The root of a list whose values come one after the other. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/list_root.h"

#include "sluice/base/rlp.h"
#include "trie/subtree.h"

namespace sluice::witness {
namespace {

// Keys are rlp(index). In ascending order: 1 to 127 are themselves, 0 is 0x80, all others begin with a greater byte.
constexpr std::uint64_t kFirstLongKey = 128;

/// Nibbles that the keys of two different values begin with; none is the beginning of another.
unsigned fork(std::uint64_t a, std::uint64_t b) noexcept {
    const auto is_short = [](std::uint64_t index) { return index < kFirstLongKey; };
    if (is_short(a) != is_short(b)) return a == 0 || b == 0 ? 1 : 0;  // 0x80 is next to 0x81, 0x82 ...
    if (is_short(a)) {
        const std::uint64_t difference = (a == 0 ? 0x80 : a) ^ (b == 0 ? 0x80 : b);
        return difference < 16 ? 1 : 0;
    }
    // A byte that says how many follow, then these, the greatest first.
    const auto bytes_of = [](std::uint64_t index) {
        unsigned bytes = 1;
        while ((index >>= 8) != 0) ++bytes;
        return bytes;
    };
    const unsigned bytes = bytes_of(a);
    if (bytes != bytes_of(b)) return 1;
    unsigned nibbles = 2 + 2 * bytes;
    for (std::uint64_t difference = a ^ b; difference != 0; difference >>= 4) --nibbles;
    return nibbles;
}

}  // namespace

/// The depth at which the branch above holds value `index`: one below where its key parts from those next to it.
unsigned ListRoot::depth_of(std::uint64_t index) const noexcept {
    const std::uint64_t short_keys = count_ < kFirstLongKey ? count_ : kFirstLongKey;  // value 0 among them
    // Nearly always: one of the two next to it has the same key but for the last nibble.
    if (index != 0 && index + 1 < short_keys) return 2;
    if (index >= kFirstLongKey && index < 255 && index + 1 < count_) return 4;
    unsigned deepest = 0;
    const auto meet = [&](std::uint64_t other) {
        const unsigned depth = fork(index, other);
        if (depth > deepest) deepest = depth;
    };
    if (index == 0) {
        if (short_keys > 1) meet(short_keys - 1);
        if (count_ > kFirstLongKey) meet(kFirstLongKey);
    } else {
        if (index != 1) meet(index == kFirstLongKey ? 0 : index - 1);
        if (index < kFirstLongKey) {
            meet(index + 1 < short_keys ? index + 1 : 0);
        } else if (index + 1 < count_) {
            meet(index + 1);
        }
    }
    return deepest + 1;
}

ErrorCode ListRoot::add(ByteView value) noexcept {
    if (size_ == count_) return ErrorCode::internal_fault;
    const std::uint64_t index = size_++;
    Subtree leaf;
    Hash32 key;
    const std::uint8_t* const key_end = rlp::put_uint64(key.bytes.data(), index);
    leaf.set_leaf(key, 2 * static_cast<unsigned>(key_end - key.bytes.data()), value);
    if (count_ == 1) {
        SLUICE_TRY(only_, root_of(leaf, scratch_));
        return ErrorCode::ok;
    }
    // Seen from the branch above, a reference is a reference: what is behind it does not matter.
    Subtree part;
    part.kind = Subtree::Kind::branch;
    part.depth = static_cast<std::uint8_t>(depth_of(index));
    part.path = key;
    const std::uint8_t* const end = put_reference(part.inside, leaf, part.depth, scratch_);
    if (end == nullptr) return ErrorCode::arena_exhausted;
    part.size = static_cast<std::uint32_t>(end - part.inside);
    if (index == 0) {
        builder_ = arena_.make<Builder>(arena_);
        first_ = arena_.make<Subtree>(part);
        return builder_ == nullptr || first_ == nullptr ? ErrorCode::arena_exhausted : ErrorCode::ok;
    }
    SLUICE_RETURN_IF_ERROR(builder_->add(part));
    const bool short_keys_done = index + 1 == kFirstLongKey || (index + 1 == count_ && count_ < kFirstLongKey);
    return short_keys_done ? builder_->add(*first_) : ErrorCode::ok;
}

Result<Hash32> ListRoot::finish() noexcept {
    if (size_ != count_) return ErrorCode::internal_fault;
    if (size_ == 0) return kEmptyTrieRoot;
    if (size_ == 1) return only_;
    Subtree whole;
    SLUICE_RETURN_IF_ERROR(builder_->finish(whole));
    return root_of(whole, arena_);
}

}  // namespace sluice::witness

// The root of a list whose values come one after the other. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/list_root.h"

#include "sluice/base/rlp.h"
#include "trie/subtree.h"

namespace sluice::witness {
namespace {

// Keys are rlp(index). In ascending order: 1 to 127 are themselves, 0 is 0x80, all others begin with a greater byte.
constexpr std::uint64_t kFirstLongKey = 128;

}  // namespace

ErrorCode ListRoot::put(std::uint64_t index, ByteView value) noexcept {
    Hash32 key;
    const std::uint8_t* end = rlp::put_uint64(key.bytes.data(), index);
    Subtree leaf;
    leaf.set_leaf(key, 2 * static_cast<unsigned>(end - key.bytes.data()), value);
    return builder_->add(leaf);
}

ErrorCode ListRoot::add(ByteView value) noexcept {
    const std::uint64_t index = size_++;
    if (index == 0) {
        first_ = value;
        builder_ = arena_.make<Builder>(arena_);
        return builder_ == nullptr ? ErrorCode::arena_exhausted : ErrorCode::ok;
    }
    if (index == kFirstLongKey) SLUICE_RETURN_IF_ERROR(put(0, first_));
    return put(index, value);
}

Result<Hash32> ListRoot::finish() noexcept {
    if (size_ == 0) return kEmptyTrieRoot;
    if (size_ <= kFirstLongKey) SLUICE_RETURN_IF_ERROR(put(0, first_));
    Subtree whole;
    SLUICE_RETURN_IF_ERROR(builder_->finish(whole));
    return root_of(whole, arena_);
}

}  // namespace sluice::witness

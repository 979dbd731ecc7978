// Payloads of witness records: reading and writing their fixed layouts. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/item.h"

namespace sluice::witness {
namespace {

/// What follows the key of an account that exists: nonce u64, balance 4 x u64, storage root, code hash.
constexpr std::size_t kAccountBodySize = 8 + 32 + 32 + 32;
static_assert(AccountItem::kSize == AccountItem::kAbsentSize + kAccountBodySize);
static_assert(AccountValueItem::kSize == AccountValueItem::kAbsentSize + kAccountBodySize);

constexpr std::uint64_t kMaxAncestors = 256;

std::uint64_t load64(const std::uint8_t* bytes) noexcept {
    return load_le<std::uint64_t>(bytes);
}

Uint256 load_word(const std::uint8_t* bytes) noexcept {
    return {load64(bytes), load64(bytes + 8), load64(bytes + 16), load64(bytes + 24)};
}

void store_word(std::uint8_t* out, const Uint256& word) noexcept {
    std::memcpy(out, word.limb, 32);
}

void load_account_body(const std::uint8_t* bytes, AccountInfo& info) noexcept {
    info.exists = true;
    info.nonce = load64(bytes);
    info.balance = load_word(bytes + 8);
    info.storage_root = Hash32::from(bytes + 40);
    info.code_hash = Hash32::from(bytes + 72);
}

void store_account_body(std::uint8_t* out, const AccountInfo& info) noexcept {
    store_le(out, info.nonce);
    store_word(out + 8, info.balance);
    std::memcpy(out + 40, info.storage_root.bytes.data(), 32);
    std::memcpy(out + 72, info.code_hash.bytes.data(), 32);
}

/// Reads the flag before an account's body and the body, if the size fits the flag.
bool parse_account_info(std::uint64_t exists, ByteView payload, std::size_t absent_size, AccountInfo& info) noexcept {
    if (exists == 0) {
        info = {};
        return payload.size() == absent_size;
    }
    if (exists != 1 || payload.size() != absent_size + kAccountBodySize) return false;
    load_account_body(payload.data() + absent_size, info);
    return true;
}

}  // namespace

bool parse_ancestor_headers(ByteView payload, AncestorHeadersInput& out) noexcept {
    if (payload.size() < 8) return false;
    const std::uint64_t count = load64(payload.data());
    if (count == 0 || count > kMaxAncestors) return false;
    const ByteView body = payload.subspan(8);
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t left = body.size() - at;
        if (left < 8) return false;
        const std::uint64_t size = load64(body.data() + at);
        // Compared before rounding, so that the rounding cannot wrap; the body is a multiple of 8 if this holds to its
        // end.
        if (size == 0 || size > left - 8 || align8(size) > left - 8) return false;
        at += 8 + size;
        for (; (at & 7) != 0; ++at) {
            if (body[at] != 0) return false;
        }
    }
    if (at != body.size()) return false;
    out = {};
    out.anchored = true;
    out.count = count;
    out.body = body;
    return true;
}

bool parse_unanchored_parent(ByteView payload, AncestorHeadersInput& out) noexcept {
    if (payload.size() < 40) return false;
    const std::uint64_t count = load64(payload.data() + 32);
    if (count == 0 || count > kMaxAncestors || payload.size() != 40 + 32 * count) return false;
    out = {};
    out.anchored = false;
    out.count = count;
    out.parent_state_root = Hash32::from(payload.data());
    out.body = payload.subspan(40);
    return true;
}

bool parse_state_trie(ByteView payload, StateTrieHeader& out) noexcept {
    if (payload.size() != StateTrieHeader::kSize) return false;
    out.node_count = load64(payload.data());
    out.post_update_witness_count = load64(payload.data() + 8);
    return true;
}

std::size_t encode_state_trie(const StateTrieHeader& item, std::uint8_t* out) noexcept {
    store_le(out, item.node_count);
    store_le(out + 8, item.post_update_witness_count);
    return StateTrieHeader::kSize;
}

bool parse_storage_trie(ByteView payload, StorageTrieHeader& out) noexcept {
    if (payload.size() != StorageTrieHeader::kSize) return false;
    out.hashed_address = Hash32::from(payload.data());
    out.storage_root = Hash32::from(payload.data() + 32);
    out.node_count = load64(payload.data() + 64);
    return true;
}

std::size_t encode_storage_trie(const StorageTrieHeader& item, std::uint8_t* out) noexcept {
    std::memcpy(out, item.hashed_address.bytes.data(), 32);
    std::memcpy(out + 32, item.storage_root.bytes.data(), 32);
    store_le(out + 64, item.node_count);
    return StorageTrieHeader::kSize;
}

bool parse_account(ByteView payload, AccountItem& out) noexcept {
    if (payload.size() < AccountItem::kAbsentSize) return false;
    out.hashed_address = Hash32::from(payload.data());
    return parse_account_info(load64(payload.data() + 32), payload, AccountItem::kAbsentSize, out.info);
}

std::size_t encode_account(const AccountItem& item, std::uint8_t* out) noexcept {
    std::memcpy(out, item.hashed_address.bytes.data(), 32);
    store_le(out + 32, std::uint64_t{item.info.exists});
    if (!item.info.exists) return AccountItem::kAbsentSize;
    store_account_body(out + AccountItem::kAbsentSize, item.info);
    return AccountItem::kSize;
}

bool parse_account_value(ByteView payload, AccountValueItem& out) noexcept {
    if (payload.size() < AccountValueItem::kAbsentSize) return false;
    out.address = Address::from(payload.data());
    return parse_account_info(load_le<std::uint32_t>(payload.data() + 20), payload, AccountValueItem::kAbsentSize,
                              out.info);
}

std::size_t encode_account_value(const AccountValueItem& item, std::uint8_t* out) noexcept {
    std::memcpy(out, item.address.bytes.data(), 20);
    store_le(out + 20, std::uint32_t{item.info.exists});
    if (!item.info.exists) return AccountValueItem::kAbsentSize;
    store_account_body(out + AccountValueItem::kAbsentSize, item.info);
    return AccountValueItem::kSize;
}

bool parse_slot_value(ByteView payload, SlotValueItem& out) noexcept {
    if (payload.size() != SlotValueItem::kSize) return false;
    out.account = load64(payload.data());
    out.slot = load_word(payload.data() + 8);
    out.value = load_word(payload.data() + 40);
    return true;
}

std::size_t encode_slot_value(const SlotValueItem& item, std::uint8_t* out) noexcept {
    store_le(out, item.account);
    store_word(out + 8, item.slot);
    store_word(out + 40, item.value);
    return SlotValueItem::kSize;
}

}  // namespace sluice::witness

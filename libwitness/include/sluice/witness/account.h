// The value of an account in the state trie. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/bytes.h"
#include "sluice/base/keccak.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"

namespace sluice::witness {

/// An account as the state trie holds it (Yellow Paper 4.1), or its absence. An absent account has the values of an
/// empty one.
struct AccountInfo {
    Uint256 balance{};
    std::uint64_t nonce = 0;  ///< below 2^64 - 1 (EIP-2681)
    bool exists = false;
    Hash32 storage_root = kEmptyTrieRoot;
    Hash32 code_hash = kEmptyCodeHash;

    /// Empty as EIP-161 defines it; storage does not count.
    [[nodiscard]] bool is_empty() const noexcept {
        return nonce == 0 && balance.is_zero() && code_hash == kEmptyCodeHash;
    }
    friend bool operator==(const AccountInfo& a, const AccountInfo& b) noexcept {
        return a.exists == b.exists && a.nonce == b.nonce && a.balance == b.balance &&
               a.storage_root == b.storage_root && a.code_hash == b.code_hash;
    }
};

/// Bytes of the largest encoded account.
inline constexpr std::size_t kMaxAccountSize = 2 + 9 + 33 + 33 + 33;
/// Bytes of the largest encoded slot value.
inline constexpr std::size_t kMaxSlotSize = 33;

/// The account whose value in the state trie's leaf is `value`: the RLP list [nonce, balance, storage root, code hash]
/// and nothing after it. Errors: rlp_*.
Result<AccountInfo> decode_account(ByteView value) noexcept;
/// Writes the leaf value of an existing account at `out`, which has room for kMaxAccountSize bytes; gives its size.
std::size_t encode_account(const AccountInfo& account, std::uint8_t* out) noexcept;

/// The slot value whose leaf value is `value`: the RLP of an integer that is not zero. Errors: rlp_*.
Result<Uint256> decode_slot(ByteView value) noexcept;

/// The details of trie_wrong_account for two accounts that differ: the first field that does, `expected` from the
/// account `held` by the trie, `found` from the one that was `used`. The caller adds the address.
[[nodiscard]] ErrorDetail account_mismatch(const AccountInfo& used, const AccountInfo& held) noexcept;

}  // namespace sluice::witness

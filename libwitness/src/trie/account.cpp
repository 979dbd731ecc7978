// Values of the state trie and of storage tries. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/account.h"

#include "sluice/base/rlp.h"

namespace sluice::witness {

Result<AccountInfo> decode_account(ByteView value) noexcept {
    rlp::Reader whole(value);
    SLUICE_TRY(rlp::Reader fields, whole.list());
    SLUICE_RETURN_IF_ERROR(whole.finish());
    AccountInfo account;
    account.exists = true;
    SLUICE_TRY(account.nonce, fields.uint64());
    SLUICE_TRY(account.balance, fields.uint256());
    SLUICE_TRY(account.storage_root, fields.hash());
    SLUICE_TRY(account.code_hash, fields.hash());
    SLUICE_RETURN_IF_ERROR(fields.finish());
    return account;
}

std::size_t encode_account(const AccountInfo& account, std::uint8_t* out) noexcept {
    const std::size_t payload = rlp::length_of_uint64(account.nonce) + rlp::length_of_uint256(account.balance) + 2 * 33;
    std::uint8_t* at = rlp::put_list_header(out, payload);
    at = rlp::put_uint64(at, account.nonce);
    at = rlp::put_uint256(at, account.balance);
    at = rlp::put_hash(at, account.storage_root);
    at = rlp::put_hash(at, account.code_hash);
    return static_cast<std::size_t>(at - out);
}

Result<Uint256> decode_slot(ByteView value) noexcept {
    rlp::Reader whole(value);
    SLUICE_TRY(const Uint256 slot, whole.uint256());
    SLUICE_RETURN_IF_ERROR(whole.finish());
    if (slot.is_zero()) return ErrorCode::rlp_bad_length;
    return slot;
}

ErrorDetail account_mismatch(const AccountInfo& used, const AccountInfo& held) noexcept {
    ErrorDetail detail;
    if (used.exists != held.exists) {
        detail.with_what("account existence").with_values(held.exists ? 1u : 0u, used.exists ? 1u : 0u);
    } else if (used.nonce != held.nonce) {
        detail.with_what("account nonce").with_values(held.nonce, used.nonce);
    } else if (!(used.balance == held.balance)) {
        detail.with_what("account balance").with_values(held.balance.to_hash(), used.balance.to_hash());
    } else if (!(used.storage_root == held.storage_root)) {
        detail.with_what("account storage root").with_values(held.storage_root, used.storage_root);
    } else {
        detail.with_what("account code hash").with_values(held.code_hash, used.code_hash);
    }
    return detail;
}

}  // namespace sluice::witness

// Headers, transactions, withdrawals and blocks as their RLP holds them. Decoding is strict and copies nothing that is
// longer than a word: byte strings and lists are views into the block's RLP, which must outlive what is decoded from
// it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/base/rlp.h"
#include "sluice/base/uint256.h"

namespace sluice::executor {

/// A block header (Yellow Paper 4.4). Fields of later forks are meaningful only if `field_count` covers them.
struct Header {
    /// Number of fields in the RLP of each fork's headers.
    static constexpr std::uint8_t kParisFields = 16;     // EIP-1559: base fee
    static constexpr std::uint8_t kShanghaiFields = 17;  // EIP-4895: withdrawals root
    static constexpr std::uint8_t kCancunFields = 20;    // EIP-4844, EIP-4788: blob gas, parent beacon root
    static constexpr std::uint8_t kPragueFields = 21;    // EIP-7685: requests hash
    static constexpr std::uint8_t kMinFields = 15;
    static constexpr std::uint8_t kMaxFields = kPragueFields;

    ByteView rlp{};  ///< the whole header, list header included
    std::uint8_t field_count = 0;

    Hash32 parent_hash{};
    Hash32 ommers_hash{};
    Address coinbase{};
    Hash32 state_root{};
    Hash32 transactions_root{};
    Hash32 receipts_root{};
    ByteView logs_bloom{};  ///< 256 bytes
    Uint256 difficulty{};
    std::uint64_t number = 0;
    std::uint64_t gas_limit = 0;
    std::uint64_t gas_used = 0;
    std::uint64_t timestamp = 0;  ///< seconds
    ByteView extra_data{};
    Hash32 prev_randao{};  ///< "mixHash" (EIP-4399)
    std::uint64_t nonce = 0;
    Uint256 base_fee{};
    Hash32 withdrawals_root{};
    std::uint64_t blob_gas_used = 0;
    std::uint64_t excess_blob_gas = 0;
    Hash32 parent_beacon_root{};
    Hash32 requests_hash{};

    [[nodiscard]] bool has_base_fee() const noexcept { return field_count >= kParisFields; }
    [[nodiscard]] bool has_blob_gas() const noexcept { return field_count >= kCancunFields; }
    [[nodiscard]] Hash32 hash() const noexcept;
};

/// Decodes a header that fills `rlp`. Errors: block_encoding, with the field's name and offset.
Result<Header> decode_header(ByteView rlp, Diagnostics& diagnostics) noexcept;

/// Kinds of transactions by their EIP-2718 type byte.
enum class TransactionType : std::uint8_t {
    legacy = 0,
    access_list = 1,  // EIP-2930
    dynamic_fee = 2,  // EIP-1559
    blob = 3,         // EIP-4844
    set_code = 4,     // EIP-7702
};

/// An entry of an access list (EIP-2930).
struct AccessListEntry {
    Address address{};
    ByteView slots{};  ///< RLP: 33 bytes a slot

    [[nodiscard]] std::size_t slot_count() const noexcept { return slots.size() / 33; }
    [[nodiscard]] Uint256 slot(std::size_t index) const noexcept {
        return Uint256::from_be(slots.data() + 33 * index + 1);
    }
};

/// Walks an access list that decode_transaction() has checked.
class AccessListCursor {
 public:
    explicit AccessListCursor(ByteView checked_list) noexcept : reader_(checked_list) {}
    /// False at the end.
    [[nodiscard]] bool next(AccessListEntry& entry) noexcept;

 private:
    rlp::Reader reader_;
};

/// A signed wish of an account to run the code of another (EIP-7702).
struct Authorization {
    Uint256 chain_id{};
    Address address{};
    std::uint64_t nonce = 0;
    std::uint8_t y_parity = 0;
    Uint256 r{};
    Uint256 s{};
    ByteView signed_fields{};  ///< RLP of chain id, address and nonce
};

/// Walks an authorization list that decode_transaction() has checked.
class AuthorizationCursor {
 public:
    explicit AuthorizationCursor(ByteView checked_list) noexcept : reader_(checked_list) {}
    /// False at the end.
    [[nodiscard]] bool next(Authorization& authorization) noexcept;

 private:
    rlp::Reader reader_;
};

struct Transaction {
    TransactionType type = TransactionType::legacy;
    bool is_creation = false;
    bool has_chain_id = true;  ///< false for a legacy transaction from before EIP-155
    std::uint8_t y_parity = 0;
    std::uint64_t nonce = 0;
    std::uint64_t gas_limit = 0;
    Address to{};                ///< meaningless for a creation
    Uint256 chain_id{};          ///< meaningful if has_chain_id
    Uint256 max_fee{};           ///< wei a gas; the gas price of types 0 and 1
    Uint256 max_priority_fee{};  ///< equal to max_fee for types 0 and 1
    Uint256 max_blob_fee{};      ///< wei a blob gas; type 3
    Uint256 value{};
    ByteView data{};
    ByteView access_list{};     ///< for AccessListCursor
    ByteView blob_hashes{};     ///< RLP: 33 bytes a hash; type 3
    ByteView authorizations{};  ///< for AuthorizationCursor; type 4
    std::uint32_t access_list_addresses = 0;
    std::uint32_t access_list_slots = 0;
    std::uint32_t blob_count = 0;
    std::uint32_t authorization_count = 0;
    Uint256 r{};
    Uint256 s{};
    ByteView unsigned_fields{};  ///< RLP of the fields before the signature
    ByteView envelope{};         ///< what is hashed: the list of a legacy transaction, or type byte and list

    [[nodiscard]] Hash32 hash() const noexcept;
    [[nodiscard]] Hash32 blob_hash(std::size_t index) const noexcept {
        return Hash32::from(blob_hashes.data() + 33 * index + 1);
    }
};

/// Decodes a transaction from its envelope. Errors: tx_encoding (with the field's name), tx_type for a type that no
/// fork has, tx_signature_v.
Result<Transaction> decode_transaction(ByteView envelope, Diagnostics& diagnostics) noexcept;

/// What the sender signed: keccak256 of the transaction without signature, with chain id where there is one. Uses
/// `scratch` and frees what it used; arena_exhausted if the transaction does not fit.
Result<Hash32> signing_hash(const Transaction& transaction, Arena& scratch) noexcept;

/// The account that signed. Errors: tx_signature_range, tx_signature_high_s (EIP-2), tx_signature, arena_exhausted.
Result<Address> recover_sender(const Transaction& transaction, Arena& scratch) noexcept;

/// The account that signed an authorization; false if the signature is not valid (the authorization is then passed
/// over).
[[nodiscard]] bool recover_authority(const Authorization& authorization, Address& authority) noexcept;

/// A withdrawal from the beacon chain (EIP-4895).
struct Withdrawal {
    std::uint64_t index = 0;
    std::uint64_t validator_index = 0;
    Address address{};
    std::uint64_t amount = 0;  ///< Gwei
};

/// Decodes a withdrawal that fills `rlp`. Errors: block_encoding.
Result<Withdrawal> decode_withdrawal(ByteView rlp, Diagnostics& diagnostics) noexcept;

/// A block: its header decoded, its lists checked in outer form only, so that a transaction is looked at once, when it
/// is executed.
struct Block {
    Header header{};
    ByteView rlp{};
    ByteView transactions{};  ///< RLP items: a list for a legacy transaction, a string for a typed one
    ByteView ommers{};        ///< RLP items
    ByteView withdrawals{};   ///< RLP items
    bool has_withdrawals = false;
};

/// Decodes a block that fills `rlp`: [header, transactions, ommers] or [header, transactions, ommers, withdrawals].
/// Errors: block_encoding.
Result<Block> decode_block(ByteView rlp, Diagnostics& diagnostics) noexcept;

/// Walks the transactions of a decoded block.
class TransactionCursor {
 public:
    explicit TransactionCursor(const Block& block) noexcept : reader_(block.transactions) {}
    [[nodiscard]] bool done() const noexcept { return reader_.done(); }
    /// The envelope of the next transaction. Errors: rlp_*.
    [[nodiscard]] Result<ByteView> next_envelope() noexcept;

 private:
    rlp::Reader reader_;
};

/// Walks the withdrawals of a decoded block.
class WithdrawalCursor {
 public:
    explicit WithdrawalCursor(const Block& block) noexcept : reader_(block.withdrawals) {}
    [[nodiscard]] bool done() const noexcept { return reader_.done(); }
    /// The RLP of the next withdrawal. Errors: rlp_*.
    [[nodiscard]] Result<ByteView> next_rlp() noexcept { return reader_.raw(); }

 private:
    rlp::Reader reader_;
};

}  // namespace sluice::executor

// Decoding of headers, transactions, withdrawals and blocks; signing hashes and signers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/types.h"

#include "block/field_reader.h"
#include "sluice/base/keccak.h"
#include "sluice/crypto/ecdsa.h"

namespace sluice::executor {
namespace {

constexpr std::size_t kRlpHashSize = 33;

// Half the order of secp256k1, rounded down: the largest s that EIP-2 allows.
constexpr Uint256 kMaxLowS = crypto::kSecp256k1Order >> 1;

constexpr std::uint8_t kAuthorizationMagic = 0x05;  // EIP-7702

/// keccak256 of the low 20 bytes of a public key's hash: the address of the key (Yellow Paper, appendix F).
Address address_of_key(const std::uint8_t public_key[64]) noexcept {
    return Address::from(keccak256({public_key, 64}).bytes.data() + 12);
}

bool in_group(const Uint256& value) noexcept {
    return !value.is_zero() && value < crypto::kSecp256k1Order;
}

/// Number of hashes in an RLP sequence of 32-byte strings.
std::uint32_t count_hashes(FieldReader& fields, ByteView items, std::string_view name) noexcept {
    if (items.size() % kRlpHashSize != 0) fields.note(name, ErrorCode::rlp_bad_length);
    for (std::size_t at = 0; at + kRlpHashSize <= items.size(); at += kRlpHashSize) {
        if (items[at] != rlp::kEmptyString + 32) fields.note(name, ErrorCode::rlp_bad_length);
    }
    return static_cast<std::uint32_t>(items.size() / kRlpHashSize);
}

void read_access_list(FieldReader& fields, Transaction& transaction) noexcept {
    transaction.access_list = fields.list("access_list");
    FieldReader entries(rlp::Reader(transaction.access_list), transaction.access_list.data());
    while (!entries.done()) {
        FieldReader entry(entries.raw("access_list"), "access_list entry");
        static_cast<void>(entry.address("access_list address"));
        const ByteView slots = entry.list("access_list slots");
        transaction.access_list_slots += count_hashes(entry, slots, "access_list slots");
        if (entry.failed() || !entry.done()) entries.note("access_list entry", ErrorCode::rlp_bad_length);
        ++transaction.access_list_addresses;
    }
    if (entries.failed()) fields.note("access_list", ErrorCode::rlp_bad_length);
}

Authorization read_authorization(FieldReader& fields) noexcept {
    Authorization authorization;
    const std::uint8_t* begin = fields.position();
    authorization.chain_id = fields.uint256("authorization chain_id");
    authorization.address = fields.address("authorization address");
    authorization.nonce = fields.uint64("authorization nonce");
    if (!fields.failed()) authorization.signed_fields = {begin, fields.position()};
    const std::uint64_t y_parity = fields.uint64("authorization y_parity");
    if (y_parity > 0xff) fields.note("authorization y_parity", ErrorCode::rlp_overflow);
    authorization.y_parity = static_cast<std::uint8_t>(y_parity);
    authorization.r = fields.uint256("authorization r");
    authorization.s = fields.uint256("authorization s");
    return authorization;
}

void read_authorizations(FieldReader& fields, Transaction& transaction) noexcept {
    transaction.authorizations = fields.list("authorization_list");
    FieldReader list(rlp::Reader(transaction.authorizations), transaction.authorizations.data());
    while (!list.done()) {
        FieldReader authorization(list.raw("authorization_list"), "authorization");
        static_cast<void>(read_authorization(authorization));
        if (authorization.failed() || !authorization.done()) {
            list.note("authorization", ErrorCode::rlp_bad_length);
        }
        ++transaction.authorization_count;
    }
    if (list.failed()) fields.note("authorization_list", ErrorCode::rlp_bad_length);
}

void read_recipient(FieldReader& fields, Transaction& transaction) noexcept {
    const ByteView to = fields.string("to");
    transaction.is_creation = to.empty();
    if (to.size() == 20) {
        transaction.to = Address::from(to.data());
    } else if (!to.empty()) {
        fields.note("to", ErrorCode::rlp_bad_length);
    }
}

/// EIP-155: v is 27 or 28, or 35 + 2 * chain id or one more.
bool split_legacy_v(const Uint256& v, Transaction& transaction) noexcept {
    if (v == Uint256(27) || v == Uint256(28)) {
        transaction.has_chain_id = false;
        transaction.y_parity = static_cast<std::uint8_t>(v.low64() - 27);
        return true;
    }
    if (v < Uint256(35)) return false;
    const Uint256 shifted = v - Uint256(35);
    transaction.y_parity = static_cast<std::uint8_t>(shifted.low64() & 1);
    transaction.chain_id = shifted >> 1;
    return true;
}

Result<Transaction> decode_legacy(ByteView envelope, Diagnostics& diagnostics) noexcept {
    Transaction transaction;
    transaction.envelope = envelope;
    FieldReader fields(envelope, "transaction");
    const std::uint8_t* begin = fields.position();
    transaction.nonce = fields.uint64("nonce");
    transaction.max_fee = fields.uint256("gas_price");
    transaction.max_priority_fee = transaction.max_fee;
    transaction.gas_limit = fields.uint64("gas_limit");
    read_recipient(fields, transaction);
    transaction.value = fields.uint256("value");
    transaction.data = fields.string("data");
    if (!fields.failed()) transaction.unsigned_fields = {begin, fields.position()};
    const Uint256 v = fields.uint256("v");
    transaction.r = fields.uint256("r");
    transaction.s = fields.uint256("s");
    SLUICE_RETURN_IF_ERROR(fields.finish("transaction", ErrorCode::tx_encoding, diagnostics));
    if (!split_legacy_v(v, transaction)) {
        return diagnostics.fail(ErrorCode::tx_signature_v,
                                ErrorDetail{}.with_what("v").with_values(Uint256(27).to_hash(), v.to_hash()));
    }
    return transaction;
}

Result<Transaction> decode_typed(ByteView envelope, Diagnostics& diagnostics) noexcept {
    Transaction transaction;
    transaction.envelope = envelope;
    transaction.type = static_cast<TransactionType>(envelope[0]);
    FieldReader fields(envelope.subspan(1), "transaction");
    const std::uint8_t* begin = fields.position();
    transaction.chain_id = fields.uint256("chain_id");
    transaction.nonce = fields.uint64("nonce");
    if (transaction.type == TransactionType::access_list) {
        transaction.max_fee = fields.uint256("gas_price");
        transaction.max_priority_fee = transaction.max_fee;
    } else {
        transaction.max_priority_fee = fields.uint256("max_priority_fee");
        transaction.max_fee = fields.uint256("max_fee");
    }
    transaction.gas_limit = fields.uint64("gas_limit");
    read_recipient(fields, transaction);
    transaction.value = fields.uint256("value");
    transaction.data = fields.string("data");
    read_access_list(fields, transaction);
    if (transaction.type == TransactionType::blob) {
        transaction.max_blob_fee = fields.uint256("max_blob_fee");
        transaction.blob_hashes = fields.list("blob_hashes");
        transaction.blob_count = count_hashes(fields, transaction.blob_hashes, "blob_hashes");
    } else if (transaction.type == TransactionType::set_code) {
        read_authorizations(fields, transaction);
    }
    if (!fields.failed()) transaction.unsigned_fields = {begin, fields.position()};
    const std::uint64_t y_parity = fields.uint64("y_parity");
    transaction.r = fields.uint256("r");
    transaction.s = fields.uint256("s");
    SLUICE_RETURN_IF_ERROR(fields.finish("transaction", ErrorCode::tx_encoding, diagnostics));
    if (y_parity > 1) {
        return diagnostics.fail(ErrorCode::tx_signature_v,
                                ErrorDetail{}.with_what("y_parity").with_values(1, y_parity));
    }
    transaction.y_parity = static_cast<std::uint8_t>(y_parity);
    return transaction;
}

}  // namespace

Hash32 Header::hash() const noexcept {
    return keccak256(rlp);
}

Result<Header> decode_header(ByteView rlp, Diagnostics& diagnostics) noexcept {
    Header header;
    header.rlp = rlp;
    FieldReader fields(rlp, "header");
    header.parent_hash = fields.hash("parent_hash");
    header.ommers_hash = fields.hash("ommers_hash");
    header.coinbase = fields.address("coinbase");
    header.state_root = fields.hash("state_root");
    header.transactions_root = fields.hash("transactions_root");
    header.receipts_root = fields.hash("receipts_root");
    header.logs_bloom = fields.fixed("logs_bloom", 256);
    header.difficulty = fields.uint256("difficulty");
    header.number = fields.uint64("number");
    header.gas_limit = fields.uint64("gas_limit");
    header.gas_used = fields.uint64("gas_used");
    header.timestamp = fields.uint64("timestamp");
    header.extra_data = fields.string("extra_data");
    header.prev_randao = fields.hash("prev_randao");
    const ByteView nonce = fields.fixed("nonce", 8);
    header.nonce = nonce.size() == 8 ? load_be<std::uint64_t>(nonce.data()) : 0;
    header.field_count = Header::kMinFields;
    // The fields of later forks follow each other; a header has a first few of them.
    const auto another = [&] { return !fields.done() && ++header.field_count != 0; };
    if (another()) header.base_fee = fields.uint256("base_fee");
    if (another()) header.withdrawals_root = fields.hash("withdrawals_root");
    if (another()) header.blob_gas_used = fields.uint64("blob_gas_used");
    if (another()) header.excess_blob_gas = fields.uint64("excess_blob_gas");
    if (another()) header.parent_beacon_root = fields.hash("parent_beacon_root");
    if (another()) header.requests_hash = fields.hash("requests_hash");
    SLUICE_RETURN_IF_ERROR(fields.finish("header", ErrorCode::block_encoding, diagnostics));
    return header;
}

bool AccessListCursor::next(AccessListEntry& entry) noexcept {
    if (reader_.done()) return false;
    const auto fields = reader_.list();
    if (!fields.ok()) return false;
    rlp::Reader reader = *fields;
    const auto address = reader.address();
    const auto slots = reader.list();
    if (!address.ok() || !slots.ok()) return false;
    entry = {*address, slots->rest()};
    return true;
}

bool AuthorizationCursor::next(Authorization& authorization) noexcept {
    if (reader_.done()) return false;
    const auto items = reader_.list();
    if (!items.ok()) return false;
    FieldReader fields(*items, items->rest().data());
    authorization = read_authorization(fields);
    return !fields.failed();
}

Hash32 Transaction::hash() const noexcept {
    return keccak256(envelope);
}

Result<Transaction> decode_transaction(ByteView envelope, Diagnostics& diagnostics) noexcept {
    if (!envelope.empty() && envelope[0] >= rlp::kEmptyList) return decode_legacy(envelope, diagnostics);
    if (envelope.empty() || envelope[0] == 0 || envelope[0] > static_cast<std::uint8_t>(TransactionType::set_code)) {
        return diagnostics.fail(ErrorCode::tx_type, ErrorDetail{}.with_what("type").with_values(
                                                        static_cast<std::uint64_t>(TransactionType::set_code),
                                                        envelope.empty() ? 0 : envelope[0]));
    }
    return decode_typed(envelope, diagnostics);
}

Result<Hash32> signing_hash(const Transaction& transaction, Arena& scratch) noexcept {
    // [type] list-header fields [chain id, 0, 0]: the fields are one run of bytes in the envelope.
    std::uint8_t suffix[40];
    std::uint8_t* suffix_end = suffix;
    const bool typed = transaction.type != TransactionType::legacy;
    if (!typed && transaction.has_chain_id) {
        suffix_end = rlp::put_uint256(suffix_end, transaction.chain_id);
        *suffix_end++ = rlp::kEmptyString;
        *suffix_end++ = rlp::kEmptyString;
    }
    const std::size_t suffix_size = static_cast<std::size_t>(suffix_end - suffix);
    const std::size_t payload = transaction.unsigned_fields.size() + suffix_size;
    const Arena::Mark mark = scratch.mark();
    auto* buffer = static_cast<std::uint8_t*>(scratch.allocate(1 + rlp::length_of_list(payload)));
    if (buffer == nullptr) return ErrorCode::arena_exhausted;
    std::uint8_t* next = buffer;
    if (typed) *next++ = static_cast<std::uint8_t>(transaction.type);
    next = rlp::put_list_header(next, payload);
    next = rlp::put_raw(next, transaction.unsigned_fields);
    next = rlp::put_raw(next, {suffix, suffix_size});
    const Hash32 hash = keccak256({buffer, next});
    scratch.rewind(mark);
    return hash;
}

Result<Address> recover_sender(const Transaction& transaction, Arena& scratch) noexcept {
    if (!in_group(transaction.r) || !in_group(transaction.s)) return ErrorCode::tx_signature_range;
    if (kMaxLowS < transaction.s) return ErrorCode::tx_signature_high_s;
    SLUICE_TRY(const Hash32 hash, signing_hash(transaction, scratch));
    std::uint8_t public_key[64];
    if (!crypto::secp256k1_recover(hash, transaction.r, transaction.s, transaction.y_parity, public_key)) {
        return ErrorCode::tx_signature;
    }
    return address_of_key(public_key);
}

bool recover_authority(const Authorization& authorization, Address& authority) noexcept {
    if (authorization.y_parity > 1 || !in_group(authorization.r) || !in_group(authorization.s) ||
        kMaxLowS < authorization.s) {
        return false;
    }
    // magic || list header || chain id, address, nonce: at most 1 + 1 + 33 + 21 + 9 bytes.
    std::uint8_t message[80];
    message[0] = kAuthorizationMagic;
    std::uint8_t* next = rlp::put_list_header(message + 1, authorization.signed_fields.size());
    next = rlp::put_raw(next, authorization.signed_fields);
    const Hash32 hash = keccak256({message, next});
    std::uint8_t public_key[64];
    if (!crypto::secp256k1_recover(hash, authorization.r, authorization.s, authorization.y_parity, public_key)) {
        return false;
    }
    authority = address_of_key(public_key);
    return true;
}

Result<Withdrawal> decode_withdrawal(ByteView rlp, Diagnostics& diagnostics) noexcept {
    Withdrawal withdrawal;
    FieldReader fields(rlp, "withdrawal");
    withdrawal.index = fields.uint64("withdrawal index");
    withdrawal.validator_index = fields.uint64("withdrawal validator_index");
    withdrawal.address = fields.address("withdrawal address");
    withdrawal.amount = fields.uint64("withdrawal amount");
    SLUICE_RETURN_IF_ERROR(fields.finish("withdrawal", ErrorCode::block_encoding, diagnostics));
    return withdrawal;
}

Result<Block> decode_block(ByteView rlp, Diagnostics& diagnostics) noexcept {
    Block block;
    block.rlp = rlp;
    FieldReader fields(rlp, "block");
    const ByteView header = fields.raw("header");
    block.transactions = fields.list("transactions");
    block.ommers = fields.list("ommers");
    block.has_withdrawals = !fields.done();
    if (block.has_withdrawals) block.withdrawals = fields.list("withdrawals");
    SLUICE_RETURN_IF_ERROR(fields.finish("block", ErrorCode::block_encoding, diagnostics));
    SLUICE_TRY(block.header, decode_header(header, diagnostics));
    return block;
}

Result<ByteView> TransactionCursor::next_envelope() noexcept {
    SLUICE_TRY(const rlp::Item item, reader_.item());
    return item.kind == rlp::Kind::list ? item.raw : item.payload;
}

}  // namespace sluice::executor

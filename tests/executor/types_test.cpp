// Decoding of headers, transactions and blocks. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/types.h"

#include <memory>

#include "executor/transaction_maker.h"
#include "sluice/crypto/ecdsa.h"
#include "support/witness_files.h"

using namespace sluice;
using namespace sluice::executor;
using namespace sluice::test;

namespace {

constexpr std::size_t kScratchSize = 1 << 24;

struct Scratch {
    std::unique_ptr<std::uint8_t[]> bytes{new std::uint8_t[kScratchSize]};
    Arena arena{bytes.get(), kScratchSize};
};

Bytes header_fields(const Header& header) {
    Bytes out = rlp_hash(header.parent_hash) + rlp_hash(header.ommers_hash) + rlp_address(header.coinbase) +
                rlp_hash(header.state_root) + rlp_hash(header.transactions_root) + rlp_hash(header.receipts_root) +
                naive_rlp::string(bytes_of(header.logs_bloom)) + rlp_integer(header.difficulty) +
                rlp_integer(header.number) + rlp_integer(header.gas_limit) + rlp_integer(header.gas_used) +
                rlp_integer(header.timestamp) + naive_rlp::string(bytes_of(header.extra_data)) +
                rlp_hash(header.prev_randao) + naive_rlp::string(bytes_of(Uint256(header.nonce).to_hash()).substr(24));
    const Bytes later[] = {rlp_integer(header.base_fee),        rlp_hash(header.withdrawals_root),
                           rlp_integer(header.blob_gas_used),   rlp_integer(header.excess_blob_gas),
                           rlp_hash(header.parent_beacon_root), rlp_hash(header.requests_hash)};
    for (unsigned i = 0; i < header.field_count - 15u; ++i) out += later[i];
    return out;
}

/// What the decoded transaction says, as the test's own model.
TransactionMaker model_of(const Transaction& transaction) {
    TransactionMaker maker;
    maker.type = static_cast<unsigned>(transaction.type);
    maker.chain_id = transaction.has_chain_id ? std::optional(transaction.chain_id) : std::nullopt;
    maker.nonce = transaction.nonce;
    maker.max_priority_fee = transaction.max_priority_fee;
    maker.max_fee = transaction.max_fee;
    maker.gas_limit = transaction.gas_limit;
    maker.to = transaction.is_creation ? std::nullopt : std::optional(transaction.to);
    maker.value = transaction.value;
    maker.data = bytes_of(transaction.data);
    AccessListCursor entries(transaction.access_list);
    for (AccessListEntry entry; entries.next(entry);) {
        AccessListItem item{entry.address, {}};
        for (std::size_t i = 0; i < entry.slot_count(); ++i) item.slots.push_back(entry.slot(i));
        maker.access_list.push_back(item);
    }
    maker.max_blob_fee = transaction.max_blob_fee;
    for (std::size_t i = 0; i < transaction.blob_count; ++i) maker.blob_hashes.push_back(transaction.blob_hash(i));
    AuthorizationCursor authorizations(transaction.authorizations);
    for (Authorization item; authorizations.next(item);) {
        maker.authorizations.push_back({item.chain_id, item.address, item.nonce, {item.y_parity, item.r, item.s}});
    }
    maker.signature = {transaction.y_parity, transaction.r, transaction.s};
    return maker;
}

template <class Rng>
Uint256 random_word(Rng& rng) {
    return Uint256(rng(), rng(), rng(), rng()) >> static_cast<unsigned>(rng() % 256);
}
template <class Rng>
Address random_address(Rng& rng) {
    return random_word(rng).to_address();
}
template <class Rng>
Bytes random_bytes(Rng& rng, std::size_t size) {
    Bytes bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng() % 3 == 0 ? 0 : rng());
    return bytes;
}

template <class Rng>
TransactionMaker random_transaction(Rng& rng, unsigned type) {
    TransactionMaker maker;
    maker.type = type;
    maker.chain_id = Uint256(rng() >> (rng() % 60));
    if (type == 0 && rng() % 2 == 0) maker.chain_id = std::nullopt;
    maker.nonce = rng() >> (rng() % 64);
    maker.max_priority_fee = random_word(rng);
    maker.max_fee = random_word(rng);
    maker.gas_limit = rng() >> (rng() % 64);
    if (type < 3 && rng() % 4 == 0) {
        maker.to = std::nullopt;
    } else {
        maker.to = random_address(rng);
    }
    maker.value = random_word(rng);
    maker.data = random_bytes(rng, rng() % 300);
    if (rng() % 2 == 0) {
        for (std::size_t i = rng() % 4; i > 0; --i) {
            AccessListItem item{random_address(rng), {}};
            for (std::size_t k = rng() % 4; k > 0; --k) item.slots.push_back(random_word(rng));
            maker.access_list.push_back(item);
        }
    }
    maker.max_blob_fee = random_word(rng);
    for (std::size_t i = rng() % 4; i > 0; --i) maker.blob_hashes.push_back(random_word(rng).to_hash());
    for (std::size_t i = rng() % 4; i > 0; --i) {
        AuthorizationItem item{random_word(rng), random_address(rng), rng(), {}};
        item.sign(TestKey(rng() % 8));
        maker.authorizations.push_back(item);
    }
    return maker;
}

ErrorCode decode_error(const Bytes& envelope) {
    Diagnostics diagnostics;
    const auto result = decode_transaction(view(envelope), diagnostics);
    CHECK(diagnostics.detail().code == result.error());
    return result.error();
}

}  // namespace

TEST_CASE("every real block decodes and re-encodes to the same bytes, hash and senders") {
    std::vector<std::string> folders;
    for (const char* set : {"mainnet", "mainnet-incomplete", "mainnet-noparent"}) {
        for (const std::string& folder : witness_folders(set)) folders.push_back(folder);
    }
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    Scratch scratch;
    std::size_t types[5]{};
    for (const std::string& folder : folders) {
        INFO(folder);
        const Bytes rlp = read_file(folder + "/block.rlp");
        const auto meta = nlohmann::json::parse(read_file(folder + "/meta.json"));
        Diagnostics diagnostics;
        const auto block = decode_block(view(rlp), diagnostics);
        REQUIRE(block.ok());
        const Header& header = block->header;
        CHECK(header.number == meta.at("number").get<std::uint64_t>());
        CHECK(header.gas_used == meta.at("gasUsed").get<std::uint64_t>());
        CHECK("0x" + to_hex(bytes_of(header.hash())) == meta.at("hash").get<std::string>());
        const Bytes header_rlp = naive_rlp::list(header_fields(header));
        CHECK(header_rlp == bytes_of(header.rlp));

        Bytes transactions;
        std::size_t count = 0;
        for (TransactionCursor cursor(*block); !cursor.done(); ++count) {
            const auto envelope = cursor.next_envelope();
            REQUIRE(envelope.ok());
            const auto transaction = decode_transaction(*envelope, diagnostics);
            REQUIRE(transaction.ok());
            const TransactionMaker model = model_of(*transaction);
            CHECK(model.envelope() == bytes_of(*envelope));
            transactions += model.body_item();
            ++types[model.type];
            const auto hash = signing_hash(*transaction, scratch.arena);
            REQUIRE(hash.ok());
            CHECK(*hash == model.signing_hash());
            const auto sender = recover_sender(*transaction, scratch.arena);
            const auto expected = recover(model.signing_hash(), model.signature);
            REQUIRE(sender.ok());
            REQUIRE(expected.has_value());
            CHECK(*sender == *expected);
        }
        CHECK(count == meta.at("txCount").get<std::size_t>());
        Bytes withdrawals;
        std::size_t withdrawal_count = 0;
        for (WithdrawalCursor cursor(*block); !cursor.done(); ++withdrawal_count) {
            const auto item = cursor.next_rlp();
            REQUIRE(item.ok());
            const auto withdrawal = decode_withdrawal(*item, diagnostics);
            REQUIRE(withdrawal.ok());
            withdrawals += naive_rlp::list(rlp_integer(withdrawal->index) + rlp_integer(withdrawal->validator_index) +
                                           rlp_address(withdrawal->address) + rlp_integer(withdrawal->amount));
        }
        CHECK(block->has_withdrawals == !meta.at("withdrawals").is_null());
        if (block->has_withdrawals) CHECK(withdrawal_count == meta.at("withdrawals").get<std::size_t>());
        Bytes body = header_rlp + naive_rlp::list(transactions) + naive_rlp::list("");
        if (block->has_withdrawals) body += naive_rlp::list(withdrawals);
        CHECK(naive_rlp::list(body) == rlp);
        CHECK(scratch.arena.used() == 0);
    }
    for (const std::size_t number : types) CHECK(number != 0);
}

TEST_CASE("random transactions of every type decode to what was encoded, with libsecp256k1's sender") {
    SLUICE_RANDOM(rng);
    Scratch scratch;
    for (unsigned type = 0; type <= 4; ++type) {
        for (int round = 0; round < 40; ++round) {
            const TestKey key(rng() % 16);
            TransactionMaker maker = random_transaction(rng, type);
            maker.sign(key);
            const Bytes envelope = maker.envelope();
            INFO("type " << type << ", " << to_hex(envelope));
            Diagnostics diagnostics;
            const auto transaction = decode_transaction(view(envelope), diagnostics);
            REQUIRE(transaction.ok());
            CHECK(model_of(*transaction).envelope() == envelope);
            CHECK(transaction->access_list_addresses == maker.access_list.size() * (type != 0));
            const auto sender = recover_sender(*transaction, scratch.arena);
            REQUIRE(sender.ok());
            CHECK(*sender == key.address);
        }
    }
}

TEST_CASE("an authorization's signer is libsecp256k1's") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 50; ++round) {
        const TestKey key(rng() % 16);
        TransactionMaker maker = random_transaction(rng, 4);
        maker.authorizations.resize(1);
        maker.authorizations[0].chain_id = random_word(rng);
        maker.authorizations[0].sign(key);
        maker.sign(key);
        const Bytes envelope = maker.envelope();
        Diagnostics diagnostics;
        const auto transaction = decode_transaction(view(envelope), diagnostics);
        REQUIRE(transaction.ok());
        AuthorizationCursor cursor(transaction->authorizations);
        Authorization authorization;
        REQUIRE(cursor.next(authorization));
        Address authority;
        REQUIRE(recover_authority(authorization, authority));
        CHECK(authority == key.address);
        CHECK_FALSE(cursor.next(authorization));

        // The same key signs the same message with n - s: only the lower half counts.
        authorization.s = crypto::kSecp256k1Order - authorization.s;
        authorization.y_parity ^= 1;
        CHECK_FALSE(recover_authority(authorization, authority));
        authorization.y_parity = 2;
        CHECK_FALSE(recover_authority(authorization, authority));
    }
}

TEST_CASE("a transaction cut short, or with a byte more, is refused") {
    SLUICE_RANDOM(rng);
    for (unsigned type = 0; type <= 4; ++type) {
        TransactionMaker maker = random_transaction(rng, type);
        maker.sign(TestKey(1));
        const Bytes envelope = maker.envelope();
        for (std::size_t size = 1; size < envelope.size(); ++size) {
            CHECK(decode_error(envelope.substr(0, size)) == ErrorCode::tx_encoding);
        }
        CHECK(decode_error(envelope + '\0') == ErrorCode::tx_encoding);
    }
    CHECK(decode_error("") == ErrorCode::tx_type);
}

TEST_CASE("unknown transaction types are refused") {
    for (unsigned type = 0; type < 0xc0; ++type) {
        if (type >= 1 && type <= 4) continue;
        CHECK(decode_error(Bytes(1, static_cast<char>(type)) + naive_rlp::list("")) == ErrorCode::tx_type);
    }
}

TEST_CASE("a field more, a field less and malformed fields are refused") {
    TransactionMaker maker;
    const Bytes tail = rlp_integer(0) + rlp_integer(1) + rlp_integer(1);
    const auto typed = [](unsigned type, const Bytes& payload) {
        return Bytes(1, static_cast<char>(type)) + naive_rlp::list(payload);
    };
    const auto refused = [&](const Bytes& envelope) { return decode_error(envelope) == ErrorCode::tx_encoding; };
    for (unsigned type = 1; type <= 4; ++type) {
        maker.type = type;
        CHECK_FALSE(refused(typed(type, maker.payload() + tail)));
        CHECK(refused(typed(type, maker.payload() + tail + rlp_integer(0))));
        CHECK(refused(typed(type, maker.payload() + rlp_integer(0) + rlp_integer(1))));
    }
    // A recipient of 19 and of 21 bytes.
    maker.type = 2;
    const Bytes good = rlp_address(*maker.to);
    for (const std::size_t size : {19, 21}) {
        Bytes payload = maker.payload();
        payload.replace(payload.find(good), good.size(), naive_rlp::string(Bytes(size, '\x11')));
        CHECK(refused(typed(2, payload + tail)));
    }
    // Access lists that are not lists of [20 bytes, list of 32 bytes].
    const Bytes fields = rlp_integer(1) + rlp_integer(0) + rlp_integer(0) + rlp_integer(0) + rlp_integer(0) + good +
                         rlp_integer(0) + naive_rlp::string("");
    const Bytes slot = rlp_hash(Hash32{});
    const Bytes entries[] = {
        naive_rlp::list(good),
        naive_rlp::list(good + naive_rlp::list(slot) + slot),
        naive_rlp::list(good + naive_rlp::list(naive_rlp::string(Bytes(31, 'x')))),
        naive_rlp::list(good + naive_rlp::list(slot + '\x01')),
        naive_rlp::list(naive_rlp::string(Bytes(19, 'x')) + naive_rlp::list("")),
        good,
    };
    CHECK_FALSE(refused(typed(2, fields + naive_rlp::list(naive_rlp::list(good + naive_rlp::list(slot))) + tail)));
    for (const Bytes& entry : entries) CHECK(refused(typed(2, fields + naive_rlp::list(entry) + tail)));
    // Authorizations: six fields, a y parity of one byte.
    const auto authorization = [&](const Bytes& y_parity, const Bytes& more) {
        const Bytes tuple =
            naive_rlp::list(rlp_integer(1) + good + rlp_integer(0) + y_parity + rlp_integer(1) + rlp_integer(1) + more);
        return typed(4, fields + naive_rlp::list("") + naive_rlp::list(tuple) + tail);
    };
    CHECK_FALSE(refused(authorization(rlp_integer(255), "")));
    CHECK(refused(authorization(rlp_integer(256), "")));
    CHECK(refused(authorization(rlp_integer(1), rlp_integer(1))));
}

TEST_CASE("signatures out of range, with a high s or a wrong v are refused") {
    Scratch scratch;
    const TestKey key(3);
    const Uint256 order = crypto::kSecp256k1Order;
    const auto sender_error = [&](const TransactionMaker& maker) {
        const Bytes envelope = maker.envelope();
        Diagnostics diagnostics;
        const auto transaction = decode_transaction(view(envelope), diagnostics);
        REQUIRE(transaction.ok());
        return recover_sender(*transaction, scratch.arena).error();
    };
    for (unsigned type = 0; type <= 4; ++type) {
        TransactionMaker good;
        good.type = type;
        good.sign(key);
        CHECK(sender_error(good) == ErrorCode::ok);
        for (const Uint256& bad : {Uint256(0), order, order + Uint256(1), ~Uint256(0)}) {
            TransactionMaker maker = good;
            maker.signature.r = bad;
            CHECK(sender_error(maker) == ErrorCode::tx_signature_range);
            maker = good;
            maker.signature.s = bad;
            CHECK(sender_error(maker) == ErrorCode::tx_signature_range);
        }
        TransactionMaker high = good;
        high.signature.s = order - good.signature.s;
        high.signature.y_parity ^= 1;
        CHECK(recover(high.signing_hash(), high.signature) == key.address);
        CHECK(sender_error(high) == ErrorCode::tx_signature_high_s);
        // No point of the curve has x = 5.
        TransactionMaker off_curve = good;
        off_curve.signature.r = Uint256(5);
        CHECK(sender_error(off_curve) == ErrorCode::tx_signature);
        if (type != 0) {
            TransactionMaker parity = good;
            parity.signature.y_parity = 2;
            CHECK(decode_error(parity.envelope()) == ErrorCode::tx_signature_v);
        }
    }
    TransactionMaker legacy;
    legacy.type = 0;
    for (const unsigned v : {0u, 1u, 26u, 29u, 34u}) {
        const Bytes envelope = naive_rlp::list(legacy.payload() + rlp_integer(v) + rlp_integer(1) + rlp_integer(1));
        CHECK(decode_error(envelope) == ErrorCode::tx_signature_v);
    }
}

TEST_CASE("a header or block cut short, or with something more, is refused") {
    Bytes fields = rlp_hash({}) + rlp_hash({}) + rlp_address({}) + rlp_hash({}) + rlp_hash({}) + rlp_hash({}) +
                   naive_rlp::string(Bytes(256, '\0'));
    for (int i = 0; i < 5; ++i) fields += rlp_integer(1);
    fields += naive_rlp::string("extra") + rlp_hash({}) + naive_rlp::string(Bytes(8, '\0'));
    const Bytes later[] = {rlp_integer(7), rlp_hash({}), rlp_integer(0), rlp_integer(0), rlp_hash({}), rlp_hash({})};
    Diagnostics diagnostics;
    for (unsigned count = 15;; ++count) {
        const Bytes rlp = naive_rlp::list(fields);
        const auto header = decode_header(view(rlp), diagnostics);
        REQUIRE(header.ok());
        CHECK(header->field_count == count);
        if (count == 21) break;
        fields += later[count - 15];
    }
    const Bytes header = naive_rlp::list(fields);
    const auto error_of = [](const Bytes& bytes, bool block) {
        Diagnostics local;
        const ErrorCode code =
            block ? decode_block(view(bytes), local).error() : decode_header(view(bytes), local).error();
        CHECK(local.detail().code == code);
        return code;
    };
    CHECK(error_of(naive_rlp::list(fields + rlp_integer(0)), false) == ErrorCode::block_encoding);
    CHECK(error_of(header + '\0', false) == ErrorCode::block_encoding);
    for (std::size_t size = 0; size < header.size(); ++size) {
        CHECK(error_of(header.substr(0, size), false) == ErrorCode::block_encoding);
    }
    const Bytes empty = naive_rlp::list("");
    const Bytes block = naive_rlp::list(header + empty + empty + empty);
    CHECK(error_of(block, true) == ErrorCode::ok);
    CHECK(error_of(naive_rlp::list(header + empty + empty), true) == ErrorCode::ok);
    CHECK(error_of(naive_rlp::list(header + empty), true) == ErrorCode::block_encoding);
    CHECK(error_of(naive_rlp::list(header + empty + empty + empty + empty), true) == ErrorCode::block_encoding);
    CHECK(error_of(naive_rlp::list(header + empty + naive_rlp::string("") + empty), true) == ErrorCode::block_encoding);
    CHECK(error_of(block + '\0', true) == ErrorCode::block_encoding);
}

TEST_CASE("the error of a malformed field names the field, its offset and what is wrong with it") {
    Bytes fields = rlp_hash({}) + rlp_hash({}) + rlp_address({}) + rlp_hash({}) + rlp_hash({}) + rlp_hash({}) +
                   naive_rlp::string(Bytes(256, '\0')) + rlp_integer(0);
    const std::size_t at = 3 + fields.size();
    fields += Bytes("\x82\x00\x01", 3);  // number, with a leading zero
    for (int i = 0; i < 3; ++i) fields += rlp_integer(1);
    fields += naive_rlp::string("extra") + rlp_hash({}) + naive_rlp::string(Bytes(8, '\0'));
    Diagnostics diagnostics;
    const Bytes rlp = naive_rlp::list(fields);
    CHECK(decode_header(view(rlp), diagnostics).error() == ErrorCode::block_encoding);
    CHECK(std::string(diagnostics.detail().what) == "number: rlp_leading_zero");
    CHECK(diagnostics.detail().offset == at);
}

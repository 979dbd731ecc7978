// Every rule of libexecutor/RULES.md, attacked one at a time from a valid block. The header of a valid block is filled
// in from what the executor computed; that the computing itself is right is for the conformance tests and the real
// blocks. SPDX-License-Identifier: MIT OR Apache-2.0
#include <functional>

#include "executor/block_maker.h"
#include "sluice/crypto/ecdsa.h"
#include "sluice/crypto/hash.h"

using namespace sluice;
using namespace sluice::executor;
using namespace sluice::test;

namespace {

constexpr Fork kForks[] = {Fork::paris, Fork::shanghai, Fork::cancun, Fork::prague, Fork::osaka};

Hash32 blob_hash(std::uint8_t version = 1) {
    Hash32 hash{{0xb1}};
    hash.bytes[0] = version;
    hash.bytes[31] = 7;
    return hash;
}

TransactionMaker transfer(std::uint64_t nonce = 0) {
    TransactionMaker maker;
    maker.nonce = nonce;
    maker.value = Uint256(5);
    return maker;
}

TransactionMaker blob_transaction(std::size_t blobs) {
    TransactionMaker maker;
    maker.type = 3;
    maker.blob_hashes.assign(blobs, blob_hash());
    return maker;
}

TransactionMaker set_code_transaction(const BlockMaker& block) {
    TransactionMaker maker;
    maker.type = 4;
    maker.gas_limit = 200000;
    maker.authorizations.push_back({Uint256(1), Address{{0x77}}, 0, {}});
    maker.authorizations[0].sign(block.bob);
    return maker;
}

/// The error of a block whose one transaction is this.
ErrorCode error_of(BlockMaker block, const TransactionMaker& transaction) {
    block.add(transaction, block.alice);
    block.seal();
    return block.run();
}

/// The error of a valid block with one transfer after a change to its header.
ErrorCode header_error(Fork fork, const std::function<void(HeaderMaker&)>& change) {
    BlockMaker block(fork);
    block.add(transfer(), block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    change(block.header);
    return block.run();
}

/// The error of an empty block that is valid but for what is set in its parent and header.
ErrorCode parent_error(BlockMaker block, const std::function<void(HeaderMaker&, HeaderMaker&)>& change) {
    change(block.parent, block.header);
    block.seal();
    return block.run();
}

/// Code that logs `data` with the topics given.
Bytes logging_code(const std::vector<Hash32>& topics, const Bytes& data) {
    Bytes code;
    for (std::size_t at = 0; at < data.size(); at += 32) {
        Bytes word = data.substr(at, 32);
        word.resize(32, '\0');
        code += "\x7f" + word + "\x61" + bytes_of(Uint256(at).to_hash()).substr(30) + "\x52";  // MSTORE
    }
    for (auto topic = topics.rbegin(); topic != topics.rend(); ++topic) code += "\x7f" + bytes_of(*topic);
    code += "\x61" + bytes_of(Uint256(data.size()).to_hash()).substr(30) + "\x5f";
    return code + static_cast<char>(0xa0 + topics.size());
}

Bytes abi_word(std::uint64_t value) {
    return bytes_of(Uint256(value).to_hash());
}

/// ABI data of a deposit event; fields are filled with their own first letter.
Bytes deposit_data() {
    Bytes data = abi_word(160) + abi_word(256) + abi_word(320) + abi_word(384) + abi_word(512);
    const auto field = [&](char letter, std::size_t size) {
        Bytes padded(size, letter);
        padded.resize((size + 31) / 32 * 32, '\0');
        data += abi_word(size) + padded;
    };
    field('p', 48);
    field('w', 32);
    field('a', 8);
    field('s', 96);
    field('i', 8);
    return data;
}

Hash32 deposit_topic() {
    return keccak256(view("DepositEvent(bytes,bytes,bytes,bytes,bytes)"));
}

Hash32 naive_requests_hash(const std::vector<Bytes>& requests) {
    Bytes hashes;
    for (const Bytes& request : requests) hashes += bytes_of(crypto::sha256(view(request)));
    return crypto::sha256(view(hashes));
}

ErrorCode deposit_error(const Bytes& data) {
    BlockMaker block;
    block.set_code(block.config.deposit_contract, logging_code({deposit_topic()}, data));
    TransactionMaker call;
    call.to = block.config.deposit_contract;
    return error_of(block, call);
}

}  // namespace

// -- blocks

TEST_CASE("a block with transactions of every type and withdrawals is valid in its fork") {
    for (const Fork fork : kForks) {
        BlockMaker block(fork);
        TransactionMaker legacy = transfer();
        legacy.type = 0;
        block.add(legacy, block.alice);
        legacy.nonce = 1;
        legacy.chain_id = std::nullopt;
        block.add(legacy, block.alice);
        TransactionMaker listed = transfer(2);
        listed.type = 1;
        listed.access_list = {{Address{{9}}, {Uint256(1)}}};
        block.add(listed, block.alice);
        TransactionMaker creation = transfer(3);
        creation.to = std::nullopt;
        block.add(creation, block.alice);
        if (fork >= Fork::cancun) {
            TransactionMaker blobs = blob_transaction(2);
            blobs.nonce = 4;
            block.add(blobs, block.alice);
        }
        if (fork >= Fork::prague) {
            TransactionMaker code = set_code_transaction(block);
            code.nonce = 5;
            block.add(code, block.alice);
        }
        if (fork >= Fork::shanghai) block.add_withdrawal(Address{{3}}, 12);
        block.seal();
        CHECK(block.run() == ErrorCode::ok);
        CHECK(block.computed.transaction_count == block.transactions.size());
        CHECK(block.header.gas_used == block.computed.gas_used);
    }
}

TEST_CASE("a block before the Merge is not executed") {
    BlockMaker block;
    block.config.merge_block = 101;
    block.seal();
    CHECK(block.run() == ErrorCode::unsupported_fork);
    block.config.merge_block = 100;
    block.seal();
    CHECK(block.run() == ErrorCode::ok);
}

TEST_CASE("a block from Osaka on has at most 8,388,608 bytes") {
    BlockMaker block;
    block.header.gas_limit = block.parent.gas_limit = 600000000;
    block.parent.gas_used = 300000000;
    // Call data of zeros costs 10 gas a byte; 16,777,216 gas a transaction.
    const std::size_t chunk = 1600000;
    for (std::uint64_t i = 0; i < 5; ++i) {
        TransactionMaker maker = transfer(i);
        maker.gas_limit = 16777216;
        maker.data = Bytes(chunk, '\0');
        block.add(maker, block.alice);
    }
    // Filled in under the rules before Osaka, which have no limit and give the same results.
    block.config.osaka_time = ChainConfig::kNever;
    TransactionMaker last = transfer(5);
    last.gas_limit = 16777216;
    for (const std::size_t size : {8388608, 8388609}) {
        BlockMaker full;
        last.data = Bytes(350000, '\0');
        // The lengths of a few fields may change with that of the data.
        do {
            full = block;
            full.add(last, full.alice);
            full.seal();
            last.data.resize(last.data.size() + size - full.block_rlp().size());
        } while (full.block_rlp().size() != size);
        REQUIRE(full.run() == ErrorCode::ok);
        full.config.osaka_time = 0;
        CHECK(full.run() == (size == 8388608 ? ErrorCode::ok : ErrorCode::block_size));
    }
}

TEST_CASE("a block with an ommer is refused") {
    BlockMaker block;
    block.ommers = block.parent.rlp();
    block.seal();
    CHECK(block.run() == ErrorCode::block_ommers);
}

TEST_CASE("withdrawals are there from Shanghai on and not before") {
    for (const Fork fork : kForks) {
        BlockMaker block(fork);
        block.withdrawals_present = !block.withdrawals_present;
        block.seal();
        CHECK(block.run() == ErrorCode::block_withdrawals_presence);
    }
}

TEST_CASE("a body that is not made of transactions or withdrawals is refused") {
    BlockMaker block;
    block.extra_transactions = Bytes("\xb8\x01", 2);  // a long form that is too short
    block.seal();
    CHECK(block.run() == ErrorCode::block_encoding);
    block = BlockMaker{};
    block.extra_transactions = naive_rlp::string(Bytes("\x02\xc0", 2));
    block.seal();
    CHECK(block.run() == ErrorCode::tx_encoding);
    CHECK(block.diagnostics.detail().item == 0);
    block.extra_transactions = naive_rlp::string(Bytes("\x05\xc0", 2));
    CHECK(block.run() == ErrorCode::tx_type);
}

// -- headers

TEST_CASE("a header has exactly its fork's fields") {
    for (const Fork fork : kForks) {
        const unsigned own = BlockMaker(fork).header.field_count;
        for (unsigned count = 15; count <= 21; ++count) {
            const ErrorCode expected = count == own ? ErrorCode::ok : ErrorCode::header_field_count;
            CHECK(header_error(fork, [&](HeaderMaker& header) { header.field_count = count; }) == expected);
        }
    }
}

TEST_CASE("the parent hash is the parent's") {
    CHECK(header_error(Fork::osaka, [](HeaderMaker& header) { header.parent_hash.bytes[5] ^= 1; }) ==
          ErrorCode::header_parent_hash);
}

TEST_CASE("the number is the parent's plus one") {
    for (const std::uint64_t number : {0, 98, 99, 101}) {
        CHECK(header_error(Fork::osaka, [&](HeaderMaker& header) { header.number = number; }) ==
              ErrorCode::header_number);
    }
    // No number follows the largest one, and 0 follows none.
    BlockMaker block;
    block.parent.number = ~std::uint64_t{0};
    block.header.number = 0;
    block.seal();
    CHECK(block.run() == ErrorCode::header_number);
}

TEST_CASE("the timestamp is after the parent's") {
    const auto error = [](std::uint64_t time) {
        BlockMaker block;
        block.header.timestamp = time;
        block.seal();
        return block.run();
    };
    CHECK(error(999) == ErrorCode::header_timestamp);
    CHECK(error(1000) == ErrorCode::header_timestamp);
    CHECK(error(1001) == ErrorCode::ok);
}

TEST_CASE("the gas limit moves by less than a 1,024th of the parent's") {
    const auto error = [](std::uint64_t gas_limit) {
        BlockMaker block;
        block.header.gas_limit = gas_limit;
        block.seal();
        return block.run();
    };
    const std::uint64_t bound = 30000000 / 1024;
    CHECK(error(30000000 + bound - 1) == ErrorCode::ok);
    CHECK(error(30000000 - bound + 1) == ErrorCode::ok);
    CHECK(error(30000000 + bound) == ErrorCode::header_gas_limit_step);
    CHECK(error(30000000 - bound) == ErrorCode::header_gas_limit_step);
}

TEST_CASE("the gas limit is at least 5,000 and at most 2^63 - 1") {
    const auto error = [](std::uint64_t gas_limit) {
        BlockMaker block;
        block.parent.gas_limit = block.header.gas_limit = gas_limit;
        block.parent.gas_used = gas_limit / 2;
        block.seal();
        return block.run();
    };
    CHECK(error(4999) == ErrorCode::header_gas_limit_minimum);
    CHECK(error(5000) == ErrorCode::ok);
    CHECK(error(~std::uint64_t{0} >> 1) == ErrorCode::ok);
    CHECK(error(std::uint64_t{1} << 63) == ErrorCode::header_gas_limit_maximum);
}

TEST_CASE("a header cannot claim more gas than its limit") {
    CHECK(header_error(Fork::osaka, [](HeaderMaker& header) { header.gas_used = header.gas_limit + 1; }) ==
          ErrorCode::header_gas_used_over_limit);
}

TEST_CASE("the extra data has at most 32 bytes") {
    CHECK(header_error(Fork::osaka, [](HeaderMaker& header) { header.extra_data = Bytes(32, 'x'); }) == ErrorCode::ok);
    CHECK(header_error(Fork::osaka, [](HeaderMaker& header) { header.extra_data = Bytes(33, 'x'); }) ==
          ErrorCode::header_extra_data);
}

TEST_CASE("the base fee follows from the parent") {
    CHECK(parent_error(BlockMaker(), [](HeaderMaker& parent, HeaderMaker& header) {
              parent.gas_used = parent.gas_limit;
              header.base_fee = Uint256(1125);
          }) == ErrorCode::ok);
    for (const std::uint64_t fee : {999, 1001, 0}) {
        CHECK(header_error(Fork::paris, [&](HeaderMaker& header) { header.base_fee = Uint256(fee); }) ==
              ErrorCode::header_base_fee);
    }
}

TEST_CASE("difficulty, nonce and ommers hash are those of proof of stake") {
    for (const Fork fork : kForks) {
        CHECK(header_error(fork, [](HeaderMaker& header) { header.difficulty = Uint256(1); }) ==
              ErrorCode::header_difficulty);
        CHECK(header_error(fork, [](HeaderMaker& header) { header.nonce = 1; }) == ErrorCode::header_nonce);
        CHECK(header_error(fork, [](HeaderMaker& header) { header.ommers_hash.bytes[0] ^= 1; }) ==
              ErrorCode::header_ommers_hash);
    }
}

TEST_CASE("the excess blob gas follows from the parent") {
    const auto set = [](std::uint64_t parent_excess, std::uint64_t parent_used, std::uint64_t excess) {
        return [=](HeaderMaker& parent, HeaderMaker& header) {
            parent.excess_blob_gas = parent_excess;
            parent.blob_gas_used = parent_used;
            header.excess_blob_gas = excess;
        };
    };
    constexpr std::uint64_t kBlob = 131072;
    for (const Fork fork : {Fork::cancun, Fork::prague, Fork::osaka}) {
        CHECK(parent_error(BlockMaker(fork), set(0, 5 * kBlob, 0)) == ErrorCode::ok);
        CHECK(parent_error(BlockMaker(fork), set(0, 0, 1)) == ErrorCode::header_excess_blob_gas);
        CHECK(parent_error(BlockMaker(fork), set(5 * kBlob, 0, 5 * kBlob)) == ErrorCode::header_excess_blob_gas);
    }
    // Blobs at 1 wei a gas stand for more execution gas than they cost: from Osaka on the excess grows by used * 3 / 9.
    CHECK(parent_error(BlockMaker(Fork::prague), set(0, 9 * kBlob, 3 * kBlob)) == ErrorCode::ok);
    CHECK(parent_error(BlockMaker(Fork::osaka), set(10 * kBlob, 6 * kBlob, 12 * kBlob)) == ErrorCode::ok);
    CHECK(parent_error(BlockMaker(Fork::osaka), set(10 * kBlob, 6 * kBlob, 10 * kBlob)) ==
          ErrorCode::header_excess_blob_gas);
}

TEST_CASE("without a parent header its rules are not checked, and the others are") {
    BlockMaker block;
    block.add(transfer(), block.alice);
    block.seal();
    block.parent_known = false;
    block.header.base_fee = Uint256(999);
    block.header.parent_hash.bytes[0] ^= 1;
    block.header.timestamp = 5;
    // The changes reach the state by way of the fee and the system contracts, so the results are filled in again.
    CHECK(block.run() == ErrorCode::block_state_root);
    block.header.state_root = block.computed.state_root;
    CHECK(block.run() == ErrorCode::ok);
    block.header.nonce = 1;
    CHECK(block.run() == ErrorCode::header_nonce);
}

// -- results of execution

TEST_CASE("each result in the header is compared with the one computed, and both are shown") {
    const auto check = [](Fork fork, ErrorCode expected, const std::function<void(HeaderMaker&)>& change) {
        CHECK(header_error(fork, change) == expected);
    };
    for (const Fork fork : kForks) {
        check(fork, ErrorCode::block_transactions_root, [](auto& header) { header.transactions_root.bytes[1] ^= 1; });
        check(fork, ErrorCode::block_gas_used, [](auto& header) { ++header.gas_used; });
        check(fork, ErrorCode::block_receipts_root, [](auto& header) { header.receipts_root.bytes[1] ^= 1; });
        check(fork, ErrorCode::block_state_root, [](auto& header) { header.state_root.bytes[1] ^= 1; });
        check(fork, ErrorCode::block_logs_bloom, [](auto& header) { header.logs_bloom[200] = 1; });
        if (fork >= Fork::shanghai) {
            check(fork, ErrorCode::block_withdrawals_root, [](auto& header) { header.withdrawals_root.bytes[1] ^= 1; });
        }
        if (fork >= Fork::cancun) {
            check(fork, ErrorCode::header_blob_gas_used, [](auto& header) { header.blob_gas_used = 131072; });
            check(fork, ErrorCode::header_blob_gas_limit, [](auto& header) { header.blob_gas_used = 1; });
            check(fork, ErrorCode::header_blob_gas_limit, [](auto& header) { header.blob_gas_used = 10 * 131072; });
        }
        if (fork >= Fork::prague) {
            check(fork, ErrorCode::block_requests_hash, [](auto& header) { header.requests_hash.bytes[1] ^= 1; });
        }
    }
    BlockMaker block;
    block.add(transfer(), block.alice);
    block.seal();
    block.header.gas_used = 20999;
    CHECK(block.run() == ErrorCode::block_gas_used);
    const ErrorDetail& detail = block.diagnostics.detail();
    CHECK(Uint256::from_hash(detail.expected) == Uint256(21000));
    CHECK(Uint256::from_hash(detail.found) == Uint256(20999));
    CHECK(block.computed.gas_used == 21000);
}

TEST_CASE("a transaction or withdrawal exchanged under the same header is refused") {
    BlockMaker block;
    block.add(transfer(), block.alice);
    block.add_withdrawal(Address{{3}}, 12);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    BlockMaker other = block;
    other.withdrawals[0].index = 55;
    CHECK(other.run() == ErrorCode::block_withdrawals_root);
    other = block;
    // The same transfer, allowing a higher fee: gas, state and receipts stay the same.
    TransactionMaker same_effect = transfer();
    same_effect.max_fee = Uint256(3000000000);
    same_effect.sign(block.alice);
    other.transactions[0] = same_effect.body_item();
    CHECK(other.run() == ErrorCode::block_transactions_root);
}

TEST_CASE("a log is in the bloom by address and topics") {
    BlockMaker block;
    const Address logger{{0x10, 0x60}};
    const Hash32 topics[] = {{{1, 2, 3}}, {{4}}};
    block.set_code(logger, logging_code({topics[0], topics[1]}, "data"));
    TransactionMaker call;
    call.to = logger;
    block.add(call, block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    Bytes expected(256, '\0');
    for (const Bytes& item : {bytes_of(logger.view()), bytes_of(topics[0]), bytes_of(topics[1])}) {
        const Hash32 hash = keccak256(view(item));
        for (const int pair : {0, 2, 4}) {
            const unsigned bit = (hash.bytes[pair] * 256u + hash.bytes[pair + 1]) % 2048;
            expected[255 - bit / 8] = static_cast<char>(expected[255 - bit / 8] | 1 << (bit % 8));
        }
    }
    CHECK(block.header.logs_bloom == expected);
    // One receipt: [1, gas, bloom, [[address, topics, data]]] behind the type byte.
    const Bytes log = naive_rlp::list(rlp_address(logger) + naive_rlp::list(rlp_hash(topics[0]) + rlp_hash(topics[1])) +
                                      naive_rlp::string("data"));
    const Bytes receipt = Bytes("\x02") + naive_rlp::list(rlp_integer(1) + rlp_integer(block.header.gas_used) +
                                                          naive_rlp::string(expected) + naive_rlp::list(log));
    CHECK(block.header.receipts_root == naive_list_root({receipt}));
}

TEST_CASE("the receipts root is that of the naive trie for any number of transactions") {
    for (const std::size_t count : {0, 1, 2, 17, 128, 129, 140}) {
        BlockMaker block;
        std::vector<Bytes> receipts;
        for (std::size_t i = 0; i < count; ++i) {
            TransactionMaker maker = transfer(i);
            maker.type = static_cast<unsigned>(i % 3);
            maker.gas_limit = 21000;
            block.add(maker, block.alice);
            const Bytes receipt = naive_rlp::list(rlp_integer(1) + rlp_integer(21000 * (i + 1)) +
                                                  naive_rlp::string(Bytes(256, '\0')) + naive_rlp::list(""));
            receipts.push_back(maker.type_byte() + receipt);
        }
        block.seal();
        CHECK(block.run() == ErrorCode::ok);
        CHECK(block.header.receipts_root == naive_list_root(receipts));
    }
}

// -- transactions

TEST_CASE("transaction types begin with their forks") {
    for (const Fork fork : kForks) {
        const ErrorCode blobs = fork >= Fork::cancun ? ErrorCode::ok : ErrorCode::tx_type;
        const ErrorCode codes = fork >= Fork::prague ? ErrorCode::ok : ErrorCode::tx_type;
        CHECK(error_of(BlockMaker(fork), blob_transaction(1)) == blobs);
        CHECK(error_of(BlockMaker(fork), set_code_transaction(BlockMaker(fork))) == codes);
    }
}

TEST_CASE("a transaction for another chain is refused") {
    for (unsigned type = 0; type <= 2; ++type) {
        TransactionMaker maker = transfer();
        maker.type = type;
        maker.chain_id = Uint256(2);
        CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_chain_id);
        maker.chain_id = Uint256(1, 0, 0, 1);  // 1 in the low word
        if (type != 0) CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_chain_id);
    }
}

TEST_CASE("a signature that no key made, or whose s is high, is refused") {
    const auto error = [](const std::function<void(Signature&)>& change) {
        BlockMaker block;
        TransactionMaker maker = transfer();
        maker.sign(block.alice);
        change(maker.signature);
        block.add_signed(maker);
        block.seal();
        return block.run();
    };
    CHECK(error([](Signature&) {}) == ErrorCode::ok);
    CHECK(error([](Signature& signature) { signature.r = Uint256(0); }) == ErrorCode::tx_signature_range);
    CHECK(error([](Signature& signature) { signature.s = crypto::kSecp256k1Order; }) == ErrorCode::tx_signature_range);
    CHECK(error([](Signature& signature) {
              signature.s = crypto::kSecp256k1Order - signature.s;
              signature.y_parity ^= 1;
          }) == ErrorCode::tx_signature_high_s);
    CHECK(error([](Signature& signature) { signature.r = Uint256(5); }) == ErrorCode::tx_signature);
    CHECK(error([](Signature& signature) { signature.y_parity = 2; }) == ErrorCode::tx_signature_v);
    // A changed message has another signer, whose account is empty.
    BlockMaker block;
    TransactionMaker maker = transfer();
    maker.sign(block.alice);
    maker.value = Uint256(6);
    block.add_signed(maker);
    block.seal();
    CHECK(block.run() == ErrorCode::tx_balance);
}

TEST_CASE("the nonce is the sender's, and not 2^64 - 1") {
    const auto error = [](std::uint64_t account_nonce, std::uint64_t nonce) {
        BlockMaker block;
        block.set_nonce(block.alice.address, account_nonce);
        return error_of(block, transfer(nonce));
    };
    CHECK(error(7, 7) == ErrorCode::ok);
    CHECK(error(7, 6) == ErrorCode::tx_nonce_too_low);
    CHECK(error(7, 8) == ErrorCode::tx_nonce_too_high);
    const std::uint64_t max = ~std::uint64_t{0};
    CHECK(error(max - 1, max - 1) == ErrorCode::ok);
    CHECK(error(max, max) == ErrorCode::tx_nonce_max);
}

TEST_CASE("a sender with code is refused, unless the code is a delegation and the fork has those") {
    for (const Fork fork : kForks) {
        BlockMaker block(fork);
        block.set_code(block.alice.address, Bytes("\x5b"));
        block.set_nonce(block.alice.address, 0);
        CHECK(error_of(block, transfer()) == ErrorCode::tx_sender_code);
        block.set_code(block.alice.address, Bytes("\xef\x01\x00", 3) + Bytes(20, '\x12'));
        block.set_nonce(block.alice.address, 0);
        CHECK(error_of(block, transfer()) == (fork >= Fork::prague ? ErrorCode::ok : ErrorCode::tx_sender_code));
        block.set_code(block.alice.address, Bytes("\xef\x01\x00", 3) + Bytes(21, '\x12'));
        block.set_nonce(block.alice.address, 0);
        CHECK(error_of(block, transfer()) == ErrorCode::tx_sender_code);
    }
}

TEST_CASE("the sender can pay the most that gas, blobs and value may cost") {
    TransactionMaker maker = transfer();
    const Uint256 cost = maker.max_fee * Uint256(maker.gas_limit) + maker.value;
    const auto error = [](const TransactionMaker& transaction, const Uint256& balance) {
        BlockMaker block;
        block.set_balance(block.alice.address, balance);
        return error_of(block, transaction);
    };
    CHECK(error(maker, cost) == ErrorCode::ok);
    CHECK(error(maker, cost - Uint256(1)) == ErrorCode::tx_balance);
    TransactionMaker blobs = blob_transaction(2);
    const Uint256 with_blobs =
        blobs.max_fee * Uint256(blobs.gas_limit) + blobs.max_blob_fee * Uint256(2 * 131072) + blobs.value;
    CHECK(error(blobs, with_blobs) == ErrorCode::ok);
    CHECK(error(blobs, with_blobs - Uint256(1)) == ErrorCode::tx_balance);
    // Sums and products beyond 256 bits.
    maker.value = ~Uint256(0);
    CHECK(error(maker, ~Uint256(0)) == ErrorCode::tx_balance);
    maker.value = Uint256(0);
    maker.max_fee = ~Uint256(0);
    CHECK(error(maker, ~Uint256(0)) == ErrorCode::tx_balance);
    maker.max_fee = Uint256(0, 0, 0, std::uint64_t{1} << 63);
    maker.gas_limit = 22000;
    CHECK(error(maker, ~Uint256(0)) == ErrorCode::tx_balance);
    blobs.max_blob_fee = Uint256(0, 0, 0, std::uint64_t{1} << 60);
    CHECK(error(blobs, ~Uint256(0)) == ErrorCode::tx_balance);
}

TEST_CASE("the gas limit covers the intrinsic gas") {
    TransactionMaker maker = transfer();
    maker.gas_limit = 21000;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    maker.gas_limit = 20999;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_intrinsic_gas);
    maker.access_list = {{Address{{1}}, {Uint256(1)}}};
    maker.gas_limit = 21000 + 2400 + 1900;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    --maker.gas_limit;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_intrinsic_gas);
    TransactionMaker code = set_code_transaction(BlockMaker());
    code.gas_limit = 46000;
    CHECK(error_of(BlockMaker(), code) == ErrorCode::ok);
    --code.gas_limit;
    CHECK(error_of(BlockMaker(), code) == ErrorCode::tx_intrinsic_gas);
}

TEST_CASE("from Prague on the gas limit covers the floor for the call data") {
    TransactionMaker maker = transfer();
    maker.data = Bytes(100, 'x');
    maker.gas_limit = 21000 + 100 * 40;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    --maker.gas_limit;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_floor_gas);
    CHECK(error_of(BlockMaker(Fork::cancun), maker) == ErrorCode::ok);
    // And what is used is at least the floor.
    BlockMaker block;
    maker.gas_limit = 100000;
    block.add(maker, block.alice);
    block.seal();
    CHECK(block.run() == ErrorCode::ok);
    CHECK(block.computed.gas_used == 25000);
}

TEST_CASE("from Shanghai on initcode has at most 49,152 bytes") {
    TransactionMaker maker = transfer();
    maker.to = std::nullopt;
    maker.gas_limit = 10000000;
    maker.data = Bytes(49152, '\0');
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    maker.data += '\0';
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_initcode_size);
    CHECK(error_of(BlockMaker(Fork::paris), maker) == ErrorCode::ok);
    maker.to = Address{{1}};
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
}

TEST_CASE("from Osaka on a transaction has at most 2^24 gas") {
    TransactionMaker maker = transfer();
    maker.gas_limit = 1 << 24;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    ++maker.gas_limit;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_gas_cap);
    CHECK(error_of(BlockMaker(Fork::prague), maker) == ErrorCode::ok);
}

TEST_CASE("a transaction's gas limit fits what is left in the block") {
    const auto error = [](std::uint64_t second_limit) {
        BlockMaker block(Fork::prague);
        block.add(transfer(0), block.alice);
        TransactionMaker second = transfer(1);
        second.gas_limit = second_limit;
        block.add(second, block.alice);
        block.seal();
        const ErrorCode code = block.run();
        if (code != ErrorCode::ok) CHECK(block.diagnostics.detail().item == 1);
        return code;
    };
    CHECK(error(30000000 - 21000) == ErrorCode::ok);
    CHECK(error(30000000 - 21000 + 1) == ErrorCode::tx_block_gas);
}

TEST_CASE("the maximum fee covers base fee and priority fee") {
    TransactionMaker maker = transfer();
    maker.max_fee = maker.max_priority_fee = Uint256(1000);
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::ok);
    maker.max_priority_fee = Uint256(1001);
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_priority_fee);
    maker.max_fee = maker.max_priority_fee = Uint256(999);
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_max_fee);
    maker.type = 0;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_max_fee);
}

TEST_CASE("a blob transaction pays at least the blob base fee") {
    BlockMaker block;
    block.parent.excess_blob_gas = block.header.excess_blob_gas = 40000000;
    block.parent.blob_gas_used = 6 * 131072;
    const std::uint64_t fee = 2944;  // e^(40000000 / 5007716), by EIP-4844's formula
    TransactionMaker maker = blob_transaction(1);
    maker.max_blob_fee = Uint256(fee);
    CHECK(error_of(block, maker) == ErrorCode::ok);
    maker.max_blob_fee = Uint256(fee - 1);
    CHECK(error_of(block, maker) == ErrorCode::tx_blob_fee);
}

TEST_CASE("a blob transaction has blobs of version 1, and calls") {
    CHECK(error_of(BlockMaker(), blob_transaction(0)) == ErrorCode::tx_blob_none);
    TransactionMaker maker = blob_transaction(2);
    maker.blob_hashes[1] = blob_hash(2);
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_blob_hash_version);
    maker.blob_hashes[1] = blob_hash(0);
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_blob_hash_version);
    maker = blob_transaction(1);
    maker.to = std::nullopt;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_blob_creation);
}

TEST_CASE("a transaction has at most 6 blobs from Osaka on, and the block's maximum before") {
    CHECK(error_of(BlockMaker(), blob_transaction(6)) == ErrorCode::ok);
    CHECK(error_of(BlockMaker(), blob_transaction(7)) == ErrorCode::tx_blob_count);
    CHECK(error_of(BlockMaker(Fork::prague), blob_transaction(9)) == ErrorCode::ok);
    CHECK(error_of(BlockMaker(Fork::prague), blob_transaction(10)) == ErrorCode::tx_blob_count);
}

TEST_CASE("the transactions of a block have at most its blobs together") {
    for (const std::size_t second : {3, 4}) {
        BlockMaker block;
        block.add(blob_transaction(6), block.alice);
        TransactionMaker maker = blob_transaction(second);
        maker.nonce = 1;
        block.add(maker, block.alice);
        block.seal();
        CHECK(block.run() == (second == 3 ? ErrorCode::ok : ErrorCode::tx_block_blobs));
    }
}

TEST_CASE("a set-code transaction has an authorization, and calls") {
    TransactionMaker maker = set_code_transaction(BlockMaker());
    maker.to = std::nullopt;
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_set_code_creation);
    maker = set_code_transaction(BlockMaker());
    maker.authorizations.clear();
    CHECK(error_of(BlockMaker(), maker) == ErrorCode::tx_authorizations_none);
}

TEST_CASE("an authorization that does not hold is passed over, one that does sets the code and raises the nonce") {
    const Address target{{0x77}};
    const auto run = [&](const std::function<void(BlockMaker&, AuthorizationItem&)>& change, bool sign_after) {
        BlockMaker block;
        TransactionMaker maker = set_code_transaction(block);
        AuthorizationItem& item = maker.authorizations[0];
        change(block, item);
        if (sign_after) item.sign(block.bob);
        block.add(maker, block.alice);
        block.seal();
        REQUIRE(block.run() == ErrorCode::ok);
        const fixtures::HostAccount bob = *block.after.accounts.at(block.bob.address);
        return bob.code_hash == keccak256(view(Bytes("\xef\x01\x00", 3) + bytes_of(target.view())));
    };
    CHECK(run([](auto&, auto&) {}, true));
    CHECK(run([](auto&, auto& item) { item.chain_id = Uint256(0); }, true));
    CHECK_FALSE(run([](auto&, auto& item) { item.chain_id = Uint256(2); }, true));
    CHECK_FALSE(run([](auto&, auto& item) { item.nonce = 1; }, true));
    CHECK_FALSE(run([](auto& block, auto&) { block.set_nonce(block.bob.address, 3); }, true));
    CHECK_FALSE(run(
        [](auto& block, auto& item) {
            item.nonce = ~std::uint64_t{0};
            block.set_nonce(block.bob.address, ~std::uint64_t{0});
        },
        true));
    CHECK_FALSE(run(
        [](auto& block, auto& item) {
            block.set_code(block.bob.address, "\x5b");
            item.nonce = 1;
        },
        true));
    CHECK(run(
        [](auto& block, auto& item) {
            block.set_code(block.bob.address, Bytes("\xef\x01\x00", 3) + Bytes(20, '\x12'));
            item.nonce = 1;
        },
        true));
    CHECK_FALSE(run(
        [](auto&, auto& item) {
            item.signature.s = crypto::kSecp256k1Order - item.signature.s;
            item.signature.y_parity ^= 1;
        },
        false));
    CHECK_FALSE(run([](auto&, auto& item) { item.signature.y_parity = 4; }, false));
}

TEST_CASE("an authorization to the zero address clears the delegation") {
    BlockMaker block;
    block.set_code(block.bob.address, Bytes("\xef\x01\x00", 3) + Bytes(20, '\x12'));
    TransactionMaker maker = set_code_transaction(block);
    maker.authorizations[0].address = Address{};
    maker.authorizations[0].nonce = 1;
    maker.authorizations[0].sign(block.bob);
    block.add(maker, block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    const fixtures::HostAccount bob = *block.after.accounts.at(block.bob.address);
    CHECK(bob.code_hash == kEmptyCodeHash);
    CHECK(bob.nonce == 2);
    // 21,000 + 25,000, less 12,500 for an account that exists, capped at a fifth.
    CHECK(block.computed.gas_used == 46000 - 46000 / 5);
}

// -- payments

TEST_CASE("sender, coinbase and blob fee are paid to the wei") {
    BlockMaker block;
    block.parent.excess_blob_gas = block.header.excess_blob_gas = 40000000;
    block.parent.blob_gas_used = 6 * 131072;
    TransactionMaker maker = blob_transaction(3);
    maker.value = Uint256(5);
    maker.max_priority_fee = Uint256(7);
    const Uint256 before = block.state.accounts.at(block.alice.address)->balance;
    block.add(maker, block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    const Uint256 paid = Uint256(21000 * 1007) + Uint256(3 * 131072) * Uint256(2944) + Uint256(5);
    CHECK(block.after.accounts.at(block.alice.address)->balance == before - paid);
    CHECK(block.after.accounts.at(block.header.coinbase)->balance == Uint256(21000 * 7));
    CHECK(block.after.accounts.at(*maker.to)->balance == Uint256(5));
    CHECK(block.computed.blob_gas_used == 3 * 131072);
}

TEST_CASE("a coinbase that earns nothing, and an account that gets nothing, do not come to be") {
    BlockMaker block;
    TransactionMaker maker = transfer();
    maker.value = Uint256(0);
    maker.max_priority_fee = Uint256(0);
    block.add(maker, block.alice);
    block.add_withdrawal(Address{{3}}, 0);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.after.accounts.count(block.header.coinbase) == 0);
    CHECK(block.after.accounts.count(*maker.to) == 0);
    CHECK(block.after.accounts.count(Address{{3}}) == 0);
}

TEST_CASE("withdrawals pay gwei, to one account as often as it is named") {
    BlockMaker block;
    block.add_withdrawal(Address{{3}}, 12);
    block.add_withdrawal(Address{{3}}, 30);
    block.add_withdrawal(Address{{4}}, ~std::uint64_t{0});
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.after.accounts.at(Address{{3}})->balance == Uint256(42) * Uint256(1000000000));
    CHECK(block.after.accounts.at(Address{{4}})->balance == Uint256(~std::uint64_t{0}) * Uint256(1000000000));
}

TEST_CASE("balances are sums modulo 2^256") {
    // As in go-ethereum. No chain has so much, and execution-spec-tests have taken their test of it out for want of a
    // rule (their issue 67).
    const Uint256 all = ~Uint256(0);
    const Address rich{{3}};
    BlockMaker paid;
    paid.set_balance(rich, all);
    paid.add_withdrawal(rich, 1);
    paid.seal();
    REQUIRE(paid.run() == ErrorCode::ok);
    CHECK(paid.after.accounts.at(rich)->balance == Uint256(999999999));

    BlockMaker sent;
    sent.set_balance(rich, all);
    TransactionMaker five = transfer();
    five.to = rich;
    sent.add(five, sent.alice);
    sent.seal();
    REQUIRE(sent.run() == ErrorCode::ok);
    CHECK(sent.after.accounts.at(rich)->balance == Uint256(4));
}

TEST_CASE("a withdrawal to an empty account that the state holds removes it") {
    BlockMaker block;
    block.set_balance(Address{{3}}, Uint256(0));
    block.add_withdrawal(Address{{3}}, 0);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.after.accounts.count(Address{{3}}) == 0);
}

TEST_CASE("the coinbase is warm from Shanghai on") {
    // BALANCE(COINBASE): 100 gas if warm, 2,600 if not; with COINBASE 2 and POP 2.
    for (const Fork fork : kForks) {
        BlockMaker block(fork);
        const Address contract{{0x44}};
        block.set_code(contract, "\x41\x31\x50");
        TransactionMaker call;
        call.to = contract;
        block.add(call, block.alice);
        block.seal();
        REQUIRE(block.run() == ErrorCode::ok);
        CHECK(block.computed.gas_used == 21000 + 4 + (fork >= Fork::shanghai ? 100 : 2600));
    }
}

TEST_CASE("what an access list names is warm, and not asked for unless it is used") {
    BlockMaker block;
    const Address contract{{0x44}};
    block.set_code(contract, Bytes("\x60\x07\x54\x50", 4));  // SLOAD(7)
    TransactionMaker call;
    call.to = contract;
    block.add(call, block.alice);
    call.nonce = 1;
    call.access_list = {{contract, {Uint256(7)}}, {Address{{0x99}}, {Uint256(1)}}};
    block.add(call, block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    const std::uint64_t cold = 21000 + 3 + 2100 + 2;
    const std::uint64_t warm = 21000 + 3 + 100 + 2 + 2 * 2400 + 2 * 1900;
    CHECK(block.computed.gas_used == cold + warm);
    CHECK(std::count(block.asked.begin(), block.asked.end(), contract) == 1);
    CHECK(std::count(block.asked.begin(), block.asked.end(), Address{{0x99}}) == 0);
}

// -- system calls and requests

TEST_CASE("the beacon root and the parent hash are stored by system calls, which leave no trace of the caller") {
    BlockMaker block;
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.after.accounts.at(kBeaconRoots)->storage.at(Uint256(100)) ==
          Uint256::from_hash(block.header.parent_beacon_root));
    CHECK(block.after.accounts.at(kHistoryStorage)->storage.at(Uint256(100)) ==
          Uint256::from_hash(block.header.parent_hash));
    CHECK(std::count(block.asked.begin(), block.asked.end(), kSystemAddress) == 0);
    CHECK(block.after.accounts.count(kSystemAddress) == 0);
}

TEST_CASE("system calls begin with their forks") {
    for (const Fork fork : kForks) {
        BlockMaker block(fork);
        block.seal();
        REQUIRE(block.run() == ErrorCode::ok);
        CHECK(block.after.accounts.at(kBeaconRoots)->storage.size() == (fork >= Fork::cancun ? 1 : 0));
        CHECK(block.after.accounts.at(kHistoryStorage)->storage.size() == (fork >= Fork::prague ? 1 : 0));
        const auto asked = std::count(block.asked.begin(), block.asked.end(), kWithdrawalRequests);
        CHECK(asked == (fork >= Fork::prague ? 1 : 0));
    }
}

TEST_CASE("where EIP-4788's or EIP-2935's contract is missing or fails, the block goes on") {
    for (const Address& contract : {kBeaconRoots, kHistoryStorage}) {
        BlockMaker block;
        block.state.accounts.erase(contract);
        block.seal();
        CHECK(block.run() == ErrorCode::ok);
        CHECK(block.after.accounts.count(contract) == 0);
        block.set_code(contract, "\xfe");
        block.seal();
        CHECK(block.run() == ErrorCode::ok);
    }
}

TEST_CASE("where EIP-7002's or EIP-7251's contract is missing or fails, the block is invalid") {
    for (const Address& contract : {kWithdrawalRequests, kConsolidationRequests}) {
        BlockMaker block;
        block.state.accounts.erase(contract);
        block.seal();
        CHECK(block.run() == ErrorCode::system_contract_missing);
        for (const char* code : {"\xfe", "\x5f\x5f\xfd", "\x5b\x5f\x56"}) {  // INVALID, REVERT, an endless loop
            block.set_code(contract, code);
            block.seal();
            CHECK(block.run() == ErrorCode::system_call_failed);
        }
    }
}

TEST_CASE("requests are hashed by type, and empty ones left out") {
    BlockMaker block;
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.header.requests_hash == naive_requests_hash({}));
    // MSTORE8(0, 0x61), return 1 byte
    block.set_code(kWithdrawalRequests, Bytes("\x60\x61\x5f\x53\x60\x01\x5f\xf3", 8));
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.header.requests_hash == naive_requests_hash({Bytes("\x01\x61")}));
    block.set_code(kConsolidationRequests, Bytes("\x60\x62\x5f\x53\x60\x01\x5f\xf3", 8));
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.header.requests_hash == naive_requests_hash({Bytes("\x01\x61"), Bytes("\x02\x62")}));
}

TEST_CASE("deposits are read from the events of the chain's deposit contract alone") {
    BlockMaker block;
    const Address deposit_contract = block.config.deposit_contract;
    block.set_code(deposit_contract, logging_code({deposit_topic()}, deposit_data()) +
                                         logging_code({deposit_topic()}, deposit_data()) +
                                         logging_code({Hash32{{5}}}, "another event"));
    const Address other{{0x31}};
    block.set_code(other, logging_code({deposit_topic()}, deposit_data()));
    TransactionMaker call;
    call.to = other;
    block.add(call, block.alice);
    call.nonce = 1;
    call.to = deposit_contract;
    block.add(call, block.alice);
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    const Bytes deposit = Bytes(48, 'p') + Bytes(32, 'w') + Bytes(8, 'a') + Bytes(96, 's') + Bytes(8, 'i');
    CHECK(block.header.requests_hash == naive_requests_hash({Bytes("\0", 1) + deposit + deposit}));
}

TEST_CASE("a deposit event of another layout makes the block invalid") {
    const Bytes good = deposit_data();
    CHECK(deposit_error(good) == ErrorCode::ok);
    CHECK(deposit_error(good.substr(0, 575)) == ErrorCode::deposit_layout);
    CHECK(deposit_error(good + Bytes(32, '\0')) == ErrorCode::deposit_layout);
    CHECK(deposit_error("") == ErrorCode::deposit_layout);
    for (const std::size_t word : {0, 1, 2, 3, 4, 5, 8, 10, 12, 16}) {  // five offsets, five lengths
        for (const std::size_t byte : {0, 31}) {
            Bytes bad = good;
            bad[32 * word + byte] = static_cast<char>(bad[32 * word + byte] ^ 1);
            CHECK(deposit_error(bad) == ErrorCode::deposit_layout);
        }
    }
}

TEST_CASE("of a deposit event the layout is checked, the fields are taken, and padding is passed over (EIP-6110)") {
    SLUICE_RANDOM(rng);
    Bytes good = deposit_data();
    const std::size_t offsets[] = {160, 256, 320, 384, 512};
    const std::size_t sizes[] = {48, 32, 8, 96, 8};
    for (int field = 0; field < 5; ++field) {
        for (std::size_t i = 0; i < sizes[field]; ++i) good[offsets[field] + 32 + i] = static_cast<char>(rng());
    }
    // A plain reading of the event: each field at its offset, or nothing if the layout is another.
    const auto request = [&](const Bytes& data) -> std::optional<Bytes> {
        Bytes fields;
        for (int field = 0; field < 5; ++field) {
            if (data.substr(32 * static_cast<std::size_t>(field), 32) != abi_word(offsets[field])) return std::nullopt;
            if (data.substr(offsets[field], 32) != abi_word(sizes[field])) return std::nullopt;
            fields += data.substr(offsets[field] + 32, sizes[field]);
        }
        return fields;
    };
    int refused = 0;
    int taken = 0;
    int passed_over = 0;
    for (std::size_t at = 0; at < good.size(); at += 1 + rng() % 5) {
        Bytes data = good;
        data[at] = static_cast<char>(data[at] ^ (1u << (rng() % 8)));
        BlockMaker block;
        block.set_code(block.config.deposit_contract, logging_code({deposit_topic()}, data));
        TransactionMaker call;
        call.to = block.config.deposit_contract;
        block.add(call, block.alice);
        block.seal();
        const auto expected = request(data);
        INFO("byte " << at);
        if (!expected) {
            ++refused;
            CHECK(block.run() == ErrorCode::deposit_layout);
            continue;
        }
        ++(*expected == *request(good) ? passed_over : taken);
        REQUIRE(block.run() == ErrorCode::ok);
        CHECK(block.header.requests_hash == naive_requests_hash({Bytes("\0", 1) + *expected}));
    }
    CHECK(refused > 0);
    CHECK(taken > 0);
    CHECK(passed_over > 0);
}

TEST_CASE("deposits come in the order of the block, reverted and other events are none (EIP-6110)") {
    BlockMaker block;
    const Address contract = block.config.deposit_contract;
    const auto data = [](char letter) {
        Bytes bytes = deposit_data();
        bytes.replace(192, 48, Bytes(48, letter));
        return bytes;
    };
    const auto fields = [](char letter) {
        return Bytes(48, letter) + Bytes(32, 'w') + Bytes(8, 'a') + Bytes(96, 's') + Bytes(8, 'i');
    };
    // The contract logs what it is called with: but for a word behind the event, which makes it revert.
    Bytes code = Bytes("\x36\x5f\x5f\x37\x7f", 5) + bytes_of(deposit_topic()) + Bytes("\x61\x02\x40\x5f\xa1", 5);
    const char revert = static_cast<char>(code.size() + 8);
    code += Bytes("\x61\x02\x40\x35\x60", 5) + revert + Bytes("\x57\x00\x5b\x5f\x5f\xfd", 6);
    block.set_code(contract, code);
    std::uint64_t nonce = 0;
    const auto call = [&](const Bytes& input) {
        TransactionMaker maker;
        maker.to = contract;
        maker.nonce = nonce++;
        maker.data = input;
        block.add(maker, block.alice);
    };
    call(data('3'));
    call(data('x') + Bytes(32, '\1'));  // reverts
    call(data('1'));
    call(data('2'));
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    CHECK(block.header.requests_hash ==
          naive_requests_hash({Bytes("\0", 1) + fields('3') + fields('1') + fields('2')}));

    // An event without topics, or with the signature as a later topic, is another event; one with more topics is not.
    const Hash32 topic = deposit_topic();
    const std::pair<std::vector<Hash32>, bool> rows[] = {
        {{}, false}, {{Hash32{{5}}, topic}, false}, {{topic, Hash32{{5}}}, true}, {{topic, topic, topic, topic}, true}};
    for (const auto& [topics, counts] : rows) {
        BlockMaker other;
        other.set_code(contract, logging_code(topics, data('7')));
        TransactionMaker maker;
        maker.to = contract;
        other.add(maker, other.alice);
        other.seal();
        REQUIRE(other.run() == ErrorCode::ok);
        CHECK(other.header.requests_hash ==
              naive_requests_hash(counts ? std::vector<Bytes>{Bytes("\0", 1) + fields('7')} : std::vector<Bytes>{}));
    }
}

// -- whose fault it is

TEST_CASE("a block error is reported only after what led to it was authenticated") {
    BlockMaker block;
    TransactionMaker maker = transfer();
    maker.value = BlockMaker::ether(100000);
    block.add(maker, block.alice);
    block.seal();
    CHECK(block.run() == ErrorCode::tx_balance);
    block.authentication = ErrorCode::stream_code_hash;
    CHECK(block.run() == ErrorCode::stream_code_hash);
}

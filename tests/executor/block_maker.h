// A valid block with its parent and state, to be changed in one place by a test.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "executor/transaction_maker.h"
#include "fixtures/host_state.h"
#include "sluice/executor/execute_block.h"
#include "sluice/executor/types.h"

namespace sluice::test {

/// The fields of a header, each free to be wrong.
struct HeaderMaker {
    Hash32 parent_hash{};
    Hash32 ommers_hash = kEmptyListHash;
    Address coinbase{{0xc0, 0x1b}};
    Hash32 state_root{};
    Hash32 transactions_root = kEmptyTrieRoot;
    Hash32 receipts_root = kEmptyTrieRoot;
    Bytes logs_bloom = Bytes(256, '\0');
    Uint256 difficulty{};
    std::uint64_t number = 0;
    std::uint64_t gas_limit = 30000000;
    std::uint64_t gas_used = 0;
    std::uint64_t timestamp = 0;
    Bytes extra_data = "test";
    Hash32 prev_randao{};
    std::uint64_t nonce = 0;
    Uint256 base_fee{1000};
    Hash32 withdrawals_root = kEmptyTrieRoot;
    std::uint64_t blob_gas_used = 0;
    std::uint64_t excess_blob_gas = 0;
    Hash32 parent_beacon_root{{0xbe}};
    Hash32 requests_hash{};
    unsigned field_count = 21;

    Bytes rlp() const {
        Bytes out = rlp_hash(parent_hash) + rlp_hash(ommers_hash) + rlp_address(coinbase) + rlp_hash(state_root) +
                    rlp_hash(transactions_root) + rlp_hash(receipts_root) + naive_rlp::string(logs_bloom) +
                    rlp_integer(difficulty) + rlp_integer(number) + rlp_integer(gas_limit) + rlp_integer(gas_used) +
                    rlp_integer(timestamp) + naive_rlp::string(extra_data) + rlp_hash(prev_randao) +
                    naive_rlp::string(bytes_of(Uint256(nonce).to_hash()).substr(24));
        const Bytes later[] = {rlp_integer(base_fee),        rlp_hash(withdrawals_root),   rlp_integer(blob_gas_used),
                               rlp_integer(excess_blob_gas), rlp_hash(parent_beacon_root), rlp_hash(requests_hash)};
        for (unsigned i = 0; i + 15 < field_count; ++i) out += later[i];
        return naive_rlp::list(out);
    }
};

struct WithdrawalMaker {
    std::uint64_t index = 0;
    std::uint64_t validator_index = 0;
    Address address{};
    std::uint64_t amount = 0;
    Bytes rlp() const {
        return naive_rlp::list(rlp_integer(index) + rlp_integer(validator_index) + rlp_address(address) +
                               rlp_integer(amount));
    }
};

/// The root of a list by the naive trie.
inline Hash32 naive_list_root(const std::vector<Bytes>& values) {
    NaiveTrie::Leaves leaves;
    for (std::size_t i = 0; i < values.size(); ++i) leaves[nibbles_of(naive_rlp::integer(i))] = values[i];
    return NaiveTrie(std::move(leaves)).root();
}

inline Address test_address(const std::string& hex) {
    return Address::from(view(from_hex(hex)).data());
}
inline const Address kBeaconRoots = test_address("000f3df6d732807ef1319fb7b8bb8522d0beac02");
inline const Address kHistoryStorage = test_address("0000f90827f1c53a10cb7a02335b175320002935");
inline const Address kWithdrawalRequests = test_address("00000961ef480eb55e80d19ad83579a64c007002");
inline const Address kConsolidationRequests = test_address("0000bbddc7ce488642fb579f8b00f3a590007251");
inline const Address kSystemAddress = test_address("fffffffffffffffffffffffffffffffffffffffe");

/// Notes which accounts are asked for, and can be told to fail when it authenticates.
class WatchedSource final : public executor::StateSource {
 public:
    WatchedSource(executor::StateSource& source, std::vector<Address>& asked) : source_(source), asked_(asked) {}
    ErrorCode authentication = ErrorCode::ok;

    Result<executor::AccountInfo> account(const Address& address, std::uint32_t index) noexcept override {
        asked_.push_back(address);
        return source_.account(address, index);
    }
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override {
        return source_.storage(index, address, slot);
    }
    Result<ByteView> code(const Hash32& hash) noexcept override { return source_.code(hash); }
    Result<Hash32> block_hash(std::uint64_t number) noexcept override { return source_.block_hash(number); }
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override {
        return source_.post_state_root(accesses);
    }
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override {
        return authentication == ErrorCode::ok ? source_.authenticate(accesses) : authentication;
    }
    ErrorCode finish() noexcept override { return source_.finish(); }

 private:
    executor::StateSource& source_;
    std::vector<Address>& asked_;
};

class BlockMaker {
 public:
    executor::ChainConfig config{};
    HeaderMaker parent;
    HeaderMaker header;
    std::vector<Bytes> transactions;  ///< items of the body
    std::vector<Bytes> envelopes;
    std::vector<WithdrawalMaker> withdrawals;
    Bytes ommers;
    Bytes extra_transactions;  ///< bytes after the transactions
    bool withdrawals_present = true;
    bool parent_known = true;
    fixtures::HostState state;
    ErrorCode authentication = ErrorCode::ok;  ///< what the source answers when it has to authenticate

    // What the latest run gave.
    Diagnostics diagnostics;
    executor::BlockOutcome computed;
    fixtures::HostState after;
    std::vector<Address> asked;

    TestKey alice{1};
    TestKey bob{2};

    explicit BlockMaker(executor::Fork fork = executor::Fork::osaka) {
        std::uint64_t* const times[] = {nullptr, &config.shanghai_time, &config.cancun_time, &config.prague_time,
                                        &config.osaka_time};
        for (unsigned i = 1; i <= static_cast<unsigned>(fork); ++i) *times[i] = 0;
        if (fork >= executor::Fork::cancun) {
            config.blob_schedules[0] = {0, 6, 9, 5007716};
            config.blob_schedule_count = 1;
        }
        config.deposit_contract = Address{{0xde, 0x90}};
        withdrawals_present = fork >= executor::Fork::shanghai;
        const unsigned fields[] = {16, 17, 20, 21, 21};
        parent.field_count = header.field_count = fields[static_cast<unsigned>(fork)];
        parent.number = 99;
        parent.timestamp = 1000;
        parent.gas_used = parent.gas_limit / 2;
        header.number = 100;
        header.timestamp = 1012;
        set_balance(alice.address, ether(1000));
        set_balance(bob.address, ether(1000));
        // Stores its input at the block number, as the contracts of EIP-4788 and EIP-2935 do in spirit.
        set_code(kBeaconRoots, Bytes("\x5f\x35\x43\x55", 4));
        set_code(kHistoryStorage, Bytes("\x5f\x35\x43\x55", 4));
        set_code(kWithdrawalRequests, Bytes("\0", 1));
        set_code(kConsolidationRequests, Bytes("\0", 1));
    }

    static Uint256 ether(std::uint64_t count) { return Uint256(count) * Uint256(1000000000) * Uint256(1000000000); }

    void change(const Address& address, const std::function<void(fixtures::HostAccount&)>& change) {
        const auto it = state.accounts.find(address);
        fixtures::HostAccount account = it == state.accounts.end() ? fixtures::HostAccount{} : *it->second;
        change(account);
        state.set(address, std::move(account));
    }
    void set_balance(const Address& address, const Uint256& balance) {
        change(address, [&](auto& account) { account.balance = balance; });
    }
    void set_nonce(const Address& address, std::uint64_t nonce) {
        change(address, [&](auto& account) { account.nonce = nonce; });
    }
    void set_code(const Address& address, const Bytes& code) {
        const Hash32 hash = keccak256(view(code));
        codes_[hash] = code;
        change(address, [&](auto& account) {
            account.code_hash = hash;
            account.nonce = 1;
        });
    }

    /// Signs and adds a transaction.
    void add(TransactionMaker transaction, const TestKey& key) { add_signed(transaction.sign(key)); }
    void add_signed(const TransactionMaker& transaction) {
        transactions.push_back(transaction.body_item());
        envelopes.push_back(transaction.envelope());
    }
    void add_withdrawal(const Address& address, std::uint64_t gwei) {
        withdrawals.push_back({withdrawals.size(), 7, address, gwei});
    }

    Bytes block_rlp() const {
        Bytes body;
        for (const Bytes& item : transactions) body += item;
        Bytes out = header.rlp() + naive_rlp::list(body + extra_transactions) + naive_rlp::list(ommers);
        Bytes items;
        for (const WithdrawalMaker& withdrawal : withdrawals) items += withdrawal.rlp();
        if (withdrawals_present) out += naive_rlp::list(items);
        return naive_rlp::list(out);
    }

    /// Fills in what follows from the body; the header is then valid if the rest is.
    BlockMaker& seal() {
        std::vector<Bytes> items;
        for (const WithdrawalMaker& withdrawal : withdrawals) items.push_back(withdrawal.rlp());
        header.transactions_root = naive_list_root(envelopes);
        header.withdrawals_root = naive_list_root(items);
        link();
        static_cast<void>(run());
        header.gas_used = computed.gas_used;
        header.blob_gas_used = computed.blob_gas_used;
        header.receipts_root = computed.receipts_root;
        header.requests_hash = computed.requests_hash;
        header.state_root = computed.state_root;
        header.logs_bloom.assign(reinterpret_cast<const char*>(computed.logs_bloom.bytes), 256);
        return *this;
    }
    /// Sets the parent's state root and the parent hash.
    void link() {
        state.update_root();
        parent.state_root = state.root;
        header.parent_hash = keccak256(view(parent.rlp()));
    }

    ErrorCode run() {
        diagnostics.clear();
        asked.clear();
        computed = {};
        state.update_root();
        const Bytes parent_rlp = parent.rlp();
        const Bytes rlp = block_rlp();
        const auto parent_header = executor::decode_header(view(parent_rlp), diagnostics);
        const auto block = executor::decode_block(view(rlp), diagnostics);
        if (!block.ok()) return block.error();
        REQUIRE(parent_header.ok());
        std::map<std::uint64_t, Hash32> hashes;
        fixtures::HostStateSource host_source(state, codes_, hashes);
        WatchedSource source(host_source, asked);
        source.authentication = authentication;
        static const auto memory_bytes = std::make_unique<std::uint8_t[]>(kMemorySize);
        auto memory = executor::ExecutionMemory::over(Arena(memory_bytes.get(), kMemorySize));
        executor::ExecutionExtras extras;
        extras.computed = &computed;
        const auto outcome = executor::execute_block(config, *block, parent_known ? &*parent_header : nullptr,
                                                     state.root, source, memory, diagnostics, extras);
        after = host_source.after();
        return outcome.error();
    }

 private:
    static constexpr std::size_t kMemorySize = std::size_t{256} << 20;
    fixtures::CodeStore codes_;
};

}  // namespace sluice::test

// Fuzzes the EVM: code and call data from the input run over a small state. Two runs, with other hash seeds and other
// rubbish in their memory, ask the same of the state and end the same; no run has more gas at its end than at its
// start, or more ether; and one that does not succeed leaves nothing behind.
//
// Input: fork, flags, value, gas (two bytes), size of the call data, size of the first contract's code (two bytes),
// then call data, the first contract's code and the second's, which is what remains. Short inputs are read as if zeros
// followed. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <memory>
#include <tuple>
#include <vector>

#include "sluice/base/keccak.h"
#include "sluice/executor/evm.h"
#include "support/map_state.h"

using namespace sluice;
using namespace sluice::executor;

namespace {

constexpr std::uint64_t kBlockNumber = 1000;

// One byte each, so that random code names them.
const Address kFirst = Uint256{0x20}.to_address();
const Address kSecond = Uint256{0x21}.to_address();
const Address kRich = Uint256{0x22}.to_address();       ///< has a balance and nothing else
const Address kDelegated = Uint256{0x23}.to_address();  ///< its code is a delegation to kSecond (EIP-7702)
const Address kSender = Uint256{0x24}.to_address();

void require(bool held) {
    if (!held) abort();
}

/// What the input says.
struct Case {
    Fork fork = Fork::paris;
    bool create = false;        ///< the first contract's code is initcode
    bool second_first = false;  ///< the first message goes to the second contract
    bool is_warm = false;       ///< the contracts are warm from the start
    Uint256 value{};
    std::uint64_t gas = 0;
    std::vector<std::uint8_t> input;
    std::vector<std::uint8_t> first;
    std::vector<std::uint8_t> second;

    explicit Case(ByteView bytes) {
        const auto byte = [&]() -> unsigned {
            if (bytes.empty()) return 0;
            const unsigned value_of_byte = bytes[0];
            bytes = bytes.subspan(1);
            return value_of_byte;
        };
        const auto take = [&](std::size_t size) {
            if (size > bytes.size()) size = bytes.size();
            const std::vector<std::uint8_t> taken(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            bytes = bytes.subspan(size);
            return taken;
        };
        fork = static_cast<Fork>(byte() % 5);
        const unsigned flags = byte();
        create = flags % 2 != 0;
        second_first = flags / 2 % 2 != 0;
        is_warm = flags / 4 % 2 != 0;
        value = Uint256{byte()};
        gas = byte() * 1024;
        gas += byte() * 4;
        const std::size_t input_size = byte();
        std::size_t code_size = byte() * 256;
        code_size += byte();
        input = take(input_size);
        first = take(code_size);
        second = take(bytes.size());
    }
};

void fill(test::MapState& source, const Case& test) {
    source.accounts[kFirst] = {Uint256{1000},
                               1,
                               test.create ? std::vector<std::uint8_t>{} : test.first,
                               {{Uint256{0}, Uint256{1}}, {Uint256{1}, Uint256{0x21}}, {~Uint256{}, Uint256{3}}}};
    source.accounts[kSecond] = {Uint256{}, 1, test.second, {{Uint256{0}, Uint256{7}}}};
    source.accounts[kRich] = {Uint256{1'000'000}, 0, {}, {}};
    std::vector<std::uint8_t> marker{0xef, 0x01, 0x00};
    marker.insert(marker.end(), kSecond.bytes.begin(), kSecond.bytes.end());
    source.accounts[kDelegated] = {Uint256{5}, 9, marker, {}};
    source.accounts[kSender] = {Uint256{1} << 80, 3, {}, {}};
    for (std::uint64_t number = kBlockNumber - 256; number < kBlockNumber; ++number) {
        source.block_hashes[number].bytes[31] = static_cast<std::uint8_t>(number);
    }
}

/// Owned copies of all that one message gave.
struct Ending {
    CallStatus status = CallStatus::failure;
    std::uint64_t gas_left = 0;
    std::int64_t gas_refund = 0;
    std::vector<std::uint8_t> output;
    std::vector<std::tuple<Address, std::vector<Hash32>, std::vector<std::uint8_t>>> logs;

    bool operator==(const Ending&) const = default;
};

/// One touched account after the last transaction.
struct Remains {
    Address address;
    AccountInfo original;
    AccountInfo current;
    bool storage_cleared = false;
    std::vector<std::tuple<Uint256, Uint256, Uint256>> slots;  ///< key, original, current

    bool operator==(const Remains&) const = default;
};

struct Outcome {
    std::vector<Ending> endings;
    std::vector<Remains> remains;
    std::vector<std::string> asked;

    bool operator==(const Outcome&) const = default;
};

/// Memory for one run, that begins with rubbish.
class Memory {
 public:
    explicit Memory(std::uint8_t rubbish) : rubbish_(rubbish), bytes_(new std::uint8_t[3 * kSize]) {}
    Arena arena(std::size_t part) {
        std::uint8_t* begin = bytes_.get() + part * kSize;
        std::memset(begin, rubbish_, kRubbish);
        return {begin, kSize};
    }

 private:
    static constexpr std::size_t kSize = std::size_t{80} << 20;
    static constexpr std::size_t kRubbish = std::size_t{1} << 18;
    std::uint8_t rubbish_;
    std::unique_ptr<std::uint8_t[]> bytes_;
};

std::vector<Remains> remains_of(WorldState& state) {
    static std::vector<std::uint8_t> memory(std::size_t{16} << 20);
    Arena arena(memory.data(), memory.size());
    const auto accesses = state.accesses(arena);
    require(accesses.ok());
    std::vector<Remains> all;
    for (const witness::AccountAccess& account : accesses->accounts) {
        Remains& one = all.emplace_back();
        one.address = account.address;
        one.original = account.original;
        one.current = account.current;
        one.storage_cleared = account.storage_cleared;
        for (const witness::SlotAccess& slot : account.slots) {
            one.slots.emplace_back(slot.slot, slot.listed ? slot.original : Uint256{}, slot.current);
        }
    }
    return all;
}

void require_unchanged(WorldState& state) {
    require(state.logs().empty());
    for (const Remains& account : remains_of(state)) {
        require(account.current == account.original && !account.storage_cleared);
        for (const auto& [key, original, current] : account.slots) require(current == original);
    }
}

/// No ether comes from nowhere. (Some can go: a contract that destroys itself in its own favour.)
void require_no_new_ether(WorldState& state) {
    Uint256 before{};
    Uint256 after{};
    for (const Remains& account : remains_of(state)) {
        before += account.original.balance;
        after += account.current.balance;
    }
    require(!(before < after));
}

Outcome run(const Case& test, std::uint64_t seed, Memory& memory) {
    test::MapState source;
    fill(source, test);
    Arena block_arena = memory.arena(0);
    Arena transaction_arena = memory.arena(1);
    Arena scratch = memory.arena(2);
    Diagnostics diagnostics;
    WorldState state(source, block_arena, transaction_arena, seed, test.fork, diagnostics);
    BlockContext block;
    block.fork = test.fork;
    block.number = kBlockNumber;
    block.timestamp = 1'700'000'000;
    block.gas_limit = 36'000'000;
    block.coinbase = kRich;
    block.base_fee = Uint256{7};
    block.blob_base_fee = Uint256{1};
    const Hash32 blob_hash{};
    TransactionContext transaction;
    transaction.origin = kSender;
    transaction.gas_price = Uint256{9};
    transaction.blob_hashes = {&blob_hash, 1};
    Evm evm(state, block, scratch, diagnostics);

    Outcome outcome;
    for (unsigned number = 0; number < 2; ++number) {
        state.begin_transaction();
        Message message;
        message.sender = kSender;
        message.recipient = (number == 0) == test.second_first ? kSecond : kFirst;
        message.value = test.value;
        message.input = test.input;
        message.gas = test.gas;
        if (test.create && message.recipient == kFirst) {
            message.kind = CallKind::create;
            message.recipient = compute_create_address(kSender, 3);
            message.input = test.first;
        }
        require(state.prewarm_account(message.recipient) == ErrorCode::ok);
        if (test.is_warm) {
            require(state.prewarm_account(kSecond) == ErrorCode::ok);
            require(state.prewarm_slot(kFirst, Uint256{1}) == ErrorCode::ok);
        }
        const auto result = evm.execute(message, transaction);
        require(result.ok() && !diagnostics.failed());

        require(result->gas_left <= message.gas);
        if (result->status != CallStatus::success) {
            require(result->gas_refund == 0 && state.logs().empty());
            if (number == 0) require_unchanged(state);
        }
        if (result->status == CallStatus::failure) require(result->gas_left == 0 && result->output.empty());
        require_no_new_ether(state);

        Ending& ending = outcome.endings.emplace_back();
        ending.status = result->status;
        ending.gas_left = result->gas_left;
        ending.gas_refund = result->gas_refund;
        ending.output.assign(result->output.begin(), result->output.end());
        for (const Log& log : state.logs()) {
            require(log.topic_count <= 4);
            ending.logs.emplace_back(log.address, std::vector<Hash32>(log.topics, log.topics + log.topic_count),
                                     std::vector<std::uint8_t>(log.data.begin(), log.data.end()));
        }
        require(state.end_transaction() == ErrorCode::ok);
        require_no_new_ether(state);
    }
    outcome.remains = remains_of(state);
    outcome.asked = std::move(source.asked);
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Memory zeros(0x00);
    static Memory rubbish(0xa5);
    const Case test({data, size});
    require(run(test, 1, zeros) == run(test, 0x9e3779b97f4a7c15, rubbish));
    return 0;
}

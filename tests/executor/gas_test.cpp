// Gas of whole transactions, worked out from the texts of EIP-7623 (floor of the call data) and EIP-7702 (delegations)
// by a plain twin. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "executor/block_maker.h"
#include "support/evm_assembler.h"

using namespace sluice;
using namespace sluice::executor;
using namespace sluice::test;

namespace {

const Address kContract{{0x44}};

Bytes code_of(const Assembler& assembler) {
    return {reinterpret_cast<const char*>(assembler.bytes().data()), assembler.size()};
}

Bytes delegation_to(const Address& target) {
    return Bytes("\xef\x01\x00", 3) + bytes_of(target.view());
}

TransactionMaker call_to(const Address& to, std::uint64_t gas_limit = 1000000) {
    TransactionMaker maker;
    maker.to = to;
    maker.gas_limit = gas_limit;
    return maker;
}

/// Seals the block, which has to be valid, and gives its gas.
std::uint64_t gas_of(BlockMaker& block) {
    block.seal();
    REQUIRE(block.run() == ErrorCode::ok);
    return block.computed.gas_used;
}

/// The gas that a transaction uses, by the formulas of EIP-2028, 2930, 3860, 3529, 7623 and 7702.
struct Twin {
    std::uint64_t zeros = 0;
    std::uint64_t others = 0;
    std::uint64_t listed_addresses = 0;
    std::uint64_t listed_slots = 0;
    std::uint64_t authorizations = 0;
    std::uint64_t initcode_size = 0;
    bool creation = false;
    std::uint64_t execution = 0;
    std::uint64_t refund = 0;

    std::uint64_t tokens() const { return zeros + 4 * others; }
    std::uint64_t floor() const { return 21000 + 10 * tokens(); }
    std::uint64_t intrinsic() const {
        return 21000 + 4 * tokens() + 2400 * listed_addresses + 1900 * listed_slots + 25000 * authorizations +
               (creation ? 32000 + 2 * ((initcode_size + 31) / 32) : 0);
    }
    std::uint64_t used(bool with_floor = true) const {
        const std::uint64_t spent = intrinsic() + execution;
        const std::uint64_t net = spent - std::min(refund, spent / 5);
        return with_floor ? std::max(net, floor()) : net;
    }
};

Bytes drawn_data(std::mt19937_64& rng, std::size_t size, Twin& twin) {
    Bytes data(size, '\0');
    for (char& byte : data) {
        if (rng() % 3 != 0) byte = static_cast<char>(rng());
        ++(byte == 0 ? twin.zeros : twin.others);
    }
    return data;
}

}  // namespace

TEST_CASE("gas is the floor of the call data or what was spent after refunds, whichever is more (EIP-7623)") {
    SLUICE_RANDOM(rng);
    int at_floor = 0;
    int above_floor = 0;
    for (std::uint64_t round = 0; round < rounds(150); ++round) {
        const Fork fork = round % 5 == 0 ? Fork::cancun : round % 2 == 0 ? Fork::prague : Fork::osaka;
        BlockMaker block(fork);
        Twin twin;
        // Clears some slots: 2,100 for a cold one, 2,900 for the change, 4,800 back; with its pushes 5,006.
        const std::uint64_t cleared = rng() % 12;
        Assembler code;
        for (std::uint64_t slot = 0; slot < cleared; ++slot) code.push({0, slot}).op(OP_SSTORE);
        block.set_code(kContract, code_of(code.op(OP_STOP)));
        block.change(kContract, [&](auto& account) {
            for (std::uint64_t slot = 0; slot < cleared; ++slot) account.storage[Uint256(slot)] = Uint256(9);
        });
        twin.execution = cleared * 5006;
        twin.refund = cleared * 4800;
        TransactionMaker maker = call_to(kContract);
        maker.data = drawn_data(rng, rng() % 2000, twin);
        maker.type = 2;
        twin.listed_addresses = rng() % 3;
        for (std::uint64_t i = 0; i < twin.listed_addresses; ++i) {
            maker.access_list.push_back({Address{{0x99}}, {}});
            for (std::uint64_t j = rng() % 3; j > 0; --j) {
                maker.access_list.back().slots.push_back(Uint256(j));
                ++twin.listed_slots;
            }
        }
        const bool floored = fork >= Fork::prague;
        const std::uint64_t expected = twin.used(floored);
        ++(floored && expected == twin.floor() ? at_floor : above_floor);
        INFO("round " << round << " tokens " << twin.tokens() << " cleared " << cleared);
        const Uint256 before = block.state.accounts.at(block.alice.address)->balance;
        block.add(maker, block.alice);
        CHECK(gas_of(block) == expected);
        // Sender and coinbase settle by the same number.
        CHECK(block.after.accounts.at(block.alice.address)->balance == before - Uint256(expected * 1001));
        CHECK(block.after.accounts.at(block.header.coinbase)->balance == Uint256(expected));
    }
    CHECK(at_floor > 10);
    CHECK(above_floor > 10);
}

TEST_CASE(
    "the floor counts no access list, no authorization and no initcode, and gives no gas to run with (EIP-7623)") {
    SLUICE_RANDOM(rng);
    // Stores the gas that it finds: the limit less the intrinsic gas and less GAS itself, whatever the floor is.
    BlockMaker block(Fork::prague);
    block.set_code(kContract, code_of(Assembler().op(OP_GAS).push(0).op({OP_SSTORE, OP_STOP})));
    Twin twin;
    TransactionMaker maker = call_to(kContract);
    maker.data = drawn_data(rng, 4000, twin);
    maker.gas_limit = twin.floor();
    REQUIRE(twin.floor() > twin.intrinsic() + 22105);
    block.add(maker, block.alice);
    CHECK(gas_of(block) == twin.floor());
    CHECK(block.after.accounts.at(kContract)->storage.at(Uint256(0)) ==
          Uint256(maker.gas_limit - twin.intrinsic() - 2));

    // Of a transaction that fails all gas is used, and that is the floor or more.
    block = BlockMaker(Fork::osaka);
    block.set_code(kContract, "\xfe");
    block.add(maker, block.alice);
    CHECK(gas_of(block) == maker.gas_limit);

    // A creation: 32,000 and initcode words are spent, and are not in the floor. STOP first: nothing runs.
    for (const std::size_t size : {31, 32, 33, 1000, 20000}) {
        Twin creation;
        creation.creation = true;
        creation.initcode_size = size;
        block = BlockMaker(Fork::prague);
        maker = call_to(kContract);
        maker.to = std::nullopt;
        maker.data = drawn_data(rng, size - 1, creation);
        maker.data.insert(0, 1, '\0');
        ++creation.zeros;
        maker.gas_limit = std::max(creation.intrinsic(), creation.floor());
        block.add(maker, block.alice);
        CHECK(gas_of(block) == creation.used());
        // One gas less is not enough, for the reason that binds.
        BlockMaker less(Fork::prague);
        --maker.gas_limit;
        less.add(maker, less.alice);
        less.seal();
        CHECK(less.run() ==
              (creation.intrinsic() >= creation.floor() ? ErrorCode::tx_intrinsic_gas : ErrorCode::tx_floor_gas));
    }

    // An authorization of 25,000 lifts what is spent above a floor that does not know it.
    for (const std::size_t size : {100, 1000, 3000}) {
        Twin codes;
        codes.authorizations = 1;
        block = BlockMaker(Fork::prague);
        maker = call_to(Address{{0x11}});
        maker.type = 4;
        maker.data = drawn_data(rng, size, codes);
        maker.authorizations.push_back({Uint256(1), Address{{0x77}}, 5, {}});  // a wrong nonce: no refund
        maker.authorizations[0].sign(block.bob);
        block.add(maker, block.alice);
        CHECK(gas_of(block) == codes.used());
    }
}

TEST_CASE("an authorization costs 25,000, of which 12,500 come back if its authority exists (EIP-7702)") {
    struct Row {
        const char* what;
        std::uint64_t fresh;     ///< authorities that do not exist
        std::uint64_t existing;  ///< those that do
        std::uint64_t invalid;   ///< tuples that are passed over
        std::uint64_t listed;    ///< addresses in the access list, so that the refund's cap does not bind
    };
    const Row rows[] = {
        {"a fresh authority", 1, 0, 0, 0},
        {"an authority that exists; the refund is cut to a fifth", 0, 1, 0, 0},
        {"the same, with enough spent for the whole refund", 0, 1, 0, 10},
        {"the refund is exactly a fifth of what is spent but for 1,100", 0, 1, 0, 7},
        {"a tuple that does not hold costs as much", 0, 0, 1, 0},
        {"all kinds", 2, 3, 4, 40},
        {"many", 5, 20, 1, 100},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        BlockMaker block;
        TransactionMaker maker = call_to(Address{{0x11}});
        maker.type = 4;
        std::uint64_t key = 100;
        const auto authorize = [&](bool exists, std::uint64_t nonce) {
            const TestKey authority(key++);
            if (exists) block.set_balance(authority.address, Uint256(1));
            maker.authorizations.push_back({Uint256(1), Address{{0x77}}, nonce, {}});
            maker.authorizations.back().sign(authority);
        };
        for (std::uint64_t i = 0; i < row.fresh; ++i) authorize(false, 0);
        for (std::uint64_t i = 0; i < row.existing; ++i) authorize(true, 0);
        for (std::uint64_t i = 0; i < row.invalid; ++i) authorize(true, 1);
        for (std::uint64_t i = 0; i < row.listed; ++i) maker.access_list.push_back({Address{{0x99}}, {}});
        Twin twin;
        twin.authorizations = row.fresh + row.existing + row.invalid;
        twin.listed_addresses = row.listed;
        twin.refund = 12500 * row.existing;
        block.add(maker, block.alice);
        CHECK(gas_of(block) == twin.used());
    }

    // An authority named twice exists the second time. One whose transaction fails keeps delegation and refund.
    BlockMaker block;
    const TestKey authority(200);
    TransactionMaker maker = call_to(kContract);
    maker.type = 4;
    maker.gas_limit = 200000;
    block.set_code(kContract, code_of(Assembler().push({0, 0}).op(OP_REVERT)));
    for (const std::uint64_t nonce : {0, 1}) {
        maker.authorizations.push_back({Uint256(0), Address{{static_cast<std::uint8_t>(0x77 + nonce)}}, nonce, {}});
        maker.authorizations.back().sign(authority);
    }
    for (int i = 0; i < 10; ++i) maker.access_list.push_back({Address{{0x99}}, {}});
    Twin twin;
    twin.authorizations = 2;
    twin.listed_addresses = 10;
    twin.execution = 6;
    twin.refund = 12500;
    block.add(maker, block.alice);
    CHECK(gas_of(block) == twin.used());
    const fixtures::HostAccount after = *block.after.accounts.at(authority.address);
    CHECK(after.nonce == 2);
    CHECK(after.code_hash == keccak256(view(delegation_to(Address{{0x78}}))));
}

TEST_CASE("a call pays for its account and for its account's delegate, each warm or cold (EIP-7702)") {
    const Address plain{{0x50}};
    const Address delegated{{0x51}};
    const Address delegate{{0x52}};
    struct Row {
        const char* what;
        std::vector<int> calls;  ///< opcodes, one after the other, all at `delegated`
        bool list_account;
        bool list_delegate;
        std::uint64_t expected;  ///< of the accesses alone
    };
    const Row rows[] = {
        {"both cold", {OP_CALL}, false, false, 5200},
        {"both cold", {OP_CALLCODE}, false, false, 5200},
        {"both cold", {OP_DELEGATECALL}, false, false, 5200},
        {"both cold", {OP_STATICCALL}, false, false, 5200},
        {"the account warm", {OP_CALL}, true, false, 2700},
        {"the delegate warm", {OP_CALL}, false, true, 2700},
        {"both warm", {OP_CALL}, true, true, 200},
        {"a second time both are warm", {OP_CALL, OP_STATICCALL}, false, false, 5400},
        {"BALANCE, EXTCODESIZE and EXTCODEHASH stay at the account",
         {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH},
         false,
         false,
         2800},
        {"EXTCODESIZE does not warm the delegate", {OP_EXTCODESIZE, OP_CALL}, false, false, 2600 + 100 + 2600},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        for (const bool is_delegated : {true, false}) {
            BlockMaker block;
            block.set_code(plain, Bytes("\0", 1));
            block.set_code(delegate, Bytes("\0", 1));
            block.set_code(delegated, is_delegated ? delegation_to(delegate) : Bytes("\0", 1));
            Assembler code;
            Twin twin;
            std::uint64_t accounts = 0;
            for (const int op : row.calls) {
                ++accounts;
                if (op == OP_BALANCE || op == OP_EXTCODESIZE || op == OP_EXTCODEHASH) {
                    code.push(delegated).op({op, OP_POP});
                    twin.execution += 3 + 2;
                    continue;
                }
                const bool has_value = op == OP_CALL || op == OP_CALLCODE;
                code.push({0, 0, 0, 0});
                if (has_value) code.push(0);
                code.push(delegated).push(50000).op({op, OP_POP});
                twin.execution += 6 * 3 + (has_value ? 3 : 0) + 2;
            }
            block.set_code(kContract, code_of(code.op(OP_STOP)));
            TransactionMaker maker = call_to(kContract);
            if (row.list_account) maker.access_list.push_back({delegated, {}});
            if (row.list_delegate) maker.access_list.push_back({delegate, {}});
            twin.listed_addresses = maker.access_list.size();
            // An account with code of its own is only accessed itself.
            twin.execution += is_delegated ? row.expected : 100 * accounts + (row.list_account ? 0 : 2500);
            block.add(maker, block.alice);
            CHECK(gas_of(block) == twin.used());
        }
    }
}

TEST_CASE("a transaction's own recipient pays nothing for its delegate, and leaves it warm (EIP-7702)") {
    // The delegate's code asks for the balances of itself and of the account.
    const Address account{{0x51}};
    const Address delegate{{0x52}};
    BlockMaker block;
    block.set_code(account, delegation_to(delegate));
    block.set_code(delegate,
                   code_of(Assembler().push(delegate).op({OP_BALANCE, OP_POP, OP_ADDRESS, OP_BALANCE, OP_STOP})));
    block.add(call_to(account), block.alice);
    CHECK(gas_of(block) == 21000 + 3 + 100 + 2 + 2 + 100);

    // Processing an authorization warms the authority, and not what it delegates to.
    block = BlockMaker();
    block.set_code(delegate, Bytes("\0", 1));
    const TestKey authority(300);
    block.set_code(
        kContract,
        code_of(Assembler().push({0, 0, 0, 0, 0}).push(authority.address).push(50000).op({OP_CALL, OP_STOP})));
    TransactionMaker maker = call_to(kContract);
    maker.type = 4;
    maker.authorizations.push_back({Uint256(1), delegate, 0, {}});
    maker.authorizations[0].sign(authority);
    block.add(maker, block.alice);
    CHECK(gas_of(block) == 21000 + 25000 + 7 * 3 + 100 + 2600);
}

TEST_CASE("a delegation to a delegation runs the marker, which is no code, and one to a precompile runs nothing") {
    const Address first{{0x51}};
    const Address second{{0x52}};
    const Address third{{0x53}};
    struct Row {
        const char* what;
        Address to;  ///< of `first`
        std::uint64_t delegate_access;
        bool succeeds;
        bool runs;  ///< whether the called code uses its gas: by the SSTORE of `third`, or all of it by a failure
    };
    const Row rows[] = {
        {"a contract", third, 2600, true, true},
        {"a delegation", second, 2600, false, false},
        {"itself", first, 100, false, false},
        {"a precompile", Address::from(Uint256(4).to_hash().bytes.data() + 12), 100, true, false},
        {"an account without code", Address{{0x54}}, 2600, true, false},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        BlockMaker block;
        block.set_code(first, delegation_to(row.to));
        block.set_code(second, delegation_to(third));
        block.set_code(third, code_of(Assembler().push({7, 1}).op({OP_SSTORE, OP_STOP})));
        // Stores the call's success.
        block.set_code(kContract, code_of(Assembler()
                                              .push({0, 0, 0, 0, 0})
                                              .push(first)
                                              .push(50000)
                                              .op(OP_CALL)
                                              .push(0)
                                              .op({OP_SSTORE, OP_STOP})));
        block.add(call_to(kContract), block.alice);
        const std::uint64_t store = row.succeeds ? 22100 : 2200;  // 0 to 1, or 0 to 0
        const std::uint64_t inner = row.runs ? 2 * 3 + 22100 : row.succeeds ? 0 : 50000;
        CHECK(gas_of(block) == 21000 + 7 * 3 + 2600 + row.delegate_access + inner + 3 + store);
        const auto& storage = block.after.accounts.at(kContract)->storage;
        CHECK(storage.count(Uint256(0)) == (row.succeeds ? 1 : 0));
        // The delegate runs on the account's own storage.
        CHECK(block.after.accounts.at(first)->storage.count(Uint256(1)) == (row.runs ? 1 : 0));
        CHECK(block.after.accounts.at(third)->storage.empty());
    }
}

TEST_CASE("code that begins as a marker and has another length is no delegation (EIP-7702)") {
    const Address account{{0x51}};
    const Address delegate{{0x52}};
    for (const std::size_t size : {3, 22, 23, 24, 54}) {
        BlockMaker block;
        Bytes code = delegation_to(delegate);
        code.resize(size, '\0');
        block.set_code(account, code);
        block.set_code(delegate, Bytes("\0", 1));
        block.set_code(kContract,
                       code_of(Assembler().push({0, 0, 0, 0, 0}).push(account).push(50000).op({OP_CALL, OP_STOP})));
        block.add(call_to(kContract), block.alice);
        // 0xef is no instruction: all of the call's gas is gone.
        CHECK(gas_of(block) == 21000 + 7 * 3 + 2600 + (size == 23 ? 2600 : 50000));
    }
}

TEST_CASE("a delegated account shows its marker of 23 bytes to EXTCODESIZE, EXTCODEHASH and EXTCODECOPY (EIP-7702)") {
    const Address account{{0x51}};
    BlockMaker block;
    const Bytes marker = delegation_to(Address{{0x52}});
    block.set_code(account, marker);
    Assembler code;
    code.push(account).op(OP_EXTCODESIZE).push(0).op(OP_SSTORE);
    code.push(account).op(OP_EXTCODEHASH).push(1).op(OP_SSTORE);
    code.push({32, 0, 0}).push(account).op(OP_EXTCODECOPY).push(0).op(OP_MLOAD).push(2).op(OP_SSTORE);
    block.set_code(kContract, code_of(code.op(OP_STOP)));
    block.add(call_to(kContract), block.alice);
    gas_of(block);
    const auto& storage = block.after.accounts.at(kContract)->storage;
    CHECK(storage.at(Uint256(0)) == Uint256(23));
    CHECK(storage.at(Uint256(1)) == Uint256::from_hash(keccak256(view(marker))));
    const Bytes word = marker + Bytes(9, '\0');
    CHECK(storage.at(Uint256(2)) == Uint256::from_be(reinterpret_cast<const std::uint8_t*>(word.data())));
    // The delegate was never asked for.
    CHECK(std::count(block.asked.begin(), block.asked.end(), Address{{0x52}}) == 0);
}

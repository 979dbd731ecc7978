// Calls, creation, self-destruction, storage gas, delegation: what frames do to each other and to the state.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <list>
#include <tuple>
#include <vector>

#include "support/catch.h"
#include "support/evm_fixture.h"

namespace sluice::test {
namespace {

using executor::CallKind;
using executor::CallResult;
using executor::CallStatus;
using executor::Fork;

const Address kOther = address(0x07e4);

/// CALL-like opcode with 32 bytes of output at memory 0; leaves its result on the stack.
Assembler call(int opcode, const Address& to, const Uint256& value, const Uint256& gas = 500'000) {
    Assembler code;
    code.push({32, 0, 0, 0});
    if (opcode == OP_CALL || opcode == OP_CALLCODE) code.push(value);
    return code.push(to).push(gas).op(opcode);
}

/// Initcode in memory, then CREATE or CREATE2 with salt 0; leaves the address on the stack.
Assembler create(int opcode, const Assembler& initcode, const Uint256& value = {}) {
    Assembler code;
    code.store(initcode.bytes());
    if (opcode == OP_CREATE2) code.push(0);
    return code.push({initcode.size(), 0}).push(value).op(opcode);
}

bool asked(const EvmFixture& vm, const std::string& what) {
    return std::find(vm.source.asked.begin(), vm.source.asked.end(), what) != vm.source.asked.end();
}

}  // namespace

TEST_CASE("SSTORE charges and refunds as EIP-3529's table says") {
    struct Row {
        std::vector<Uint256> values;
        Uint256 original;
        std::uint64_t gas;
        std::int64_t refund;
    };
    // The EIP's table for a slot that is already warm.
    const std::vector<Row> rows = {
        {{0, 0}, 0, 212, 0},        {{0, 1}, 0, 20112, 0},   {{1, 0}, 0, 20112, 19900}, {{1, 2}, 0, 20112, 0},
        {{1, 1}, 0, 20112, 0},      {{0, 0}, 1, 3012, 4800}, {{0, 1}, 1, 3012, 2800},   {{0, 2}, 1, 3012, 0},
        {{2, 0}, 1, 3012, 4800},    {{2, 3}, 1, 3012, 0},    {{2, 1}, 1, 3012, 2800},   {{2, 2}, 1, 3012, 0},
        {{1, 0}, 1, 3012, 4800},    {{1, 2}, 1, 3012, 0},    {{1, 1}, 1, 212, 0},       {{1, 0, 1}, 0, 40118, 19900},
        {{0, 1, 0}, 1, 5918, 7600},
    };
    for (const Row& row : rows) {
        for (const bool warm : {true, false}) {
            EvmFixture vm;
            if (!row.original.is_zero()) vm.source.accounts[vm.contract].storage[0] = row.original;
            vm.source.accounts[vm.contract].storage[1] = 1;
            if (warm) (void)vm.state().prewarm_slot(vm.contract, 0);
            Assembler code;
            for (const Uint256& value : row.values) code.push({value, 0}).op(OP_SSTORE);
            const auto result = vm.run(code);
            REQUIRE(result.status == CallStatus::success);
            CHECK(gas_used(result) == row.gas + (warm ? 0 : 2100));
            CHECK(result.gas_refund == row.refund);
            CHECK(vm.state().storage(vm.account(vm.contract), 0).value() == row.values.back());
        }
    }
}

TEST_CASE("SSTORE needs more than the call stipend (EIP-2200)") {
    EvmFixture vm;
    const auto code = Assembler().push({0, 0}).op(OP_SSTORE);
    (void)vm.state().prewarm_slot(vm.contract, 0);
    CHECK(vm.run(code, 6 + 2300).status == CallStatus::failure);
    CHECK(vm.run(code, 6 + 2301).status == CallStatus::success);
}

TEST_CASE("SLOAD is cold once, and empty storage is never asked for") {
    EvmFixture vm;
    const auto code = Assembler().push(5).op({OP_SLOAD, OP_POP}).push(5).op(OP_SLOAD).return_top();
    CHECK(gas_used(vm.run(code)) == 3 + 2100 + 2 + 3 + 100 + 15);
    CHECK(vm.source.asked.size() == 2);  // the contract and its code
    EvmFixture full;
    full.source.accounts[full.contract].storage[5] = 77;
    CHECK(word(full.run(code)) == Uint256{77});
    CHECK(word(full.run(code)) == Uint256{77});
    CHECK(full.source.asked.size() == 3);
    // Too little gas: not asked.
    EvmFixture poor;
    poor.source.accounts[poor.contract].storage[5] = 77;
    CHECK(poor.run(code, 2102).status == CallStatus::failure);
    CHECK(poor.source.asked.size() == 2);
}

TEST_CASE("transient storage lives for a transaction, per account, and is undone by a revert (EIP-1153)") {
    EvmFixture vm;
    CHECK(word(vm.run(Assembler().push({42, 1}).op(OP_TSTORE).push(1).op(OP_TLOAD).return_top())) == Uint256{42});
    CHECK(gas_used(vm.run(Assembler().push({42, 1}).op(OP_TSTORE))) == 106);
    CHECK(word(vm.run(Assembler().push(1).op(OP_TLOAD).return_top())) == Uint256{42});
    vm.next_transaction();
    CHECK(word(vm.run(Assembler().push(1).op(OP_TLOAD).return_top())) == Uint256{});
    const auto reverted = vm.run(Assembler().push({43, 1}).op(OP_TSTORE).push({0, 0}).op(OP_REVERT));
    CHECK(reverted.status == CallStatus::revert);
    CHECK(word(vm.run(Assembler().push(1).op(OP_TLOAD).return_top())) == Uint256{});
    // A delegate call uses the caller's.
    EvmFixture delegate;
    delegate.source.accounts[kOther].code = Assembler().push({9, 1}).op(OP_TSTORE).bytes();
    CHECK(word(delegate.run(call(OP_DELEGATECALL, kOther, 0).op(OP_POP).push(1).op(OP_TLOAD).return_top())) ==
          Uint256{9});
    EvmFixture plain;
    plain.source.accounts[kOther].code = Assembler().push({9, 1}).op(OP_TSTORE).bytes();
    CHECK(word(plain.run(call(OP_CALL, kOther, 0).op(OP_POP).push(1).op(OP_TLOAD).return_top())) == Uint256{});
}

TEST_CASE("a call's gas: access, value, new account, stipend, and all but a 64th") {
    const auto gas_of_call = [](const Address& to, const Uint256& value, bool alive, bool warm) {
        EvmFixture vm;
        vm.source.accounts[vm.contract].balance = 10;
        if (alive) vm.source.accounts[to].balance = 1;
        if (warm) (void)vm.state().prewarm_account(to);
        const auto result = vm.run(call(OP_CALL, to, value, 0));
        REQUIRE(result.status == CallStatus::success);
        return gas_used(result) - 7 * 3 - 3;  // pushes, one word of memory
    };
    CHECK(gas_of_call(kOther, 0, true, true) == 100);
    CHECK(gas_of_call(kOther, 0, false, false) == 2600);
    CHECK(gas_of_call(kOther, 1, true, false) == 2600 + 9000 - 2300);
    CHECK(gas_of_call(kOther, 1, false, false) == 2600 + 9000 + 25000 - 2300);

    // The callee sees at most 63/64 of what is left after the call's own costs.
    EvmFixture vm;
    vm.source.accounts[kOther].code = Assembler().op(OP_GAS).return_top().bytes();
    const auto result =
        vm.run(call(OP_CALL, kOther, 0, Uint256{1} << 200).op(OP_POP).push(0).op(OP_MLOAD).return_top());
    const std::uint64_t left = EvmFixture::kGas - 7 * 3 - 3 - 2600;
    CHECK(word(result) == Uint256{left - left / 64 - 2});
    // Asked for less, it gets less; with value 2,300 more.
    EvmFixture less;
    less.source.accounts[less.contract].balance = 10;
    less.source.accounts[kOther].code = Assembler().op(OP_GAS).return_top().bytes();
    CHECK(word(less.run(call(OP_CALL, kOther, 1, 1000).op(OP_POP).push(0).op(OP_MLOAD).return_top())) ==
          Uint256{1000 + 2300 - 2});
}

TEST_CASE("the four calls differ in caller, recipient, value and storage") {
    // The callee stores ADDRESS, CALLER and CALLVALUE.
    const auto callee = Assembler()
                            .op({OP_ADDRESS})
                            .push(0)
                            .op(OP_SSTORE)
                            .op(OP_CALLER)
                            .push(1)
                            .op(OP_SSTORE)
                            .op(OP_CALLVALUE)
                            .push(2)
                            .op(OP_SSTORE);
    struct Row {
        int opcode;
        bool own_storage;
        Uint256 recipient;
        Uint256 caller;
        Uint256 value;
    };
    const EvmFixture names;
    const Uint256 contract = Uint256::from_address(names.contract);
    const Uint256 other = Uint256::from_address(kOther);
    const Uint256 sender = Uint256::from_address(names.sender);
    for (const Row& row : {Row{OP_CALL, false, other, contract, 5}, Row{OP_CALLCODE, true, contract, contract, 5},
                           Row{OP_DELEGATECALL, true, contract, sender, 8}}) {
        EvmFixture vm;
        vm.source.accounts[vm.sender].balance = 100;
        vm.source.accounts[kOther].code = callee.bytes();
        const auto result = vm.run(call(row.opcode, kOther, 5).return_top(), EvmFixture::kGas, 8);
        INFO("opcode " << row.opcode);
        CHECK(word(result) == Uint256{1});
        const auto where = vm.account(row.own_storage ? vm.contract : kOther);
        CHECK(vm.state().storage(where, 0).value() == row.recipient);
        CHECK(vm.state().storage(where, 1).value() == row.caller);
        CHECK(vm.state().storage(where, 2).value() == row.value);
        CHECK(vm.state().info(vm.account(kOther)).balance == Uint256{row.opcode == OP_CALL ? 5u : 0u});
    }
    EvmFixture vm;
    vm.source.accounts[kOther].code = callee.bytes();
    CHECK(word(vm.run(call(OP_STATICCALL, kOther, 0).return_top())) == Uint256{});
}

TEST_CASE("a static call forbids every change of state, in inner calls too") {
    const std::vector<Assembler> forbidden = {
        Assembler().push({1, 0}).op(OP_SSTORE),
        Assembler().push({1, 0}).op(OP_TSTORE),
        Assembler().push({0, 0}).op(OP_LOG0),
        Assembler().push({0, 0, 0}).op(OP_CREATE),
        Assembler().push({0, 0, 0, 0}).op(OP_CREATE2),
        Assembler().push(0).op(OP_SELFDESTRUCT),
        call(OP_CALL, address(0x999), 1),
    };
    for (const Assembler& code : forbidden) {
        EvmFixture vm;
        vm.source.accounts[kOther] = {100, 1, code.bytes(), {}};
        CHECK(word(vm.run(call(OP_STATICCALL, kOther, 0).return_top())) == Uint256{});
        // The same code through one more plain call.
        const Address between = address(0xbe7);
        EvmFixture nested;
        nested.source.accounts[kOther] = {100, 1, code.bytes(), {}};
        nested.source.accounts[between].code = call(OP_CALL, kOther, 0, 400'000).return_top().bytes();
        CHECK(word(nested.run(call(OP_STATICCALL, between, 0).op(OP_POP).push(0).op(OP_MLOAD).return_top())) ==
              Uint256{});
        // Outside a static call it runs.
        EvmFixture plain;
        plain.source.accounts[kOther] = {100, 1, code.bytes(), {}};
        CHECK(word(plain.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{1});
    }
    // CALLCODE with value and a call with none are allowed.
    for (const Assembler& code : {call(OP_CALLCODE, address(0x999), 1), call(OP_CALL, address(0x999), 0)}) {
        EvmFixture vm;
        vm.source.accounts[kOther] = {100, 1, code.bytes(), {}};
        CHECK(word(vm.run(call(OP_STATICCALL, kOther, 0).return_top())) == Uint256{1});
    }
}

TEST_CASE("a revert undoes state and warmth, keeps gas and returns data; a failure keeps nothing") {
    for (const int last : {static_cast<int>(OP_REVERT), 0xfe}) {
        EvmFixture vm;
        vm.source.accounts[vm.contract] = {10, 1, {}, {}};
        vm.source.accounts[kOther].code = Assembler()
                                              .push({7, 3})
                                              .op(OP_SSTORE)
                                              .push(address(0x777))
                                              .op({OP_BALANCE, OP_POP})
                                              .push({0, 0})
                                              .op(OP_LOG0)
                                              .push({0xee, 0})
                                              .op(OP_MSTORE)
                                              .push({64, 0})
                                              .op(last)
                                              .bytes();
        const auto result = vm.run(call(OP_CALL, kOther, 1, 100'000)
                                       .push(1)
                                       .op(OP_SSTORE)  // slot 1 := result of the call
                                       .op(OP_RETURNDATASIZE)
                                       .push(2)
                                       .op(OP_SSTORE)
                                       .push(0)
                                       .op(OP_MLOAD)
                                       .return_top());
        REQUIRE(result.status == CallStatus::success);
        auto& state = vm.state();
        CHECK(state.storage(vm.account(vm.contract), 1).value() == Uint256{});
        CHECK(state.storage(vm.account(vm.contract), 2).value() == Uint256{last == OP_REVERT ? 64u : 0u});
        CHECK(word(result) == Uint256{last == OP_REVERT ? 0xeeu : 0u});
        CHECK(state.storage(vm.account(kOther), 3).value() == Uint256{});
        CHECK(state.info(vm.account(vm.contract)).balance == Uint256{10});
        CHECK(state.logs().empty());
        CHECK(!state.is_warm(vm.account(address(0x777))));
        CHECK(state.is_warm(vm.account(kOther)));
        if (last == 0xfe) CHECK(gas_used(result) > 100'000);
    }
}

TEST_CASE("calls beyond depth 1024 or the balance fail without cost to the caller") {
    // Each level calls itself with all gas it may give and counts in slot 0 of its own.
    EvmFixture vm;
    Assembler code;
    code.push({1, 0}).op({OP_SLOAD, OP_ADD}).push(0).op(OP_SSTORE);
    code.push({0, 0, 0, 0, 0}).op(OP_ADDRESS).op({OP_GAS, OP_CALL});
    vm.source.accounts[vm.contract].storage[9] = 1;
    const auto result = vm.run(code, std::uint64_t{1} << 50);
    CHECK(result.status == CallStatus::success);
    CHECK(vm.state().storage(vm.account(vm.contract), 0).value() == Uint256{1025});

    EvmFixture poor;
    const auto failed = poor.run(call(OP_CALL, kOther, 1, 0).return_top());
    CHECK(word(failed) == Uint256{});
    // The stipend comes back too.
    CHECK(gas_used(failed) == 21 + 3 + 2600 + 9000 + 25000 - 2300 + 12);
}

TEST_CASE("the return buffer holds the latest call's whole output") {
    EvmFixture vm;
    Assembler callee;
    callee.push({0xaa, 0}).op(OP_MSTORE).push({0xbb, 32}).op(OP_MSTORE).push({5000, 0}).op(OP_RETURN);
    vm.source.accounts[kOther].code = callee.bytes();
    const auto code = call(OP_CALL, kOther, 0)
                          .op({OP_POP, OP_RETURNDATASIZE})
                          .push({32, 32, 64})
                          .op(OP_RETURNDATACOPY)
                          .push(64)
                          .op({OP_MLOAD, OP_ADD});
    CHECK(word(vm.run(Assembler(code).return_top())) == Uint256{5000 + 0xbb});
    // A call to an account without code empties it; so does one that cannot start.
    CHECK(word(vm.run(call(OP_CALL, kOther, 0)
                          .op(OP_POP)
                          .code(call(OP_CALL, address(0x123), 0))
                          .op({OP_POP, OP_RETURNDATASIZE})
                          .return_top())) == Uint256{});
    CHECK(word(vm.run(call(OP_CALL, kOther, 0)
                          .op(OP_POP)
                          .code(call(OP_CALL, address(0x123), 1))
                          .op({OP_POP, OP_RETURNDATASIZE})
                          .return_top())) == Uint256{});
    // The output of the outermost call stays when the arena is used again.
    const auto kept = vm.run(callee);
    auto* other = vm.scratch().make_array<std::uint8_t>(100000);
    std::fill(other, other + 100000, std::uint8_t{0xff});
    CHECK(kept.output.size() == 5000);
    CHECK(kept.output[31] == 0xaa);
    CHECK(kept.output[63] == 0xbb);
}

TEST_CASE("CREATE and CREATE2 deploy at the addresses of their formulas") {
    const std::vector<std::uint8_t> runtime = {0x60, 0x2a, 0x50};
    for (const int opcode : {OP_CREATE, OP_CREATE2}) {
        EvmFixture vm;
        vm.source.accounts[vm.contract] = {100, 1, {}, {}};
        const auto initcode = deployer(runtime);
        const auto result = vm.run(create(opcode, initcode, 7).return_top());
        Address expected = executor::compute_create_address(vm.contract, 1);
        if (opcode == OP_CREATE2) {
            std::vector<std::uint8_t> data(85, 0);
            data[0] = 0xff;
            std::copy(vm.contract.bytes.begin(), vm.contract.bytes.end(), data.begin() + 1);
            const Hash32 hash = keccak256(initcode.bytes());
            std::copy(hash.bytes.begin(), hash.bytes.end(), data.begin() + 53);
            expected = Address::from(keccak256(data).bytes.data() + 12);
        }
        CHECK(word(result) == Uint256::from_address(expected));
        const auto created = vm.account(expected);
        CHECK(vm.state().info(created).nonce == 1);
        CHECK(vm.state().info(created).balance == Uint256{7});
        const auto code = vm.state().code(created).value();
        CHECK(std::vector<std::uint8_t>(code.begin(), code.end()) == runtime);
        CHECK(vm.state().info(vm.account(vm.contract)).nonce == 2);
        CHECK(vm.state().created_in_transaction(created));
        CHECK(vm.state().is_warm(created));
        CHECK(!asked(vm, "code " + MapState::hex(keccak256(runtime).view())));
    }
    // The Yellow Paper's formula on known values: the first contract of 0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0.
    const std::uint8_t sender[20] = {0x6a, 0xc7, 0xea, 0x33, 0xf8, 0x83, 0x1e, 0xa9, 0xdc, 0xc5,
                                     0x33, 0x93, 0xaa, 0xa8, 0x8b, 0x25, 0xa7, 0x85, 0xdb, 0xf0};
    CHECK(MapState::hex(executor::compute_create_address(Address::from(sender), 0).view()) ==
          "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d");
    CHECK(MapState::hex(executor::compute_create_address(Address::from(sender), 1).view()) ==
          "343c43a37d37dff08ae8c4a11544c718abb4fcf8");
}

TEST_CASE("CREATE's gas: 32000, two a word of initcode from Shanghai on, the deposit of 200 a byte") {
    for (const Fork fork : {Fork::paris, Fork::shanghai}) {
        EvmFixture vm(fork);
        const auto initcode = deployer({0x00, 0x00, 0x00});  // PUSH3 or PUSH1, PUSH1, MSTORE, PUSH1, PUSH1, RETURN
        REQUIRE(initcode.size() == 10);
        const auto result = vm.run(create(OP_CREATE, initcode).op(OP_POP));
        const std::uint64_t store = 3 + 3 + 3 + 3;  // PUSH10.., PUSH, MSTORE, one word
        const std::uint64_t inner = 3 + 3 + 3 + 3 + 3 + 3;
        CHECK(gas_used(result) == store + 9 + 32000 + (fork >= Fork::shanghai ? 2 : 0) + inner + 600 + 2);
    }
    EvmFixture vm;
    const auto result = vm.run(create(OP_CREATE2, deployer({0, 0, 0})).op(OP_POP));
    CHECK(gas_used(result) == 12 + 12 + 32000 + 2 + 6 + 18 + 600 + 2);
}

TEST_CASE("creations fail by their rules") {
    const auto create_with = [](const Assembler& initcode, Fork fork = Fork::osaka) {
        EvmFixture vm(fork);
        const auto result = vm.run(create(OP_CREATE, initcode).return_top(), 20'000'000);
        return result.status == CallStatus::success && !word(result).is_zero();
    };
    CHECK(create_with(deployer({0xfe})));
    CHECK(!create_with(deployer({0xef})));  // EIP-3541
    CHECK(!create_with(deployer({0xef, 0x01})));
    CHECK(create_with(Assembler().push({24576, 0}).op(OP_RETURN)));
    CHECK(!create_with(Assembler().push({24577, 0}).op(OP_RETURN)));  // EIP-170
    CHECK(!create_with(Assembler().push({0, 0}).op(OP_REVERT)));

    // EIP-3860: initcode of 49152 bytes, and one more.
    const auto with_size = [](std::uint64_t size, Fork fork) {
        EvmFixture vm(fork);
        return vm.run(Assembler().push({size, 0, 0}).op(OP_CREATE).return_top(), 20'000'000);
    };
    CHECK(with_size(49152, Fork::shanghai).status == CallStatus::success);
    CHECK(with_size(49153, Fork::shanghai).status == CallStatus::failure);
    CHECK(with_size(49153, Fork::paris).status == CallStatus::success);

    // The deposit cannot be paid: the creation fails, with all its gas.
    EvmFixture poor;
    CHECK(word(poor.run(create(OP_CREATE, deployer(std::vector<std::uint8_t>(1000, 0))).return_top(), 150'000)) ==
          Uint256{});

    // Nonce at its limit (EIP-2681): nothing happens, no gas is given away.
    EvmFixture old;
    old.source.accounts[old.contract].nonce = ~std::uint64_t{0};
    const auto refused = old.run(create(OP_CREATE, deployer({0})).return_top());
    CHECK(word(refused) == Uint256{});
    CHECK(gas_used(refused) < 33'000);
    CHECK(old.state().info(old.account(old.contract)).nonce == ~std::uint64_t{0});
}

TEST_CASE("a creation collides with nonce, code or storage (EIP-7610), takes the gas and raises the nonce") {
    for (int what = 0; what < 4; ++what) {
        EvmFixture vm;
        const Address target = executor::compute_create_address(vm.contract, 1);
        auto& account = vm.source.accounts[target];
        account.balance = 3;
        if (what == 0) account.nonce = 1;
        if (what == 1) account.code = {1};
        if (what == 2) account.storage[1] = 1;
        const auto result = vm.run(create(OP_CREATE, deployer({0})).return_top());
        REQUIRE(result.status == CallStatus::success);
        CHECK(word(result).is_zero() == (what != 3));
        CHECK(vm.state().info(vm.account(vm.contract)).nonce == 2);
        if (what != 3) CHECK(result.gas_left < EvmFixture::kGas / 32);
        CHECK(vm.state().info(vm.account(target)).balance == Uint256{3});
        CHECK(vm.state().is_warm(vm.account(target)));
    }
}

TEST_CASE("a creation message deploys, and a failed one leaves nothing") {
    for (const bool good : {true, false}) {
        EvmFixture vm;
        vm.source.accounts[vm.sender].balance = 50;
        const Address target = executor::compute_create_address(vm.sender, 0);
        const auto initcode = good ? deployer({0x5b}) : deployer({0xef});
        executor::Message message;
        message.kind = CallKind::create;
        message.sender = vm.sender;
        message.recipient = target;
        message.value = 5;
        message.input = initcode.bytes();
        message.gas = EvmFixture::kGas;
        const auto result = vm.execute(message);
        REQUIRE(result.ok());
        CHECK((result->status == CallStatus::success) == good);
        CHECK(result->gas_left == (good ? EvmFixture::kGas - 18 - 200 : 0));
        CHECK(vm.state().info(vm.account(target)).exists == good);
        CHECK(vm.state().info(vm.account(vm.sender)).balance == Uint256{good ? 45u : 50u});
    }
}

TEST_CASE("SELFDESTRUCT before Cancun removes at the end of the transaction, and the address can be used again") {
    EvmFixture vm(Fork::shanghai);
    vm.source.accounts[kOther] = {10, 1, Assembler().push(address(0xbe)).op(OP_SELFDESTRUCT).bytes(), {{1, 5}}};
    CHECK(word(vm.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{1});
    CHECK(vm.state().info(vm.account(address(0xbe))).balance == Uint256{10});
    CHECK(vm.state().info(vm.account(kOther)).nonce == 1);  // still there
    CHECK(vm.state().storage(vm.account(kOther), 1).value() == Uint256{5});
    vm.next_transaction();
    CHECK(!vm.state().info(vm.account(kOther)).exists);
    CHECK(vm.state().storage(vm.account(kOther), 1).value() == Uint256{});
    CHECK(vm.state().storage(vm.account(kOther), 2).value() == Uint256{});
    CHECK(!asked(vm, "slot " + MapState::hex(kOther.view()) + " " + MapState::hex(Uint256{2}.to_hash().view())));
    REQUIRE(vm.state().create_contract(vm.account(kOther)) == ErrorCode::ok);
    REQUIRE(vm.state().set_storage(vm.account(kOther), 2, 6) == ErrorCode::ok);
    vm.next_transaction();

    std::vector<std::uint8_t> memory(1 << 16);
    Arena arena(memory.data(), memory.size());
    const auto accesses = vm.state().accesses(arena).value();
    for (const auto& access : accesses.accounts) {
        if (!(access.address == kOther)) continue;
        CHECK(access.storage_cleared);
        CHECK(access.original.balance == Uint256{10});
        CHECK(access.current.nonce == 1);
        REQUIRE(access.slots.size() == 2);
        CHECK(access.slots[0].slot == Uint256{1});
        CHECK(access.slots[0].listed);
        CHECK(access.slots[0].original == Uint256{5});
        CHECK(access.slots[0].current == Uint256{});
        CHECK(access.slots[1].slot == Uint256{2});
        CHECK(!access.slots[1].listed);
        CHECK(access.slots[1].current == Uint256{6});
    }
}

TEST_CASE("SELFDESTRUCT from Cancun on only sends the balance, unless created in the same transaction (EIP-6780)") {
    EvmFixture vm;
    vm.source.accounts[kOther] = {10, 1, Assembler().push(kOther).op(OP_SELFDESTRUCT).bytes(), {}};
    CHECK(word(vm.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{1});
    vm.next_transaction();
    CHECK(vm.state().info(vm.account(kOther)).balance == Uint256{10});  // to itself: kept

    // Created, paid and destroyed in one transaction, to itself: the balance is burnt.
    EvmFixture fresh;
    fresh.source.accounts[fresh.contract] = {10, 1, {}, {}};
    const auto result = fresh.run(create(OP_CREATE, Assembler().op({OP_ADDRESS, OP_SELFDESTRUCT}), 4).return_top());
    const Address created = word(result).to_address();
    CHECK(fresh.state().info(fresh.account(created)).balance == Uint256{});
    CHECK(fresh.state().info(fresh.account(created)).exists);
    fresh.next_transaction();
    CHECK(!fresh.state().info(fresh.account(created)).exists);
    CHECK(fresh.state().info(fresh.account(fresh.contract)).balance == Uint256{6});
}

TEST_CASE("SELFDESTRUCT charges a cold beneficiary and a new account") {
    const auto gas = [](bool alive, bool warm, std::uint64_t balance) {
        EvmFixture vm;
        vm.source.accounts[vm.contract].balance = balance;
        if (alive) vm.source.accounts[kOther].balance = 1;
        if (warm) (void)vm.state().prewarm_account(kOther);
        return gas_used(vm.run(Assembler().push(kOther).op(OP_SELFDESTRUCT))) - 3;
    };
    CHECK(gas(true, true, 1) == 5000);
    CHECK(gas(true, false, 1) == 7600);
    CHECK(gas(false, false, 1) == 32600);
    CHECK(gas(false, false, 0) == 7600);
}

TEST_CASE("calls run precompiles, move value to them and fail with their gas") {
    EvmFixture vm;
    vm.source.accounts[vm.contract].balance = 10;
    // The identity: 32 bytes of memory through 0x04.
    Assembler code;
    code.push({0x1234, 0}).op(OP_MSTORE).push({32, 32, 32, 0, 3, 4, 1000}).op(OP_CALL).push(32).op({OP_MLOAD, OP_ADD});
    const auto result = vm.run(Assembler(code).return_top());
    CHECK(word(result) == Uint256{0x1235});
    CHECK(vm.state().info(vm.account(address(4))).balance == Uint256{3});
    // A precompile is always warm (EIP-2929). Blake2F with no input fails.
    EvmFixture fail;
    const auto failed = fail.run(call(OP_CALL, address(9), 0, 5000).return_top());
    CHECK(word(failed) == Uint256{});
    CHECK(gas_used(failed) == 21 + 3 + 100 + 5000 + 12);
    // Not enough for its price.
    EvmFixture poor;
    CHECK(word(poor.run(call(OP_STATICCALL, address(4), 0, 14).return_top())) == Uint256{});
    CHECK(!asked(poor, "account " + MapState::hex(address(4).view())));
}

namespace {

/// Keeps what it is given, and notes what it was asked.
class KeptResults final : public executor::PrecompileMemo {
 public:
    const executor::PrecompileResult* find(std::uint64_t address, ByteView input) noexcept override {
        asked.push_back(address);
        for (const auto& [of, bytes, output, result] : kept) {
            if (of == address && std::equal(input.begin(), input.end(), bytes.begin(), bytes.end())) return &result;
        }
        return nullptr;
    }
    void add(std::uint64_t address, ByteView input, const executor::PrecompileResult& result) noexcept override {
        Entry& entry = kept.emplace_back(Entry{address, {input.begin(), input.end()}, {}, result});
        entry.output.assign(result.output.begin(), result.output.end());
        entry.result.output = entry.output;
    }

    struct Entry {
        std::uint64_t address;
        std::vector<std::uint8_t> input;
        std::vector<std::uint8_t> output;
        executor::PrecompileResult result;
    };
    std::vector<std::uint64_t> asked;
    std::list<Entry> kept;
};

}  // namespace

TEST_CASE("a memo is asked before long calls of precompiles, changes no result and keeps failures too") {
    EvmFixture vm;
    std::vector<std::uint8_t> multiplication(96);  // of BN254's generator (1, 2) by 3
    multiplication[31] = 1;
    multiplication[63] = 2;
    multiplication[95] = 3;
    std::vector<std::uint8_t> off_curve = multiplication;
    off_curve[63] = 3;
    struct Call {
        std::uint64_t address;
        std::vector<std::uint8_t> input;
        bool asked;
    };
    const Call calls[] = {
        {0x07, multiplication, true},
        {0x07, off_curve, true},
        {0x01, std::vector<std::uint8_t>(128), true},  // recovers nothing, and succeeds
        {0x08, std::vector<std::uint8_t>(192), true},
        {0x08, std::vector<std::uint8_t>(11 * 192), false},  // more than 2,048 bytes
        {0x06, std::vector<std::uint8_t>(128), false},       // 150 gas
        {0x04, std::vector<std::uint8_t>(100'000), false},
    };
    const auto run = [&](const Call& call) {
        executor::Message message;
        message.sender = vm.sender;
        message.recipient = address(call.address);
        message.input = call.input;
        message.gas = EvmFixture::kGas;
        const auto result = vm.execute(message);
        REQUIRE(result.ok());
        return std::tuple(result->status, result->gas_left,
                          std::vector<std::uint8_t>(result->output.begin(), result->output.end()));
    };
    KeptResults memo;
    for (const Call& call : calls) {
        INFO("precompile " << call.address << ", " << call.input.size() << " bytes");
        vm.evm().set_precompile_memo(nullptr);
        const auto expected = run(call);
        vm.evm().set_precompile_memo(&memo);
        const std::size_t before = memo.kept.size();
        for (int i = 0; i < 3; ++i) CHECK(run(call) == expected);
        CHECK(memo.kept.size() == before + (call.asked ? 1 : 0));
        CHECK(memo.asked.size() == (call.asked ? 3 : 0));
        CHECK(std::all_of(memo.asked.begin(), memo.asked.end(), [&](auto of) { return of == call.address; }));
        memo.asked.clear();
    }
    // What is known is not computed again.
    memo.kept.front().output.assign(64, 7);
    CHECK(std::get<2>(run(calls[0])) == std::vector<std::uint8_t>(64, 7));
}

TEST_CASE("a memo of hashes gives what KECCAK256 gives, asked again and after others took the entry") {
    SLUICE_RANDOM(rng);
    const auto memo = std::make_unique<executor::KeccakMemo>();
    std::vector<std::array<std::uint8_t, 64>> inputs(3000);  // of 1,024 entries
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        // Alike at the ends of their words, which choose the entry, or random; the first is all zeros, as entries are.
        for (std::size_t k = 0; k < 64; ++k) {
            if (i % 3 == 0 || k % 32 < 24) inputs[i][k] = static_cast<std::uint8_t>(rng());
        }
    }
    for (int round = 0; round < 20'000; ++round) {
        const auto& input = inputs[rng() % 4 == 0 ? rng() % inputs.size() : rng() % 16];
        REQUIRE(memo->keccak(input.data()) == Uint256::from_hash(keccak256(input)));
    }

    EvmFixture vm;
    const auto code = Assembler().push(7).push(0).op(OP_MSTORE).push(9).push(32).op(OP_MSTORE);
    for (const std::uint64_t size : {64, 63, 65, 0}) {
        vm.evm().set_keccak_memo(nullptr);
        const auto hash = Assembler(code).push(size).push(0).op(OP_KECCAK256).return_top();
        const auto expected = vm.run(hash);
        const Uint256 value = word(expected);
        const std::uint64_t gas = gas_used(expected);
        vm.evm().set_keccak_memo(memo.get());
        for (int i = 0; i < 2; ++i) {
            const auto result = vm.run(hash);
            CHECK(word(result) == value);
            CHECK(gas_used(result) == gas);
        }
    }
}

TEST_CASE("a delegated account runs its target's code on its own storage (EIP-7702)") {
    const Address target = address(0x7a6);
    std::vector<std::uint8_t> marker = {0xef, 0x01, 0x00};
    marker.insert(marker.end(), target.bytes.begin(), target.bytes.end());
    const auto make = [&](Fork fork, const std::vector<std::uint8_t>& target_code) {
        EvmFixture vm(fork);
        vm.source.accounts[kOther] = {5, 1, marker, {}};
        vm.source.accounts[target] = {0, 1, target_code, {}};
        return vm;
    };
    const auto writer = Assembler().op(OP_ADDRESS).push(1).op(OP_SSTORE).op(OP_CODESIZE).return_top();
    for (const int opcode : {OP_CALL, OP_CALLCODE, OP_DELEGATECALL}) {
        auto vm = make(Fork::prague, writer.bytes());
        const auto result = vm.run(call(opcode, kOther, 0).op(OP_POP).push(0).op(OP_MLOAD).return_top());
        CHECK(word(result) == Uint256{writer.size()});
        const auto where = vm.account(opcode == OP_CALL ? kOther : vm.contract);
        CHECK(vm.state().storage(where, 1).value() == Uint256::from_address(vm.state().address(where)));
        CHECK(vm.state().is_warm(vm.account(target)));
    }
    {
        // Gas: the account cold, then the target cold; afterwards both warm.
        auto vm = make(Fork::prague, {0x00});
        CHECK(gas_used(vm.run(call(OP_CALL, kOther, 0, 0).code(call(OP_CALL, kOther, 0, 0)))) ==
              2 * 21 + 3 + 2600 + 2600 + 100 + 100);
    }
    {
        // EXTCODE* see the marker.
        auto vm = make(Fork::prague, writer.bytes());
        CHECK(word(vm.run(Assembler().push(kOther).op(OP_EXTCODESIZE).return_top())) == Uint256{23});
        CHECK(word(vm.run(Assembler().push(kOther).op(OP_EXTCODEHASH).return_top())).to_hash() == keccak256(marker));
        CHECK(!asked(vm, "account " + MapState::hex(target.view())));
    }
    {
        // A delegation to a delegation runs its marker, which is no instruction.
        std::vector<std::uint8_t> loop = {0xef, 0x01, 0x00};
        loop.insert(loop.end(), kOther.bytes.begin(), kOther.bytes.end());
        auto vm = make(Fork::prague, loop);
        CHECK(word(vm.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{});
    }
    {
        // A delegation to a precompile runs nothing.
        EvmFixture vm(Fork::prague);
        std::vector<std::uint8_t> to_identity = {0xef, 0x01, 0x00};
        const Address identity = address(4);
        to_identity.insert(to_identity.end(), identity.bytes.begin(), identity.bytes.end());
        vm.source.accounts[kOther] = {5, 1, to_identity, {}};
        CHECK(word(vm.run(call(OP_CALL, kOther, 0).op({OP_POP, OP_RETURNDATASIZE}).return_top())) == Uint256{});
        CHECK(word(vm.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{1});
    }
    {
        // Before Prague the marker is code like any other, and fails.
        auto vm = make(Fork::cancun, writer.bytes());
        CHECK(word(vm.run(call(OP_CALL, kOther, 0).return_top())) == Uint256{});
    }
    {
        // A message to a delegated account warms its target.
        auto vm = make(Fork::prague, Assembler().op(OP_ADDRESS).return_top().bytes());
        executor::Message message;
        message.sender = vm.sender;
        message.recipient = kOther;
        message.gas = 100'000;
        const auto result = vm.execute(message);
        REQUIRE(result.ok());
        CHECK(word(*result) == Uint256::from_address(kOther));
        CHECK(vm.state().is_warm(vm.account(target)));
    }
}

TEST_CASE("a message that pays nothing leaves no trace of its sender") {
    EvmFixture vm;
    (void)vm.run(Assembler().op(OP_STOP));
    CHECK(!asked(vm, "account " + MapState::hex(vm.sender.view())));
}

TEST_CASE("a touched empty account is removed at the end of the transaction (EIP-161)") {
    EvmFixture vm;
    vm.source.accounts[kOther] = {};
    (void)vm.run(call(OP_CALL, kOther, 0));
    CHECK(vm.state().info(vm.account(kOther)).exists);
    vm.next_transaction();
    CHECK(!vm.state().info(vm.account(kOther)).exists);

    EvmFixture reverted;
    reverted.source.accounts[kOther] = {};
    (void)reverted.run(call(OP_CALL, kOther, 0).push({0, 0}).op(OP_REVERT));
    reverted.next_transaction();
    CHECK(reverted.state().info(reverted.account(kOther)).exists);
}

}  // namespace sluice::test

// Opcodes one group at a time: results, gas by the Yellow Paper and the EIPs, and exceptional halts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "support/catch.h"
#include "support/evm_fixture.h"
#include "support/evm_programs.h"

namespace sluice::test {
namespace {

using executor::CallStatus;
using executor::Fork;

const Uint256 kMax = Uint256{} - Uint256{1};
const Uint256 kTopBit = Uint256{1} << 255;

/// Runs the operands (first one ends on top) and the opcode, and checks result and gas.
void check_op(int opcode, std::initializer_list<Uint256> operands, const Uint256& expected, std::uint64_t gas,
              Fork fork = Fork::osaka) {
    EvmFixture vm(fork);
    Assembler code;
    for (auto operand = std::rbegin(operands); operand != std::rend(operands); ++operand) code.push(*operand);
    const auto result = vm.run(code.op(opcode).return_top());
    INFO("opcode " << opcode);
    REQUIRE(result.status == CallStatus::success);
    CHECK(word(result) == expected);
    // 3 for each push; return_top: PUSH, MSTORE, one word of memory, PUSH, PUSH.
    CHECK(gas_used(result) == 3 * operands.size() + gas + 3 + 3 + 3 + 3 + 3);
}

bool fails(const Assembler& code, Fork fork = Fork::osaka) {
    EvmFixture vm(fork);
    const auto result = vm.run(code);
    return result.status == CallStatus::failure && result.gas_left == 0 && result.output.empty();
}

}  // namespace

TEST_CASE("arithmetic opcodes compute and charge as the Yellow Paper says") {
    check_op(OP_ADD, {kMax, 2}, 1, 3);
    check_op(OP_MUL, {kMax, 2}, kMax - Uint256{1}, 5);
    check_op(OP_SUB, {3, 5}, Uint256{} - Uint256{2}, 3);
    check_op(OP_DIV, {17, 5}, 3, 5);
    check_op(OP_DIV, {17, 0}, 0, 5);
    check_op(OP_SDIV, {Uint256{} - Uint256{17}, 5}, Uint256{} - Uint256{3}, 5);
    check_op(OP_SDIV, {kTopBit, kMax}, kTopBit, 5);
    check_op(OP_MOD, {17, 5}, 2, 5);
    check_op(OP_SMOD, {Uint256{} - Uint256{17}, 5}, Uint256{} - Uint256{2}, 5);
    check_op(OP_ADDMOD, {kMax, 2, 10}, 7, 8);  // 2^256 + 1 mod 10
    check_op(OP_MULMOD, {kMax, kMax, 12}, 9, 8);
    check_op(OP_EXP, {2, 10}, 1024, 10 + 50);
    check_op(OP_EXP, {2, 0}, 1, 10);
    check_op(OP_EXP, {3, 256}, Uint256{0xd2105f2f0730f401, 0x75a205de07597d51, 0xfed242815e55bc83, 0xc7adeeb80d4fff81},
             10 + 100);
    check_op(OP_SIGNEXTEND, {0, 0xff}, kMax, 5);
    check_op(OP_SIGNEXTEND, {31, kTopBit}, kTopBit, 5);
}

TEST_CASE("comparison and bit opcodes compute and charge as the Yellow Paper says") {
    check_op(OP_LT, {1, 2}, 1, 3);
    check_op(OP_LT, {{5, 0, 0, 1}, {4, 0, 0, 1}}, 0, 3);
    check_op(OP_GT, {{5, 0, 0, 1}, {4, 0, 0, 1}}, 1, 3);
    check_op(OP_GT, {{0, 0, 1, 0}, {~0ull, ~0ull, 0, 0}}, 1, 3);
    check_op(OP_SLT, {kMax, 0}, 1, 3);
    check_op(OP_SGT, {0, kTopBit}, 1, 3);
    check_op(OP_SLT, {kTopBit, kMax}, 1, 3);
    check_op(OP_EQ, {kMax, kMax}, 1, 3);
    check_op(OP_EQ, {{0, 1, 0, 0}, {0, 0, 1, 0}}, 0, 3);
    check_op(OP_ISZERO, {0}, 1, 3);
    check_op(OP_ISZERO, {kTopBit}, 0, 3);
    check_op(OP_AND, {0b1100, 0b1010}, 0b1000, 3);
    check_op(OP_OR, {0b1100, 0b1010}, 0b1110, 3);
    check_op(OP_XOR, {0b1100, 0b1010}, 0b0110, 3);
    check_op(OP_NOT, {0}, kMax, 3);
    check_op(OP_BYTE, {31, 0xab}, 0xab, 3);
    check_op(OP_BYTE, {32, kMax}, 0, 3);
    check_op(OP_SHL, {255, 1}, kTopBit, 3);
    check_op(OP_SHL, {256, 1}, 0, 3);
    check_op(OP_SHR, {255, kTopBit}, 1, 3);
    check_op(OP_SHR, {kMax, kMax}, 0, 3);
    check_op(OP_SAR, {255, kTopBit}, kMax, 3);
    check_op(OP_SAR, {{0, 1, 0, 0}, kTopBit}, kMax, 3);
    check_op(OP_SAR, {4, 0x100}, 0x10, 3);
    // EIP-7939's examples.
    check_op(OP_CLZ, {0}, 256, 5);
    check_op(OP_CLZ, {kTopBit}, 0, 5);
    check_op(OP_CLZ, {kMax}, 0, 5);
    check_op(OP_CLZ, {kTopBit >> 1}, 1, 5);
    check_op(OP_CLZ, {1}, 255, 5);
}

TEST_CASE("opcodes are undefined before their fork") {
    const std::vector<std::pair<int, Fork>> rows = {{OP_PUSH0, Fork::shanghai},  {OP_MCOPY, Fork::cancun},
                                                    {OP_TLOAD, Fork::cancun},    {OP_TSTORE, Fork::cancun},
                                                    {OP_BLOBHASH, Fork::cancun}, {OP_BLOBBASEFEE, Fork::cancun},
                                                    {OP_CLZ, Fork::osaka}};
    for (const auto& [opcode, first] : rows) {
        for (int fork = 0; fork <= static_cast<int>(Fork::osaka); ++fork) {
            INFO("opcode " << opcode << " fork " << fork);
            const auto code = Assembler().push({0, 0, 0}).op({opcode, OP_STOP});
            CHECK(fails(code, static_cast<Fork>(fork)) == (fork < static_cast<int>(first)));
        }
    }
}

TEST_CASE("numbers without an instruction halt exceptionally") {
    for (int number = 0; number < 256; ++number) {
        bool defined = false;
#define SLUICE_OPCODE(opcode, name, first_fork, base_gas, check, pops, pushes, function) \
    defined = defined || number == (opcode);
#define SLUICE_UNDEFINED(opcode)
#include "evm/opcodes.def"
#undef SLUICE_UNDEFINED
#undef SLUICE_OPCODE
        if (!defined) CHECK(fails(Assembler().op(number)));
    }
}

TEST_CASE("each opcode halts with one word too few on the stack and with one too many") {
    struct Row {
        int opcode;
        int pops;
        int pushes;
    };
    const std::vector<Row> rows = {
#define SLUICE_OPCODE(opcode, name, first_fork, base_gas, check, pops, pushes, function) {opcode, pops, pushes},
#define SLUICE_UNDEFINED(opcode)
#include "evm/opcodes.def"
#undef SLUICE_UNDEFINED
#undef SLUICE_OPCODE
    };
    for (const Row& row : rows) {
        INFO("opcode " << row.opcode);
        if (row.pops > 0) {
            Assembler code;
            for (int i = 1; i < row.pops; ++i) code.push(0);
            CHECK(fails(code.op(row.opcode)));
        }
        if (row.pushes > row.pops) {
            Assembler full;
            for (int i = 0; i < 1024; ++i) full.push(0);
            CHECK(fails(full.op(row.opcode)));
            Assembler room;
            for (int i = 0; i < 1024 - (row.pushes - row.pops); ++i) room.push(0);
            CHECK(!fails(room.op(row.opcode)));
        }
    }
}

TEST_CASE("PUSH takes its bytes, and zeros behind the end of the code") {
    for (int size = 1; size <= 32; ++size) {
        INFO("size " << size);
        Assembler code;
        code.op(OP_PUSH1 + size - 1);
        Uint256 expected;
        for (int i = 0; i < size; ++i) {
            code.op(0xa0 + i);
            expected = (expected << 8) | Uint256{static_cast<std::uint64_t>((0xa0 + i) & 0xff)};
        }
        EvmFixture vm;
        CHECK(word(vm.run(code.return_top())) == expected);

        // Cut short, the missing bytes are zeros and the code ends with STOP.
        EvmFixture cut;
        const auto result = cut.run(Assembler().op({OP_PUSH1 + size - 1, 0xff}));
        CHECK(result.status == CallStatus::success);
        CHECK(gas_used(result) == 3);
    }
    EvmFixture vm;
    CHECK(word(vm.run(Assembler().push(7).op(OP_PUSH0).op(OP_ADD).return_top())) == Uint256{7});
}

TEST_CASE("DUP and SWAP reach the word they name") {
    for (int n = 1; n <= 16; ++n) {
        Assembler dup;
        for (std::uint64_t i = 16; i > 0; --i) dup.push(100 + i);
        EvmFixture a;
        CHECK(word(a.run(dup.op(OP_DUP1 + n - 1).return_top())) == Uint256{100 + static_cast<std::uint64_t>(n)});

        Assembler swap;
        for (std::uint64_t i = 17; i > 0; --i) swap.push(100 + i);
        EvmFixture b;
        CHECK(word(b.run(swap.op(OP_SWAP1 + n - 1).return_top())) == Uint256{101 + static_cast<std::uint64_t>(n)});
    }
}

TEST_CASE("memory is zero at first, grows by words and costs more the larger it is") {
    EvmFixture vm;
    CHECK(word(vm.run(Assembler().push(1000).op(OP_MLOAD).return_top())) == Uint256{});
    // MSIZE after touching bytes 31 to 62: two words.
    EvmFixture b;
    CHECK(word(b.run(Assembler().push(31).op({OP_MLOAD, OP_POP, OP_MSIZE}).return_top())) == Uint256{64});
    // 1024 words: 3 * 1024 + 1024^2 / 512.
    EvmFixture c;
    CHECK(gas_used(c.run(Assembler().push(1024 * 32 - 32).op(OP_MLOAD))) == 3 + 3 + 3 * 1024 + 2048);
    // MSTORE8 of a value's low byte.
    EvmFixture d;
    CHECK(word(d.run(Assembler().push({0x1234, 31}).op(OP_MSTORE8).push(0).op(OP_MLOAD).return_top())) ==
          Uint256{0x34});
    EvmFixture e;
    CHECK(word(e.run(Assembler().push({0x1234, 40}).op(OP_MSTORE).push(40).op(OP_MLOAD).return_top())) ==
          Uint256{0x1234});
}

TEST_CASE("memory offsets that cannot be paid for are out of gas, whatever their size") {
    for (const Uint256& offset : {Uint256{1} << 32, Uint256{1} << 63, Uint256{~0ull}, Uint256{~0ull - 31},
                                  Uint256{1} << 64, Uint256{1} << 255, kMax}) {
        CHECK(fails(Assembler().push(offset).op(OP_MLOAD)));
        CHECK(fails(Assembler().push({1, offset}).op(OP_MSTORE)));
        CHECK(fails(Assembler().push({1, offset}).op(OP_MSTORE8)));
        CHECK(fails(Assembler().push({1, offset}).op(OP_KECCAK256)));
        CHECK(fails(Assembler().push({offset, 0}).op(OP_KECCAK256)));
        CHECK(fails(Assembler().push({1, 0, offset}).op(OP_CALLDATACOPY)));
        CHECK(fails(Assembler().push({offset, 0, 0}).op(OP_CODECOPY)));
        CHECK(fails(Assembler().push({1, offset, 0}).op(OP_MCOPY)));
        CHECK(fails(Assembler().push({1, 0, offset}).op(OP_MCOPY)));
        CHECK(fails(Assembler().push({1, offset}).op(OP_RETURN)));
        CHECK(fails(Assembler().push({1, offset}).op(OP_LOG0)));
        // With size 0 an offset does not matter.
        CHECK(!fails(Assembler().push({0, offset}).op(OP_KECCAK256)));
        CHECK(!fails(Assembler().push({0, offset}).op(OP_RETURN)));
        CHECK(!fails(Assembler().push({0, offset, offset}).op(OP_MCOPY)));
        // Reading beyond the input gives zeros.
        EvmFixture vm;
        CHECK(word(vm.run(Assembler().push(offset).op(OP_CALLDATALOAD).return_top(), EvmFixture::kGas, {},
                          {1, 2, 3})) == Uint256{});
    }
}

TEST_CASE("MCOPY copies overlapping ranges and charges by word (EIP-5656)") {
    // The EIP's example: 32 bytes from 32 to 0.
    EvmFixture vm;
    const auto code = Assembler().push({0x55, 32}).op(OP_MSTORE).push({32, 32, 0}).op(OP_MCOPY).push(0).op(OP_MLOAD);
    CHECK(word(vm.run(Assembler(code).return_top())) == Uint256{0x55});
    // From 0 to 8, 16 bytes of 00..0f.
    Uint256 pattern =
        Uint256::from_be(ByteView(std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
    EvmFixture b;
    const auto moved = b.run(
        Assembler().push({pattern << 128, 0}).op(OP_MSTORE).push({16, 0, 8}).op(OP_MCOPY).push({32, 0}).op(OP_RETURN));
    const std::vector<std::uint8_t> expected = {0, 1, 2, 3, 4, 5, 6,  7,  0,  1,  2,  3,
                                                4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(std::vector<std::uint8_t>(moved.output.begin(), moved.output.begin() + 24) == expected);
    EvmFixture c;
    // 3 pushes, 3 + 3 * 2 words, memory up to 133 bytes: 5 words.
    CHECK(gas_used(c.run(Assembler().push({33, 100, 0}).op(OP_MCOPY))) == 9 + 3 + 6 + 15);
}

TEST_CASE("KECCAK256 hashes memory and charges by word") {
    EvmFixture vm;
    const auto empty = vm.run(Assembler().push({0, 0}).op(OP_KECCAK256).return_top());
    CHECK(word(empty).to_hash() == kEmptyCodeHash);
    EvmFixture b;
    CHECK(gas_used(b.run(Assembler().push({33, 0}).op(OP_KECCAK256))) == 6 + 30 + 12 + 6);
}

TEST_CASE("copies of input, code and return data fill with zeros or halt at the end") {
    const std::vector<std::uint8_t> input = {1, 2, 3, 4};
    EvmFixture vm;
    const auto result = vm.run(Assembler().push({32, 2, 0}).op(OP_CALLDATACOPY).push({32, 0}).op(OP_RETURN),
                               EvmFixture::kGas, {}, input);
    CHECK(result.output[0] == 3);
    CHECK(result.output[1] == 4);
    CHECK(result.output[2] == 0);
    EvmFixture load;
    CHECK(word(load.run(Assembler().push(1).op(OP_CALLDATALOAD).return_top(), EvmFixture::kGas, {}, input)) ==
          (Uint256{0x020304} << 232));
    EvmFixture size;
    CHECK(word(size.run(Assembler().op(OP_CALLDATASIZE).return_top(), EvmFixture::kGas, {}, input)) == Uint256{4});
    // No call yet: there is no return data, and not even nothing beyond it.
    CHECK(fails(Assembler().push({1, 0, 0}).op(OP_RETURNDATACOPY)));
    CHECK(fails(Assembler().push({0, 1, 0}).op(OP_RETURNDATACOPY)));
    CHECK(!fails(Assembler().push({0, 0, 0}).op(OP_RETURNDATACOPY)));
    EvmFixture code;
    const auto own = code.run(Assembler().push({3, 0, 29}).op(OP_CODECOPY).push(0).op(OP_MLOAD).return_top());
    CHECK(word(own) == Uint256{0x600360});
    EvmFixture codesize;
    CHECK(word(codesize.run(Assembler().op(OP_CODESIZE).return_top())) == Uint256{9});
}

TEST_CASE("jumps reach only JUMPDESTs that are not data") {
    CHECK(!fails(Assembler().push(4).op({OP_JUMP, 0xfe, OP_JUMPDEST, OP_STOP})));
    CHECK(fails(Assembler().push(3).op({OP_JUMP, OP_JUMPDEST - 1, OP_JUMPDEST})));
    CHECK(fails(Assembler().push(4).op({OP_JUMP, OP_PUSH1, OP_JUMPDEST, OP_STOP})));
    CHECK(fails(Assembler().push(100).op(OP_JUMP)));
    CHECK(fails(Assembler().push(Uint256{4, 1, 0, 0}).op({OP_JUMP, OP_JUMPDEST})));
    CHECK(fails(Assembler().push({1, kMax}).op(OP_JUMPI)));
    CHECK(!fails(Assembler().push({0, kMax}).op(OP_JUMPI)));
    // Gas: PUSH 3, JUMP 8, JUMPDEST 1.
    EvmFixture vm;
    CHECK(gas_used(vm.run(Assembler().push(3).op({OP_JUMP, OP_JUMPDEST, OP_STOP}))) == 12);
    EvmFixture conditional;
    CHECK(gas_used(conditional.run(Assembler().push({1, 5}).op({OP_JUMPI, OP_JUMPDEST, OP_STOP}))) == 3 + 3 + 10 + 1);
    // Not enough for the JUMPDEST itself.
    EvmFixture poor;
    CHECK(poor.run(Assembler().push(3).op({OP_JUMP, OP_JUMPDEST, OP_STOP}), 11).status == CallStatus::failure);
    EvmFixture pc;
    CHECK(word(pc.run(Assembler().push(0).op({OP_POP, OP_PC}).return_top())) == Uint256{3});
}

TEST_CASE("jump destinations agree with a walk over the whole code, on random code") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 200; ++round) {
        // Code dense in what matters: PUSHes and JUMPDESTs.
        const std::size_t size = 1 + rng() % 2000;
        std::vector<std::uint8_t> bytes(size + executor::kCodePadding, 0);
        const auto density = rng() % 4;
        for (std::size_t i = 0; i < size; ++i) {
            const auto kind = rng() % 8;
            bytes[i] = static_cast<std::uint8_t>(kind < 2 ? 0x5b : kind < 2 + density ? 0x60 + rng() % 32 : rng());
        }
        std::vector<bool> expected(size, false);
        for (std::size_t i = 0; i < size; ++i) {
            if (bytes[i] == 0x5b) expected[i] = true;
            if (bytes[i] >= 0x60 && bytes[i] <= 0x7f) i += bytes[i] - 0x5fu;
        }
        std::vector<std::uint8_t> memory(1 << 16);
        Arena arena(memory.data(), memory.size());
        executor::JumpTable jumps(bytes.data(), size);
        for (std::size_t n = 0; n < 2 * size; ++n) {
            const std::size_t position = rng() % (size + 8);
            const bool valid =
                jumps.is_known(position) || jumps.judge(position, arena) == executor::JumpTable::Answer::valid;
            INFO("size " << size << " position " << position);
            REQUIRE(valid == (position < size && expected[position]));
        }
    }
}

TEST_CASE("code is run where it lies only if it cannot run past its end") {
    SLUICE_RANDOM(rng);
    int seen = 0;
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::uint8_t> bytes(1 + rng() % 200);
        for (auto& byte : bytes) {
            const std::uint8_t last[] = {0x00, 0x56, 0xf3, 0xfd, 0xfe, 0xff};
            const auto kind = rng() % 16;
            byte = static_cast<std::uint8_t>(kind == 0   ? last[rng() % 6]
                                             : kind == 1 ? 0x5b
                                             : kind < 8  ? 0x60 + rng() % 32
                                                         : rng());
        }
        // What runs is what follows the start or a JUMPDEST; it may not reach the end without one of these six.
        bool running = true;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const std::uint8_t opcode = bytes[i];
            if (opcode == 0x5b) running = true;
            if (opcode == 0x00 || opcode == 0x56 || opcode == 0xf3 || opcode == 0xfd || opcode >= 0xfe) running = false;
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5fu;
        }
        if (executor::ends_by_itself(bytes)) {
            ++seen;
            INFO("code " << MapState::hex(bytes));
            REQUIRE(!running);
        }
    }
    CHECK(seen > 1000);
    CHECK(!executor::ends_by_itself({}));
    CHECK(executor::ends_by_itself(std::vector<std::uint8_t>{0x00}));
    CHECK(!executor::ends_by_itself(std::vector<std::uint8_t>{0x60, 0x00}));
    CHECK(!executor::ends_by_itself(std::vector<std::uint8_t>{0x00, 0x5b}));
    CHECK(executor::ends_by_itself(std::vector<std::uint8_t>{0x00, 0x01, 0x01}));
}

TEST_CASE("the environment's opcodes give what they name") {
    EvmFixture vm;
    vm.block.timestamp = 1234;
    vm.block.gas_limit = 30'000'000;
    vm.block.coinbase = address(0xc01);
    vm.block.chain_id = 17;
    vm.block.base_fee = 99;
    vm.block.blob_base_fee = 98;
    vm.block.prev_randao.bytes[31] = 5;
    vm.transaction.gas_price = 97;
    const Hash32 blobs[] = {Uint256{11}.to_hash(), Uint256{12}.to_hash()};
    vm.transaction.blob_hashes = blobs;
    vm.source.accounts[vm.sender].balance = 1000;
    vm.source.accounts[vm.contract].balance = 7;
    const auto get = [&](const Assembler& code) {
        return word(vm.run(Assembler(code).return_top(), EvmFixture::kGas, 3));
    };
    CHECK(get(Assembler().op(OP_ADDRESS)) == Uint256::from_address(vm.contract));
    CHECK(get(Assembler().op(OP_CALLER)) == Uint256::from_address(vm.sender));
    CHECK(get(Assembler().op(OP_ORIGIN)) == Uint256::from_address(vm.sender));
    CHECK(get(Assembler().op(OP_CALLVALUE)) == Uint256{3});
    CHECK(get(Assembler().op(OP_GASPRICE)) == Uint256{97});
    CHECK(get(Assembler().op(OP_COINBASE)) == Uint256{0xc01});
    CHECK(get(Assembler().op(OP_TIMESTAMP)) == Uint256{1234});
    CHECK(get(Assembler().op(OP_NUMBER)) == Uint256{1000});
    CHECK(get(Assembler().op(OP_PREVRANDAO)) == Uint256{5});
    CHECK(get(Assembler().op(OP_GASLIMIT)) == Uint256{30'000'000});
    CHECK(get(Assembler().op(OP_CHAINID)) == Uint256{17});
    CHECK(get(Assembler().op(OP_BASEFEE)) == Uint256{99});
    CHECK(get(Assembler().op(OP_BLOBBASEFEE)) == Uint256{98});
    CHECK(get(Assembler().push(1).op(OP_BLOBHASH)) == Uint256{12});
    CHECK(get(Assembler().push(2).op(OP_BLOBHASH)) == Uint256{});
    CHECK(get(Assembler().push(Uint256{0, 1, 0, 0}).op(OP_BLOBHASH)) == Uint256{});
    CHECK(get(Assembler().op(OP_SELFBALANCE)) == Uint256{7 + 17 * 3});
    EvmFixture gas;
    CHECK(word(gas.run(Assembler().op(OP_GAS).return_top(), 1000)) == Uint256{998});
}

TEST_CASE("BLOCKHASH reaches 256 blocks back and asks only for those before the parent") {
    EvmFixture vm;
    vm.block.parent_hash = Uint256{0xaa}.to_hash();
    vm.source.block_hashes[998] = Uint256{0xbb}.to_hash();
    vm.source.block_hashes[744] = Uint256{0xcc}.to_hash();
    const auto get = [&](const Uint256& number) {
        return word(vm.run(Assembler().push(number).op(OP_BLOCKHASH).return_top()));
    };
    CHECK(get(1000) == Uint256{});
    CHECK(get(999) == Uint256{0xaa});
    CHECK(get(998) == Uint256{0xbb});
    CHECK(get(998) == Uint256{0xbb});
    CHECK(get(744) == Uint256{0xcc});
    CHECK(get(743) == Uint256{});
    CHECK(get(kMax) == Uint256{});
    CHECK(get(Uint256{998, 1, 0, 0}) == Uint256{});
    CHECK(std::count(vm.source.asked.begin(), vm.source.asked.end(), "block 998") == 1);
    CHECK(std::count(vm.source.asked.begin(), vm.source.asked.end(), "block 999") == 0);
}

TEST_CASE("other accounts are charged cold once and warm afterwards, and asked for only when paid for (EIP-2929)") {
    const Address other = address(0x07e4);
    const auto make = [&] {
        EvmFixture vm;
        vm.source.accounts[other].balance = 5;
        vm.source.accounts[other].nonce = 1;
        vm.source.accounts[other].code = {1, 2, 3};
        return vm;
    };
    {
        auto vm = make();
        const auto code = Assembler().push(other).op({OP_BALANCE, OP_POP}).push(other).op(OP_BALANCE).return_top();
        const auto result = vm.run(code);
        CHECK(word(result) == Uint256{5});
        CHECK(gas_used(result) == 3 + 2600 + 2 + 3 + 100 + 15);
    }
    {
        auto vm = make();
        CHECK(word(vm.run(Assembler().push(other).op(OP_EXTCODESIZE).return_top())) == Uint256{3});
        CHECK(word(vm.run(Assembler().push(other).op(OP_EXTCODEHASH).return_top())).to_hash() ==
              keccak256(std::vector<std::uint8_t>{1, 2, 3}));
        CHECK(word(vm.run(Assembler().push(address(0xdead)).op(OP_EXTCODEHASH).return_top())) == Uint256{});
        const auto copy = vm.run(Assembler().push({4, 1, 0}).push(other).op(OP_EXTCODECOPY).push({4, 0}).op(OP_RETURN));
        CHECK(std::vector<std::uint8_t>(copy.output.begin(), copy.output.end()) ==
              std::vector<std::uint8_t>{2, 3, 0, 0});
    }
    {
        auto vm = make();
        CHECK(vm.run(Assembler().push(other).op(OP_BALANCE), 2602).status == CallStatus::failure);
        CHECK(vm.source.asked.size() == 2);  // the contract and its code
    }
    {
        // An account with balance alone has the hash of empty code.
        EvmFixture vm;
        vm.source.accounts[other].balance = 1;
        CHECK(word(vm.run(Assembler().push(other).op(OP_EXTCODEHASH).return_top())).to_hash() == kEmptyCodeHash);
    }
}

TEST_CASE("logs keep address, topics and data, and charge for them") {
    EvmFixture vm;
    Assembler code;
    code.push({0xabcd, 0}).op(OP_MSTORE).push({4, 3, 2, 1, 3, 30}).op(OP_LOG4);
    const auto result = vm.run(code);
    CHECK(gas_used(result) == 6 + 3 + 3 + 18 + 375 * 5 + 8 * 3 + 3);
    REQUIRE(vm.state().logs().size() == 1);
    const auto& log = vm.state().logs()[0];
    CHECK(log.address == vm.contract);
    REQUIRE(log.topic_count == 4);
    for (std::uint64_t i = 0; i < 4; ++i) CHECK(Uint256::from_hash(log.topics[i]) == Uint256{i + 1});
    CHECK(std::vector<std::uint8_t>(log.data.begin(), log.data.end()) == std::vector<std::uint8_t>{0xab, 0xcd, 0});
}

TEST_CASE("counting opcodes changes nothing but the counts") {
    EvmFixture vm;
    executor::OpcodeCounts counts;
    vm.evm().set_opcode_counts(&counts);
    const auto code = Assembler().push({1, 5}).op({OP_JUMPI, OP_JUMPDEST}).push({1, 2}).op({OP_ADD, OP_POP, OP_STOP});
    const auto counted = vm.run(code);
    vm.evm().set_opcode_counts(nullptr);
    const auto plain = vm.run(code);
    CHECK(counted.gas_left == plain.gas_left);
    CHECK(counts.count[OP_PUSH1] == 4);
    CHECK(counts.count[OP_JUMPI] == 1);
    CHECK(counts.count[OP_JUMPDEST] == 1);
    CHECK(counts.count[OP_ADD] == 1);
    CHECK(counts.count[OP_STOP] == 1);
}

TEST_CASE("an arena too small for the run is an error, not a failed call") {
    EvmFixture vm;
    (void)vm.run(Assembler().op(OP_STOP));
    std::vector<std::uint8_t> memory(200000);
    Arena small(memory.data(), memory.size());
    executor::Evm evm(vm.state(), vm.block, small, vm.diagnostics);
    executor::Message message;
    message.recipient = vm.contract;
    message.sender = vm.sender;
    message.gas = 10'000'000;
    (void)vm.state().set_code(vm.account(vm.contract), Assembler().push(200000).op(OP_MLOAD).bytes());
    const auto result = evm.execute(message, vm.transaction);
    REQUIRE(!result.ok());
    CHECK(result.error() == ErrorCode::arena_exhausted);
}

TEST_CASE("SHA-1 and BLAKE2b in EVM code give their digests of \"abc\" (FIPS 180-4, RFC 7693)") {
    EvmFixture vm;
    // The block of "abc" for SHA-1: the text, a bit, and the length in bits.
    Assembler sha1 = sha1_start();
    sha1.push({0x61626380, 0}).op(OP_MSTORE).push({24, 15 * 32}).op(OP_MSTORE).code(sha1_compression());
    sha1.push(0);
    for (std::uint64_t i = 0; i < 5; ++i) sha1.push(32).op(OP_SHL).push(32 * (80 + i)).op({OP_MLOAD, OP_OR});
    CHECK(word(vm.run(sha1.return_top())) == Uint256(0x7850c26c9cd0d89d, 0x4706816aba3e2571, 0xa9993e36, 0));

    Assembler blake2b = blake2b_start();
    blake2b.push({0x636261, 512}).op(OP_MSTORE).code(blake2b_compression(3));
    blake2b.push({64 * 4, 1024}).op(OP_RETURN);
    const executor::CallResult result = vm.run(blake2b);
    REQUIRE(result.output.size() == 256);
    // ba80a53f981c4d0d... as little-endian words.
    const std::uint64_t digest[] = {0x0d4d1c983fa580ba, 0xe9f6129fb697276a, 0xb7c45a68142f214c, 0xd1a2ffdb6fbb124b,
                                    0x2d79ab2a39c5877d, 0x95cc3345ded552c2, 0x5a92f1dba88ad318, 0x239900d4ed8623b9};
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(Uint256::from_be(result.output.data() + 32 * i) == Uint256(digest[i]));
    }
}

}  // namespace sluice::test

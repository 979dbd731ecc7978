// Operands of the accelerators where a region ends: its last byte is an operand's like any other, and the next is a
// trap. Sizes are those that ecall.h states. SPDX-License-Identifier: MIT OR Apache-2.0
#include <map>
#include <vector>

#include "prover/guest_programs.h"
#include "sluice/vm/machine.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

constexpr std::uint32_t kDataEnd = kDataBegin + 0x10000;  // nothing is mapped behind it

/// Bytes of the operands a0, a1, ..; the first is written.
const std::map<std::uint64_t, std::vector<std::uint32_t>> kOperands = {
    {SLUICE_ECALL_KECCAK_F, {200}},
    {SLUICE_ECALL_KECCAK_ABSORB, {200, 136}},
    {SLUICE_ECALL_SHA256_COMPRESS, {32, 64}},
    {SLUICE_ECALL_SECP256K1_ADD, {64, 64}},
    {SLUICE_ECALL_SECP256K1_DOUBLE, {64}},
    {SLUICE_ECALL_UINT256_MULMOD_ADD, {32, 32, 32, 64}},
    {SLUICE_ECALL_BN254_FP_ADD, {32, 32, 32}},
    {SLUICE_ECALL_BN254_FP_SUB, {32, 32, 32}},
    {SLUICE_ECALL_BN254_FP_MUL, {32, 32, 32}},
    {SLUICE_ECALL_BN254_FP2_ADD, {64, 64, 64}},
    {SLUICE_ECALL_BN254_FP2_SUB, {64, 64, 64}},
    {SLUICE_ECALL_BN254_FP2_MUL, {64, 64, 64}},
    {SLUICE_ECALL_BLS12_381_FP_ADD, {48, 48, 48}},
    {SLUICE_ECALL_BLS12_381_FP_SUB, {48, 48, 48}},
    {SLUICE_ECALL_BLS12_381_FP_MUL, {48, 48, 48}},
    {SLUICE_ECALL_BLS12_381_FP2_ADD, {96, 96, 96}},
    {SLUICE_ECALL_BLS12_381_FP2_SUB, {96, 96, 96}},
    {SLUICE_ECALL_BLS12_381_FP2_MUL, {96, 96, 96}},
    {SLUICE_ECALL_POSEIDON2_16, {64}},
    {SLUICE_ECALL_POSEIDON2_24, {96}},
};

/// How a program ends that makes one call. Every word of its data is another small number, so that no operand is out of
/// range of a field and no two points are one.
vm::Run call(std::uint64_t number, const std::vector<std::uint64_t>& arguments) {
    Assembler text;
    for (std::size_t i = 0; i < arguments.size(); ++i) text.li(a0 + static_cast<unsigned>(i), arguments[i]);
    text.call(number);
    halt(text);
    vm::Program program = make_program(text);
    vm::Segment& data = program.segments[1];
    data.bytes.resize(data.size);
    for (std::uint32_t at = 0; at < data.size; at += 8) store_le<std::uint64_t>(data.bytes.data() + at, at / 8 + 1);
    const auto run = vm::execute(program, empty_input());
    REQUIRE(run.ok());
    return *run;
}

TEST_CASE("an accelerator takes operands that end with the last byte of a region, and traps where they go beyond") {
    for (const auto& [number, sizes] : kOperands) {
        for (std::size_t operand = 0; operand < sizes.size(); ++operand) {
            INFO("ecall 0x" << std::hex << number << ", operand a" << operand);
            std::vector<std::uint64_t> arguments;
            for (std::size_t i = 0; i < sizes.size(); ++i) arguments.push_back(kDataBegin + 0x1000 * (i + 1));
            CHECK(call(number, arguments).halted());
            arguments[operand] = kDataEnd - sizes[operand];
            CHECK(call(number, arguments).halted());
            for (const std::uint64_t beyond : {kDataEnd - sizes[operand] + 8, kDataEnd - 8, kDataEnd}) {
                arguments[operand] = beyond;
                const vm::Run run = call(number, arguments);
                // What is changed in place may be missed as it is read, or as it is written.
                const bool faults = run.trap.code == abi::TrapCode::load_fault ||
                                    (operand == 0 && run.trap.code == abi::TrapCode::store_fault);
                CHECK(faults);
                CHECK(run.trap.address == number);
            }
            if (operand != 0) continue;
            arguments[0] = SLUICE_INPUT_BEGIN;  // read-only
            CHECK(call(number, arguments).trap.code == abi::TrapCode::store_fault);
        }
    }
}

TEST_CASE("MEMCPY takes bytes to the last of a region, and traps where they go beyond") {
    const std::uint64_t inside = kDataBegin + 0x1000;
    for (const std::uint64_t length : {1u, 7u, 8u, 13u, 0x8000u}) {
        INFO("length " << length);
        CHECK(call(SLUICE_ECALL_MEMCPY, {kDataEnd - length, inside, length}).halted());
        CHECK(call(SLUICE_ECALL_MEMCPY, {inside, kDataEnd - length, length}).halted());
        CHECK(call(SLUICE_ECALL_MEMCPY, {kDataEnd - length + 1, inside, length}).trap.code ==
              abi::TrapCode::store_fault);
        CHECK(call(SLUICE_ECALL_MEMCPY, {inside, kDataEnd - length + 1, length}).trap.code ==
              abi::TrapCode::load_fault);
        CHECK(call(SLUICE_ECALL_MEMCPY, {SLUICE_INPUT_BEGIN, inside, length}).trap.code == abi::TrapCode::store_fault);
    }
    CHECK(call(SLUICE_ECALL_MEMCPY, {kDataEnd, kDataEnd, 0}).halted());
}

TEST_CASE("no accelerator is missing from the table of operands") {
#define SLUICE_ECALL_ROW(name, suffix, feature)                         \
    if ((feature) != 0 && SLUICE_ECALL_##suffix != SLUICE_ECALL_MEMCPY) \
        CHECK(kOperands.count(SLUICE_ECALL_##suffix) == 1);
    SLUICE_FOR_EACH_ECALL(SLUICE_ECALL_ROW)
#undef SLUICE_ECALL_ROW
}

}  // namespace
}  // namespace sluice::test

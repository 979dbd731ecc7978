// The page about the chips says what the machine is. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "machine_run.h"
#include "sluice/abi/cost.h"
#include "sluice/vm/cost_model.h"
#include "step_chip.h"

namespace sluice::test {
namespace {

TEST_CASE("README's table of chips is the machine's") {
    std::ifstream file(SLUICE_SOURCE_DIR "/libprover/chips/README.md");
    REQUIRE(file.good());
    std::map<std::string, std::string> rows;  // name: "cells | records, lookups"
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> cells;
        std::istringstream parts(line);
        for (std::string cell; std::getline(parts, cell, '|');) cells.push_back(cell);
        if (cells.size() == 7 && cells[1].starts_with(" `")) {
            rows[cells[1].substr(2, cells[1].size() - 4)] = cells[3] + "|" + cells[4];
        }
    }
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    std::size_t step_chips = 0;
    for (const machine::ChipDescription& chip : machine->shards().chips()) {
        if (chip.id < 0x100) continue;  // tables and linking
        ++step_chips;
        std::size_t lookups = 0;
        for (const machine::Interaction& interaction : chip.interactions) {
            lookups += interaction.type == machine::InteractionType::lookup;
        }
        std::ostringstream expected;
        expected << " " << chip.widths[0] + chip.widths[1] + chip.widths[2] << " | "
                 << chip.interactions.size() - lookups << ", " << lookups << " ";
        INFO(chip.name);
        CHECK(rows[chip.name] == expected.str());
    }
    CHECK(rows.size() == step_chips);
}

/// Columns of each chip of the machine.
std::map<std::string, std::uint32_t> chip_widths() {
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    std::map<std::string, std::uint32_t> widths;
    for (const machine::ChipDescription& chip : machine->shards().chips()) widths[chip.name] = chip.widths[2];
    return widths;
}

TEST_CASE("an instruction costs its chip's columns, of an aligned access") {
    auto widths = chip_widths();
    std::size_t found = 0;
    for (std::size_t i = 0; i < isa::kOpCount; ++i) {
        const auto op = static_cast<isa::Op>(i);
        if (op == isa::Op::ECALL) continue;
        std::uint32_t cells = 0;
        for (const chips::StepChip& chip : chips::step_chips()) {
            const bool has = std::find(chip.ops.begin(), chip.ops.end(), op) != chip.ops.end();
            if (has && cells == 0) cells = widths.at(std::string(chip.name));
        }
        // LUI's chip is that of all constants.
        if (op == isa::Op::AUIPC || op == isa::Op::JAL || op == isa::Op::FENCE) cells = widths["constant"];
        found += cells != 0;
        INFO(isa::name(op));
        CHECK(vm::instruction_cells(op) == cells);
    }
    CHECK(found == isa::kOpCount - 3);  // but ILLEGAL, EBREAK, ECALL
    CHECK(vm::kMisalignedCells == widths["store"] - widths["store_double"]);
}

TEST_CASE("an ECALL costs its chips' columns") {
    auto widths = chip_widths();
    std::map<std::uint64_t, std::uint32_t> cells_of = {
        {SLUICE_ECALL_HALT, widths["halt"]},
        {SLUICE_ECALL_MEMCPY, widths["memcpy"] + widths["memcpy_lead"] +
                                  2 * (widths["memcpy_shifted_edge"] - widths["memcpy_shifted_word"])},
        {SLUICE_ECALL_KECCAK_F, widths["keccak_f"] + 6 * widths["keccak_rounds"]},
        {SLUICE_ECALL_KECCAK_ABSORB, widths["keccak_absorb"] + 6 * widths["keccak_rounds"]},
        {SLUICE_ECALL_SHA256_COMPRESS, widths["sha256_compress"] + 64 * widths["sha256_round"]},
        {SLUICE_ECALL_SECP256K1_ADD, widths["secp256k1_add"]},
        {SLUICE_ECALL_SECP256K1_DOUBLE, widths["secp256k1_double"]},
        {SLUICE_ECALL_UINT256_MULMOD_ADD, widths["uint256_mulmod_add"]}};
    std::vector<chips::StepChip> one_row;
    chips::add_fields(one_row);
    chips::add_poseidon2(one_row);
    for (const chips::StepChip& chip : one_row) {
        for (const std::uint64_t number : chip.numbers) cells_of[number] = widths.at(std::string(chip.name));
    }
    CHECK(cells_of.size() == abi::kEcallCosts.size() - 3);  // but those without effect
    for (const auto& [number, cells] : cells_of) {
        INFO(abi::ecall_name(number));
        CHECK(vm::instruction_cells(isa::Op::ECALL) + vm::ecall_cells(number, 0) == cells);
    }
    CHECK(abi::kMemcpyWordCells == widths["memcpy_shifted_word"]);
}

}  // namespace
}  // namespace sluice::test

// The page about the chips says what the machine is. SPDX-License-Identifier: MIT OR Apache-2.0
#include <fstream>
#include <map>
#include <sstream>

#include "machine_run.h"
#include "sluice/abi/cost.h"

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

TEST_CASE("an ECALL of one row costs its chip's columns") {
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    const std::map<std::uint64_t, std::string> chips_of = {{SLUICE_ECALL_SECP256K1_ADD, "secp256k1_add"},
                                                           {SLUICE_ECALL_SECP256K1_DOUBLE, "secp256k1_double"},
                                                           {SLUICE_ECALL_UINT256_MULMOD_ADD, "uint256_mulmod_add"}};
    std::size_t found = 0;
    for (const machine::ChipDescription& chip : machine->shards().chips()) {
        for (const auto& [number, name] : chips_of) {
            if (chip.name != name) continue;
            ++found;
            INFO(name);
            CHECK(chip.widths[2] == abi::ecall_cost(number).cells + abi::kAluRowCells);
        }
    }
    CHECK(found == chips_of.size());
}

TEST_CASE("the estimate of a Keccak call's cells is the machine's") {
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    std::map<std::string, std::uint64_t> widths;
    for (const machine::ChipDescription& chip : machine->shards().chips()) widths[chip.name] = chip.widths[2];
    for (const auto& [number, name] : std::map<std::uint64_t, std::string>{
             {SLUICE_ECALL_KECCAK_F, "keccak_f"}, {SLUICE_ECALL_KECCAK_ABSORB, "keccak_absorb"}}) {
        CHECK(abi::ecall_cost(number).cells + abi::kAluRowCells == widths[name] + 6 * widths["keccak_rounds"]);
    }
}

}  // namespace
}  // namespace sluice::test

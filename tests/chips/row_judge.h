// What one row of a chip demands, judged alone: its constraints, whether the tables have what it looks up, and its
// records. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Tables are stated here a second time, from the page about the chips, so that a row is judged apart from the code that
// fills them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "gadgets/buses.h"
#include "machine_run.h"
#include "sluice/abi/memory_map.h"

namespace sluice::test {

using machine::KoalaBear;

class RowJudge {
 public:
    explicit RowJudge(const MachineRun& run) : run_(run) {
        for (const machine::ChipDescription& chip : run.machine.shards().chips()) {
            if (chip.name != "program") continue;
            const std::uint64_t stride = machine::align4(chip.shape.fixed_height);
            for (std::uint32_t row = 0; row < chip.shape.fixed_height; ++row) {
                std::vector<std::uint32_t> line;
                for (std::uint32_t c = 0; c < chip.widths[0]; ++c) {
                    line.push_back(chip.shape.preprocessed[c * stride + row].canonical());
                }
                program_[line[0]] = line;
            }
        }
    }

    using Tuple = std::vector<std::uint32_t>;  ///< bus, then elements
    struct Verdict {
        std::string broken;  ///< the first constraint or lookup that does not hold; empty if all do
        std::vector<Tuple> reads, writes, links;
    };

    /// Judges a row of main columns.
    [[nodiscard]] Verdict judge(const machine::ChipDescription& chip, const std::vector<KoalaBear>& main,
                                const std::vector<KoalaBear>& public_values) const {
        machine::ValueBuilder builder(public_values);
        chip.evaluate(builder, {nullptr, nullptr, main.data()});
        Verdict verdict;
        for (std::size_t i = 0; i < builder.constraints.size(); ++i) {
            if (!builder.constraints[i].is_zero()) {
                verdict.broken = chip.constraint_names[i];
                return verdict;
            }
        }
        for (const machine::ValueBuilder::Term& term : builder.terms) {
            if (term.multiplicity.is_zero()) continue;
            if (!(term.multiplicity == KoalaBear::one())) {
                verdict.broken = "multiplicity";
                return verdict;
            }
            Tuple tuple{term.kind};
            for (const KoalaBear element : term.elements) tuple.push_back(element.canonical());
            switch (term.type) {
                case machine::InteractionType::write:
                    verdict.writes.push_back(tuple);
                    break;
                case machine::InteractionType::read:
                    verdict.reads.push_back(tuple);
                    break;
                case machine::InteractionType::link:
                    verdict.links.push_back(tuple);
                    break;
                case machine::InteractionType::lookup:
                    if (!has(tuple)) {
                        verdict.broken = "lookup of kind " + std::to_string(term.kind);
                        return verdict;
                    }
                    break;
            }
        }
        return verdict;
    }

    /// Whether a table has the tuple: bus, then elements.
    [[nodiscard]] bool has(const Tuple& t) const {
        switch (t[0]) {
            case chips::kProgramBus: {
                const auto found = program_.find(t[1]);
                return found != program_.end() && std::equal(t.begin() + 1, t.end(), found->second.begin());
            }
            case chips::kRangeBus:
                return t[2] <= 16 && t[1] >> t[2] == 0;
            case chips::kBytePairBus:
                return t[1] < 256 && t[2] < 256;
            case chips::kByteAndBus:
                return t[1] < 256 && t[2] < 256 && t[3] == (t[1] & t[2]);
            case chips::kReadPageBus:
                return permits(t[1], false);
            case chips::kWritePageBus:
                return permits(t[1], true);
            case chips::kShiftBus: {
                if (t[1] > 3 || t[2] >= (t[1] < 2 ? 64u : 32u)) return false;
                const bool right = t[1] % 2 == 1;
                const std::uint32_t whole = t[2] / 16, rest = t[2] % 16;
                const std::uint32_t bits = right ? 16 - rest : rest;
                const std::uint32_t place = right ? 4 + whole : 3 - whole;
                return t[3] == 1u << bits && t[4] == 1u << (16 - bits) && t[5] == bits && t[6] == place;
            }
            case chips::kKeccakLimbBus: {
                // Digit 0 of a pair is of the lower byte, digit 1 of the upper one.
                if (t[1] > 0xffff) return false;
                for (unsigned k = 0; k < 4; ++k) {
                    const auto bit = [&](unsigned place) { return t[1] >> place & 1; };
                    const std::uint32_t low = bit(2 * k) + 3 * bit(2 * k + 1);
                    if (t[2 + k] != low + 10 * (bit(8 + 2 * k) + 3 * bit(9 + 2 * k))) return false;
                }
                return true;
            }
            case chips::kKeccakTurnBus: {
                std::string sum = digits(t[2]);
                if (t[1] > 7 || sum.size() > 8 || sum.find_first_not_of("012") != std::string::npos) return false;
                std::replace(sum.begin(), sum.end(), '2', '0');
                std::rotate(sum.begin(), sum.begin() + t[1], sum.end());  // the highest digit stands first
                return digits(t[3]) == sum;
            }
            case chips::kKeccakParityBus:
            case chips::kKeccakChiBus: {
                std::string sum = digits(t[1]);
                if (sum.size() > 8 || sum.find_first_not_of("01234") != std::string::npos) return false;
                for (char& digit : sum) digit = (t[0] == chips::kKeccakParityBus ? "01010" : "00110")[digit - '0'];
                return digits(t[2]) == sum;
            }
            default:
                return false;
        }
    }
    /// The decimal digits of a number, at least eight.
    static std::string digits(std::uint32_t value) {
        const std::string text = std::to_string(value);
        return std::string(text.size() < 8 ? 8 - text.size() : 0, '0') + text;
    }

 private:
    [[nodiscard]] bool permits(std::uint32_t page, bool write) const {
        const std::uint64_t address = std::uint64_t{page} * SLUICE_PAGE_SIZE;
        if (address >= SLUICE_STACK_BEGIN && address < SLUICE_STACK_END) return true;
        if (address >= SLUICE_HEAP_BEGIN && address < SLUICE_HEAP_END) return true;
        if (address >= SLUICE_INPUT_BEGIN && address < SLUICE_INPUT_END) return !write;
        for (const vm::Segment& segment : run_.program.segments) {
            if (address >= segment.address && address < segment.end())
                return write ? segment.writable : segment.readable;
        }
        return false;
    }

    const MachineRun& run_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> program_;
};

}  // namespace sluice::test

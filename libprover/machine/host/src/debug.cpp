// The debugger of filled tables. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/debug.h"

#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluice::machine {

namespace {

/// Kind and elements, canonical: ordered, so that reports are.
using Tuple = std::pair<std::uint32_t, std::vector<std::uint32_t>>;

/// How often a tuple was written and read, or its sum of multiplicities.
struct Count {
    std::uint64_t produced = 0;
    std::uint64_t consumed = 0;
    KoalaBear sum = KoalaBear::zero();
    std::string chip;  ///< first that touched it
    std::uint32_t row = 0;
};

std::string text_of(const Tuple& tuple) {
    return absl::StrCat("kind ", tuple.first, " (", absl::StrJoin(tuple.second, ", "), ")");
}

/// A multiplicity as a signed number, since -1 reads better than p - 1.
std::string signed_text(KoalaBear value) {
    const std::uint32_t canonical = value.canonical();
    if (canonical > KoalaBear::kModulus / 2) return absl::StrCat("-", KoalaBear::kModulus - canonical);
    return absl::StrCat(canonical);
}

class Checker {
 public:
    Checker(const MachineDescription& machine, const TableTrace& trace, std::size_t max_faults)
        : machine_(machine), trace_(trace), max_faults_(max_faults) {}

    bool check_shape() {
        if (trace_.public_values.size() != machine_.rules().public_values) {
            add(Fault::Kind::shape, "", 0,
                absl::StrCat(trace_.public_values.size(), " public values, expected ", machine_.rules().public_values));
        }
        if (trace_.chips.size() != machine_.chips().size()) {
            add(Fault::Kind::shape, "", 0,
                absl::StrCat(trace_.chips.size(), " chips, expected ", machine_.chips().size()));
            return false;
        }
        for (std::size_t i = 0; i < trace_.chips.size(); ++i) {
            const ChipDescription& chip = machine_.chips()[i];
            const ChipTrace& table = trace_.chips[i];
            if (table.height > chip.shape.max_height ||
                (chip.shape.fixed_height != 0 && table.height != chip.shape.fixed_height)) {
                add(Fault::Kind::shape, chip.name, 0,
                    absl::StrCat("height ", table.height, ", expected ",
                                 chip.shape.fixed_height != 0 ? "exactly " : "at most ", chip.shape.max_height));
            }
            for (std::size_t group = 1; group < kGroups; ++group) {
                const std::uint64_t expected = chip.widths[group] * align4(table.height);
                if (table.columns[group].size() != expected) {
                    add(Fault::Kind::shape, chip.name, 0,
                        absl::StrCat("group ", group, " has ", table.columns[group].size(), " elements, expected ",
                                     expected));
                }
            }
        }
        return faults_.empty();
    }

    /// Calls `on_term(chip, row, term)` for every interaction; constraint and selector faults are noted if
    /// `constraints`.
    template <class OnTerm>
    void walk(bool constraints, OnTerm on_term) {
        for (std::size_t i = 0; i < trace_.chips.size(); ++i) {
            const ChipDescription& chip = machine_.chips()[i];
            const ChipTrace& table = trace_.chips[i];
            for (std::uint32_t row = 0; row < table.height; ++row) {
                std::array<std::vector<KoalaBear>, kGroups> values;
                for (std::size_t group = 0; group < kGroups; ++group) {
                    const std::vector<KoalaBear>& columns = group == 0 ? chip.shape.preprocessed : table.columns[group];
                    for (std::uint32_t c = 0; c < chip.widths[group]; ++c) {
                        values[group].push_back(columns[c * align4(table.height) + row]);
                    }
                }
                ValueBuilder builder(trace_.public_values);
                chip.evaluate(builder, {values[0].data(), values[1].data(), values[2].data()});
                if (constraints) check_row(chip, row, builder, values);
                for (const ValueBuilder::Term& term : builder.terms) on_term(chip, row, term);
                if (full()) return;
            }
        }
    }

    void add(Fault::Kind kind, const std::string& chip, std::uint32_t row, std::string text) {
        if (!full()) faults_.push_back({kind, chip, row, std::move(text)});
    }
    [[nodiscard]] bool full() const { return faults_.size() >= max_faults_; }
    [[nodiscard]] std::vector<Fault> take() { return std::move(faults_); }

 private:
    void check_row(const ChipDescription& chip, std::uint32_t row, const ValueBuilder& builder,
                   const std::array<std::vector<KoalaBear>, kGroups>& values) {
        const auto with_values = [&](std::string text) {
            for (std::size_t group = 0; group < kGroups; ++group) {
                for (std::size_t c = 0; c < values[group].size(); ++c) {
                    absl::StrAppend(&text, " ", chip.column_names[group][c], "=", signed_text(values[group][c]));
                }
            }
            return text;
        };
        for (std::size_t i = 0; i < builder.constraints.size(); ++i) {
            if (builder.constraints[i].is_zero()) continue;
            add(Fault::Kind::constraint, chip.name, row,
                with_values(absl::StrCat("constraint \"", chip.constraint_names[i], "\" is ",
                                         signed_text(builder.constraints[i]), ";")));
        }
        for (const ValueBuilder::Term& term : builder.terms) {
            const bool record = term.type == InteractionType::write || term.type == InteractionType::read;
            if (record && !term.multiplicity.is_zero() && !(term.multiplicity == KoalaBear::one())) {
                add(Fault::Kind::selector, chip.name, row,
                    with_values(absl::StrCat("selector of a record of kind ", term.kind, " is ",
                                             signed_text(term.multiplicity), ";")));
            }
        }
    }

    const MachineDescription& machine_;
    const TableTrace& trace_;
    std::size_t max_faults_;
    std::vector<Fault> faults_;
};

void count_term(std::map<Tuple, Count>& counts, const ChipDescription& chip, std::uint32_t row,
                const ValueBuilder::Term& term) {
    if (term.multiplicity.is_zero()) return;
    Tuple tuple{term.kind, {}};
    for (const KoalaBear element : term.elements) tuple.second.push_back(element.canonical());
    const auto [entry, fresh] = counts.try_emplace(std::move(tuple));
    Count& count = entry->second;
    if (fresh) count.chip = chip.name, count.row = row;
    count.produced += term.type == InteractionType::write;
    count.consumed += term.type == InteractionType::read;
    count.sum += term.multiplicity;
}

}  // namespace

std::vector<Fault> find_faults(const MachineDescription& machine, const TableTrace& trace, std::size_t max_faults) {
    Checker checker(machine, trace, max_faults);
    if (!checker.check_shape()) return checker.take();
    std::map<Tuple, Count> records;
    std::map<Tuple, Count> lookups;
    checker.walk(true, [&](const ChipDescription& chip, std::uint32_t row, const ValueBuilder::Term& term) {
        if (term.type == InteractionType::link) return;
        count_term(term.type == InteractionType::lookup ? lookups : records, chip, row, term);
    });
    for (const auto& [tuple, count] : records) {
        if (count.produced == count.consumed) continue;
        checker.add(Fault::Kind::record, "", 0,
                    absl::StrCat("record of ", text_of(tuple), ": written ", count.produced, " times, read ",
                                 count.consumed, " times; first in chip ", count.chip, ", row ", count.row));
    }
    for (const auto& [tuple, count] : lookups) {
        if (count.sum.is_zero()) continue;
        checker.add(Fault::Kind::lookup, "", 0,
                    absl::StrCat("lookup of ", text_of(tuple), ": demand minus supply is ", signed_text(count.sum),
                                 "; first in chip ", count.chip, ", row ", count.row));
    }
    return checker.take();
}

std::vector<Fault> find_link_faults(std::span<const TableInRun> tables, std::size_t max_faults) {
    std::map<Tuple, Count> terms;
    for (const TableInRun& table : tables) {
        Checker checker(*table.machine, *table.trace, max_faults);
        if (!checker.check_shape()) return checker.take();
        checker.walk(false, [&](const ChipDescription& chip, std::uint32_t row, const ValueBuilder::Term& term) {
            if (term.type == InteractionType::link) count_term(terms, chip, row, term);
        });
    }
    std::vector<Fault> faults;
    for (const auto& [tuple, count] : terms) {
        if (count.sum.is_zero() || faults.size() >= max_faults) continue;
        faults.push_back({Fault::Kind::link, "", 0,
                          absl::StrCat("link of ", text_of(tuple), ": sum is ", signed_text(count.sum),
                                       "; first in chip ", count.chip, ", row ", count.row)});
    }
    return faults;
}

std::string describe(std::span<const Fault> faults) {
    std::string text;
    for (const Fault& fault : faults) {
        if (!fault.chip.empty()) absl::StrAppend(&text, "chip ", fault.chip, ", row ", fault.row, ": ");
        absl::StrAppend(&text, fault.text, "\n");
    }
    return text;
}

}  // namespace sluice::machine

// The smallest machine that has everything: preprocessed, linked and main columns, records, lookups, links, public
// values of every kind, a boundary. SPDX-License-Identifier: MIT OR Apache-2.0
//
// It counts: a step takes the state x to x + 1 and shows x^2. A shard takes it from public value 0 to public value 1.
// Beside that each shard may add 1 to words that live across shards.
#pragma once

#include <map>
#include <vector>

#include "key_encoder.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::test {

namespace tiny {

enum Bus : std::uint32_t { kState = 1, kRange = 1, kWord = 7 };
enum Public : std::uint32_t { kFirst = 0, kLast = 1, kShard = 2, kIsLast = 3, kExtra = 4, kPublicValues = 5 };

/// The numbers 0 to 5.
struct Range : machine::ChipBase {
    static constexpr std::uint32_t kId = 1;
    static constexpr std::string_view kName = "range";
    static constexpr std::uint32_t kHeight = 6;
    template <class T>
    struct Preprocessed {
        T value;
        SLUICE_COLUMNS(value)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };
    template <class B>
    static void eval(B& b, const machine::Row<Range, typename B::Var>& row) {
        b.supply(kRange, row.main.count, {row.preprocessed.value});
    }
};

struct Step : machine::ChipBase {
    static constexpr std::uint32_t kId = 2;
    static constexpr std::string_view kName = "step";
    template <class T>
    struct Main {
        T is_real, x, square;
        SLUICE_COLUMNS(is_real, x, square)
    };
    template <class B>
    static void eval(B& b, const machine::Row<Step, typename B::Var>& row) {
        const auto& [is_real, x, square] = row.main;
        b.boolean("is_real is a bit", is_real);
        b.zero("square is x^2", is_real * (x * x - square));
        b.read(kState, is_real, {x});
        b.write(kState, is_real, {x + b.constant(1)});
        b.lookup(kRange, is_real, {x});
    }
};

/// One row that starts and ends the chain of states.
struct Ends : machine::ChipBase {
    static constexpr std::uint32_t kId = 3;
    static constexpr std::string_view kName = "ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };
    template <class B>
    static void eval(B& b, const machine::Row<Ends, typename B::Var>& row) {
        b.write(kState, row.preprocessed.one, {b.public_value(kFirst)});
        b.read(kState, row.preprocessed.one, {b.public_value(kLast)});
    }
};

/// The words that a shard touches.
struct Words : machine::ChipBase {
    static constexpr std::uint32_t kId = 4;
    static constexpr std::string_view kName = "words";
    template <class T>
    struct Linked {
        T is_real, key, value_in, value_out, shard_in;
        SLUICE_COLUMNS(is_real, key, value_in, value_out, shard_in)
    };
    template <class T>
    struct Main {
        T difference;
        SLUICE_COLUMNS(difference)
    };
    template <class B>
    static void eval(B& b, const machine::Row<Words, typename B::Var>& row) {
        const auto& [is_real, key, value_in, value_out, shard_in] = row.linked;
        b.boolean("is_real is a bit", is_real);
        b.zero("a word is incremented", is_real * (value_out - value_in - b.constant(1)));
        b.zero("the word comes from an earlier shard",
               is_real * (b.public_value(kShard) - b.constant(1) - shard_in - row.main.difference));
        b.lookup(kRange, is_real, {row.main.difference});
        b.link(kWord, -is_real, {key, value_in, shard_in});
        b.link(kWord, is_real, {key, value_out, b.public_value(kShard)});
    }
};

/// The words of an execution. (That no key comes twice is not stated: it is a toy.)
struct Boundary : machine::ChipBase {
    static constexpr std::uint32_t kId = 5;
    static constexpr std::string_view kName = "boundary";
    template <class T>
    struct Linked {
        T is_real, key, initial, last, last_shard;
        SLUICE_COLUMNS(is_real, key, initial, last, last_shard)
    };
    template <class B>
    static void eval(B& b, const machine::Row<Boundary, typename B::Var>& row) {
        const auto& [is_real, key, initial, last, last_shard] = row.linked;
        b.boolean("is_real is a bit", is_real);
        b.link(kWord, is_real, {key, initial, b.constant(0)});
        b.link(kWord, -is_real, {key, last, last_shard});
    }
};

[[nodiscard]] inline KoalaBear element(std::uint64_t value) {
    return KoalaBear::reduce(value);
}

}  // namespace tiny

/// The machine, its key, and runs of it.
template <class S>
class TinyMachine {
 public:
    explicit TinyMachine(const KeyOptions& options = {})
        : shard_(*machine::MachineDescription::make(
              shard_rules(),
              {*machine::make_chip<tiny::Range>(fixed_shape({0, 1, 2, 3, 4, 5})),
               *machine::make_chip<tiny::Step>(shape_of_height(16)), *machine::make_chip<tiny::Ends>(fixed_shape({1})),
               *machine::make_chip<tiny::Words>(shape_of_height(16))})),
          boundary_(*machine::MachineDescription::make(boundary_rules(),
                                                       {*machine::make_chip<tiny::Boundary>(shape_of_height(16))})) {
        key_.machines = {shard_.view(), boundary_.view()};
        for (const machine::MachineDescription* machine : {&shard_, &boundary_}) {
            key_.preprocessed.emplace_back();
            for (const machine::ChipDescription& chip : machine->chips())
                key_.preprocessed.back().push_back(chip.shape.preprocessed);
        }
        encode_key<S>(key_, options);
    }

    [[nodiscard]] const NaiveKey& key() const { return key_; }
    [[nodiscard]] const machine::MachineDescription& shard_machine() const { return shard_; }
    [[nodiscard]] const machine::MachineDescription& boundary_machine() const { return boundary_; }

    /// What happens in a shard: how many steps, and which words are touched.
    struct ShardPlan {
        std::uint32_t steps = 0;
        std::vector<std::uint32_t> keys;
    };
    /// Traces of an honest run: the boundary's, then the shards'.
    [[nodiscard]] std::vector<machine::TableTrace> run(const std::vector<ShardPlan>& plan) const {
        struct Word {
            std::uint32_t value, shard;
        };
        std::vector<machine::TableTrace> traces(1);
        std::map<std::uint32_t, Word> words;
        std::uint32_t x = 0;
        for (std::uint32_t i = 1; i <= plan.size(); ++i) {
            std::vector<std::uint32_t> counts(tiny::Range::kHeight, 0);
            machine::TraceWriter<tiny::Step> steps;
            machine::TraceWriter<tiny::Words> touched;
            const std::uint32_t first = x;
            for (std::uint32_t k = 0; k < plan[i - 1].steps; ++k, ++x) {
                steps.append({tiny::element(1), tiny::element(x), tiny::element(x * x)});
                ++counts[x];
            }
            for (const std::uint32_t key : plan[i - 1].keys) {
                Word& word = words.try_emplace(key, Word{100 + key, 0}).first->second;
                touched.append({tiny::element(1), tiny::element(key), tiny::element(word.value),
                                tiny::element(word.value + 1), tiny::element(word.shard)},
                               {tiny::element(i - 1 - word.shard)});
                ++counts[i - 1 - word.shard];
                word = {word.value + 1, i};
            }
            machine::TraceWriter<tiny::Range> range;
            for (const std::uint32_t count : counts) range.append({tiny::element(count)});
            machine::TraceWriter<tiny::Ends> ends;
            ends.append({});
            const std::uint32_t is_last = i == plan.size() ? 1 : 0;
            traces.push_back({{range.finish(), steps.finish(), ends.finish(), touched.finish()},
                              {tiny::element(first), tiny::element(x), tiny::element(i), tiny::element(is_last),
                               tiny::element(42)}});
        }
        machine::TraceWriter<tiny::Boundary> boundary;
        for (const auto& [key, word] : words)
            boundary.append({tiny::element(1), tiny::element(key), tiny::element(100 + key), tiny::element(word.value),
                             tiny::element(word.shard)},
                            {});
        traces[0] = {{boundary.finish()}, {}};
        return traces;
    }
    /// The statement of a run of so many steps.
    [[nodiscard]] static std::vector<std::uint32_t> statement(std::uint32_t steps) { return {steps, 42}; }

 private:
    [[nodiscard]] static machine::ChipShape shape_of_height(std::uint32_t max_height) {
        machine::ChipShape shape;
        shape.max_height = max_height;
        return shape;
    }
    /// Of a chip with one preprocessed column.
    [[nodiscard]] static machine::ChipShape fixed_shape(const std::vector<std::uint32_t>& column) {
        machine::ChipShape shape;
        shape.fixed_height = static_cast<std::uint32_t>(column.size());
        for (const std::uint32_t value : column) shape.preprocessed.push_back(tiny::element(value));
        shape.preprocessed.resize(machine::align4(column.size()), KoalaBear::zero());
        return shape;
    }
    [[nodiscard]] static machine::MachineRules shard_rules() {
        machine::MachineRules rules;
        rules.public_values = tiny::kPublicValues;
        rules.max_total_rows = 64;
        rules.shard_index_value = tiny::kShard;
        rules.last_shard_value = tiny::kIsLast;
        rules.chains = {{tiny::kFirst, tiny::kLast, 0}};
        rules.statement = {tiny::kLast, tiny::kExtra};
        return rules;
    }
    [[nodiscard]] static machine::MachineRules boundary_rules() {
        machine::MachineRules rules;
        rules.max_total_rows = 64;
        return rules;
    }

    machine::MachineDescription shard_;
    machine::MachineDescription boundary_;
    NaiveKey key_;
};

}  // namespace sluice::test

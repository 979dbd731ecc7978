// From a chip's `eval` to its program: the symbolic builder, and the same `eval` over plain values.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A chip is a struct:
//
//   struct Square : machine::ChipBase {
//       static constexpr std::uint32_t kId = 0x0007;                    // stable; orders the chips of a machine
//       static constexpr std::string_view kName = "square";
//       template <class T>
//       struct Main {
//           T is_real, x, y;                                            // columns, arrays of them, structs of them
//           SLUICE_COLUMNS(is_real, x, y)                               // columns.h: their names
//       };
//
//       template <class B>
//       static void eval(B& b, const machine::Row<Square, typename B::Var>& row) {
//           b.boolean("is_real is a bit", row.main.is_real);
//           b.zero("y is the square of x", row.main.is_real * (row.main.x * row.main.x - row.main.y));
//           b.read(kSquareBus, row.main.is_real, {row.main.x, row.main.y});
//       }
//   };
//
// `Preprocessed` and `Linked` columns (libprover/DESIGN.md section 2) are declared in the same way. `B::Var` has + - *
// and unary -; constants come from `b.constant(5)`. The same text is run by SymbolicBuilder, which writes it down as a
// Program, and by ValueBuilder, which computes it for one row; a test compares the two on random rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/machine/columns.h"
#include "sluice/machine/program.h"
#include "sluice/math/koala_bear.h"

namespace sluice::machine {

using math::KoalaBear;

/// Gives a chip empty column groups to hide by its own.
struct ChipBase {
    template <class T>
    struct Preprocessed {};
    template <class T>
    struct Linked {};
    template <class T>
    struct Main {};
};

/// One row of a chip, all groups.
template <class ChipType, class T>
struct Row {
    typename ChipType::template Preprocessed<T> preprocessed;
    typename ChipType::template Linked<T> linked;
    typename ChipType::template Main<T> main;
};

class SymbolicBuilder;

/// A node of a program under construction.
struct Expression {
    SymbolicBuilder* builder = nullptr;
    std::uint32_t node = 0;
};

[[nodiscard]] Expression operator+(Expression a, Expression b);
[[nodiscard]] Expression operator-(Expression a, Expression b);
[[nodiscard]] Expression operator*(Expression a, Expression b);
[[nodiscard]] Expression operator-(Expression a);

/// What both builders offer to `eval`, over `Derived::Var`.
template <class Derived, class V>
class BuilderBase {
 public:
    using Var = V;

    /// The constraint `value` = 0. `what` states the fact in words.
    void zero(std::string_view what, const Var& value) { self().add_constraint(what, value); }
    void equal(std::string_view what, const Var& a, const Var& b) { self().add_constraint(what, a - b); }
    /// `value` is 0 or 1.
    void boolean(std::string_view what, const Var& value) {
        self().add_constraint(what, value * (value - self().constant(1)));
    }
    /// Produces a record if `selector` is 1.
    void write(std::uint32_t kind, const Var& selector, std::span<const Var> elements) {
        self().add_interaction(InteractionType::write, kind, selector, elements);
    }
    /// Consumes a record if `selector` is 1.
    void read(std::uint32_t kind, const Var& selector, std::span<const Var> elements) {
        self().add_interaction(InteractionType::read, kind, selector, elements);
    }
    /// Demands that a table has the tuple, `count` times.
    void lookup(std::uint32_t table, const Var& count, std::span<const Var> elements) {
        self().add_interaction(InteractionType::lookup, table, count, elements);
    }
    /// Offers the tuple, `count` times.
    void supply(std::uint32_t table, const Var& count, std::span<const Var> elements) {
        self().add_interaction(InteractionType::lookup, table, -count, elements);
    }
    /// A term of the sum over all shards.
    void link(std::uint32_t kind, const Var& multiplicity, std::span<const Var> elements) {
        self().add_interaction(InteractionType::link, kind, multiplicity, elements);
    }

    void write(std::uint32_t kind, const Var& selector, std::initializer_list<Var> elements) {
        write(kind, selector, std::span<const Var>(elements.begin(), elements.size()));
    }
    void read(std::uint32_t kind, const Var& selector, std::initializer_list<Var> elements) {
        read(kind, selector, std::span<const Var>(elements.begin(), elements.size()));
    }
    void lookup(std::uint32_t table, const Var& count, std::initializer_list<Var> elements) {
        lookup(table, count, std::span<const Var>(elements.begin(), elements.size()));
    }
    void supply(std::uint32_t table, const Var& count, std::initializer_list<Var> elements) {
        supply(table, count, std::span<const Var>(elements.begin(), elements.size()));
    }
    void link(std::uint32_t kind, const Var& multiplicity, std::initializer_list<Var> elements) {
        link(kind, multiplicity, std::span<const Var>(elements.begin(), elements.size()));
    }

 private:
    [[nodiscard]] Derived& self() noexcept { return static_cast<Derived&>(*this); }
};

/// Writes `eval` down as a program. Equal nodes are made once; constants are folded.
class SymbolicBuilder : public BuilderBase<SymbolicBuilder, Expression> {
 public:
    [[nodiscard]] Expression constant(std::uint32_t canonical);
    [[nodiscard]] Expression public_value(std::uint32_t index);
    [[nodiscard]] Expression column(Group group, std::uint32_t index);
    [[nodiscard]] Expression binary(NodeKind kind, Expression a, Expression b);

    void add_constraint(std::string_view what, Expression value);
    void add_interaction(InteractionType type, std::uint32_t kind, Expression multiplicity,
                         std::span<const Expression> elements);

    std::vector<Node> nodes;
    std::vector<std::uint32_t> constraints;
    std::vector<std::string> constraint_names;
    std::vector<Interaction> interactions;
    std::vector<std::uint32_t> elements;

 private:
    [[nodiscard]] Expression intern(Node node);

    struct Hash {
        std::size_t operator()(const std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>& key) const noexcept {
            const auto [kind, a, b] = key;
            return (std::size_t{a} * 0x9e3779b97f4a7c15u + b) * 0x9e3779b97f4a7c15u + kind;
        }
    };
    std::unordered_map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t, Hash> known_;
};

/// Computes `eval` for one row of plain values.
class ValueBuilder : public BuilderBase<ValueBuilder, KoalaBear> {
 public:
    struct Term {
        InteractionType type;
        std::uint32_t kind;
        KoalaBear multiplicity;
        std::vector<KoalaBear> elements;
    };

    explicit ValueBuilder(std::span<const KoalaBear> public_values) : public_values_(public_values) {}

    [[nodiscard]] KoalaBear constant(std::uint32_t canonical) const noexcept {
        return KoalaBear::from_canonical(canonical);
    }
    [[nodiscard]] KoalaBear public_value(std::uint32_t index) const noexcept { return public_values_[index]; }

    void add_constraint(std::string_view, KoalaBear value) { constraints.push_back(value); }
    void add_interaction(InteractionType type, std::uint32_t kind, KoalaBear multiplicity,
                         std::span<const KoalaBear> tuple) {
        terms.push_back({type, kind, multiplicity, {tuple.begin(), tuple.end()}});
    }

    std::vector<KoalaBear> constraints;  ///< in the order of the program's
    std::vector<Term> terms;             ///< in the order of the program's interactions

 private:
    std::span<const KoalaBear> public_values_;
};

/// Runs a chip's `eval` on one row; `columns[g]` holds the row's values of group g.
template <class ChipType>
void evaluate_row(ValueBuilder& builder, const std::array<const KoalaBear*, kGroups>& columns) {
    Row<ChipType, KoalaBear> row;
    load_columns(row.preprocessed, columns[0]);
    load_columns(row.linked, columns[1]);
    load_columns(row.main, columns[2]);
    ChipType::eval(builder, row);
}

}  // namespace sluice::machine

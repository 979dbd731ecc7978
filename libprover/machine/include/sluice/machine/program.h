// What a chip demands, as data: the flattened constraint program and its interactions. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// One form for all readers: verifier, provers on every backend, key, debugger. `builder.h` makes it from a chip's
// `eval`; `key.h` reads it from a key. The rules it keeps are those of libprover/DESIGN.md, section 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::machine {

/// The three groups of a chip's columns, in the order of commitments and of proofs.
enum class Group : std::uint8_t { preprocessed = 0, linked = 1, main = 2 };
inline constexpr std::size_t kGroups = 3;

/// What a node is. The numbers are those of the key.
enum class NodeKind : std::uint32_t {
    constant = 0,      ///< a: canonical value, < p
    preprocessed = 1,  ///< a: column
    linked = 2,        ///< a: column
    main = 3,          ///< a: column
    public_value = 4,  ///< a: index
    add = 5,           ///< node a + node b
    sub = 6,           ///< node a - node b
    mul = 7,           ///< node a * node b
};
inline constexpr std::uint32_t kNodeKinds = 8;

/// One node of a program; operands refer to earlier nodes. Unused fields are 0.
struct Node {
    NodeKind kind;
    std::uint32_t a;
    std::uint32_t b;
};

enum class InteractionType : std::uint32_t {
    write = 0,   ///< a record is produced; the multiplicity is a selector, 0 or 1
    read = 1,    ///< a record is consumed
    lookup = 2,  ///< a term of the shard's own LogUp sum
    link = 3,    ///< a term of the LogUp sum over all shards; linked columns, public values and constants only
};
inline constexpr std::size_t kInteractionTypes = 4;

/// One record, lookup or link term per row: the tuple (kind, elements...) with a multiplicity.
struct Interaction {
    InteractionType type;
    std::uint32_t kind;           ///< the bus; fixes the number of elements among interactions of one type
    std::uint32_t multiplicity;   ///< node
    std::uint32_t first_element;  ///< into Program::elements
    std::uint32_t element_count;
};

/// A chip's program. All spans are owned by whoever made it (builder or key).
struct Program {
    std::span<const Node> nodes;                 ///< topological order
    std::span<const std::uint32_t> constraints;  ///< nodes that are 0 in every row
    std::span<const Interaction> interactions;
    std::span<const std::uint32_t> elements;  ///< nodes; Interaction::first_element points here
};

/// A chip as a table: identity, shape, program.
struct Chip {
    std::uint32_t id = 0;  ///< stable, ascending within a machine
    std::string_view name;
    std::uint32_t widths[kGroups] = {};  ///< columns of each group
    std::uint32_t fixed_height = 0;      ///< not 0: the key fixes it; always so with preprocessed columns
    std::uint32_t max_height = 0;        ///< largest height that the key allows
    Program program;

    [[nodiscard]] constexpr std::uint32_t width(Group group) const noexcept {
        return widths[static_cast<std::size_t>(group)];
    }
};

inline constexpr std::uint32_t kNoIndex = 0xffffffff;

/// Public value `last` of shard i equals public value `first` of shard i + 1; shard 1 starts with `initial`.
struct Chain {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t initial;  ///< canonical
};

/// A machine: chips in ascending order of id, and the rules for its public values (DESIGN.md section 8, step 3).
struct Machine {
    std::span<const Chip> chips;
    std::uint32_t public_values = 0;             ///< how many
    std::uint32_t max_total_rows = 0;            ///< sum of heights at most
    std::uint32_t shard_index_value = kNoIndex;  ///< index of the public value that equals the shard's number
    std::uint32_t last_shard_value = kNoIndex;   ///< index of the public value that is 1 in the last shard, else 0
    std::span<const Chain> chains;
    std::span<const std::uint32_t> statement;  ///< public values of the last shard that form the statement
};

/// Elements from a column's height to the next column's start: heights are rounded up to a multiple of 4.
[[nodiscard]] constexpr std::uint64_t align4(std::uint64_t height) noexcept {
    return (height + 3) & ~std::uint64_t{3};
}

/// Smallest k with 2^k >= n; 0 for n = 0.
[[nodiscard]] constexpr unsigned ceil_log2(std::uint64_t n) noexcept {
    unsigned k = 0;
    while (k < 63 && (std::uint64_t{1} << k) < n) ++k;
    return k;
}

}  // namespace sluice::machine

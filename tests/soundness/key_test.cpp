// The reader of keys: what it takes, and each rule that it refuses by. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/key.h"

#include <functional>
#include <random>

#include "soundness.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

using machine::Interaction;
using machine::InteractionType;
using machine::KeyStatus;
using machine::Node;
using machine::NodeKind;

/// A chip that can be changed at will.
struct LooseChip {
    std::uint32_t id = 1;
    std::string name = "chip";
    std::uint32_t widths[3] = {0, 1, 2};
    std::uint32_t fixed_height = 0;
    std::uint32_t max_height = 8;
    // 0: main 0, 1: linked 0, 2: public 0, 3: constant 1, 4: main 0 + constant 1, 5: main 0 * public 0
    std::vector<Node> nodes{{NodeKind::main, 0, 0},     {NodeKind::linked, 0, 0}, {NodeKind::public_value, 0, 0},
                            {NodeKind::constant, 1, 0}, {NodeKind::add, 0, 3},    {NodeKind::mul, 0, 2}};
    std::vector<std::uint32_t> constraints{0, 5};
    struct Term {
        std::uint32_t type, kind, multiplicity;
        std::vector<std::uint32_t> elements;
    };
    std::vector<Term> terms{{0, 1, 0, {4}}, {1, 1, 0, {2}}, {2, 1, 0, {0, 4}}, {3, 1, 1, {1, 2}}};
};

struct LooseMachine {
    std::uint32_t public_values = 2, max_total_rows = 100, shard_index = 0, last_shard = 1;
    std::vector<std::vector<std::uint32_t>> chains{{0, 1, 5}};
    std::vector<std::uint32_t> statement{1};
    std::vector<LooseChip> chips{LooseChip{}};
};

struct LooseKey {
    static constexpr std::uint32_t kDigest = 8;
    std::uint32_t magic = 0x594b4c53, version = 1, parameters = 0x10001, max_shards = 5, max_link_terms = 100;
    std::vector<std::uint32_t> stack_heights{3, 5};
    std::vector<LooseMachine> machines;
    std::uint32_t root_element = 7;
    std::vector<std::uint32_t> behind;

    LooseKey() : machines(2) {
        machines[1].shard_index = machines[1].last_shard = machine::kNoIndex;
        machines[1].chains.clear();
        machines[1].statement.clear();
    }
    [[nodiscard]] LooseChip& chip() { return machines[0].chips[0]; }

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        KeyWords words;
        words.put({magic, version, parameters});
        words.put_list(stack_heights);
        words.put({max_shards, max_link_terms, static_cast<std::uint32_t>(machines.size())});
        for (const LooseMachine& machine : machines) {
            words.put({machine.public_values, machine.max_total_rows, machine.shard_index, machine.last_shard,
                       static_cast<std::uint32_t>(machine.chains.size())});
            for (const auto& chain : machine.chains) words.put(chain);
            words.put_list(machine.statement);
            words.put({static_cast<std::uint32_t>(machine.chips.size())});
            for (const LooseChip& chip : machine.chips) put(words, chip);
            for (std::size_t i = 0; i < stack_heights.size() * kDigest; ++i) words.put({root_element});
        }
        words.put(behind);
        return words.bytes();
    }

 private:
    static void put(KeyWords& words, const LooseChip& chip) {
        words.put({chip.id});
        words.put_text(chip.name);
        words.put({chip.widths[0], chip.widths[1], chip.widths[2], chip.fixed_height, chip.max_height,
                   static_cast<std::uint32_t>(chip.nodes.size())});
        for (const Node& node : chip.nodes) words.put({static_cast<std::uint32_t>(node.kind), node.a, node.b});
        words.put_list(chip.constraints);
        words.put({static_cast<std::uint32_t>(chip.terms.size())});
        for (const LooseChip::Term& term : chip.terms) {
            words.put({term.type, term.kind, term.multiplicity});
            words.put_list(term.elements);
        }
    }
};

std::string parse(const std::vector<std::uint8_t>& bytes) {
    std::vector<std::uint64_t> memory(bytes.size() / 2 + 512);
    Arena arena(memory.data(), memory.size() * 8);
    machine::KeyView key;
    const KeyStatus status = machine::parse_key(bytes, LooseKey::kDigest, arena, key);
    if (status != KeyStatus::ok) CHECK(arena.used() == 0);
    return std::string(machine::name(status));
}

/// The verdict on a key that was changed in one way.
std::string parse_changed(const std::function<void(LooseKey&)>& change) {
    LooseKey key;
    change(key);
    return parse(key.bytes());
}

TEST_CASE("a key is read as it was written") {
    LooseKey written;
    std::vector<std::uint64_t> memory(4096);
    Arena arena(memory.data(), memory.size() * 8);
    machine::KeyView key;
    const std::vector<std::uint8_t> bytes = written.bytes();
    REQUIRE(machine::parse_key(bytes, LooseKey::kDigest, arena, key) == KeyStatus::ok);
    CHECK(machine::key_parameters(bytes) == 0x10001u);
    CHECK(key.parameters == 0x10001u);
    CHECK(std::vector(key.stack_heights.begin(), key.stack_heights.end()) == written.stack_heights);
    CHECK(key.max_shards == 5);
    CHECK(key.max_link_terms == 100);
    REQUIRE(key.has_boundary());
    const machine::Machine& machine = key.machines[0];
    CHECK(machine.public_values == 2);
    CHECK(machine.max_total_rows == 100);
    CHECK(machine.shard_index_value == 0);
    CHECK(machine.last_shard_value == 1);
    REQUIRE(machine.chains.size() == 1);
    CHECK(machine.chains[0].initial == 5);
    CHECK(machine.statement.size() == 1);
    REQUIRE(machine.chips.size() == 1);
    const machine::Chip& chip = machine.chips[0];
    CHECK(chip.name == "chip");
    CHECK(chip.widths[2] == 2);
    CHECK(chip.max_height == 8);
    REQUIRE(chip.program.nodes.size() == written.chip().nodes.size());
    for (std::size_t i = 0; i < chip.program.nodes.size(); ++i) {
        CHECK(chip.program.nodes[i].kind == written.chip().nodes[i].kind);
        CHECK(chip.program.nodes[i].a == written.chip().nodes[i].a);
        CHECK(chip.program.nodes[i].b == written.chip().nodes[i].b);
    }
    CHECK(std::vector(chip.program.constraints.begin(), chip.program.constraints.end()) == written.chip().constraints);
    REQUIRE(chip.program.interactions.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        const Interaction& interaction = chip.program.interactions[i];
        const LooseChip::Term& term = written.chip().terms[i];
        CHECK(static_cast<std::uint32_t>(interaction.type) == term.type);
        CHECK(interaction.kind == term.kind);
        CHECK(interaction.multiplicity == term.multiplicity);
        const auto elements = chip.program.elements.subspan(interaction.first_element, interaction.element_count);
        CHECK(std::vector(elements.begin(), elements.end()) == term.elements);
    }
    CHECK(key.preprocessed_root(1, 1)[7] == 7);
}

TEST_CASE("each rule of the body has its refusal") {
    CHECK(parse_changed([](LooseKey& key) { key.magic ^= 1; }) == "wrong_magic");
    CHECK(parse_changed([](LooseKey& key) { key.version = 2; }) == "unsupported_version");
    CHECK(parse_changed([](LooseKey& key) { key.behind = {0}; }) == "trailing_bytes");
    CHECK(parse_changed([](LooseKey& key) { key.stack_heights = {}; }) == "stack_heights");
    CHECK(parse_changed([](LooseKey& key) { key.stack_heights = {5, 3}; }) == "stack_heights");
    CHECK(parse_changed([](LooseKey& key) { key.stack_heights = {3, 3}; }) == "stack_heights");
    CHECK(parse_changed([](LooseKey& key) { key.stack_heights = {28}; }) == "stack_heights");
    CHECK(parse_changed([](LooseKey& key) { key.max_shards = 0; }) == "max_shards");
    CHECK(parse_changed([](LooseKey& key) { key.max_shards = 1 << 16; }) == "max_shards");
    CHECK(parse_changed([](LooseKey& key) { key.max_link_terms = KoalaBear::kModulus; }) == "max_link_terms");
    CHECK(parse_changed([](LooseKey& key) { key.machines.clear(); }) == "machine_count");
    CHECK(parse_changed([](LooseKey& key) { key.machines.resize(3); }) == "machine_count");
    CHECK(parse_changed([](LooseKey& key) { key.machines.resize(1); }) == "missing_boundary");
    CHECK(parse_changed([](LooseKey& key) { key.root_element = KoalaBear::kModulus; }) == "root_not_canonical");
}

TEST_CASE("each rule of public values has its refusal") {
    const auto machine = [](const std::function<void(LooseMachine&)>& change) {
        return parse_changed([&](LooseKey& key) { change(key.machines[0]); });
    };
    CHECK(machine([](LooseMachine& m) { m.public_values = 1 << 13; }) == "public_value_count");
    CHECK(machine([](LooseMachine& m) { m.max_total_rows = KoalaBear::kModulus; }) == "total_rows");
    CHECK(machine([](LooseMachine& m) { m.shard_index = 2; }) == "public_value_index");
    CHECK(machine([](LooseMachine& m) { m.last_shard = 2; }) == "public_value_index");
    CHECK(machine([](LooseMachine& m) { m.chains[0][0] = 2; }) == "public_value_index");
    CHECK(machine([](LooseMachine& m) { m.chains[0][1] = 2; }) == "public_value_index");
    CHECK(machine([](LooseMachine& m) { m.statement[0] = 2; }) == "public_value_index");
    CHECK(machine([](LooseMachine& m) { m.chains[0][2] = KoalaBear::kModulus; }) == "chain_initial");
    CHECK(machine([](LooseMachine& m) { m.chains.resize(5000, {0, 0, 0}); }) == "chain_count");
    CHECK(machine([](LooseMachine& m) { m.statement.resize(5000, 0); }) == "statement_count");
    CHECK(parse_changed([](LooseKey& key) { key.machines[1].shard_index = 0; }) == "boundary_rules");
    CHECK(parse_changed([](LooseKey& key) { key.machines[1].last_shard = 0; }) == "boundary_rules");
    CHECK(parse_changed([](LooseKey& key) { key.machines[1].chains = {{0, 1, 5}}; }) == "boundary_rules");
    CHECK(parse_changed([](LooseKey& key) { key.machines[1].statement = {0}; }) == "boundary_rules");
}

TEST_CASE("each rule of chips has its refusal") {
    const auto chip = [](const std::function<void(LooseChip&)>& change) {
        return parse_changed([&](LooseKey& key) { change(key.chip()); });
    };
    CHECK(parse_changed([](LooseKey& key) { key.machines[0].chips.clear(); }) == "chip_count");
    CHECK(parse_changed([](LooseKey& key) { key.machines[0].chips.resize(2); }) == "chip_order");
    CHECK(parse_changed([](LooseKey& key) {
              key.machines[0].chips.resize(2);
              key.machines[0].chips[1].id = 0;
          }) == "chip_order");
    CHECK(chip([](LooseChip& c) { c.name = std::string(65, 'a'); }) == "name");
    CHECK(chip([](LooseChip& c) { c.name = "a b"; }) == "name");
    CHECK(chip([](LooseChip& c) { c.name = std::string("a\0b", 3); }) == "name");
    CHECK(chip([](LooseChip& c) { c.widths[2] = (1 << 16) + 1; }) == "width");
    CHECK(chip([](LooseChip& c) { c.widths[1] = c.widths[2] = 0; }) == "width");
    CHECK(chip([](LooseChip& c) { c.widths[0] = 1; }) == "fixed_height");
    CHECK(chip([](LooseChip& c) { c.fixed_height = 9; }) == "fixed_height");
    CHECK(chip([](LooseChip& c) { c.fixed_height = 8; }) == "ok");
    CHECK(chip([](LooseChip& c) { c.max_height = 0; }) == "max_height");
    CHECK(chip([](LooseChip& c) { c.max_height = (1u << 26) + 1; }) == "max_height");
}

TEST_CASE("padding of a name that is not zero is refused") {
    LooseKey key;
    key.chip().name = "chi";
    std::vector<std::uint8_t> bytes = key.bytes();
    REQUIRE(parse(bytes) == "ok");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    bytes[text.find("chi") + 3] = 1;
    CHECK(parse(bytes) == "name");
}

TEST_CASE("each rule of nodes has its refusal") {
    const auto node = [](std::size_t index, Node changed) {
        return parse_changed([&](LooseKey& key) { key.chip().nodes[index] = changed; });
    };
    CHECK(node(0, {static_cast<NodeKind>(8), 0, 0}) == "node_kind");
    CHECK(node(0, {NodeKind::main, 0, 1}) == "node_unused");
    CHECK(node(3, {NodeKind::constant, 1, 1}) == "node_unused");
    CHECK(node(2, {NodeKind::public_value, 0, 1}) == "node_unused");
    CHECK(node(3, {NodeKind::constant, KoalaBear::kModulus, 0}) == "node_constant");
    CHECK(node(0, {NodeKind::main, 2, 0}) == "node_column");
    CHECK(node(1, {NodeKind::linked, 1, 0}) == "node_column");
    CHECK(node(0, {NodeKind::preprocessed, 0, 0}) == "node_column");
    CHECK(node(2, {NodeKind::public_value, 2, 0}) == "node_column");
    CHECK(node(4, {NodeKind::add, 4, 0}) == "node_order");
    CHECK(node(4, {NodeKind::sub, 0, 5}) == "node_order");
    CHECK(node(5, {NodeKind::mul, 0xffffffff, 0}) == "node_order");
}

TEST_CASE("each rule of constraints and interactions has its refusal") {
    const auto chip = [](const std::function<void(LooseChip&)>& change) {
        return parse_changed([&](LooseKey& key) { change(key.chip()); });
    };
    // Nodes 6 and 7: degrees 2 and 4.
    const auto high = [&](const std::function<void(LooseChip&)>& change) {
        return chip([&](LooseChip& c) {
            c.nodes.push_back({NodeKind::mul, 0, 0});
            c.nodes.push_back({NodeKind::mul, 6, 6});
            change(c);
        });
    };
    CHECK(chip([](LooseChip& c) { c.constraints[0] = 6; }) == "constraint_node");
    CHECK(high([](LooseChip& c) { c.constraints[0] = 6; }) == "ok");
    CHECK(high([](LooseChip& c) { c.constraints[0] = 7; }) == "constraint_degree");
    CHECK(chip([](LooseChip& c) { c.constraints[0] = 4; }) == "constraint_zero_row");
    CHECK(chip([](LooseChip& c) { c.constraints[0] = 2; }) == "constraint_zero_row");
    CHECK(chip([](LooseChip& c) { c.terms[0].type = 4; }) == "interaction_type");
    CHECK(chip([](LooseChip& c) { c.terms[0].kind = KoalaBear::kModulus; }) == "interaction_kind");
    CHECK(chip([](LooseChip& c) { c.terms[0].multiplicity = 6; }) == "interaction_node");
    CHECK(chip([](LooseChip& c) { c.terms[0].elements[0] = 6; }) == "interaction_node");
    CHECK(chip([](LooseChip& c) { c.terms[0].elements.resize(1025); }) == "interaction_elements");
    CHECK(high([](LooseChip& c) { c.terms[0].elements[0] = 6; }) == "ok");
    CHECK(high([](LooseChip& c) {
              c.terms[0].elements[0] = 6;
              c.terms[0].multiplicity = 6;
          }) == "interaction_degree");
    CHECK(high([](LooseChip& c) { c.terms[2].elements[0] = 7; }) == "interaction_degree");
    CHECK(high([](LooseChip& c) {
              c.terms[2].elements[0] = 6;
              c.terms[2].multiplicity = 6;
          }) == "ok");
    CHECK(chip([](LooseChip& c) { c.terms[0].multiplicity = 3; }) == "interaction_zero_row");
    CHECK(chip([](LooseChip& c) { c.terms[3].multiplicity = 2; }) == "interaction_zero_row");
    CHECK(chip([](LooseChip& c) { c.terms[3].multiplicity = 0; }) == "link_reach");
    CHECK(chip([](LooseChip& c) { c.terms[3].elements[1] = 0; }) == "link_reach");
    CHECK(parse_changed([](LooseKey& key) { key.chip().terms.resize(65537, {0, 1, 0, {4}}); }) == "interaction_count");
}

TEST_CASE("tuples of one bus have one length, whoever sends them") {
    const auto chip = [](std::size_t machine, const std::function<void(LooseChip&)>& change) {
        return parse_changed([&](LooseKey& key) { change(key.machines[machine].chips[0]); });
    };
    // A write and a read.
    CHECK(chip(0, [](LooseChip& c) { c.terms[1].elements = {2, 2}; }) == "arity");
    CHECK(chip(0, [](LooseChip& c) { c.terms[1] = {1, 2, 0, {2, 2}}; }) == "ok");
    // Lookups of one machine; those of two never meet.
    CHECK(chip(0, [](LooseChip& c) { c.terms.push_back({2, 1, 0, {0}}); }) == "arity");
    CHECK(chip(0, [](LooseChip& c) { c.terms[2].elements = {0}; }) == "ok");
    // Links of both machines.
    CHECK(chip(1, [](LooseChip& c) { c.terms[3].elements = {1}; }) == "arity");
}

TEST_CASE("a key cut short anywhere is refused, and a changed word never does harm") {
    const std::vector<std::uint8_t> whole = LooseKey().bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        INFO(size << " bytes of " << whole.size());
        CHECK(parse(cut) == "truncated");
    }
    SLUICE_RANDOM(rng);
    for (std::size_t at = 0; at + 4 <= whole.size(); at += 4) {
        for (const std::uint32_t word : {0u, 1u, 0x7fffffffu, 0xffffffffu, static_cast<std::uint32_t>(rng())}) {
            std::vector<std::uint8_t> changed = whole;
            store_le(changed.data() + at, word);
            CHECK(parse(changed) != "unknown");
        }
    }
}

TEST_CASE("a reader without enough memory says so") {
    const std::vector<std::uint8_t> bytes = LooseKey().bytes();
    std::vector<std::uint64_t> memory(4096);
    machine::KeyView key;
    Arena whole(memory.data(), memory.size() * 8);
    REQUIRE(machine::parse_key(bytes, LooseKey::kDigest, whole, key) == KeyStatus::ok);
    for (std::size_t size = 0; size < whole.peak(); size += 16) {
        Arena arena(memory.data(), size);
        CHECK(machine::parse_key(bytes, LooseKey::kDigest, arena, key) == KeyStatus::scratch_exhausted);
        CHECK(arena.used() == 0);
    }
}

/// What the shipped verifier says of a key, given a proof of no bytes: that the proof is cut short, if the key is good.
std::string verify_changed(const std::function<void(LooseKey&)>& change) {
    LooseKey key;
    change(key);
    const std::vector<std::uint8_t> bytes = key.bytes();
    std::vector<std::uint64_t> memory(verify::scratch_bytes(bytes.size(), 0) / 8);
    Arena arena(memory.data(), memory.size() * 8);
    return in_words(verify::verify(bytes, {}, {}, arena));
}

TEST_CASE("a key at the profile's limits is taken, and one beyond any of them is not") {
    using verify::VerifyLimit;
    const params::Profile& profile = params::kBits100;
    const params::Limits& limits = profile.limits;
    const auto refusal = [](VerifyLimit limit) {
        return "key_over_profile 0 " + std::to_string(static_cast<std::uint32_t>(limit));
    };
    const auto compare = [&](VerifyLimit limit, const std::function<void(LooseKey&, std::uint32_t)>& set,
                             std::uint64_t most) {
        INFO("limit " << static_cast<std::uint32_t>(limit));
        const auto at = [&](std::uint64_t value) {
            return verify_changed([&](LooseKey& key) { set(key, static_cast<std::uint32_t>(value)); });
        };
        CHECK(at(most) == "truncated 0 0");
        CHECK(at(most + 1) == refusal(limit));
    };
    const auto elements = [](std::size_t term) {
        return [=](LooseKey& key, std::uint32_t count) {
            // Records meet others of their kind, and so do links of both machines: all get the same number.
            for (LooseMachine& machine : key.machines) {
                for (LooseChip::Term& other : machine.chips[0].terms) {
                    if (other.type / 2 == term / 2 && (term < 2 || other.type == term))
                        other.elements.assign(count, term == 3 ? 1 : 2);
                }
            }
        };
    };
    compare(
        VerifyLimit::stack_height, [](LooseKey& key, std::uint32_t less) { key.stack_heights = {23 - less}; },
        23 - profile.opening().min_stack_height_log);
    compare(
        VerifyLimit::chips,
        [](LooseKey& key, std::uint32_t count) {
            LooseChip chip = key.chip();
            key.machines[0].chips.clear();
            for (chip.id = 1; chip.id <= count; ++chip.id) key.machines[0].chips.push_back(chip);
        },
        limits.max_chips);
    compare(
        VerifyLimit::rows, [](LooseKey& key, std::uint32_t rows) { key.chip().max_height = rows; },
        std::uint64_t{1} << limits.max_log_rows);
    compare(
        VerifyLimit::total_rows, [](LooseKey& key, std::uint32_t rows) { key.machines[0].max_total_rows = rows; },
        limits.max_total_rows);
    compare(
        VerifyLimit::columns, [](LooseKey& key, std::uint32_t columns) { key.chip().widths[2] = columns - 1; },
        limits.max_columns);
    compare(
        VerifyLimit::constraints, [](LooseKey& key, std::uint32_t count) { key.chip().constraints.assign(count, 0); },
        limits.max_constraints);
    compare(
        VerifyLimit::interactions,
        [](LooseKey& key, std::uint32_t count) {
            key.chip().terms.assign(count, {2, 1, 0, {0}});
        },
        limits.max_interactions);
    compare(VerifyLimit::record_elements, elements(0), limits.max_record_elements);
    compare(VerifyLimit::lookup_elements, elements(2), limits.max_lookup_elements);
    compare(VerifyLimit::link_elements, elements(3), limits.max_link_elements);
    compare(
        VerifyLimit::link_terms, [](LooseKey& key, std::uint32_t terms) { key.max_link_terms = terms; },
        limits.max_linking_terms);
}

}  // namespace
}  // namespace sluice::test

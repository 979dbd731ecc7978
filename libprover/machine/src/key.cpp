// The reader of a key's body. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/key.h"

#include "sluice/machine/rules.h"
#include "sluice/math/koala_bear.h"

namespace sluice::machine {
namespace {

using math::KoalaBear;

constexpr std::size_t kMaxBodySize = std::size_t{1} << 30;  // the key digest counts bytes by one field element

/// A cursor over the body's words. The first failure stays; reading on gives zeros.
class Reader {
 public:
    Reader(ByteView bytes, Arena& arena) noexcept : bytes_(bytes), arena_(arena) {}

    [[nodiscard]] std::uint32_t word() noexcept {
        if (bytes_.size() - at_ < 4) {
            fail(KeyStatus::truncated);
            return 0;
        }
        const auto value = load_le<std::uint32_t>(bytes_.data() + at_);
        at_ += 4;
        return value;
    }
    /// A word that is at most `most`, or the failure `status` and 0.
    [[nodiscard]] std::uint32_t at_most(std::uint32_t most, KeyStatus status) noexcept {
        const std::uint32_t value = word();
        if (value <= most) return value;
        fail(status);
        return 0;
    }
    /// Memory for `count` objects, each of which has at least `words_each` words in the body. More than the rest of the
    /// body can hold is refused before memory is taken.
    template <class T>
    [[nodiscard]] T* list(std::size_t count, std::size_t words_each) noexcept {
        if (failed()) return nullptr;
        if ((bytes_.size() - at_) / 4 / words_each < count) {
            fail(KeyStatus::truncated);
            return nullptr;
        }
        T* objects = arena_.make_array<T>(count);
        if (objects == nullptr) fail(KeyStatus::scratch_exhausted);
        return objects;
    }
    [[nodiscard]] std::span<const std::uint32_t> words(std::size_t count) noexcept {
        std::uint32_t* values = list<std::uint32_t>(count, 1);
        if (values == nullptr) return {};
        for (std::size_t i = 0; i < count; ++i) values[i] = word();
        return {values, count};
    }
    [[nodiscard]] std::string_view name() noexcept {
        const std::uint32_t size = at_most(kMaxNameSize, KeyStatus::name);
        const std::size_t padded = (std::size_t{size} + 3) & ~std::size_t{3};
        if (bytes_.size() - at_ < padded) fail(KeyStatus::truncated);
        if (failed()) return {};
        const std::uint8_t* first = bytes_.data() + at_;
        for (std::size_t i = 0; i < padded; ++i) {
            const bool visible = first[i] > 0x20 && first[i] < 0x7f;
            require(i < size ? visible : first[i] == 0, KeyStatus::name);
        }
        at_ += padded;
        return {reinterpret_cast<const char*>(first), size};
    }
    void require(bool condition, KeyStatus status) noexcept {
        if (!condition) fail(status);
    }
    void require(KeyStatus outcome) noexcept { require(outcome == KeyStatus::ok, outcome); }
    void fail(KeyStatus status) noexcept {
        if (status_ == KeyStatus::ok) status_ = status;
    }
    [[nodiscard]] bool failed() const noexcept { return status_ != KeyStatus::ok; }
    [[nodiscard]] KeyStatus status() const noexcept { return status_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == bytes_.size(); }
    [[nodiscard]] Arena& arena() noexcept { return arena_; }

 private:
    ByteView bytes_;
    Arena& arena_;
    std::size_t at_ = 0;
    KeyStatus status_ = KeyStatus::ok;
};

void read_stack_heights(Reader& reader, KeyView& key) noexcept {
    const std::uint32_t count = reader.at_most(kMaxStackHeight + 1, KeyStatus::stack_heights);
    reader.require(count != 0, KeyStatus::stack_heights);
    key.stack_heights = reader.words(count);
    for (std::size_t i = 0; i < key.stack_heights.size(); ++i) {
        reader.require(key.stack_heights[i] <= kMaxStackHeight, KeyStatus::stack_heights);
        reader.require(i == 0 || key.stack_heights[i - 1] < key.stack_heights[i], KeyStatus::stack_heights);
    }
}

void read_header(Reader& reader, KeyView& key) noexcept {
    reader.require(reader.word() == kKeyMagic, KeyStatus::wrong_magic);
    reader.require(reader.word() == kKeyVersion, KeyStatus::unsupported_version);
    key.parameters = reader.word();
    read_stack_heights(reader, key);
    key.max_shards = reader.at_most(kMaxShards, KeyStatus::max_shards);
    reader.require(key.max_shards != 0, KeyStatus::max_shards);
    key.max_link_terms = reader.at_most(KoalaBear::kModulus - 1, KeyStatus::max_link_terms);
    key.machine_count = reader.at_most(2, KeyStatus::machine_count);
    reader.require(key.machine_count != 0, KeyStatus::machine_count);
}

void read_chains(Reader& reader, Machine& machine) noexcept {
    const std::uint32_t count = reader.at_most(kMaxPublicValues, KeyStatus::chain_count);
    Chain* chains = reader.list<Chain>(count, 3);
    if (chains == nullptr) return;
    for (std::uint32_t i = 0; i < count; ++i) {
        chains[i].first = reader.word();
        chains[i].last = reader.word();
        chains[i].initial = reader.word();
    }
    machine.chains = {chains, count};
}

void read_public_values(Reader& reader, Machine& machine) noexcept {
    machine.public_values = reader.at_most(kMaxPublicValues, KeyStatus::public_value_count);
    machine.max_total_rows = reader.at_most(KoalaBear::kModulus - 1, KeyStatus::total_rows);
    machine.shard_index_value = reader.word();
    machine.last_shard_value = reader.word();
    read_chains(reader, machine);
    machine.statement = reader.words(reader.at_most(kMaxPublicValues, KeyStatus::statement_count));
    reader.require(check_public_values(machine));
}

void read_shape(Reader& reader, Chip& chip) noexcept {
    chip.id = reader.word();
    chip.name = reader.name();
    for (std::uint32_t& width : chip.widths) width = reader.word();
    chip.fixed_height = reader.word();
    chip.max_height = reader.word();
    reader.require(check_shape(chip));
}

void read_nodes(Reader& reader, Chip& chip) noexcept {
    const std::uint32_t count = reader.word();
    Node* nodes = reader.list<Node>(count, 3);
    if (nodes == nullptr) return;
    for (std::uint32_t i = 0; i < count; ++i) {
        nodes[i].kind = static_cast<NodeKind>(reader.word());
        nodes[i].a = reader.word();
        nodes[i].b = reader.word();
    }
    chip.program.nodes = {nodes, count};
}

/// The elements of all interactions of a chip become one list: nothing else is allocated while they are read, so the
/// pieces lie side by side.
void read_interactions(Reader& reader, Chip& chip) noexcept {
    const std::uint32_t count = reader.at_most(kMaxInteractions, KeyStatus::interaction_count);
    Interaction* interactions = reader.list<Interaction>(count, 4);
    const std::uint32_t* elements = reader.list<std::uint32_t>(0, 1);
    std::uint32_t total = 0;
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
        Interaction& interaction = interactions[i];
        interaction.type = static_cast<InteractionType>(reader.word());
        interaction.kind = reader.word();
        interaction.multiplicity = reader.word();
        interaction.first_element = total;
        interaction.element_count = reader.at_most(kMaxElements, KeyStatus::interaction_elements);
        total += static_cast<std::uint32_t>(reader.words(interaction.element_count).size());
    }
    if (reader.failed()) return;
    chip.program.interactions = {interactions, count};
    chip.program.elements = {elements, total};
}

[[nodiscard]] KeyStatus check_program(const Chip& chip, std::uint32_t public_values, Arena& arena) noexcept {
    const Arena::Mark mark = arena.mark();
    const std::size_t count = chip.program.nodes.size();
    NodeFacts* facts = arena.make_array<NodeFacts>(count);
    if (facts == nullptr) return KeyStatus::scratch_exhausted;
    KeyStatus status = check_nodes(chip, public_values, {facts, count}).status;
    if (status == KeyStatus::ok) status = check_demands(chip.program, {facts, count}).status;
    arena.rewind(mark);
    return status;
}

void read_chip(Reader& reader, const Machine& machine, Chip& chip) noexcept {
    read_shape(reader, chip);
    read_nodes(reader, chip);
    chip.program.constraints = reader.words(reader.word());
    read_interactions(reader, chip);
    if (!reader.failed()) reader.require(check_program(chip, machine.public_values, reader.arena()));
}

/// Chips ascend by id, so that one machine has one key and a chip is there once.
void read_chips(Reader& reader, Machine& machine) noexcept {
    const std::uint32_t count = reader.at_most(kMaxChips, KeyStatus::chip_count);
    reader.require(count != 0, KeyStatus::chip_count);
    Chip* chips = reader.list<Chip>(count, 10);
    std::size_t interactions = 0;
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
        read_chip(reader, machine, chips[i]);
        reader.require(i == 0 || chips[i - 1].id < chips[i].id, KeyStatus::chip_order);
        interactions += chips[i].program.interactions.size();
        reader.require(interactions <= kMaxInteractions, KeyStatus::interaction_count);
    }
    if (!reader.failed()) machine.chips = {chips, count};
}

[[nodiscard]] std::span<const std::uint32_t> read_roots(Reader& reader, const KeyView& key) noexcept {
    const std::span<const std::uint32_t> roots = reader.words(key.stack_heights.size() * key.digest_elements);
    for (const std::uint32_t element : roots)
        reader.require(element < KoalaBear::kModulus, KeyStatus::root_not_canonical);
    return roots;
}

[[nodiscard]] bool has_links(const Machine& machine) noexcept {
    for (const Chip& chip : machine.chips) {
        for (const Interaction& interaction : chip.program.interactions)
            if (interaction.type == InteractionType::link) return true;
    }
    return false;
}

[[nodiscard]] KeyStatus check_boundary(const KeyView& key) noexcept {
    if (!key.has_boundary()) {
        // Nobody would fix what the words of an execution start with.
        return has_links(key.machines[0]) ? KeyStatus::missing_boundary : KeyStatus::ok;
    }
    const Machine& boundary = key.machines[1];
    const bool free_of_rules = boundary.shard_index_value == kNoIndex && boundary.last_shard_value == kNoIndex &&
                               boundary.chains.empty() && boundary.statement.empty();
    return free_of_rules ? KeyStatus::ok : KeyStatus::boundary_rules;
}

[[nodiscard]] KeyStatus check_buses(const KeyView& key, Arena& arena) noexcept {
    const Arena::Mark mark = arena.mark();
    std::size_t count = 0;
    for (const Machine& machine : key.machines) count += interaction_count(machine);
    Bus* buses = arena.make_array<Bus>(count);
    if (buses == nullptr) return KeyStatus::scratch_exhausted;
    const Bus* fault = find_arity_fault({key.machines, key.machine_count}, {buses, count});
    arena.rewind(mark);
    return fault == nullptr ? KeyStatus::ok : KeyStatus::arity;
}

[[nodiscard]] KeyStatus read_key(Reader& reader, KeyView& key) noexcept {
    read_header(reader, key);
    for (std::size_t m = 0; m < key.machine_count && !reader.failed(); ++m) {
        read_public_values(reader, key.machines[m]);
        read_chips(reader, key.machines[m]);
        key.roots[m] = read_roots(reader, key);
    }
    if (reader.failed()) return reader.status();
    // One machine, one key: what nothing reads could be changed at will.
    if (!reader.at_end()) return KeyStatus::trailing_bytes;
    const KeyStatus boundary = check_boundary(key);
    return boundary != KeyStatus::ok ? boundary : check_buses(key, reader.arena());
}

}  // namespace

std::optional<std::uint32_t> key_parameters(ByteView bytes) noexcept {
    if (bytes.size() < 12 || load_le<std::uint32_t>(bytes.data()) != kKeyMagic) return std::nullopt;
    return load_le<std::uint32_t>(bytes.data() + 8);
}

KeyStatus parse_key(ByteView bytes, std::uint32_t digest_elements, Arena& arena, KeyView& key) noexcept {
    if (bytes.size() >= kMaxBodySize) return KeyStatus::too_long;
    const Arena::Mark mark = arena.mark();
    key = KeyView{};
    key.digest_elements = digest_elements;
    Reader reader(bytes, arena);
    const KeyStatus status = read_key(reader, key);
    if (status != KeyStatus::ok) arena.rewind(mark);
    return status;
}

std::string_view name(KeyStatus status) noexcept {
    switch (status) {
#define SLUICE_KEY_STATUS(name, number, text) \
    case KeyStatus::name:                     \
        return #name;
#include "sluice/machine/key_status.def"
#undef SLUICE_KEY_STATUS
    }
    return "unknown";
}

std::string_view text(KeyStatus status) noexcept {
    switch (status) {
#define SLUICE_KEY_STATUS(name, number, text) \
    case KeyStatus::name:                     \
        return text;
#include "sluice/machine/key_status.def"
#undef SLUICE_KEY_STATUS
    }
    return {};
}

}  // namespace sluice::machine

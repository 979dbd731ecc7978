// Any bytes into the reader of keys; what it accepts keeps what a KeyView promises.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "sluice/machine/key.h"

namespace {

using namespace sluice;

constexpr std::uint32_t kDigestElements = 8;

void require(bool condition) {
    if (!condition) std::abort();
}

/// Every index of a program leads to something.
void follow(const machine::Machine& machine, const machine::Chip& chip) {
    const machine::Program& program = chip.program;
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        const machine::Node& node = program.nodes[i];
        const auto kind = static_cast<std::uint32_t>(node.kind);
        require(kind < machine::kNodeKinds);
        if (kind >= static_cast<std::uint32_t>(machine::NodeKind::add)) {
            require(node.a < i && node.b < i);
        } else if (node.kind == machine::NodeKind::public_value) {
            require(node.a < machine.public_values);
        } else if (node.kind != machine::NodeKind::constant) {
            require(node.a < chip.widths[kind - 1]);
        }
    }
    for (const std::uint32_t constraint : program.constraints) require(constraint < program.nodes.size());
    for (const machine::Interaction& interaction : program.interactions) {
        require(interaction.multiplicity < program.nodes.size());
        require(std::uint64_t{interaction.first_element} + interaction.element_count <= program.elements.size());
    }
    for (const std::uint32_t element : program.elements) require(element < program.nodes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Memory in proportion to the key: the reader takes no more.
    std::vector<std::uint64_t> memory(size / 2 + 512);
    Arena arena(memory.data(), memory.size() * 8);
    machine::KeyView key;
    const machine::KeyStatus status = machine::parse_key(ByteView(data, size), kDigestElements, arena, key);
    require(status != machine::KeyStatus::scratch_exhausted);
    if (status != machine::KeyStatus::ok) {
        require(arena.used() == 0);
        return 0;
    }
    for (std::uint32_t m = 0; m < key.machine_count; ++m) {
        const machine::Machine& machine = key.machines[m];
        require(!machine.chips.empty());
        for (const machine::Chip& chip : machine.chips) follow(machine, chip);
        for (const machine::Chain& chain : machine.chains)
            require(chain.first < machine.public_values && chain.last < machine.public_values);
        for (const std::uint32_t index : machine.statement) require(index < machine.public_values);
        for (std::size_t h = 0; h < key.stack_heights.size(); ++h)
            require(key.preprocessed_root(m, h).size() == kDigestElements);
    }
    return 0;
}

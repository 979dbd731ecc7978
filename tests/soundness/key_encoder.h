// A key's body from machines, word by word as libprover/DESIGN.md section 9 tells. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <vector>

#include "naive_prover.h"

namespace sluice::test {

/// What a key says beside its machines.
struct KeyOptions {
    std::vector<std::uint32_t> stack_heights{3};
    std::uint32_t max_shards = 8;
    std::uint32_t max_link_terms = 1000;
};

class KeyWords {
 public:
    void put(std::initializer_list<std::uint32_t> words) { words_.insert(words_.end(), words); }
    void put(std::span<const std::uint32_t> words) { words_.insert(words_.end(), words.begin(), words.end()); }
    void put_list(std::span<const std::uint32_t> words) {
        put({static_cast<std::uint32_t>(words.size())});
        put(words);
    }
    void put_text(std::string_view text) {
        put({static_cast<std::uint32_t>(text.size())});
        for (std::size_t at = 0; at < text.size(); at += 4) {
            std::uint32_t word = 0;
            for (std::size_t i = 0; i < 4 && at + i < text.size(); ++i)
                word |= std::uint32_t{static_cast<std::uint8_t>(text[at + i])} << (8 * i);
            put({word});
        }
    }
    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        std::vector<std::uint8_t> result(words_.size() * 4);
        for (std::size_t i = 0; i < words_.size(); ++i) store_le(result.data() + 4 * i, words_[i]);
        return result;
    }

 private:
    std::vector<std::uint32_t> words_;
};

inline void put_chip(KeyWords& key, const machine::Chip& chip) {
    key.put({chip.id});
    key.put_text(chip.name);
    key.put({chip.widths[0], chip.widths[1], chip.widths[2], chip.fixed_height, chip.max_height});
    key.put({static_cast<std::uint32_t>(chip.program.nodes.size())});
    for (const machine::Node& node : chip.program.nodes)
        key.put({static_cast<std::uint32_t>(node.kind), node.a, node.b});
    key.put_list(chip.program.constraints);
    key.put({static_cast<std::uint32_t>(chip.program.interactions.size())});
    for (const machine::Interaction& interaction : chip.program.interactions) {
        key.put({static_cast<std::uint32_t>(interaction.type), interaction.kind, interaction.multiplicity});
        key.put_list(chip.program.elements.subspan(interaction.first_element, interaction.element_count));
    }
}

inline void put_machine(KeyWords& key, const machine::Machine& machine) {
    key.put({machine.public_values, machine.max_total_rows, machine.shard_index_value, machine.last_shard_value});
    key.put({static_cast<std::uint32_t>(machine.chains.size())});
    for (const machine::Chain& chain : machine.chains) key.put({chain.first, chain.last, chain.initial});
    key.put_list(machine.statement);
    key.put({static_cast<std::uint32_t>(machine.chips.size())});
    for (const machine::Chip& chip : machine.chips) put_chip(key, chip);
}

/// Encodes key.machines into key.bytes, with the roots of key.preprocessed.
template <class S>
void encode_key(NaiveKey& key, const KeyOptions& options) {
    KeyWords words;
    words.put({0x594b4c53, 1, params::key_word(S::kProfile, S::kOpening.id)});
    words.put_list(options.stack_heights);
    words.put({options.max_shards, options.max_link_terms, static_cast<std::uint32_t>(key.machines.size())});
    for (std::size_t m = 0; m < key.machines.size(); ++m) {
        put_machine(words, key.machines[m]);
        NaiveTable table{key.machines[m], key.preprocessed[m], {}, 0};
        table.trace.chips.resize(key.machines[m].chips.size());
        for (std::size_t c = 0; c < table.trace.chips.size(); ++c)
            table.trace.chips[c].height = key.machines[m].chips[c].fixed_height;
        for (const std::uint32_t height : options.stack_heights) {
            table.stack_height = height;
            const typename S::Digest root = NaiveCommitment<S>(table, 0).tree.root();
            for (const KoalaBear element : root.element) words.put({element.canonical()});
        }
    }
    key.bytes = words.bytes();
}

}  // namespace sluice::test

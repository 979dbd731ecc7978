// See key.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/protocol/key.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "sluice/backend/channel.h"
#include "sluice/base/arena.h"
#include "sluice/machine/key.h"
#include "sluice/machine/key_digest.h"
#include "sluice/machine/program.h"

namespace sluice::protocol {

namespace {

using machine::kKeyMagic;
using machine::kKeyVersion;

/// The machine's part of a body up to each chip's roots, which follow from `write_roots(place in the machine)`.
template <class WriteRoots>
void write_machine(backend::ProofWriter& writer, std::vector<std::uint8_t>& bytes, const machine::Machine& machine,
                   const WriteRoots& write_roots) {
    writer.word(machine.public_values);
    writer.word(machine.max_total_rows);
    writer.word(machine.shard_index_value);
    writer.word(machine.last_shard_value);
    writer.word(static_cast<std::uint32_t>(machine.chains.size()));
    for (const machine::Chain& chain : machine.chains) {
        writer.word(chain.first);
        writer.word(chain.last);
        writer.word(chain.initial);
    }
    writer.word(static_cast<std::uint32_t>(machine.statement.size()));
    for (const std::uint32_t index : machine.statement) writer.word(index);
    writer.word(static_cast<std::uint32_t>(machine.chips.size()));
    for (const machine::Chip& chip : machine.chips) {
        writer.word(chip.id);
        writer.word(static_cast<std::uint32_t>(chip.name.size()));
        bytes.insert(bytes.end(), chip.name.begin(), chip.name.end());
        while (bytes.size() % 4 != 0) bytes.push_back(0);
        for (const std::uint32_t width : chip.widths) writer.word(width);
        writer.word(chip.fixed_height);
        writer.word(chip.max_height);
        const machine::Program& program = chip.program;
        writer.word(static_cast<std::uint32_t>(program.nodes.size()));
        for (const machine::Node& node : program.nodes) {
            writer.word(static_cast<std::uint32_t>(node.kind));
            writer.word(node.a);
            writer.word(node.b);
        }
        writer.word(static_cast<std::uint32_t>(program.constraints.size()));
        for (const std::uint32_t node : program.constraints) writer.word(node);
        writer.word(static_cast<std::uint32_t>(program.interactions.size()));
        for (const machine::Interaction& interaction : program.interactions) {
            writer.word(static_cast<std::uint32_t>(interaction.type));
            writer.word(interaction.kind);
            writer.word(interaction.multiplicity);
            writer.word(interaction.element_count);
            for (std::uint32_t e = 0; e < interaction.element_count; ++e)
                writer.word(program.elements[interaction.first_element + e]);
        }
    }
    write_roots();
}

template <unsigned D, class Hasher>
absl::Status check_options(const KeyOptions& options, const KeyMachines& machines) {
    if (options.profile == nullptr || machines.shards == nullptr)
        return absl::InvalidArgumentError("key: no profile or no machine given");
    const params::Profile& profile = *options.profile;
    if (profile.extension_degree != D || profile.digest_length != Hasher::Digest::kElements ||
        profile.hash_width != Hasher::kWidth) {
        return absl::InvalidArgumentError(
            absl::StrCat("key: profile ", std::string(profile.name), " has degree ", profile.extension_degree,
                         " and a hash of width ", profile.hash_width, "; the prover has ", D, " and ", Hasher::kWidth));
    }
    const params::OpeningId id = options.opening.value_or(profile.default_opening);
    if (profile.find_opening(id) == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("key: profile ", std::string(profile.name), " has no opening ", static_cast<unsigned>(id)));
    }
    const params::Opening& opening = profile.opening(id);
    if (options.stack_heights.empty()) return absl::InvalidArgumentError("key: no stack height given");
    for (std::size_t i = 0; i < options.stack_heights.size(); ++i) {
        const std::uint32_t h = options.stack_heights[i];
        if (h < opening.min_stack_height_log || h > opening.max_stack_height_log) {
            return absl::InvalidArgumentError(
                absl::StrCat("key: stack height 2^", h, " is not within 2^", opening.min_stack_height_log, " .. 2^",
                             opening.max_stack_height_log, " of ", std::string(params::name_of(opening.id))));
        }
        if (i != 0 && options.stack_heights[i - 1] >= h)
            return absl::InvalidArgumentError("key: stack heights are not ascending");
    }
    if (options.max_shards == 0 || options.max_shards > profile.limits.max_shards) {
        return absl::InvalidArgumentError(absl::StrCat(
            "key: ", options.max_shards, " shards at most; the profile allows 1 .. ", profile.limits.max_shards));
    }
    if (options.max_link_terms > profile.limits.max_linking_terms) {
        return absl::InvalidArgumentError(absl::StrCat(
            "key: ", options.max_link_terms, " link terms; the profile allows ", profile.limits.max_linking_terms));
    }
    for (const machine::ChipDescription& chip : machines.shards->chips()) {
        for (const machine::Interaction& interaction : chip.interactions) {
            if (interaction.type == machine::InteractionType::link && machines.boundary == nullptr) {
                return absl::InvalidArgumentError(
                    absl::StrCat("key: chip ", chip.name, " has links, and there is no boundary machine"));
            }
        }
    }
    return absl::OkStatus();
}

}  // namespace

template <unsigned D, class Hasher>
absl::StatusOr<std::unique_ptr<backend::Commitment<Hasher>>> commit_preprocessed(
    backend::Backend<D, Hasher>& backend, const params::Opening& opening, const machine::MachineDescription& machine,
    std::uint32_t stack_height) {
    backend::TableShape shape;
    shape.machine = machine.view();
    shape.stack_height = stack_height;
    std::vector<std::span<const KoalaBear>> columns;
    for (const machine::ChipDescription& chip : machine.chips()) {
        // Chips without preprocessed columns leave no trace in the group, whatever their height.
        const bool has_columns = chip.widths[0] != 0;
        shape.heights.push_back(has_columns ? chip.shape.fixed_height : 0);
        columns.push_back(has_columns ? std::span<const KoalaBear>(chip.shape.preprocessed)
                                      : std::span<const KoalaBear>());
    }
    return backend.commit(shape, opening, machine::Group::preprocessed, columns);
}

template <unsigned D, class Hasher>
absl::StatusOr<ProvingKey<D, Hasher>> ProvingKey<D, Hasher>::make(BackendType& backend, const KeyOptions& options,
                                                                  const KeyMachines& machines) {
    if (absl::Status status = check_options<D, Hasher>(options, machines); !status.ok()) return status;
    ProvingKey key(options, machines);
    std::vector<std::uint8_t>& bytes = key.body_;
    backend::ProofWriter writer(bytes);
    writer.word(kKeyMagic);
    writer.word(kKeyVersion);
    writer.word(params::key_word(key.profile(), key.opening().id));
    writer.word(static_cast<std::uint32_t>(options.stack_heights.size()));
    for (const std::uint32_t h : options.stack_heights) writer.word(h);
    writer.word(options.max_shards);
    writer.word(options.max_link_terms);
    const std::size_t count = key.has_boundary() ? 2 : 1;
    writer.word(static_cast<std::uint32_t>(count));
    for (std::size_t index = 0; index < count; ++index) {
        const machine::MachineDescription& description = key.machine(index);
        key.codes_[index] = std::make_unique<const backend::MachineCode>(backend::compile_machine(description.view()));
        std::vector<Digest> roots;
        for (const std::uint32_t h : options.stack_heights) {
            auto commitment = commit_preprocessed<D, Hasher>(backend, key.opening(), description, h);
            if (!commitment.ok()) return commitment.status();
            roots.push_back((*commitment)->root());
        }
        write_machine(writer, bytes, description.view(), [&] {
            for (const Digest& root : roots) writer.digest(root);
        });
    }
    // What every verifier would refuse is refused here, where the machines are at hand.
    std::vector<std::uint8_t> memory(8 * bytes.size() + (std::size_t{1} << 16));
    Arena arena(memory.data(), memory.size());
    machine::KeyView view;
    const machine::KeyStatus status = machine::parse_key(bytes, Digest::kElements, arena, view);
    if (status != machine::KeyStatus::ok) {
        return absl::InvalidArgumentError(
            absl::StrCat("key: ", std::string(machine::name(status)), ": ", std::string(machine::text(status))));
    }
    key.digest_ = machine::key_digest<Hasher>(bytes);
    return key;
}

template class ProvingKey<4, hash::Poseidon2Hasher16>;
template class ProvingKey<5, hash::Poseidon2Hasher24>;
template absl::StatusOr<std::unique_ptr<backend::Commitment<hash::Poseidon2Hasher16>>>
commit_preprocessed<4, hash::Poseidon2Hasher16>(backend::Backend<4, hash::Poseidon2Hasher16>&, const params::Opening&,
                                                const machine::MachineDescription&, std::uint32_t);
template absl::StatusOr<std::unique_ptr<backend::Commitment<hash::Poseidon2Hasher24>>>
commit_preprocessed<5, hash::Poseidon2Hasher24>(backend::Backend<5, hash::Poseidon2Hasher24>&, const params::Opening&,
                                                const machine::MachineDescription&, std::uint32_t);

}  // namespace sluice::protocol

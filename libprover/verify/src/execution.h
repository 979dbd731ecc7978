// The verifier of an execution: headers, linking challenge, table proofs, sums. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// libprover/DESIGN.md, sections 8 to 10.
#pragma once

#include "cursor.h"
#include "shape.h"
#include "sluice/machine/key.h"
#include "sluice/machine/key_digest.h"
#include "sluice/verify/proof_format.h"
#include "table_proof.h"

namespace sluice::verify {

template <class S>
class Execution {
 public:
    using Ext = typename S::Ext;
    using Digest = typename S::Digest;

    Execution(ByteView key_bytes, const machine::KeyView& key, ByteView proof, Arena& arena,
              typename S::Observer observer) noexcept
        : key_bytes_(key_bytes), key_(key), cursor_(proof), arena_(arena), observer_(observer) {}

    [[nodiscard]] Verdict verify(std::span<const std::uint32_t> statement) noexcept {
        if (const Outcome outcome = read_count(); outcome.failed()) return outcome.at(0);
        if (const Verdict verdict = read_headers(); !verdict.ok()) return verdict;
        if (const Outcome outcome = check_link_terms(); outcome.failed()) return outcome.at(0);
        if (const Verdict verdict = check_public_values(statement); !verdict.ok()) return verdict;
        if (const Outcome outcome = derive_link_challenges(); outcome.failed()) return outcome.at(0);
        return verify_tables();
    }

 private:
    /// The machine of table proof `number`: 0 the boundary, i shard i.
    [[nodiscard]] const machine::Machine& machine_of(std::uint32_t number) const noexcept {
        return key_.machines[number == 0 ? 1 : 0];
    }
    [[nodiscard]] std::uint32_t first_table() const noexcept { return key_.has_boundary() ? 0 : 1; }

    Outcome read_count() noexcept {
        const std::uint32_t magic = cursor_.canonical();
        const std::uint32_t version = cursor_.canonical();
        context_.shards = cursor_.canonical();
        if (cursor_.failed()) return cursor_.outcome();
        if (magic != kProofMagic) return {Status::wrong_magic, 0};
        if (version != kProofVersion) return {Status::unsupported_version, 4};
        // Shard numbers are compared as 16 bits: beyond, an earlier shard could pass for a later one.
        if (context_.shards == 0 || context_.shards > key_.max_shards) return {Status::shard_count, 0};
        return {};
    }

    // ---- Headers

    [[nodiscard]] Verdict read_headers() noexcept {
        // A table proof has more elements than its header, and no header is empty.
        if (!cursor_.has(context_.shards)) return cursor_.outcome().at(0);
        headers_ = arena_.make_array<TableHeader<S>>(std::size_t{context_.shards} + 1);
        if (headers_ == nullptr) return {Status::scratch_exhausted, 0, 0};
        for (std::uint32_t number = first_table(); number <= context_.shards; ++number) {
            if (const Outcome outcome = read_header(number); outcome.failed()) return outcome.at(number);
        }
        return {};
    }

    Outcome read_header(std::uint32_t number) noexcept {
        const machine::Machine& machine = machine_of(number);
        if (!cursor_.has(1 + machine.chips.size() + machine.public_values + 2 * Digest::kElements))
            return cursor_.outcome();
        auto* heights = arena_.make_array<std::uint32_t>(machine.chips.size());
        auto* values = arena_.make_array<KoalaBear>(machine.public_values);
        if (heights == nullptr || values == nullptr) return {Status::scratch_exhausted, 0};
        TableHeader<S>& header = headers_[number];
        const std::uint32_t stack_height = cursor_.canonical();
        for (std::size_t c = 0; c < machine.chips.size(); ++c) heights[c] = cursor_.canonical();
        for (std::size_t i = 0; i < machine.public_values; ++i) values[i] = cursor_.element();
        cursor_.read(header.linked_root);
        cursor_.read(header.main_root);
        if (cursor_.failed()) return cursor_.outcome();
        header.public_values = {values, machine.public_values};
        return check_header(number, stack_height, {heights, machine.chips.size()});
    }

    Outcome check_header(std::uint32_t number, std::uint32_t stack_height,
                         std::span<const std::uint32_t> heights) noexcept {
        const machine::Machine& machine = machine_of(number);
        std::size_t choice = 0;
        while (choice < key_.stack_heights.size() && key_.stack_heights[choice] != stack_height) ++choice;
        // Of other heights the key has no roots, and the profile's bits were not computed for them.
        if (choice == key_.stack_heights.size()) return {Status::stack_height_not_allowed, 0};
        if (const Outcome outcome = check_heights(machine, heights, S::kProfile.limits); outcome.failed())
            return outcome;
        TableHeader<S>& header = headers_[number];
        header.shape = shape_of(machine, heights, stack_height);
        if (!S::kOpening.allows(stack_height, header.shape.stack_columns)) return {Status::stack_width, 0};
        const std::span<const std::uint32_t> root = key_.preprocessed_root(number == 0 ? 1 : 0, choice);
        for (std::size_t i = 0; i < root.size(); ++i)
            header.preprocessed_root.element[i] = KoalaBear::from_canonical(root[i]);
        return check_empty_roots(header);
    }

    /// A root that nothing is opened under would be a place to try challenges.
    Outcome check_empty_roots(const TableHeader<S>& header) const noexcept {
        const Digest* roots[] = {&header.preprocessed_root, &header.linked_root, &header.main_root};
        for (std::uint32_t group = 0; group < machine::kGroups; ++group) {
            if (header.shape.widths[group] == 0 && !(*roots[group] == Digest{}))
                return {Status::root_of_nothing, group};
        }
        return {};
    }

    /// p equal terms would add up to nothing.
    Outcome check_link_terms() const noexcept {
        std::uint64_t terms = 0;
        for (std::uint32_t number = first_table(); number <= context_.shards; ++number) {
            terms += count_terms(machine_of(number), headers_[number].shape.heights, machine::InteractionType::link);
        }
        return terms > key_.max_link_terms ? Outcome{Status::link_terms, 0} : Outcome{};
    }

    // ---- Public values

    [[nodiscard]] Verdict check_public_values(std::span<const std::uint32_t> statement) const noexcept {
        for (std::uint32_t shard = 1; shard <= context_.shards; ++shard) {
            if (const Outcome outcome = check_shard_values(shard); outcome.failed()) return outcome.at(shard);
        }
        return check_statement(statement).at(context_.shards);
    }

    Outcome check_shard_values(std::uint32_t shard) const noexcept {
        const machine::Machine& machine = key_.machines[0];
        const std::span<const KoalaBear> values = headers_[shard].public_values;
        const std::uint32_t index = machine.shard_index_value;
        // The chips know their shard's number by this value: with another one a word could be taken from the future.
        if (index != machine::kNoIndex && values[index].canonical() != shard) return {Status::shard_index_value, index};
        for (std::uint32_t c = 0; c < machine.chains.size(); ++c) {
            const machine::Chain& chain = machine.chains[c];
            const KoalaBear before =
                shard == 1 ? KoalaBear::from_canonical(chain.initial) : headers_[shard - 1].public_values[chain.last];
            // Else a shard may start where no shard ended, and the first anywhere.
            if (!(values[chain.first] == before)) return {Status::chain, c};
        }
        const std::uint32_t last = machine.last_shard_value;
        const std::uint32_t is_last = shard == context_.shards ? 1 : 0;
        // Else a prefix of a run passes for the run, or a run goes on after its end.
        if (last != machine::kNoIndex && values[last].canonical() != is_last) return {Status::last_shard_value, last};
        return {};
    }

    Outcome check_statement(std::span<const std::uint32_t> statement) const noexcept {
        const machine::Machine& machine = key_.machines[0];
        if (statement.size() != machine.statement.size()) return {Status::statement, 0};
        const std::span<const KoalaBear> values = headers_[context_.shards].public_values;
        for (std::uint32_t i = 0; i < statement.size(); ++i) {
            if (values[machine.statement[i]].canonical() != statement[i])
                return {Status::statement, machine.statement[i]};
        }
        return {};
    }

    // ---- Linking

    /// L_i: all that pass 1 fixes of a table. The heights are those of chips with linked columns, since the others are
    /// not known then.
    [[nodiscard]] Digest link_leaf(std::uint32_t number) const noexcept {
        const machine::Machine& machine = machine_of(number);
        const TableHeader<S>& header = headers_[number];
        std::size_t linked = 0;
        for (const machine::Chip& chip : machine.chips) linked += chip.width(machine::Group::linked) != 0 ? 1 : 0;
        typename S::Hasher::Leaf leaf(
            static_cast<std::uint32_t>(3 + linked + header.public_values.size() + Digest::kElements));
        leaf.absorb(KoalaBear::from_canonical(kLinkLeafDomain));
        leaf.absorb(KoalaBear::from_canonical(number));
        leaf.absorb(KoalaBear::from_canonical(header.shape.stack_height));
        for (std::size_t c = 0; c < machine.chips.size(); ++c) {
            if (machine.chips[c].width(machine::Group::linked) != 0)
                leaf.absorb(KoalaBear::from_canonical(header.shape.heights[c]));
        }
        for (const KoalaBear value : header.public_values) leaf.absorb(value);
        for (const KoalaBear element : header.linked_root.element) leaf.absorb(element);
        return leaf.digest();
    }

    /// Root of the tree of L_0 .. L_n, continued by zero digests to a power of two; false if there is no memory for
    /// them.
    [[nodiscard]] bool compute_link_root() noexcept {
        const Arena::Mark mark = arena_.mark();
        const std::size_t leaves = std::size_t{1} << machine::ceil_log2(std::uint64_t{context_.shards} + 1);
        Digest* nodes = arena_.make_array<Digest>(leaves);
        if (nodes == nullptr) return false;
        for (std::size_t i = 0; i < leaves; ++i) nodes[i] = Digest{};
        for (std::uint32_t number = first_table(); number <= context_.shards; ++number)
            nodes[number] = link_leaf(number);
        for (std::size_t count = leaves; count > 1; count /= 2) {
            for (std::size_t i = 0; i < count / 2; ++i) nodes[i] = S::Hasher::compress(nodes[2 * i], nodes[2 * i + 1]);
        }
        context_.link_root = nodes[0];
        arena_.rewind(mark);
        return true;
    }

    /// The challenges follow from what each table proof says it committed in pass 1: columns that were chosen later, to
    /// cancel what does not balance, would be others.
    Outcome derive_link_challenges() noexcept {
        context_.key_digest = machine::key_digest<typename S::Hasher>(key_bytes_);
        if (!compute_link_root()) return {Status::scratch_exhausted, 0};
        typename S::Transcript transcript("sluice linking 1", observer_);
        transcript.absorb("key_digest", context_.key_digest);
        transcript.absorb("shards", KoalaBear::from_canonical(context_.shards));
        transcript.absorb("link_root", context_.link_root);
        if (!check_work(cursor_, transcript, "link_grinding", S::kProfile.linking_grinding_bits))
            return cursor_.failed() ? cursor_.outcome() : Outcome{Status::link_grinding, 0};
        context_.link.a = transcript.template sample_ext<Ext::kDegree>("link_a");
        context_.link.b = transcript.template sample_ext<Ext::kDegree>("link_b");
        return {};
    }

    [[nodiscard]] Verdict verify_tables() noexcept {
        Ext sum = Ext::zero();
        for (std::uint32_t number = first_table(); number <= context_.shards; ++number) {
            Ext part = Ext::zero();
            TableProof<S> table(context_, machine_of(number), number, headers_[number], observer_);
            if (const Outcome outcome = table.verify(cursor_, arena_, part); outcome.failed())
                return outcome.at(number);
            sum += part;
        }
        cursor_.finish();
        if (cursor_.failed()) return cursor_.outcome().at(0);
        // Else a shard may start with words that no shard before it left.
        return sum.is_zero() ? Verdict{} : Verdict{Status::link_sum, 0, 0};
    }

    ByteView key_bytes_;
    const machine::KeyView& key_;
    Cursor cursor_;
    Arena& arena_;
    [[no_unique_address]] typename S::Observer observer_;
    ExecutionContext<S> context_;
    TableHeader<S>* headers_ = nullptr;  ///< by number; the first is unused without a boundary
};

/// The whole verifier for keys of one profile and opening, which must be those that the key names.
template <class S>
[[nodiscard]] Verdict verify_execution(ByteView key_bytes, ByteView proof, std::span<const std::uint32_t> statement,
                                       Arena& arena, typename S::Observer observer = {}) noexcept {
    const Arena::Mark mark = arena.mark();
    machine::KeyView key;
    const machine::KeyStatus status = machine::parse_key(key_bytes, S::Digest::kElements, arena, key);
    Verdict verdict{Status::malformed_key, 0, static_cast<std::uint32_t>(status)};
    if (status == machine::KeyStatus::ok) {
        verdict = check_limits(key, S::kProfile.limits, S::kOpening).at(0);
        if (verdict.ok() && key.parameters != params::key_word(S::kProfile, S::kOpening.id))
            verdict = {Status::unsupported_profile, 0, 0};
        if (verdict.ok()) verdict = Execution<S>(key_bytes, key, proof, arena, observer).verify(statement);
    }
    arena.rewind(mark);
    return verdict;
}

}  // namespace sluice::verify

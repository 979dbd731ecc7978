// Which message each word of a proof belongs to. SPDX-License-Identifier: MIT OR Apache-2.0
//
// For proofs of the real prover, which does not label what it writes: headers follow from the key, messages from the
// verifier's transcript, and what is read beside the transcript (leaves and siblings) is "opening".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "naive_prover.h"
#include "soundness.h"

namespace sluice::test {

/// A run of equal labels in a transcript.
struct TranscriptEvent {
    std::string label;
    hash::Direction direction;
    std::size_t count;  ///< elements
};

/// Gathers what a transcript sees.
struct EventRecorder {
    std::vector<TranscriptEvent>* events = nullptr;
    void operator()(std::string_view label, hash::Direction direction, const KoalaBear*, std::size_t count) const {
        if (!events->empty() && events->back().label == label && events->back().direction == direction)
            events->back().count += count;
        else
            events->push_back({std::string(label), direction, count});
    }
};

template <class S>
class ProofMap {
 public:
    /// `proof` holds for key and statement.
    ProofMap(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
             const std::vector<std::uint32_t>& statement)
        : key_(key), bytes_(proof), statement_(statement), memory_(verify::scratch_bytes(key.size(), proof.size())) {
        for (std::size_t at = 0; at < proof.size(); at += 4) proof_.words.push_back(load_le<std::uint32_t>(&proof[at]));
        events_ = events_of_prefix(proof_.words.size());
        map_headers();
        map_bodies();
    }
    [[nodiscard]] const LabelledProof& proof() const { return proof_; }

 private:
    using Traced = verify::Scheme<S::kProfile, S::kOpening.id, EventRecorder>;

    [[nodiscard]] std::vector<TranscriptEvent> events_of_prefix(std::size_t words) {
        std::vector<TranscriptEvent> events;
        Arena arena(memory_.data(), memory_.size());
        const ByteView prefix = ByteView(bytes_).subspan(0, 4 * words);
        (void)verify::verify_execution<Traced>(key_, prefix, statement_, arena, EventRecorder{&events});
        return events;
    }

    void put(std::string_view label, std::uint32_t table, std::size_t count) {
        proof_.parts.push_back({std::string(label), table, at_, count});
        at_ += count;
    }

    void map_headers() {
        machine::KeyView key;
        std::vector<std::uint8_t> memory(8 * key_.size() + (1 << 16));
        Arena arena(memory.data(), memory.size());
        (void)machine::parse_key(key_, S::Digest::kElements, arena, key);
        for (const char* label : {"magic", "version", "shards"}) put(label, 0, 1);
        for (std::uint32_t table = key.has_boundary() ? 0 : 1; table <= proof_.words[2]; ++table) {
            const machine::Machine& machine = key.machines[table == 0 ? 1 : 0];
            put("stack_height", table, 1);
            for (std::size_t i = 0; i < machine.chips.size(); ++i) put("heights", table, 1);
            for (std::size_t i = 0; i < machine.public_values; ++i) put("public_values", table, 1);
            for (const char* label : {"linked_root", "main_root"}) {
                for (std::size_t i = 0; i < S::Digest::kElements; ++i) put(label, table, 1);
            }
        }
        first_table_ = key.has_boundary() ? 0 : 1;
    }

    void map_bodies() {
        // What is absorbed and not read.
        static const std::set<std::string> kNotOfTheBody = {
            "protocol", "key_digest",   "machine", "shards",        "shard",       "link_root", "link_a",
            "link_b",   "stack_height", "heights", "public_values", "linked_root", "main_root"};
        std::uint32_t table = 0;
        bool in_a_table = false;
        for (std::size_t i = 0; i < events_.size(); ++i) {
            const TranscriptEvent& event = events_[i];
            if (event.label == "machine") {
                table = in_a_table ? table + 1 : first_table_;
                in_a_table = true;
            }
            if (event.direction == hash::Direction::absorb && !kNotOfTheBody.contains(event.label))
                put(event.label, table, event.count);
            if (event.label == "query" && event.direction == hash::Direction::sample)
                put("opening", table, words_before_event(i + 1) - at_);
        }
    }

    /// How many words must be there for the verifier to come to event `next` (or to the end).
    [[nodiscard]] std::size_t words_before_event(std::size_t next) {
        std::size_t least = at_;
        std::size_t enough = proof_.words.size();
        if (next == events_.size()) return enough;
        // What the event itself absorbs is read before it.
        const std::size_t own = events_[next].direction == hash::Direction::absorb && events_[next].label != "protocol"
                                    ? events_[next].count
                                    : 0;
        while (least < enough) {
            const std::size_t middle = least + (enough - least) / 2;
            if (events_of_prefix(middle).size() > next)
                enough = middle;
            else
                least = middle + 1;
        }
        return least - own;
    }

    const std::vector<std::uint8_t>& key_;
    const std::vector<std::uint8_t>& bytes_;
    std::vector<std::uint32_t> statement_;
    std::vector<std::uint8_t> memory_;
    std::vector<TranscriptEvent> events_;
    LabelledProof proof_;
    std::size_t at_ = 0;
    std::uint32_t first_table_ = 0;
};

}  // namespace sluice::test

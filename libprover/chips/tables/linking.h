// Where a shard's records begin and end: its states, its words, and the words of the whole run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// First and last state of the shard, in a single row that the key fixes. In the last shard HALT takes the last state.
struct Ends : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0020;
    static constexpr std::string_view kName = "ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Ends, typename B::Var>& row) {
        const auto one = row.preprocessed.one;
        const auto is_last = b.public_value(kIsLastValue);
        const auto not_last = one * (b.constant(1) - is_last);
        b.zero("the last-shard value is a bit", not_last * is_last);
        b.write(kStateBus, one, {b.public_value(kFirstPcValue), b.constant(kTimeStep)});
        // Without the selector the last shard would need no HALT; with it alone another shard may not halt.
        b.read(kStateBus, not_last, {b.public_value(kLastPcValue), b.public_value(kLastTimeValue)});
        b.zero("a last shard has no last pc", one * is_last * b.public_value(kLastPcValue));
        b.zero("a last shard has no last time", one * is_last * b.public_value(kLastTimeValue));
        for (std::uint32_t i = kExitCodeValue; i < kPublicValues; ++i) {
            b.zero("only the last shard has a result", not_last * b.public_value(i));
        }
    }
};

/// One row for each word that the shard touches, by ascending key. Range checks: shard_in here; the limbs where they
/// were made.
struct ShardRam : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0021;
    static constexpr std::string_view kName = "shard_ram";
    template <class T>
    struct Linked {
        T is_real, key;
        Limbs<T> in, out;
        T shard_in;  ///< the shard that touched the word last, or 0
        SLUICE_COLUMNS(is_real, key, in, out, shard_in)
    };
    template <class T>
    struct Main {
        T final_time;
        SLUICE_COLUMNS(final_time)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ShardRam, typename B::Var>& row) {
        const auto& [is_real, key, in, out, shard_in] = row.linked;
        const auto shard = b.public_value(kShardValue);
        b.boolean("is_real is a bit", is_real);
        b.write(kMemoryBus, is_real, {key, in[0], in[1], in[2], in[3], b.constant(0)});
        b.read(kMemoryBus, is_real, {key, out[0], out[1], out[2], out[3], row.main.final_time});
        // Without this a pair of rows could feed each other an invented value.
        check_bits(b, is_real, shard - b.constant(1) - shard_in, 16);
        b.link(kWordBus, -is_real, {key, in[0], in[1], in[2], in[3], shard_in});
        b.link(kWordBus, is_real, {key, out[0], out[1], out[2], out[3], shard});
    }
};

/// Boundary: one row for each word of the run, by ascending key. Range checks: key and input words, here.
struct Boundary : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0220;
    static constexpr std::string_view kName = "boundary";
    template <class T>
    struct Linked {
        T is_real, key;
        Limbs<T> initial, last;
        T last_shard;
        SLUICE_COLUMNS(is_real, key, initial, last, last_shard)
    };
    template <class T>
    struct Main {
        T smallest;  ///< one more than the key of the row before
        T gap_low;   ///< lower 16 bits of key - smallest
        T page;
        T is_image, is_input;
        SLUICE_COLUMNS(smallest, gap_low, page, is_image, is_input)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Boundary, typename B::Var>& row) {
        const auto& [is_real, key, initial, last, last_shard] = row.linked;
        const auto& [smallest, gap_low, page, is_image, is_input] = row.main;
        const auto is_zero = is_real - is_image - is_input;
        b.boolean("is_real is a bit", is_real);
        b.boolean("is_image is a bit", is_image);
        b.boolean("is_input is a bit", is_input);
        b.boolean("is_zero is a bit", is_zero);
        // Without these a program could start with memory of the prover's choice.
        static_assert(static_cast<int>(PageClass::zero) == 0 && static_cast<int>(PageClass::image) == 1 &&
                      static_cast<int>(PageClass::input) == 2);
        b.lookup(kPageClassBus, is_real, {page, is_image + b.constant(2) * is_input});
        check_bits(b, is_real, key - b.constant(1u << kPageKeyBits) * page, kPageKeyBits);
        for (const auto& limb : initial) b.zero("other words start as 0", is_zero * limb);
        b.lookup(kImageBus, is_image, {key, initial[0], initial[1], initial[2], initial[3]});
        check_limbs(b, is_input, initial);
        // Without this a word could have two first values.
        check_bits(b, is_real, gap_low, 16);
        check_bits(b, is_real, shifted_down(b, key - smallest - gap_low, 16), kKeyBits - 16);
        b.read(kOrderBus, is_real, {smallest});
        b.write(kOrderBus, is_real, {key + b.constant(1)});
        b.link(kWordBus, is_real, {key, initial[0], initial[1], initial[2], initial[3], b.constant(0)});
        b.link(kWordBus, -is_real, {key, last[0], last[1], last[2], last[3], last_shard});
    }
};

/// Boundary: where the order of keys begins and ends, in a single row that the key fixes.
struct BoundaryEnds : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0221;
    static constexpr std::string_view kName = "boundary_ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };
    template <class T>
    struct Main {
        T smallest;
        SLUICE_COLUMNS(smallest)
    };

    template <class B>
    static void eval(B& b, const machine::Row<BoundaryEnds, typename B::Var>& row) {
        b.write(kOrderBus, row.preprocessed.one, {b.constant(0)});
        b.read(kOrderBus, row.preprocessed.one, {row.main.smallest});
    }
};

}  // namespace sluice::chips

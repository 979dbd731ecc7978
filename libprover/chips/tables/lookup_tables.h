// Tables that rows look values up in: the same for every program. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "gadgets/word.h"
#include "sluice/machine/columns.h"
#include "tables/preprocessed.h"

namespace sluice::chips {

/// Every value of 0 to 16 bits, with its number of bits.
struct RangeTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0001;
    static constexpr std::string_view kName = "range";
    static constexpr std::uint32_t kHeight = (1u << 17) - 1;
    template <class T>
    struct Preprocessed {
        T value, bits;
        SLUICE_COLUMNS(value, bits)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<RangeTable, typename B::Var>& row) {
        b.supply(kRangeBus, row.main.count, {row.preprocessed.value, row.preprocessed.bits});
    }

    /// Row of a value of that many bits.
    [[nodiscard]] static constexpr std::uint32_t row_of(std::uint32_t value, std::uint32_t bits) {
        return (1u << bits) - 1 + value;
    }
    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<RangeTable> rows;
        for (std::uint32_t bits = 0; bits <= 16; ++bits) {
            for (std::uint32_t value = 0; value < 1u << bits; ++value) rows.append({element(value), element(bits)});
        }
        return rows.shape();
    }
};

/// Every pair of bytes, and their AND.
struct ByteTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0002;
    static constexpr std::string_view kName = "bytes";
    static constexpr std::uint32_t kHeight = 1u << 16;
    template <class T>
    struct Preprocessed {
        T x, y, x_and_y;
        SLUICE_COLUMNS(x, y, x_and_y)
    };
    template <class T>
    struct Main {
        T pairs, ands;
        SLUICE_COLUMNS(pairs, ands)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ByteTable, typename B::Var>& row) {
        const auto& [x, y, x_and_y] = row.preprocessed;
        b.supply(kBytePairBus, row.main.pairs, {x, y});
        b.supply(kByteAndBus, row.main.ands, {x, y, x_and_y});
    }

    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<ByteTable> rows;
        for (std::uint32_t x = 0; x < 256; ++x) {
            for (std::uint32_t y = 0; y < 256; ++y) rows.append({element(x), element(y), element(x & y)});
        }
        return rows.shape();
    }
};

/// What a shift by `amount` does. Limbs are shifted left by `bits` (0 to 16), then limb i of the result is limb
/// i + place - 3 of what that gives: left by 16 q + k: bits k, place 3 - q; right by 16 q + k: bits 16 - k, place
/// 4 + q.
struct ShiftTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0003;
    static constexpr std::string_view kName = "shifts";
    /// Kinds: of 64 or of 32 bits, left or right.
    [[nodiscard]] static constexpr std::uint32_t kind(bool is_word, bool is_right) {
        return 2 * static_cast<std::uint32_t>(is_word) + static_cast<std::uint32_t>(is_right);
    }
    struct Effect {
        std::uint32_t bits, place;
    };
    [[nodiscard]] static constexpr Effect effect(bool is_right, std::uint32_t amount) {
        const std::uint32_t q = amount / 16;
        const std::uint32_t k = amount % 16;
        return is_right ? Effect{16 - k, 4 + q} : Effect{k, 3 - q};
    }
    static constexpr std::uint32_t kHeight = 2 * 64 + 2 * 32;
    template <class T>
    struct Preprocessed {
        T kind, amount, power, co_power, bits, place;
        SLUICE_COLUMNS(kind, amount, power, co_power, bits, place)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ShiftTable, typename B::Var>& row) {
        const auto& [kind, amount, power, co_power, bits, place] = row.preprocessed;
        b.supply(kShiftBus, row.main.count, {kind, amount, power, co_power, bits, place});
    }

    [[nodiscard]] static constexpr std::uint32_t row_of(std::uint32_t kind, std::uint32_t amount) {
        return kind < 2 ? 64 * kind + amount : 128 + 32 * (kind - 2) + amount;
    }
    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<ShiftTable> rows;
        for (const bool is_word : {false, true}) {
            for (const bool is_right : {false, true}) {
                for (std::uint32_t amount = 0; amount < (is_word ? 32u : 64u); ++amount) {
                    const Effect effect = ShiftTable::effect(is_right, amount);
                    rows.append({element(ShiftTable::kind(is_word, is_right)), element(amount),
                                 element(1u << effect.bits), element(1u << (16 - effect.bits)), element(effect.bits),
                                 element(effect.place)});
                }
            }
        }
        return rows.shape();
    }
};

}  // namespace sluice::chips

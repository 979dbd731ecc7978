// Tables of the Keccak chips (gadgets/strands.h). SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "gadgets/strands.h"
#include "sluice/machine/columns.h"
#include "tables/preprocessed.h"

namespace sluice::chips {

/// The numbers of eight decimal digits below `kRadix`, by number.
template <std::uint32_t kRadix>
struct DigitNumbers {
    [[nodiscard]] static constexpr std::uint32_t power(std::size_t exponent) {
        std::uint32_t power = 1;
        while (exponent-- > 0) power *= kRadix;
        return power;
    }
    static constexpr std::uint32_t kCount = power(kDigits);

    using Digits = std::array<std::uint32_t, kDigits>;
    [[nodiscard]] static constexpr Digits digits(std::uint32_t row) {
        Digits out{};
        for (std::uint32_t& digit : out) {
            digit = row % kRadix;
            row /= kRadix;
        }
        return out;
    }
    /// Which of them has this value; kNoRow if none has.
    [[nodiscard]] static constexpr std::uint32_t row_of(std::uint32_t value) {
        if (value >= kHalf * kHalf) return kNoRow;
        const std::uint32_t low = row_of_half(value % kHalf);
        const std::uint32_t high = row_of_half(value / kHalf);
        return low == kNone || high == kNone ? kNoRow : low + power(kDigits / 2) * high;
    }

 private:
    static constexpr std::uint32_t kHalf = power_of_ten(kDigits / 2);
    static constexpr std::uint16_t kNone = 0xffff;
    [[nodiscard]] static constexpr std::uint16_t computed_row_of_half(std::uint32_t value) {
        std::uint32_t row = 0;
        bool found = true;
        std::uint32_t weight = 1;
        for (std::size_t i = 0; i < kDigits / 2; ++i, value /= kStrandBase, weight *= kRadix) {
            found = found && value % kStrandBase < kRadix;
            row += weight * (value % kStrandBase);
        }
        return found ? static_cast<std::uint16_t>(row) : kNone;
    }
    static constexpr std::array<std::uint16_t, kHalf> kRowOfHalf = [] {
        std::array<std::uint16_t, kHalf> out{};
        for (std::uint32_t value = 0; value < kHalf; ++value) out[value] = computed_row_of_half(value);
        return out;
    }();
    [[nodiscard]] static constexpr std::uint16_t row_of_half(std::uint32_t value) {
#if defined(__CUDA_ARCH__)
        return computed_row_of_half(value);  // a card has no tables of the host, and arithmetic to spare
#else
        return kRowOfHalf[value];
#endif
    }
};

/// Every limb, and what it adds to the pairs of its lane's strands.
struct KeccakLimbTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0008;
    static constexpr std::string_view kName = "keccak_limbs";
    static constexpr std::uint32_t kHeight = 1u << 16;
    template <class T>
    struct Preprocessed {
        T limb;
        Pairs<T> pairs;
        SLUICE_COLUMNS(limb, pairs)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<KeccakLimbTable, typename B::Var>& row) {
        const auto& [limb, pairs] = row.preprocessed;
        b.supply(kKeccakLimbBus, row.main.count, {limb, pairs[0], pairs[1], pairs[2], pairs[3]});
    }

    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<KeccakLimbTable> rows;
        for (std::uint32_t limb = 0; limb < kHeight; ++limb) {
            const Pairs<std::uint32_t> pairs = pairs_of_limb(limb);
            rows.append({element(limb), {element(pairs[0]), element(pairs[1]), element(pairs[2]), element(pairs[3])}});
        }
        return rows.shape();
    }
};

/// Sums of two strands modulo 2, with their digits turned up by 0 to 7 places.
struct KeccakTurnTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0009;
    static constexpr std::string_view kName = "keccak_turns";
    using Sums = DigitNumbers<3>;
    static constexpr std::uint32_t kHeight = Sums::kCount;
    template <class T>
    struct Preprocessed {
        T sum;
        std::array<T, kDigits> turned;
        SLUICE_COLUMNS(sum, turned)
    };
    template <class T>
    struct Main {
        std::array<T, kDigits> counts;
        SLUICE_COLUMNS(counts)
    };

    template <class B>
    static void eval(B& b, const machine::Row<KeccakTurnTable, typename B::Var>& row) {
        const auto& [sum, turned] = row.preprocessed;
        for (std::uint32_t turn = 0; turn < kDigits; ++turn) {
            b.supply(kKeccakTurnBus, row.main.counts[turn], {b.constant(turn), sum, turned[turn]});
        }
    }

    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<KeccakTurnTable> rows;
        for (std::uint32_t row = 0; row < kHeight; ++row) {
            Preprocessed<std::uint32_t> values{};
            const auto digits = Sums::digits(row);
            for (std::uint32_t i = 0; i < kDigits; ++i) {
                values.sum += digits[i] * power_of_ten(i);
                for (std::uint32_t turn = 0; turn < kDigits; ++turn) {
                    values.turned[turn] += digits[i] % 2 * power_of_ten((i + turn) % kDigits);
                }
            }
            Preprocessed<KoalaBear> elements;
            elements.sum = element(values.sum);
            for (std::uint32_t turn = 0; turn < kDigits; ++turn) elements.turned[turn] = element(values.turned[turn]);
            rows.append(elements);
        }
        return rows.shape();
    }
};

/// Sums of up to four strands: bits 0 and 1 of each digit. Bit 0 is the sum modulo 2. Of 2 a + (1 - b) + c bit 1 is
/// a ^ (~b & c), which is chi.
struct KeccakSumTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x000a;
    static constexpr std::string_view kName = "keccak_sums";
    using Sums = DigitNumbers<5>;
    static constexpr std::uint32_t kHeight = Sums::kCount;
    template <class T>
    struct Preprocessed {
        T sum;
        std::array<T, 2> bits;
        SLUICE_COLUMNS(sum, bits)
    };
    template <class T>
    struct Main {
        std::array<T, 2> counts;
        SLUICE_COLUMNS(counts)
    };

    template <class B>
    static void eval(B& b, const machine::Row<KeccakSumTable, typename B::Var>& row) {
        const auto& [sum, bits] = row.preprocessed;
        b.supply(kKeccakParityBus, row.main.counts[0], {sum, bits[0]});
        b.supply(kKeccakChiBus, row.main.counts[1], {sum, bits[1]});
    }

    [[nodiscard]] static machine::ChipShape shape() {
        PreprocessedRows<KeccakSumTable> rows;
        for (std::uint32_t row = 0; row < kHeight; ++row) {
            Preprocessed<std::uint32_t> values{};
            const auto digits = Sums::digits(row);
            for (std::uint32_t i = 0; i < kDigits; ++i) {
                values.sum += digits[i] * power_of_ten(i);
                for (std::uint32_t k = 0; k < 2; ++k) values.bits[k] += (digits[i] >> k & 1) * power_of_ten(i);
            }
            rows.append({element(values.sum), {element(values.bits[0]), element(values.bits[1])}});
        }
        return rows.shape();
    }
};

}  // namespace sluice::chips

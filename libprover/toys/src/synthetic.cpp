// The synthetic machine. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/toys/synthetic.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "byte_table.h"

namespace sluice::toys {

namespace {

constexpr std::uint32_t kChainBus = 2;  ///< record (chain, position, value)
constexpr std::size_t kNarrowChips = 12;
constexpr std::uint32_t kChains = 4;  ///< of a narrow chip: 4 reads and 4 writes a row
constexpr std::uint32_t kBytes = 10;  ///< lookups of a narrow chip's row
constexpr std::uint32_t kWideChain = kChains * kNarrowChips;
constexpr std::uint32_t kAllChains = kWideChain + 1;
constexpr std::uint32_t kWideBits = 866;

/// Share of the narrow chips' rows, in the manner of an instruction mix: a few operations make most of a run.
constexpr std::array<std::uint32_t, kNarrowChips> kWeights = {20, 16, 12, 10, 9, 8, 7, 6, 5, 4, 2, 1};
/// Share of the wide chip in the cells, in percent.
constexpr std::uint64_t kWidePercent = 22;

/// Where each chain begins and ends.
struct ChainEnds : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0040;
    static constexpr std::string_view kName = "chain_ends";
    template <class T>
    struct Preprocessed {
        T one, chain;
        SLUICE_COLUMNS(one, chain)
    };
    template <class T>
    struct Main {
        T first, length, last;
        SLUICE_COLUMNS(first, length, last)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ChainEnds, typename B::Var>& row) {
        const auto& [one, chain] = row.preprocessed;
        b.write(kChainBus, one, {chain, b.constant(0), row.main.first});
        b.read(kChainBus, one, {chain, row.main.length, row.main.last});
    }

    [[nodiscard]] static machine::ChipShape shape() {
        const std::uint64_t stride = machine::align4(kAllChains);
        machine::ChipShape shape{.fixed_height = kAllChains, .max_height = kAllChains, .preprocessed = {}};
        shape.preprocessed.assign(2 * stride, KoalaBear::zero());
        for (std::uint32_t i = 0; i < kAllChains; ++i) {
            shape.preprocessed[i] = KoalaBear::one();
            shape.preprocessed[stride + i] = element(i);
        }
        return shape;
    }
};

/// Number of a narrow chip's columns beside those that all have.
constexpr std::uint32_t derived_columns(std::uint32_t index) {
    return 10 + 3 * index;
}

template <std::uint32_t kIndex>
struct Narrow : machine::ChipBase {
    static constexpr std::uint32_t kDerived = derived_columns(kIndex);
    static constexpr std::uint32_t kId = 0x0050 + kIndex;
    static constexpr std::array<char, 10> kNameText = {
        'n', 'a', 'r', 'r', 'o', 'w', '_', static_cast<char>('0' + kIndex / 10), static_cast<char>('0' + kIndex % 10)};
    static constexpr std::string_view kName{kNameText.data(), 9};
    template <class T>
    struct Main {
        T is_real, position;
        T before[kChains], after[kChains];
        T bytes[kBytes];
        T derived[kDerived];
        SLUICE_COLUMNS(is_real, position, before, after, bytes, derived)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Narrow, typename B::Var>& row) {
        const auto& [is_real, position, before, after, bytes, derived] = row.main;
        b.boolean("is_real is a bit", is_real);
        for (std::uint32_t i = 0; i < kDerived; ++i) {
            b.zero("a derived column is a product",
                   is_real * (factor(row.main, i) * factor(row.main, i + 5) - derived[i]));
        }
        for (std::uint32_t k = 0; k < kChains; ++k) {
            const auto chain = b.constant(kChains * kIndex + k);
            b.zero("a chain moves on", is_real * (derived[k] + bytes[k] - after[k]));
            b.read(kChainBus, is_real, {chain, position, before[k]});
            b.write(kChainBus, is_real, {chain, position + b.constant(1), after[k]});
        }
        for (const auto& byte : bytes) b.lookup(kByteBus, is_real, {byte});
    }

    /// A column that comes before derived column `i`.
    template <class T>
    static const T& factor(const Main<T>& main, std::uint32_t i) {
        const std::uint32_t place = i % 14;
        return place < kChains ? main.before[place] : main.bytes[place - kChains];
    }
};

struct Wide : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0060;
    static constexpr std::string_view kName = "wide";
    template <class T>
    struct Main {
        T is_real, position;
        T x[kWideBits], y[kWideBits], parity[kWideBits];
        SLUICE_COLUMNS(is_real, position, x, y, parity)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Wide, typename B::Var>& row) {
        const auto& [is_real, position, x, y, parity] = row.main;
        b.boolean("is_real is a bit", is_real);
        for (std::uint32_t i = 0; i < kWideBits; ++i) {
            const auto& z = x[(i + 1) % kWideBits];
            const auto product = x[i] * y[i];
            b.boolean("x is a bit", x[i]);
            b.boolean("y is a bit", y[i]);
            b.zero("parity of three bits", x[i] + y[i] + z - b.constant(2) * (product + (x[i] + y[i]) * z) +
                                               b.constant(4) * product * z - parity[i]);
        }
        b.read(kChainBus, is_real, {b.constant(kWideChain), position, x[0]});
        b.write(kChainBus, is_real, {b.constant(kWideChain), position + b.constant(1), parity[0]});
    }
};

/// SplitMix64 with a fixed seed: the tables are the same everywhere.
class Generator {
 public:
    std::uint64_t next() noexcept {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

 private:
    std::uint64_t state_ = 0x51d1ce;
};

struct Ends {
    KoalaBear first, length, last;
};

template <std::uint32_t kIndex>
machine::ChipTrace narrow_trace(std::uint32_t height, Generator& random, ByteCounts& counts, std::vector<Ends>& ends) {
    using Chip = Narrow<kIndex>;
    machine::TraceWriter<Chip> writer;
    typename Chip::template Main<KoalaBear> row{};
    row.is_real = KoalaBear::one();
    std::array<KoalaBear, kChains> value;
    for (std::uint32_t k = 0; k < kChains; ++k) value[k] = element(random.next() >> 34);
    for (std::uint32_t k = 0; k < kChains; ++k) ends.push_back({value[k], element(height), value[k]});
    for (std::uint32_t i = 0; i < height; ++i) {
        row.position = element(i);
        for (std::uint32_t k = 0; k < kChains; ++k) row.before[k] = value[k];
        std::uint64_t bits = random.next();
        for (std::uint32_t k = 0; k < kBytes; ++k) {
            const std::uint32_t byte = static_cast<std::uint32_t>(bits & 255);
            bits = bits >> 6 | bits << 58;
            row.bytes[k] = KoalaBear::from_canonical(byte);
            counts.add(byte);
        }
        for (std::uint32_t j = 0; j < Chip::kDerived; ++j) {
            row.derived[j] = Chip::factor(row, j) * Chip::factor(row, j + 5);
        }
        for (std::uint32_t k = 0; k < kChains; ++k) value[k] = row.after[k] = row.derived[k] + row.bytes[k];
        writer.append(row);
    }
    for (std::uint32_t k = 0; k < kChains; ++k) ends[ends.size() - kChains + k].last = value[k];
    return writer.finish();
}

machine::ChipTrace wide_trace(std::uint32_t height, Generator& random, std::vector<Ends>& ends) {
    machine::ChipTrace trace;
    trace.height = height;
    const std::uint64_t stride = machine::align4(height);
    std::vector<KoalaBear>& columns = trace.columns[2];
    constexpr std::uint32_t kWidth = 2 + 3 * kWideBits;
    columns.assign(kWidth * stride, KoalaBear::zero());
    std::vector<std::uint8_t> bits(2 * kWideBits);
    std::uint32_t chained = 1;
    ends.push_back({element(chained), element(height), element(chained)});
    for (std::uint32_t i = 0; i < height; ++i) {
        for (std::size_t j = 0; j < bits.size(); j += 64) {
            const std::uint64_t word = random.next();
            for (std::size_t k = j; k < std::min(bits.size(), j + 64); ++k) bits[k] = word >> (k - j) & 1;
        }
        bits[0] = static_cast<std::uint8_t>(chained);
        columns[i] = KoalaBear::one();
        columns[stride + i] = element(i);
        for (std::uint32_t j = 0; j < kWideBits; ++j) {
            const std::uint32_t parity = bits[j] ^ bits[kWideBits + j] ^ bits[(j + 1) % kWideBits];
            columns[(2 + j) * stride + i] = KoalaBear::from_canonical(bits[j]);
            columns[(2 + kWideBits + j) * stride + i] = KoalaBear::from_canonical(bits[kWideBits + j]);
            columns[(2 + 2 * kWideBits + j) * stride + i] = KoalaBear::from_canonical(parity);
            if (j == 0) chained = parity;
        }
    }
    ends.back().last = element(chained);
    return trace;
}

template <std::size_t... kIndices>
absl::Status add_narrow_chips(std::vector<machine::ChipDescription>& chips, std::index_sequence<kIndices...>) {
    absl::Status status;
    const auto add = [&](absl::StatusOr<machine::ChipDescription> chip) {
        if (chip.ok()) {
            chips.push_back(*std::move(chip));
        } else if (status.ok()) {
            status = chip.status();
        }
    };
    (add(machine::make_chip<Narrow<kIndices>>({.fixed_height = 0, .max_height = 1u << 23, .preprocessed = {}})), ...);
    return status;
}

template <std::size_t... kIndices>
void add_narrow_traces(machine::TableTrace& trace, const std::array<std::uint32_t, kNarrowChips>& heights,
                       Generator& random, ByteCounts& counts, std::vector<Ends>& ends,
                       std::index_sequence<kIndices...>) {
    (trace.chips.push_back(narrow_trace<kIndices>(heights[kIndices], random, counts, ends)), ...);
}

}  // namespace

absl::StatusOr<machine::MachineDescription> synthetic_machine() {
    std::vector<machine::ChipDescription> chips;
    absl::StatusOr<machine::ChipDescription> bytes = machine::make_chip<ByteTable>(ByteTable::shape());
    absl::StatusOr<machine::ChipDescription> ends = machine::make_chip<ChainEnds>(ChainEnds::shape());
    absl::StatusOr<machine::ChipDescription> wide =
        machine::make_chip<Wide>({.fixed_height = 0, .max_height = 1u << 20, .preprocessed = {}});
    for (auto* chip : {&bytes, &ends, &wide}) {
        if (!chip->ok()) return chip->status();
        chips.push_back(**std::move(chip));
    }
    if (const absl::Status status = add_narrow_chips(chips, std::make_index_sequence<kNarrowChips>()); !status.ok()) {
        return status;
    }
    return machine::MachineDescription::make({}, std::move(chips));
}

machine::TableTrace synthetic_trace(std::uint64_t cells) {
    std::uint64_t weighted_width = 0;
    for (std::uint32_t i = 0; i < kNarrowChips; ++i) weighted_width += kWeights[i] * (20 + derived_columns(i));
    const std::uint64_t unit = cells * (100 - kWidePercent) / 100 / weighted_width;
    std::array<std::uint32_t, kNarrowChips> heights;
    for (std::uint32_t i = 0; i < kNarrowChips; ++i) heights[i] = static_cast<std::uint32_t>(kWeights[i] * unit | 1);
    const auto wide_height = static_cast<std::uint32_t>(cells * kWidePercent / 100 / (2 + 3 * kWideBits) | 1);

    Generator random;
    ByteCounts counts;
    std::vector<Ends> ends;
    machine::TableTrace narrow;
    add_narrow_traces(narrow, heights, random, counts, ends, std::make_index_sequence<kNarrowChips>());
    machine::ChipTrace wide = wide_trace(wide_height, random, ends);

    machine::TraceWriter<ChainEnds> end_rows;
    for (const Ends& end : ends) end_rows.append({end.first, end.length, end.last});
    machine::TableTrace trace;
    trace.chips.push_back(counts.table());
    trace.chips.push_back(end_rows.finish());
    for (machine::ChipTrace& chip : narrow.chips) trace.chips.push_back(std::move(chip));
    trace.chips.push_back(std::move(wide));
    return trace;
}

}  // namespace sluice::toys

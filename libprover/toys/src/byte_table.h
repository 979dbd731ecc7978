// The table of bytes, and counting how often each is looked up. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sluice/machine/builder.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::toys {

using machine::KoalaBear;

inline constexpr std::uint32_t kByteBus = 1;  ///< lookup (byte)
inline constexpr std::uint32_t kByteTableId = 0x0001;

[[nodiscard]] inline KoalaBear element(std::uint64_t value) noexcept {
    return KoalaBear::reduce(value);
}

[[nodiscard]] constexpr std::uint32_t low_byte(std::uint32_t word) noexcept {
    return word & 255;
}
[[nodiscard]] constexpr std::uint32_t high_byte(std::uint32_t word) noexcept {
    return word >> 8 & 255;
}

/// Rows 0 .. 255: supplies each byte as often as it is counted.
struct ByteTable : machine::ChipBase {
    static constexpr std::uint32_t kId = kByteTableId;
    static constexpr std::string_view kName = "byte_table";
    template <class T>
    struct Preprocessed {
        T value;
        SLUICE_COLUMNS(value)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ByteTable, typename B::Var>& row) {
        b.supply(kByteBus, row.main.count, {row.preprocessed.value});
    }

    [[nodiscard]] static machine::ChipShape shape() {
        machine::ChipShape shape{.fixed_height = 256, .max_height = 256, .preprocessed = {}};
        for (std::uint32_t i = 0; i < 256; ++i) shape.preprocessed.push_back(KoalaBear::from_canonical(i));
        return shape;
    }
};

/// How often each byte was looked up.
class ByteCounts {
 public:
    void add(std::uint32_t byte) { ++counts_[byte]; }
    void add_all(std::initializer_list<std::uint32_t> bytes) {
        for (const std::uint32_t byte : bytes) add(byte);
    }
    [[nodiscard]] machine::ChipTrace table() const {
        machine::TraceWriter<ByteTable> writer;
        for (const std::uint64_t count : counts_) writer.append({element(count)});
        return writer.finish();
    }

 private:
    std::array<std::uint64_t, 256> counts_{};
};

/// A chip of one row whose selector the key fixes to 1: it states where chains of records begin and end, in every
/// shard, once.
[[nodiscard]] inline machine::ChipShape one_row_shape() {
    return {.fixed_height = 1,
            .max_height = 1,
            .preprocessed = {KoalaBear::one(), KoalaBear::zero(), KoalaBear::zero(), KoalaBear::zero()}};
}

}  // namespace sluice::toys

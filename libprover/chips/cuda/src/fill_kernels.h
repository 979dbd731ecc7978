// Rows from records, on a device. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "gadgets/records.h"
#include "kernel.h"
#include "program_kernels.h"
#include "sluice/machine/columns.h"
#include "tables/lookup_place.h"

namespace sluice::chips {

using backend_cuda::DevicePointer;

/// Columns of a chip, column c from c * stride on.
struct ChipColumns {
    DevicePointer<KoalaBear> first;
    std::uint64_t stride;

    template <class Main>
    SLUICE_HD void set(std::uint64_t row, const Main& values) const {
        constexpr std::uint32_t kWidth = machine::kColumnCount<Main, KoalaBear>;
        const auto* const cells = reinterpret_cast<const KoalaBear*>(&values);
        for (std::uint32_t c = 0; c < kWidth; ++c) first[c * stride + row] = cells[c];
    }
};

/// Row i of a chip of instructions, from its record.
template <class ChipType>
struct FillSteps {
    static constexpr unsigned kThreads = 128;

    DevicePointer<const ProgramLine> lines;
    DevicePointer<const std::uint32_t> records;
    ChipColumns columns;

    SLUICE_HD void operator()(std::uint64_t i) const {
        constexpr std::uint32_t kWords = record_words<ChipType>();
        const ExecutedStep step = read_record<ChipType>((records + kWords * i).raw(), lines.raw());
        typename ChipType::template Main<KoalaBear> row{};
        ChipType::fill(step, row);
        columns.set(i, row);
    }
};

/// The rows that a chip has of its call number i.
template <class ChipType>
struct FillCalls {
    static constexpr unsigned kThreads = 64;

    DevicePointer<const ProgramLine> lines;
    DevicePointer<const CallRecord> calls;
    DevicePointer<const AccessRecord> accesses;
    DevicePointer<const std::uint64_t> after;
    DevicePointer<const std::uint32_t> records;
    ChipColumns columns;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const CallRecord& record = calls[records[2 * i]];
        const ExecutedCall call = read_call(record, accesses.raw(), after.raw());
        const ExecutedStep step = read_call_step(record, call, lines.raw());
        if constexpr (requires { &ChipType::fill; }) {
            typename ChipType::template Main<KoalaBear> row{};
            ChipType::fill(step, row);
            columns.set(records[2 * i + 1], row);
        } else {
            Rows rows{columns, records[2 * i + 1]};
            ChipType::fill_rows(step, rows);
        }
    }

 private:
    struct Rows {
        ChipColumns columns;
        std::uint64_t next;
        SLUICE_HD constexpr void append(const typename ChipType::template Main<KoalaBear>& row) {
            columns.set(next++, row);
        }
    };
};

/// A lookup that each row of a chip makes.
struct LookupUse {
    std::uint32_t bus;
    backend_cuda::PackedOperand multiplicity;
    backend_cuda::PackedOperand elements[kPlacingElements];
};

/// Where counts are, by CountColumn.
struct CountColumns {
    DevicePointer<std::uint32_t> at[kCountColumns];
};

/// Adds 1 for each thread that asks.
SLUICE_HD inline void count_one(std::uint32_t* at) noexcept {
#if defined(__CUDA_ARCH__)
    // Many rows look the same value up: one addition for all threads of the warp that do.
    const unsigned active = __activemask();
    const unsigned same = __match_any_sync(active, reinterpret_cast<unsigned long long>(at));
    const unsigned lane = threadIdx.x % 32;
    if (lane == static_cast<unsigned>(__ffs(static_cast<int>(same)) - 1))
        atomicAdd(at, static_cast<std::uint32_t>(__popc(same)));
#else
    ++*at;
#endif
}

/// Counts the lookups of all rows of a chip. A lookup that no table has makes `refused` smaller: to its number.
struct CountLookups {
    static constexpr unsigned kThreads = 128;

    backend_cuda::ProgramView program;
    DevicePointer<const LookupUse> uses;
    DevicePointer<KoalaBear> memory;  ///< slots * threads
    std::uint64_t threads;
    std::uint64_t height;
    DevicePointer<const std::uint32_t> index_of_page;
    std::uint32_t page_numbers;
    DevicePointer<const ImagePage> pages;
    DevicePointer<const std::uint32_t> lines_of_text;
    CountColumns counts;
    DevicePointer<std::uint32_t> refused;

    SLUICE_HD void operator()(std::uint64_t thread) const {
        using backend_cuda::load_operand;
        const backend_cuda::Slots<KoalaBear> slots{memory + thread, threads};
        const ImageView image{index_of_page.raw(), page_numbers, pages.raw(), lines_of_text.raw()};
        for (std::uint64_t row = thread; row < height; row += threads) {
            const auto column = [&](std::uint32_t c) { return program.columns[c][row]; };
            backend_cuda::run_program(program, slots, column, [&](std::uint32_t u) {
                const LookupUse use = uses[u];
                if (load_operand(program, slots, use.multiplicity, column).is_zero()) return;
                std::array<std::uint32_t, kPlacingElements> value{};
                const std::uint32_t placing = placing_elements(use.bus);
                for (std::uint32_t e = 0; e < placing; ++e)
                    value[e] = load_operand(program, slots, use.elements[e], column).canonical();
                const CountPlace place = place_of_lookup(use.bus, value, image);
                if (place.none()) {
                    backend_cuda::atomic_min(refused.raw(), u);
                } else {
                    count_one((counts.at[static_cast<std::uint32_t>(place.column)] + place.row).raw());
                }
            });
        }
    }
};

/// Counts become elements, in place.
struct CountsToElements {
    DevicePointer<std::uint32_t> counts;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const KoalaBear value = KoalaBear::reduce(counts[i]);
        counts[i] = value.montgomery;
    }
};

}  // namespace sluice::chips

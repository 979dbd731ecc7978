// See device_filler.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/chips_cuda/device_filler.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "device_source.h"
#include "fill_shard.h"
#include "filled_chips.h"
#include "launch.h"
#include "program.h"
#include "program_image.h"
#include "shard_records.h"
#include "sluice/backend/tile_code.h"
#include "step_chip.h"
#include "tables/linking.h"

namespace sluice::chips {

namespace {

using backend_cuda::Context;
using backend_cuda::DeviceBuffer;

/// A shard's records on the device, with what the program fixes.
struct DeviceRecords final : backend_cuda::DeviceSource::Records {
    std::vector<DeviceBuffer<std::uint32_t>> chips;
    DeviceBuffer<ProgramLine> lines;
    DeviceBuffer<CallRecord> calls;
    DeviceBuffer<AccessRecord> accesses;
    DeviceBuffer<std::uint64_t> after;
    DeviceBuffer<std::uint32_t> index_of_page, lines_of_text;  ///< ImageView
    DeviceBuffer<ImagePage> pages;

    DeviceRecords(const Context& context, const ProgramImage& image, const ShardRecords& shard)
        : lines(context, std::span(image.lines())),
          calls(context, std::span(shard.calls)),
          accesses(context, std::span(shard.accesses)),
          after(context, std::span(shard.after)),
          index_of_page(context, std::span(image.index_of_page())),
          lines_of_text(context, std::span(image.lines_of_text())),
          pages(context, std::span(image.pages())) {
        for (const ChipRecords& chip : shard.chips) chips.emplace_back(context, std::span(chip.words));
    }
};

/// Starts the kernel of one chip.
using FillOnDevice = void (*)(const Context& context, const DeviceRecords& shard,
                              DevicePointer<const std::uint32_t> records, std::uint64_t count,
                              const ChipColumns& columns);

template <class Kernel>
struct Starter;
template <class ChipType>
struct Starter<FillSteps<ChipType>> {
    static constexpr std::uint32_t kId = ChipType::kId;
    static void start(const Context& context, const DeviceRecords& shard, DevicePointer<const std::uint32_t> records,
                      std::uint64_t count, const ChipColumns& columns) {
        backend_cuda::launch(context.stream, count, FillSteps<ChipType>{shard.lines.data(), records, columns});
    }
};
template <class ChipType>
struct Starter<FillCalls<ChipType>> {
    static constexpr std::uint32_t kId = ChipType::kId;
    static void start(const Context& context, const DeviceRecords& shard, DevicePointer<const std::uint32_t> records,
                      std::uint64_t count, const ChipColumns& columns) {
        backend_cuda::launch(context.stream, count,
                             FillCalls<ChipType>{shard.lines.data(), shard.calls.data(), shard.accesses.data(),
                                                 shard.after.data(), records, columns});
    }
};

FillOnDevice find_filler(std::uint32_t id) {
#define SLUICE_FILL_ENTRY(...) \
    if (id == Starter<__VA_ARGS__>::kId) return &Starter<__VA_ARGS__>::start;
    SLUICE_FILLED(SLUICE_FILL_ENTRY)
#undef SLUICE_FILL_ENTRY
    return nullptr;
}

/// Code that makes what the lookups of a chip are counted by.
struct LookupCode {
    backend::TileCode code;
    std::vector<LookupUse> uses;

    explicit LookupCode(const machine::Program& program) {
        std::vector<std::vector<std::uint32_t>> nodes;
        for (const machine::Interaction& interaction : program.interactions) {
            if (interaction.type != machine::InteractionType::lookup) continue;
            LookupUse use{};
            use.bus = interaction.kind;
            uses.push_back(use);
            nodes.push_back({interaction.multiplicity});
            for (std::uint32_t e = 0; e < placing_elements(interaction.kind); ++e)
                nodes.back().push_back(program.elements[interaction.first_element + e]);
        }
        code = backend::compile(program, backend::fixed_nodes(program), nodes);
        for (std::size_t u = 0; u < uses.size(); ++u) {
            uses[u].multiplicity = backend_cuda::pack(code.uses[u][0]);
            for (std::size_t e = 1; e < code.uses[u].size(); ++e)
                uses[u].elements[e - 1] = backend_cuda::pack(code.uses[u][e]);
        }
    }
};
}  // namespace

class DeviceFiller::Chips {
 public:
    explicit Chips(const Rv64Machine& machine) : machine_(machine), steps_(step_chips(machine.features())) {
        const auto& chips = machine.shards().chips();
        first_step_ = chips.size() - steps_.size();
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            fillers_.push_back(find_filler(steps_[i].id));
            codes_.emplace_back(chips[first_step_ + i].view().program);
        }
    }
    /// Not OK if a chip has no kernel.
    [[nodiscard]] absl::Status check() const {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (fillers_[i] == nullptr)
                return absl::InternalError(
                    absl::StrCat("chip ", std::string(steps_[i].name), " has no kernel to fill it"));
        }
        return absl::OkStatus();
    }

    [[nodiscard]] const Rv64Machine& machine() const noexcept { return machine_; }
    [[nodiscard]] std::size_t first_step() const noexcept { return first_step_; }
    [[nodiscard]] const std::vector<StepChip>& steps() const noexcept { return steps_; }

    void fill_steps(const Context& context, const ShardRecords& shard, const DeviceRecords& records,
                    std::span<const DevicePointer<KoalaBear>> chips) const {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const ChipRecords& chip = shard.chips[i];
            if (chip.rows == 0) continue;
            fillers_[i](context, records, records.chips[i].data(), chip.words.size() / steps_[i].record_words,
                        {chips[first_step_ + i], machine::align4(chip.rows)});
        }
    }

    /// Counts in the columns of the tables, which are zero, from `ranges` of the first on.
    [[nodiscard]] absl::Status count_lookups(const Context& context, const ShardRecords& shard,
                                             const DeviceRecords& records, std::span<const std::uint32_t> ranges,
                                             std::span<const DevicePointer<KoalaBear>> chips) const {
        // Of each chip the first of its lookups that no table has.
        const std::vector<std::uint32_t> none(steps_.size(), kNoRow);
        const DeviceBuffer<std::uint32_t> refused(context, std::span(none));
        const CountColumns counts = count_columns(chips);
        context.stream.upload(counts.at[static_cast<std::size_t>(CountColumn::range)].raw(), ranges.data(),
                              ranges.size_bytes());
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const std::uint32_t height = shard.chips[i].rows;
            if (height == 0) continue;
            const auto& [code, uses] = codes_[i];
            const std::vector<KoalaBear> scalars =
                backend::scalar_values(code, backend::zero_values(description(i).view().program, shard.public_values));
            std::vector<DevicePointer<const KoalaBear>> columns;
            for (const backend::Column& column : code.columns)
                columns.push_back(chips[first_step_ + i] + column.index * machine::align4(height));
            const backend_cuda::DeviceProgram program(context, code, columns, scalars);
            const DeviceBuffer<LookupUse> device_uses(context, std::span(uses));
            const std::uint64_t threads = std::min<std::uint64_t>(height, backend_cuda::kProgramThreads);
            const DeviceBuffer<KoalaBear> slots(context, code.slots * threads);
            backend_cuda::launch(
                context.stream, threads,
                CountLookups{program.view(), device_uses.data(), slots.data(), threads, height,
                             records.index_of_page.data(), static_cast<std::uint32_t>(records.index_of_page.size()),
                             records.pages.data(), records.lines_of_text.data(), counts, refused.data() + i});
            // What the kernel was given goes back to the pool, for later work of the same stream.
        }
        for (std::size_t chip = 0; chip < first_step_; ++chip) {
            const machine::ChipDescription& table = machine_.shards().chips()[chip];
            if (!is_counted(table.id)) continue;
            const std::uint64_t cells = table.widths[2] * machine::align4(table.shape.fixed_height);
            backend_cuda::launch(context.stream, cells,
                                 CountsToElements{DevicePointer(reinterpret_cast<std::uint32_t*>(chips[chip].raw()))});
        }
        const std::vector<std::uint32_t> found = refused.download(context.stream);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (found[i] == kNoRow) continue;
            return absl::InternalError(absl::StrCat("chip ", std::string(steps_[i].name), ": no table has lookup ",
                                                    found[i], ", of kind ", codes_[i].uses[found[i]].bus,
                                                    ", of a row"));
        }
        return absl::OkStatus();
    }

    [[nodiscard]] static bool is_counted(std::uint32_t id) {
        for (std::uint32_t i = 0; i < kCountColumns; ++i) {
            if (table_of(static_cast<CountColumn>(i)).chip == id) return true;
        }
        return false;
    }

 private:
    [[nodiscard]] const machine::ChipDescription& description(std::size_t step) const {
        return machine_.shards().chips()[first_step_ + step];
    }
    [[nodiscard]] CountColumns count_columns(std::span<const DevicePointer<KoalaBear>> chips) const {
        CountColumns counts{};
        for (std::uint32_t i = 0; i < kCountColumns; ++i) {
            const auto [id, column] = table_of(static_cast<CountColumn>(i));
            for (std::size_t chip = 0; chip < first_step_; ++chip) {
                const machine::ChipDescription& table = machine_.shards().chips()[chip];
                if (table.id != id) continue;
                const DevicePointer<KoalaBear> at = chips[chip] + column * machine::align4(table.shape.fixed_height);
                counts.at[i] = DevicePointer(reinterpret_cast<std::uint32_t*>(at.raw()));
            }
        }
        return counts;
    }

    const Rv64Machine& machine_;
    std::vector<StepChip> steps_;
    std::size_t first_step_ = 0;  ///< in the machine; the tables are before it
    std::vector<FillOnDevice> fillers_;
    std::vector<LookupCode> codes_;
};

class DeviceFiller::Source final : public backend_cuda::DeviceSource {
 public:
    Source(const Chips& chips, ShardRecords shard, std::vector<std::uint32_t> ranges)
        : chips_(chips), shard_(std::move(shard)), ranges_(std::move(ranges)) {}

    std::unique_ptr<Records> upload(const Context& context) const override {
        return std::make_unique<DeviceRecords>(context, chips_.machine().image(), shard_);
    }
    absl::Status fill(const Context& context, const Records& records,
                      std::span<const DevicePointer<KoalaBear>> chips) const override {
        const auto& sent = static_cast<const DeviceRecords&>(records);
        chips_.fill_steps(context, shard_, sent, chips);
        return chips_.count_lookups(context, shard_, sent, ranges_, chips);
    }
    absl::StatusOr<std::vector<std::vector<KoalaBear>>> fill() const override {
        absl::StatusOr<machine::TableTrace> trace = fill_shard(chips_.machine(), chips_.steps(), shard_);
        if (!trace.ok()) return trace.status();
        std::vector<std::vector<KoalaBear>> columns;
        for (machine::ChipTrace& chip : trace->chips)
            columns.push_back(std::move(chip.columns[static_cast<std::size_t>(machine::Group::main)]));
        return columns;
    }

 private:
    const Chips& chips_;
    ShardRecords shard_;
    std::vector<std::uint32_t> ranges_;  ///< counts of the range table by rows that the host fills
};

DeviceFiller::DeviceFiller(std::unique_ptr<Chips> chips) : chips_(std::move(chips)) {}
DeviceFiller::DeviceFiller(DeviceFiller&&) noexcept = default;
DeviceFiller& DeviceFiller::operator=(DeviceFiller&&) noexcept = default;
DeviceFiller::~DeviceFiller() = default;

absl::StatusOr<DeviceFiller> DeviceFiller::make(const Rv64Machine& machine) {
    auto chips = std::make_unique<Chips>(machine);
    if (absl::Status status = chips->check(); !status.ok()) return status;
    return DeviceFiller(std::move(chips));
}

absl::StatusOr<machine::TableTrace> DeviceFiller::shard(const Rv64Run& run, std::uint32_t number) const {
    absl::StatusOr<ShardRecords> records = run.records(number);
    if (!records.ok()) return records.status();
    return tables(*std::move(records));
}

absl::StatusOr<machine::TableTrace> DeviceFiller::tables(ShardRecords records) const {
    LookupCounts counts(chips_->machine().image());
    machine::ChipTrace words = fill_words(records, counts);
    if (!counts.status().ok()) return counts.status();
    machine::TableTrace trace;
    trace.public_values = records.public_values;
    for (const machine::ChipDescription& chip : chips_->machine().shards().chips())
        trace.chips.emplace_back().height = chip.shape.fixed_height;
    for (std::size_t i = 0; i < records.chips.size(); ++i)
        trace.chips[chips_->first_step() + i].height = records.chips[i].rows;
    trace.chips[chips_->first_step() - 1] = std::move(words);
    trace.source = std::make_shared<Source>(*chips_, std::move(records), counts.ranges());
    return trace;
}

}  // namespace sluice::chips

// A shard's tables as a device fills them, for comparison with those of the host. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device_source.h"
#include "pool.h"
#include "prover/cuda_device.h"
#include "sluice/chips_cuda/device_filler.h"
#include "support/catch.h"

namespace sluice::test {

/// A device to fill tables on.
class FillingDevice {
 public:
    explicit FillingDevice(std::shared_ptr<backend_cuda::Device> device, std::uint64_t bytes = std::uint64_t{1} << 30)
        : pool_(*backend_cuda::Pool::make(device, bytes)),
          stream_(*device->make_stream()),
          context_{*pool_, *stream_} {}

    /// All main columns of `trace`, those that it leaves out filled on the device.
    absl::Status fill(const machine::MachineDescription& machine, machine::TableTrace& trace) const {
        const auto* const source = dynamic_cast<const backend_cuda::DeviceSource*>(trace.source.get());
        REQUIRE(source != nullptr);
        std::vector<std::uint64_t> at;
        std::uint64_t size = 0;
        for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
            at.push_back(size);
            size += machine.chips()[chip].widths[2] * machine::align4(trace.chips[chip].height);
        }
        const backend_cuda::DeviceBuffer<machine::KoalaBear> columns(context_, size);
        stream_->clear(columns.data().raw(), columns.bytes());
        std::vector<backend_cuda::DevicePointer<machine::KoalaBear>> places;
        for (const std::uint64_t offset : at) places.push_back(columns.data() + offset);
        if (absl::Status status = source->fill(context_, *source->upload(context_), places); !status.ok())
            return status;
        const std::vector<machine::KoalaBear> values = columns.download(*stream_);
        at.push_back(size);
        for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
            std::vector<machine::KoalaBear>& main = trace.chips[chip].columns[2];
            if (main.empty()) main.assign(values.begin() + at[chip], values.begin() + at[chip + 1]);
        }
        return absl::OkStatus();
    }

 private:
    std::shared_ptr<backend_cuda::Pool> pool_;
    std::unique_ptr<backend_cuda::Stream> stream_;
    backend_cuda::Context context_;
};

/// The first cell in which two tables differ, in words; empty if none does.
inline std::string difference(const machine::MachineDescription& machine, const machine::TableTrace& a,
                              const machine::TableTrace& b) {
    if (a.public_values != b.public_values) return "public values";
    if (a.chips.size() != b.chips.size()) return "number of chips";
    for (std::size_t chip = 0; chip < a.chips.size(); ++chip) {
        const std::string& name = machine.chips()[chip].name;
        if (a.chips[chip].height != b.chips[chip].height) return name + ": height";
        for (const std::size_t group : {1, 2}) {
            const auto& x = a.chips[chip].columns[group];
            const auto& y = b.chips[chip].columns[group];
            if (x.size() != y.size()) return name + ": size";
            for (std::size_t i = 0; i < x.size(); ++i) {
                if (x[i] == y[i]) continue;
                const std::uint64_t stride = machine::align4(a.chips[chip].height);
                return name + " " + machine.chips()[chip].column_names[group][i / stride] + " row " +
                       std::to_string(i % stride) + ": " + std::to_string(x[i].canonical()) + ", " +
                       std::to_string(y[i].canonical());
            }
        }
    }
    return "";
}

}  // namespace sluice::test

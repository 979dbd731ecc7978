// Shards' tables whose rows a CUDA device fills. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<DeviceFiller> filler = DeviceFiller::make(machine);
//   absl::StatusOr<machine::TableTrace> tables = filler->shard(run, 3);      // some 40 bytes an instruction
//   prover.prove_table(link, 3, *std::move(tables));                         // a CUDA backend fills them, others the
//   host
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "sluice/chips/rv64_machine.h"
#include "sluice/machine/trace.h"

namespace sluice::chips {

/// What a machine's chips need to be filled on a device. May be used from several threads.
class DeviceFiller {
 public:
    /// `machine` must outlive it and all its tables. Internal if a chip cannot be filled on a device.
    [[nodiscard]] static absl::StatusOr<DeviceFiller> make(const Rv64Machine& machine);

    DeviceFiller(DeviceFiller&&) noexcept;
    DeviceFiller& operator=(DeviceFiller&&) noexcept;
    ~DeviceFiller();

    /// The tables of Rv64Run::shard, with the main columns of instructions, calls and lookups left to a source. The run
    /// must be one of the machine; it and the filler must outlive the tables.
    [[nodiscard]] absl::StatusOr<machine::TableTrace> shard(const Rv64Run& run, std::uint32_t number) const;
    /// The same from records.
    [[nodiscard]] absl::StatusOr<machine::TableTrace> tables(ShardRecords records) const;

 private:
    class Chips;
    class Source;
    explicit DeviceFiller(std::unique_ptr<Chips> chips);

    std::unique_ptr<Chips> chips_;
};

}  // namespace sluice::chips

// Proving on a card, or on the host as its twin. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   auto card = backend_cuda::open_cuda_device(0);
//   auto backend = backend_cuda::make_backend<4, hash::Poseidon2Hasher16>({.device = *card});
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/backend/backend.h"
#include "sluice/backend_cuda/devices.h"
#include "sluice/backend_cuda/tuning.h"
#include "sluice/hash/poseidon2_hasher.h"

namespace sluice::backend_cuda {

struct CudaOptions {
    std::shared_ptr<Device> device;
    /// All device memory that the backend will ever take, at once: commitments that are alive, and
    /// Backend::plan_bytes for the proofs made beside them. 0: nine tenths of what is free.
    std::uint64_t memory_bytes = 0;
    Tuning tuning{};
};

/// The backend, and what it can tell of itself. One thread at a time may call it. Commitments may outlive it.
template <unsigned D, class Hasher>
class CudaBackend : public backend::Backend<D, Hasher> {
 public:
    /// Bytes of device memory in use now, those of commitments that are alive and of what was staged among them; the
    /// most since the last call of `reset_peak_memory`; and what was taken from the device.
    [[nodiscard]] virtual std::uint64_t memory_bytes() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t peak_memory_bytes() const noexcept = 0;
    virtual void reset_peak_memory() noexcept = 0;
    [[nodiscard]] virtual std::uint64_t capacity_bytes() const noexcept = 0;
    [[nodiscard]] virtual const std::string& device() const noexcept = 0;
    /// Sends what a later commit_main will fill this source's columns from, and forgets what was sent before. One more
    /// thread may call it while another one proves. Not OK (InvalidArgument: no source for devices; ResourceExhausted:
    /// it does not fit the part of the memory that is kept for this): it is sent when it is committed.
    virtual absl::Status stage(const std::shared_ptr<const machine::ColumnSource>& source) = 0;
    /// What the modules of proving have taken since the last call: `commit_traces` with `transport_structural_witness`
    /// and `fill_traces` in it, `grinding`, `prove_tower_relation` with `build_tower_witness`,
    /// `prove_main_constraints`, `jagged_reduction`, `pcs_opening`; one entry for each time. Nothing if the device has
    /// failed.
    [[nodiscard]] virtual std::vector<SpanTime> take_spans() = 0;
    /// For tests: after so many arrays more, none is given any more, until this is called again.
    virtual void fail_allocations_after(std::uint64_t count) noexcept = 0;
};

/// For D = 4 with Poseidon2Hasher16 and D = 5 with Poseidon2Hasher24. ResourceExhausted if the device does not have the
/// memory.
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<std::unique_ptr<CudaBackend<D, Hasher>>> make_backend(const CudaOptions& options);

extern template absl::StatusOr<std::unique_ptr<CudaBackend<4, hash::Poseidon2Hasher16>>> make_backend(
    const CudaOptions&);
extern template absl::StatusOr<std::unique_ptr<CudaBackend<5, hash::Poseidon2Hasher24>>> make_backend(
    const CudaOptions&);

}  // namespace sluice::backend_cuda

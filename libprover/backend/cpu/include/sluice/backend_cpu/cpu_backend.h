// Proving on the CPU. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   auto backend = backend_cpu::make_backend<4, hash::Poseidon2Hasher16>({.threads = 8});
#pragma once

#include <cstdint>
#include <memory>

#include "sluice/backend/backend.h"
#include "sluice/hash/poseidon2_hasher.h"

namespace sluice::backend_cpu {

struct CpuOptions {
    unsigned threads = 0;  ///< 0: as many as the machine has
};

/// The backend, and what it can tell of itself.
template <unsigned D, class Hasher>
class CpuBackend : public backend::Backend<D, Hasher> {
 public:
    /// Bytes in the backend's arrays now, those of commitments that are alive among them, and the most since the last
    /// call of `reset_peak`.
    [[nodiscard]] virtual std::uint64_t memory_bytes() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t peak_memory_bytes() const noexcept = 0;
    virtual void reset_peak_memory() noexcept = 0;
    [[nodiscard]] virtual unsigned threads() const noexcept = 0;
    /// The instruction set that the inner loops are made for.
    [[nodiscard]] virtual std::string_view instruction_set() const noexcept = 0;
};

/// For D = 4 with Poseidon2Hasher16 and D = 5 with Poseidon2Hasher24.
template <unsigned D, class Hasher>
[[nodiscard]] std::unique_ptr<CpuBackend<D, Hasher>> make_backend(const CpuOptions& options = {});

extern template std::unique_ptr<CpuBackend<4, hash::Poseidon2Hasher16>> make_backend(const CpuOptions&);
extern template std::unique_ptr<CpuBackend<5, hash::Poseidon2Hasher24>> make_backend(const CpuOptions&);

}  // namespace sluice::backend_cpu

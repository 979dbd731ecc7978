// The backends that the options ask for. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "crew.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "sluice/proving/program_prover.h"

namespace sluice::proving {

template <unsigned D, class Hasher>
[[nodiscard]] Worker<D, Hasher> make_cpu_worker(unsigned threads) {
    auto backend = backend_cpu::make_backend<D, Hasher>({.threads = threads});
    auto* const raw = backend.get();
    return {.name = "cpu",
            .backend = std::move(backend),
            .peak_bytes = [raw] { return raw->peak_memory_bytes(); },
            .reset_peak = [raw] { raw->reset_peak_memory(); }};
}

/// On this device, with so much of its memory (0: nine tenths of what is free).
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<Worker<D, Hasher>> make_device_worker(std::shared_ptr<backend_cuda::Device> device,
                                                                   std::uint64_t memory_bytes) {
    auto backend = backend_cuda::make_backend<D, Hasher>({.device = std::move(device), .memory_bytes = memory_bytes});
    if (!backend.ok()) return backend.status();
    auto* const raw = backend->get();
    return Worker<D, Hasher>{.name = raw->device(),
                             .backend = *std::move(backend),
                             .device_bytes = raw->capacity_bytes(),
                             .fills = true,
                             .peak_bytes = [raw] { return raw->peak_memory_bytes(); },
                             .stage =
                                 [raw](const std::shared_ptr<const machine::ColumnSource>& source) {
                                     // What could not be sent is sent when it is committed.
                                     static_cast<void>(raw->stage(source));
                                 },
                             .take_spans = [raw] { return raw->take_spans(); },
                             .reset_peak = [raw] { raw->reset_peak_memory(); }};
}

/// One worker for each card; or one for the host. Errors of open_cuda_device and make_device_worker, but if the choice
/// is free and no card is named, cards that cannot be used are told to `on_notice`.
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<std::vector<Worker<D, Hasher>>> make_workers(const Options& options) {
    std::vector<Worker<D, Hasher>> workers;
    const auto on_cpu = [&] {
        workers.push_back(make_cpu_worker<D, Hasher>(options.threads));
        return std::move(workers);
    };
    if (options.backend == BackendChoice::cpu) return on_cpu();
    const bool free_choice = options.backend == BackendChoice::any && options.devices.empty();
    if (free_choice && !backend_cuda::built_for_cuda()) return on_cpu();
    std::vector<int> devices = options.devices;
    if (devices.empty()) {
        const absl::StatusOr<int> count = backend_cuda::count_cuda_devices();
        if (!count.ok() && !free_choice) return count.status();
        devices.resize(count.ok() ? static_cast<std::size_t>(*count) : 0);
        std::iota(devices.begin(), devices.end(), 0);
    }
    for (const int number : devices) {
        auto device = backend_cuda::open_cuda_device(number);
        auto worker = device.ok() ? make_device_worker<D, Hasher>(*std::move(device), options.device_memory_bytes)
                                  : absl::StatusOr<Worker<D, Hasher>>(device.status());
        if (worker.ok()) {
            workers.push_back(*std::move(worker));
        } else if (!free_choice) {
            return worker.status();
        } else if (options.on_notice) {
            options.on_notice(absl::StrCat("not used: ", worker.status().message()));
        }
    }
    if (!workers.empty()) return workers;
    if (free_choice) return on_cpu();
    return absl::UnavailableError("no CUDA device");
}

}  // namespace sluice::proving

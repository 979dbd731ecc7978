// The devices that tests of the CUDA backend run on. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/backend_cuda/devices.h"
#include "support/catch.h"

namespace sluice::test {

/// The twin in every order, with device memory guarded; or, where ctest asks for it (label gpu), the card alone.
/// Empty if there is no card; `why` says so.
inline std::vector<std::shared_ptr<backend_cuda::Device>> cuda_test_devices(std::string& why) {
    const char* const wanted = std::getenv("SLUICE_TEST_DEVICE");
    std::vector<std::shared_ptr<backend_cuda::Device>> devices;
    if (wanted != nullptr && std::string_view(wanted) == "cuda") {
        auto card = backend_cuda::open_cuda_device();
        why = card.ok() ? "" : "no CUDA device: " + std::string(card.status().message());
        if (card.ok()) devices.push_back(*card);
        return devices;
    }
    for (const backend_cuda::Order order :
         {backend_cuda::Order::ascending, backend_cuda::Order::descending, backend_cuda::Order::scattered}) {
        devices.push_back(*backend_cuda::make_host_device({.order = order, .guard = true}));
    }
    return devices;
}

/// Declares `devices`, or ends the test case as skipped.
#define SLUICE_CUDA_DEVICES(devices)                                   \
    std::string no_device;                                             \
    const auto devices = ::sluice::test::cuda_test_devices(no_device); \
    if (devices.empty()) SLUICE_SKIP(no_device)

}  // namespace sluice::test

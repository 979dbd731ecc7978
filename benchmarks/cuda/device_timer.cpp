// See device_timer.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "device_timer.h"

#include <chrono>

#if SLUICE_HAS_CUDA
#include <cuda_runtime_api.h>
#endif

namespace sluice::backend_cuda {

namespace {

#if SLUICE_HAS_CUDA
class Event {
 public:
    explicit Event(Stream& stream) : stream_(stream), on_(static_cast<cudaStream_t>(stream.handle())) {
        check(cudaEventCreate(&event_), "cudaEventCreate");
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { cudaEventDestroy(event_); }
    void record() { check(cudaEventRecord(event_, on_), "cudaEventRecord"); }
    [[nodiscard]] double seconds_since(const Event& start) {
        check(cudaEventSynchronize(event_), "cudaEventSynchronize");
        float milliseconds = 0;
        check(cudaEventElapsedTime(&milliseconds, start.event_, event_), "cudaEventElapsedTime");
        return 1e-3 * static_cast<double>(milliseconds);
    }

 private:
    void check(cudaError_t result, const char* call) { stream_.check(result, call, Place::current()); }

    Stream& stream_;
    cudaStream_t on_;
    cudaEvent_t event_ = nullptr;
};
#endif

}  // namespace

double device_seconds(Stream& stream, const std::function<void()>& run) {
#if SLUICE_HAS_CUDA
    if (stream.host() == nullptr) {
        Event start(stream), end(stream);
        start.record();
        run();
        end.record();
        return end.seconds_since(start);
    }
#endif
    const auto start = std::chrono::steady_clock::now();
    run();
    stream.synchronize();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace sluice::backend_cuda

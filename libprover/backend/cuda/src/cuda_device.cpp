// Cards through the CUDA runtime. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cuda_runtime_api.h>
#include <nvtx3/nvToolsExt.h>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "device.h"

namespace sluice::backend_cuda {

namespace {

/// Of the build, as CMake has them: "90a", or several with spaces between; "+ptx" for the last as portable code.
constexpr const char* kArchitectures = SLUICE_CUDA_ARCHITECTURE_NAMES;

absl::Status failed(cudaError_t result, const char* call, const Place& place, const std::string& device) {
    const std::string message = absl::StrCat(device, ": ", call, " at ", place_name(place), ": ",
                                             cudaGetErrorName(result), ", ", cudaGetErrorString(result));
    switch (result) {
        case cudaErrorMemoryAllocation:
            return absl::ResourceExhaustedError(message);
        case cudaErrorNoDevice:
        case cudaErrorInvalidDevice:
        case cudaErrorInsufficientDriver:
        case cudaErrorSystemDriverMismatch:
        case cudaErrorSystemNotReady:
            return absl::UnavailableError(message);
        case cudaErrorNoKernelImageForDevice:
            return absl::FailedPreconditionError(
                absl::StrCat(message, "; this build has code for sm_", kArchitectures));
        default:
            return absl::InternalError(message);
    }
}

/// Calls are made for the device that the calling thread has chosen: every entry chooses.
class CudaStream final : public Stream {
 public:
    CudaStream(int device, const std::string& description, cudaStream_t stream)
        : device_(device), description_(description), stream_(stream) {}
    ~CudaStream() override {
        cudaSetDevice(device_);
        cudaStreamDestroy(stream_);
    }

    void upload(void* to, const void* from, std::size_t bytes, const Place& place) override {
        copy(to, from, bytes, cudaMemcpyHostToDevice, "upload", place);
        // From pinned memory the copy would go on after the call.
        synchronize(place);
    }
    void download(void* to, const void* from, std::size_t bytes, const Place& place) override {
        copy(to, from, bytes, cudaMemcpyDeviceToHost, "download", place);
        synchronize(place);
    }
    void clear(void* to, std::size_t bytes, const Place& place) override {
        choose(place);
        if (bytes != 0) check(cudaMemsetAsync(to, 0, bytes, stream_), "cudaMemsetAsync", place);
    }
    void synchronize(const Place& place) override {
        choose(place);
        check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize", place);
    }
    void* handle() noexcept override {
        cudaSetDevice(device_);
        return stream_;
    }
    void check(int result, const char* call, const Place& place) override {
        if (result != cudaSuccess) throw Failure(failed(static_cast<cudaError_t>(result), call, place, description_));
    }
    void begin_span(const char* name) noexcept override {
        nvtxRangePushA(name);
        begun_.push_back({name, record(), nullptr});
    }
    void end_span() noexcept override {
        nvtxRangePop();
        ended_.push_back(begun_.back());
        ended_.back().end = record();
        begun_.pop_back();
    }
    std::vector<SpanTime> take_spans() override {
        if (!ended_.empty()) synchronize(Place::current());
        std::vector<SpanTime> times;
        for (const TimedSpan& span : ended_) {
            float milliseconds = 0;
            if (span.begin != nullptr && span.end != nullptr &&
                cudaEventElapsedTime(&milliseconds, span.begin, span.end) == cudaSuccess) {
                times.push_back({span.name, milliseconds / 1000.0});
            }
            for (const cudaEvent_t event : {span.begin, span.end}) {
                if (event != nullptr) cudaEventDestroy(event);
            }
        }
        ended_.clear();
        return times;
    }

 private:
    struct TimedSpan {
        const char* name;
        cudaEvent_t begin, end;  ///< null: could not be recorded, and the span has no time
    };

    cudaEvent_t record() noexcept {
        cudaEvent_t event = nullptr;
        cudaSetDevice(device_);
        if (cudaEventCreate(&event) != cudaSuccess) return nullptr;
        if (cudaEventRecord(event, stream_) == cudaSuccess) return event;
        cudaEventDestroy(event);
        return nullptr;
    }
    void choose(const Place& place) { check(cudaSetDevice(device_), "cudaSetDevice", place); }
    void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const char* call,
              const Place& place) {
        choose(place);
        if (bytes != 0) check(cudaMemcpyAsync(to, from, bytes, kind, stream_), call, place);
    }

    int device_;
    const std::string& description_;
    cudaStream_t stream_;
    std::vector<TimedSpan> begun_, ended_;
};

class CudaDevice final : public Device {
 public:
    CudaDevice(int number, std::string description) : number_(number), description_(std::move(description)) {}

    const std::string& description() const noexcept override { return description_; }
    absl::StatusOr<std::uint64_t> free_bytes() override {
        std::size_t free = 0, total = 0;
        cudaError_t result = cudaSetDevice(number_);
        if (result == cudaSuccess) result = cudaMemGetInfo(&free, &total);
        if (result != cudaSuccess) return failed(result, "cudaMemGetInfo", Place::current(), description_);
        return free;
    }
    absl::StatusOr<void*> allocate(std::uint64_t bytes) override {
        void* memory = nullptr;
        cudaError_t result = cudaSetDevice(number_);
        if (result == cudaSuccess) result = cudaMalloc(&memory, bytes);
        if (result != cudaSuccess) {
            cudaGetLastError();  // else the next launch would report it
            return failed(result, absl::StrCat("cudaMalloc of ", bytes, " bytes").c_str(), Place::current(),
                          description_);
        }
        return memory;
    }
    void release(void* memory) noexcept override {
        cudaSetDevice(number_);
        cudaFree(memory);
    }
    absl::StatusOr<std::unique_ptr<Stream>> make_stream() override {
        cudaStream_t stream = nullptr;
        cudaError_t result = cudaSetDevice(number_);
        if (result == cudaSuccess) result = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
        if (result != cudaSuccess) return failed(result, "cudaStreamCreateWithFlags", Place::current(), description_);
        return std::make_unique<CudaStream>(number_, description_, stream);
    }

 private:
    int number_;
    std::string description_;
};

}  // namespace

/// In probe.cu: whether the card runs the build's code.
int probe_kernel_image() noexcept;

bool built_for_cuda() noexcept {
    return true;
}

absl::StatusOr<int> count_cuda_devices() {
    int count = 0;
    const cudaError_t result = cudaGetDeviceCount(&count);
    if (result == cudaErrorNoDevice) return 0;
    if (result != cudaSuccess) return failed(result, "cudaGetDeviceCount", Place::current(), "CUDA devices");
    return count;
}

absl::StatusOr<std::shared_ptr<Device>> open_cuda_device(int number) {
    const std::string asked = absl::StrCat("CUDA device ", number);
    const absl::StatusOr<int> count = count_cuda_devices();
    if (!count.ok()) return absl::Status(count.status().code(), absl::StrCat(asked, ": ", count.status().message()));
    if (number < 0 || number >= *count)
        return absl::UnavailableError(absl::StrCat(asked, ": the machine has ", *count, " devices"));
    cudaDeviceProp properties;
    cudaError_t result = cudaGetDeviceProperties(&properties, number);
    if (result == cudaSuccess) result = cudaSetDevice(number);
    if (result != cudaSuccess) return failed(result, "cudaGetDeviceProperties", Place::current(), asked);
    const std::string description =
        absl::StrCat(asked, " (", properties.name, ", sm_", properties.major, properties.minor, ")");
    result = static_cast<cudaError_t>(probe_kernel_image());
    if (result != cudaSuccess) {
        cudaGetLastError();
        return failed(result, "looking for a kernel", Place::current(), description);
    }
    return std::make_shared<CudaDevice>(number, description);
}

}  // namespace sluice::backend_cuda

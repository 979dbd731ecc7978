// See host_device.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "host_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/mman.h>

#include "absl/strings/str_cat.h"

namespace sluice::backend_cuda {

std::string place_name(const Place& place) {
    const std::string_view file(place.file_name());
    const std::size_t slash = file.rfind('/');
    return absl::StrCat(std::string(slash == std::string_view::npos ? file : file.substr(slash + 1)), ":",
                        place.line());
}

HostDevice::~HostDevice() {
    for (const auto& [memory, bytes] : allocations_) munmap(memory, bytes);
}

absl::StatusOr<std::uint64_t> HostDevice::free_bytes() {
    const std::lock_guard lock(mutex_);
    return options_.memory_bytes - std::min(options_.memory_bytes, allocated_);
}

absl::StatusOr<void*> HostDevice::allocate(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > options_.memory_bytes - std::min(options_.memory_bytes, allocated_)) {
        return absl::ResourceExhaustedError(absl::StrCat(description_, ": no memory for ", bytes, " bytes; ",
                                                         allocated_, " of ", options_.memory_bytes, " are in use"));
    }
    // Pages that are not touched cost nothing.
    void* const memory = mmap(nullptr, bytes, options_.guard && accesses_ == 0 ? PROT_NONE : PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return absl::ResourceExhaustedError(
            absl::StrCat(description_, ": no memory for ", bytes, " bytes: ", std::string(std::strerror(errno))));
    }
    allocations_[memory] = bytes;
    allocated_ += bytes;
    return memory;
}

void HostDevice::release(void* memory) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = allocations_.find(memory);
    if (found == allocations_.end()) return;
    munmap(memory, found->second);
    allocated_ -= found->second;
    allocations_.erase(found);
}

absl::StatusOr<std::unique_ptr<Stream>> HostDevice::make_stream() {
    return std::make_unique<HostStream>(*this);
}

void HostDevice::protect(bool on) noexcept {
    if (!options_.guard) return;
    const std::lock_guard lock(mutex_);
    accesses_ += on ? -1 : 1;
    if (accesses_ > (on ? 0 : 1)) return;
    for (const auto& [memory, bytes] : allocations_) mprotect(memory, bytes, on ? PROT_NONE : PROT_READ | PROT_WRITE);
}

void HostStream::upload(void* to, const void* from, std::size_t bytes, const Place&) {
    const HostDevice::Access access(device_);
    if (bytes != 0) std::memcpy(to, from, bytes);
}

void HostStream::download(void* to, const void* from, std::size_t bytes, const Place& place) {
    const HostDevice::Access access(device_);
    if (bytes != 0) std::memcpy(to, from, bytes);
    device_.after_download(to, bytes, place);
}

void HostStream::clear(void* to, std::size_t bytes, const Place&) {
    const HostDevice::Access access(device_);
    if (bytes != 0) std::memset(to, 0, bytes);
}

void HostStream::begin_span(const char* name) noexcept {
    begun_.push_back({name, std::chrono::steady_clock::now()});
}

void HostStream::end_span() noexcept {
    const Begun& begun = begun_.back();
    ended_.push_back({begun.name, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun.at).count()});
    begun_.pop_back();
}

absl::StatusOr<std::shared_ptr<Device>> make_host_device(const HostOptions& options) {
    return std::make_shared<HostDevice>(options);
}

#if !SLUICE_HAS_CUDA
bool built_for_cuda() noexcept {
    return false;
}
absl::StatusOr<int> count_cuda_devices() {
    return absl::UnimplementedError("this build has no CUDA kernels; configure with SLUICE_CUDA=ON");
}
absl::StatusOr<std::shared_ptr<Device>> open_cuda_device(int) {
    return count_cuda_devices().status();
}
#endif

}  // namespace sluice::backend_cuda

// Guest memory: see address_space.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "address_space.h"

#include <cerrno>
#include <sys/mman.h>

#include "absl/strings/str_format.h"

namespace sluice::vm {
namespace {

constexpr std::uint64_t round_up(std::uint64_t value) {
    return (value + SLUICE_PAGE_SIZE - 1) & ~(std::uint64_t{SLUICE_PAGE_SIZE} - 1);
}

}  // namespace

absl::Status AddressSpace::map(std::uint64_t begin, std::uint64_t end, std::uint8_t permissions) {
    if (mprotect(base_ + begin, end - begin, PROT_READ | PROT_WRITE) != 0) {
        return absl::ResourceExhaustedError(
            absl::StrFormat("mapping guest memory 0x%x to 0x%x failed: %s", begin, end, std::strerror(errno)));
    }
    for (std::uint64_t page = begin / SLUICE_PAGE_SIZE; page < end / SLUICE_PAGE_SIZE; ++page) {
        permissions_[page] = permissions;
    }
    return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<AddressSpace>> AddressSpace::create(const Program& program, ByteView input) {
    if (input.size() > SLUICE_INPUT_CAPACITY) {
        return absl::InvalidArgumentError(
            absl::StrFormat("input of %d bytes: the region holds %d", input.size(), SLUICE_INPUT_CAPACITY));
    }
    std::unique_ptr<AddressSpace> space(new AddressSpace);
    void* mapping = mmap(nullptr, kAddressSpaceSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        return absl::ResourceExhaustedError(
            absl::StrFormat("reserving 4 GiB of address space failed: %s", std::strerror(errno)));
    }
    space->base_ = static_cast<std::uint8_t*>(mapping);

    for (const Segment& segment : program.segments) {
        const auto permissions =
            static_cast<std::uint8_t>((segment.readable ? kPageRead : 0) | (segment.writable ? kPageWrite : 0) |
                                      (segment.executable ? kPageExecute : 0));
        absl::Status status = space->map(segment.address, round_up(segment.end()), permissions);
        if (!status.ok()) return status;
        if (!segment.bytes.empty()) {
            std::memcpy(space->base_ + segment.address, segment.bytes.data(), segment.bytes.size());
        }
    }
    for (const Region region : {Region::stack, Region::heap, Region::input}) {
        const std::uint8_t permissions = region == Region::input ? kPageRead : kPageRead | kPageWrite;
        const AddressRange range = range_of(region);
        absl::Status status = space->map(range.begin, range.end, permissions);
        if (!status.ok()) return status;
    }
    store_le<std::uint64_t>(space->base_ + SLUICE_INPUT_BEGIN, input.size());
    if (!input.empty()) std::memcpy(space->base_ + SLUICE_INPUT_BEGIN + 8, input.data(), input.size());
    return space;
}

AddressSpace::~AddressSpace() {
    if (base_ != nullptr) munmap(base_, kAddressSpaceSize);
}

bool AddressSpace::permits(std::uint64_t address, std::uint64_t size, PageBits permission) const noexcept {
    if (size == 0) return true;
    if (address >= kAddressSpaceSize || size > kAddressSpaceSize - address) return false;
    const std::uint64_t last = (address + size - 1) / SLUICE_PAGE_SIZE;
    for (std::uint64_t page = address / SLUICE_PAGE_SIZE; page <= last; ++page) {
        if ((permissions_[page] & permission) == 0) return false;
    }
    return true;
}

void AddressSpace::open(std::uint64_t address, std::uint64_t size, PageBits permission) noexcept {
    if (size == 0) return;
    PageTable& table = permission == kPageWrite ? writable_ : readable_;
    const std::uint64_t last = (address + size - 1) / SLUICE_PAGE_SIZE;
    for (std::uint64_t page = address / SLUICE_PAGE_SIZE; page <= last; ++page) table.open(page);
}

std::uint64_t AddressSpace::used_bytes(Region region) const noexcept {
    std::uint64_t pages = 0;
    const AddressRange range = range_of(region);
    for (std::size_t page = range.begin / SLUICE_PAGE_SIZE; page < range.end / SLUICE_PAGE_SIZE; ++page) {
        if (readable_.is_open(page) || writable_.is_open(page)) ++pages;
    }
    return pages * SLUICE_PAGE_SIZE;
}

}  // namespace sluice::vm

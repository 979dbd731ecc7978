// The guest's memory on the host: one reserved range of 4 GiB, so that a guest address is an offset.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/status/statusor.h"

#include "sluice/abi/memory_map.h"
#include "sluice/base/bytes.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/region.h"

namespace sluice::vm {

inline constexpr std::uint64_t kAddressSpaceSize = std::uint64_t{1} << 32;
inline constexpr std::size_t kPageCount = kAddressSpaceSize / SLUICE_PAGE_SIZE;

/// Permission bits of a page.
enum PageBits : std::uint8_t { kPageRead = 1, kPageWrite = 2, kPageExecute = 4 };

/// An aligned access is allowed when one comparison holds: the address without the offset bits that an aligned access
/// may have set equals the table's entry for its page. An entry is the page's address, or kNoPage. So the comparison
/// fails for addresses of 2^32 and more, for misaligned ones, and for pages without permission; it also fails at a
/// page's first use, which is how pages in use are counted.
class PageTable {
 public:
    PageTable() { entries_.fill(kNoPage); }

    template <unsigned kSize>
    [[nodiscard]] bool allows(std::uint64_t address) const noexcept {
        constexpr std::uint64_t kOffset = (SLUICE_PAGE_SIZE - 1) ^ (kSize - 1);
        return entries_[(address / SLUICE_PAGE_SIZE) % kPageCount] == (address & ~kOffset);
    }
    void open(std::size_t page) noexcept { entries_[page] = page * SLUICE_PAGE_SIZE; }
    [[nodiscard]] bool is_open(std::size_t page) const noexcept { return entries_[page] != kNoPage; }

 private:
    static constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
    std::array<std::uint64_t, kPageCount> entries_;
};

/// Regions, permissions and bytes. Not copyable: it owns the mapping.
class AddressSpace {
 public:
    /// Maps the regions and copies image and input into them. ResourceExhausted if the host refuses the mapping,
    /// InvalidArgument if the input is larger than its region.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<AddressSpace>> create(const Program& program, ByteView input);
    ~AddressSpace();
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

    /// Host address of guest address 0. Only permitted pages may be touched.
    [[nodiscard]] std::uint8_t* base() const noexcept { return base_; }
    [[nodiscard]] PageTable& readable() noexcept { return readable_; }
    [[nodiscard]] PageTable& writable() noexcept { return writable_; }

    /// Whether all of [address, address + size) has the permission. A size of 0 is allowed anywhere.
    [[nodiscard]] bool permits(std::uint64_t address, std::uint64_t size, PageBits permission) const noexcept;
    /// Notes pages as used and lets aligned accesses to them through. Only for what permits() allows.
    void open(std::uint64_t address, std::uint64_t size, PageBits permission) noexcept;
    /// Bytes of the pages of a region that were read or written.
    [[nodiscard]] std::uint64_t used_bytes(Region region) const noexcept;

 private:
    AddressSpace() = default;
    absl::Status map(std::uint64_t begin, std::uint64_t end, std::uint8_t permissions);

    std::uint8_t* base_ = nullptr;
    std::array<std::uint8_t, kPageCount> permissions_{};
    PageTable readable_;
    PageTable writable_;
};

}  // namespace sluice::vm

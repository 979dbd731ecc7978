// The memory of a backend: taken from the system once, used again by every step. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// Steps of proving take and give back arrays of many megabytes, each used for a moment. Taken from the system they
// would come as empty pages every time, which costs about as much as computing what is written into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace sluice::backend_cpu {

/// Every array starts on a boundary of as many bytes: a cache line, and no less than a vector.
inline constexpr std::size_t kAlignment = 64;

/// Pieces of memory, with a count of their bytes. What is given back is kept, joined with its free neighbours, and
/// given out again where it fits best; it goes back to the system when the object goes. Any thread may call.
class Memory {
 public:
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory();

    /// A piece at a boundary of kAlignment; what it holds is unknown. Throws std::bad_alloc, which the backend turns
    /// into a status.
    [[nodiscard]] void* take(std::size_t bytes);
    /// `bytes` as they were asked for.
    void give_back(void* piece, std::size_t bytes) noexcept;

    /// Counts memory that is not from here.
    void add(std::uint64_t bytes) noexcept;
    void remove(std::uint64_t bytes) noexcept;

    /// Bytes in use, now and at most.
    [[nodiscard]] std::uint64_t current() const noexcept;
    [[nodiscard]] std::uint64_t peak() const noexcept;
    void reset_peak() noexcept;
    /// Address space taken from the system; of what was never used in it, the system holds no pages.
    [[nodiscard]] std::uint64_t held() const noexcept;

 private:
    /// At the start of each free piece; the list is in ascending order of addresses.
    struct Free {
        Free* next;
        std::size_t bytes;
        [[nodiscard]] std::byte* end() noexcept { return reinterpret_cast<std::byte*>(this) + bytes; }
    };
    struct Chunk {
        void* start;
        std::size_t bytes;
    };

    void* cut(std::size_t bytes) noexcept;
    void insert(void* piece, std::size_t bytes) noexcept;
    void grow(std::size_t bytes);
    void count(std::uint64_t bytes) noexcept;

    mutable std::mutex mutex_;
    Free* free_ = nullptr;
    std::vector<Chunk> chunks_;
    std::uint64_t held_ = 0;
    std::uint64_t current_ = 0;
    std::uint64_t peak_ = 0;
};

}  // namespace sluice::backend_cpu

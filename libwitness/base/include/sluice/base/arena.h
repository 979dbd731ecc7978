// Bump allocation from a region the caller owns; the only allocator of freestanding code.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

#include "sluice/base/bytes.h"

namespace sluice {

/// Hands out memory from [begin, begin + size) in ascending order. Frees only by rewinding to a mark.
/// The memory handed out is not initialised, unless zeros are asked for. Exhaustion gives nullptr (callers report
/// ErrorCode::arena_exhausted).
class Arena {
 public:
    using Mark = std::uintptr_t;

    Arena() = default;
    Arena(void* begin, std::size_t size) noexcept
        : next_(reinterpret_cast<std::uintptr_t>(begin)), begin_(next_), end_(next_ + size), peak_(next_) {}

    /// An arena over memory that is known to be zero. What it has not handed out before need not be cleared, so that
    /// large tables of which little is used cost little.
    [[nodiscard]] static Arena over_zeros(void* begin, std::size_t size) noexcept {
        Arena arena(begin, size);
        arena.zeros_ = true;
        return arena;
    }

    /// `alignment` is a power of two.
    [[nodiscard]] void* allocate(std::size_t size, std::size_t alignment = 8) noexcept {
        const std::uintptr_t start = (next_ + alignment - 1) & ~(std::uintptr_t{alignment} - 1);
        if (start > end_ || size > end_ - start) return nullptr;
        next_ = start + size;
        if (next_ > peak_) peak_ = next_;
        return reinterpret_cast<void*>(start);
    }
    /// `size` zero bytes.
    [[nodiscard]] void* allocate_zeros(std::size_t size, std::size_t alignment = 8) noexcept {
        const std::uintptr_t fresh = zeros_ ? peak_ : end_;
        void* memory = allocate(size, alignment);
        const auto start = reinterpret_cast<std::uintptr_t>(memory);
        if (memory != nullptr && start < fresh) std::memset(memory, 0, size < fresh - start ? size : fresh - start);
        return memory;
    }
    /// `count` default-constructed objects (no zeroing for plain data); nullptr when exhausted.
    template <class T>
    [[nodiscard]] T* make_array(std::size_t count) noexcept {
        static_assert(std::is_trivially_destructible_v<T>);
        std::uint64_t size = 0;
        if (!checked_mul(count, sizeof(T), size)) return nullptr;
        void* memory = allocate(size, alignof(T));
        if (memory == nullptr) return nullptr;
        T* objects = static_cast<T*>(memory);
        if constexpr (!std::is_trivially_default_constructible_v<T>) {
            for (std::size_t i = 0; i < count; ++i) new (objects + i) T();
        }
        return objects;
    }
    template <class T, class... Args>
    [[nodiscard]] T* make(Args&&... args) noexcept {
        static_assert(std::is_trivially_destructible_v<T>);
        void* memory = allocate(sizeof(T), alignof(T));
        return memory == nullptr ? nullptr : new (memory) T{static_cast<Args&&>(args)...};
    }
    /// Grows the latest allocation in place if `block` with `old_size` bytes is it and there is room.
    [[nodiscard]] bool extend(void* block, std::size_t old_size, std::size_t new_size) noexcept {
        const auto start = reinterpret_cast<std::uintptr_t>(block);
        if (start + old_size != next_ || new_size > end_ - start) return false;
        next_ = start + new_size;
        if (next_ > peak_) peak_ = next_;
        return true;
    }

    [[nodiscard]] Mark mark() const noexcept { return next_; }
    /// Frees all that was allocated since `mark` was taken.
    void rewind(Mark mark) noexcept { next_ = mark; }
    /// Frees all that was allocated or split off since `earlier` was copied from this arena.
    void restore(const Arena& earlier) noexcept {
        // The part that was split off has been used, and above the peak.
        if (end_ != earlier.end_) zeros_ = false;
        next_ = earlier.next_;
        end_ = earlier.end_;
    }
    void reset() noexcept { next_ = begin_; }
    [[nodiscard]] std::size_t used() const noexcept { return next_ - begin_; }
    [[nodiscard]] std::size_t peak() const noexcept { return peak_ - begin_; }
    [[nodiscard]] std::size_t available() const noexcept { return end_ - next_; }
    /// Splits off the last `size` bytes as an arena of their own; an empty arena if there is less.
    [[nodiscard]] Arena split_off(std::size_t size) noexcept {
        size &= ~std::size_t{15};
        if (size > end_ - next_) return {};
        end_ = (end_ - size) & ~std::uintptr_t{15};
        Arena part(reinterpret_cast<void*>(end_), size);
        part.zeros_ = zeros_ && end_ >= peak_;
        return part;
    }

 private:
    std::uintptr_t next_ = 0;
    std::uintptr_t begin_ = 0;
    std::uintptr_t end_ = 0;
    std::uintptr_t peak_ = 0;
    bool zeros_ = false;  ///< what lies above the peak is zero
};

}  // namespace sluice

// Growable array and hash map over an arena. Plain data only; nothing is freed one by one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"

namespace sluice {

/// A growable array. Growth may move the elements: keep indices, not pointers.
template <class T>
class ArenaVector {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
    ArenaVector() = default;
    explicit ArenaVector(Arena& arena) noexcept : arena_(&arena) {}

    /// False when the arena is exhausted; the array is then unchanged.
    [[nodiscard]] bool push_back(const T& value) noexcept {
        if (size_ == capacity_) {
            const T copy = value;  // `value` may lie in this array
            if (!grow(size_ + 1)) return false;
            data_[size_++] = copy;
            return true;
        }
        data_[size_++] = value;
        return true;
    }
    [[nodiscard]] bool reserve(std::size_t capacity) noexcept { return capacity <= capacity_ || grow(capacity); }
    /// New elements are zero bytes.
    [[nodiscard]] bool resize(std::size_t size) noexcept {
        if (!reserve(size)) return false;
        if (size > size_) std::memset(static_cast<void*>(data_ + size_), 0, (size - size_) * sizeof(T));
        size_ = size;
        return true;
    }
    [[nodiscard]] bool append(std::span<const T> values) noexcept {
        if (!reserve(size_ + values.size())) return false;
        if (!values.empty()) std::memcpy(static_cast<void*>(data_ + size_), values.data(), values.size_bytes());
        size_ += values.size();
        return true;
    }
    void pop_back() noexcept { --size_; }
    void shrink(std::size_t size) noexcept { size_ = size; }
    void clear() noexcept { size_ = 0; }

    [[nodiscard]] T& operator[](std::size_t index) noexcept { return data_[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data_[index]; }
    [[nodiscard]] T& back() noexcept { return data_[size_ - 1]; }
    [[nodiscard]] const T& back() const noexcept { return data_[size_ - 1]; }
    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] T* begin() noexcept { return data_; }
    [[nodiscard]] T* end() noexcept { return data_ + size_; }
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + size_; }
    [[nodiscard]] std::span<T> span() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {data_, size_}; }

 private:
    bool grow(std::size_t needed) noexcept {
        std::size_t capacity = capacity_ < 8 ? 8 : capacity_ * 2;
        if (capacity < needed) capacity = needed;
        if (capacity_ != 0 && arena_->extend(data_, capacity_ * sizeof(T), capacity * sizeof(T))) {
            capacity_ = capacity;
            return true;
        }
        void* memory = arena_->allocate(capacity * sizeof(T), alignof(T));
        if (memory == nullptr) return false;
        if (size_ != 0) std::memcpy(memory, static_cast<const void*>(data_), size_ * sizeof(T));
        data_ = static_cast<T*>(memory);
        capacity_ = capacity;
        return true;
    }

    Arena* arena_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Mixes a 64-bit word; the finaliser of SplitMix64.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// Hash of a key for ArenaMap: a seeded mix of the key's bytes (size a multiple of 4).
/// `seed` should depend on data that whoever chooses the keys does not fully control (the parent state root).
template <class Key>
[[nodiscard]] std::uint64_t hash_key(const Key& key, std::uint64_t seed) noexcept {
    static_assert(sizeof(Key) % 4 == 0);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&key);
    std::uint64_t hash = seed;
    std::size_t i = 0;
    for (; i + 8 <= sizeof(Key); i += 8)
        hash = (hash ^ load_le<std::uint64_t>(bytes + i)) * 0x9e3779b97f4a7c15u + (hash >> 29);
    if (i < sizeof(Key)) hash = (hash ^ load_le<std::uint32_t>(bytes + i)) * 0x9e3779b97f4a7c15u + (hash >> 29);
    return mix64(hash);
}

/// Map from plain-data keys to 32-bit indices into an array of the caller; open addressing with linear probing.
/// Has no iteration on purpose: its order could reach an output. `Entries::operator[](index)` must give the key by
/// `key_of(entry)`, so that keys are stored once.
class ArenaIndex {
 public:
    static constexpr std::uint32_t kNotFound = 0xffffffffu;

    ArenaIndex() = default;
    ArenaIndex(Arena& arena, std::uint64_t seed) noexcept : arena_(&arena), seed_(seed) {}
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

    /// Index stored under `hash` for which `matches(index)` holds, or kNotFound.
    template <class Matches>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Matches& matches) const noexcept {
        if (capacity_ == 0) return kNotFound;
        for (std::uint64_t slot = hash & (capacity_ - 1);; slot = (slot + 1) & (capacity_ - 1)) {
            const std::uint64_t cell = cells_[slot];
            if (cell == 0) return kNotFound;
            if ((cell >> 32) == (hash >> 32) && matches(static_cast<std::uint32_t>(cell) - 1)) {
                return static_cast<std::uint32_t>(cell) - 1;
            }
        }
    }
    /// Adds an index (below 2^32 - 1) whose key is not yet in the map. False when the arena is exhausted.
    [[nodiscard]] bool insert(std::uint64_t hash, std::uint32_t index) noexcept {
        if (2 * (size_ + 1) > capacity_ && !grow()) return false;
        place(hash, index);
        ++size_;
        return true;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
    // A cell is 0 when empty, else (upper half of the hash) << 32 | index + 1. The lower half of the hash chooses the
    // slot and is needed again when growing, so it is kept beside the cell.
    void place(std::uint64_t hash, std::uint32_t index) noexcept {
        std::uint64_t slot = hash & (capacity_ - 1);
        while (cells_[slot] != 0) slot = (slot + 1) & (capacity_ - 1);
        cells_[slot] = (hash & 0xffffffff00000000u) | (std::uint64_t{index} + 1);
        low_[slot] = static_cast<std::uint32_t>(hash);
    }
    bool grow() noexcept {
        const std::uint64_t old_capacity = capacity_;
        const std::uint64_t* old_cells = cells_;
        const std::uint32_t* old_low = low_;
        const std::uint64_t capacity = old_capacity == 0 ? 16 : old_capacity * 2;
        auto* cells = arena_->make_array<std::uint64_t>(capacity);
        auto* low = arena_->make_array<std::uint32_t>(capacity);
        if (cells == nullptr || low == nullptr) return false;
        std::memset(cells, 0, capacity * sizeof(std::uint64_t));
        cells_ = cells;
        low_ = low;
        capacity_ = capacity;
        for (std::uint64_t i = 0; i < old_capacity; ++i) {
            if (old_cells[i] != 0) {
                place((old_cells[i] & 0xffffffff00000000u) | old_low[i], static_cast<std::uint32_t>(old_cells[i]) - 1);
            }
        }
        return true;
    }

    Arena* arena_ = nullptr;
    std::uint64_t seed_ = 0;
    std::uint64_t* cells_ = nullptr;
    std::uint32_t* low_ = nullptr;
    std::uint64_t capacity_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace sluice

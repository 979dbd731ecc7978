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

/// A growable array whose elements stay where they are: it grows by pieces, and pointers remain valid.
template <class T>
class ArenaPieces {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
    ArenaPieces() = default;
    explicit ArenaPieces(Arena& arena) noexcept : arena_(&arena), pieces_(arena) {}

    /// A new element at the end, without a value; nullptr when the arena is exhausted.
    [[nodiscard]] T* append() noexcept {
        if (size_ % kPiece == 0) {
            void* piece = arena_->allocate(kPiece * sizeof(T), alignof(T));
            if (piece == nullptr || !pieces_.push_back(static_cast<T*>(piece))) return nullptr;
        }
        T* element = pieces_[size_ / kPiece] + size_ % kPiece;
        ++size_;
        return element;
    }
    [[nodiscard]] T& operator[](std::size_t index) noexcept { return pieces_[index / kPiece][index % kPiece]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
        return pieces_[index / kPiece][index % kPiece];
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
    static constexpr std::size_t kPiece = 32;

    Arena* arena_ = nullptr;
    ArenaVector<T*> pieces_;
    std::size_t size_ = 0;
};

/// Map from plain-data keys to indices into an array of the caller; open addressing with linear probing.
/// Has no iteration on purpose: its order could reach an output. The keys stay with the caller, which compares them.
///
/// The first table is large for its arena and sparse, so that it is rarely rebuilt; where the arena's memory is fresh,
/// none of it is touched but the cells that are used.
class ArenaIndex {
 public:
    static constexpr std::uint32_t kNotFound = 0xffffffffu;
    static constexpr unsigned kIndexBits = 24;
    /// Indices are below this.
    static constexpr std::uint32_t kMaxSize = (std::uint32_t{1} << kIndexBits) - 1;

    ArenaIndex() = default;
    ArenaIndex(Arena& arena, std::uint64_t seed) noexcept : arena_(&arena), seed_(seed) {}
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

    /// Index stored under `hash` for which `matches(index)` holds, or kNotFound.
    template <class Matches>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Matches& matches) const noexcept {
        if (capacity_ == 0) return kNotFound;
        for (std::uint64_t slot = hash >> kIndexBits & (capacity_ - 1);; slot = (slot + 1) & (capacity_ - 1)) {
            const std::uint64_t cell = cells_[slot];
            if (cell == 0) return kNotFound;
            if ((cell ^ hash) >> kIndexBits != 0) continue;
            const std::uint32_t index = (static_cast<std::uint32_t>(cell) & kMaxSize) - 1;
            if (matches(index)) return index;
        }
    }
    /// Adds an index whose key is not yet in the map. False when the arena is exhausted or the index too large.
    [[nodiscard]] bool insert(std::uint64_t hash, std::uint32_t index) noexcept {
        if (index >= kMaxSize || (2 * (size_ + 1) > capacity_ && !grow())) return false;
        place((hash & ~std::uint64_t{kMaxSize}) | (std::uint64_t{index} + 1));
        ++size_;
        return true;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
    static constexpr std::uint64_t kMinCapacity = 16;
    static constexpr std::uint64_t kMaxFirstCapacity = std::uint64_t{1} << 13;

    // A cell is 0 when empty, else the hash with index + 1 in its lowest bits. The others, from the lowest on, choose
    // the slot.
    void place(std::uint64_t cell) noexcept {
        std::uint64_t slot = cell >> kIndexBits & (capacity_ - 1);
        while (cells_[slot] != 0) slot = (slot + 1) & (capacity_ - 1);
        cells_[slot] = cell;
    }
    bool grow() noexcept {
        const std::uint64_t old_capacity = capacity_;
        const std::uint64_t* old_cells = cells_;
        std::uint64_t capacity = old_capacity * 2;
        if (old_capacity == 0) {
            // The first table takes at most a 64th of what there is.
            capacity = kMinCapacity;
            const std::uint64_t room = arena_->available() / (64 * sizeof(std::uint64_t));
            while (capacity < kMaxFirstCapacity && 2 * capacity <= room) capacity *= 2;
        }
        auto* cells = static_cast<std::uint64_t*>(arena_->allocate_zeros(capacity * sizeof(std::uint64_t)));
        if (cells == nullptr) return false;
        cells_ = cells;
        capacity_ = capacity;
        for (std::uint64_t i = 0; i < old_capacity; ++i) {
            if (old_cells[i] != 0) place(old_cells[i]);
        }
        return true;
    }

    Arena* arena_ = nullptr;
    std::uint64_t seed_ = 0;
    std::uint64_t* cells_ = nullptr;
    std::uint64_t capacity_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace sluice

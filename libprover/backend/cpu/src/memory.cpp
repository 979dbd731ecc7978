// See memory.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "memory.h"

#include <algorithm>
#include <new>

namespace sluice::backend_cpu {

namespace {

// The address sanitizer sees only what is given back to the system.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kReuse = false;
#else
constexpr bool kReuse = true;
#endif

constexpr std::size_t kSmallestChunk = std::size_t{1} << 25;
constexpr std::align_val_t kChunkAlignment{std::size_t{1} << 12};

constexpr std::size_t rounded(std::size_t bytes) noexcept {
    return (bytes + kAlignment - 1) & ~(kAlignment - 1);
}

}  // namespace

Memory::~Memory() {
    for (const Chunk& chunk : chunks_) ::operator delete(chunk.start, kChunkAlignment);
}

void* Memory::take(std::size_t bytes) {
    bytes = rounded(bytes);
    const std::lock_guard lock(mutex_);
    void* piece = nullptr;
    if constexpr (kReuse) {
        piece = cut(bytes);
        if (piece == nullptr) {
            grow(bytes);
            piece = cut(bytes);
        }
    } else {
        piece = ::operator new (bytes, std::align_val_t{kAlignment});
        held_ += bytes;
    }
    count(bytes);
    return piece;
}

void Memory::give_back(void* piece, std::size_t bytes) noexcept {
    bytes = rounded(bytes);
    const std::lock_guard lock(mutex_);
    current_ -= bytes;
    if constexpr (kReuse) {
        insert(piece, bytes);
    } else {
        ::operator delete (piece, std::align_val_t{kAlignment});
        held_ -= bytes;
    }
}

/// From the smallest free piece that is large enough; null if there is none.
void* Memory::cut(std::size_t bytes) noexcept {
    Free** best = nullptr;
    for (Free** link = &free_; *link != nullptr; link = &(*link)->next) {
        if ((*link)->bytes >= bytes && (best == nullptr || (*link)->bytes < (*best)->bytes)) best = link;
    }
    if (best == nullptr) return nullptr;
    Free* const piece = *best;
    if (piece->bytes == bytes) {
        *best = piece->next;
    } else {
        *best = new (piece->end() - (piece->bytes - bytes)) Free{piece->next, piece->bytes - bytes};
    }
    return piece;
}

void Memory::insert(void* piece, std::size_t bytes) noexcept {
    Free* before = nullptr;
    Free* after = free_;
    while (after != nullptr && after < piece) {
        before = after;
        after = after->next;
    }
    Free* made = new (piece) Free{after, bytes};
    if (after != nullptr && static_cast<void*>(made->end()) == after) {
        made->bytes += after->bytes;
        made->next = after->next;
    }
    if (before == nullptr) {
        free_ = made;
    } else if (static_cast<void*>(before->end()) == made) {
        before->bytes += made->bytes;
        before->next = made->next;
    } else {
        before->next = made;
    }
}

/// A chunk from the system that has room for a piece, and for more as the others get larger.
void Memory::grow(std::size_t bytes) {
    chunks_.reserve(chunks_.size() + 1);
    std::size_t size = std::max({bytes, kSmallestChunk, static_cast<std::size_t>(held_ / 4) & ~(kAlignment - 1)});
    void* start = ::operator new(size, kChunkAlignment, std::nothrow);
    if (start == nullptr) {
        size = bytes;
        start = ::operator new(size, kChunkAlignment);
    }
    chunks_.push_back({start, size});
    held_ += size;
    insert(start, size);
}

void Memory::count(std::uint64_t bytes) noexcept {
    current_ += bytes;
    peak_ = std::max(peak_, current_);
}

void Memory::add(std::uint64_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    count(bytes);
}
void Memory::remove(std::uint64_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    current_ -= bytes;
}
std::uint64_t Memory::current() const noexcept {
    const std::lock_guard lock(mutex_);
    return current_;
}
std::uint64_t Memory::peak() const noexcept {
    const std::lock_guard lock(mutex_);
    return peak_;
}
void Memory::reset_peak() noexcept {
    const std::lock_guard lock(mutex_);
    peak_ = current_;
}
std::uint64_t Memory::held() const noexcept {
    const std::lock_guard lock(mutex_);
    return held_;
}

}  // namespace sluice::backend_cpu

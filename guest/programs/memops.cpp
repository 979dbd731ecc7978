// memcpy, memmove, memset, memcmp at many sizes, offsets and overlaps, compared with loops over bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstring>

#include "sluice_guest.h"
#include "zkvm_io.h"

namespace {

constexpr size_t kSize = 200000;
uint8_t* actual;
uint8_t* expected;

uint64_t state = 0x9e3779b97f4a7c15u;
uint64_t random_number() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// Volatile keeps these loops from becoming calls of what they check.
void fill(size_t size) {
    for (size_t i = 0; i < size; ++i) {
        const auto byte = static_cast<uint8_t>(random_number() >> 24);
        static_cast<volatile uint8_t*>(actual)[i] = byte;
        static_cast<volatile uint8_t*>(expected)[i] = byte;
    }
}

bool same(size_t size) {
    for (size_t i = 0; i < size; ++i) {
        if (static_cast<volatile uint8_t*>(actual)[i] != static_cast<volatile uint8_t*>(expected)[i]) return false;
    }
    return true;
}

void move_bytes(size_t to, size_t from, size_t size) {
    volatile uint8_t* bytes = expected;
    if (to < from) {
        for (size_t i = 0; i < size; ++i) bytes[to + i] = bytes[from + i];
    } else {
        for (size_t i = size; i-- > 0;) bytes[to + i] = bytes[from + i];
    }
}

int sign(int value) {
    return value < 0 ? -1 : value > 0;
}

int compare_bytes(const volatile uint8_t* a, const volatile uint8_t* b, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

// Out of the compiler's sight, so that each is a call.
void* (*volatile copy)(void*, const void*, size_t) = memcpy;
void* (*volatile move)(void*, const void*, size_t) = memmove;
void* (*volatile set)(void*, int, size_t) = memset;
int (*volatile compare)(const void*, const void*, size_t) = memcmp;

bool check_moves() {
    for (size_t size = 0; size <= 300; size += size < 80 ? 1 : 17) {
        for (int round = 0; round < 8; ++round) {
            fill(1000);
            const size_t from = random_number() % 300;
            const size_t to = round % 2 == 0 ? 620 + random_number() % 60 : random_number() % 600;
            void* const result =
                round % 2 == 0 ? copy(actual + to, actual + from, size) : move(actual + to, actual + from, size);
            move_bytes(to, from, size);
            if (result != actual + to || !same(1000)) return false;
        }
    }
    // Longer than one ecall takes, forwards and backwards.
    fill(kSize);
    const size_t offsets[][2] = {{3, 50000}, {50000, 3}, {8, 0}, {0, 8}, {40000, 40001}};
    for (const auto& [to, from] : offsets) {
        move(actual + to, actual + from, 140000);
        move_bytes(to, from, 140000);
        if (!same(kSize)) return false;
    }
    return true;
}

bool check_sets() {
    fill(600);
    for (size_t size = 0; size <= 300; size += size < 80 ? 1 : 13) {
        const size_t at = random_number() % 200;
        const int value = static_cast<int>(random_number());
        if (set(actual + at, value, size) != actual + at) return false;
        for (size_t i = 0; i < size; ++i)
            static_cast<volatile uint8_t*>(expected)[at + i] = static_cast<uint8_t>(value);
        if (!same(600)) return false;
    }
    return true;
}

bool check_compares() {
    for (size_t size = 0; size <= 100; ++size) {
        const size_t at = random_number() % 16;
        fill(200);
        if (compare(actual + at, expected + at, size) != 0) return false;
        if (size == 0) continue;
        for (int round = 0; round < 4; ++round) {
            actual[at + random_number() % size] ^= static_cast<uint8_t>(1 + random_number() % 255);
            if (sign(compare(actual + at, expected + at, size)) != compare_bytes(actual + at, expected + at, size)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

int main() {
    uint8_t* heap = nullptr;
    size_t size = 0;
    sluice_heap(&heap, &size);
    if (size < 2 * kSize) return 1;
    actual = heap;
    expected = heap + kSize;
    if (!check_moves()) return 2;
    if (!check_sets()) return 3;
    if (!check_compares()) return 4;
    return 0;
}

// Loads and stores of every width at every offset below 24, compared with the same done by bytes. With any input it
// does nothing: what the runtime does misaligned by itself shows then.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstring>

#include "zkvm_io.h"

namespace {

// Volatile bytes: the compiler may not merge them into wider accesses, nor foresee the memory's content.
volatile uint8_t memory[64];

void fill() {
    for (unsigned i = 0; i < sizeof memory; ++i) memory[i] = static_cast<uint8_t>(17 * i + 3);
}

uint8_t* at(unsigned offset) {
    return const_cast<uint8_t*>(memory) + offset;
}

// Number of the first check that fails, or 0.
template <class T>
bool check(unsigned offset) {
    typedef T Unaligned __attribute__((aligned(1), may_alias));
    fill();
    T by_bytes = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) by_bytes |= static_cast<T>(static_cast<T>(memory[offset + i]) << (8 * i));
    if (*reinterpret_cast<volatile Unaligned*>(at(offset)) != by_bytes) return false;

    const T value = static_cast<T>(0x8182838485868788u);
    *reinterpret_cast<volatile Unaligned*>(at(offset)) = value;
    for (unsigned i = 0; i < sizeof memory; ++i) {
        const bool inside = i >= offset && i < offset + sizeof(T);
        const auto expected =
            inside ? static_cast<uint8_t>(value >> (8 * (i - offset))) : static_cast<uint8_t>(17 * i + 3);
        if (memory[i] != expected) return false;
    }
    return true;
}

}  // namespace

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    if (size != 0) return 0;
    for (unsigned offset = 0; offset < 24; ++offset) {
        if (!check<uint8_t>(offset)) return 100 + static_cast<int>(offset);
        if (!check<uint16_t>(offset)) return 200 + static_cast<int>(offset);
        if (!check<uint32_t>(offset)) return 300 + static_cast<int>(offset);
        if (!check<uint64_t>(offset)) return 400 + static_cast<int>(offset);
    }
    return 0;
}

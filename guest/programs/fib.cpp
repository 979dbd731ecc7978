// The n-th Fibonacci number modulo 2^64; n is the input's first 8 bytes, little endian. A loop with a known instruction
// count. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstring>

#include "zkvm_io.h"

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    uint64_t n = 0;
    if (size != sizeof n) return 1;
    std::memcpy(&n, input, sizeof n);
    uint64_t a = 0;
    uint64_t b = 1;
    for (; n != 0; --n) {
        const uint64_t next = a + b;
        a = b;
        b = next;
    }
    uint8_t output[sizeof a];
    std::memcpy(output, &a, sizeof a);
    write_output(output, sizeof output);
    return 0;
}

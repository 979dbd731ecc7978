// Recurses until the stack is used up: inside the machine a trap at the guard below it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "zkvm_io.h"

namespace {

volatile uint64_t depth_limit = ~uint64_t{0};

[[gnu::noinline]] uint64_t recurse(uint64_t depth) {
    volatile uint64_t frame[64];
    for (unsigned i = 0; i < 64; ++i) frame[i] = depth;
    if (depth == depth_limit) return 0;
    return recurse(depth + 1) + frame[depth % 64];
}

}  // namespace

int main() {
    return static_cast<int>(recurse(0) & 0);
}

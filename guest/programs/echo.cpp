// Its input as public output: a program of which a test can choose what its proof states.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "zkvm_io.h"

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    write_output(input, size);
    return 0;
}

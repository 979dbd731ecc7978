// Writes the input to the output, and its Keccak-256 after it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "zkvm_accelerators.h"
#include "zkvm_io.h"

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    zkvm_keccak256_hash hash;
    if (zkvm_keccak256(input, size, &hash) != ZKVM_EOK) return 1;
    write_output(input, size);
    write_output(hash.data, sizeof hash.data);
    return 0;
}

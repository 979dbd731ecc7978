// Returns the 32-bit integer in the input's first 4 bytes; without input it aborts; with 5 bytes it writes too much
// output. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <cstring>

#include "zkvm_io.h"

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    const uint8_t mark = 0x2a;
    write_output(&mark, 1);
    if (size == 5) {
        for (;;) write_output(input, size);
    }
    int32_t code = 0;
    if (size != sizeof code) abort();
    std::memcpy(&code, input, sizeof code);
    return code;
}

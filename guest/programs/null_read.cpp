// Reads through a null pointer: inside the machine a trap, and no proof.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "zkvm_io.h"

int main() {
    const volatile uint64_t* volatile nowhere = nullptr;
    return static_cast<int>(*nowhere & 0);
}

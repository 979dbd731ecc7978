/* Input and output of a guest program: the zkVM I/O standard of eth-act (zkvm-standards, io-interface, May 2026).
 * C11 and C++11. SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef ZKVM_IO_H
#define ZKVM_IO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the private input: all of it, read-only, in memory before main begins. The answer is the same on every call.
 * With *buf_size 0 the pointer must not be read. The buffer is 8-byte aligned here (the standard promises nothing). */
void read_input(const uint8_t** buf_ptr, size_t* buf_size);

/* Appends bytes to the public output. Size 0 is allowed and does nothing. There is no failure to report: more output
 * than the runtime can hold ends the program with an exit code that is not 0. */
void write_output(const uint8_t* output, size_t size);

#ifdef __cplusplus
}
#endif
#endif

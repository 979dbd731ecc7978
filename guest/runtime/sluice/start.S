/* Start and end of a guest program, and the feature word.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "sluice/abi/ecall.h"
#include "sluice/abi/exit.h"
#include "sluice/abi/memory_map.h"

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    /* Registers are zero, bss and heap too. There are no constructors: the linker script refuses them. */
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    li sp, SLUICE_STACK_END
    call main
    tail sluice_exit
    .size _start, . - _start

    .section .text.sluice_halt, "ax", @progbits
    .globl sluice_halt
    .type sluice_halt, @function
/* [[noreturn]] void sluice_halt(int code, const void* digest, const void* output, size_t size): HALT. */
sluice_halt:
    li a7, SLUICE_ECALL_HALT
    ecall
    /* HALT does not return; this is no instruction. */
    unimp
    .size sluice_halt, . - sluice_halt

    .section SLUICE_FEATURES_SECTION, "a", @progbits
    .globl sluice_features
    .type sluice_features, @object
    .balign 8
sluice_features:
    .dword SLUICE_FEATURES_ALL
    .size sluice_features, 8

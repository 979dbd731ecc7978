/* The guest's memory map: one statement for linker script, start code, loader, emulator and circuits.
 * Readable by C, C++, assembler and (after preprocessing) linker scripts: plain macros without casts or suffixes.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SLUICE_ABI_MEMORY_MAP_H
#define SLUICE_ABI_MEMORY_MAP_H

/* All addresses are below 2^32. Every region starts and ends at a multiple of 64 KiB, so that the upper address limb
 * (bits 16 to 31) decides the permissions.
 *
 *   0000'0000 - 0001'0000   guard: any access is a trap (null pointers)
 *   0001'0000 - 2000'0000   image: PT_LOAD segments of the ELF; text r-x, constants r--, data and bss rw-
 *   2000'0000 - 2001'0000   guard: stack overflow is a trap
 *   2001'0000 - 2081'0000   stack, 8 MiB, grows down; rw-
 *   2081'0000 - 4000'0000   unmapped
 *   4000'0000 - 8000'0000   heap, 1 GiB; zero at start; rw-
 *   8000'0000 - c000'0000   input: one 8-byte little-endian length, then that many bytes, then zeros; r--
 *   c000'0000 - 1'0000'0000 unmapped
 */
#define SLUICE_PAGE_SIZE 0x10000
#define SLUICE_IMAGE_BEGIN 0x00010000
#define SLUICE_IMAGE_END 0x20000000
#define SLUICE_STACK_BEGIN 0x20010000
#define SLUICE_STACK_END 0x20810000
#define SLUICE_HEAP_BEGIN 0x40000000
#define SLUICE_HEAP_END 0x80000000
#define SLUICE_INPUT_BEGIN 0x80000000
#define SLUICE_INPUT_END 0xc0000000
/* Bytes of input the region holds after its length word. */
#define SLUICE_INPUT_CAPACITY 0x3ffffff8

#endif

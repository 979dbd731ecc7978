/* What Sluice's runtime gives a guest beside the standard's interfaces. Of these functions the heap and the
 * permutations alone can change what a run proves. C11 and C++11. SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SLUICE_GUEST_H
#define SLUICE_GUEST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program's working memory: at least 512 MiB, zero at the start, 64 KiB aligned. The same region on every call; the
 * program divides it up itself. Inside the machine it lies between the linker symbols _heap_start and _heap_end. */
void sluice_heap(uint8_t** begin, size_t* size);

/* Shows bytes to the host (standard error natively). No statement contains them. */
void sluice_debug_write(const char* text, size_t size);

/* Attribute the cost in between to scope `id`; scopes nest like a stack and count inclusively. The draft standard on
 * proving-cost estimation has these names. */
void zkvm_cost_scope_start(uint8_t id);
void zkvm_cost_scope_end(uint8_t id);

/* The permutation Poseidon2 over KoalaBear, p = 2^31 - 2^24 + 1, of 16 or 24 elements, in place, as sluice/abi/ecall.h
 * states it. The state is aligned to 8; its integers are elements in Montgomery form, times 2^32 modulo p. Any are
 * taken; results are below p. */
void sluice_poseidon2_16(uint32_t* state);
void sluice_poseidon2_24(uint32_t* state);

#ifdef __cplusplus
}
#endif
#endif

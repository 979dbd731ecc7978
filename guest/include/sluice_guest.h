/* What Sluice's runtime gives a guest beside the standard's interfaces. Nothing here can change what a run proves, the
 * heap aside. C11 and C++11. SPDX-License-Identifier: MIT OR Apache-2.0 */
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

#ifdef __cplusplus
}
#endif
#endif

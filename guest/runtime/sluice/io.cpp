// Input, output, heap, diagnostics and the end of a program.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <cstring>

#include "crypto/soft/sha256.h"
#include "runtime/limits.h"
#include "runtime/sluice/runtime.h"
#include "runtime_backends.h"
#include "sluice/abi/exit.h"
#include "sluice/abi/memory_map.h"
#include "sluice_guest.h"
#include "zkvm_io.h"

using namespace sluice;
using runtime::address_of;

namespace {

// Public output so far. In bss: words that are never written cost nothing.
alignas(8) std::uint8_t output_buffer[runtime::kOutputCapacity];
std::size_t output_size = 0;

}  // namespace

extern "C" {

[[noreturn]] void sluice_halt(int code, const void* digest, const void* output, std::size_t size);

[[noreturn]] void sluice_exit(int code) {
    const Hash32 digest = crypto::soft::sha256<runtime::Sha256>({output_buffer, output_size});
    sluice_halt(code, digest.bytes.data(), output_buffer, output_size);
}

void abort() {  // declared noreturn in stdlib.h
    sluice_exit(SLUICE_EXIT_ABORT);
}

void read_input(const std::uint8_t** buf_ptr, std::size_t* buf_size) {
    const auto* region = reinterpret_cast<const std::uint8_t*>(SLUICE_INPUT_BEGIN);
    *buf_size = load_le<std::uint64_t>(region);
    *buf_ptr = region + 8;
}

void write_output(const std::uint8_t* output, std::size_t size) {
    if (size > runtime::kOutputCapacity - output_size) sluice_exit(SLUICE_EXIT_OUTPUT_OVERFLOW);
    if (size != 0) std::memcpy(output_buffer + output_size, output, size);
    output_size += size;
}

void sluice_heap(std::uint8_t** begin, std::size_t* size) {
    *begin = reinterpret_cast<std::uint8_t*>(SLUICE_HEAP_BEGIN);
    *size = std::uint64_t{SLUICE_HEAP_END} - SLUICE_HEAP_BEGIN;
}

void sluice_debug_write(const char* text, std::size_t size) {
    runtime::ecall<SLUICE_ECALL_DEBUG_WRITE>(address_of(text), size);
}

void zkvm_cost_scope_start(std::uint8_t id) {
    runtime::ecall<SLUICE_ECALL_COST_SCOPE_BEGIN>(id);
}
void zkvm_cost_scope_end(std::uint8_t id) {
    runtime::ecall<SLUICE_ECALL_COST_SCOPE_END>(id);
}

}  // extern "C"

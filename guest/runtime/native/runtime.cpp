// The guest's interfaces natively: standard input is the input, standard output the output, standard error the
// diagnostics. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "runtime/limits.h"
#include "sluice/abi/exit.h"
#include "sluice/abi/memory_map.h"
#include "sluice_guest.h"
#include "zkvm_io.h"

/// The program's main: the build renames it.
int sluice_guest_main();

namespace {

std::vector<std::uint8_t> input;
std::size_t output_size = 0;

bool read_all(int file, std::vector<std::uint8_t>& bytes) {
    std::uint8_t chunk[1 << 16];
    for (;;) {
        const ssize_t count = read(file, chunk, sizeof chunk);
        if (count < 0) return false;
        if (count == 0) return true;
        bytes.insert(bytes.end(), chunk, chunk + count);
    }
}

[[noreturn]] void leave(int code) {
    std::fflush(stdout);
    if (code != 0) std::fprintf(stderr, "exit code %d\n", code);
    // The system keeps 8 bits of the code: a failure must not come out as 0.
    std::_Exit(code == 0 || code % 256 != 0 ? code : 1);
}

}  // namespace

extern "C" {

void read_input(const std::uint8_t** buf_ptr, std::size_t* buf_size) {
    *buf_ptr = input.data();
    *buf_size = input.size();
}

void write_output(const std::uint8_t* output, std::size_t size) {
    if (size > sluice::runtime::kOutputCapacity - output_size) leave(SLUICE_EXIT_OUTPUT_OVERFLOW);
    output_size += size;
    if (size != 0 && std::fwrite(output, 1, size, stdout) != size) {
        std::perror("standard output");
        leave(SLUICE_EXIT_ABORT);
    }
}

void sluice_heap(std::uint8_t** begin, std::size_t* size) {
    static constexpr std::size_t kSize = std::size_t{SLUICE_HEAP_END} - SLUICE_HEAP_BEGIN;
    static void* const heap =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (heap == MAP_FAILED) {
        std::perror("heap");
        leave(SLUICE_EXIT_ABORT);
    }
    *begin = static_cast<std::uint8_t*>(heap);
    *size = kSize;
}

void sluice_debug_write(const char* text, std::size_t size) {
    std::fwrite(text, 1, size, stderr);
}

void zkvm_cost_scope_start(std::uint8_t) {}
void zkvm_cost_scope_end(std::uint8_t) {}

}  // extern "C"

int main() {
    if (!read_all(STDIN_FILENO, input)) {
        std::perror("standard input");
        return 2;
    }
    leave(sluice_guest_main());
}

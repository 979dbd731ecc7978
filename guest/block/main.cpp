// The block guest: reads a witness stream, executes the block, states the public output.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/base/arena.h"
#include "sluice/executor/client_executor.h"
#include "sluice/executor/output.h"
#include "sluice/witness/reader.h"
#include "sluice_guest.h"
#include "zkvm_io.h"

namespace {

/// Shows what went wrong, as the bytes of an ErrorDetail, and makes the exit code of it. Nothing is stated.
int fail(sluice::ErrorCode code, const sluice::Diagnostics& diagnostics) {
    sluice::ErrorDetail detail = diagnostics.detail();
    detail.code = code;
    sluice_debug_write(reinterpret_cast<const char*>(&detail), sizeof detail);
    return static_cast<int>(code);
}

}  // namespace

int main() {
    const std::uint8_t* stream = nullptr;
    std::size_t size = 0;
    read_input(&stream, &size);
    std::uint8_t* heap = nullptr;
    std::size_t heap_size = 0;
    sluice_heap(&heap, &heap_size);

    sluice::Diagnostics diagnostics;
    sluice::executor::ClientExecutor client(sluice::Arena::over_zeros(heap, heap_size), diagnostics);
    sluice::witness::StreamReader reader(sluice::ByteView(stream, size), diagnostics);
    if (const sluice::ErrorCode code = reader.open(); failed(code)) return fail(code, diagnostics);
    const auto result = client.execute_from_reader(reader);
    if (!result.ok()) return fail(result.error(), diagnostics);

    // Only here, after the input was read to its last byte and everything in it was checked, is anything stated.
    std::uint8_t output[sluice::executor::PublicOutput::kSize];
    sluice::executor::encode_public_output(result->output, output);
    write_output(output, sizeof output);
    return 0;
}

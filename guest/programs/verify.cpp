// The verifier as a guest: input is three 64-bit sizes (key, proof and statement, in bytes), then these, each filled
// with zeros to a multiple of 8. Output is the verdict: status, table, position, 4 bytes each. Anything but a proof
// that holds is a non-zero exit code. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/verify/verify.h"

#include <cstring>

#include "sluice_guest.h"
#include "zkvm_io.h"

namespace {

/// A part of the input of `size` bytes at `at`; moves `at` on. False if the input is too short.
bool take(sluice::ByteView input, std::size_t size, std::size_t& at, sluice::ByteView& part) {
    const std::size_t left = input.size() - at;
    if (size > left || sluice::align8(size) > left) return false;
    part = input.subspan(at, size);
    at += sluice::align8(size);
    return true;
}

}  // namespace

int main() {
    const std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    read_input(&bytes, &size);
    const sluice::ByteView input(bytes, size);
    std::uint64_t sizes[3];
    if (size < sizeof sizes) return 1;
    std::memcpy(sizes, bytes, sizeof sizes);
    std::size_t at = sizeof sizes;
    sluice::ByteView key;
    sluice::ByteView proof;
    sluice::ByteView statement;
    if (!take(input, sizes[0], at, key) || !take(input, sizes[1], at, proof) || !take(input, sizes[2], at, statement))
        return 1;

    std::uint8_t* heap = nullptr;
    std::size_t heap_size = 0;
    sluice_heap(&heap, &heap_size);
    sluice::Arena arena(heap, heap_size);
    auto* words = arena.make_array<std::uint32_t>(statement.size() / 4);
    if (words == nullptr) return 1;
    std::memcpy(words, statement.data(), statement.size() / 4 * 4);
    const sluice::verify::Verdict verdict = sluice::verify::verify(key, proof, {words, statement.size() / 4}, arena);
    const std::uint32_t output[] = {static_cast<std::uint32_t>(verdict.status), verdict.table, verdict.position};
    write_output(reinterpret_cast<const std::uint8_t*>(output), sizeof output);
    return verdict.ok() ? 0 : 2;
}

// The verifier as a WebAssembly module exports it. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstddef>
#include <cstdint>

#include "sluice/verify/verify.h"

/// Status, table and position go to `verdict`; returns the status. Memory is the caller's: `scratch` of `scratch_size`
/// bytes.
extern "C" [[gnu::visibility("default")]] std::uint32_t sluice_verify(const std::uint8_t* key, std::size_t key_size,
                                                                      const std::uint8_t* proof, std::size_t proof_size,
                                                                      const std::uint32_t* statement,
                                                                      std::size_t statement_size, void* scratch,
                                                                      std::size_t scratch_size,
                                                                      std::uint32_t* verdict) {
    sluice::Arena arena(scratch, scratch_size);
    const sluice::verify::Verdict found =
        sluice::verify::verify({key, key_size}, {proof, proof_size}, {statement, statement_size}, arena);
    verdict[0] = static_cast<std::uint32_t>(found.status);
    verdict[1] = found.table;
    verdict[2] = found.position;
    return verdict[0];
}

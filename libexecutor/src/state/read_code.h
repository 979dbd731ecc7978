// Reads a bytecode record that is due. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/result.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// The next record as the code with hash `code_hash`. Lies in the stream.
Result<ByteView> read_code(witness::ClientInputReader& reader, const Hash32& code_hash,
                           Diagnostics& diagnostics) noexcept;

}  // namespace sluice::executor

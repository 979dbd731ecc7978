// Reads a bytecode record that is due. SPDX-License-Identifier: MIT OR Apache-2.0
#include "read_code.h"

#include "place.h"

namespace sluice::executor {

Result<ByteView> read_code(witness::ClientInputReader& reader, const Hash32& code_hash,
                           Diagnostics& diagnostics) noexcept {
    SLUICE_TRY(const witness::WitnessItem item, reader.read_witness_input(witness::RecordKind::bytecode));
    if (item.payload.empty()) {
        return diagnostics.fail(ErrorCode::stream_never_streamed,
                                detail_at(item, "bytecode").with_key(code_hash.view()));
    }
    // Without this a cheater runs code of their choice under any address. The code hash itself belongs to an account
    // that is compared with the state trie, or to a code the block created.
    const Hash32 hash = item.payload_hash();
    if (!(hash == code_hash)) {
        return diagnostics.fail(ErrorCode::stream_code_hash,
                                detail_at(item, "bytecode").with_key(code_hash.view()).with_values(code_hash, hash));
    }
    return item.payload;
}

}  // namespace sluice::executor

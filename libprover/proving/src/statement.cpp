// What a proof of a run states, and whether it holds. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/hash.h"
#include "sluice/protocol/prover.h"
#include "sluice/proving/program_prover.h"

namespace sluice::proving {

Statement statement_of_run(std::int32_t exit_code, ByteView output) {
    return chips::statement_of(exit_code, crypto::sha256(output).bytes);
}

absl::Status verify_run(ByteView key, ByteView proof, std::int32_t exit_code, ByteView output) {
    return protocol::check_with_verifier(key, proof, statement_of_run(exit_code, output));
}

}  // namespace sluice::proving

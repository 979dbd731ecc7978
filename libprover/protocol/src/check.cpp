// See prover.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "sluice/base/arena.h"
#include "sluice/protocol/prover.h"
#include "sluice/verify/verify.h"

namespace sluice::protocol {

absl::Status check_with_verifier(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                                 std::span<const std::uint32_t> statement) {
    std::vector<std::uint8_t> memory(verify::scratch_bytes(key.size(), proof.size()));
    Arena arena(memory.data(), memory.size());
    const verify::Verdict verdict = verify::verify(key, proof, statement, arena);
    if (verdict.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("refused by check ", std::string(verify::name(verdict.status)),
                                                   " in table ", verdict.table, " at ", verdict.position, ": ",
                                                   std::string(verify::text(verdict.status))));
}

}  // namespace sluice::protocol

// See program_prover.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/proving/program_prover.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "prover_of.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "workers.h"

namespace sluice::proving {
namespace {

template <unsigned D, class Hasher>
absl::StatusOr<std::unique_ptr<ProgramProver>> make_prover(const vm::Program& program, const Options& options) {
    auto workers = make_workers<D, Hasher>(options);
    if (!workers.ok()) return workers.status();
    auto prover = std::make_unique<ProverOf<D, Hasher>>(program, options);
    if (absl::Status status = prover->open(*std::move(workers)); !status.ok()) return status;
    return prover;
}

}  // namespace

absl::StatusOr<vm::Program> load_program(std::string file, std::uint64_t features) {
    if (const std::uint64_t provable = chips::provable_features(); (features & ~provable) != 0) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "feature word 0x%x: names accelerators without chips; expected bits of 0x%x alone", features, provable));
    }
    const absl::Status patched =
        vm::patch_features({reinterpret_cast<std::uint8_t*>(file.data()), file.size()}, features);
    // A program without a feature word uses accelerators or not whatever the machine has.
    if (!patched.ok() && !absl::IsNotFound(patched)) return patched;
    return vm::load_elf({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

absl::StatusOr<std::unique_ptr<ProgramProver>> ProgramProver::make(const vm::Program& program, const Options& options) {
    switch (options.profile->id) {
        case params::ProfileId::bits100:
            return make_prover<4, hash::Poseidon2Hasher16>(program, options);
        case params::ProfileId::bits128:
            return make_prover<5, hash::Poseidon2Hasher24>(program, options);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("profile ", std::string(options.profile->name), " is not one of those shipped"));
}

}  // namespace sluice::proving

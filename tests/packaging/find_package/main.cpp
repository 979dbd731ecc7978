// A program outside the project that links the libraries. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/base/keccak.h"
#include "sluice/executor/fork.h"

int main() {
    const bool keccak_works = sluice::keccak256({}) == sluice::kEmptyCodeHash;
    const bool executor_works = sluice::executor::mainnet_config().chain_id == 1;
    return keccak_works && executor_works ? 0 : 1;
}

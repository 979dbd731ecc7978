// Hashes of the proof system, so that a test can compare the machine's results with the host's and count instructions.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Input, 32-bit little-endian words: hasher (16, 24: Poseidon2 of that width, 3: BLAKE3), operation (hash_script.h),
// then the elements as canonical values below p. Output: the operation's.
#include <cstring>

#include "hash_script.h"
#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/linked_poseidon2.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "zkvm_io.h"

namespace {

using sluice::guest::HashOperation;
using sluice::math::KoalaBear;

constexpr size_t kHeaderWords = 2;
constexpr size_t kMaxElements = 1000;

uint32_t load_word(const uint8_t* input, size_t index) {
    uint32_t word = 0;
    std::memcpy(&word, input + 4 * index, sizeof word);
    return word;
}

size_t run(uint32_t hasher, HashOperation operation, std::span<const KoalaBear> elements, uint8_t* out) {
    using namespace sluice::hash;
    using sluice::guest::run_hash_script;
    if (hasher == 16) return run_hash_script<Poseidon2Hasher16Over<LinkedPoseidon2>>(operation, elements, out);
    if (hasher == 24) return run_hash_script<Poseidon2Hasher24Over<LinkedPoseidon2>>(operation, elements, out);
    if (hasher == 3) return run_hash_script<Blake3Hasher>(operation, elements, out);
    return 0;
}

}  // namespace

int main() {
    const uint8_t* input = nullptr;
    size_t size = 0;
    read_input(&input, &size);
    if (size < 4 * kHeaderWords || size % 4 != 0 || size / 4 - kHeaderWords > kMaxElements) return 1;
    static KoalaBear elements[kMaxElements];
    const size_t count = size / 4 - kHeaderWords;
    for (size_t i = 0; i < count; ++i) elements[i] = KoalaBear::from_canonical(load_word(input, kHeaderWords + i));
    uint8_t output[sluice::guest::kHashScriptBytes];
    const size_t written =
        run(load_word(input, 0), static_cast<HashOperation>(load_word(input, 1)), {elements, count}, output);
    write_output(output, written);
    return written == 0 ? 1 : 0;
}

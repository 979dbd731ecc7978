// Any bytes as key and proof. The first byte chooses the opening, and: an honest key with any proof, an honest proof
// with changes, or any key. Nothing but the honest proof may be accepted. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "soundness/attacks.h"

namespace {

using namespace sluice;

template <class Scheme>
struct Honest {
    test::HonestRun<Scheme> run;
    std::vector<std::uint8_t> proof = run.proof.bytes();
};

void require(bool condition) {
    if (!condition) std::abort();
}

template <class Scheme>
verify::Verdict check(ByteView key, ByteView proof, const std::vector<std::uint32_t>& statement) {
    std::vector<std::uint64_t> memory(verify::scratch_bytes(key.size(), proof.size()) / 8);
    Arena arena(memory.data(), memory.size() * 8);
    const verify::Verdict verdict = verify::verify_execution<Scheme>(key, proof, statement, arena);
    require(arena.used() == 0);
    require(verdict.status != verify::Status::scratch_exhausted);
    return verdict;
}

template <class Scheme>
void judge(unsigned choice, ByteView rest) {
    static const Honest<Scheme> honest;
    const std::vector<std::uint32_t> statement = honest.run.statement();
    if (choice == 0) {
        require(!check<Scheme>(honest.run.key(), rest, statement).ok() || equal(rest, honest.proof));
    } else if (choice == 1) {
        // Records of place (3 bytes) and byte to change.
        std::vector<std::uint8_t> proof = honest.proof;
        for (std::size_t at = 0; at + 4 <= rest.size(); at += 4)
            proof[(load_le<std::uint32_t>(rest.data() + at) & 0xffffff) % proof.size()] ^= rest[at + 3];
        require(check<Scheme>(honest.run.key(), proof, statement).ok() == (proof == honest.proof));
    } else {
        require(!check<Scheme>(rest, honest.proof, statement).ok() || equal(rest, honest.run.key()));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const ByteView rest(data + 1, size - 1);
    if (data[0] % 6 < 3) {
        judge<test::Narrow>(data[0] % 3, rest);
    } else {
        judge<test::NarrowWhir>(data[0] % 3, rest);
    }
    return 0;
}

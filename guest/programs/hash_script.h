// What guest/programs/hash.cpp does with its input, for the machine and for the test that repeats it here.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/hash/transcript.h"
#include "sluice/math/extension.h"

namespace sluice::guest {

/// What is done with the elements. The numbers are those of the input.
enum class HashOperation : std::uint32_t {
    leaf = 0,        ///< hash of all
    node = 1,        ///< node over the hashes of the first half and of the rest
    transcript = 2,  ///< a transcript with every kind of call
};

/// Most bytes that `run_hash_script` writes.
inline constexpr std::size_t kHashScriptBytes = 256;

class HashScriptOutput {
 public:
    explicit HashScriptOutput(std::uint8_t* out) : out_(out) {}

    void put(math::KoalaBear element) { put(element.canonical()); }
    template <unsigned D>
    void put(const math::Extension<D>& element) {
        for (const math::KoalaBear limb : element.limb) put(limb);
    }
    void put(std::uint32_t word) {
        for (unsigned byte = 0; byte < 4; ++byte) out_[size_++] = static_cast<std::uint8_t>(word >> (8 * byte));
    }
    template <class Digest>
    void put_digest(const Digest& digest) {
        digest.write(out_ + size_);
        size_ += Digest::kBytes;
    }
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    std::uint8_t* out_;
    std::size_t size_ = 0;
};

/// Absorbs elements, bytes, a number and a digest; samples elements, extension elements and bits; finds and checks a
/// proof of work.
template <class H>
void run_transcript(std::span<const math::KoalaBear> elements, HashScriptOutput& out) {
    hash::Transcript<H> transcript("sluice guest hash");
    transcript.absorb("elements", elements);
    out.put(transcript.sample_base("alpha"));
    out.put(transcript.template sample_ext<4>("beta"));
    const std::uint8_t bytes[] = {1, 2, 3, 4, 5};
    transcript.absorb_bytes("bytes", bytes, sizeof(bytes));
    transcript.absorb_u64("number", elements.size());
    out.put(transcript.template sample_ext<5>("gamma"));
    transcript.absorb("digest", H::hash_leaf(elements));
    for (unsigned i = 0; i < 20; ++i) (void)transcript.sample_bits("query", 24);  // more than one block
    out.put(transcript.sample_bits("query", 17));
    const auto nonce = hash::grind(transcript, 4);
    out.put(nonce.has_value() ? nonce->canonical() : 0xffffffff);
    const bool holds = nonce.has_value() && transcript.check_grinding("work", 4, *nonce);
    out.put(holds ? 1u : 0u);
    out.put(transcript.template sample_ext<6>("delta"));
}

/// Writes the result to `out`, which has kHashScriptBytes; returns its size, 0 for an unknown operation.
template <class H>
[[nodiscard]] std::size_t run_hash_script(HashOperation operation, std::span<const math::KoalaBear> elements,
                                          std::uint8_t* out) {
    HashScriptOutput output(out);
    const std::size_t half = elements.size() / 2;
    switch (operation) {
        case HashOperation::leaf:
            output.put_digest(H::hash_leaf(elements));
            break;
        case HashOperation::node:
            output.put_digest(H::compress(H::hash_leaf(elements.first(half)), H::hash_leaf(elements.subspan(half))));
            break;
        case HashOperation::transcript:
            run_transcript<H>(elements, output);
            break;
    }
    return output.size();
}

}  // namespace sluice::guest

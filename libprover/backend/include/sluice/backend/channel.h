// What a prover says: every message goes into the transcript and into the proof, in one call.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/hash/transcript.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

namespace sluice::backend {

using math::Extension;
using math::KoalaBear;

/// The bytes of a proof as they grow (libprover/DESIGN.md, section 10): little-endian words, elements canonical.
class ProofWriter {
 public:
    explicit ProofWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    void word(std::uint32_t value) {
        for (unsigned shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    void element(KoalaBear value) { word(value.canonical()); }
    template <unsigned D>
    void element(const Extension<D>& value) {
        for (const KoalaBear limb : value.limb) element(limb);
    }
    template <class Digest>
    void digest(const Digest& value) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + Digest::kBytes);
        value.write(bytes_.data() + at);
    }

 private:
    std::vector<std::uint8_t>& bytes_;
};

/// Transcript and proof of one table proof. `send` absorbs and writes; challenges come from the transcript alone.
template <unsigned D, class Hasher>
class Channel {
 public:
    using Ext = Extension<D>;
    using Digest = typename Hasher::Digest;
    using Transcript = hash::Transcript<Hasher>;

    /// Both must outlive the channel.
    Channel(Transcript& transcript, std::vector<std::uint8_t>& proof) : transcript_(transcript), writer_(proof) {}

    void send(std::string_view label, KoalaBear value) {
        transcript_.absorb(label, value);
        writer_.element(value);
    }
    void send(std::string_view label, std::span<const KoalaBear> values) {
        for (const KoalaBear value : values) send(label, value);
    }
    void send(std::string_view label, const Ext& value) {
        transcript_.absorb(label, value);
        writer_.element(value);
    }
    void send(std::string_view label, std::span<const Ext> values) {
        for (const Ext& value : values) send(label, value);
    }
    void send(std::string_view label, const Digest& value) {
        transcript_.absorb(label, value);
        writer_.digest(value);
    }

    [[nodiscard]] Ext sample(std::string_view label) { return transcript_.template sample_ext<D>(label); }
    [[nodiscard]] std::uint32_t sample_bits(std::string_view label, unsigned bits) {
        return transcript_.sample_bits(label, bits);
    }

    [[nodiscard]] Transcript& transcript() noexcept { return transcript_; }
    /// For what is in the proof and not in the transcript: openings, and nonces, which grinding absorbs itself.
    [[nodiscard]] ProofWriter& writer() noexcept { return writer_; }

 private:
    Transcript& transcript_;
    ProofWriter writer_;
};

}  // namespace sluice::backend

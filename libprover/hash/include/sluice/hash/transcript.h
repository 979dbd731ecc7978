// The Fiat-Shamir transcript: what prover and verifier say to each other, and the challenges that follow from it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   hash::Transcript<hash::Poseidon2Hasher16> transcript("sluice shard proof 1");
//   transcript.absorb("trace.root", root);
//   const Extension<4> alpha = transcript.sample_ext<4>("zerocheck.alpha");
//   if (!transcript.check_grinding("open.pow", 16, nonce)) return ...;
//   const std::uint32_t query = transcript.sample_bits("open.query", 20);
//
// A duplex sponge in overwrite mode. Absorbed elements gather in a buffer of the sponge's rate. A buffer that is full
// when another element comes, or not empty when a challenge is asked for, is a block: it goes through absorb_block.
// Challenges are the elements of the rate after that, in order; when they are used up the sponge advances. Absorbing
// anything discards what was not yet read. So challenges depend on every element absorbed before, and on nothing else:
// labels are names for traces, and how elements were divided into calls does not matter. The protocol fixes which calls
// come in which order.
#pragma once

#include "sluice/hash/hasher.h"
#include "sluice/math/extension.h"

namespace sluice::hash {

using math::Extension;

/// Which way the elements of an event went.
enum class Direction : std::uint8_t { absorb, sample };

/// The observer of a transcript that is not traced. An observer is called with each call's label, direction and
/// elements; it is copied with the transcript.
struct NoObserver {
    SLUICE_HD constexpr void operator()(std::string_view, Direction, const KoalaBear*, std::size_t) const noexcept {}
};

/// Most bits that one call of sample_bits or check_grinding can ask for. p - 1 = 127 * 2^24, so of the p elements
/// 127 * 2^(24-n) have given low n bits, and one more has n zeros: the distance from uniform is below 2^-30.
inline constexpr unsigned kMaxSampleBits = KoalaBear::kTwoAdicity;

/// A sponge one element short of a block that ends in the nonce: what grinding tries nonces on.
template <Hasher H>
struct GrindingStart {
    typename H::Sponge sponge;
    KoalaBear block[H::kRate];  ///< `count` elements, then room for the nonce
    unsigned count;             ///< below kRate

    /// The element that the challenge bits are taken from.
    [[nodiscard]] SLUICE_HD KoalaBear result(KoalaBear nonce) const noexcept {
        KoalaBear full[H::kRate];
        for (unsigned i = 0; i < count; ++i) full[i] = block[i];
        full[count] = nonce;
        typename H::Sponge tried = sponge;
        tried.absorb_block(full, count + 1);
        return tried.output(0);
    }
};

template <Hasher H, class Observer = NoObserver>
class Transcript {
 public:
    using Digest = typename H::Digest;

    /// A transcript of the protocol that `protocol_id` names: protocols with different names share no challenge.
    SLUICE_HD explicit Transcript(std::string_view protocol_id, Observer observer = {}) noexcept
        : observer_(observer), block_{} {
        absorb_bytes("protocol", reinterpret_cast<const std::uint8_t*>(protocol_id.data()), protocol_id.size());
    }

    SLUICE_HD void absorb(std::string_view label, KoalaBear element) noexcept { absorb_elements(label, &element, 1); }
    void absorb(std::string_view label, std::span<const KoalaBear> elements) noexcept {
        absorb_elements(label, elements.data(), elements.size());
    }
    /// Limbs in ascending order.
    template <unsigned D>
    SLUICE_HD void absorb(std::string_view label, const Extension<D>& element) noexcept {
        absorb_elements(label, element.limb, D);
    }
    /// One after another, each as above.
    template <unsigned D>
    void absorb(std::string_view label, std::span<const Extension<D>> elements) noexcept {
        for (const Extension<D>& element : elements) absorb_elements(label, element.limb, D);
    }
    SLUICE_HD void absorb(std::string_view label, const Digest& digest) noexcept {
        KoalaBear elements[Digest::kElements];
        digest.to_elements(elements);
        absorb_elements(label, elements, Digest::kElements);
    }
    SLUICE_HD void absorb_elements(std::string_view label, const KoalaBear* elements, std::size_t count) noexcept {
        observer_(label, Direction::absorb, elements, count);
        for (std::size_t i = 0; i < count; ++i) push(elements[i]);
    }
    /// Four elements of 16 bits, the lowest first.
    SLUICE_HD void absorb_u64(std::string_view label, std::uint64_t value) noexcept {
        KoalaBear limbs[4];
        for (unsigned i = 0; i < 4; ++i)
            limbs[i] = KoalaBear::from_canonical(static_cast<std::uint32_t>(value >> (16 * i)) & 0xffff);
        absorb_elements(label, limbs, 4);
    }
    /// The number of bytes as by absorb_u64, then three bytes an element, little endian, the last filled with zeros.
    SLUICE_HD void absorb_bytes(std::string_view label, const std::uint8_t* bytes, std::size_t size) noexcept {
        absorb_u64(label, size);
        for (std::size_t at = 0; at < size; at += 3) {
            std::uint32_t word = 0;
            for (unsigned i = 0; i < 3 && at + i < size; ++i) word |= std::uint32_t{bytes[at + i]} << (8 * i);
            absorb(label, KoalaBear::from_canonical(word));
        }
    }

    [[nodiscard]] SLUICE_HD KoalaBear sample_base(std::string_view label) noexcept {
        const KoalaBear element = pop();
        observer_(label, Direction::sample, &element, 1);
        return element;
    }
    /// D elements, limbs in ascending order.
    template <unsigned D>
    [[nodiscard]] SLUICE_HD Extension<D> sample_ext(std::string_view label) noexcept {
        Extension<D> result;
        for (unsigned i = 0; i < D; ++i) result.limb[i] = pop();
        observer_(label, Direction::sample, result.limb, D);
        return result;
    }
    /// The low `bits` <= kMaxSampleBits bits of the canonical form of one element.
    [[nodiscard]] SLUICE_HD std::uint32_t sample_bits(std::string_view label, unsigned bits) noexcept {
        return sample_base(label).canonical() & ((std::uint32_t{1} << bits) - 1);
    }

    /// Proof of work: absorbs `nonce` and holds if the low `bits` bits of the next element are zero. Without bits
    /// nothing is absorbed or sampled, and the nonce has to be zero; more than kMaxSampleBits bits never hold. The
    /// nonce is absorbed first: challenges after a nonce that is not bound could be tried for free.
    [[nodiscard]] SLUICE_HD bool check_grinding(std::string_view label, unsigned bits, KoalaBear nonce) noexcept {
        if (bits == 0) return nonce.is_zero();
        if (bits > kMaxSampleBits) return false;
        absorb(label, nonce);
        return sample_bits(label, bits) == 0;
    }
    /// The state that check_grinding would meet, for the search of a nonce.
    [[nodiscard]] SLUICE_HD GrindingStart<H> grinding_start() const noexcept {
        GrindingStart<H> start{sponge_, {}, pending_};
        for (unsigned i = 0; i < pending_; ++i) start.block[i] = block_[i];
        if (pending_ == H::kRate) {
            start.sponge.absorb_block(start.block, pending_);
            start.count = 0;
        }
        return start;
    }

 private:
    SLUICE_HD void push(KoalaBear element) noexcept {
        if (pending_ == H::kRate) flush();
        block_[pending_++] = element;
        unread_ = 0;
    }
    SLUICE_HD KoalaBear pop() noexcept {
        if (pending_ != 0) {
            flush();
            unread_ = H::kRate;
        } else if (unread_ == 0) {
            sponge_.advance();
            unread_ = H::kRate;
        }
        return sponge_.output(H::kRate - unread_--);
    }
    SLUICE_HD void flush() noexcept {
        sponge_.absorb_block(block_, pending_);
        pending_ = 0;
    }

    [[no_unique_address]] Observer observer_;
    typename H::Sponge sponge_;
    KoalaBear block_[H::kRate];
    unsigned pending_ = 0;  ///< elements in block_
    unsigned unread_ = 0;   ///< elements of the rate that can still be sampled; 0 while block_ holds any
};

/// The smallest nonce for which check_grinding holds next, or nothing if no element is one (or bits > kMaxSampleBits).
/// The transcript stays as it is: the prover goes on by check_grinding, as the verifier does. One nonce in 2^bits is
/// right.
template <Hasher H, class Observer>
[[nodiscard]] std::optional<KoalaBear> grind(const Transcript<H, Observer>& transcript, unsigned bits) noexcept {
    if (bits == 0) return KoalaBear::zero();
    if (bits > kMaxSampleBits) return std::nullopt;
    const GrindingStart<H> start = transcript.grinding_start();
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    for (std::uint32_t nonce = 0; nonce < KoalaBear::kModulus; ++nonce) {
        const KoalaBear candidate = KoalaBear::from_canonical(nonce);
        if ((start.result(candidate).canonical() & mask) == 0) return candidate;
    }
    return std::nullopt;
}

}  // namespace sluice::hash

// Fast transforms of the prime field: Reed-Solomon encoding of columns.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sluice/math/koala_bear.h"

namespace sluice::simd {

using math::KoalaBear;

/// The powers of roots of unity that transforms of up to 2^max_log values need: 4 bytes for every second value. Made
/// once, read by any number of threads.
class Twiddles {
 public:
    /// max_log <= KoalaBear::kTwoAdicity.
    explicit Twiddles(unsigned max_log);

    [[nodiscard]] unsigned max_log() const noexcept { return max_log_; }
    /// At index b, for bits b_0 b_1 ... of b, least significant first: the root of unity that is the fraction
    /// 0.0b_0b_1... (binary) of a whole turn. Holds 2^(max_log - 1) of them and some after that to be loaded and not
    /// used.
    [[nodiscard]] const KoalaBear* data() const noexcept { return roots_.data(); }

 private:
    unsigned max_log_;
    std::vector<KoalaBear> roots_;
};

/// Code word of one message: what math::encode_to_reversed gives. `message` has 2^h coefficients, `code_word` 2^(h + R)
/// places, h + R <= twiddles.max_log(). The message is the beginning of the code word's array, or apart from it.
///
/// The first R layers would only copy the message, since all else is zero, and are left out. Then the array is halved
/// until the parts fit into the nearest cache, which takes h - 12 layers, two at a time; each part is finished before
/// the next.
void encode_to_reversed(const Twiddles& twiddles, std::span<const KoalaBear> message, std::span<KoalaBear> code_word);

/// The same for columns, one after the other in memory: column c of `messages` begins at c 2^message_log, its code word
/// at c 2^(message_log + rate_log). The limbs of a limb-planar array of extension elements are such columns.
void encode_columns(const Twiddles& twiddles, std::span<const KoalaBear> messages, unsigned message_log,
                    unsigned rate_log, std::span<KoalaBear> code_words);

/// Coefficients become values in bit-reversed order, in place: what math::ntt_to_reversed gives.
void ntt_to_reversed(const Twiddles& twiddles, std::span<KoalaBear> values);

}  // namespace sluice::simd

// Reed-Solomon proximity: what a random combination of words says about the words.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Papers, by the names used here and in libprover/SOUNDNESS.md:
//   BCIKS20  Ben-Sasson, Carmon, Ishai, Kopparty, Saraf: Proximity Gaps for Reed-Solomon Codes (ePrint 2020/654)
//   BCHKS25  Ben-Sasson, Carmon, Haboeck, Kopparty, Saraf: On Proximity Gaps for Reed-Solomon Codes (ePrint 2025/2055)
// Errors are probabilities as doubles; the smallest that occur are near 2^-200.
#pragma once

#include <cstdint>

namespace sluice::soundness {

/// A field that challenges are drawn from.
struct Field {
    double log2_characteristic = 0;
    std::uint32_t degree = 0;            ///< over the prime field
    std::uint32_t bits_per_element = 0;  ///< of the prime field, in proofs

    /// log2 of the number of elements.
    [[nodiscard]] double log2_size() const noexcept { return log2_characteristic * degree; }
    /// 1 / number of elements.
    [[nodiscard]] double unit() const noexcept;
    /// Bits of an element of the extension in proofs.
    [[nodiscard]] std::uint32_t extension_bits() const noexcept { return degree * bits_per_element; }
};

/// The extension of KoalaBear of that degree; `bits_per_element` is 32 in this project's proofs.
[[nodiscard]] Field koala_bear(std::uint32_t degree, std::uint32_t bits_per_element = 32) noexcept;

/// -log2 of an error, and the error of a number of bits.
[[nodiscard]] double bits_of(double error) noexcept;
[[nodiscard]] double error_of(double bits) noexcept;

/// How several words are combined by one round of challenges.
enum class Combination : std::uint8_t {
    powers,       ///< 1, c, c^2, ...
    multilinear,  ///< eq(c, index), c a vector of ceil(log2(words)) challenges
    affine,       ///< 1, c_1, c_2, ..., independent
};

/// Up to which distance a word counts as a codeword, and the error of combining words.
class Regime {
 public:
    /// Unique decoding: distance (1 - rho) / 2. A line of words has at most n exceptional points, n the size of the
    /// domain: BCIKS20, Theorem 4.1 (lines) and 6.1 (curves: n times the degree). This is what the profiles are judged
    /// by.
    [[nodiscard]] static Regime unique_decoding() noexcept { return Regime(Kind::unique_bciks20, 0); }
    /// The same distance with the newer bound of BCHKS25, Corollary 1.4: delta n + 1 points. soundcalc's choice.
    [[nodiscard]] static Regime unique_decoding_bchks25() noexcept { return Regime(Kind::unique_bchks25, 0); }
    /// Johnson regime, distance 1 - sqrt(rho) - gap: BCHKS25, Theorem 4.2 with m = max(ceil(sqrt(rho) / (2 gap)), 3).
    [[nodiscard]] static Regime johnson_gap(double gap) noexcept { return Regime(Kind::johnson_gap, gap); }
    /// Johnson regime by multiplicity: gap = sqrt(rho) / (2 m), lists of (m + 1/2) / sqrt(rho).
    [[nodiscard]] static Regime johnson_multiplicity(std::uint32_t m) noexcept { return Regime(Kind::johnson_m, m); }

    /// delta: words nearer to the code than this count as codewords.
    [[nodiscard]] double distance(double rate) const noexcept;
    /// Codewords within delta of one word, at most.
    [[nodiscard]] double list_size(double rate) const noexcept;
    /// Probability over the challenge of a line u + c v that the combination is within delta of the code while u and v
    /// do not agree with codewords on a common set of that size. `dimension` coefficients.
    [[nodiscard]] double line_error(const Field& field, double rate, double dimension) const noexcept;
    /// The same for `words` words.
    [[nodiscard]] double combination_error(const Field& field, double rate, double dimension, Combination combination,
                                           double words) const noexcept;

 private:
    enum class Kind : std::uint8_t { unique_bciks20, unique_bchks25, johnson_gap, johnson_m };
    Regime(Kind kind, double parameter) noexcept : kind_(kind), parameter_(parameter) {}
    [[nodiscard]] bool unique() const noexcept {
        return kind_ == Kind::unique_bciks20 || kind_ == Kind::unique_bchks25;
    }

    Kind kind_;
    double parameter_;
};

}  // namespace sluice::soundness

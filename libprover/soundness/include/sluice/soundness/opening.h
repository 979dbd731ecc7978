// Errors and sizes of openings by folding: FRI and Basefold, WHIR. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The configurations are general enough for this project's openings and for published systems, so that the formulas
// that judge our table are tested on figures that others published (tests/prover/soundness_test.cpp).
//   FRI       Ben-Sasson, Bentov, Horesh, Riabzev (ICALP 2018); round by round: Block, Garreta, Katz, Thaler, Tiwari,
//             Zajac: Fiat-Shamir Security of FRI and Related SNARKs (ePrint 2023/1071)
//   Basefold  Zeilberger, Chen, Fisch (ePrint 2023/1705); with Reed-Solomon codes: Haboeck, Basefold in the List
//   Decoding
//             Regime (ePrint 2024/1571)
//   WHIR      Arnon, Chiesa, Fenzi, Yogev (ePrint 2024/1586), Theorem 5.2
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/soundness/proximity.h"

namespace sluice::soundness {

/// A Merkle tree into which a proof opens leaves.
struct Tree {
    std::uint32_t log_leaves = 0;
    std::uint32_t queries = 0;  ///< independent, uniform
    double leaf_bits = 0;
};

/// Where the bits of an opening go.
struct OpeningSize {
    double roots = 0;
    double leaves = 0;
    double siblings = 0;
    double messages = 0;  ///< sumcheck messages and out-of-domain answers
    double final_polynomial = 0;

    [[nodiscard]] double bits() const noexcept { return roots + leaves + siblings + messages + final_polynomial; }
    [[nodiscard]] double bytes() const noexcept { return bits() / 8; }
};

/// What trees take. Without `distinct_leaves` every query is counted with a leaf of its own, as soundcalc does.
[[nodiscard]] OpeningSize size_of(const std::vector<Tree>& trees, double digest_bits, bool distinct_leaves);

/// FRI or Basefold over `words` words of the same code.
struct FoldConfig {
    Field field;
    Regime regime = Regime::unique_decoding();
    std::uint32_t log_inverse_rate = 0;
    std::uint32_t log_dimension = 0;
    std::uint64_t words = 1;
    Combination combination = Combination::powers;
    std::vector<std::uint32_t> folds;  ///< variables folded from each tree to the next
    /// A challenge for each variable (Basefold); else one for each fold, whose powers combine the parts (FRI).
    bool challenge_per_variable = false;
    /// Degree of the sumcheck message that goes with each variable; 0: none (FRI).
    std::uint32_t message_degree = 0;
    /// Elements sent for it.
    std::uint32_t message_elements = 0;
    std::uint32_t queries = 0;
    double index_bias = 0;  ///< what drawing by low bits of an element can add to the probability of a set of leaves
    // Proofs of work, in bits.
    double query_grinding = 0;
    double batch_grinding = 0;
    double fold_grinding = 0;
    /// The combined word has a tree of its own, and the words' tree one position a leaf; else the words' tree has in
    /// each leaf what the first fold needs, and the combined word none.
    bool combined_word_has_tree = false;
    std::uint32_t word_element_bits = 0;  ///< of an element of the words, in a leaf

    // All errors include their grinding.
    [[nodiscard]] double batch_error() const;
    /// In order, one for each challenge.
    [[nodiscard]] std::vector<double> fold_errors() const;
    [[nodiscard]] double query_error() const;
    [[nodiscard]] std::vector<Tree> trees() const;
    [[nodiscard]] OpeningSize size(double digest_bits, bool distinct_leaves) const;
};

/// WHIR over `words` words of the same code.
struct WhirConfig {
    Field field;
    Regime regime = Regime::unique_decoding();
    std::uint32_t log_inverse_rate = 0;
    std::uint32_t log_dimension = 0;
    std::uint64_t words = 1;
    Combination combination = Combination::powers;
    std::vector<std::uint32_t> folds;  ///< variables folded in each iteration
    /// Degree in each variable of what is summed, plus one, and at least 3 as in the theorem.
    std::uint32_t constraint_degree = 3;
    std::uint32_t message_elements = 2;  ///< sent for each variable
    /// Oracles are interleaved codewords of 2^(m - k) coefficients (all folds of an iteration act on that code); else
    /// codewords of 2^m coefficients, whose folds act on smaller and smaller ones.
    bool interleaved = false;
    std::vector<std::uint32_t> queries;  ///< of each iteration
    std::uint32_t ood_samples = 1;
    double index_bias = 0;
    double query_grinding = 0;
    double batch_grinding = 0;
    double fold_grinding = 0;
    std::uint32_t word_element_bits = 0;

    /// log of the dimension, and of the inverse rate, of oracle `iteration`.
    [[nodiscard]] std::uint32_t log_dimension_of(std::size_t iteration) const;
    [[nodiscard]] std::uint32_t log_inverse_rate_of(std::size_t iteration) const;

    [[nodiscard]] double batch_error() const;
    [[nodiscard]] std::vector<double> fold_errors() const;
    /// Of oracles 1, 2, ...
    [[nodiscard]] std::vector<double> ood_errors() const;
    /// (1 - delta)^t of each iteration.
    [[nodiscard]] std::vector<double> query_errors() const;
    /// Of combining out-of-domain and queried claims, for all iterations but the last; without work.
    [[nodiscard]] std::vector<double> combination_errors() const;
    [[nodiscard]] std::vector<Tree> trees() const;
    [[nodiscard]] OpeningSize size(double digest_bits, bool distinct_leaves) const;
};

}  // namespace sluice::soundness

// 0x0c: multiplication and sum in BLS12-381's G1 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {
namespace {

constexpr std::size_t kPair = 2 * kFieldElement + 32;

/// EIP-2537's discounts for G1, in thousandths of the single price.
constexpr std::uint16_t kDiscounts[] = {
    1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661, 658, 654,
    651,  648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604,
    603,  601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576, 575, 574,
    573,  572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551,
    550,  549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532,
    532,  531, 530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
};
static_assert(sizeof kDiscounts / sizeof *kDiscounts == 128);

}  // namespace

std::uint64_t bls12_g1_msm_gas(ByteView input, Fork) noexcept {
    return discounted(input.size() / kPair, 12000, kDiscounts);
}

Result<PrecompileResult> bls12_g1_msm_run(ByteView input, Fork, Arena& arena) noexcept {
    if (input.empty() || input.size() % kPair != 0) return kPrecompileFailure;
    const StrippedRecords pairs(input, 2, 32, arena);
    if (!pairs.valid) return kPrecompileFailure;
    if (pairs.data == nullptr) return ErrorCode::arena_exhausted;
    std::uint8_t sum[2 * kBareFieldElement];
    if (!crypto::g1_msm({pairs.data, pairs.size}, sum, arena)) return kPrecompileFailure;
    return padded_output(sum, 2, arena);
}

}  // namespace sluice::executor

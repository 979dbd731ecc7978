// 0x0e: multiplication and sum in BLS12-381's G2 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {
namespace {

constexpr std::size_t kPair = 4 * kFieldElement + 32;

/// EIP-2537's discounts for G2, in thousandths of the single price.
constexpr std::uint16_t kDiscounts[] = {
    1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693, 688, 683,
    679,  674,  670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615,
    613,  611,  609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582, 580, 579,
    578,  576,  575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554,
    553,  552,  552, 551, 550, 549, 548, 547, 546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536,
    535,  535,  534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
};
static_assert(sizeof kDiscounts / sizeof *kDiscounts == 128);

}  // namespace

std::uint64_t bls12_g2_msm_gas(ByteView input, Fork) noexcept {
    return discounted(input.size() / kPair, 22500, kDiscounts);
}

Result<PrecompileResult> bls12_g2_msm_run(ByteView input, Fork, Arena& arena) noexcept {
    if (input.empty() || input.size() % kPair != 0) return kPrecompileFailure;
    const StrippedRecords pairs(input, 4, 32, arena);
    if (!pairs.valid) return kPrecompileFailure;
    if (pairs.data == nullptr) return ErrorCode::arena_exhausted;
    std::uint8_t sum[4 * kBareFieldElement];
    if (!crypto::g2_msm({pairs.data, pairs.size}, sum, arena)) return kPrecompileFailure;
    return padded_output(sum, 4, arena);
}

}  // namespace sluice::executor

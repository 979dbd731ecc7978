// What a card can do at most, as kernels: memory copied, and products of the field. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include "kernel.h"

namespace sluice::backend_cuda {

/// 16 bytes a thread, the most that it can load at once.
struct CopyMemory {
    struct alignas(16) Piece {
        KoalaBear words[4];
    };
    DevicePointer<const Piece> source;
    DevicePointer<Piece> target;

    SLUICE_HD void operator()(std::uint64_t i) const { target[i] = source[i]; }
};

/// kProducts Montgomery products a thread, in kChains independent chains, so that their latency does not show.
struct MultiplyChains {
    static constexpr unsigned kChains = 8;
    static constexpr unsigned kLength = 128;
    static constexpr unsigned kProducts = kChains * kLength;
    DevicePointer<KoalaBear> values;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const KoalaBear factor = values[i];
        KoalaBear chain[kChains];
        for (unsigned c = 0; c < kChains; ++c) chain[c] = factor + KoalaBear::from_canonical(c);
        for (unsigned step = 0; step < kLength; ++step) {
            for (unsigned c = 0; c < kChains; ++c) chain[c] *= factor;
        }
        KoalaBear sum = KoalaBear::zero();
        for (unsigned c = 0; c < kChains; ++c) sum += chain[c];
        values[i] = sum;
    }
};

/// Values that look random: on zeros a card would need less power and run faster.
struct FillValues {
    DevicePointer<KoalaBear> values;

    SLUICE_HD void operator()(std::uint64_t i) const {
        std::uint64_t mixed = (i + 1) * 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        values[i] = KoalaBear::reduce(mixed ^ (mixed >> 27));
    }
};

}  // namespace sluice::backend_cuda

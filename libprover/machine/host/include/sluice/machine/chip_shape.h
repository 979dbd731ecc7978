// What a chip's author decides beside `eval`. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/math/koala_bear.h"

namespace sluice::machine {

using math::KoalaBear;

/// What a chip's author decides beside `eval`.
struct ChipShape {
    std::uint32_t fixed_height = 0;       ///< not 0: the key fixes it
    std::uint32_t max_height = 1u << 22;  ///< raised to fixed_height if that is given
    std::vector<KoalaBear>
        preprocessed;  ///< column-major, each column align4(fixed_height) long, zeros after the height
};

}  // namespace sluice::machine

// The verifier of profile bits128 with WHIR. SPDX-License-Identifier: MIT OR Apache-2.0
#include "profiles.h"

namespace sluice::verify {

template Verdict verify_shipped<params::kBits128, params::OpeningId::whir_rate_1_2>(ByteView, ByteView,
                                                                                    std::span<const std::uint32_t>,
                                                                                    Arena&) noexcept;

}  // namespace sluice::verify

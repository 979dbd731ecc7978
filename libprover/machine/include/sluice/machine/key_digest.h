// The digest that stands for a key. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/base/bytes.h"
#include "sluice/math/koala_bear.h"

namespace sluice::machine {

/// First element of the leaf that is hashed: it is no tree's.
inline constexpr std::uint32_t kKeyDigestDomain = 0x4b;

/// Hash of a key's body (libprover/DESIGN.md, section 9): its length in bytes, then three bytes to an element, the
/// first lowest.
/// Hasher: of the key's profile.
template <class Hasher>
[[nodiscard]] typename Hasher::Digest key_digest(ByteView body) noexcept {
    using math::KoalaBear;
    typename Hasher::Leaf leaf(static_cast<std::uint32_t>(2 + (body.size() + 2) / 3));
    leaf.absorb(KoalaBear::from_canonical(kKeyDigestDomain));
    leaf.absorb(KoalaBear::from_canonical(static_cast<std::uint32_t>(body.size())));
    for (std::size_t at = 0; at < body.size(); at += 3) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 3 && at + i < body.size(); ++i) word |= std::uint32_t{body[at + i]} << (8 * i);
        leaf.absorb(KoalaBear::from_canonical(word));
    }
    return leaf.digest();
}

}  // namespace sluice::machine

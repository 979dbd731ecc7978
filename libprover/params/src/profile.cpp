// Lookups in the table of profiles. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/params/profile.h"

namespace sluice::params {

const Profile* find_profile(std::uint16_t id) noexcept {
    for (const Profile* profile : kProfiles) {
        if (static_cast<std::uint16_t>(profile->id) == id) return profile;
    }
    return nullptr;
}

const Profile* find_profile(std::string_view name) noexcept {
    for (const Profile* profile : kProfiles) {
        if (profile->name == name) return profile;
    }
    return nullptr;
}

std::string_view name_of(OpeningId id) noexcept {
    switch (id) {
        case OpeningId::basefold_rate_1_2:
            return "basefold_rate_1_2";
        case OpeningId::basefold_rate_1_4:
            return "basefold_rate_1_4";
        case OpeningId::whir_rate_1_2:
            return "whir_rate_1_2";
        case OpeningId::whir_rate_1_4:
            return "whir_rate_1_4";
        case OpeningId::whir_rate_1_16:
            return "whir_rate_1_16";
    }
    return "unknown";
}

std::string_view name_of(OpeningKind kind) noexcept {
    switch (kind) {
        case OpeningKind::basefold:
            return "basefold";
        case OpeningKind::whir:
            return "whir";
    }
    return "unknown";
}

std::string_view name_of(Hasher hasher) noexcept {
    switch (hasher) {
        case Hasher::poseidon2_width16:
            return "poseidon2_width16";
        case Hasher::poseidon2_width24:
            return "poseidon2_width24";
    }
    return "unknown";
}

}  // namespace sluice::params

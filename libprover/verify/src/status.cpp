// Names and texts of statuses. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/verify/status.h"

namespace sluice::verify {

std::string_view name(Status status) noexcept {
    switch (status) {
#define SLUICE_VERIFY_STATUS(name, number, text) \
    case Status::name:                           \
        return #name;
#include "sluice/verify/status.def"
#undef SLUICE_VERIFY_STATUS
    }
    return "unknown";
}

std::string_view text(Status status) noexcept {
    switch (status) {
#define SLUICE_VERIFY_STATUS(name, number, text) \
    case Status::name:                           \
        return text;
#include "sluice/verify/status.def"
#undef SLUICE_VERIFY_STATUS
    }
    return {};
}

}  // namespace sluice::verify

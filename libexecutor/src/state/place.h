// Error details that name a stream record. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string_view>

#include "sluice/base/result.h"
#include "sluice/witness/item.h"

namespace sluice::executor {

/// `what`, in the record `place`; no place if the record is none.
[[nodiscard]] inline ErrorDetail detail_at(const witness::WitnessItem& place, std::string_view what) noexcept {
    ErrorDetail detail;
    detail.with_what(what);
    if (place.kind != witness::RecordKind::none) detail.with_item(place.index).with_offset(place.offset);
    return detail;
}

}  // namespace sluice::executor

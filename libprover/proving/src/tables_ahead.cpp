// See tables_ahead.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "tables_ahead.h"

namespace sluice::proving {

absl::StatusOr<machine::TableTrace> TablesAhead::take() {
    while (begun_ < numbers_.size() && filled_.size() <= ahead_) {
        filled_.push_back(std::async(std::launch::async, fill_, numbers_[begun_++]));
    }
    if (filled_.empty()) return absl::InternalError("tables asked for once too often");
    absl::StatusOr<machine::TableTrace> tables = filled_.front().get();
    filled_.pop_front();
    return tables;
}

}  // namespace sluice::proving

// What every backend checks of what it is given. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "absl/status/status.h"

#include "sluice/backend/backend.h"

namespace sluice::backend {

/// Whether these columns can be committed: the arguments of Backend::commit, or, if some may be left out, of
/// commit_main.
[[nodiscard]] absl::Status check_columns(const TableShape& shape, const params::Opening& opening, machine::Group group,
                                         std::span<const std::span<const KoalaBear>> columns, bool left_out = false);

}  // namespace sluice::backend

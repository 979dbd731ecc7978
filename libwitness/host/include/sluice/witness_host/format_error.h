// Errors of the freestanding libraries as text. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"

#include "sluice/base/result.h"

namespace sluice::witness_host {

/// One line: the error's name, what is wrong, about what, where (record, offset, account, path), expected and found.
[[nodiscard]] std::string format_error(const ErrorDetail& detail);
/// The same as a status: InvalidArgument for a malformed witness, FailedPrecondition for an invalid block, Internal for
/// the rest; ok for ErrorCode::ok. A code without details (`diagnostics` knows nothing of it) gives name and text
/// alone.
[[nodiscard]] absl::Status to_status(ErrorCode code, const Diagnostics& diagnostics);

}  // namespace sluice::witness_host

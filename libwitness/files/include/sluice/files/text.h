// Text from parts. (Abseil built for C++14, as Debian's is, does not know std::string_view.)
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluice {

inline void append_part(std::string& out, std::string_view part) {
    out.append(part);
}
template <class Part>
requires std::same_as<Part, absl::string_view> &&
    (!std::same_as<absl::string_view, std::string_view>)void append_part(std::string& out, Part part) {
    out.append(part.data(), part.size());
}
template <std::integral Number>
void append_part(std::string& out, Number number) {
    out.append(std::to_string(number));
}

template <class... Parts>
void append(std::string& out, const Parts&... parts) {
    (append_part(out, parts), ...);
}

/// The parts, texts and integers, one after the other.
template <class... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
    std::string out;
    append(out, parts...);
    return out;
}

/// The status with `prefix` and a colon before its message.
[[nodiscard]] inline absl::Status with_prefix(std::string_view prefix, const absl::Status& status) {
    return absl::Status(status.code(), cat(prefix, ": ", status.message()));
}

}  // namespace sluice

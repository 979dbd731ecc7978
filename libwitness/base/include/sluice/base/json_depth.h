// How deep a JSON text nests. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

/// What the formats read here need is less than 10. JSON libraries copy, print and free values recursively, so a text
/// of a few megabytes that only opens brackets would use up the stack.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// True if the text opens more than kMaxJsonDepth arrays and objects inside one another. To be asked before a text is
/// parsed; whether it is JSON at all is the parser's to say.
[[nodiscard]] constexpr bool nests_too_deep(std::string_view text) noexcept {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxJsonDepth) return true;
        } else if ((c == ']' || c == '}') && depth != 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace sluice

// Hexadecimal text. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/hex.h"

#include <array>

#include "absl/status/status.h"

#include "sluice/files/text.h"

namespace sluice::witness_host {
namespace {

constexpr std::int8_t kNotADigit = -1;

constexpr std::array<std::int8_t, 256> kDigits = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(kNotADigit);
    for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::int8_t>(i);
    for (unsigned i = 0; i < 6; ++i) {
        table['a' + i] = static_cast<std::int8_t>(10 + i);
        table['A' + i] = static_cast<std::int8_t>(10 + i);
    }
    return table;
}();

int digit(char character) {
    return kDigits[static_cast<unsigned char>(character)];
}

/// Start of the text, for messages.
std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 20;
    return text.size() <= kLongest ? cat("\"", text, "\"") : cat("\"", text.substr(0, kLongest), "...\"");
}

absl::Status bad_digit(std::string_view text) {
    for (std::size_t i = 2; i < text.size(); ++i) {
        if (digit(text[i]) == kNotADigit) {
            return absl::InvalidArgumentError(cat("character ", i, " of ", shown(text), " is not a hex digit"));
        }
    }
    return absl::InternalError("no bad digit");
}

absl::Status check_prefix(std::string_view text) {
    if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return absl::OkStatus();
    return absl::InvalidArgumentError(cat("expected hex with 0x, found ", shown(text)));
}

}  // namespace

std::string to_hex(ByteView bytes) {
    constexpr std::string_view kText = "0123456789abcdef";
    std::string text("0x");
    text.reserve(2 + 2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text.push_back(kText[byte >> 4]);
        text.push_back(kText[byte & 15]);
    }
    return text;
}

absl::StatusOr<std::string> parse_data(std::string_view text) {
    if (absl::Status status = check_prefix(text); !status.ok()) return status;
    if (text.size() % 2 != 0) {
        return absl::InvalidArgumentError(cat("odd number of hex digits (", text.size() - 2, ") in ", shown(text)));
    }
    std::string bytes(text.size() / 2 - 1, '\0');
    int seen = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(text[2 * i + 2]);
        const int low = digit(text[2 * i + 3]);
        seen |= high | low;  // negative as soon as one is
        bytes[i] = static_cast<char>(static_cast<unsigned>(high) << 4 | static_cast<unsigned>(low));
    }
    if (seen < 0) return bad_digit(text);
    return bytes;
}

absl::StatusOr<Hash32> parse_hash(std::string_view text) {
    absl::StatusOr<std::string> bytes = parse_data(text);
    if (!bytes.ok()) return bytes.status();
    if (bytes->size() != 32) {
        return absl::InvalidArgumentError(cat("expected 32 bytes, found ", bytes->size(), " in ", shown(text)));
    }
    return Hash32::from(reinterpret_cast<const std::uint8_t*>(bytes->data()));
}

absl::StatusOr<std::string> parse_quantity(std::string_view text) {
    if (absl::Status status = check_prefix(text); !status.ok()) return status;
    if (text.size() == 2) return absl::InvalidArgumentError("quantity 0x has no digit");
    std::string even("0x");
    if (text.size() % 2 != 0) even.push_back('0');
    even.append(text.substr(2));
    absl::StatusOr<std::string> bytes = parse_data(even);
    if (!bytes.ok()) return bad_digit(text);
    const std::size_t first = bytes->find_first_not_of('\0');
    return first == std::string::npos ? std::string() : bytes->substr(first);
}

absl::StatusOr<std::uint64_t> parse_quantity_u64(std::string_view text) {
    absl::StatusOr<std::string> bytes = parse_quantity(text);
    if (!bytes.ok()) return bytes.status();
    if (bytes->size() > 8) return absl::InvalidArgumentError(cat(shown(text), " is not below 2^64"));
    std::uint64_t value = 0;
    for (const char byte : *bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace sluice::witness_host

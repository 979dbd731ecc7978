// Hexadecimal text with the prefix 0x. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"

namespace sluice::witness_host {

/// "0x" and two lower-case digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] inline std::string to_hex(const Hash32& hash) {
    return to_hex(hash.view());
}

/// Bytes of data text such as "0x00ff". The error says what is wrong and at which character.
absl::StatusOr<std::string> parse_data(std::string_view text);
/// 32 bytes of data text.
absl::StatusOr<Hash32> parse_hash(std::string_view text);
/// Big-endian bytes, without leading zeros, of quantity text such as "0x1f"; leading zeros in the text are let pass.
absl::StatusOr<std::string> parse_quantity(std::string_view text);
/// Quantity text below 2^64.
absl::StatusOr<std::uint64_t> parse_quantity_u64(std::string_view text);

}  // namespace sluice::witness_host

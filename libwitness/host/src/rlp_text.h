// RLP into strings, for the converters. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sluice/base/rlp.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::witness_host {

/// Appends a string, or an integer given by its big-endian bytes without leading zeros.
inline void append_rlp_string(std::string& out, std::string_view bytes) {
    const std::size_t size = rlp::length_of_string(bytes_of(bytes));
    const std::size_t at = out.size();
    out.resize(at + size);
    rlp::put_string(reinterpret_cast<std::uint8_t*>(out.data()) + at, bytes_of(bytes));
}

/// The list whose items are `payload`.
[[nodiscard]] inline std::string rlp_list(std::string_view payload) {
    std::string out(rlp::length_of_header(payload.size()), '\0');
    rlp::put_list_header(reinterpret_cast<std::uint8_t*>(out.data()), payload.size());
    return out.append(payload);
}

}  // namespace sluice::witness_host

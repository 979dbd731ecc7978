// Values as the texts that Ethereum's JSON has for them. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "encoding/encoding.h"
#include "sluice/base/uint256.h"
#include "sluice/witness_host/hex.h"

namespace sluice::test {

inline std::string hex(std::string_view bytes) {
    return witness_host::to_hex(host::view(bytes));
}
inline std::string quantity(const Uint256& value) {
    const std::string digits = witness_host::to_hex(value.to_hash());
    const std::size_t first = digits.find_first_not_of('0', 2);
    return first == std::string::npos ? "0x0" : "0x" + digits.substr(first);
}

}  // namespace sluice::test

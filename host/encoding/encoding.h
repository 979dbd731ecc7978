// RLP into strings, hex and signatures, for what makes transactions. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/bytes.h"
#include "sluice/base/uint256.h"

namespace sluice::host {

[[nodiscard]] inline ByteView view(std::string_view bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline std::string bytes_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// Bytes of a hex string without prefix; the text is a constant of this program.
[[nodiscard]] std::string from_hex(std::string_view digits);

[[nodiscard]] std::string rlp_string(std::string_view bytes);
[[nodiscard]] std::string rlp_integer(const Uint256& value);
[[nodiscard]] std::string rlp_list(const std::vector<std::string>& encoded_items);
[[nodiscard]] inline std::string rlp_hash(const Hash32& hash) {
    return rlp_string(bytes_of(hash.view()));
}
[[nodiscard]] inline std::string rlp_address(const Address& address) {
    return rlp_string(bytes_of(address.view()));
}

/// A secp256k1 key.
class Signer {
 public:
    /// A key derived from a name, for made-up chains.
    explicit Signer(std::string_view name);
    /// Nothing if `key` is not in [1, n - 1].
    static std::optional<Signer> from_key(const Hash32& key);
    [[nodiscard]] const Address& address() const { return address_; }
    struct Signature {
        std::uint8_t y_parity = 0;
        Uint256 r;
        Uint256 s;
    };
    /// Deterministic (RFC 6979), low s.
    [[nodiscard]] Signature sign(const Hash32& hash) const;

 private:
    Signer() = default;
    bool derive_address();

    Hash32 key_{};
    Address address_{};
};

}  // namespace sluice::host

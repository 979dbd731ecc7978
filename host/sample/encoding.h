// RLP into strings, hex, contract assembly and signatures for the sample chain. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>
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

/// Builds contract code. Labels are two-byte jump destinations, resolved by code().
class Assembler {
 public:
    /// Appends opcodes as they are.
    Assembler& op(std::initializer_list<std::uint8_t> opcodes);
    /// The shortest PUSH of a value.
    Assembler& push(const Uint256& value);
    /// PUSH2 of a label's place, and the JUMPDEST that defines it.
    Assembler& push_label(int label);
    Assembler& label(int label);
    [[nodiscard]] std::string code() const;

 private:
    struct Use {
        std::size_t at;
        int label;
    };
    std::string code_;
    std::vector<Use> uses_;
    std::vector<std::size_t> labels_;
};

/// Initcode that returns `runtime`.
[[nodiscard]] std::string deployment_of(const std::string& runtime);

/// A secp256k1 key of the sample chain, derived from its name.
class Signer {
 public:
    explicit Signer(std::string_view name);
    [[nodiscard]] const Address& address() const { return address_; }
    struct Signature {
        std::uint8_t y_parity = 0;
        Uint256 r;
        Uint256 s;
    };
    /// Deterministic (RFC 6979), low s.
    [[nodiscard]] Signature sign(const Hash32& hash) const;

 private:
    Hash32 key_;
    Address address_;
};

}  // namespace sluice::host

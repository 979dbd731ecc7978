// RLP into strings, hex and signatures. SPDX-License-Identifier: MIT OR Apache-2.0
#include "encoding/encoding.h"

#include <memory>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"

namespace sluice::host {
namespace {

using Context = std::unique_ptr<secp256k1_context, void (*)(secp256k1_context*)>;

Context signing_context() {
    return {secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY), secp256k1_context_destroy};
}

std::string with_header(std::uint8_t empty, std::string_view payload) {
    std::string out(rlp::length_of_header(payload.size()), '\0');
    rlp::put_header(reinterpret_cast<std::uint8_t*>(out.data()), empty, payload.size());
    out += payload;
    return out;
}

}  // namespace

std::string from_hex(std::string_view digits) {
    const auto nibble = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(nibble(digits[i]) * 16 + nibble(digits[i + 1]));
    }
    return bytes;
}

std::string rlp_string(std::string_view bytes) {
    if (bytes.size() == 1 && static_cast<std::uint8_t>(bytes[0]) < rlp::kEmptyString) return std::string(bytes);
    return with_header(rlp::kEmptyString, bytes);
}

std::string rlp_integer(const Uint256& value) {
    std::string out(rlp::length_of_uint256(value), '\0');
    rlp::put_uint256(reinterpret_cast<std::uint8_t*>(out.data()), value);
    return out;
}

std::string rlp_list(const std::vector<std::string>& encoded_items) {
    std::string payload;
    for (const std::string& item : encoded_items) payload += item;
    return with_header(rlp::kEmptyList, payload);
}

Signer::Signer(std::string_view name) : key_(keccak256(view(name))) {
    // A digest that is no valid key has not been seen; the next digest would do.
    while (!derive_address()) key_ = keccak256(key_.view());
}

std::optional<Signer> Signer::from_key(const Hash32& key) {
    Signer signer;
    signer.key_ = key;
    if (!signer.derive_address()) return std::nullopt;
    return signer;
}

bool Signer::derive_address() {
    const Context context = signing_context();
    secp256k1_pubkey point;
    std::uint8_t bytes[65];
    std::size_t size = sizeof bytes;
    if (secp256k1_ec_pubkey_create(context.get(), &point, key_.bytes.data()) != 1) return false;
    secp256k1_ec_pubkey_serialize(context.get(), bytes, &size, &point, SECP256K1_EC_UNCOMPRESSED);
    address_ = Address::from(keccak256({bytes + 1, 64}).bytes.data() + 12);
    return true;
}

Signer::Signature Signer::sign(const Hash32& hash) const {
    const Context context = signing_context();
    secp256k1_ecdsa_recoverable_signature signature;
    std::uint8_t bytes[64];
    int recovery_id = 0;
    // Fails only for an invalid key, which no Signer has; the signature is then one that verifies nowhere.
    if (secp256k1_ecdsa_sign_recoverable(context.get(), &signature, hash.bytes.data(), key_.bytes.data(), nullptr,
                                         nullptr) != 1) {
        return {};
    }
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context.get(), bytes, &recovery_id, &signature);
    return {static_cast<std::uint8_t>(recovery_id), Uint256::from_be(bytes), Uint256::from_be(bytes + 32)};
}

}  // namespace sluice::host

// RLP into strings, hex, contract assembly and signatures for the sample chain. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "sample/encoding.h"

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

constexpr std::uint8_t kPush0 = 0x5f;
constexpr std::uint8_t kJumpdest = 0x5b;

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

Assembler& Assembler::op(std::initializer_list<std::uint8_t> opcodes) {
    for (const std::uint8_t opcode : opcodes) code_ += static_cast<char>(opcode);
    return *this;
}

Assembler& Assembler::push(const Uint256& value) {
    const unsigned width = value.byte_width();
    code_ += static_cast<char>(kPush0 + width);
    const Hash32 bytes = value.to_hash();
    code_ += bytes_of(bytes.view().last(width));
    return *this;
}

Assembler& Assembler::push_label(int label) {
    code_ += '\x61';
    uses_.push_back({code_.size(), label});
    code_ += std::string(2, '\0');
    return *this;
}

Assembler& Assembler::label(int label) {
    if (labels_.size() <= static_cast<std::size_t>(label)) labels_.resize(static_cast<std::size_t>(label) + 1);
    labels_[static_cast<std::size_t>(label)] = code_.size();
    code_ += static_cast<char>(kJumpdest);
    return *this;
}

std::string Assembler::code() const {
    std::string code = code_;
    for (const Use& use : uses_) {
        const std::size_t place = labels_[static_cast<std::size_t>(use.label)];
        code[use.at] = static_cast<char>(place >> 8);
        code[use.at + 1] = static_cast<char>(place);
    }
    return code;
}

std::string deployment_of(const std::string& runtime) {
    // PUSH2 size, DUP1, PUSH1 offset, PUSH0, CODECOPY, PUSH0, RETURN
    Assembler head;
    head.op({0x61, static_cast<std::uint8_t>(runtime.size() >> 8), static_cast<std::uint8_t>(runtime.size())});
    head.op({0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3});
    return head.code() + runtime;
}

Signer::Signer(std::string_view name) : key_(keccak256(view(name))) {
    const Context context = signing_context();
    secp256k1_pubkey point;
    std::uint8_t bytes[65];
    std::size_t size = sizeof bytes;
    // A digest that is no valid key has not been seen; the next digest would do.
    while (secp256k1_ec_pubkey_create(context.get(), &point, key_.bytes.data()) != 1) key_ = keccak256(key_.view());
    secp256k1_ec_pubkey_serialize(context.get(), bytes, &size, &point, SECP256K1_EC_UNCOMPRESSED);
    address_ = Address::from(keccak256({bytes + 1, 64}).bytes.data() + 12);
}

Signer::Signature Signer::sign(const Hash32& hash) const {
    const Context context = signing_context();
    secp256k1_ecdsa_recoverable_signature signature;
    std::uint8_t bytes[64];
    int recovery_id = 0;
    // Fails only for an invalid key, which the constructor has ruled out; the signature is then one that verifies
    // nowhere.
    if (secp256k1_ecdsa_sign_recoverable(context.get(), &signature, hash.bytes.data(), key_.bytes.data(), nullptr,
                                         nullptr) != 1) {
        return {};
    }
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context.get(), bytes, &recovery_id, &signature);
    return {static_cast<std::uint8_t>(recovery_id), Uint256::from_be(bytes), Uint256::from_be(bytes + 32)};
}

}  // namespace sluice::host

// Transactions for tests: fields as a person thinks of them, encoded by a naive RLP writer and signed with
// libsecp256k1. Shares nothing with the code under test but keccak256. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <optional>
#include <secp256k1_recovery.h>
#include <vector>

#include "sluice/base/uint256.h"
#include "support/catch.h"
#include "support/naive_trie.h"

namespace sluice::test {

inline Bytes big_endian(const Uint256& value) {
    const Bytes digits = bytes_of(value.to_hash());
    const std::size_t first = digits.find_first_not_of('\0');
    return first == Bytes::npos ? Bytes() : digits.substr(first);
}
inline Bytes rlp_integer(const Uint256& value) {
    return naive_rlp::string(big_endian(value));
}
inline Bytes rlp_address(const Address& address) {
    return naive_rlp::string(bytes_of(address.view()));
}
inline Bytes rlp_hash(const Hash32& hash) {
    return naive_rlp::string(bytes_of(hash));
}

inline secp256k1_context* signing_context() {
    static secp256k1_context* const context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    return context;
}

struct Signature {
    unsigned y_parity = 0;
    Uint256 r{};
    Uint256 s{};
};

/// A key made from a number.
struct TestKey {
    Hash32 secret{};
    Address address{};

    explicit TestKey(std::uint64_t number) {
        secret = keccak256(view("test key " + std::to_string(number)));
        secp256k1_pubkey key;
        REQUIRE(secp256k1_ec_pubkey_create(signing_context(), &key, secret.bytes.data()) == 1);
        unsigned char bytes[65];
        std::size_t size = sizeof bytes;
        secp256k1_ec_pubkey_serialize(signing_context(), bytes, &size, &key, SECP256K1_EC_UNCOMPRESSED);
        address = Address::from(keccak256({bytes + 1, 64}).bytes.data() + 12);
    }
    Signature sign(const Hash32& hash) const {
        secp256k1_ecdsa_recoverable_signature signature;
        REQUIRE(secp256k1_ecdsa_sign_recoverable(signing_context(), &signature, hash.bytes.data(), secret.bytes.data(),
                                                 nullptr, nullptr) == 1);
        unsigned char compact[64];
        int id = 0;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(signing_context(), compact, &id, &signature);
        return {static_cast<unsigned>(id), Uint256::from_be(compact), Uint256::from_be(compact + 32)};
    }
};

/// The address whose key made the signature, by libsecp256k1; nothing if there is none.
inline std::optional<Address> recover(const Hash32& hash, const Signature& signature) {
    unsigned char compact[64];
    signature.r.to_be(compact);
    signature.s.to_be(compact + 32);
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (signature.y_parity > 3 ||
        secp256k1_ecdsa_recoverable_signature_parse_compact(signing_context(), &parsed, compact,
                                                            static_cast<int>(signature.y_parity)) != 1 ||
        secp256k1_ecdsa_recover(signing_context(), &key, &parsed, hash.bytes.data()) != 1) {
        return std::nullopt;
    }
    unsigned char bytes[65];
    std::size_t size = sizeof bytes;
    secp256k1_ec_pubkey_serialize(signing_context(), bytes, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    return Address::from(keccak256({bytes + 1, 64}).bytes.data() + 12);
}

struct AccessListItem {
    Address address{};
    std::vector<Uint256> slots;
};

struct AuthorizationItem {
    Uint256 chain_id{1};
    Address address{};
    std::uint64_t nonce = 0;
    Signature signature{};

    Bytes payload() const { return rlp_integer(chain_id) + rlp_address(address) + rlp_integer(nonce); }
    void sign(const TestKey& key) { signature = key.sign(keccak256(view(Bytes("\x05") + naive_rlp::list(payload())))); }
    Bytes encode() const {
        return naive_rlp::list(payload() + rlp_integer(signature.y_parity) + rlp_integer(signature.r) +
                               rlp_integer(signature.s));
    }
};

struct TransactionMaker {
    unsigned type = 2;
    std::optional<Uint256> chain_id = Uint256(1);  // nothing: a legacy transaction from before EIP-155
    std::uint64_t nonce = 0;
    Uint256 max_priority_fee{1};
    Uint256 max_fee{2000000000};  // the gas price of types 0 and 1
    std::uint64_t gas_limit = 100000;
    std::optional<Address> to = Address{{0x11}};
    Uint256 value{};
    Bytes data;
    std::vector<AccessListItem> access_list;
    Uint256 max_blob_fee{1000000000};
    std::vector<Hash32> blob_hashes;
    std::vector<AuthorizationItem> authorizations;
    Signature signature{};

    Bytes payload() const {
        Bytes out;
        if (type != 0) out += rlp_integer(*chain_id);
        out += rlp_integer(nonce);
        if (type >= 2) out += rlp_integer(max_priority_fee);
        out += rlp_integer(max_fee) + rlp_integer(gas_limit);
        out += naive_rlp::string(to ? bytes_of(to->view()) : Bytes());
        out += rlp_integer(value) + naive_rlp::string(data);
        if (type >= 1) {
            Bytes entries;
            for (const AccessListItem& item : access_list) {
                Bytes slots;
                for (const Uint256& slot : item.slots) slots += rlp_hash(slot.to_hash());
                entries += naive_rlp::list(rlp_address(item.address) + naive_rlp::list(slots));
            }
            out += naive_rlp::list(entries);
        }
        if (type == 3) {
            Bytes hashes;
            for (const Hash32& hash : blob_hashes) hashes += rlp_hash(hash);
            out += rlp_integer(max_blob_fee) + naive_rlp::list(hashes);
        }
        if (type == 4) {
            Bytes tuples;
            for (const AuthorizationItem& item : authorizations) tuples += item.encode();
            out += naive_rlp::list(tuples);
        }
        return out;
    }
    Bytes type_byte() const { return type == 0 ? Bytes() : Bytes(1, static_cast<char>(type)); }
    Hash32 signing_hash() const {
        Bytes fields = payload();
        if (type == 0 && chain_id) fields += rlp_integer(*chain_id) + rlp_integer(0) + rlp_integer(0);
        return keccak256(view(type_byte() + naive_rlp::list(fields)));
    }
    TransactionMaker& sign(const TestKey& key) {
        signature = key.sign(signing_hash());
        return *this;
    }
    Bytes envelope() const {
        const Uint256 v = type != 0   ? Uint256(signature.y_parity)
                          : !chain_id ? Uint256(27 + signature.y_parity)
                                      : *chain_id + *chain_id + Uint256(35 + signature.y_parity);
        return type_byte() +
               naive_rlp::list(payload() + rlp_integer(v) + rlp_integer(signature.r) + rlp_integer(signature.s));
    }
    /// As an item of a block's body.
    Bytes body_item() const { return type == 0 ? envelope() : naive_rlp::string(envelope()); }
};

}  // namespace sluice::test

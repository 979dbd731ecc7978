// eth_getBlockByNumber. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/block_json.h"

#include <array>
#include <cstdint>

#include "../rlp_text.h"
#include "json_field.h"
#include "sluice/base/keccak.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

using nlohmann::json;

/// How a field is written in JSON and in RLP.
enum class Form : std::uint8_t {
    quantity,     ///< integer
    data,         ///< bytes of any length
    fixed,        ///< bytes of one length
    optional_to,  ///< 20 bytes, or nothing if null
    parity,       ///< quantity; also under the name v
    access_list,
    hashes,  ///< list of 32-byte values
    authorizations,
};

struct Field {
    std::string_view name;
    Form form;
    std::size_t size = 0;
};

constexpr std::size_t kRequiredHeaderFields = 15;
constexpr std::array<Field, 21> kHeaderFields{{
    {"parentHash", Form::fixed, 32},
    {"sha3Uncles", Form::fixed, 32},
    {"miner", Form::fixed, 20},
    {"stateRoot", Form::fixed, 32},
    {"transactionsRoot", Form::fixed, 32},
    {"receiptsRoot", Form::fixed, 32},
    {"logsBloom", Form::fixed, 256},
    {"difficulty", Form::quantity},
    {"number", Form::quantity},
    {"gasLimit", Form::quantity},
    {"gasUsed", Form::quantity},
    {"timestamp", Form::quantity},
    {"extraData", Form::data},
    {"mixHash", Form::fixed, 32},
    {"nonce", Form::fixed, 8},
    {"baseFeePerGas", Form::quantity},           // EIP-1559
    {"withdrawalsRoot", Form::fixed, 32},        // EIP-4895
    {"blobGasUsed", Form::quantity},             // EIP-4844
    {"excessBlobGas", Form::quantity},           // EIP-4844
    {"parentBeaconBlockRoot", Form::fixed, 32},  // EIP-4788
    {"requestsHash", Form::fixed, 32},           // EIP-7685
}};

constexpr Field kLegacy[] = {
    {"nonce", Form::quantity}, {"gasPrice", Form::quantity}, {"gas", Form::quantity},
    {"to", Form::optional_to}, {"value", Form::quantity},    {"input", Form::data},
    {"v", Form::quantity},     {"r", Form::quantity},        {"s", Form::quantity},
};
constexpr Field kAccessList[] = {
    // EIP-2930
    {"chainId", Form::quantity},  {"nonce", Form::quantity},
    {"gasPrice", Form::quantity}, {"gas", Form::quantity},
    {"to", Form::optional_to},    {"value", Form::quantity},
    {"input", Form::data},        {"accessList", Form::access_list},
    {"yParity", Form::parity},    {"r", Form::quantity},
    {"s", Form::quantity},
};
constexpr Field kDynamicFee[] = {
    // EIP-1559
    {"chainId", Form::quantity},      {"nonce", Form::quantity}, {"maxPriorityFeePerGas", Form::quantity},
    {"maxFeePerGas", Form::quantity}, {"gas", Form::quantity},   {"to", Form::optional_to},
    {"value", Form::quantity},        {"input", Form::data},     {"accessList", Form::access_list},
    {"yParity", Form::parity},        {"r", Form::quantity},     {"s", Form::quantity},
};
constexpr Field kBlob[] = {
    // EIP-4844
    {"chainId", Form::quantity},
    {"nonce", Form::quantity},
    {"maxPriorityFeePerGas", Form::quantity},
    {"maxFeePerGas", Form::quantity},
    {"gas", Form::quantity},
    {"to", Form::fixed, 20},
    {"value", Form::quantity},
    {"input", Form::data},
    {"accessList", Form::access_list},
    {"maxFeePerBlobGas", Form::quantity},
    {"blobVersionedHashes", Form::hashes},
    {"yParity", Form::parity},
    {"r", Form::quantity},
    {"s", Form::quantity},
};
constexpr Field kSetCode[] = {
    // EIP-7702
    {"chainId", Form::quantity},
    {"nonce", Form::quantity},
    {"maxPriorityFeePerGas", Form::quantity},
    {"maxFeePerGas", Form::quantity},
    {"gas", Form::quantity},
    {"to", Form::fixed, 20},
    {"value", Form::quantity},
    {"input", Form::data},
    {"accessList", Form::access_list},
    {"authorizationList", Form::authorizations},
    {"yParity", Form::parity},
    {"r", Form::quantity},
    {"s", Form::quantity},
};
constexpr std::span<const Field> kTransactionFields[] = {kLegacy, kAccessList, kDynamicFee, kBlob, kSetCode};

constexpr Field kWithdrawal[] = {
    // EIP-4895
    {"index", Form::quantity},
    {"validatorIndex", Form::quantity},
    {"address", Form::fixed, 20},
    {"amount", Form::quantity},
};
constexpr Field kAuthorization[] = {
    // EIP-7702
    {"chainId", Form::quantity}, {"address", Form::fixed, 20}, {"nonce", Form::quantity},
    {"yParity", Form::parity},   {"r", Form::quantity},        {"s", Form::quantity},
};

absl::Status append_field(const JsonField& object, const Field& field, std::string& out);

absl::Status append_fields(const JsonField& object, std::span<const Field> fields, std::string& out) {
    for (const Field& field : fields) {
        if (absl::Status status = append_field(object, field, out); !status.ok()) return status;
    }
    return absl::OkStatus();
}

absl::Status append_quantity(const JsonField& field, std::string& out) {
    const absl::StatusOr<std::string_view> text = field.text();
    if (!text.ok()) return text.status();
    const absl::StatusOr<std::string> bytes = parse_quantity(*text);
    if (!bytes.ok()) return field.error(bytes.status());
    append_rlp_string(out, *bytes);
    return absl::OkStatus();
}

/// `size` 0: any.
absl::Status append_data(const JsonField& field, std::size_t size, std::string& out) {
    const absl::StatusOr<std::string_view> text = field.text();
    if (!text.ok()) return text.status();
    const absl::StatusOr<std::string> bytes = parse_data(*text);
    if (!bytes.ok()) return field.error(bytes.status());
    if (size != 0 && bytes->size() != size) {
        return field.error(cat("expected ", size, " bytes, found ", bytes->size()));
    }
    append_rlp_string(out, *bytes);
    return absl::OkStatus();
}

/// Appends the list that `append` makes of the elements of an array.
template <class Append>
absl::Status append_list(const JsonField& array, std::string& out, const Append& append) {
    if (!array.value().is_array()) return array.expected("an array");
    std::string payload;
    for (std::size_t i = 0; i < array.value().size(); ++i) {
        const JsonField element = array[i];
        if (absl::Status status = append(element, payload); !status.ok()) return status;
    }
    out.append(rlp_list(payload));
    return absl::OkStatus();
}

absl::Status append_hashes(const JsonField& array, std::string& out) {
    return append_list(array, out,
                       [](const JsonField& hash, std::string& list) { return append_data(hash, 32, list); });
}

/// Appends the list of an object's fields.
absl::Status append_object(const JsonField& object, std::span<const Field> fields, std::string& out) {
    if (!object.value().is_object()) return object.expected("an object");
    std::string payload;
    if (absl::Status status = append_fields(object, fields, payload); !status.ok()) return status;
    out.append(rlp_list(payload));
    return absl::OkStatus();
}

absl::Status append_access_list(const JsonField& array, std::string& out) {
    return append_list(array, out, [](const JsonField& entry, std::string& list) {
        if (!entry.value().is_object()) return entry.expected("an object");
        std::string payload;
        const JsonField address = entry["address"];
        if (absl::Status status = append_data(address, 20, payload); !status.ok()) return status;
        const JsonField keys = entry["storageKeys"];
        if (absl::Status status = append_hashes(keys, payload); !status.ok()) return status;
        list.append(rlp_list(payload));
        return absl::OkStatus();
    });
}

absl::Status append_field(const JsonField& object, const Field& field, std::string& out) {
    const JsonField value = object[field.name];
    switch (field.form) {
        case Form::quantity:
            return append_quantity(value, out);
        case Form::data:
            return append_data(value, 0, out);
        case Form::fixed:
            return append_data(value, field.size, out);
        case Form::optional_to:
            if (!value.is_null()) return append_data(value, 20, out);
            append_rlp_string(out, {});
            return absl::OkStatus();
        case Form::parity: {
            if (!value.is_null()) return append_quantity(value, out);
            const JsonField v = object["v"];
            return append_quantity(v, out);
        }
        case Form::access_list:
            return append_access_list(value, out);
        case Form::hashes:
            return append_hashes(value, out);
        case Form::authorizations:
            return append_list(value, out, [](const JsonField& entry, std::string& list) {
                return append_object(entry, kAuthorization, list);
            });
    }
    return absl::InternalError("unknown form of field");
}

/// Compares a recomputed hash with the `hash` field, if there is one.
absl::Status check_hash(const JsonField& object, std::string_view encoded) {
    const JsonField field = object["hash"];
    if (field.is_null()) return absl::OkStatus();
    const absl::StatusOr<std::string_view> text = field.text();
    if (!text.ok()) return text.status();
    const absl::StatusOr<Hash32> stated = parse_hash(*text);
    if (!stated.ok()) return field.error(stated.status());
    const Hash32 computed = keccak256(bytes_of(encoded));
    if (*stated == computed) return absl::OkStatus();
    return field.error(cat("the fields encode to an item with hash ", to_hex(computed), ", found ", to_hex(*stated),
                           "; a field is wrong, missing or of a newer fork"));
}

absl::StatusOr<std::string> encode_header(const JsonField& header) {
    if (!header.value().is_object()) return header.expected("an object");
    std::string payload;
    bool ended = false;
    for (std::size_t i = 0; i < kHeaderFields.size(); ++i) {
        const JsonField value = header[kHeaderFields[i].name];
        if (i >= kRequiredHeaderFields && value.is_null()) {
            ended = true;
            continue;
        }
        if (ended) return value.error("a field of an older fork is missing before it");
        if (absl::Status status = append_field(header, kHeaderFields[i], payload); !status.ok()) return status;
    }
    std::string encoded = rlp_list(payload);
    if (absl::Status status = check_hash(header, encoded); !status.ok()) return status;
    return encoded;
}

absl::Status append_transaction(const JsonField& transaction, std::string& out) {
    if (transaction.value().is_string()) {
        return transaction.error("expected a transaction object, found a hash; ask the node for full transactions");
    }
    if (!transaction.value().is_object()) return transaction.expected("an object");
    std::uint64_t type = 0;
    if (const JsonField field = transaction["type"]; !field.is_null()) {
        const absl::StatusOr<std::string_view> text = field.text();
        if (!text.ok()) return text.status();
        const absl::StatusOr<std::uint64_t> number = parse_quantity_u64(*text);
        if (!number.ok()) return field.error(number.status());
        type = *number;
        if (type >= std::size(kTransactionFields)) {
            return field.error(cat("expected a transaction type from 0 to 4, found ", type));
        }
    }
    std::string payload;
    if (absl::Status status = append_fields(transaction, kTransactionFields[type], payload); !status.ok())
        return status;
    std::string encoded = rlp_list(payload);
    if (type != 0) encoded.insert(encoded.begin(), static_cast<char>(type));
    if (absl::Status status = check_hash(transaction, encoded); !status.ok()) return status;
    if (type == 0) {
        out.append(encoded);
    } else {
        append_rlp_string(out, encoded);  // EIP-2718: typed transactions are strings in the block's list
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> header_from_json(const json& header, std::string_view path) {
    return encode_header(JsonField(header, path));
}

absl::StatusOr<std::string> block_from_json(const json& block) {
    const JsonField root(block, "block");
    const absl::StatusOr<std::string> header = encode_header(root);
    if (!header.ok()) return header.status();
    std::string payload = *header;
    const JsonField transactions = root["transactions"];
    if (absl::Status status = append_list(transactions, payload, append_transaction); !status.ok()) return status;
    if (const JsonField uncles = root["uncles"];
        !uncles.is_null() && !(uncles.value().is_array() && uncles.value().empty())) {
        return uncles.error("expected an empty list: blocks after the Merge have no ommers");
    }
    payload.append(rlp_list({}));
    if (const JsonField withdrawals = root["withdrawals"]; !withdrawals.is_null()) {
        const auto append = [](const JsonField& entry, std::string& list) {
            return append_object(entry, kWithdrawal, list);
        };
        if (absl::Status status = append_list(withdrawals, payload, append); !status.ok()) return status;
    }
    return rlp_list(payload);
}

absl::StatusOr<std::string> block_from_json_text(std::string_view text) {
    const absl::StatusOr<json> document = parse_json(text);
    if (!document.ok()) return document.status();
    const absl::StatusOr<const json*> block = unwrap_rpc(*document);
    if (!block.ok()) return block.status();
    return block_from_json(**block);
}

}  // namespace sluice::witness_host

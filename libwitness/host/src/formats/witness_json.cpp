// debug_executionWitness. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/witness_json.h"

#include <algorithm>

#include "json_field.h"
#include "sluice/witness_host/block_json.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

using nlohmann::json;

constexpr std::string_view kEmptyNode("\x80", 1);

absl::StatusOr<std::string> data_of(const JsonField& field) {
    const absl::StatusOr<std::string_view> text = field.text();
    if (!text.ok()) return text.status();
    absl::StatusOr<std::string> bytes = parse_data(*text);
    if (!bytes.ok()) return field.error(bytes.status());
    return bytes;
}

/// A set of byte strings: an array, or an object whose keys (hashes) say nothing that the values do not.
absl::StatusOr<std::vector<std::string>> read_set(const JsonField& field, std::string_view empty_item) {
    std::vector<std::string> items;
    if (field.is_null()) return items;
    const json& value = field.value();
    const auto add = [&](const JsonField& element) {
        absl::StatusOr<std::string> bytes = data_of(element);
        if (!bytes.ok()) return bytes.status();
        if (*bytes != empty_item) items.push_back(*std::move(bytes));
        return absl::OkStatus();
    };
    if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            const JsonField element = field[i];
            if (absl::Status status = add(element); !status.ok()) return status;
        }
    } else if (value.is_object()) {
        for (const auto& entry : value.items()) {
            const JsonField element = field[std::string_view(entry.key())];
            if (absl::Status status = add(element); !status.ok()) return status;
        }
    } else {
        return field.expected("an array");
    }
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    return items;
}

absl::StatusOr<std::vector<std::string>> read_headers(const JsonField& field) {
    std::vector<std::string> headers;
    if (field.is_null()) return headers;
    if (!field.value().is_array()) return field.expected("an array");
    for (std::size_t i = 0; i < field.value().size(); ++i) {
        const JsonField element = field[i];
        const bool is_object = element.value().is_object();
        absl::StatusOr<std::string> header =
            is_object ? header_from_json(element.value(), element.path()) : data_of(element);
        if (!header.ok()) return header.status();
        headers.push_back(*std::move(header));
    }
    if (absl::Status status = sort_headers(headers); !status.ok()) return status;
    return headers;
}

}  // namespace

absl::StatusOr<WitnessArrays> witness_from_json(const json& witness) {
    const JsonField root(witness, "");
    if (!witness.is_object()) return absl::InvalidArgumentError(cat("expected an object, found ", witness.type_name()));
    const JsonField state = root["state"];
    const JsonField code = root["codes"];
    const JsonField header = root["headers"];
    if (state.is_null() && code.is_null() && header.is_null()) {
        return absl::InvalidArgumentError(
            "the object has none of state, codes and headers: not a debug_executionWitness");
    }
    absl::StatusOr<std::vector<std::string>> nodes = read_set(state, kEmptyNode);
    if (!nodes.ok()) return nodes.status();
    absl::StatusOr<std::vector<std::string>> codes = read_set(code, {});
    if (!codes.ok()) return codes.status();
    absl::StatusOr<std::vector<std::string>> headers = read_headers(header);
    if (!headers.ok()) return headers.status();
    return WitnessArrays{*std::move(nodes), *std::move(codes), *std::move(headers)};
}

absl::StatusOr<WitnessArrays> witness_from_json_text(std::string_view text) {
    const absl::StatusOr<json> document = parse_json(text);
    if (!document.ok()) return document.status();
    const absl::StatusOr<const json*> witness = unwrap_rpc(*document);
    if (!witness.ok()) return witness.status();
    return witness_from_json(**witness);
}

std::string witness_json_text(const ExecutionWitness& witness) {
    const auto hex_list = [](const std::vector<std::string>& items) {
        json list = json::array();
        for (const std::string& item : items) list.push_back(to_hex(bytes_of(item)));
        return list;
    };
    const auto sorted = [](std::vector<std::string> items) {
        std::sort(items.begin(), items.end());
        items.erase(std::unique(items.begin(), items.end()), items.end());
        return items;
    };
    return json{{"state", hex_list(sorted(witness.nodes))},
                {"codes", hex_list(sorted(witness.codes))},
                {"headers", hex_list(witness.headers)}}
        .dump();
}

}  // namespace sluice::witness_host

// JSON values that know where they are, so that errors can say it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include "sluice/base/json_depth.h"
#include "sluice/files/text.h"

namespace sluice::witness_host {

/// A place in a document: a value and the fields and indices that lead to it. Cheap to copy; lives as long as its
/// parent.
class JsonField {
 public:
    JsonField(const nlohmann::json& value, std::string_view name) : value_(&value), name_(name) {}

    [[nodiscard]] const nlohmann::json& value() const { return *value_; }
    /// Field `name` of an object; a field that is missing or null reads as null.
    [[nodiscard]] JsonField operator[](std::string_view name) const& {
        static const nlohmann::json kNull;
        const auto found = value_->is_object() ? value_->find(name) : value_->end();
        const bool there = value_->is_object() && found != value_->end();
        return {this, there ? *found : kNull, name, kNoIndex};
    }
    /// Element of an array, in range.
    [[nodiscard]] JsonField operator[](std::size_t index) const& { return {this, (*value_)[index], {}, index}; }
    JsonField operator[](std::string_view) const&& = delete;
    JsonField operator[](std::size_t) const&& = delete;

    [[nodiscard]] bool is_null() const { return value_->is_null(); }
    /// "transactions[3].to"
    [[nodiscard]] std::string path() const {
        if (parent_ == nullptr) return std::string(name_);
        const std::string above = parent_->path();
        if (index_ != kNoIndex) return cat(above, "[", index_, "]");
        return above.empty() ? std::string(name_) : cat(above, ".", name_);
    }
    /// An error about this value.
    [[nodiscard]] absl::Status error(std::string_view message) const {
        return absl::InvalidArgumentError(cat(path(), ": ", message));
    }
    [[nodiscard]] absl::Status error(const absl::Status& status) const { return with_prefix(path(), status); }
    /// "expected `what`, found a number"
    [[nodiscard]] absl::Status expected(std::string_view what) const {
        return error(cat("expected ", what, ", found ", is_null() ? "nothing" : value_->type_name()));
    }
    /// The text of a string value.
    [[nodiscard]] absl::StatusOr<std::string_view> text() const {
        if (!value_->is_string()) return expected("a hex string");
        return std::string_view(value_->get_ref<const std::string&>());
    }

 private:
    static constexpr std::size_t kNoIndex = ~std::size_t{0};
    JsonField(const JsonField* parent, const nlohmann::json& value, std::string_view name, std::size_t index)
        : parent_(parent), value_(&value), name_(name), index_(index) {}

    const JsonField* parent_ = nullptr;
    const nlohmann::json* value_;
    std::string_view name_;
    std::size_t index_ = kNoIndex;
};

/// Parses a document. The error names the byte.
inline absl::StatusOr<nlohmann::json> parse_json(std::string_view text) {
    if (nests_too_deep(text)) return absl::InvalidArgumentError(cat("JSON nests more than ", kMaxJsonDepth, " deep"));
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        return absl::InvalidArgumentError(cat("not JSON: ", error.what()));
    }
}

/// The `result` of a JSON-RPC response, or the document itself if it is none. An error response is an error.
inline absl::StatusOr<const nlohmann::json*> unwrap_rpc(const nlohmann::json& document) {
    if (!document.is_object() || !document.contains("jsonrpc")) return &document;
    if (document.contains("error") && !document["error"].is_null()) {
        return absl::InvalidArgumentError(cat("the file holds a JSON-RPC error: ", document["error"].dump()));
    }
    if (!document.contains("result") || document["result"].is_null()) {
        return absl::InvalidArgumentError("the file holds a JSON-RPC response without result");
    }
    return &document["result"];
}

}  // namespace sluice::witness_host

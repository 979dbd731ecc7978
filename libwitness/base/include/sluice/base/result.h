// Errors of freestanding code: a code with a stable number, Result<T>, and the details of the first failure.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sluice/base/bytes.h"

namespace sluice {

enum class ErrorKind : std::uint8_t {
    none,      ///< no error
    witness,   ///< malformed witness: states nothing about the block
    block,     ///< invalid block
    internal,  ///< limit or fault of this implementation
};

enum class [[nodiscard]] ErrorCode : std::uint16_t{
    ok = 0,
#define SLUICE_ERROR(name, number, kind, text) name = number,
#include "sluice/base/errors.def"
#undef SLUICE_ERROR
};

[[nodiscard]] constexpr ErrorKind error_kind(ErrorCode code) noexcept {
    switch (code) {
#define SLUICE_ERROR(name, number, kind, text) \
    case ErrorCode::name:                      \
        return ErrorKind::kind;
#include "sluice/base/errors.def"
#undef SLUICE_ERROR
        default:
            return ErrorKind::none;
    }
}

/// The error's name as written in errors.def; "unknown" for a number that has none.
[[nodiscard]] constexpr std::string_view error_name(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::ok:
            return "ok";
#define SLUICE_ERROR(name, number, kind, text) \
    case ErrorCode::name:                      \
        return #name;
#include "sluice/base/errors.def"
#undef SLUICE_ERROR
    }
    return "unknown";
}

[[nodiscard]] constexpr std::string_view error_text(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::ok:
            return "no error";
#define SLUICE_ERROR(name, number, kind, text) \
    case ErrorCode::name:                      \
        return text;
#include "sluice/base/errors.def"
#undef SLUICE_ERROR
    }
    return "unknown error";
}

/// Where and what: filled in by the code that sees the failure. Plain data, fixed layout (it leaves the guest as it
/// is).
struct ErrorDetail {
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};

    ErrorCode code = ErrorCode::ok;
    std::uint8_t key_size = 0;      ///< bytes used in `key`
    std::uint8_t value_size = 0;    ///< bytes used in `expected` and `found`; 0: no values given
    std::uint8_t path_size = 0;     ///< nibbles used in `path`
    std::uint8_t storage_path = 0;  ///< 1: `path` lies in the storage trie of the account `key`
    std::uint64_t item = kNone;     ///< index: stream record, transaction, header, withdrawal
    std::uint64_t offset = kNone;   ///< byte offset in the input
    Hash32 key{};                   ///< address, hashed address, node hash or slot the error is about
    Hash32 expected{};              ///< big-endian or raw bytes, the last `value_size` of them
    Hash32 found{};
    std::uint8_t path[64]{};  ///< nibbles from the trie's root, one a byte
    char what[48]{};          ///< the item, field or rule, such as "gas_used" or "storage trie node"

    ErrorDetail& with_what(std::string_view text) noexcept {
        const std::size_t size = text.size() < sizeof what - 1 ? text.size() : sizeof what - 1;
        std::memcpy(what, text.data(), size);
        what[size] = 0;
        return *this;
    }
    ErrorDetail& with_item(std::uint64_t index) noexcept {
        item = index;
        return *this;
    }
    ErrorDetail& with_offset(std::uint64_t position) noexcept {
        offset = position;
        return *this;
    }
    ErrorDetail& with_key(ByteView bytes) noexcept {
        key_size = static_cast<std::uint8_t>(bytes.size() < 32 ? bytes.size() : 32);
        std::memcpy(key.bytes.data(), bytes.data(), key_size);
        return *this;
    }
    ErrorDetail& with_values(const Hash32& expected_value, const Hash32& found_value) noexcept {
        value_size = 32;
        expected = expected_value;
        found = found_value;
        return *this;
    }
    ErrorDetail& with_values(std::uint64_t expected_value, std::uint64_t found_value) noexcept {
        value_size = 8;
        store_be(expected.bytes.data() + 24, expected_value);
        store_be(found.bytes.data() + 24, found_value);
        return *this;
    }
    ErrorDetail& with_path(const std::uint8_t* nibbles, std::size_t count) noexcept {
        path_size = static_cast<std::uint8_t>(count < sizeof path ? count : sizeof path);
        std::memcpy(path, nibbles, path_size);
        return *this;
    }
};
static_assert(std::is_trivially_copyable_v<ErrorDetail>);

/// Keeps the details of the first failure of a run. Owned by the caller of a run and passed down.
class Diagnostics {
 public:
    /// Notes a failure and gives back its code, so that `return diagnostics.fail(...)` reads well.
    ErrorCode fail(ErrorCode code, const ErrorDetail& detail = {}) noexcept {
        if (detail_.code == ErrorCode::ok) {
            detail_ = detail;
            detail_.code = code;
        }
        return code;
    }
    /// Adds the place in the input to the failure that was noted, if it has none yet.
    void locate(std::uint64_t item, std::uint64_t offset) noexcept {
        if (!failed() || detail_.item != ErrorDetail::kNone) return;
        detail_.item = item;
        detail_.offset = offset;
    }
    /// Adds the index of the transaction or withdrawal in which the failure was seen, unless it names an item already.
    void name_item(std::uint64_t index) noexcept {
        if (detail_.item == ErrorDetail::kNone) detail_.item = index;
    }
    [[nodiscard]] const ErrorDetail& detail() const noexcept { return detail_; }
    [[nodiscard]] bool failed() const noexcept { return detail_.code != ErrorCode::ok; }
    void clear() noexcept { detail_ = {}; }

 private:
    ErrorDetail detail_{};
};

/// A value or an error code. T must be trivially destructible: freestanding code has no owning types.
template <class T>
class [[nodiscard]] Result {
    static_assert(std::is_trivially_destructible_v<T>);

 public:
    constexpr Result(const T& value) noexcept : value_(value), code_(ErrorCode::ok) {}
    constexpr Result(ErrorCode code) noexcept : none_(), code_(code) {}

    [[nodiscard]] constexpr bool ok() const noexcept { return code_ == ErrorCode::ok; }
    [[nodiscard]] constexpr ErrorCode error() const noexcept { return code_; }
    /// Only after ok().
    [[nodiscard]] constexpr T& value() noexcept { return value_; }
    [[nodiscard]] constexpr const T& value() const noexcept { return value_; }
    [[nodiscard]] constexpr T& operator*() noexcept { return value_; }
    [[nodiscard]] constexpr const T& operator*() const noexcept { return value_; }
    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value_; }

 private:
    union {
        T value_;
        char none_;
    };
    ErrorCode code_;
};

/// A function without a value returns ErrorCode itself: ErrorCode::ok is success.
[[nodiscard]] constexpr bool failed(ErrorCode code) noexcept {
    return code != ErrorCode::ok;
}

#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)
/// SLUICE_TRY(auto x, f()): x is the value of f(), or the function returns f()'s error.
#define SLUICE_TRY(declaration, expression)                                                                    \
    auto SLUICE_CONCAT(sluice_result_, __LINE__) = (expression);                                               \
    if (!SLUICE_CONCAT(sluice_result_, __LINE__).ok()) return SLUICE_CONCAT(sluice_result_, __LINE__).error(); \
    declaration = *SLUICE_CONCAT(sluice_result_, __LINE__)
/// SLUICE_RETURN_IF_ERROR(f()): returns f()'s ErrorCode unless it is ok.
#define SLUICE_RETURN_IF_ERROR(expression)                              \
    do {                                                                \
        const ::sluice::ErrorCode sluice_code = (expression);           \
        if (sluice_code != ::sluice::ErrorCode::ok) return sluice_code; \
    } while (false)

}  // namespace sluice

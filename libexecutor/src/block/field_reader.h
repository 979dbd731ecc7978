// Reads the fields of an RLP list one after the other and remembers the first that is malformed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "sluice/base/result.h"
#include "sluice/base/rlp.h"

namespace sluice::executor {

/// After the first malformed field every read gives an empty value; `status` turns it into an error that names field,
/// offset and cause. So decoders read top to bottom without a branch a field.
class FieldReader {
 public:
    FieldReader(rlp::Reader reader, const std::uint8_t* origin) noexcept : reader_(reader), origin_(origin) {}
    /// Over the items of the list that fills `rlp`.
    FieldReader(ByteView rlp, std::string_view name) noexcept : origin_(rlp.data()) {
        rlp::Reader outer(rlp);
        reader_ = take(name, outer.list());
        if (!failed() && !outer.done()) note(name, ErrorCode::rlp_trailing_bytes);
    }

    [[nodiscard]] std::uint64_t uint64(std::string_view name) noexcept { return take(name, reader_.uint64()); }
    [[nodiscard]] Uint256 uint256(std::string_view name) noexcept { return take(name, reader_.uint256()); }
    [[nodiscard]] Hash32 hash(std::string_view name) noexcept { return take(name, reader_.hash()); }
    [[nodiscard]] Address address(std::string_view name) noexcept { return take(name, reader_.address()); }
    [[nodiscard]] ByteView string(std::string_view name) noexcept { return take(name, reader_.string()); }
    /// The payload of a list.
    [[nodiscard]] ByteView list(std::string_view name) noexcept { return take(name, reader_.list()).rest(); }
    /// The next item, header included.
    [[nodiscard]] ByteView raw(std::string_view name) noexcept { return take(name, reader_.raw()); }
    /// Null pointer unless the string has exactly `size` bytes.
    [[nodiscard]] ByteView fixed(std::string_view name, std::size_t size) noexcept {
        return take(name, reader_.fixed(size));
    }

    [[nodiscard]] bool done() const noexcept { return reader_.done() || failed(); }
    [[nodiscard]] const std::uint8_t* position() const noexcept { return reader_.rest().data(); }
    void note(std::string_view name, ErrorCode code) noexcept {
        if (failed()) return;
        cause_ = code;
        name_ = name;
        offset_ = static_cast<std::uint64_t>((position() == nullptr ? origin_ : position()) - origin_);
    }
    [[nodiscard]] bool failed() const noexcept { return cause_ != ErrorCode::ok; }

    /// ErrorCode::ok if all fields were well-formed and nothing is left; else `code`.
    [[nodiscard]] ErrorCode finish(std::string_view list_name, ErrorCode code, Diagnostics& diagnostics) noexcept {
        if (!reader_.done()) note(list_name, ErrorCode::rlp_trailing_bytes);
        return status(code, diagnostics);
    }
    /// ErrorCode::ok if all fields read so far were well-formed; else `code`.
    [[nodiscard]] ErrorCode status(ErrorCode code, Diagnostics& diagnostics) const noexcept {
        if (!failed()) return ErrorCode::ok;
        char text[sizeof(ErrorDetail::what)]{};
        std::size_t size = 0;
        for (const std::string_view part : {name_, std::string_view(": "), error_name(cause_)}) {
            const std::size_t length = std::min(part.size(), sizeof text - size);
            std::memcpy(text + size, part.data(), length);
            size += length;
        }
        return diagnostics.fail(code, ErrorDetail{}.with_what({text, size}).with_offset(offset_));
    }

 private:
    template <class T>
    [[nodiscard]] T take(std::string_view name, const Result<T>& result) noexcept {
        if (result.ok() && !failed()) return *result;
        note(name, result.error());
        return T{};
    }

    rlp::Reader reader_;
    const std::uint8_t* origin_;
    ErrorCode cause_ = ErrorCode::ok;
    std::string_view name_{};
    std::uint64_t offset_ = 0;
};

}  // namespace sluice::executor

// RLP (Yellow Paper, appendix B): a strict zero-copy reader and a writer.
//
//     rlp::Reader input(bytes);
//     SLUICE_TRY(rlp::Reader transaction, input.list());
//     SLUICE_RETURN_IF_ERROR(input.finish());                     // nothing may follow the list
//     SLUICE_TRY(const std::uint64_t nonce, transaction.uint64());
//
// The reader accepts exactly the encodings that the writer makes: shortest lengths, a byte below 0x80 as itself,
// integers without leading zeros. So every accepted item has one encoding, and equal hashes mean equal items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "sluice/base/bytes.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"

namespace sluice::rlp {

enum class Kind : std::uint8_t { string, list };

/// The encoding of the empty string, which is also that of the integer 0.
inline constexpr std::uint8_t kEmptyString = 0x80;
/// The encoding of the empty list.
inline constexpr std::uint8_t kEmptyList = 0xc0;

/// The largest payload whose length fits the first byte of its item.
inline constexpr std::size_t kMaxShortLength = 55;

/// Reads a big-endian integer of at most 8 bytes.
[[nodiscard]] inline std::uint64_t load_be_short(const std::uint8_t* bytes, std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[i];
    return value;
}

/// An item: what it is, its payload, and the whole of it with its header.
struct Item {
    Kind kind;
    ByteView payload;
    ByteView raw;
};

/// A cursor over a sequence of RLP items. Views it gives lie in the bytes it reads. After an error the cursor stays
/// where it was.
class Reader {
 public:
    Reader() = default;
    explicit Reader(ByteView bytes) noexcept : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    /// True if no item is left.
    [[nodiscard]] bool done() const noexcept { return next_ == end_; }
    /// ErrorCode::rlp_trailing_bytes unless done().
    [[nodiscard]] ErrorCode finish() const noexcept { return done() ? ErrorCode::ok : ErrorCode::rlp_trailing_bytes; }
    /// The bytes not read yet.
    [[nodiscard]] ByteView rest() const noexcept { return {next_, end_}; }
    [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - next_); }
    /// Kind of the next item, without reading it.
    [[nodiscard]] Result<Kind> next_kind() const noexcept {
        if (done()) return ErrorCode::rlp_truncated;
        return *next_ >= kEmptyList ? Kind::list : Kind::string;
    }

    /// The next item, whatever it is.
    [[nodiscard]] Result<Item> item() noexcept {
        Head head;
        SLUICE_RETURN_IF_ERROR(read_head(head));
        const Item item{head.kind, {next_ + head.header, head.payload}, {next_, head.header + head.payload}};
        next_ += head.header + head.payload;
        return item;
    }
    /// The next item, header included. Only its outer header is checked.
    [[nodiscard]] Result<ByteView> raw() noexcept {
        SLUICE_TRY(const Item next, item());
        return next.raw;
    }
    /// ErrorCode::ok if the next item was there and well-formed; it is passed over. What a list holds is not looked at.
    [[nodiscard]] ErrorCode skip() noexcept {
        Head head;
        SLUICE_RETURN_IF_ERROR(read_head(head));
        next_ += head.header + head.payload;
        return ErrorCode::ok;
    }
    /// The payload of a string.
    [[nodiscard]] Result<ByteView> string() noexcept { return payload(Kind::string); }
    /// A reader of a list's items.
    [[nodiscard]] Result<Reader> list() noexcept {
        SLUICE_TRY(const ByteView items, payload(Kind::list));
        return Reader(items);
    }
    [[nodiscard]] Result<std::uint64_t> uint64() noexcept {
        // Most integers in blocks and accounts are one byte.
        if (next_ != end_ && *next_ <= kEmptyString && *next_ != 0) return std::uint64_t{*next_++ & 0x7fu};
        SLUICE_TRY(const ByteView digits, integer(8));
        return load_be_short(digits.data(), digits.size());
    }
    [[nodiscard]] Result<Uint256> uint256() noexcept {
        SLUICE_TRY(const ByteView digits, integer(32));
        Uint256 value;
        std::size_t left = digits.size();
        std::size_t limb = 0;
        for (; left >= 8; left -= 8) value.limb[limb++] = load_be<std::uint64_t>(digits.data() + left - 8);
        if (left != 0) value.limb[limb] = load_be_short(digits.data(), left);
        return value;
    }
    /// A string of exactly `size` bytes.
    [[nodiscard]] Result<ByteView> fixed(std::size_t size) noexcept {
        Head head;
        SLUICE_RETURN_IF_ERROR(read_head(head));
        if (head.kind != Kind::string) return ErrorCode::rlp_unexpected_kind;
        if (head.payload != size) return ErrorCode::rlp_bad_length;
        const ByteView bytes(next_ + head.header, size);
        next_ += head.header + size;
        return bytes;
    }
    [[nodiscard]] Result<Hash32> hash() noexcept {
        SLUICE_TRY(const ByteView bytes, fixed(32));
        return Hash32::from(bytes.data());
    }
    [[nodiscard]] Result<Address> address() noexcept {
        SLUICE_TRY(const ByteView bytes, fixed(20));
        return Address::from(bytes.data());
    }
    /// An address or the empty string: the `to` of a transaction.
    [[nodiscard]] Result<std::optional<Address>> optional_address() noexcept {
        if (next_ != end_ && *next_ == kEmptyString) {
            ++next_;
            return std::optional<Address>();
        }
        SLUICE_TRY(const Address value, address());
        return std::optional<Address>(value);
    }

 private:
    struct Head {
        Kind kind;
        std::size_t header;
        std::size_t payload;
    };

    [[nodiscard]] ErrorCode read_head(Head& head) const noexcept {
        if (next_ == end_) return ErrorCode::rlp_truncated;
        const std::uint8_t first = *next_;
        if (first < kEmptyString) {
            head = {Kind::string, 0, 1};
            return ErrorCode::ok;
        }
        head.kind = first < kEmptyList ? Kind::string : Kind::list;
        const std::size_t low = first & 0x3fu;
        if (low > kMaxShortLength) return read_long_head(head, low - kMaxShortLength);
        head.header = 1;
        head.payload = low;
        if (low >= remaining()) return ErrorCode::rlp_truncated;
        if (first == 0x81 && next_[1] < kEmptyString) return ErrorCode::rlp_non_canonical;
        return ErrorCode::ok;
    }
    [[nodiscard]] ErrorCode read_long_head(Head& head, std::size_t length_size) const noexcept {
        if (length_size >= remaining()) return ErrorCode::rlp_truncated;
        if (next_[1] == 0) return ErrorCode::rlp_non_canonical;
        head.header = 1 + length_size;
        head.payload = load_be_short(next_ + 1, length_size);
        if (head.payload <= kMaxShortLength) return ErrorCode::rlp_non_canonical;
        return head.payload > remaining() - head.header ? ErrorCode::rlp_truncated : ErrorCode::ok;
    }
    [[nodiscard]] Result<ByteView> payload(Kind kind) noexcept {
        Head head;
        SLUICE_RETURN_IF_ERROR(read_head(head));
        if (head.kind != kind) return ErrorCode::rlp_unexpected_kind;
        const ByteView bytes(next_ + head.header, head.payload);
        next_ += head.header + head.payload;
        return bytes;
    }
    [[nodiscard]] Result<ByteView> integer(std::size_t max_size) noexcept {
        Head head;
        SLUICE_RETURN_IF_ERROR(read_head(head));
        if (head.kind != Kind::string) return ErrorCode::rlp_unexpected_kind;
        const ByteView digits(next_ + head.header, head.payload);
        if (head.payload != 0 && digits[0] == 0) return ErrorCode::rlp_leading_zero;
        if (head.payload > max_size) return ErrorCode::rlp_overflow;
        next_ += head.header + head.payload;
        return digits;
    }

    const std::uint8_t* next_ = nullptr;
    const std::uint8_t* end_ = nullptr;
};

/// Bytes of the header of a list, or of a string other than a single byte below 0x80, with this payload.
[[nodiscard]] constexpr std::size_t length_of_header(std::size_t payload_size) noexcept {
    if (payload_size <= kMaxShortLength) return 1;
    return 1 + (64 - static_cast<std::size_t>(__builtin_clzll(payload_size)) + 7) / 8;
}
/// Bytes of a list with this payload.
[[nodiscard]] constexpr std::size_t length_of_list(std::size_t payload_size) noexcept {
    return length_of_header(payload_size) + payload_size;
}
/// Bytes of an encoded string.
[[nodiscard]] constexpr std::size_t length_of_string(ByteView bytes) noexcept {
    return bytes.size() == 1 && bytes[0] < kEmptyString ? 1 : length_of_header(bytes.size()) + bytes.size();
}
/// Bytes of an encoded integer.
[[nodiscard]] constexpr std::size_t length_of_uint64(std::uint64_t value) noexcept {
    return value < kEmptyString ? 1 : 1 + (64 - static_cast<std::size_t>(__builtin_clzll(value)) + 7) / 8;
}
/// Bytes of an encoded integer.
[[nodiscard]] constexpr std::size_t length_of_uint256(const Uint256& value) noexcept {
    return value.fits_u64() ? length_of_uint64(value.low64()) : 1 + value.byte_width();
}

// The put_* functions write at `out`, which has room, and give the end of what they wrote.

/// `empty` is kEmptyString or kEmptyList. Not for a single byte below 0x80, which has no header.
inline std::uint8_t* put_header(std::uint8_t* out, std::uint8_t empty, std::size_t payload_size) noexcept {
    if (payload_size <= kMaxShortLength) {
        *out = static_cast<std::uint8_t>(empty + payload_size);
        return out + 1;
    }
    const std::size_t length_size = length_of_header(payload_size) - 1;
    *out = static_cast<std::uint8_t>(empty + kMaxShortLength + length_size);
    for (std::size_t i = 0; i < length_size; ++i) {
        out[length_size - i] = static_cast<std::uint8_t>(payload_size >> (8 * i));
    }
    return out + 1 + length_size;
}
inline std::uint8_t* put_list_header(std::uint8_t* out, std::size_t payload_size) noexcept {
    return put_header(out, kEmptyList, payload_size);
}
inline std::uint8_t* put_raw(std::uint8_t* out, ByteView bytes) noexcept {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return out + bytes.size();
}
inline std::uint8_t* put_string(std::uint8_t* out, ByteView bytes) noexcept {
    if (bytes.size() != 1 || bytes[0] >= kEmptyString) out = put_header(out, kEmptyString, bytes.size());
    return put_raw(out, bytes);
}
inline std::uint8_t* put_uint64(std::uint8_t* out, std::uint64_t value) noexcept {
    if (value < kEmptyString) {
        *out = value == 0 ? kEmptyString : static_cast<std::uint8_t>(value);
        return out + 1;
    }
    const std::size_t size = length_of_uint64(value) - 1;
    *out = static_cast<std::uint8_t>(kEmptyString + size);
    for (std::size_t i = 0; i < size; ++i) out[size - i] = static_cast<std::uint8_t>(value >> (8 * i));
    return out + 1 + size;
}
inline std::uint8_t* put_uint256(std::uint8_t* out, const Uint256& value) noexcept {
    if (value.fits_u64()) return put_uint64(out, value.low64());
    const std::size_t size = value.byte_width();
    *out++ = static_cast<std::uint8_t>(kEmptyString + size);
    std::size_t limb = 0;
    std::size_t left = size;
    for (; left >= 8; left -= 8) store_be(out + left - 8, value.limb[limb++]);
    for (std::uint64_t top = left != 0 ? value.limb[limb] : 0; left != 0; top >>= 8) {
        out[--left] = static_cast<std::uint8_t>(top);
    }
    return out + size;
}
inline std::uint8_t* put_hash(std::uint8_t* out, const Hash32& hash) noexcept {
    *out = kEmptyString + 32;
    std::memcpy(out + 1, hash.bytes.data(), 32);
    return out + 33;
}

/// Appends items to an array. A list is either announced by the size of its payload or opened and closed:
///
///     rlp::Writer out(buffer);
///     const auto list = out.begin_list();
///     out.uint64(nonce);
///     out.string(data);
///     out.end_list(list);
///     SLUICE_RETURN_IF_ERROR(out.finish());
class Writer {
 public:
    explicit Writer(ArenaVector<std::uint8_t>& out) noexcept : out_(&out) {}

    void string(ByteView bytes) noexcept {
        if (std::uint8_t* at = room(length_of_string(bytes))) put_string(at, bytes);
    }
    void uint64(std::uint64_t value) noexcept {
        if (std::uint8_t* at = room(length_of_uint64(value))) put_uint64(at, value);
    }
    void uint256(const Uint256& value) noexcept {
        if (std::uint8_t* at = room(length_of_uint256(value))) put_uint256(at, value);
    }
    void hash(const Hash32& value) noexcept {
        if (std::uint8_t* at = room(33)) put_hash(at, value);
    }
    void address(const Address& value) noexcept { string(value.view()); }
    void optional_address(const std::optional<Address>& value) noexcept { string(value ? value->view() : ByteView()); }
    /// Bytes that are encoded already.
    void raw(ByteView bytes) noexcept {
        if (std::uint8_t* at = room(bytes.size())) put_raw(at, bytes);
    }
    /// Starts a list whose items, written next, have `payload_size` bytes.
    void list_header(std::size_t payload_size) noexcept {
        if (std::uint8_t* at = room(length_of_header(payload_size))) put_list_header(at, payload_size);
    }
    /// Starts a list of unknown size; give the result to end_list().
    [[nodiscard]] std::size_t begin_list() noexcept {
        const std::size_t start = out_->size();
        static_cast<void>(room(1));
        return start;
    }
    /// Ends the list begun at `start`. Moves its items if their size needs a longer header.
    void end_list(std::size_t start) noexcept {
        if (failed_) return;
        const std::size_t payload_size = out_->size() - start - 1;
        const std::size_t header = length_of_header(payload_size);
        if (header != 1) {
            if (room(header - 1) == nullptr) return;
            std::uint8_t* first = out_->data() + start;
            std::memmove(first + header, first + 1, payload_size);
        }
        put_list_header(out_->data() + start, payload_size);
    }

    /// ErrorCode::arena_exhausted if anything did not fit; the array is then of no use.
    [[nodiscard]] ErrorCode finish() const noexcept { return failed_ ? ErrorCode::arena_exhausted : ErrorCode::ok; }

 private:
    [[nodiscard]] std::uint8_t* room(std::size_t size) noexcept {
        const std::size_t old_size = out_->size();
        if (failed_ || !out_->reserve(old_size + size)) {
            failed_ = true;
            return nullptr;
        }
        out_->shrink(old_size + size);
        return out_->data() + old_size;
    }

    ArenaVector<std::uint8_t>* out_;
    bool failed_ = false;
};

}  // namespace sluice::rlp

// The reader of a proof's body: canonical elements in order. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "scheme.h"
#include "sluice/base/bytes.h"

namespace sluice::verify {

/// A cursor over field elements of four bytes. The first failure stays and reading on gives zeros, so a part reads all
/// it needs and asks once, before it judges what it read.
class Cursor {
 public:
    explicit Cursor(ByteView bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::uint32_t canonical() noexcept {
        if (outcome_.failed()) return 0;
        if (bytes_.size() - at_ < 4) return fail(Status::truncated);
        const auto word = load_le<std::uint32_t>(bytes_.data() + at_);
        // Else one proof would have many encodings.
        if (word >= KoalaBear::kModulus) return fail(Status::element_not_canonical);
        at_ += 4;
        return word;
    }
    [[nodiscard]] KoalaBear element() noexcept { return KoalaBear::from_canonical(canonical()); }
    template <unsigned D>
    void read(math::Extension<D>& value) noexcept {
        for (KoalaBear& limb : value.limb) limb = element();
    }
    template <unsigned D>
    void read(std::span<math::Extension<D>> values) noexcept {
        for (math::Extension<D>& value : values) read(value);
    }
    template <unsigned N>
    void read(hash::FieldDigest<N>& digest) noexcept {
        for (KoalaBear& part : digest.element) part = element();
    }
    /// Whether `count` more elements are there; a failure if not. Asked before memory is taken or a long loop is
    /// entered.
    [[nodiscard]] bool has(std::uint64_t count) noexcept {
        if (outcome_.failed()) return false;
        if ((bytes_.size() - at_) / 4 >= count) return true;
        fail(Status::truncated);
        return false;
    }
    /// Fails if anything is left.
    void finish() noexcept {
        // Bytes that nothing reads could be changed without failing.
        if (!outcome_.failed() && at_ != bytes_.size()) fail(Status::trailing_bytes);
    }

    [[nodiscard]] bool failed() const noexcept { return outcome_.failed(); }
    [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }

 private:
    std::uint32_t fail(Status status) noexcept {
        outcome_ = {status, static_cast<std::uint32_t>(at_)};
        return 0;
    }

    ByteView bytes_;
    std::size_t at_ = 0;
    Outcome outcome_;
};

/// Whether the proof of work that comes next is right; true if none is asked for. Without it the challenges that follow
/// could be tried 2^bits times as often.
template <class Transcript>
[[nodiscard]] bool check_work(Cursor& cursor, Transcript& transcript, std::string_view label, unsigned bits) noexcept {
    return bits == 0 || transcript.check_grinding(label, bits, cursor.element());
}

}  // namespace sluice::verify

// Judging jump destinations and the end of code. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/code.h"

#include <cstring>

namespace sluice::executor {
namespace {

constexpr std::uint8_t kJumpDest = 0x5b;
constexpr unsigned kPush0 = 0x5f;
constexpr std::size_t kMaxPush = 32;
/// Bytes of data after the instruction, 0 if it is not a PUSH.
[[nodiscard]] std::size_t push_size(std::uint8_t opcode) noexcept {
    const unsigned size = static_cast<unsigned>(opcode) - kPush0;
    return size <= kMaxPush ? size : 0;
}

/// The first of the 32 bytes at `bytes` that can hide the position behind them, as the opcode of a PUSH that reaches
/// over it; kMaxPush if none can. The byte at `i` has to be a PUSH of 32 - i bytes or more, 0x7f - i to 0x7f: eight
/// bytes are compared at once, the top bit of each being the answer.
[[nodiscard]] std::size_t find_cover(const std::uint8_t* bytes) noexcept {
    constexpr std::uint64_t kTopBits = 0x8080808080808080;
    std::uint64_t least = 0x78797a7b7c7d7e7f;
    for (std::size_t i = 0; i < kMaxPush; i += 8) {
        const auto eight = load_le<std::uint64_t>(bytes + i);
        std::uint64_t covers = ((eight | kTopBits) - least) & ~eight & kTopBits;
        if (covers != 0) {
            for (; (covers & 0xff) == 0; covers >>= 8) ++i;
            return i;
        }
        least -= 0x0808080808080808;
    }
    return kMaxPush;
}

enum class Start : std::uint8_t { yes, no, unclear };

/// Whether an instruction starts at `position`: steps back to a place that nothing can hide, and counts instructions
/// forward from there. Unclear when `budget`, which counts the bytes passed, does not suffice; what is left of it is
/// given back.
[[nodiscard]] Start starts_instruction(const std::uint8_t* code, std::size_t position, std::size_t& budget) noexcept {
    std::size_t start = position;
    while (start != 0) {
        std::size_t back = start;
        if (start >= kMaxPush) {
            const std::size_t cover = find_cover(code + start - kMaxPush);
            if (cover == kMaxPush) break;
            back = kMaxPush - cover;
        }
        if (back > budget) return Start::unclear;
        budget -= back;
        start -= back;
    }
    while (start < position) start += 1 + push_size(code[start]);
    return start == position ? Start::yes : Start::no;
}

/// Bytes before the end of code in which its last instruction is looked for: a compiler's metadata, and before it the
/// code.
constexpr std::size_t kTail = 64;

[[nodiscard]] constexpr bool is_last(std::uint8_t opcode) noexcept {
    return opcode == 0x00 || opcode == 0x56 || opcode == 0xf3 || opcode == 0xfd || opcode == 0xfe || opcode == 0xff;
}

}  // namespace

bool ends_by_itself(ByteView code) noexcept {
    for (std::size_t i = code.size(); i > 0 && code.size() - i < kTail;) {
        const std::uint8_t byte = code[--i];
        if (byte == kJumpDest) return false;
        std::size_t budget = 4 * kTail;
        if (is_last(byte) && starts_instruction(code.data(), i, budget) == Start::yes) return true;
    }
    return false;
}

bool JumpTable::reserve(Arena& arena) noexcept {
    if (valid_ != nullptr) return true;
    const std::size_t words = (size_ + 63) / 64;
    valid_ = static_cast<std::uint64_t*>(arena.allocate_zeros(words * sizeof(std::uint64_t)));
    if (valid_ == nullptr) return false;
    known_size_ = size_;
    return true;
}

void JumpTable::walk() noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
        if (code_[i] == kJumpDest) {
            valid_[i / 64] |= std::uint64_t{1} << (i % 64);
        } else {
            i += push_size(code_[i]);
        }
    }
    complete_ = true;
}

JumpTable::Answer JumpTable::judge(std::uint64_t position, Arena& arena) noexcept {
    if (position >= size_ || code_[position] != kJumpDest) return Answer::invalid;
    if (!reserve(arena)) return Answer::arena_exhausted;
    if (!complete_) {
        switch (starts_instruction(code_, position, budget_)) {
            case Start::yes:
                valid_[position / 64] |= std::uint64_t{1} << (position % 64);
                break;
            case Start::no:
                break;
            case Start::unclear:
                walk();
                break;
        }
    }
    return is_known(position) ? Answer::valid : Answer::invalid;
}

ByteView copy_padded(ByteView code, Arena& arena) noexcept {
    auto* copy = arena.make_array<std::uint8_t>(code.size() + kCodePadding);
    if (copy == nullptr) return {};
    if (!code.empty()) std::memcpy(copy, code.data(), code.size());
    std::memset(copy + code.size(), 0, kCodePadding);
    return {copy, code.size()};
}

}  // namespace sluice::executor

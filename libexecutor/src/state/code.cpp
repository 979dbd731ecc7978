// Judging jump destinations. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/code.h"

#include <cstring>

namespace sluice::executor {
namespace {

constexpr std::uint8_t kJumpDest = 0x5b;
constexpr int kPush0 = 0x5f;
constexpr std::size_t kMaxPush = 32;
/// Bytes looked at before a position until walking the whole code is the better way.
constexpr std::size_t kLookBack = 256;

/// Bytes of data after the instruction, 0 if it is not a PUSH.
[[nodiscard]] std::size_t push_size(std::uint8_t opcode) noexcept {
    const unsigned size = static_cast<unsigned>(opcode) - kPush0;
    return size <= kMaxPush ? size : 0;
}

enum class Start : std::uint8_t { yes, no, unclear };

/// Whether an instruction starts at `position`. A byte can hide it only by being PUSHn with n not less than its
/// distance. Where such a byte is seen it is taken as the new position to look before, until nothing hides it: from
/// there the instructions are counted forward.
[[nodiscard]] Start starts_instruction(const std::uint8_t* code, std::size_t position) noexcept {
    const std::size_t stop = position > kLookBack ? position - kLookBack : 0;
    std::size_t start = position;
    for (std::size_t i = position; i > stop && start - i < kMaxPush;) {
        --i;
        const int size = static_cast<int>(code[i]) - kPush0;
        const int distance = static_cast<int>(start - i);
        if (size >= distance && size <= static_cast<int>(kMaxPush)) start = i;
    }
    if (stop != 0 && start - stop < kMaxPush) return Start::unclear;
    while (start < position) start += 1 + push_size(code[start]);
    return start == position ? Start::yes : Start::no;
}

}  // namespace

bool JumpTable::reserve(Arena& arena) noexcept {
    if (valid_ != nullptr) return true;
    const std::size_t words = (size_ + 63) / 64;
    valid_ = arena.make_array<std::uint64_t>(words);
    if (valid_ == nullptr) return false;
    std::memset(valid_, 0, words * sizeof(std::uint64_t));
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
        switch (starts_instruction(code_, position)) {
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

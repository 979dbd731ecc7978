// Up to 8 bytes at any address: the two aligned words that hold them, byte by byte.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The bytes begin at byte `offset` of the first word; `at` marks the offset. The second word is accessed only if they
// reach into it (`crosses`), since it may lie on a page that must not be touched. Range checks: the address and the
// bytes of the accessed words, here.
#pragma once

#include "gadgets/step.h"
#include "sluice/abi/memory_map.h"

namespace sluice::chips {

template <class T>
struct ByteWindow {
    Address<T> address;
    std::array<T, 8> at;  ///< one of them is 1: the offset
    T crosses;
    T next_page;  ///< the second word is the first of the next page
    Access<T> first, second;
    Limbs<T> first_low, second_low;  ///< lower bytes
    SLUICE_COLUMNS(address, at, crosses, next_page, first, second, first_low, second_low)
};
[[nodiscard]] constexpr ByteWindow<KoalaBear> fill_byte_window(const ExecutedStep& step) {
    ByteWindow<KoalaBear> window{};
    const bool crosses = step.memory_words == 2;
    window.address = fill_address(step.address);
    window.at[step.address % 8] = KoalaBear::one();
    window.crosses = element(crosses);
    window.next_page = element(crosses && step.address % SLUICE_PAGE_SIZE >= SLUICE_PAGE_SIZE - 8);
    window.first = fill_access(step.memory[0]);
    window.first_low = low_bytes(step.memory[0].before);
    if (crosses) {
        window.second = fill_access(step.memory[1]);
        window.second_low = low_bytes(step.memory[1].before);
    }
    return window;
}

/// Which row of a window has how many bytes: bits of which at most one is 1, in a real row just one.
template <class V>
struct Widths {
    V one, two, four, eight;

    [[nodiscard]] V any() const { return one + two + four + eight; }
};

/// Binds the window to base + immediate, and accesses its words on pages that `page_bus` has; they become `first_after`
/// and `second_after`.
template <class B, class V>
void check_byte_window(B& b, const Step<V>& step, const Widths<V>& widths, const Limbs<V>& base,
                       const Immediate<V>& immediate, const ByteWindow<V>& window, std::uint32_t page_bus,
                       const Limbs<V>& first_after, const Limbs<V>& second_after) {
    const V is_real = widths.any();
    V any_offset = b.constant(0);
    V offset = b.constant(0);
    for (std::uint32_t i = 0; i < 8; ++i) {
        b.boolean("an offset is a bit", window.at[i]);
        any_offset = any_offset + window.at[i];
        offset = offset + b.constant(i) * window.at[i];
    }
    b.equal("there is one offset", any_offset, is_real);
    const auto& at = window.at;
    b.equal("crosses if the bytes reach beyond the word", window.crosses,
            widths.two * at[7] + widths.four * (at[5] + at[6] + at[7]) + widths.eight * (is_real - at[0]));
    b.boolean("crosses is a bit", window.crosses);
    b.boolean("next_page is a bit", window.next_page);
    b.zero("only what crosses goes on to a page", window.next_page * (b.constant(1) - window.crosses));

    check_address(b, base, immediate, window.address);
    const V low = window.address.low - offset;
    const V key = check_word_key(b, is_real, low, window.address.page);
    b.lookup(page_bus, is_real, {window.address.page});
    // The second word's place is one behind; without the check next_page could name a page that may be touched.
    const V second_page = window.address.page + window.next_page;
    static_cast<void>(
        check_word_key(b, window.crosses, low + b.constant(8) - b.constant(1u << 16) * window.next_page, second_page));
    b.lookup(page_bus, window.crosses, {second_page});
    check_access(b, is_real, step, kMemoryOffset, key, window.first.before, window.first.age, first_after);
    check_access(b, window.crosses, step, kMemoryOffset, key + b.constant(1), window.second.before, window.second.age,
                 second_after);
}

/// The 16 bytes of the two words.
template <class B, class V>
[[nodiscard]] std::array<V, 16> window_bytes(B& b, const V& is_real, const ByteWindow<V>& window) {
    const auto first = split_limbs(b, is_real, window.first.before, window.first_low);
    const auto second = split_limbs(b, window.crosses, window.second.before, window.second_low);
    std::array<V, 16> bytes;
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = first[i];
        bytes[8 + i] = second[i];
    }
    return bytes;
}

}  // namespace sluice::chips

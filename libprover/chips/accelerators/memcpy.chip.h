// MEMCPY: a row for the call, and one for each word of the destination. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The call's row writes the copy's first record: its time, the next destination and source words, how many bytes are
// left, at which byte of its word the destination begins, and which way the bytes go. A row of a word reads the record
// and writes the next one until nothing is left. The time is no other call's, and bytes become fewer with each row, so
// the rows of a call are one chain that begins with it.
//
// Source words are read at + 0 and destination words accessed at + 1, whatever the order of rows: so ranges may
// overlap. Ways: 0, source and destination lie alike in their words, and each word is copied from one. t = 1 .. 7: byte
// k of a destination word is byte k + t of a source word, or byte k + t - 8 of the next, which the row reads; the other
// bytes of that one are `carried` on. 8 + t: the same, and the first word must be read before, by `memcpy_lead`.
#pragma once

#include "gadgets/call.h"

namespace sluice::chips {

/// A copy in words. Of a call of length 0 all that has a meaning is that there are none.
struct WordCopy {
    std::uint32_t time = 0;
    std::uint32_t destination = 0, source = 0;  ///< keys
    std::uint32_t length = 0;                   ///< in bytes
    std::uint32_t start = 0;                    ///< first byte in the destination's first word
    std::uint32_t shift = 0;                    ///< t
    bool has_lead = false;
    const ExecutedCall::Operand* from = nullptr;
    const ExecutedCall::Operand* to = nullptr;

    explicit constexpr WordCopy(const ExecutedStep& step)
        : time(step.time),
          destination(static_cast<std::uint32_t>(step.call->arguments[0] / 8)),
          source(static_cast<std::uint32_t>(step.call->arguments[1] / 8)),
          length(static_cast<std::uint32_t>(step.call->arguments[2])),
          start(step.call->arguments[0] % 8),
          shift((step.call->arguments[1] - step.call->arguments[0]) % 8),
          has_lead(step.call->arguments[1] % 8 > start),
          from(&step.call->operands[0]),
          to(&step.call->operands[1]) {}

    [[nodiscard]] constexpr std::uint32_t words() const { return length == 0 ? 0 : (start + length + 7) / 8; }
    /// Of the destination's words those that are overwritten as a whole, and the others.
    [[nodiscard]] constexpr std::uint32_t whole_words() const {
        const std::uint32_t ended = (start + length) / 8;
        return start == 0 || ended == 0 ? ended : ended - 1;
    }
    [[nodiscard]] constexpr std::uint32_t edges() const { return words() - whole_words(); }
    /// Of destination word i: the bytes left before it, its first byte, and the one behind its last.
    [[nodiscard]] constexpr std::uint32_t left(std::uint32_t i) const {
        return i == 0 ? length : start + length - 8 * i;
    }
    [[nodiscard]] constexpr std::uint32_t begin(std::uint32_t i) const { return i == 0 ? start : 0; }
    [[nodiscard]] constexpr std::uint32_t end(std::uint32_t i) const {
        return begin(i) + left(i) < 8 ? begin(i) + left(i) : 8;
    }
    [[nodiscard]] constexpr bool is_whole(std::uint32_t i) const { return begin(i) == 0 && end(i) == 8; }
    [[nodiscard]] constexpr bool is_last(std::uint32_t i) const { return i + 1 == words(); }
    /// The source word that comes next, and what the one before it has left.
    [[nodiscard]] constexpr std::uint32_t next(std::uint32_t i) const { return has_lead ? i + 1 : i; }
    [[nodiscard]] constexpr std::uint64_t carried(std::uint32_t i) const {
        return shift == 0 || next(i) == 0 ? 0 : from->words[next(i) - 1].before >> (8 * shift);
    }
    /// Whether the word has bytes of the next source word.
    [[nodiscard]] constexpr bool reads_next(std::uint32_t i) const { return end(i) + shift > 8; }
};

/// A record of a copy.
template <class V>
struct CopyRecord {
    V time, destination, source, left, start, way;
    Limbs<V> carried;

    [[nodiscard]] std::array<V, 10> elements() const {
        return {time, destination, source, left, start, way, carried[0], carried[1], carried[2], carried[3]};
    }
};
template <class B, class V>
void read_copy(B& b, const V& selector, const CopyRecord<V>& record) {
    b.read(kCopyBus, selector, record.elements());
}
template <class B, class V>
void write_copy(B& b, const V& selector, const CopyRecord<V>& record) {
    b.write(kCopyBus, selector, record.elements());
}

/// An argument that is an address of bytes, or of a copy of none any number at all.
template <class T>
struct BytePointer {
    Address<T> address;
    Age<T> age;                     ///< of the register
    T offset_or_2, next_page_or_3;  ///< the byte's place in its word, the last byte lies on the next page; or limbs
    SLUICE_COLUMNS(address, age, offset_or_2, next_page_or_3)
};

/// The call. Range checks: pointers and length, here.
struct Memcpy : CallChipBase {
    static constexpr std::uint32_t kId = 0x0180;
    static constexpr std::string_view kName = "memcpy";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_MEMCPY};
    static constexpr std::uint32_t kArguments = 3;
    static_assert(SLUICE_MEMCPY_MAX == SLUICE_PAGE_SIZE);  // two pages at most
    template <class T>
    struct Main {
        T is_real;
        T copies;  ///< the length is not 0
        Call<T> call;
        BytePointer<T> destination, source;
        std::array<T, 2> length;  ///< limbs
        Age<T> length_age;
        T inverse;  ///< of the difference of offsets, if that is not 0
        SLUICE_COLUMNS(is_real, copies, call, destination, source, length, length_age, inverse)
    };

    static void ranges(const std::array<std::uint64_t, kMaxArguments>& arguments, std::vector<WordRange>& out) {
        const auto [destination, source, length, unused] = arguments;
        if (length == 0) return;
        const auto add = [&, bytes = length](std::uint64_t address, std::uint32_t offset, bool written) {
            out.push_back({static_cast<std::uint32_t>(address / 8),
                           static_cast<std::uint32_t>((address % 8 + bytes + 7) / 8), offset, written});
        };
        add(source, 0, false);
        add(destination, 1, true);
    }

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const auto& arguments = step.call->arguments;
        const std::uint64_t length = arguments[2];
        row.is_real = KoalaBear::one();
        row.copies = element(length != 0);
        row.call = fill_call(step);
        const auto fill_pointer = [&](std::size_t argument, BytePointer<KoalaBear>& pointer) {
            const std::uint64_t address = arguments[argument];
            pointer.address = {element(limb(address, 0)), element(limb(address, 1))};
            pointer.age = fill_age(step.call->argument_accesses[argument]);
            pointer.offset_or_2 = element(length != 0 ? address % 8 : limb(address, 2));
            pointer.next_page_or_3 =
                element(length != 0 ? address % SLUICE_PAGE_SIZE + length > SLUICE_PAGE_SIZE : limb(address, 3));
        };
        fill_pointer(0, row.destination);
        fill_pointer(1, row.source);
        row.length = {element(limb(length, 0)), element(limb(length, 1))};
        row.length_age = fill_age(step.call->argument_accesses[2]);
        const KoalaBear difference = element(arguments[1] % 8) - element(arguments[0] % 8);
        if (length != 0 && !difference.is_zero()) row.inverse = difference.inverse();
    }

    template <class B>
    static void eval(B& b, const machine::Row<Memcpy, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, copies, call, destination, source, length, length_age, inverse] = row.main;
        const V zero = b.constant(0);
        b.boolean("is_real is a bit", is_real);
        b.boolean("copies is a bit", copies);
        b.zero("only a call copies", copies * (b.constant(1) - is_real));
        check_call(b, is_real, call, b.constant(SLUICE_ECALL_MEMCPY));

        // At most 2^16: the upper limb is a bit, and the length less one has 16 bits. So 0 is no length to copy.
        check_argument(b, is_real, call.step, 2, {length[0], length[1], zero, zero}, length_age);
        b.boolean("the length's upper limb is a bit", length[1]);
        const V bytes = length[0] + b.constant(1u << 16) * length[1];
        check_bits(b, copies, bytes - b.constant(1), 16);
        b.zero("without a copy the length is 0", (b.constant(1) - copies) * length[0]);
        b.zero("without a copy the length is 0 (top)", (b.constant(1) - copies) * length[1]);

        const auto key_of = [&](std::uint32_t argument, const BytePointer<V>& pointer, std::uint32_t page_bus) {
            const auto& [address, age, offset_or_2, next_page_or_3] = pointer;
            const V none = is_real - copies;
            check_argument(b, is_real, call.step, argument,
                           {address.low, address.page, none * offset_or_2, none * next_page_or_3}, age);
            b.zero("next_page is a bit", copies * next_page_or_3 * (next_page_or_3 - b.constant(1)));
            check_bits(b, copies, offset_or_2, 3);
            const V key = check_word_key(b, copies, address.low - offset_or_2, address.page);
            // The last byte's place. Without it next_page could name a page that may be touched.
            check_bits(b, copies, address.low + bytes - b.constant(1) - b.constant(SLUICE_PAGE_SIZE) * next_page_or_3,
                       16);
            b.lookup(page_bus, copies, {address.page});
            b.lookup(page_bus, copies, {address.page + next_page_or_3});
            return key;
        };
        // A word overwritten in part is read too: what may be written may be read (load_elf sees to it).
        const V destination_key = key_of(0, destination, kWritePageBus);
        const V source_key = key_of(1, source, kReadPageBus);
        const V start = destination.offset_or_2;
        // Of offsets that differ, either way's number is their difference + 8. Without the constraint a copy with a
        // lead could leave it out.
        const V difference = source.offset_or_2 - start;
        const V is_unlike = difference * inverse;
        b.zero("unequal offsets have an inverse difference", (copies - is_unlike) * difference);
        write_copy(b, copies,
                   CopyRecord<V>{call.step.time,
                                 destination_key,
                                 source_key,
                                 bytes,
                                 start,
                                 difference + b.constant(8) * is_unlike,
                                 {zero, zero, zero, zero}});
    }
};

/// What rows of a copy's words share.
struct CopyRowsBase : StepChipBase {
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_MEMCPY};
    static constexpr std::uint32_t kSourceOffset = 0;
    static constexpr std::uint32_t kDestinationOffset = 1;
};

/// Where a copy stands.
template <class T>
struct CopyPlace {
    T time, destination, source, left;
    SLUICE_COLUMNS(time, destination, source, left)

    template <class B>
    [[nodiscard]] Step<T> step(B& b) const {
        return {b.constant(0), time};
    }
};
[[nodiscard]] constexpr CopyPlace<KoalaBear> fill_place(const WordCopy& copy, std::uint32_t i) {
    const std::uint32_t source = copy.source + (copy.shift == 0 ? i : copy.next(i));
    return {element(copy.time), element(copy.destination + i), element(source), element(copy.left(i))};
}
/// The row copies `count` bytes and leaves some, or they are the last. Gives back the selector of the next record.
template <class B, class V>
[[nodiscard]] V check_left(B& b, const V& is_real, const V& is_last, const V& left, const V& count) {
    const V goes_on = is_real - is_last;
    b.boolean("is_real is a bit", is_real);
    b.boolean("is_last is a bit", is_last);
    b.boolean("a row goes on or is the last", goes_on);
    b.zero("the last bytes are all that is left", is_last * (left - count));
    // At least one is left; there are at most 2^16.
    check_bits(b, goes_on, left - count - b.constant(1), 16);
    return goes_on;
}

/// The bytes of a destination word that are copied.
template <class T>
struct CopyMask {
    T start;
    std::array<T, 8> copied;
    SLUICE_COLUMNS(start, copied)
};
[[nodiscard]] constexpr CopyMask<KoalaBear> fill_mask(const WordCopy& copy, std::uint32_t i) {
    CopyMask<KoalaBear> mask{};
    mask.start = element(copy.begin(i));
    for (std::uint32_t k = copy.begin(i); k < copy.end(i); ++k) mask.copied[k] = KoalaBear::one();
    return mask;
}
/// They are a run from `start` on, to the end of the word if the row goes on. Gives back how many.
template <class B, class V>
[[nodiscard]] V check_mask(B& b, const V& is_real, const V& is_last, const CopyMask<V>& mask) {
    V count = b.constant(0);
    V runs = b.constant(0);
    V start = b.constant(0);
    for (std::uint32_t k = 0; k < 8; ++k) {
        b.boolean("a byte is copied or not", mask.copied[k]);
        const V begins = k == 0 ? mask.copied[0] : mask.copied[k] * (b.constant(1) - mask.copied[k - 1]);
        count = count + mask.copied[k];
        runs = runs + begins;
        start = start + b.constant(k) * begins;
    }
    b.equal("the bytes are one run", runs, is_real);
    b.equal("the run begins at the start", start, mask.start);
    b.zero("what goes on copies to the end of the word", (is_real - is_last) * (mask.start + count - b.constant(8)));
    return count;
}
/// A word that was `before` with the copied bytes of `bytes`.
template <class B, class V>
[[nodiscard]] Limbs<V> masked(B& b, const std::array<V, 8>& copied, const std::array<V, 8>& before,
                              const std::array<V, 8>& bytes) {
    Limbs<V> after;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte_of = [&](std::size_t k) { return before[k] + copied[k] * (bytes[k] - before[k]); };
        after[i] = byte_of(2 * i) + b.constant(256) * byte_of(2 * i + 1);
    }
    return after;
}

/// A whole word, copied from one.
struct MemcpyWord : CopyRowsBase {
    static constexpr std::uint32_t kId = 0x0181;
    static constexpr std::string_view kName = "memcpy_word";
    template <class T>
    struct Main {
        T is_real, is_last;
        CopyPlace<T> place;
        Access<T> source, destination;
        SLUICE_COLUMNS(is_real, is_last, place, source, destination)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep& step) {
        const WordCopy copy(step);
        return copy.shift == 0 ? copy.whole_words() : 0;
    }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        if (row_count(step) == 0) return;
        const WordCopy copy(step);
        for (std::uint32_t i = 0; i < copy.words(); ++i) {
            if (!copy.is_whole(i)) continue;
            rows.append({KoalaBear::one(), element(copy.is_last(i)), fill_place(copy, i),
                         fill_access(copy.from->words[i]), fill_access(copy.to->words[i])});
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<MemcpyWord, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, is_last, place, source, destination] = row.main;
        const V zero = b.constant(0);
        const V one = b.constant(1);
        const V count = b.constant(8);
        const Limbs<V> zeros = {zero, zero, zero, zero};
        const V goes_on = check_left(b, is_real, is_last, place.left, count);
        read_copy(b, is_real,
                  CopyRecord<V>{place.time, place.destination, place.source, place.left, zero, zero, zeros});
        check_read(b, is_real, place.step(b), kSourceOffset, place.source, source);
        check_access(b, is_real, place.step(b), kDestinationOffset, place.destination, destination.before,
                     destination.age, source.before);
        write_copy(b, goes_on,
                   CopyRecord<V>{place.time, place.destination + one, place.source + one, place.left - count, zero,
                                 zero, zeros});
    }
};

/// A word of which a part is copied from one.
struct MemcpyEdge : CopyRowsBase {
    static constexpr std::uint32_t kId = 0x0182;
    static constexpr std::string_view kName = "memcpy_edge";
    template <class T>
    struct Main {
        T is_real, is_last;
        CopyPlace<T> place;
        CopyMask<T> mask;
        Access<T> source, destination;
        Limbs<T> source_low, destination_low;  ///< lower bytes
        SLUICE_COLUMNS(is_real, is_last, place, mask, source, destination, source_low, destination_low)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep& step) {
        const WordCopy copy(step);
        return copy.shift == 0 ? copy.edges() : 0;
    }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        if (row_count(step) == 0) return;
        const WordCopy copy(step);
        for (std::uint32_t i = 0; i < copy.words(); ++i) {
            if (copy.is_whole(i)) continue;
            const AccessRecord& source = copy.from->words[i];
            const AccessRecord& destination = copy.to->words[i];
            rows.append({KoalaBear::one(), element(copy.is_last(i)), fill_place(copy, i), fill_mask(copy, i),
                         fill_access(source), fill_access(destination), low_bytes(source.before),
                         low_bytes(destination.before)});
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<MemcpyEdge, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, is_last, place, mask, source, destination, source_low, destination_low] = row.main;
        const V zero = b.constant(0);
        const V one = b.constant(1);
        const Limbs<V> zeros = {zero, zero, zero, zero};
        const V count = check_mask(b, is_real, is_last, mask);
        const V goes_on = check_left(b, is_real, is_last, place.left, count);
        read_copy(b, is_real,
                  CopyRecord<V>{place.time, place.destination, place.source, place.left, mask.start, zero, zeros});
        check_read(b, is_real, place.step(b), kSourceOffset, place.source, source);
        const auto bytes = split_limbs(b, is_real, source.before, source_low);
        const auto before = split_limbs(b, is_real, destination.before, destination_low);
        check_access(b, is_real, place.step(b), kDestinationOffset, place.destination, destination.before,
                     destination.age, masked(b, mask.copied, before, bytes));
        write_copy(b, goes_on,
                   CopyRecord<V>{place.time, place.destination + one, place.source + one, place.left - count, zero,
                                 zero, zeros});
    }
};

/// By how many bytes: one of them is 1 in a real row, for 1 to 7.
template <class T>
using CopyShift = std::array<T, 7>;

[[nodiscard]] constexpr CopyShift<KoalaBear> fill_shift(const WordCopy& copy) {
    CopyShift<KoalaBear> shift{};
    shift[copy.shift - 1] = KoalaBear::one();
    return shift;
}
template <class V>
struct ShiftSums {
    V is_real, by;
};
template <class B, class V>
[[nodiscard]] ShiftSums<V> check_shift(B& b, const CopyShift<V>& shift) {
    ShiftSums<V> sums{b.constant(0), b.constant(0)};
    for (std::uint32_t t = 1; t < 8; ++t) {
        b.boolean("a shift is a bit", shift[t - 1]);
        sums.is_real = sums.is_real + shift[t - 1];
        sums.by = sums.by + b.constant(t) * shift[t - 1];
    }
    return sums;
}
/// Limbs of bytes from byte t - `back` on; those that are not there are 0.
template <class B, class V>
[[nodiscard]] Limbs<V> shifted_word(B& b, const CopyShift<V>& shift, const std::array<V, 8>& bytes, int back) {
    Limbs<V> word;
    for (int i = 0; i < 4; ++i) {
        word[i] = b.constant(0);
        for (int t = 1; t < 8; ++t) {
            for (int k = 0; k < 2; ++k) {
                const int from = 2 * i + k + t - back;
                if (from < 0 || from > 7) continue;
                word[i] = word[i] + b.constant(k == 0 ? 1 : 256) * shift[t - 1] * bytes[from];
            }
        }
    }
    return word;
}
/// What a source word gives to the destination word that it ends, and what it carries on to the next.
template <class B, class V>
[[nodiscard]] Limbs<V> ending(B& b, const CopyShift<V>& shift, const std::array<V, 8>& bytes) {
    return shifted_word(b, shift, bytes, 8);
}
template <class B, class V>
[[nodiscard]] Limbs<V> carried_on(B& b, const CopyShift<V>& shift, const std::array<V, 8>& bytes) {
    return shifted_word(b, shift, bytes, 0);
}

/// A whole word, copied from two.
struct MemcpyShiftedWord : CopyRowsBase {
    static constexpr std::uint32_t kId = 0x0183;
    static constexpr std::string_view kName = "memcpy_shifted_word";
    template <class T>
    struct Main {
        CopyShift<T> shift;
        T is_last;
        CopyPlace<T> place;
        Limbs<T> carried;
        Access<T> source, destination;
        Limbs<T> source_low;  ///< lower bytes
        SLUICE_COLUMNS(shift, is_last, place, carried, source, destination, source_low)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep& step) {
        const WordCopy copy(step);
        return copy.shift != 0 ? copy.whole_words() : 0;
    }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        if (row_count(step) == 0) return;
        const WordCopy copy(step);
        for (std::uint32_t i = 0; i < copy.words(); ++i) {
            if (!copy.is_whole(i)) continue;
            const AccessRecord& source = copy.from->words[copy.next(i)];
            rows.append({fill_shift(copy), element(copy.is_last(i)), fill_place(copy, i), limbs(copy.carried(i)),
                         fill_access(source), fill_access(copy.to->words[i]), low_bytes(source.before)});
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<MemcpyShiftedWord, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [shift, is_last, place, carried, source, destination, source_low] = row.main;
        const V zero = b.constant(0);
        const V one = b.constant(1);
        const V count = b.constant(8);
        const auto [is_real, by] = check_shift(b, shift);
        const V goes_on = check_left(b, is_real, is_last, place.left, count);
        read_copy(b, is_real,
                  CopyRecord<V>{place.time, place.destination, place.source, place.left, zero, by, carried});
        check_read(b, is_real, place.step(b), kSourceOffset, place.source, source);
        const auto bytes = split_limbs(b, is_real, source.before, source_low);
        const Limbs<V> end = ending(b, shift, bytes);
        check_access(b, is_real, place.step(b), kDestinationOffset, place.destination, destination.before,
                     destination.age,
                     {carried[0] + end[0], carried[1] + end[1], carried[2] + end[2], carried[3] + end[3]});
        write_copy(b, goes_on,
                   CopyRecord<V>{place.time, place.destination + one, place.source + one, place.left - count, zero, by,
                                 carried_on(b, shift, bytes)});
    }
};

/// A word of which a part is copied from two, or from what is carried alone.
struct MemcpyShiftedEdge : CopyRowsBase {
    static constexpr std::uint32_t kId = 0x0184;
    static constexpr std::string_view kName = "memcpy_shifted_edge";
    template <class T>
    struct Main {
        CopyShift<T> shift;
        T is_last;
        T reads;  ///< the part has bytes of the next source word
        CopyPlace<T> place;
        CopyMask<T> mask;
        Limbs<T> carried;
        Access<T> source, destination;
        Limbs<T> word;  ///< what a whole word would become
        Limbs<T> source_low, destination_low, word_low;
        SLUICE_COLUMNS(shift, is_last, reads, place, mask, carried, source, destination, word, source_low,
                       destination_low, word_low)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep& step) {
        const WordCopy copy(step);
        return copy.shift != 0 ? copy.edges() : 0;
    }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        if (row_count(step) == 0) return;
        const WordCopy copy(step);
        for (std::uint32_t i = 0; i < copy.words(); ++i) {
            if (copy.is_whole(i)) continue;
            Main<KoalaBear> row{};
            row.shift = fill_shift(copy);
            row.is_last = element(copy.is_last(i));
            row.place = fill_place(copy, i);
            row.mask = fill_mask(copy, i);
            row.carried = limbs(copy.carried(i));
            std::uint64_t word = copy.carried(i);
            if (copy.reads_next(i)) {
                const AccessRecord& source = copy.from->words[copy.next(i)];
                row.reads = KoalaBear::one();
                row.source = fill_access(source);
                row.source_low = low_bytes(source.before);
                word |= source.before << (64 - 8 * copy.shift);
            }
            row.destination = fill_access(copy.to->words[i]);
            row.word = limbs(word);
            row.word_low = low_bytes(word);
            row.destination_low = low_bytes(copy.to->words[i].before);
            rows.append(row);
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<MemcpyShiftedEdge, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [shift, is_last, reads, place, mask, carried, source, destination, word, source_low,
                     destination_low, word_low] = row.main;
        const V zero = b.constant(0);
        const V one = b.constant(1);
        const auto [is_real, by] = check_shift(b, shift);
        const V count = check_mask(b, is_real, is_last, mask);
        const V goes_on = check_left(b, is_real, is_last, place.left, count);
        read_copy(b, is_real,
                  CopyRecord<V>{place.time, place.destination, place.source, place.left, mask.start, by, carried});

        b.boolean("reads is a bit", reads);
        b.zero("only a real row reads", reads * (one - is_real));
        // Byte 8 - t is the next source word's first: it is read if and only if the part reaches beyond.
        const V beyond = mask.start + count + by - b.constant(8);
        check_bits(b, is_real, reads * (beyond - one) - (one - reads) * beyond, 3);
        for (const V& limb : source.before) b.zero("a word that is not read is 0", (one - reads) * limb);
        check_read(b, reads, place.step(b), kSourceOffset, place.source, source);

        const auto bytes = split_limbs(b, is_real, source.before, source_low);
        const Limbs<V> end = ending(b, shift, bytes);
        for (std::size_t i = 0; i < 4; ++i) b.equal("a limb of the whole word", word[i], carried[i] + end[i]);
        const auto whole = split_limbs(b, is_real, word, word_low);
        const auto before = split_limbs(b, is_real, destination.before, destination_low);
        check_access(b, is_real, place.step(b), kDestinationOffset, place.destination, destination.before,
                     destination.age, masked(b, mask.copied, before, whole));
        write_copy(b, goes_on,
                   CopyRecord<V>{place.time, place.destination + one, place.source + one, place.left - count, zero, by,
                                 carried_on(b, shift, bytes)});
    }
};

/// The first source word of a copy whose first destination word begins with its bytes and ends with the next one's.
struct MemcpyLead : CopyRowsBase {
    static constexpr std::uint32_t kId = 0x0185;
    static constexpr std::string_view kName = "memcpy_lead";
    template <class T>
    struct Main {
        CopyShift<T> shift;
        CopyPlace<T> place;
        T start;
        Access<T> source;
        Limbs<T> source_low;  ///< lower bytes
        SLUICE_COLUMNS(shift, place, start, source, source_low)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep& step) {
        const WordCopy copy(step);
        return copy.length != 0 && copy.has_lead ? 1 : 0;
    }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        if (row_count(step) == 0) return;
        const WordCopy copy(step);
        CopyPlace<KoalaBear> place = fill_place(copy, 0);
        place.source = element(copy.source);
        const AccessRecord& source = copy.from->words[0];
        rows.append({fill_shift(copy), place, element(copy.start), fill_access(source), low_bytes(source.before)});
    }

    template <class B>
    static void eval(B& b, const machine::Row<MemcpyLead, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [shift, place, start, source, source_low] = row.main;
        const V zero = b.constant(0);
        const auto [is_real, by] = check_shift(b, shift);
        b.boolean("is_real is a bit", is_real);
        read_copy(b, is_real,
                  CopyRecord<V>{place.time,
                                place.destination,
                                place.source,
                                place.left,
                                start,
                                by + b.constant(8),
                                {zero, zero, zero, zero}});
        check_read(b, is_real, place.step(b), kSourceOffset, place.source, source);
        const auto bytes = split_limbs(b, is_real, source.before, source_low);
        write_copy(b, is_real,
                   CopyRecord<V>{place.time, place.destination, place.source + b.constant(1), place.left, start, by,
                                 carried_on(b, shift, bytes)});
    }
};

}  // namespace sluice::chips

// What rows are filled from where they are filled later or elsewhere: instructions as a few words each, calls as plain
// arrays. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A record of an instruction has what cannot be computed from the program and the record: values found, when they were
// found before, results. Addresses, and what stores leave, follow. One source for host and device.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gadgets/execution.h"
#include "sluice/isa/decode.h"

namespace sluice::chips {

/// Bytes that a load or store accesses.
[[nodiscard]] constexpr std::uint32_t access_bytes(isa::Op op) noexcept {
    switch (op) {
        case isa::Op::LB:
        case isa::Op::LBU:
        case isa::Op::SB:
            return 1;
        case isa::Op::LH:
        case isa::Op::LHU:
        case isa::Op::SH:
            return 2;
        case isa::Op::LW:
        case isa::Op::LWU:
        case isa::Op::SW:
            return 4;
        default:
            return 8;
    }
}

/// Word number `i` of the two from the first that a store of `size` bytes reaches into, after it.
[[nodiscard]] constexpr std::uint64_t stored(std::uint64_t word, std::uint64_t value, std::uint32_t offset,
                                             std::uint32_t size, std::uint32_t i) noexcept {
    for (std::uint32_t j = 0; j < size; ++j) {
        const std::uint32_t place = offset + j;
        if (place / 8 != i) continue;
        const std::uint32_t shift = 8 * (place % 8);
        word = (word & ~(std::uint64_t{0xff} << shift)) | (value >> (8 * j) & 0xff) << shift;
    }
    return word;
}

/// What the records of a chip's instructions hold beside program row and time, all its operations alike.
struct RecordShape {
    bool first = false;        ///< rs1: value, time of the access before
    bool second = false;       ///< rs2, likewise
    bool target = false;       ///< rd, likewise, as it was
    bool result = false;       ///< what rd becomes
    std::uint32_t memory = 0;  ///< words of memory that may be accessed, likewise

    /// 32-bit words of a record.
    [[nodiscard]] constexpr std::uint32_t words() const noexcept {
        return 2 + 3 * (first + second + target + memory) + 2 * result;
    }
    friend constexpr bool operator==(const RecordShape&, const RecordShape&) = default;
};
/// Of an operation in a chip that accesses so many words of memory.
[[nodiscard]] constexpr RecordShape record_shape_of(isa::Op op, std::uint32_t memory_words) noexcept {
    using isa::Format;
    const Format format = isa::info(op).format;
    RecordShape shape;
    shape.second = format == Format::r || format == Format::s || format == Format::b;
    shape.first = shape.second || format == Format::i || format == Format::shift || format == Format::shift_word;
    shape.target = format != Format::s && format != Format::b;
    // Of an LD the result is the word, of JALR and constants the program's.
    shape.result = shape.target && shape.first && memory_words != 1 && op != isa::Op::JALR;
    shape.memory = memory_words;
    return shape;
}
/// Whether a chip's rows are those of ECALLs.
template <class ChipType>
inline constexpr bool kTakesCalls = requires {
    ChipType::kNumbers;
};
template <class ChipType>
inline constexpr RecordShape kRecordShape = record_shape_of(ChipType::kOps[0], ChipType::kMemoryWords);

/// 32-bit words of a chip's record: an instruction's, or of a call its place among the calls and its first row.
template <class ChipType>
[[nodiscard]] constexpr std::uint32_t record_words() noexcept {
    if constexpr (kTakesCalls<ChipType>) {
        return 2;
    } else {
        return kRecordShape<ChipType>.words();
    }
}

/// Writes and reads records, word by word.
class RecordWriter {
 public:
    constexpr explicit RecordWriter(std::uint32_t* to) noexcept : to_(to) {}
    constexpr void put(std::uint32_t value) noexcept { *to_++ = value; }
    constexpr void put_long(std::uint64_t value) noexcept {
        put(static_cast<std::uint32_t>(value));
        put(static_cast<std::uint32_t>(value >> 32));
    }
    constexpr void put_access(const AccessRecord& access) noexcept {
        put_long(access.before);
        put(access.previous);
    }

 private:
    std::uint32_t* to_;
};
class RecordReader {
 public:
    constexpr explicit RecordReader(const std::uint32_t* from) noexcept : from_(from) {}
    constexpr std::uint32_t get() noexcept { return *from_++; }
    constexpr std::uint64_t get_long() noexcept {
        const std::uint64_t low = get();
        return low | std::uint64_t{get()} << 32;
    }
    constexpr AccessRecord get_access(std::uint32_t now) noexcept {
        const std::uint64_t before = get_long();
        return {before, get(), now};
    }

 private:
    const std::uint32_t* from_;
};

/// Writes kRecordShape<ChipType>.words() words.
template <class ChipType>
constexpr void write_record(const ExecutedStep& step, std::uint32_t* to) noexcept {
    constexpr RecordShape shape = kRecordShape<ChipType>;
    RecordWriter out(to);
    out.put(step.row);
    out.put(step.time);
    if constexpr (shape.first) out.put_access(step.first_access);
    if constexpr (shape.second) out.put_access(step.second_access);
    if constexpr (shape.target) out.put_access(step.target_access);
    if constexpr (shape.result) out.put_long(step.result);
    for (std::uint32_t i = 0; i < shape.memory; ++i) out.put_access(step.memory[i]);
}

/// What the record was written from, but for `row`. `lines` are the program's.
template <class ChipType>
[[nodiscard]] constexpr ExecutedStep read_record(const std::uint32_t* from, const ProgramLine* lines) noexcept {
    constexpr RecordShape shape = kRecordShape<ChipType>;
    RecordReader in(from);
    ExecutedStep step;
    step.line = lines[in.get()];
    step.time = in.get();
    step.next_pc = step.line.pc + 4;
    if constexpr (shape.first) {
        step.first_access = in.get_access(step.time);
        step.first = step.first_access.before;
    }
    if constexpr (shape.second) {
        step.second_access = in.get_access(step.time + 1);
        step.second = step.second_access.before;
    }
    if constexpr (shape.target) step.target_access = in.get_access(step.time + 2);
    if constexpr (shape.result) step.result = in.get_long();
    const auto sum =
        step.first + static_cast<std::uint64_t>(std::int64_t{static_cast<std::int16_t>(step.line.immediate[0])});
    if constexpr (ChipType::kOps[0] == isa::Op::JALR)
        step.next_pc = static_cast<std::uint32_t>(sum & ~std::uint64_t{1});
    if constexpr (shape.memory != 0) {
        step.address = sum;
        const auto offset = static_cast<std::uint32_t>(sum % 8);
        const std::uint32_t size = access_bytes(step.line.op);
        step.memory_words = offset + size > 8 ? 2 : 1;
        for (std::uint32_t i = 0; i < shape.memory; ++i) {
            const AccessRecord access = in.get_access(step.time);
            if (i >= step.memory_words) continue;
            step.memory[i] = access;
            if constexpr (shape.second) step.memory_after[i] = stored(access.before, step.second, offset, size, i);
        }
        if constexpr (shape.memory == 1 && shape.target) step.result = step.memory[0].before;
    }
    return step;
}

/// An ECALL as plain data; its operands' words lie in arrays beside it.
struct CallRecord {
    std::uint64_t number = 0;
    AccessRecord number_access;
    std::array<std::uint64_t, kMaxArguments> arguments{};
    std::array<AccessRecord, kMaxArguments> argument_accesses;
    std::uint32_t row = 0;  ///< of the program
    std::uint32_t time = 0;
    std::array<std::uint32_t, kMaxArguments> first{};  ///< of each operand: where its words begin
    std::array<std::uint32_t, kMaxArguments> words{};  ///< and how many there are
};

/// The call that a record was made from.
[[nodiscard]] constexpr ExecutedCall read_call(const CallRecord& record, const AccessRecord* accesses,
                                               const std::uint64_t* after) noexcept {
    ExecutedCall call;
    call.number = record.number;
    call.number_access = record.number_access;
    call.arguments = record.arguments;
    call.argument_accesses = record.argument_accesses;
    for (std::size_t i = 0; i < kMaxArguments; ++i) {
        call.operands[i] = {std::span(accesses + record.first[i], record.words[i]),
                            std::span(after + record.first[i], record.words[i])};
    }
    return call;
}
/// Its step, which refers to the call.
[[nodiscard]] constexpr ExecutedStep read_call_step(const CallRecord& record, const ExecutedCall& call,
                                                    const ProgramLine* lines) noexcept {
    ExecutedStep step;
    step.line = lines[record.row];
    step.row = record.row;
    step.time = record.time;
    step.next_pc = step.line.pc + 4;
    step.call = &call;
    return step;
}

}  // namespace sluice::chips

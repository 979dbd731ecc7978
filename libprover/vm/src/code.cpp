// Decoding of the text: see code.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "code.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <sys/mman.h>
#include <utility>

#include "absl/strings/str_format.h"

#include "sluice/abi/memory_map.h"
#include "sluice/base/bytes.h"

namespace sluice::vm {
namespace {

using isa::Op;
using isa::OpClass;

constexpr std::uint32_t bit(unsigned reg) {
    return reg == 0 ? 0 : 1U << reg;
}

/// The entry for the word at `address`, without the sums of its block.
Decoded prepare(std::uint32_t word, std::uint64_t address, std::uint64_t text_begin, std::uint64_t text_end) {
    const isa::Instruction instruction = isa::decode(word);
    Decoded out{};
    out.op = static_cast<std::uint8_t>(instruction.op);
    out.rd = instruction.rd == 0 ? kSinkRegister : instruction.rd;
    out.rs1 = instruction.rs1;
    out.rs2 = instruction.rs2;
    out.imm = instruction.imm;
    out.registers = registers_of(instruction);
    if (isa::op_class(instruction.op) == OpClass::branch || instruction.op == Op::JAL) {
        const std::uint64_t target = address + static_cast<std::uint64_t>(std::int64_t{instruction.imm});
        if (target % 4 != 0 || target < text_begin || target >= text_end) {
            out.op = kOpFarJump;
        } else {
            out.imm = instruction.imm / 4;
        }
    } else if (instruction.op == Op::AUIPC) {
        // The sum is known here; LUI loads it. Far from its place it may not fit, then AUIPC stays.
        const auto value = static_cast<std::int64_t>(address) + instruction.imm;
        if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max()) {
            out.op = static_cast<std::uint8_t>(Op::LUI);
            out.imm = static_cast<std::int32_t>(value);
        }
    }
    return out;
}

}  // namespace

std::uint32_t registers_of(const isa::Instruction& instruction) noexcept {
    return bit(instruction.rd) | bit(instruction.rs1) | bit(instruction.rs2);
}

absl::StatusOr<Code> Code::create(const Program& program) {
    std::uint64_t begin = SLUICE_IMAGE_END;
    std::uint64_t end = SLUICE_IMAGE_BEGIN;
    for (const Segment& segment : program.segments) {
        if (!segment.executable) continue;
        begin = std::min<std::uint64_t>(begin, segment.address);
        end = std::max<std::uint64_t>(end, segment.end());
    }
    if (begin >= end) return absl::InvalidArgumentError("program has no executable segment");
    end = (end + 3) & ~std::uint64_t{3};

    Code code;
    code.base_ = begin;
    code.size_ = (end - begin) / 4;
    code.mapped_bytes_ = (code.size_ + 1) * sizeof(Decoded);
    // Zero bytes are ILLEGAL entries: gaps between segments cost no memory.
    void* mapping =
        mmap(nullptr, code.mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        return absl::ResourceExhaustedError(
            absl::StrFormat("mapping %d bytes for decoded text failed: %s", code.mapped_bytes_, std::strerror(errno)));
    }
    code.entries_ = static_cast<Decoded*>(mapping);

    for (const Segment& segment : program.segments) {
        if (!segment.executable) continue;
        // Past the file's bytes there are zeros, which are ILLEGAL already.
        const std::size_t first = (segment.address - begin) / 4;
        const std::size_t count = (segment.bytes.size() + 3) / 4;
        for (std::size_t i = count; i-- > 0;) {
            std::uint8_t word[4] = {};
            std::memcpy(word, segment.bytes.data() + 4 * i, std::min<std::size_t>(4, segment.bytes.size() - 4 * i));
            Decoded& entry = code.entries_[first + i];
            entry = prepare(load_le<std::uint32_t>(word), segment.address + 4 * i, begin, end);
            entry.length = 1;
            const bool ends = entry.op == kOpFarJump || isa::ends_block(static_cast<Op>(entry.op));
            if (!ends) {
                entry.length += code.entries_[first + i + 1].length;
                entry.registers |= code.entries_[first + i + 1].registers;
            }
        }
    }
    return code;
}

Code::Code(Code&& other) noexcept
    : base_(other.base_),
      size_(other.size_),
      mapped_bytes_(other.mapped_bytes_),
      entries_(std::exchange(other.entries_, nullptr)) {}

Code::~Code() {
    if (entries_ != nullptr) munmap(entries_, mapped_bytes_);
}

}  // namespace sluice::vm

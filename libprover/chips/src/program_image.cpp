// What a program fixes of the machine. SPDX-License-Identifier: MIT OR Apache-2.0
#include "program_image.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "sluice/abi/memory_map.h"
#include "tables/lookup_tables.h"
#include "tables/preprocessed.h"
#include "tables/program_tables.h"

namespace sluice::chips {

namespace {

constexpr std::uint32_t kPageSize = SLUICE_PAGE_SIZE;
constexpr std::uint32_t kWordsPerPage = kPageSize / 8;
/// No instruction's address.
constexpr std::uint32_t kNowhere = 1;

/// 16 + 16 bits, and the limb of all higher bits.
std::array<std::uint32_t, 3> split(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return {limb(bits, 0), limb(bits, 1), limb(bits, 2)};
}

/// The place a jump leads to; only text has any.
std::uint32_t place(std::uint32_t pc, std::int32_t offset) {
    const std::int64_t target = std::int64_t{pc} + offset;
    return target > 0 && target < SLUICE_IMAGE_END ? static_cast<std::uint32_t>(target) : kNowhere;
}

/// Nothing for what is no instruction of a chip.
std::optional<ProgramLine> make_line(std::uint32_t pc, std::uint32_t word) {
    const isa::Instruction in = isa::decode(word);
    ProgramLine line;
    line.pc = pc;
    line.op = in.op;
    line.rs1 = in.rs1;
    line.rs2 = in.rs2;
    const std::uint32_t target_register = in.rd == 0 ? kSink : in.rd;
    switch (isa::info(in.op).format) {
        case isa::Format::none:
            if (in.op == isa::Op::ECALL) return line;
            if (in.op != isa::Op::FENCE) return std::nullopt;
            line.op = isa::Op::LUI;
            line.rd = kSink;
            line.target = pc + 4;
            return line;
        case isa::Format::r:
            line.rd = target_register;
            return line;
        case isa::Format::i:
            line.rd = target_register;
            line.immediate = split(in.imm);
            return line;
        case isa::Format::shift:
        case isa::Format::shift_word: {
            line.rd = target_register;
            const bool is_right = in.op != isa::Op::SLLI && in.op != isa::Op::SLLIW;
            const ShiftTable::Effect effect = ShiftTable::effect(is_right, static_cast<std::uint32_t>(in.imm));
            line.immediate = {1u << effect.bits, 1u << (16 - effect.bits), effect.bits};
            line.target = effect.place;
            return line;
        }
        case isa::Format::s:
            line.immediate = split(in.imm);
            return line;
        case isa::Format::b:
            line.target = place(pc, in.imm);
            return line;
        case isa::Format::u:
            line.rd = target_register;
            line.immediate = split(std::int64_t{in.imm} + (in.op == isa::Op::AUIPC ? pc : 0));
            line.op = isa::Op::LUI;
            line.target = pc + 4;
            return line;
        case isa::Format::j:
            line.rd = target_register;
            line.immediate = split(std::int64_t{pc} + 4);
            line.op = isa::Op::LUI;
            line.target = place(pc, in.imm);
            return line;
    }
    return std::nullopt;
}

}  // namespace

absl::StatusOr<ProgramImage> ProgramImage::make(const vm::Program& program) {
    ProgramImage image;
    image.entry_ = program.entry;
    image.pages_.push_back({.number = 0});
    for (const vm::Segment& segment : program.segments) {
        if (segment.address % kPageSize != 0 || segment.address < SLUICE_IMAGE_BEGIN ||
            segment.end() > SLUICE_IMAGE_END || segment.bytes.size() > segment.size) {
            return absl::InvalidArgumentError(absl::StrCat("segment at ", segment.address, " of ", segment.size,
                                                           " bytes is not one of a checked program"));
        }
        const std::vector<std::uint8_t>& bytes = segment.bytes;
        const auto first_line = static_cast<std::uint32_t>(image.lines_of_text_.size());
        if (segment.executable) {
            image.lines_of_text_.resize(first_line + (segment.size + kPageSize - 1) / kPageSize * (kPageSize / 4),
                                        kNoRow);
            for (std::uint32_t at = 0; at + 4 <= bytes.size(); at += 4) {
                const auto line = make_line(segment.address + at, load_le<std::uint32_t>(bytes.data() + at));
                if (!line.has_value()) continue;
                image.lines_of_text_[first_line + at / 4] = static_cast<std::uint32_t>(image.lines_.size());
                image.lines_.push_back(*line);
            }
        }
        for (std::uint32_t start = 0; start < segment.size; start += kPageSize) {
            ImagePage page;
            page.number = (segment.address + start) / kPageSize;
            page.readable = segment.readable;
            page.writable = segment.writable;
            if (segment.executable) page.first_line = first_line + start / 4;
            if (start < bytes.size()) {
                page.page_class = PageClass::image;
                page.first_word = static_cast<std::uint32_t>(image.image_words_.size());
                for (std::uint32_t word = 0; word < kWordsPerPage; ++word) {
                    std::uint64_t value = 0;
                    for (std::uint32_t i = 0; i < 8; ++i) {
                        const std::size_t at = std::size_t{start} + 8 * word + i;
                        if (at < bytes.size()) value |= std::uint64_t{bytes[at]} << (8 * i);
                    }
                    image.image_words_.push_back({page.number * kWordsPerPage + word, value});
                }
            }
            image.pages_.push_back(page);
        }
    }
    const auto add_region = [&](std::uint64_t begin, std::uint64_t end, bool writable, PageClass page_class) {
        for (std::uint64_t at = begin; at < end; at += kPageSize) {
            image.pages_.push_back({.number = static_cast<std::uint32_t>(at / kPageSize),
                                    .readable = true,
                                    .writable = writable,
                                    .page_class = page_class});
        }
    };
    add_region(SLUICE_STACK_BEGIN, SLUICE_STACK_END, true, PageClass::zero);
    add_region(SLUICE_HEAP_BEGIN, SLUICE_HEAP_END, true, PageClass::zero);
    add_region(SLUICE_INPUT_BEGIN, SLUICE_INPUT_END, false, PageClass::input);
    image.index_of_page_.assign(image.pages_.back().number + 1, kNoRow);
    for (std::size_t i = 0; i < image.pages_.size(); ++i) {
        image.index_of_page_[image.pages_[i].number] = static_cast<std::uint32_t>(i);
    }
    if (image.lines_.empty()) return absl::InvalidArgumentError("the program has no instruction");
    return image;
}

std::uint32_t ProgramImage::image_row(std::uint32_t key) const {
    const std::uint32_t page = page_at(key / kWordsPerPage);
    if (page == kNoRow || pages_[page].page_class != PageClass::image) return kNoRow;
    return pages_[page].first_word + key % kWordsPerPage;
}

machine::ChipShape ProgramImage::program_shape() const {
    PreprocessedRows<ProgramTable> rows;
    for (const ProgramLine& line : lines_) {
        rows.append({element(line.pc),
                     element(static_cast<std::uint32_t>(line.op)),
                     element(line.rd),
                     element(line.rs1),
                     element(line.rs2),
                     {element(line.immediate[0]), element(line.immediate[1]), element(line.immediate[2])},
                     element(line.target)});
    }
    return rows.shape();
}

machine::ChipShape ProgramImage::page_shape() const {
    PreprocessedRows<PageTable> rows;
    for (const ImagePage& page : pages_) {
        rows.append({element(page.number), element(page.readable), element(page.writable)});
    }
    return rows.shape();
}

machine::ChipShape ProgramImage::page_class_shape() const {
    PreprocessedRows<PageClassTable> rows;
    for (const ImagePage& page : pages_) {
        rows.append({element(page.number), element(static_cast<std::uint32_t>(page.page_class))});
    }
    return rows.shape();
}

machine::ChipShape ProgramImage::image_shape() const {
    PreprocessedRows<ImageTable> rows;
    for (const ImageWord& word : image_words_) rows.append({element(word.key), limbs(word.word)});
    return rows.shape();
}

}  // namespace sluice::chips

// ELF loader: see elf.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/vm/elf.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

#include "sluice/abi/memory_map.h"
#include "sluice/vm/tohost.h"

namespace sluice::vm {
namespace {

// Field offsets and constants of the System V ABI (ELF-64 object file format) and the RISC-V ELF psABI.
constexpr std::uint64_t kHeaderSize = 64;
constexpr std::uint64_t kProgramHeaderSize = 56;
constexpr std::uint64_t kSectionHeaderSize = 64;
constexpr std::uint64_t kSymbolSize = 24;
constexpr std::uint16_t kTypeExec = 2;
constexpr std::uint16_t kMachineRiscv = 243;
constexpr std::uint32_t kFlagCompressed = 0x1;
constexpr std::uint32_t kFlagFloatAbi = 0x6;
constexpr std::uint32_t kFlagEmbedded = 0x8;
constexpr std::uint16_t kExtendedCount = 0xffff;  // PN_XNUM: the number is elsewhere
constexpr std::uint32_t kLoad = 1, kDynamic = 2, kInterpreter = 3, kThreadLocal = 7;
constexpr std::uint32_t kExecute = 1, kWrite = 2, kRead = 4;
constexpr std::uint32_t kSymbolTable = 2;
constexpr std::uint32_t kNoBits = 8;
constexpr std::uint8_t kNoType = 0, kFunction = 2;
constexpr std::uint64_t kMaxNameSize = 8192;  // a longer name is taken for garbage

absl::Status refuse(absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("ELF: ", what));
}

absl::Status refuse(absl::string_view what, std::uint64_t expected, std::uint64_t found) {
    return refuse(absl::StrFormat("%s: expected 0x%x, found 0x%x", what, expected, found));
}

/// Whether [offset, offset + size) lies in `limit` bytes; no sum that could wrap.
bool inside(std::uint64_t offset, std::uint64_t size, std::uint64_t limit) {
    return offset <= limit && size <= limit - offset;
}

struct ProgramHeader {
    std::uint32_t type, flags;
    std::uint64_t offset, address, file_size, memory_size, alignment;
};

ProgramHeader read_program_header(const std::uint8_t* at) {
    return {load_le<std::uint32_t>(at),      load_le<std::uint32_t>(at + 4),  load_le<std::uint64_t>(at + 8),
            load_le<std::uint64_t>(at + 16), load_le<std::uint64_t>(at + 32), load_le<std::uint64_t>(at + 40),
            load_le<std::uint64_t>(at + 48)};
}

struct Section {
    std::uint32_t name, type, link;
    std::uint64_t address, offset, size;
};

/// The section headers, or nothing if any part of the table is out of the file.
std::vector<Section> read_sections(ByteView file) {
    const auto offset = load_le<std::uint64_t>(file.data() + 40);
    const auto entry_size = load_le<std::uint16_t>(file.data() + 58);
    const auto count = load_le<std::uint16_t>(file.data() + 60);
    if (entry_size != kSectionHeaderSize || !inside(offset, count * kSectionHeaderSize, file.size())) return {};
    std::vector<Section> sections(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* at = file.data() + offset + i * kSectionHeaderSize;
        sections[i] = {load_le<std::uint32_t>(at),      load_le<std::uint32_t>(at + 4),
                       load_le<std::uint32_t>(at + 40), load_le<std::uint64_t>(at + 16),
                       load_le<std::uint64_t>(at + 24), load_le<std::uint64_t>(at + 32)};
    }
    return sections;
}

/// The zero-terminated string at `offset` of a string table; empty if there is none of sensible length.
absl::string_view string_at(ByteView file, const Section& table, std::uint64_t offset) {
    if (table.type == kNoBits || !inside(table.offset, table.size, file.size()) || offset >= table.size) return {};
    const ByteView text = file.subspan(table.offset + offset, std::min(table.size - offset, kMaxNameSize));
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{0});
    if (end == text.end()) return {};
    return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(end - text.begin())};
}

const Segment* segment_of(const Program& program, std::uint64_t address) {
    for (const Segment& segment : program.segments) {
        if (address >= segment.address && address < segment.end()) return &segment;
    }
    return nullptr;
}

/// Functions, and labels of assembler code that have no type. A size of 0 reaches to the next symbol.
std::vector<Symbol> read_functions(ByteView file, const std::vector<Section>& sections, const Program& program) {
    std::vector<Symbol> functions;
    for (const Section& table : sections) {
        if (table.type != kSymbolTable || table.link >= sections.size()) continue;
        if (!inside(table.offset, table.size, file.size())) continue;
        for (std::uint64_t at = table.offset; at + kSymbolSize <= table.offset + table.size; at += kSymbolSize) {
            const std::uint8_t* entry = file.data() + at;
            const auto type = static_cast<std::uint8_t>(entry[4] & 0xf);
            const auto address = load_le<std::uint64_t>(entry + 8);
            const auto size = load_le<std::uint64_t>(entry + 16);
            if (type != kFunction && type != kNoType) continue;
            const Segment* segment = segment_of(program, address);
            if (segment == nullptr || !segment->executable || address % 4 != 0) continue;
            const absl::string_view name = string_at(file, sections[table.link], load_le<std::uint32_t>(entry));
            // `$x` and the like mark code and data; `.L` are the assembler's own.
            if (name.empty() || name[0] == '$' || name.substr(0, 2) == ".L") continue;
            if (size > segment->end() - address) continue;
            functions.push_back(
                {static_cast<std::uint32_t>(address), static_cast<std::uint32_t>(size), std::string(name)});
        }
    }
    // Of several names for one place keep the longest range, then the first name: the order of the file must not
    // matter.
    std::sort(functions.begin(), functions.end(), [](const Symbol& a, const Symbol& b) {
        if (a.address != b.address) return a.address < b.address;
        if (a.size != b.size) return a.size > b.size;
        return a.name < b.name;
    });
    std::vector<Symbol> kept;
    for (Symbol& symbol : functions) {
        if (!kept.empty() && symbol.address < kept.back().address + std::max(kept.back().size, 1U)) continue;
        kept.push_back(std::move(symbol));
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (kept[i].size != 0) continue;
        std::uint32_t end = segment_of(program, kept[i].address)->end();
        if (i + 1 < kept.size()) end = std::min(end, kept[i + 1].address);
        kept[i].size = end - kept[i].address;
    }
    return kept;
}

std::optional<FeatureWord> read_features(ByteView file, const std::vector<Section>& sections, const Program& program) {
    const auto names = load_le<std::uint16_t>(file.data() + 62);
    if (names >= sections.size()) return std::nullopt;
    for (const Section& section : sections) {
        if (string_at(file, sections[names], section.name) != kFeatureSection) continue;
        if (section.type == kNoBits || section.size != 8 || section.address % 8 != 0) continue;
        if (!inside(section.offset, 8, file.size())) continue;
        // The word that is patched in the file must be the word the program reads.
        const Segment* segment = segment_of(program, section.address);
        if (segment == nullptr || !segment->readable || segment->writable) continue;
        const std::uint64_t place = section.address - segment->address;
        if (!inside(place, 8, segment->bytes.size())) continue;
        const auto value = load_le<std::uint64_t>(file.data() + section.offset);
        if (load_le<std::uint64_t>(segment->bytes.data() + place) != value) continue;
        return FeatureWord{value, static_cast<std::uint32_t>(section.address), section.offset};
    }
    return std::nullopt;
}

absl::Status check_header(ByteView file) {
    if (file.size() < kHeaderSize) {
        return refuse(absl::StrCat("header is cut off: expected ", kHeaderSize, " bytes, found ", file.size()));
    }
    const std::uint8_t* at = file.data();
    if (load_be<std::uint32_t>(at) != 0x7f454c46) return refuse("magic", 0x7f454c46, load_be<std::uint32_t>(at));
    if (at[4] != 2) return refuse("class (2 is 64-bit)", 2, at[4]);
    if (at[5] != 1) return refuse("data encoding (1 is little endian)", 1, at[5]);
    if (at[6] != 1) return refuse("identification version", 1, at[6]);
    if (at[7] != 0) return refuse("OS ABI (0 is System V)", 0, at[7]);
    const auto type = load_le<std::uint16_t>(at + 16);
    if (type != kTypeExec) return refuse("type (2 is a static executable)", kTypeExec, type);
    const auto machine = load_le<std::uint16_t>(at + 18);
    if (machine != kMachineRiscv) return refuse("machine (0xf3 is RISC-V)", kMachineRiscv, machine);
    const auto version = load_le<std::uint32_t>(at + 20);
    if (version != 1) return refuse("version", 1, version);
    const auto flags = load_le<std::uint32_t>(at + 48);
    if ((flags & kFlagCompressed) != 0) return refuse("flags: compressed instructions (C) are not supported");
    if ((flags & kFlagFloatAbi) != 0) return refuse("flags: a floating-point ABI is not supported");
    if ((flags & kFlagEmbedded) != 0) return refuse("flags: the embedded ABI (E) is not supported");
    if (flags != 0) return refuse("flags", 0, flags);
    const auto header_size = load_le<std::uint16_t>(at + 52);
    if (header_size != kHeaderSize) return refuse("header size", kHeaderSize, header_size);
    const auto entry_size = load_le<std::uint16_t>(at + 54);
    if (entry_size != kProgramHeaderSize) return refuse("program header size", kProgramHeaderSize, entry_size);
    const auto count = load_le<std::uint16_t>(at + 56);
    if (count == 0) return refuse("no program headers");
    if (count == kExtendedCount) return refuse("too many program headers");
    const auto offset = load_le<std::uint64_t>(at + 32);
    if (!inside(offset, count * kProgramHeaderSize, file.size())) {
        return refuse(absl::StrFormat("program headers at 0x%x (%d of them) end after the file's %d bytes", offset,
                                      count, file.size()));
    }
    return absl::OkStatus();
}

/// The segment without its bytes: they are copied when no two segments share a page, so that the copies cannot add up
/// to more than the image region.
absl::StatusOr<Segment> read_segment(ByteView file, const ProgramHeader& header, std::size_t index) {
    const auto refuse_segment = [&](absl::string_view what) {
        return refuse(absl::StrFormat("segment %d (address 0x%x, %d bytes in file, %d in memory): %s", index,
                                      header.address, header.file_size, header.memory_size, what));
    };
    if (header.file_size > header.memory_size) return refuse_segment("more bytes in file than in memory");
    if (!inside(header.offset, header.file_size, file.size())) {
        return refuse_segment(
            absl::StrFormat("offset 0x%x: ends after the file's %d bytes", header.offset, file.size()));
    }
    if (header.address < SLUICE_IMAGE_BEGIN || !inside(header.address, header.memory_size, SLUICE_IMAGE_END)) {
        return refuse_segment(absl::StrFormat(
            "outside the image region 0x%x to 0x%x (the memory map has the input from 0x%x on; link the "
            "program into the image region)",
            SLUICE_IMAGE_BEGIN, SLUICE_IMAGE_END, SLUICE_INPUT_BEGIN));
    }
    if (header.address % SLUICE_PAGE_SIZE != 0) return refuse_segment("does not start at a multiple of 64 KiB");
    if (header.alignment > 1) {
        if ((header.alignment & (header.alignment - 1)) != 0) {
            return refuse_segment(absl::StrFormat("alignment 0x%x is not a power of two", header.alignment));
        }
        if (header.address % header.alignment != header.offset % header.alignment) {
            return refuse_segment(absl::StrFormat("address and offset 0x%x differ modulo the alignment 0x%x",
                                                  header.offset, header.alignment));
        }
    }
    if ((header.flags & ~(kExecute | kWrite | kRead)) != 0) {
        return refuse_segment(absl::StrFormat("unknown permission flags 0x%x", header.flags));
    }
    if ((header.flags & kWrite) != 0 && (header.flags & kExecute) != 0) {
        return refuse_segment("both writable and executable");
    }
    if ((header.flags & kWrite) != 0 && (header.flags & kRead) == 0) {
        return refuse_segment("writable but not readable");
    }
    if ((header.flags & (kRead | kExecute)) == 0) return refuse_segment("no access at all");
    Segment segment;
    segment.address = static_cast<std::uint32_t>(header.address);
    segment.size = static_cast<std::uint32_t>(header.memory_size);
    segment.readable = (header.flags & kRead) != 0;
    segment.writable = (header.flags & kWrite) != 0;
    segment.executable = (header.flags & kExecute) != 0;
    return segment;
}

}  // namespace

absl::StatusOr<Program> load_elf(ByteView file) {
    if (absl::Status status = check_header(file); !status.ok()) return status;
    const auto table = load_le<std::uint64_t>(file.data() + 32);
    const auto count = load_le<std::uint16_t>(file.data() + 56);
    struct Part {
        Segment segment;
        ByteView bytes;
    };
    std::vector<Part> parts;
    for (std::size_t i = 0; i < count; ++i) {
        const ProgramHeader header = read_program_header(file.data() + table + i * kProgramHeaderSize);
        if (header.type == kDynamic) return refuse("dynamic segment: expected a static executable");
        if (header.type == kInterpreter) return refuse("interpreter segment: expected a static executable");
        if (header.type == kThreadLocal) return refuse("thread-local segment: there are no threads");
        if (header.type != kLoad || (header.memory_size == 0 && header.file_size == 0)) continue;
        absl::StatusOr<Segment> segment = read_segment(file, header, i);
        if (!segment.ok()) return segment.status();
        parts.push_back({*std::move(segment), file.subspan(header.offset, header.file_size)});
    }
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.segment.address < b.segment.address; });
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const Segment& below = parts[i - 1].segment;
        const std::uint64_t next_page =
            (std::uint64_t{below.end()} + SLUICE_PAGE_SIZE - 1) & ~(SLUICE_PAGE_SIZE - 1ULL);
        if (parts[i].segment.address < next_page) {
            return refuse(absl::StrFormat("segment at 0x%x overlaps the pages of the segment 0x%x to 0x%x",
                                          parts[i].segment.address, below.address, below.end()));
        }
    }
    Program program;
    for (Part& part : parts) {
        part.segment.bytes.assign(part.bytes.begin(), part.bytes.end());
        program.segments.push_back(std::move(part.segment));
    }
    const auto entry = load_le<std::uint64_t>(file.data() + 24);
    const Segment* segment = segment_of(program, entry);
    if (segment == nullptr || !segment->executable) {
        return refuse(absl::StrFormat("entry point 0x%x is not in an executable segment", entry));
    }
    if (entry % 4 != 0) return refuse(absl::StrFormat("entry point 0x%x is not a multiple of 4", entry));
    program.entry = static_cast<std::uint32_t>(entry);

    const std::vector<Section> sections = read_sections(file);
    program.functions = read_functions(file, sections, program);
    program.features = read_features(file, sections, program);
    return program;
}

std::optional<std::uint32_t> find_tohost(ByteView file, const Program& program) {
    if (file.size() < kHeaderSize) return std::nullopt;
    const std::vector<Section> sections = read_sections(file);
    for (const Section& table : sections) {
        if (table.type != kSymbolTable || table.link >= sections.size()) continue;
        if (!inside(table.offset, table.size, file.size())) continue;
        for (std::uint64_t at = table.offset; at + kSymbolSize <= table.offset + table.size; at += kSymbolSize) {
            const std::uint8_t* entry = file.data() + at;
            const auto address = load_le<std::uint64_t>(entry + 8);
            if (string_at(file, sections[table.link], load_le<std::uint32_t>(entry)) != "tohost") continue;
            const Segment* segment = segment_of(program, address);
            if (segment == nullptr || !segment->writable || address % 8 != 0 || segment->end() - address < 8) continue;
            const std::size_t begin = std::min<std::size_t>(address - segment->address, segment->bytes.size());
            const std::size_t end = std::min<std::size_t>(begin + 8, segment->bytes.size());
            const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
            if (!std::all_of(segment->bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                             segment->bytes.begin() + static_cast<std::ptrdiff_t>(end), is_zero))
                continue;
            return static_cast<std::uint32_t>(address);
        }
    }
    return std::nullopt;
}

const Symbol* Program::function_at(std::uint64_t address) const {
    auto after = std::upper_bound(functions.begin(), functions.end(), address,
                                  [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
    if (after == functions.begin()) return nullptr;
    const Symbol& symbol = *std::prev(after);
    return address - symbol.address < symbol.size ? &symbol : nullptr;
}

std::string demangle(const std::string& name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        ::abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text != nullptr ? std::string(text.get()) : name;
}

absl::Status patch_features(MutableBytes file, std::uint64_t value) {
    const absl::StatusOr<Program> program = load_elf(file);
    if (!program.ok()) return program.status();
    if (!program->features.has_value()) {
        return absl::NotFoundError(absl::StrCat("ELF: no feature word (section ", kFeatureSection, ")"));
    }
    store_le<std::uint64_t>(file.data() + program->features->file_offset, value);
    return absl::OkStatus();
}

}  // namespace sluice::vm

// What every guest ELF file must be: RV64IM alone, W^X, no constructors, no thread-local storage, no heap.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The reader here is small and its own: the emulator's loader is not asked about files that it may load wrongly.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sluice/abi/features.h"
#include "sluice/abi/memory_map.h"
#include "sluice/base/bytes.h"
#include "support/catch.h"

using namespace sluice;

namespace {

struct Segment {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
};

struct Section {
    std::string name;
    std::uint32_t type = 0;
    std::uint64_t flags = 0;
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t link = 0;
};

struct Elf {
    std::vector<std::uint8_t> bytes;
    std::uint64_t entry = 0;
    std::uint32_t flags = 0;
    std::vector<Segment> segments;
    std::vector<Section> sections;
    std::vector<std::string> symbols;

    template <class T>
    [[nodiscard]] T at(std::uint64_t offset) const {
        REQUIRE(offset + sizeof(T) <= bytes.size());
        return load_le<T>(bytes.data() + offset);
    }
    [[nodiscard]] std::string text(std::uint64_t offset) const {
        REQUIRE(offset < bytes.size());
        return reinterpret_cast<const char*>(bytes.data() + offset);
    }
    [[nodiscard]] const Section* section(const std::string& name) const {
        for (const Section& candidate : sections) {
            if (candidate.name == name) return &candidate;
        }
        return nullptr;
    }
};

constexpr std::uint32_t kLoad = 1, kTls = 7;
constexpr std::uint32_t kExecute = 1, kWrite = 2, kRead = 4;
constexpr std::uint64_t kSectionTls = 0x400;
constexpr std::uint32_t kSymbolTable = 2;

Elf read_elf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Elf elf;
    elf.bytes.assign(std::istreambuf_iterator<char>(file), {});
    elf.bytes.push_back(0);  // ends a string that runs to the end of the file
    REQUIRE(elf.at<std::uint32_t>(0) == 0x464c457f);
    REQUIRE(elf.at<std::uint8_t>(4) == 2);      // 64 bits
    REQUIRE(elf.at<std::uint8_t>(5) == 1);      // little endian
    REQUIRE(elf.at<std::uint16_t>(16) == 2);    // ET_EXEC
    REQUIRE(elf.at<std::uint16_t>(18) == 243);  // RISC-V
    elf.entry = elf.at<std::uint64_t>(24);
    elf.flags = elf.at<std::uint32_t>(48);
    const auto segment_table = elf.at<std::uint64_t>(32);
    const auto section_table = elf.at<std::uint64_t>(40);
    for (std::uint64_t i = 0; i < elf.at<std::uint16_t>(56); ++i) {
        const std::uint64_t at = segment_table + 56 * i;
        elf.segments.push_back({elf.at<std::uint32_t>(at), elf.at<std::uint32_t>(at + 4), elf.at<std::uint64_t>(at + 8),
                                elf.at<std::uint64_t>(at + 16), elf.at<std::uint64_t>(at + 32),
                                elf.at<std::uint64_t>(at + 40)});
    }
    std::vector<std::uint32_t> names;
    for (std::uint64_t i = 0; i < elf.at<std::uint16_t>(60); ++i) {
        const std::uint64_t at = section_table + 64 * i;
        names.push_back(elf.at<std::uint32_t>(at));
        elf.sections.push_back({{},
                                elf.at<std::uint32_t>(at + 4),
                                elf.at<std::uint64_t>(at + 8),
                                elf.at<std::uint64_t>(at + 16),
                                elf.at<std::uint64_t>(at + 24),
                                elf.at<std::uint64_t>(at + 32),
                                elf.at<std::uint32_t>(at + 40)});
    }
    const std::uint64_t name_table = elf.sections.at(elf.at<std::uint16_t>(62)).offset;
    for (std::size_t i = 0; i < names.size(); ++i) elf.sections[i].name = elf.text(name_table + names[i]);
    for (const Section& section : elf.sections) {
        if (section.type != kSymbolTable) continue;
        const std::uint64_t strings = elf.sections.at(section.link).offset;
        for (std::uint64_t at = section.offset; at < section.offset + section.size; at += 24) {
            elf.symbols.push_back(elf.text(strings + elf.at<std::uint32_t>(at)));
        }
    }
    return elf;
}

std::vector<std::filesystem::path> guests() {
    std::vector<std::filesystem::path> paths;
    if (!std::filesystem::is_directory(SLUICE_GUEST_DIR)) return paths;
    for (const auto& entry : std::filesystem::directory_iterator(SLUICE_GUEST_DIR)) {
        if (entry.path().extension() == ".elf") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// True for an instruction of RV64IM or the word the assembler's `unimp` stands for, by the opcode maps of the
// unprivileged specification. CSR instructions, EBREAK, FENCE.I, atomics, float and compressed ones are not among them.
bool is_rv64im(std::uint32_t word) {
    const std::uint32_t funct3 = (word >> 12) & 7;
    const std::uint32_t funct7 = word >> 25;
    switch (word & 0x7f) {
        case 0x37:  // LUI
        case 0x17:  // AUIPC
        case 0x6f:  // JAL
            return true;
        case 0x67:  // JALR
            return funct3 == 0;
        case 0x63:  // branches
            return funct3 != 2 && funct3 != 3;
        case 0x03:  // loads
            return funct3 != 7;
        case 0x23:  // stores
            return funct3 <= 3;
        case 0x13:  // immediate operations; shifts have six bits of distance
            if (funct3 == 1) return funct7 >> 1 == 0;
            if (funct3 == 5) return funct7 >> 1 == 0 || funct7 >> 1 == 0x10;
            return true;
        case 0x1b:  // the same on 32 bits
            if (funct3 == 0) return true;
            if (funct3 == 1) return funct7 == 0;
            return funct3 == 5 && (funct7 == 0 || funct7 == 0x20);
        case 0x33:  // register operations
            return funct7 == 0 || funct7 == 1 || (funct7 == 0x20 && (funct3 == 0 || funct3 == 5));
        case 0x3b:  // the same on 32 bits; of M: MULW, DIVW, DIVUW, REMW, REMUW
            if (funct7 == 1) return funct3 == 0 || funct3 >= 4;
            if (funct7 == 0x20) return funct3 == 0 || funct3 == 5;
            return funct7 == 0 && (funct3 == 0 || funct3 == 1 || funct3 == 5);
        case 0x0f:  // FENCE
            return funct3 == 0;
        case 0x73:  // ECALL
            return word == 0x00000073 || word == 0xc0001073;
        default:
            return false;
    }
}

}  // namespace

#define SLUICE_FOR_EACH_GUEST(path)                                                                      \
    const auto paths = guests();                                                                         \
    if (paths.empty()) SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)"); \
    for (const auto& path : paths)

TEST_CASE("the decoder of this test knows what is not RV64IM") {
    REQUIRE(is_rv64im(0x00000073));        // ecall
    REQUIRE(is_rv64im(0x02b50533));        // mul a0, a0, a1
    REQUIRE(is_rv64im(0x40b50533));        // sub a0, a0, a1
    REQUIRE(is_rv64im(0x03f51513));        // slli a0, a0, 63
    REQUIRE_FALSE(is_rv64im(0x00100073));  // ebreak
    REQUIRE_FALSE(is_rv64im(0x10500073));  // wfi
    REQUIRE_FALSE(is_rv64im(0xc0002573));  // rdcycle a0
    REQUIRE_FALSE(is_rv64im(0x0000100f));  // fence.i
    REQUIRE_FALSE(is_rv64im(0x100525af));  // lr.w a1, (a0)
    REQUIRE_FALSE(is_rv64im(0x00052507));  // flw fa0, 0(a0)
    REQUIRE_FALSE(is_rv64im(0x00b57553));  // fadd.s fa0, fa0, fa1
    REQUIRE_FALSE(is_rv64im(0x00018082));  // c.jr ra in the lower half
    REQUIRE_FALSE(is_rv64im(0x40b57533));  // andn a0, a0, a1 (Zbb)
    REQUIRE_FALSE(is_rv64im(0x6b855513));  // rev8 a0, a0 (Zbb)
    REQUIRE_FALSE(is_rv64im(0));
}

TEST_CASE("guest programs consist of 32-bit RV64IM instructions") {
    SLUICE_FOR_EACH_GUEST(path) {
        INFO(path);
        const Elf elf = read_elf(path);
        REQUIRE(elf.flags == 0);  // neither compressed instructions nor float registers in the ABI
        std::size_t words = 0;
        for (const Segment& segment : elf.segments) {
            if (segment.type != kLoad || (segment.flags & kExecute) == 0) continue;
            REQUIRE(segment.file_size % 4 == 0);
            REQUIRE(segment.file_size == segment.memory_size);
            for (std::uint64_t at = 0; at < segment.file_size; at += 4, ++words) {
                const auto word = elf.at<std::uint32_t>(segment.offset + at);
                if (is_rv64im(word)) continue;
                INFO("word " << std::hex << word << " at " << segment.address + at);
                REQUIRE(is_rv64im(word));
            }
        }
        REQUIRE(words > 10);
    }
}

TEST_CASE("guest segments lie in the image region, on pages of their own, and are never writable and executable") {
    SLUICE_FOR_EACH_GUEST(path) {
        INFO(path);
        const Elf elf = read_elf(path);
        std::uint64_t next = SLUICE_IMAGE_BEGIN;
        int executable = 0;
        bool entry_found = false;
        for (const Segment& segment : elf.segments) {
            REQUIRE(segment.type != kTls);
            if (segment.type != kLoad) continue;
            REQUIRE((segment.flags & kRead) != 0);
            REQUIRE((segment.flags & (kWrite | kExecute)) != (kWrite | kExecute));
            REQUIRE(segment.address % SLUICE_PAGE_SIZE == 0);
            REQUIRE(segment.address >= next);
            REQUIRE(segment.file_size <= segment.memory_size);
            REQUIRE(segment.address + segment.memory_size <= SLUICE_IMAGE_END);
            next = segment.address + segment.memory_size;
            if ((segment.flags & kExecute) == 0) continue;
            ++executable;
            entry_found =
                entry_found || (elf.entry >= segment.address && elf.entry < segment.address + segment.file_size);
        }
        REQUIRE(executable == 1);
        REQUIRE(entry_found);
        REQUIRE(elf.entry % 4 == 0);
    }
}

TEST_CASE("guest programs have no constructors, no thread-local storage, no heap and no exceptions") {
    SLUICE_FOR_EACH_GUEST(path) {
        INFO(path);
        const Elf elf = read_elf(path);
        for (const Section& section : elf.sections) {
            INFO(section.name);
            REQUIRE((section.flags & kSectionTls) == 0);
            if (section.name.find("init_array") != std::string::npos || section.name.find(".ctors") == 0 ||
                section.name.find("fini_array") != std::string::npos) {
                REQUIRE(section.size == 0);
            }
            REQUIRE(section.name.find(".eh_frame") != 0);
            REQUIRE(section.name.find(".dynamic") != 0);
        }
        REQUIRE(elf.symbols.size() > 5);
        for (const std::string& symbol : elf.symbols) {
            INFO(symbol);
            for (const char* forbidden : {"errno", "__errno", "malloc", "free", "calloc", "realloc", "_sbrk", "sbrk",
                                          "__tls_get_addr", "_Znwm", "_Znam", "_ZdlPv", "_ZdaPv", "_ZdlPvm"}) {
                REQUIRE(symbol != forbidden);
            }
            REQUIRE(symbol.rfind("__cxa_", 0) != 0);
            REQUIRE(symbol.rfind("_Unwind", 0) != 0);
            REQUIRE(symbol.rfind("_ZTI", 0) != 0);  // run-time type information
        }
    }
}

TEST_CASE("guest programs carry one read-only feature word, all features on, and the heap's symbols") {
    SLUICE_FOR_EACH_GUEST(path) {
        INFO(path);
        const Elf elf = read_elf(path);
        const Section* features = elf.section(SLUICE_FEATURES_SECTION);
        REQUIRE(features != nullptr);
        REQUIRE(features->size == 8);
        REQUIRE(features->address % 8 == 0);
        REQUIRE(elf.at<std::uint64_t>(features->offset) == SLUICE_FEATURES_ALL);
        bool inside = false;
        for (const Segment& segment : elf.segments) {
            if (segment.type != kLoad || segment.flags != kRead) continue;
            inside = inside || (features->address >= segment.address &&
                                features->address + 8 <= segment.address + segment.file_size &&
                                features->offset - segment.offset == features->address - segment.address);
        }
        REQUIRE(inside);
        for (const char* wanted : {"_start", "main", "_heap_start", "_heap_end", "sluice_features"}) {
            INFO(wanted);
            REQUIRE(std::find(elf.symbols.begin(), elf.symbols.end(), wanted) != elf.symbols.end());
        }
    }
}

TEST_CASE("guest files do not name the folders they were built in") {
    SLUICE_FOR_EACH_GUEST(path) {
        INFO(path);
        const Elf elf = read_elf(path);
        const std::string bytes(elf.bytes.begin(), elf.bytes.end());
        for (const char* folder : {SLUICE_SOURCE_DIR, SLUICE_GUEST_DIR}) {
            INFO(folder);
            REQUIRE(bytes.find(folder) == std::string::npos);
        }
    }
}

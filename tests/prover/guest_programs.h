// Programs for the emulator's tests: from an assembler's text to a Program, and the bytes of an ELF file.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <openssl/sha.h>
#include <string>
#include <vector>

#include "sluice/abi/ecall.h"
#include "sluice/abi/memory_map.h"
#include "sluice/base/bytes.h"
#include "sluice/vm/elf.h"
#include "support/rv64_assembler.h"

namespace sluice::test {

inline constexpr std::uint32_t kTextBegin = SLUICE_IMAGE_BEGIN;
inline constexpr std::uint32_t kDataBegin = SLUICE_IMAGE_BEGIN + 0x10000;

/// Text at kTextBegin (execute and read), one page of zeros at kDataBegin (read and write).
inline vm::Program make_program(const Assembler& text) {
    vm::Program program;
    program.entry = text.base();
    vm::Segment code;
    code.address = text.base();
    code.bytes = text.bytes();
    code.size = static_cast<std::uint32_t>(code.bytes.size());
    code.readable = code.executable = true;
    program.segments.push_back(code);
    vm::Segment data;
    data.address = kDataBegin;
    data.size = 0x10000;
    data.readable = data.writable = true;
    program.segments.push_back(data);
    return program;
}

inline std::vector<std::uint8_t> sha256_of(ByteView bytes) {
    std::vector<std::uint8_t> digest(32);
    SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

/// HALT with the digest at `digest` and the output at `output`; `code` as a 64-bit register value.
inline void halt(Assembler& text, std::uint64_t code, std::uint64_t digest, std::uint64_t output = 0,
                 std::uint64_t size = 0) {
    text.li(a0, code);
    text.li(a1, digest);
    text.li(a2, output);
    text.li(a3, size);
    text.call(SLUICE_ECALL_HALT);
}

/// HALT without output; the input must start with empty_input().
inline void halt(Assembler& text, std::uint64_t code = 0) {
    halt(text, code, SLUICE_INPUT_BEGIN + 8);
}

/// SHA-256 of no bytes: the input that halt(text, code) needs, before whatever else the program reads.
inline std::vector<std::uint8_t> empty_input() {
    return sha256_of({});
}

/// Shows [address, address + size) to the host.
inline void debug_write(Assembler& text, std::uint64_t address, std::uint64_t size) {
    text.li(a0, address);
    text.li(a1, size);
    text.call(SLUICE_ECALL_DEBUG_WRITE);
}

/// An ELF file in parts, so that a test can break one thing at a time.
struct ElfFile {
    struct ProgramHeader {
        std::uint32_t type = 1, flags = 0;
        std::uint64_t offset = 0, address = 0, file_size = 0, memory_size = 0, alignment = 0x1000;
    };
    struct Symbol {
        std::string name;
        std::uint64_t address = 0, size = 0;
        std::uint8_t info = 2;  // STT_FUNC
    };

    std::uint64_t entry = kTextBegin;
    std::uint32_t flags = 0;
    std::vector<ProgramHeader> headers;
    std::vector<std::uint8_t> body;  ///< from offset 0x1000 on
    std::vector<Symbol> symbols;
    bool has_features = false;
    std::uint64_t features_address = 0, features_offset = 0, features_size = 8;

    static constexpr std::uint64_t kBodyOffset = 0x1000;

    /// Text with `words` instructions (r-x), a page of constants with the feature word first (r--), data and bss (rw-).
    static ElfFile good() {
        ElfFile file;
        file.body.resize(0x3000);
        const std::uint32_t code[] = {0x00000513, 0x00000893, 0x00000073, 0x00008067};
        std::memcpy(file.body.data(), code, sizeof code);
        store_le<std::uint64_t>(file.body.data() + 0x1000, 0x7f);
        file.headers = {{1, 5, 0x1000, kTextBegin, 16, 16, 0x1000},
                        {1, 4, 0x2000, kTextBegin + 0x10000, 0x40, 0x40, 0x1000},
                        {1, 6, 0x3000, kTextBegin + 0x20000, 0x20, 0x200, 0x1000}};
        file.symbols = {{"_start", kTextBegin, 12, 2}, {"finish", kTextBegin + 12, 0, 2}, {"$x", kTextBegin, 0, 0}};
        file.has_features = true;
        file.features_address = kTextBegin + 0x10000;
        file.features_offset = 0x2000;
        return file;
    }

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        std::vector<std::uint8_t> out(kBodyOffset + body.size());
        std::memcpy(out.data() + kBodyOffset, body.data(), body.size());
        const std::uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
        std::memcpy(out.data(), ident, sizeof ident);
        put<std::uint16_t>(out, 16, 2);
        put<std::uint16_t>(out, 18, 243);
        put<std::uint32_t>(out, 20, 1);
        put<std::uint64_t>(out, 24, entry);
        put<std::uint64_t>(out, 32, 64);
        put<std::uint32_t>(out, 48, flags);
        put<std::uint16_t>(out, 52, 64);
        put<std::uint16_t>(out, 54, 56);
        put<std::uint16_t>(out, 56, static_cast<std::uint16_t>(headers.size()));
        put<std::uint16_t>(out, 58, 64);
        for (std::size_t i = 0; i < headers.size(); ++i) {
            const ProgramHeader& header = headers[i];
            const std::size_t at = 64 + 56 * i;
            put<std::uint32_t>(out, at, header.type);
            put<std::uint32_t>(out, at + 4, header.flags);
            put<std::uint64_t>(out, at + 8, header.offset);
            put<std::uint64_t>(out, at + 16, header.address);
            put<std::uint64_t>(out, at + 24, header.address);
            put<std::uint64_t>(out, at + 32, header.file_size);
            put<std::uint64_t>(out, at + 40, header.memory_size);
            put<std::uint64_t>(out, at + 48, header.alignment);
        }
        // Sections: none, symbols, their names, section names, features.
        std::string names(1, '\0');
        std::vector<std::uint8_t> table(24);
        for (const Symbol& symbol : symbols) {
            const std::size_t at = table.size();
            table.resize(at + 24);
            put<std::uint32_t>(table, at, static_cast<std::uint32_t>(names.size()));
            table[at + 4] = symbol.info;
            put<std::uint16_t>(table, at + 6, 1);
            put<std::uint64_t>(table, at + 8, symbol.address);
            put<std::uint64_t>(table, at + 16, symbol.size);
            names += symbol.name + '\0';
        }
        const std::string section_names = std::string("\0.symtab\0.strtab\0.shstrtab\0.sluice.features\0", 44);
        const std::uint64_t table_at = append(out, table);
        const std::uint64_t names_at = append(out, {names.begin(), names.end()});
        const std::uint64_t section_names_at = append(out, {section_names.begin(), section_names.end()});
        const std::uint64_t sections_at = append(out, std::vector<std::uint8_t>(64 * (has_features ? 5 : 4)));
        const auto section = [&](std::size_t index, std::uint32_t name, std::uint32_t type, std::uint64_t address,
                                 std::uint64_t offset, std::uint64_t size, std::uint32_t link) {
            const std::size_t at = sections_at + 64 * index;
            put<std::uint32_t>(out, at, name);
            put<std::uint32_t>(out, at + 4, type);
            put<std::uint64_t>(out, at + 16, address);
            put<std::uint64_t>(out, at + 24, offset);
            put<std::uint64_t>(out, at + 32, size);
            put<std::uint32_t>(out, at + 40, link);
        };
        section(1, 1, 2, 0, table_at, table.size(), 2);
        section(2, 9, 3, 0, names_at, names.size(), 0);
        section(3, 17, 3, 0, section_names_at, section_names.size(), 0);
        if (has_features) section(4, 27, 1, features_address, features_offset, features_size, 0);
        put<std::uint64_t>(out, 40, sections_at);
        put<std::uint16_t>(out, 60, has_features ? 5 : 4);
        put<std::uint16_t>(out, 62, 3);
        return out;
    }

    template <class T>
    static void put(std::vector<std::uint8_t>& out, std::size_t at, T value) {
        store_le<T>(out.data() + at, value);
    }

 private:
    static std::uint64_t append(std::vector<std::uint8_t>& out, const std::vector<std::uint8_t>& bytes) {
        out.resize((out.size() + 7) / 8 * 8);
        const std::uint64_t at = out.size();
        out.insert(out.end(), bytes.begin(), bytes.end());
        return at;
    }
};

}  // namespace sluice::test

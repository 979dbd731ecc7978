// The ELF loader: one good file, and each way to break it. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/vm/elf.h"

#include <functional>
#include <string>

#include "prover/guest_programs.h"
#include "support/catch.h"

using namespace sluice;
using test::ElfFile;
using test::kTextBegin;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Loads and expects a refusal whose text contains `reason`.
void refused(const Bytes& file, const std::string& reason) {
    const auto program = vm::load_elf(file);
    INFO("expected a refusal for: " << reason);
    REQUIRE(!program.ok());
    INFO(program.status().message());
    REQUIRE(program.status().code() == absl::StatusCode::kInvalidArgument);
    REQUIRE(std::string(program.status().message()).find(reason) != std::string::npos);
}

/// The good file with one change to its parts.
void refused_with(const std::function<void(ElfFile&)>& change, const std::string& reason) {
    ElfFile file = ElfFile::good();
    change(file);
    refused(file.bytes(), reason);
}

/// The good file with one field overwritten.
template <class T>
void refused_field(std::size_t offset, T value, const std::string& reason) {
    Bytes file = ElfFile::good().bytes();
    REQUIRE(load_le<T>(file.data() + offset) != value);
    ElfFile::put<T>(file, offset, value);
    refused(file, reason);
}

}  // namespace

TEST_CASE("a good ELF file loads with its segments, functions and feature word") {
    const auto program = vm::load_elf(ElfFile::good().bytes());
    REQUIRE(program.ok());
    REQUIRE(program->entry == kTextBegin);
    REQUIRE(program->segments.size() == 3);
    const vm::Segment& text = program->segments[0];
    REQUIRE((text.address == kTextBegin && text.size == 16 && text.bytes.size() == 16));
    REQUIRE((text.readable && text.executable && !text.writable));
    const vm::Segment& data = program->segments[2];
    REQUIRE((data.size == 0x200 && data.bytes.size() == 0x20 && data.writable && !data.executable));
    // The second function has no size in the file and reaches to the segment's end; `$x` is no function.
    REQUIRE(program->functions.size() == 2);
    REQUIRE((program->functions[0].name == "_start" && program->functions[0].size == 12));
    REQUIRE((program->functions[1].name == "finish" && program->functions[1].size == 4));
    REQUIRE(program->features.has_value());
    REQUIRE((program->features->value == 0x7f && program->features->address == kTextBegin + 0x10000));
}

TEST_CASE("segments in any order, empty ones and unused kinds are accepted") {
    ElfFile file = ElfFile::good();
    std::swap(file.headers[0], file.headers[2]);
    file.headers.push_back({1, 4, 0, 0, 0, 0, 0});                    // PT_LOAD of nothing
    file.headers.push_back({0x6474e551, 6, 0, 0, 0, 0, 0});           // PT_GNU_STACK
    file.headers.push_back({0x70000003, 4, 0xffffffff, 0, 9, 9, 1});  // PT_RISCV_ATTRIBUTES, not looked at
    const auto program = vm::load_elf(file.bytes());
    REQUIRE(program.ok());
    REQUIRE(program->segments.size() == 3);
    REQUIRE(program->segments[0].executable);
}

TEST_CASE("an ELF file cut off at any byte is refused or keeps its program") {
    const Bytes good = ElfFile::good().bytes();
    for (std::size_t size = 0; size < good.size(); size += size < 0x100 ? 1 : 13) {
        const auto program = vm::load_elf(ByteView(good).first(size));
        // The last byte that a segment needs; behind it are sections, whose loss only costs names.
        REQUIRE(program.ok() == (size >= 0x3020));
    }
    refused({}, "header is cut off");
    refused(Bytes(good.begin(), good.begin() + 63), "header is cut off");
    refused(Bytes(good.begin(), good.begin() + 64), "end after the file");
}

TEST_CASE("an ELF file of another kind is refused, naming the field") {
    refused_field<std::uint8_t>(0, 0x7e, "magic");
    refused_field<std::uint8_t>(3, 'G', "magic");
    refused_field<std::uint8_t>(4, 1, "class");
    refused_field<std::uint8_t>(5, 2, "data encoding");
    refused_field<std::uint8_t>(6, 0, "identification version");
    refused_field<std::uint8_t>(7, 3, "OS ABI");
    refused_field<std::uint16_t>(16, 3, "type");      // position-independent
    refused_field<std::uint16_t>(16, 1, "type");      // object file
    refused_field<std::uint16_t>(18, 62, "machine");  // x86-64
    refused_field<std::uint32_t>(20, 2, "version");
    refused_field<std::uint32_t>(48, 0x1, "compressed");
    refused_field<std::uint32_t>(48, 0x2, "floating-point");
    refused_field<std::uint32_t>(48, 0x4, "floating-point");
    refused_field<std::uint32_t>(48, 0x8, "embedded");
    refused_field<std::uint32_t>(48, 0x10, "flags");
    refused_field<std::uint16_t>(52, 52, "header size");
    refused_field<std::uint16_t>(54, 32, "program header size");
}

TEST_CASE("broken tables of an ELF file are refused") {
    refused_field<std::uint16_t>(56, 0, "no program headers");
    refused_field<std::uint16_t>(56, 0xffff, "too many program headers");
    refused_field<std::uint16_t>(56, 0xfffe, "end after the file");
    refused_field<std::uint64_t>(32, 0x100000, "end after the file");
    refused_field<std::uint64_t>(32, ~std::uint64_t{0}, "end after the file");
    refused_field<std::uint64_t>(32, ~std::uint64_t{0} - 100, "end after the file");
}

TEST_CASE("a bad segment is refused, one test for each rule") {
    const auto segment = [](std::size_t index, const std::function<void(ElfFile::ProgramHeader&)>& change,
                            const std::string& reason) {
        refused_with([&](ElfFile& file) { change(file.headers[index]); }, reason);
    };
    using Header = ElfFile::ProgramHeader;
    segment(
        2, [](Header& h) { h.file_size = h.memory_size + 1; }, "more bytes in file than in memory");
    segment(
        0, [](Header& h) { h.offset = 0x101000; }, "ends after the file");
    segment(
        0, [](Header& h) { h.offset = ~std::uint64_t{0} - 0xfff + 0; }, "ends after the file");
    segment(
        0, [](Header& h) { h.file_size = h.memory_size = 0x1000000; }, "ends after the file");
    segment(
        0, [](Header& h) { h.file_size = h.memory_size = ~std::uint64_t{0}; }, "ends after the file");
    segment(
        2, [](Header& h) { h.address = 0; }, "outside the image region");
    segment(
        2, [](Header& h) { h.address = SLUICE_STACK_BEGIN - 0x10000; }, "outside the image region");
    segment(
        2, [](Header& h) { h.address = SLUICE_HEAP_BEGIN; }, "outside the image region");
    segment(
        2, [](Header& h) { h.address = SLUICE_IMAGE_END - 0x10000, h.memory_size = 0x10001; }, "outside the image");
    segment(
        2, [](Header& h) { h.memory_size = SLUICE_IMAGE_END; }, "outside the image region");
    segment(
        2, [](Header& h) { h.memory_size = ~std::uint64_t{0}; }, "outside the image region");
    segment(
        2, [](Header& h) { h.address = ~std::uint64_t{0xffff}; }, "outside the image region");
    segment(
        2, [](Header& h) { h.address += 0x1000; }, "multiple of 64 KiB");
    segment(
        2, [](Header& h) { h.address += 8, h.offset += 8; }, "multiple of 64 KiB");
    segment(
        2, [](Header& h) { h.alignment = 0x1800; }, "not a power of two");
    segment(
        2, [](Header& h) { h.offset += 8; }, "differ modulo");
    segment(
        2, [](Header& h) { h.flags = 7; }, "both writable and executable");
    segment(
        2, [](Header& h) { h.flags = 3; }, "both writable and executable");
    segment(
        2, [](Header& h) { h.flags = 2; }, "writable but not readable");
    segment(
        2, [](Header& h) { h.flags = 0; }, "no access at all");
    segment(
        2, [](Header& h) { h.flags |= 0x8; }, "unknown permission flags");
    segment(
        2, [](Header& h) { h.flags |= 0x80000000; }, "unknown permission flags");
    segment(
        1, [](Header& h) { h.address = kTextBegin; }, "overlaps");
    segment(
        1, [](Header& h) { h.memory_size = 0x10001; }, "overlaps");
    segment(
        0, [](Header& h) { h.memory_size = 0x20000; }, "overlaps");
}

TEST_CASE("dynamic, interpreter and thread-local segments are refused") {
    const auto with = [](std::uint32_t type) {
        return [type](ElfFile& file) { file.headers.push_back({type, 4, 0x1000, kTextBegin, 0, 0, 1}); };
    };
    refused_with(with(2), "dynamic");
    refused_with(with(3), "interpreter");
    refused_with(with(7), "thread-local");
}

TEST_CASE("an entry point that is no instruction of an executable segment is refused") {
    refused_with([](ElfFile& file) { file.entry = kTextBegin + 2; }, "not a multiple of 4");
    refused_with([](ElfFile& file) { file.entry = kTextBegin + 0x10000; }, "not in an executable segment");
    refused_with([](ElfFile& file) { file.entry = kTextBegin + 16; }, "not in an executable segment");
    refused_with([](ElfFile& file) { file.entry = 0; }, "not in an executable segment");
    refused_with([](ElfFile& file) { file.entry = kTextBegin + (std::uint64_t{1} << 32); }, "not in an executable");
    refused_with([](ElfFile& file) { file.headers[0].flags = 4; }, "not in an executable segment");
    refused_with([](ElfFile& file) { file.headers.resize(1), file.headers[0].type = 4; },
                 "not in an executable segment");
}

TEST_CASE("absent or nonsensical sections cost the names and nothing else") {
    const Bytes good = ElfFile::good().bytes();
    const auto without_names = [&](std::size_t offset, auto value) {
        Bytes file = good;
        ElfFile::put(file, offset, value);
        const auto program = vm::load_elf(file);
        REQUIRE(program.ok());
        return *program;
    };
    REQUIRE(without_names(40, std::uint64_t{0} - 1).functions.empty());
    REQUIRE(without_names(58, std::uint16_t{40}).functions.empty());
    REQUIRE(without_names(60, std::uint16_t{0xffff}).functions.empty());
    REQUIRE(!without_names(62, std::uint16_t{0xffff}).features.has_value());
    // Any one byte of the section part changed: never a crash, always the same segments.
    SLUICE_RANDOM(rng);
    for (int i = 0; i < 5000; ++i) {
        Bytes file = good;
        const std::size_t at = 0x4000 + rng() % (good.size() - 0x4000);
        file[at] = static_cast<std::uint8_t>(rng());
        if (rng() % 4 == 0) file[at] = 0xff;
        const auto program = vm::load_elf(file);
        REQUIRE(program.ok());
        REQUIRE(program->segments.size() == 3);
        std::uint64_t last = 0;
        for (const vm::Symbol& symbol : program->functions) {
            REQUIRE((symbol.address >= last && symbol.size != 0 && symbol.address + symbol.size <= kTextBegin + 16));
            last = symbol.address + symbol.size;
        }
    }
}

TEST_CASE("random damage to an ELF file's header never crashes the loader") {
    SLUICE_RANDOM(rng);
    const Bytes good = ElfFile::good().bytes();
    for (int i = 0; i < 20000; ++i) {
        Bytes file = good;
        for (std::uint64_t n = 1 + rng() % 4; n > 0; --n) file[rng() % 0x100] = static_cast<std::uint8_t>(rng());
        const auto program = vm::load_elf(file);
        if (program.ok()) REQUIRE(!program->segments.empty());
    }
}

TEST_CASE("the feature word is patched where the program reads it, or not at all") {
    Bytes file = ElfFile::good().bytes();
    const Bytes before = file;
    REQUIRE(vm::patch_features(file, 0x1122334455667788).ok());
    const auto program = vm::load_elf(file);
    REQUIRE(program.ok());
    REQUIRE(program->features->value == 0x1122334455667788);
    REQUIRE(load_le<std::uint64_t>(program->segments[1].bytes.data()) == 0x1122334455667788);
    for (std::size_t i = 0; i < file.size(); ++i) {
        if (i < 0x2000 || i >= 0x2008) REQUIRE(file[i] == before[i]);
    }

    const auto no_word = [](const std::function<void(ElfFile&)>& change) {
        ElfFile parts = ElfFile::good();
        change(parts);
        Bytes bytes = parts.bytes();
        const Bytes untouched = bytes;
        REQUIRE(vm::patch_features(bytes, 1).code() == absl::StatusCode::kNotFound);
        REQUIRE(bytes == untouched);
    };
    no_word([](ElfFile& parts) { parts.has_features = false; });
    no_word([](ElfFile& parts) { parts.features_size = 4; });
    no_word([](ElfFile& parts) { parts.features_address += 0x10000; });  // in writable data
    no_word([](ElfFile& parts) { parts.features_address += 0x3c; });     // not aligned, over the end
    no_word([](ElfFile& parts) { parts.features_address = 0x40000000; });
    no_word([](ElfFile& parts) { parts.features_offset = ~std::uint64_t{0} - 3; });
    no_word([](ElfFile& parts) { parts.features_offset = 0x1000; });  // other bytes than the program reads
    Bytes broken = ElfFile::good().bytes();
    broken[0] = 0;
    REQUIRE(vm::patch_features(broken, 1).code() == absl::StatusCode::kInvalidArgument);
}

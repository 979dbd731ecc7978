// Guest programs: reading and checking an RV64IM ELF file.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<vm::Program> program = vm::load_elf(bytes);
//
// Only what the program headers say is loaded. A file is refused, with what was expected and what was found, unless
//   - it is ELF64, little endian, RISC-V, ET_EXEC, without compressed instructions, float ABI or other flags;
//   - its tables lie inside the file, and it has no dynamic, interpreter or thread-local segment;
//   - every PT_LOAD segment lies in the image region, starts at a page (64 KiB) that no other segment shares, has its
//     file bytes inside the file and not more of them than memory, and is not both writable and executable;
//   - the entry point is a multiple of 4 inside an executable segment.
// Words that are no instruction are not looked for: running one is a trap. Section headers are used for the feature
// word and for function names alone; where they are absent or broken there are no names, and no error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"

namespace sluice::vm {

/// A part of the image. `bytes` are its first bytes; the rest up to `size` is zero.
struct Segment {
    std::uint32_t address = 0;  ///< multiple of 64 KiB
    std::uint32_t size = 0;     ///< in memory, not 0
    bool readable = false;
    bool writable = false;
    bool executable = false;
    std::vector<std::uint8_t> bytes;

    [[nodiscard]] std::uint32_t end() const { return address + size; }
};

/// A function's name and place; `size` is never 0.
struct Symbol {
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    std::string name;  ///< as in the file, not demangled
};

/// Which accelerators the program may use: a 64-bit word in a section of its own, part of the program's identity.
struct FeatureWord {
    std::uint64_t value = 0;
    std::uint32_t address = 0;      ///< where the program reads it
    std::uint64_t file_offset = 0;  ///< where the file holds it
};

/// A checked program. Owns its bytes.
struct Program {
    std::uint32_t entry = 0;
    std::vector<Segment> segments;        ///< ascending, each on pages of its own
    std::vector<Symbol> functions;        ///< ascending, not overlapping; may be empty
    std::optional<FeatureWord> features;  ///< section `.sluice.features`

    /// The function at an address, or null.
    [[nodiscard]] const Symbol* function_at(std::uint64_t address) const;
};

/// A symbol's name as C++ writes it; the name itself where it is not a mangled one.
[[nodiscard]] std::string demangle(const std::string& name);

/// Name of the section that holds the feature word: 8 bytes, little endian, in a read-only segment.
inline constexpr const char* kFeatureSection = ".sluice.features";

/// Reads and checks a program. Any bytes are accepted as an argument; InvalidArgument says what is wrong with them.
[[nodiscard]] absl::StatusOr<Program> load_elf(ByteView file);

/// Writes the feature word into an ELF file's bytes. InvalidArgument if the file is not a valid program, NotFound if it
/// has no feature word.
[[nodiscard]] absl::Status patch_features(MutableBytes file, std::uint64_t value);

}  // namespace sluice::vm

// Any bytes into the ELF loader; what it accepts keeps the loader's promises and runs a little.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "sluice/abi/memory_map.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const ByteView file(data, size);
    const absl::StatusOr<vm::Program> program = vm::load_elf(file);
    std::vector<std::uint8_t> patched(file.begin(), file.end());
    const absl::Status patch = vm::patch_features(patched, 0x0123456789abcdef);
    if (!program.ok()) {
        require(program.status().code() == absl::StatusCode::kInvalidArgument);
        require(patch == program.status());
        return 0;
    }

    std::uint64_t next_page = SLUICE_IMAGE_BEGIN;
    bool entry_found = false;
    for (const vm::Segment& segment : program->segments) {
        require(segment.address % SLUICE_PAGE_SIZE == 0 && segment.address >= next_page && segment.size != 0);
        next_page = (std::uint64_t{segment.address} + segment.size + SLUICE_PAGE_SIZE - 1) / SLUICE_PAGE_SIZE *
                    SLUICE_PAGE_SIZE;
        require(next_page <= SLUICE_IMAGE_END && segment.bytes.size() <= segment.size);
        require(!(segment.writable && segment.executable));
        entry_found = entry_found || (segment.executable && program->entry % 4 == 0 &&
                                      program->entry >= segment.address && program->entry < segment.end());
    }
    require(entry_found);
    std::uint64_t last = 0;
    for (const vm::Symbol& symbol : program->functions) {
        require(symbol.address >= last && symbol.size != 0);
        last = std::uint64_t{symbol.address} + symbol.size;
    }

    require(patch.ok() == program->features.has_value());
    if (patch.ok()) {
        // The patched file is accepted with the new word, unless the word's place is used for something else as well.
        const absl::StatusOr<vm::Program> again = vm::load_elf(patched);
        if (again.ok() && again->features.has_value()) require(again->features->value == 0x0123456789abcdef);
    }

    vm::RunOptions options;
    options.instruction_limit = 2000;
    const absl::StatusOr<vm::Run> run = vm::execute(*program, {}, options);
    if (run.ok()) require(run->cost.instructions <= 2000);
    return 0;
}

// What a program fixes of the machine: instructions, pages, initial words. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "gadgets/buses.h"
#include "gadgets/execution.h"
#include "sluice/machine/description.h"
#include "sluice/vm/elf.h"

namespace sluice::chips {

class ProgramImage {
 public:
    struct Page {
        std::uint32_t number = 0;  ///< address over 64 KiB
        bool readable = false;
        bool writable = false;
        PageClass page_class = PageClass::zero;
        std::uint32_t first_word = 0;  ///< class image: row of the image table
    };

    /// InvalidArgument if the program's text is too large for the tables.
    [[nodiscard]] static absl::StatusOr<ProgramImage> make(const vm::Program& program);

    [[nodiscard]] std::uint32_t entry() const noexcept { return entry_; }
    [[nodiscard]] const std::vector<ProgramLine>& lines() const noexcept { return lines_; }
    /// Row of the program table; nothing if there is no instruction.
    [[nodiscard]] std::optional<std::uint32_t> line_at(std::uint32_t pc) const;

    /// All pages that hold words, ascending; page 0 holds the registers.
    [[nodiscard]] const std::vector<Page>& pages() const noexcept { return pages_; }
    [[nodiscard]] std::optional<std::uint32_t> page_at(std::uint32_t number) const;

    /// The image table's rows: keys and words.
    struct ImageWord {
        std::uint32_t key;
        std::uint64_t word;
    };
    [[nodiscard]] const std::vector<ImageWord>& image_words() const noexcept { return image_words_; }
    [[nodiscard]] std::optional<std::uint32_t> image_row(std::uint32_t key) const;

    [[nodiscard]] machine::ChipShape program_shape() const;
    [[nodiscard]] machine::ChipShape page_shape() const;
    [[nodiscard]] machine::ChipShape page_class_shape() const;
    [[nodiscard]] machine::ChipShape image_shape() const;

 private:
    std::uint32_t entry_ = 0;
    std::vector<ProgramLine> lines_;
    std::vector<Page> pages_;
    std::vector<ImageWord> image_words_;
};

}  // namespace sluice::chips

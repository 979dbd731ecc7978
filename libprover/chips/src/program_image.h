// What a program fixes of the machine: instructions, pages, initial words. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "gadgets/buses.h"
#include "gadgets/execution.h"
#include "sluice/abi/memory_map.h"
#include "sluice/machine/description.h"
#include "sluice/vm/elf.h"

namespace sluice::chips {

class ProgramImage {
 public:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    struct Page {
        std::uint32_t number = 0;  ///< address over 64 KiB
        bool readable = false;
        bool writable = false;
        PageClass page_class = PageClass::zero;
        std::uint32_t first_word = 0;      ///< class image: row of the image table
        std::uint32_t first_line = kNone;  ///< of text: its first place in `lines_of_text_`
    };

    /// InvalidArgument if the program's text is too large for the tables.
    [[nodiscard]] static absl::StatusOr<ProgramImage> make(const vm::Program& program);

    [[nodiscard]] std::uint32_t entry() const noexcept { return entry_; }
    [[nodiscard]] const std::vector<ProgramLine>& lines() const noexcept { return lines_; }
    /// Row of the program table; nothing if there is no instruction.
    [[nodiscard]] std::optional<std::uint32_t> line_at(std::uint32_t pc) const {
        const auto page = page_at(pc / kPageBytes);
        if (!page.has_value() || pages_[*page].first_line == kNone || pc % 4 != 0) return std::nullopt;
        const std::uint32_t line = lines_of_text_[pages_[*page].first_line + pc % kPageBytes / 4];
        if (line == kNone) return std::nullopt;
        return line;
    }

    /// All pages that hold words, ascending; page 0 holds the registers.
    [[nodiscard]] const std::vector<Page>& pages() const noexcept { return pages_; }
    [[nodiscard]] std::optional<std::uint32_t> page_at(std::uint32_t number) const {
        if (number >= index_of_page_.size() || index_of_page_[number] == kNone) return std::nullopt;
        return index_of_page_[number];
    }

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
    static constexpr std::uint32_t kPageBytes = SLUICE_PAGE_SIZE;

    std::uint32_t entry_ = 0;
    std::vector<ProgramLine> lines_;
    std::vector<Page> pages_;
    std::vector<ImageWord> image_words_;
    // Both are asked several times an instruction: kNone where there is nothing.
    std::vector<std::uint32_t> index_of_page_;  ///< by number
    std::vector<std::uint32_t> lines_of_text_;  ///< a row for each word of a page of text
};

}  // namespace sluice::chips

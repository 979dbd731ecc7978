// What a program fixes of the machine: instructions, pages, initial words. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "gadgets/execution.h"
#include "sluice/machine/description.h"
#include "sluice/vm/elf.h"
#include "tables/lookup_place.h"

namespace sluice::chips {

class ProgramImage {
 public:
    /// InvalidArgument if the program's text is too large for the tables.
    [[nodiscard]] static absl::StatusOr<ProgramImage> make(const vm::Program& program);

    [[nodiscard]] std::uint32_t entry() const noexcept { return entry_; }
    [[nodiscard]] const std::vector<ProgramLine>& lines() const noexcept { return lines_; }
    [[nodiscard]] ImageView view() const noexcept {
        return {index_of_page_.data(), static_cast<std::uint32_t>(index_of_page_.size()), pages_.data(),
                lines_of_text_.data()};
    }
    /// Row of the program table; kNoRow if there is no instruction.
    [[nodiscard]] std::uint32_t line_at(std::uint32_t pc) const { return view().line_at(pc); }

    /// All pages that hold words, ascending; page 0 holds the registers.
    [[nodiscard]] const std::vector<ImagePage>& pages() const noexcept { return pages_; }
    /// Index of a page; kNoRow if it holds none.
    [[nodiscard]] std::uint32_t page_at(std::uint32_t number) const { return view().page_at(number); }
    /// What `view` refers to.
    [[nodiscard]] const std::vector<std::uint32_t>& index_of_page() const noexcept { return index_of_page_; }
    [[nodiscard]] const std::vector<std::uint32_t>& lines_of_text() const noexcept { return lines_of_text_; }

    /// The image table's rows: keys and words.
    struct ImageWord {
        std::uint32_t key;
        std::uint64_t word;
    };
    [[nodiscard]] const std::vector<ImageWord>& image_words() const noexcept { return image_words_; }
    /// kNoRow if the key is none of theirs.
    [[nodiscard]] std::uint32_t image_row(std::uint32_t key) const;

    [[nodiscard]] machine::ChipShape program_shape() const;
    [[nodiscard]] machine::ChipShape page_shape() const;
    [[nodiscard]] machine::ChipShape page_class_shape() const;
    [[nodiscard]] machine::ChipShape image_shape() const;

 private:
    std::uint32_t entry_ = 0;
    std::vector<ProgramLine> lines_;
    std::vector<ImagePage> pages_;
    std::vector<ImageWord> image_words_;
    // Both are asked several times an instruction: kNoRow where there is nothing.
    std::vector<std::uint32_t> index_of_page_;  ///< by number
    std::vector<std::uint32_t> lines_of_text_;  ///< a row for each word of a page of text
};

}  // namespace sluice::chips

// Tables that belong to a program: its instructions, its pages, its image. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// One row for each instruction of the text. See ProgramLine.
struct ProgramTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0010;
    static constexpr std::string_view kName = "program";
    template <class T>
    struct Preprocessed {
        T pc, op, rd, rs1, rs2;
        std::array<T, 3> immediate;
        T target;
        SLUICE_COLUMNS(pc, op, rd, rs1, rs2, immediate, target)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ProgramTable, typename B::Var>& row) {
        const auto& [pc, op, rd, rs1, rs2, immediate, target] = row.preprocessed;
        b.supply(kProgramBus, row.main.count, {pc, op, rd, rs1, rs2, immediate[0], immediate[1], immediate[2], target});
    }
};

/// One row for each page that can be read or written.
struct PageTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0011;
    static constexpr std::string_view kName = "pages";
    template <class T>
    struct Preprocessed {
        T page, readable, writable;
        SLUICE_COLUMNS(page, readable, writable)
    };
    template <class T>
    struct Main {
        T reads, writes;
        SLUICE_COLUMNS(reads, writes)
    };

    template <class B>
    static void eval(B& b, const machine::Row<PageTable, typename B::Var>& row) {
        const auto& [page, readable, writable] = row.preprocessed;
        // The bits are the key's. Without them a count for a page that may not be written would do.
        b.supply(kReadPageBus, row.main.reads * readable, {page});
        b.supply(kWritePageBus, row.main.writes * writable, {page});
    }
};

/// Boundary: one row for each page that has words, with its PageClass.
struct PageClassTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0211;
    static constexpr std::string_view kName = "page_classes";
    template <class T>
    struct Preprocessed {
        T page, page_class;
        SLUICE_COLUMNS(page, page_class)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<PageClassTable, typename B::Var>& row) {
        b.supply(kPageClassBus, row.main.count, {row.preprocessed.page, row.preprocessed.page_class});
    }
};

/// Boundary: one row for each word of the pages that the program's file fills.
struct ImageTable : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0210;
    static constexpr std::string_view kName = "image";
    template <class T>
    struct Preprocessed {
        T key;
        Limbs<T> word;
        SLUICE_COLUMNS(key, word)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const machine::Row<ImageTable, typename B::Var>& row) {
        const auto& [key, word] = row.preprocessed;
        b.supply(kImageBus, row.main.count, {key, word[0], word[1], word[2], word[3]});
    }
};

}  // namespace sluice::chips

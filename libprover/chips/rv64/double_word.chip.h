// LD and SD of aligned words. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Range checks: the address here; the word is one that was read.
#pragma once

#include "gadgets/step.h"
#include "gadgets/store_step.h"

namespace sluice::chips {

struct LoadDouble : StepChipBase {
    static constexpr std::uint32_t kId = 0x0130;
    static constexpr std::string_view kName = "load_double";
    static constexpr std::array kOps = {isa::Op::LD};
    static constexpr std::uint32_t kMemoryWords = 1;
    static constexpr bool takes(const ExecutedStep& step) { return step.address % 8 == 0; }
    template <class T>
    struct Main {
        T is_real;
        ImmediateStep<T> step;
        Address<T> address;
        Access<T> word;
        SLUICE_COLUMNS(is_real, step, address, word)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_immediate_step(step), fill_address(step.address), fill_access(step.memory[0])};
    }

    template <class B>
    static void eval(B& b, const machine::Row<LoadDouble, typename B::Var>& row) {
        const auto& [is_real, step, address, word] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_address(b, step.first.before, step.immediate, address);
        const auto key = check_word_key(b, is_real, address.low, address.page);
        b.lookup(kReadPageBus, is_real, {address.page});
        check_read(b, is_real, step.step, kMemoryOffset, key, word);
        check_immediate_step(b, is_real, step, op_constant(b, isa::Op::LD), word.before);
    }
};

struct StoreDouble : StepChipBase {
    static constexpr std::uint32_t kId = 0x0131;
    static constexpr std::string_view kName = "store_double";
    static constexpr std::array kOps = {isa::Op::SD};
    static constexpr std::uint32_t kMemoryWords = 1;
    static constexpr bool takes(const ExecutedStep& step) { return step.address % 8 == 0; }
    template <class T>
    struct Main {
        T is_real;
        StoreStep<T> step;
        Address<T> address;
        Access<T> word;
        SLUICE_COLUMNS(is_real, step, address, word)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_store_step(step), fill_address(step.address), fill_access(step.memory[0])};
    }

    template <class B>
    static void eval(B& b, const machine::Row<StoreDouble, typename B::Var>& row) {
        const auto& [is_real, step, address, word] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_address(b, step.first.before, step.immediate, address);
        const auto key = check_word_key(b, is_real, address.low, address.page);
        b.lookup(kWritePageBus, is_real, {address.page});
        check_access(b, is_real, step.step, kMemoryOffset, key, word.before, word.age, step.second.before);
        check_store_step(b, is_real, step, op_constant(b, isa::Op::SD));
    }
};

}  // namespace sluice::chips

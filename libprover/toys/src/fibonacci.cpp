// Fibonacci numbers modulo 2^16. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/toys/fibonacci.h"

#include "byte_table.h"

namespace sluice::toys {

namespace {

constexpr std::uint32_t kStateBus = 2;  ///< record (step, a low, a high, b low, b high)

/// Public values.
enum : std::uint32_t { kSteps, kFirst, kSecond = 3, kLast = 5, kLastNext = 7, kPublicValues = 9 };

struct Ends : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0002;
    static constexpr std::string_view kName = "fibonacci_ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Ends, typename B::Var>& row) {
        const auto value = [&](std::uint32_t index) { return b.public_value(index); };
        b.write(kStateBus, row.preprocessed.one,
                {b.constant(0), value(kFirst), value(kFirst + 1), value(kSecond), value(kSecond + 1)});
        b.read(kStateBus, row.preprocessed.one,
               {value(kSteps), value(kLast), value(kLast + 1), value(kLastNext), value(kLastNext + 1)});
    }
};

struct Step : machine::ChipBase {
    static constexpr std::uint32_t kId = 0x0003;
    static constexpr std::string_view kName = "fibonacci";
    template <class T>
    struct Main {
        T is_real;
        T step;
        T a[2];
        T b[2];
        T sum[2];
        T carry[2];
        SLUICE_COLUMNS(is_real, step, a, b, sum, carry)
    };

    template <class B>
    static void eval(B& b, const machine::Row<Step, typename B::Var>& row) {
        const auto& [is_real, step, first, second, sum, carry] = row.main;
        const auto base = b.constant(256);
        b.boolean("is_real is a bit", is_real);
        b.boolean("the low carry is a bit", carry[0]);
        b.boolean("the high carry is a bit", carry[1]);
        b.zero("low byte of the sum", is_real * (first[0] + second[0] - sum[0] - base * carry[0]));
        b.zero("high byte of the sum", is_real * (first[1] + second[1] + carry[0] - sum[1] - base * carry[1]));
        b.lookup(kByteBus, is_real, {sum[0]});
        b.lookup(kByteBus, is_real, {sum[1]});
        b.read(kStateBus, is_real, {step, first[0], first[1], second[0], second[1]});
        b.write(kStateBus, is_real, {step + b.constant(1), second[0], second[1], sum[0], sum[1]});
    }
};

}  // namespace

absl::StatusOr<machine::MachineDescription> fibonacci_machine() {
    std::vector<machine::ChipDescription> chips;
    absl::StatusOr<machine::ChipDescription> bytes = machine::make_chip<ByteTable>(ByteTable::shape());
    absl::StatusOr<machine::ChipDescription> ends = machine::make_chip<Ends>(one_row_shape());
    absl::StatusOr<machine::ChipDescription> step =
        machine::make_chip<Step>({.fixed_height = 0, .max_height = kFibonacciMaxSteps, .preprocessed = {}});
    for (auto* chip : {&bytes, &ends, &step}) {
        if (!chip->ok()) return chip->status();
        chips.push_back(**std::move(chip));
    }
    machine::MachineRules rules;
    rules.public_values = kPublicValues;
    for (std::uint32_t i = 0; i < kPublicValues; ++i) rules.statement.push_back(i);
    return machine::MachineDescription::make(std::move(rules), std::move(chips));
}

machine::TableTrace fibonacci_trace(std::uint32_t steps, std::uint16_t first, std::uint16_t second) {
    ByteCounts bytes;
    machine::TraceWriter<Step> writer;
    std::uint32_t a = first;
    std::uint32_t b = second;
    for (std::uint32_t step = 0; step < steps; ++step) {
        const std::uint32_t low = (a & 255) + (b & 255);
        const std::uint32_t high = (a >> 8) + (b >> 8) + (low >> 8);
        bytes.add_all({low_byte(low), low_byte(high)});
        writer.append({element(1),
                       element(step),
                       {element(a & 255), element(a >> 8)},
                       {element(b & 255), element(b >> 8)},
                       {element(low & 255), element(high & 255)},
                       {element(low >> 8), element(high >> 8)}});
        const std::uint32_t next = (a + b) & 0xffff;
        a = b;
        b = next;
    }
    machine::TraceWriter<Ends> ends;
    ends.append(Ends::Main<KoalaBear>{});
    machine::TableTrace trace;
    trace.chips.push_back(bytes.table());
    trace.chips.push_back(ends.finish());
    trace.chips.push_back(writer.finish());
    for (const std::uint32_t value : std::initializer_list<std::uint32_t>{
             steps, low_byte(first), high_byte(first), low_byte(second), high_byte(second), low_byte(a), high_byte(a),
             low_byte(b), high_byte(b)}) {
        trace.public_values.push_back(element(value));
    }
    return trace;
}

}  // namespace sluice::toys

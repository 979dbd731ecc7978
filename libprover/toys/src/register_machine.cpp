// The register machine: its chips, its boundary, its runs. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/toys/register_machine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

#include "byte_table.h"

namespace sluice::toys {

namespace {

using machine::ChipBase;
using machine::Row;
using machine::TraceWriter;

// Buses. Records:
constexpr std::uint32_t kStateBus = 2;   ///< (pc, time)
constexpr std::uint32_t kMemoryBus = 3;  ///< (address low, address high, value low, value high, time)
constexpr std::uint32_t kOrderBus = 4;   ///< boundary: (position, smallest address allowed)
// Lookups, beside bytes:
constexpr std::uint32_t kProgramBus = 5;  ///< (pc, operation, target low, target high, a low, a high, b low, b high)
// Link:
constexpr std::uint32_t kWordBus = 6;  ///< (address low, address high, value low, value high, shard)

template <class T>
struct Word {
    T low, high;
    SLUICE_COLUMNS(low, high)
};

/// What every operation's row begins with: the step on the clock and the instruction.
template <class T>
struct StepColumns {
    T is_real, pc, time;
    Word<T> target, a, b;
    SLUICE_COLUMNS(is_real, pc, time, target, a, b)
};

/// One access to a word: what was there, when it was put there, and how long ago that is, less one.
template <class T>
struct AccessColumns {
    Word<T> before;
    T previous_time;
    T age[3];
    SLUICE_COLUMNS(before, previous_time, age)
};

template <class B, class T>
void eval_step(B& b, const StepColumns<T>& step, Op op, const T& next_pc) {
    b.boolean("is_real is a bit", step.is_real);
    b.lookup(kProgramBus, step.is_real,
             {step.pc, b.constant(static_cast<std::uint32_t>(op)), step.target.low, step.target.high, step.a.low,
              step.a.high, step.b.low, step.b.high});
    b.read(kStateBus, step.is_real, {step.pc, step.time});
    b.write(kStateBus, step.is_real, {next_pc, step.time + b.constant(4)});
}

/// Word `address` is `access.before` and becomes `after` at the clock's time + `offset`.
/// Range checks: the age's bytes here. Times are below 2^24, since a shard has fewer than 2^22 rows.
template <class B, class T>
void eval_access(B& b, const StepColumns<T>& step, const Word<T>& address, const AccessColumns<T>& access,
                 const Word<T>& after, std::uint32_t offset) {
    const T now = step.time + b.constant(offset);
    b.read(kMemoryBus, step.is_real,
           {address.low, address.high, access.before.low, access.before.high, access.previous_time});
    b.write(kMemoryBus, step.is_real, {address.low, address.high, after.low, after.high, now});
    // Without this a read could take a value that is written later.
    b.zero("the access is later than the previous one",
           step.is_real * (now - access.previous_time - b.constant(1) - access.age[0] -
                           b.constant(1u << 8) * access.age[1] - b.constant(1u << 16) * access.age[2]));
    for (const T& byte : access.age) b.lookup(kByteBus, step.is_real, {byte});
}

struct ProgramTable : ChipBase {
    static constexpr std::uint32_t kId = 0x0010;
    static constexpr std::string_view kName = "program";
    template <class T>
    struct Preprocessed {
        T pc, op;
        Word<T> target, a, b;
        SLUICE_COLUMNS(pc, op, target, a, b)
    };
    template <class T>
    struct Main {
        T count;
        SLUICE_COLUMNS(count)
    };

    template <class B>
    static void eval(B& b, const Row<ProgramTable, typename B::Var>& row) {
        const auto& [pc, op, target, first, second] = row.preprocessed;
        b.supply(kProgramBus, row.main.count,
                 {pc, op, target.low, target.high, first.low, first.high, second.low, second.high});
    }
};

/// First and last state of the shard; in the last shard HALT takes the last state instead.
struct Ends : ChipBase {
    static constexpr std::uint32_t kId = 0x0011;
    static constexpr std::string_view kName = "ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };

    template <class B>
    static void eval(B& b, const Row<Ends, typename B::Var>& row) {
        const auto one = row.preprocessed.one;
        const auto is_last = b.public_value(kRegisterIsLast);
        b.boolean("the last-shard value is a bit", one * is_last);
        b.write(kStateBus, one, {b.public_value(kRegisterFirstPc), b.constant(4)});
        b.read(kStateBus, one * (b.constant(1) - is_last),
               {b.public_value(kRegisterLastPc), b.public_value(kRegisterLastTime)});
        b.zero("a last shard has no last pc", one * is_last * b.public_value(kRegisterLastPc));
        b.zero("a last shard has no last time", one * is_last * b.public_value(kRegisterLastTime));
        for (std::uint32_t i = 0; i < 2; ++i) {
            b.zero("only the last shard has a result",
                   one * (b.constant(1) - is_last) * b.public_value(kRegisterResult + i));
        }
    }
};

struct Add : ChipBase {
    static constexpr std::uint32_t kId = 0x0012;
    static constexpr std::string_view kName = "add";
    template <class T>
    struct Main {
        StepColumns<T> step;
        AccessColumns<T> a, b, target;
        Word<T> sum;
        T carry[2];
        SLUICE_COLUMNS(step, a, b, target, sum, carry)
    };

    template <class B>
    static void eval(B& b, const Row<Add, typename B::Var>& row) {
        const auto& [step, first, second, target, sum, carry] = row.main;
        const auto base = b.constant(256);
        eval_step(b, step, Op::add, step.pc + b.constant(1));
        eval_access(b, step, step.a, first, first.before, 0);
        eval_access(b, step, step.b, second, second.before, 1);
        eval_access(b, step, step.target, target, sum, 2);
        b.boolean("the low carry is a bit", carry[0]);
        b.boolean("the high carry is a bit", carry[1]);
        b.zero("low byte of the sum",
               step.is_real * (first.before.low + second.before.low - sum.low - base * carry[0]));
        b.zero("high byte of the sum",
               step.is_real * (first.before.high + second.before.high + carry[0] - sum.high - base * carry[1]));
        b.lookup(kByteBus, step.is_real, {sum.low});
        b.lookup(kByteBus, step.is_real, {sum.high});
    }
};

struct Mul : ChipBase {
    static constexpr std::uint32_t kId = 0x0013;
    static constexpr std::string_view kName = "mul";
    template <class T>
    struct Main {
        StepColumns<T> step;
        AccessColumns<T> a, b, target;
        Word<T> product;
        T beyond[2];  ///< the product's bits from 16 on: a byte, and 0, 1 or 2
        SLUICE_COLUMNS(step, a, b, target, product, beyond)
    };

    template <class B>
    static void eval(B& b, const Row<Mul, typename B::Var>& row) {
        const auto& [step, first, second, target, product, beyond] = row.main;
        const auto& [x, y] = std::pair(first.before, second.before);
        eval_step(b, step, Op::mul, step.pc + b.constant(1));
        eval_access(b, step, step.a, first, first.before, 0);
        eval_access(b, step, step.b, second, second.before, 1);
        eval_access(b, step, step.target, target, product, 2);
        // Both sides are below 2^26: no wrap modulo p.
        b.zero("bytes of the product",
               step.is_real * (x.low * y.low + b.constant(256) * (x.low * y.high + x.high * y.low) - product.low -
                               b.constant(256) * product.high - b.constant(1u << 16) * beyond[0] -
                               b.constant(1u << 24) * beyond[1]));
        b.zero("what is beyond 24 bits is 0, 1 or 2",
               beyond[1] * (beyond[1] - b.constant(1)) * (beyond[1] - b.constant(2)));
        b.lookup(kByteBus, step.is_real, {product.low});
        b.lookup(kByteBus, step.is_real, {product.high});
        b.lookup(kByteBus, step.is_real, {beyond[0]});
    }
};

struct Set : ChipBase {
    static constexpr std::uint32_t kId = 0x0014;
    static constexpr std::string_view kName = "set";
    template <class T>
    struct Main {
        StepColumns<T> step;
        AccessColumns<T> target;
        SLUICE_COLUMNS(step, target)
    };

    template <class B>
    static void eval(B& b, const Row<Set, typename B::Var>& row) {
        const auto& [step, target] = row.main;
        eval_step(b, step, Op::set, step.pc + b.constant(1));
        eval_access(b, step, step.target, target, step.a, 2);
    }
};

struct Jump : ChipBase {
    static constexpr std::uint32_t kId = 0x0015;
    static constexpr std::string_view kName = "jump_if_not_zero";
    template <class T>
    struct Main {
        StepColumns<T> step;
        AccessColumns<T> a;
        T inverse;  ///< of the word, if it is not 0
        T taken;
        SLUICE_COLUMNS(step, a, inverse, taken)
    };

    template <class B>
    static void eval(B& b, const Row<Jump, typename B::Var>& row) {
        const auto& [step, first, inverse, taken] = row.main;
        const auto value = first.before.low + b.constant(256) * first.before.high;
        const auto target = step.target.low + b.constant(256) * step.target.high;
        eval_step(b, step, Op::jump_if_not_zero, step.pc + b.constant(1) + taken * (target - step.pc - b.constant(1)));
        eval_access(b, step, step.a, first, first.before, 0);
        b.zero("taken if the value has an inverse", value * inverse - taken);
        b.zero("taken is 1 if the value is not 0", value * (taken - b.constant(1)));
    }
};

struct Halt : ChipBase {
    static constexpr std::uint32_t kId = 0x0016;
    static constexpr std::string_view kName = "halt";
    template <class T>
    struct Main {
        StepColumns<T> step;
        AccessColumns<T> a;
        SLUICE_COLUMNS(step, a)
    };

    template <class B>
    static void eval(B& b, const Row<Halt, typename B::Var>& row) {
        const auto& [step, first] = row.main;
        b.boolean("is_real is a bit", step.is_real);
        b.lookup(kProgramBus, step.is_real,
                 {step.pc, b.constant(static_cast<std::uint32_t>(Op::halt)), step.target.low, step.target.high,
                  step.a.low, step.a.high, step.b.low, step.b.high});
        // Takes the state and gives none: nothing runs after it.
        b.read(kStateBus, step.is_real, {step.pc, step.time});
        eval_access(b, step, step.a, first, first.before, 0);
        b.zero("low byte of the result", step.is_real * (first.before.low - b.public_value(kRegisterResult)));
        b.zero("high byte of the result", step.is_real * (first.before.high - b.public_value(kRegisterResult + 1)));
    }
};

/// One row for each word that the shard touches.
struct ShardRam : ChipBase {
    static constexpr std::uint32_t kId = 0x0017;
    static constexpr std::string_view kName = "shard_ram";
    template <class T>
    struct Linked {
        T is_real;
        Word<T> address, in, out;
        T shard_in;
        SLUICE_COLUMNS(is_real, address, in, out, shard_in)
    };
    template <class T>
    struct Main {
        T age[2];  ///< shard - 1 - shard_in
        T final_time;
        SLUICE_COLUMNS(age, final_time)
    };

    template <class B>
    static void eval(B& b, const Row<ShardRam, typename B::Var>& row) {
        const auto& [is_real, address, in, out, shard_in] = row.linked;
        const auto& [age, final_time] = row.main;
        const auto shard = b.public_value(kRegisterShard);
        b.boolean("is_real is a bit", is_real);
        b.write(kMemoryBus, is_real, {address.low, address.high, in.low, in.high, b.constant(0)});
        b.read(kMemoryBus, is_real, {address.low, address.high, out.low, out.high, final_time});
        // Without this a pair of rows could feed each other an invented value.
        b.zero("the word comes from an earlier shard",
               is_real * (shard - b.constant(1) - shard_in - age[0] - b.constant(256) * age[1]));
        b.lookup(kByteBus, is_real, {age[0]});
        b.lookup(kByteBus, is_real, {age[1]});
        b.link(kWordBus, -is_real, {address.low, address.high, in.low, in.high, shard_in});
        b.link(kWordBus, is_real, {address.low, address.high, out.low, out.high, shard});
    }
};

/// One row for each word of the run, by ascending address.
struct Boundary : ChipBase {
    static constexpr std::uint32_t kId = 0x0020;
    static constexpr std::string_view kName = "boundary";
    template <class T>
    struct Linked {
        T is_real;
        Word<T> address, initial, last;
        T last_shard;
        SLUICE_COLUMNS(is_real, address, initial, last, last_shard)
    };
    template <class T>
    struct Main {
        T position, smallest;
        T gap[2];      ///< address - smallest
        T is_input;    ///< the address's highest bit
        T other_bits;  ///< of the address's high byte
        SLUICE_COLUMNS(position, smallest, gap, is_input, other_bits)
    };

    template <class B>
    static void eval(B& b, const Row<Boundary, typename B::Var>& row) {
        const auto& [is_real, address, initial, last, last_shard] = row.linked;
        const auto& [position, smallest, gap, is_input, other_bits] = row.main;
        const auto whole = address.low + b.constant(256) * address.high;
        b.boolean("is_real is a bit", is_real);
        b.boolean("is_input is a bit", is_input);
        b.zero("the address is not below the smallest allowed",
               is_real * (whole - smallest - gap[0] - b.constant(256) * gap[1]));
        b.zero("is_input is the address's highest bit",
               is_real * (address.high - b.constant(128) * is_input - other_bits));
        // Without these a program could start with memory of the prover's choice.
        b.zero("only input words start with something", is_real * (b.constant(1) - is_input) * initial.low);
        b.zero("only input words start with something (high)", is_real * (b.constant(1) - is_input) * initial.high);
        for (const auto& byte : {address.low, address.high, initial.low, initial.high, gap[0], gap[1],
                                 other_bits + other_bits}) {  // twice a number is a byte: it has 7 bits
            b.lookup(kByteBus, is_real, {byte});
        }
        b.read(kOrderBus, is_real, {position, smallest});
        b.write(kOrderBus, is_real, {position + b.constant(1), whole + b.constant(1)});
        b.link(kWordBus, is_real, {address.low, address.high, initial.low, initial.high, b.constant(0)});
        b.link(kWordBus, -is_real, {address.low, address.high, last.low, last.high, last_shard});
    }
};

struct BoundaryEnds : ChipBase {
    static constexpr std::uint32_t kId = 0x0021;
    static constexpr std::string_view kName = "boundary_ends";
    template <class T>
    struct Preprocessed {
        T one;
        SLUICE_COLUMNS(one)
    };
    template <class T>
    struct Main {
        T words, smallest;  ///< the state after the last row
        SLUICE_COLUMNS(words, smallest)
    };

    template <class B>
    static void eval(B& b, const Row<BoundaryEnds, typename B::Var>& row) {
        const auto one = row.preprocessed.one;
        b.write(kOrderBus, one, {b.constant(0), b.constant(0)});
        b.read(kOrderBus, one, {row.main.words, row.main.smallest});
    }
};

Word<KoalaBear> word(std::uint32_t value) {
    return {element(value & 255), element(value >> 8)};
}

machine::ChipShape program_shape(const RegisterProgram& program) {
    const auto height = static_cast<std::uint32_t>(program.size());
    const std::uint64_t stride = machine::align4(height);
    machine::ChipShape shape{.fixed_height = height, .max_height = height, .preprocessed = {}};
    shape.preprocessed.assign(8 * stride, KoalaBear::zero());
    for (std::uint32_t pc = 0; pc < height; ++pc) {
        const Instruction& line = program[pc];
        const std::array<std::uint32_t, 8> values = {pc,
                                                     static_cast<std::uint32_t>(line.op),
                                                     low_byte(line.target),
                                                     high_byte(line.target),
                                                     low_byte(line.a),
                                                     high_byte(line.a),
                                                     low_byte(line.b),
                                                     high_byte(line.b)};
        for (std::size_t c = 0; c < values.size(); ++c) shape.preprocessed[c * stride + pc] = element(values[c]);
    }
    return shape;
}

/// Adds chips until the first that could not be made.
class ChipList {
 public:
    template <class ChipType>
    void add(machine::ChipShape shape) {
        absl::StatusOr<machine::ChipDescription> chip = machine::make_chip<ChipType>(std::move(shape));
        if (!chip.ok()) {
            if (status_.ok()) status_ = chip.status();
            return;
        }
        chips_.push_back(*std::move(chip));
    }
    [[nodiscard]] absl::StatusOr<machine::MachineDescription> make(machine::MachineRules rules) {
        if (!status_.ok()) return status_;
        return machine::MachineDescription::make(std::move(rules), std::move(chips_));
    }

 private:
    absl::Status status_;
    std::vector<machine::ChipDescription> chips_;
};

/// Fewer than 2^22 rows a shard in all, so that times stay below 2^24.
constexpr std::uint32_t kMaxRows = 1u << 19;

machine::ChipShape free_shape(std::uint32_t max_height = kMaxRows) {
    return {.fixed_height = 0, .max_height = max_height, .preprocessed = {}};
}

/// What the machine does, and the tables of one shard while it does it.
class Shard {
 public:
    Shard(std::uint32_t number, std::uint32_t pc) : number_(number), first_pc_(pc) {}

    AccessColumns<KoalaBear> access(std::map<std::uint16_t, std::uint16_t>& memory,
                                    std::map<std::uint16_t, std::uint32_t>& last_shards, std::uint16_t address,
                                    std::uint64_t time, std::uint16_t after) {
        std::uint16_t& value = memory[address];
        const auto [entry, fresh] = touched_.try_emplace(address, Touch{value, value, last_shards[address], 0});
        Touch& touch = entry->second;
        const std::uint64_t age = time - touch.time - 1;
        bytes_.add_all({static_cast<std::uint32_t>(age & 255), static_cast<std::uint32_t>(age >> 8 & 255),
                        static_cast<std::uint32_t>(age >> 16)});
        AccessColumns<KoalaBear> columns{
            word(value), element(touch.time), {element(age & 255), element(age >> 8 & 255), element(age >> 16)}};
        value = after;
        touch.out = after;
        touch.time = time;
        return columns;
    }

    machine::TableTrace finish(const RegisterProgram& program, bool is_last, std::uint32_t last_pc, std::uint64_t time,
                               std::uint16_t result, std::map<std::uint16_t, std::uint32_t>& last_shards) {
        TraceWriter<ShardRam> ram;
        for (const auto& [address, touch] : touched_) {
            const std::uint32_t age = number_ - 1 - touch.shard_in;
            bytes_.add_all({low_byte(age), age >> 8});
            ram.append({element(1), word(address), word(touch.in), word(touch.out), element(touch.shard_in)},
                       {{element(age & 255), element(age >> 8)}, element(touch.time)});
            last_shards[address] = number_;
        }
        TraceWriter<ProgramTable> lines;
        for (std::size_t pc = 0; pc < program.size(); ++pc) lines.append({element(executed[pc])});
        TraceWriter<Ends> ends;
        ends.append(Ends::Main<KoalaBear>{});
        machine::TableTrace trace;
        trace.chips.push_back(bytes_.table());
        trace.chips.push_back(lines.finish());
        trace.chips.push_back(ends.finish());
        trace.chips.push_back(add.finish());
        trace.chips.push_back(mul.finish());
        trace.chips.push_back(set.finish());
        trace.chips.push_back(jump.finish());
        trace.chips.push_back(halt.finish());
        trace.chips.push_back(ram.finish());
        const std::array<std::uint64_t, kRegisterPublicValues> values = {number_,
                                                                         is_last,
                                                                         first_pc_,
                                                                         is_last ? 0 : last_pc,
                                                                         is_last ? 0 : time,
                                                                         is_last ? low_byte(result) : 0u,
                                                                         is_last ? high_byte(result) : 0u};
        for (const std::uint64_t value : values) trace.public_values.push_back(element(value));
        return trace;
    }

    ByteCounts& bytes() { return bytes_; }

    TraceWriter<Add> add;
    TraceWriter<Mul> mul;
    TraceWriter<Set> set;
    TraceWriter<Jump> jump;
    TraceWriter<Halt> halt;
    std::map<std::size_t, std::uint64_t> executed;  ///< how often each instruction ran

 private:
    struct Touch {
        std::uint16_t in, out;
        std::uint32_t shard_in;
        std::uint64_t time;
    };

    std::uint32_t number_;
    std::uint32_t first_pc_;
    ByteCounts bytes_;
    std::map<std::uint16_t, Touch> touched_;
};

machine::TableTrace boundary_trace(const std::map<std::uint16_t, std::uint16_t>& initial,
                                   const std::map<std::uint16_t, std::uint16_t>& memory,
                                   const std::map<std::uint16_t, std::uint32_t>& last_shards) {
    ByteCounts bytes;
    TraceWriter<Boundary> rows;
    std::uint32_t smallest = 0;
    for (const auto& [address, shard] : last_shards) {
        if (shard == 0) continue;  // never touched
        const auto start = initial.find(address);
        const std::uint32_t first = start == initial.end() ? 0 : start->second;
        const std::uint32_t gap = address - smallest;
        const std::uint32_t is_input = address >= kInputStart;
        const std::uint32_t other_bits = high_byte(address) & 127;
        bytes.add_all({low_byte(address), high_byte(address), low_byte(first), first >> 8, low_byte(gap), gap >> 8,
                       2 * other_bits});
        rows.append({element(1), word(address), word(first), word(memory.at(address)), element(shard)},
                    {element(rows.height()),
                     element(smallest),
                     {element(gap & 255), element(gap >> 8)},
                     element(is_input),
                     element(other_bits)});
        smallest = address + 1u;
    }
    TraceWriter<BoundaryEnds> ends;
    ends.append({element(rows.height()), element(smallest)});
    machine::TableTrace trace;
    trace.chips.push_back(bytes.table());
    trace.chips.push_back(rows.finish());
    trace.chips.push_back(ends.finish());
    return trace;
}

}  // namespace

absl::StatusOr<machine::MachineDescription> register_machine(const RegisterProgram& program) {
    if (program.empty() || program.size() > 1u << 16) {
        return absl::InvalidArgumentError(
            absl::StrCat("program of ", program.size(), " instructions, expected 1 to 65536"));
    }
    ChipList chips;
    chips.add<ByteTable>(ByteTable::shape());
    chips.add<ProgramTable>(program_shape(program));
    chips.add<Ends>(one_row_shape());
    chips.add<Add>(free_shape());
    chips.add<Mul>(free_shape());
    chips.add<Set>(free_shape());
    chips.add<Jump>(free_shape());
    chips.add<Halt>(free_shape(1));
    chips.add<ShardRam>(free_shape(1u << 16));
    machine::MachineRules rules;
    rules.public_values = kRegisterPublicValues;
    rules.max_total_rows = 1u << 22;
    rules.shard_index_value = kRegisterShard;
    rules.last_shard_value = kRegisterIsLast;
    rules.chains = {{.first = kRegisterFirstPc, .last = kRegisterLastPc, .initial = 0}};
    rules.statement = {kRegisterResult, kRegisterResult + 1};
    return chips.make(std::move(rules));
}

absl::StatusOr<machine::MachineDescription> register_boundary_machine() {
    ChipList chips;
    chips.add<ByteTable>(ByteTable::shape());
    chips.add<Boundary>(free_shape(1u << 16));
    chips.add<BoundaryEnds>(one_row_shape());
    machine::MachineRules rules;
    rules.max_total_rows = 1u << 20;
    return chips.make(std::move(rules));
}

absl::StatusOr<RegisterRun> run_register_machine(const RegisterProgram& program, std::span<const std::uint16_t> input,
                                                 std::span<const std::uint64_t> cuts, std::uint64_t max_instructions) {
    if (input.size() > kInputStart) {
        return absl::InvalidArgumentError(absl::StrCat("input of ", input.size(), " words, at most ", kInputStart));
    }
    std::map<std::uint16_t, std::uint16_t> memory;
    for (std::size_t i = 0; i < input.size(); ++i) memory[static_cast<std::uint16_t>(kInputStart + i)] = input[i];
    const std::map<std::uint16_t, std::uint16_t> initial = memory;
    std::map<std::uint16_t, std::uint32_t> last_shards;

    RegisterRun run;
    std::uint32_t pc = 0;
    std::uint64_t time = 4;
    std::uint64_t in_shard = 0;
    Shard shard(1, pc);
    for (;;) {
        if (run.shards.size() < cuts.size() && in_shard == cuts[run.shards.size()]) {
            run.shards.push_back(shard.finish(program, false, pc, time, 0, last_shards));
            shard = Shard(static_cast<std::uint32_t>(run.shards.size() + 1), pc);
            time = 4;
            in_shard = 0;
        }
        if (pc >= program.size()) {
            return absl::InvalidArgumentError(absl::StrCat("instruction ", pc, " after ", run.instructions,
                                                           " steps, the program has ", program.size()));
        }
        if (run.instructions >= max_instructions) {
            return absl::InvalidArgumentError(absl::StrCat("no halt within ", max_instructions, " instructions"));
        }
        const Instruction& line = program[pc];
        const StepColumns<KoalaBear> step{element(1),        element(pc),  element(time),
                                          word(line.target), word(line.a), word(line.b)};
        const auto access = [&](std::uint16_t address, std::uint32_t offset, std::uint16_t after) {
            return shard.access(memory, last_shards, address, time + offset, after);
        };
        const std::uint16_t x = memory[line.a];
        const std::uint16_t y = memory[line.b];
        ++shard.executed[pc];
        ++run.instructions;
        ++in_shard;
        std::uint32_t next_pc = pc + 1;
        switch (line.op) {
            case Op::add: {
                const std::uint32_t low = low_byte(x) + low_byte(y);
                const std::uint32_t high = high_byte(x) + high_byte(y) + (low >> 8);
                const auto first = access(line.a, 0, x);
                const auto second = access(line.b, 1, y);
                const auto sum = static_cast<std::uint16_t>(x + y);
                const auto target = access(line.target, 2, sum);
                shard.bytes().add_all({low_byte(sum), high_byte(sum)});
                shard.add.append({step, first, second, target, word(sum), {element(low >> 8), element(high >> 8)}});
                break;
            }
            case Op::mul: {
                const std::uint32_t full =
                    low_byte(x) * low_byte(y) + 256 * (low_byte(x) * high_byte(y) + high_byte(x) * low_byte(y));
                const auto first = access(line.a, 0, x);
                const auto second = access(line.b, 1, y);
                const auto target = access(line.target, 2, static_cast<std::uint16_t>(full));
                shard.bytes().add_all({low_byte(full), high_byte(full), low_byte(full >> 16)});
                shard.mul.append({step,
                                  first,
                                  second,
                                  target,
                                  word(full & 0xffff),
                                  {element(full >> 16 & 255), element(full >> 24)}});
                break;
            }
            case Op::set:
                shard.set.append({step, access(line.target, 2, line.a)});
                break;
            case Op::jump_if_not_zero:
                shard.jump.append({step, access(line.a, 0, x), element(x).inverse(), element(x != 0)});
                if (x != 0) next_pc = line.target;
                break;
            case Op::halt:
                shard.halt.append({step, access(line.a, 0, x)});
                run.result = x;
                break;
            default:
                return absl::InvalidArgumentError(
                    absl::StrCat("instruction ", pc, ": unknown operation ", static_cast<std::uint32_t>(line.op)));
        }
        time += 4;
        if (line.op == Op::halt) break;
        pc = next_pc;
    }
    if (run.shards.size() < cuts.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("halts in shard ", run.shards.size() + 1, ", ", cuts.size() + 1, " shards were asked for"));
    }
    run.shards.push_back(shard.finish(program, true, pc, time, run.result, last_shards));
    run.boundary = boundary_trace(initial, memory, last_shards);
    return run;
}

RegisterProgram mixing_program(std::uint16_t rounds) {
    // 1: rounds left, 2: -1, 3: state, 4: a constant, 5, 6: scratch.
    return {{Op::set, 1, rounds},         {Op::set, 2, 0xffff},         {Op::set, 4, 0x6255},
            {Op::add, 5, 3, kInputStart}, {Op::mul, 6, 5, 4},           {Op::add, 3, 6, 1},
            {Op::mul, 0x100, 3, 3},       {Op::add, 3, 3, 0x100},       {Op::add, 3, 3, kInputStart + 1},
            {Op::add, 1, 1, 2},           {Op::jump_if_not_zero, 3, 1}, {Op::halt, 0, 3}};
}

}  // namespace sluice::toys

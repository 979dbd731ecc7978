// What it costs to verify one shard proof of the synthetic machine: instructions on RV64IM (the guest program in the
// emulator) without accelerators, instructions and calls with them, permutations and products of extension elements
// (counted natively), size of the proof.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   verify_cost [LOG_CELLS] > results/verify.json      # 2^22 cells if not said
//
// This file is compiled with -finstrument-functions: each entry of a function, inlined ones too, calls a hook, which
// compares its address with those that are counted. So the library needs no counters. The number of permutations is
// compared with the guest's calls. The guest's functions are those of its symbol table, most expensive first.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "execution.h"
#include "sluice/abi/ecall.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/protocol/prover.h"
#include "sluice/toys/synthetic.h"
#include "sluice/verify/verify.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/profile.h"

namespace sluice::math {
// Friends of the classes, named here so that their addresses can be taken.
constexpr Extension<4> operator*(const Extension<4>& a, const Extension<4>& b) noexcept;
constexpr Extension<5> operator*(const Extension<5>& a, const Extension<5>& b) noexcept;
constexpr Extension<4> operator*(const Extension<4>& a, KoalaBear b) noexcept;
constexpr Extension<5> operator*(const Extension<5>& a, KoalaBear b) noexcept;
}  // namespace sluice::math

namespace {

struct Counts {
    std::uint64_t permutations = 0;      ///< all
    std::uint64_t key_permutations = 0;  ///< of these, those that hash the key
    std::uint64_t products = 0;          ///< of two extension elements
    std::uint64_t squares = 0;           ///< of extension elements
    std::uint64_t scalar_products = 0;   ///< of an extension element and one of the prime field
};

// Read by the hook: addresses of the functions that are counted, and whether anything is.
bool counting = false;
Counts counts;
const void* permutation = nullptr;
const void* product = nullptr;
const void* square = nullptr;
const void* scalar_product = nullptr;

}  // namespace

extern "C" {
__attribute__((no_instrument_function)) void __cyg_profile_func_enter(void* function, void*) {
    if (!counting) return;
    if (function == permutation) ++counts.permutations;
    if (function == product) ++counts.products;
    if (function == square) ++counts.squares;
    if (function == scalar_product) ++counts.scalar_products;
}
__attribute__((no_instrument_function)) void __cyg_profile_func_exit(void*, void*) {}
}

namespace sluice {
namespace {

/// An observer that only makes the verifier's templates this file's own.
struct Local {
    void operator()(std::string_view, hash::Direction, const math::KoalaBear*, std::size_t) const {}
};

template <class Function>
const void* address_of(Function function) {
    const void* address = nullptr;
    std::memcpy(&address, &function, sizeof(address));  // of a pointer to a member as well: the ABI has it first
    return address;
}

template <const params::Profile& kProfile>
Counts count_operations(ByteView key, ByteView proof) {
    using S = verify::Scheme<kProfile, kProfile.default_opening, Local>;
    using Ext = typename S::Ext;
    Ext (*multiply)(const Ext&, const Ext&) noexcept = &math::operator*;
    Ext (*scale)(const Ext&, math::KoalaBear) noexcept = &math::operator*;
    product = address_of(multiply);
    scalar_product = address_of(scale);
    square = address_of(&Ext::square);
    permutation = address_of(&hash::Poseidon2<S::Hasher::kWidth>::permute);
    std::vector<std::uint8_t> memory(verify::scratch_bytes(key.size(), proof.size()));
    Arena arena(memory.data(), memory.size());
    counts = {};
    counting = true;
    (void)machine::key_digest<typename S::Hasher>(key);
    const std::uint64_t key_permutations = counts.permutations;
    counts = {};
    counts.key_permutations = key_permutations;
    const verify::Verdict verdict = verify::verify_execution<S>(key, proof, {}, arena);
    counting = false;
    if (!verdict.ok()) {
        std::fprintf(stderr, "the proof is refused: %s\n", std::string(verify::name(verdict.status)).c_str());
        std::exit(1);
    }
    return counts;
}

template <class T>
T get(absl::StatusOr<T> value) {
    if (!value.ok()) {
        std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
        std::exit(1);
    }
    return *std::move(value);
}

/// As guest/programs/verify.cpp takes it, without a statement.
std::vector<std::uint8_t> guest_input(ByteView key, ByteView proof) {
    std::vector<std::uint8_t> input(24, 0);
    store_le<std::uint64_t>(input.data(), key.size());
    store_le<std::uint64_t>(input.data() + 8, proof.size());
    for (const ByteView part : {key, proof}) {
        input.insert(input.end(), part.begin(), part.end());
        input.resize(align8(input.size()), 0);
    }
    return input;
}

/// The guest on a machine with these accelerators.
vm::ProfiledRun run_guest(std::uint64_t features, std::span<const std::uint8_t> input) {
    std::ifstream file(SLUICE_VERIFY_GUEST, std::ios::binary);
    std::vector<std::uint8_t> elf{std::istreambuf_iterator<char>(file), {}};
    if (const absl::Status patched = vm::patch_features(elf, features); !patched.ok()) {
        std::fprintf(stderr, "%s\n", std::string(patched.message()).c_str());
        std::exit(1);
    }
    const vm::Program program = get(vm::load_elf(elf));
    vm::ProfiledRun run = get(vm::profile(program, input));
    if (run.run.exit_code != 0) {
        std::fprintf(stderr, "the guest refuses the proof\n");
        std::exit(1);
    }
    return run;
}

/// A demangled function's name up to its arguments; those of templates may have parentheses too.
std::string without_arguments(const std::string& name) {
    int depth = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>') --depth;
        if (name[i] == '(' && depth == 0) return name.substr(0, i);
    }
    return name;
}

void print_functions(const char* name, const vm::ProfiledRun& run) {
    std::printf(",\n   \"%s\": {", name);
    for (std::size_t i = 0; i < 12 && i < run.functions.size(); ++i) {
        const std::string function = without_arguments(run.functions[i].name);
        std::printf("%s\n    \"%s\": {\"calls\": %llu, \"exclusive\": %llu}", i == 0 ? "" : ",", function.c_str(),
                    static_cast<unsigned long long>(run.functions[i].calls),
                    static_cast<unsigned long long>(run.functions[i].exclusive));
    }
    std::printf("}");
}

template <const params::Profile& kProfile>
void report(unsigned log_cells, const char* separator) {
    using Scheme = verify::Scheme<kProfile>;
    constexpr unsigned kDegree = kProfile.extension_degree;
    using Hasher = typename Scheme::Hasher;
    const machine::MachineDescription machine = get(toys::synthetic_machine());
    machine::TableTrace trace = toys::synthetic_trace(std::uint64_t{1} << log_cells);
    auto backend = backend_cpu::make_backend<kDegree, Hasher>({.threads = 0});
    protocol::KeyOptions options;
    options.profile = &kProfile;
    options.stack_heights = {log_cells < 12 ? 7 : log_cells - 5};
    const auto key = get(protocol::ProvingKey<kDegree, Hasher>::make(*backend, options, {&machine, nullptr}));
    protocol::Prover<kDegree, Hasher> prover(*backend, key, {});
    const std::vector<std::uint8_t> proof = get(prover.prove({1, [&](std::uint32_t) { return std::move(trace); }, {}}));

    std::uint32_t columns = 0;
    for (const machine::ChipDescription& chip : machine.chips()) {
        for (const std::uint32_t width : chip.widths) columns += width;
    }
    const Counts operations = count_operations<kProfile>(key.body(), proof);
    const std::vector<std::uint8_t> input = guest_input(key.body(), proof);
    const vm::ProfiledRun run = run_guest(0, input);
    const vm::ProfiledRun accelerated = run_guest(SLUICE_FEATURES_ALL, input);
    const vm::GuestCost& cost = accelerated.run.cost;
    constexpr std::uint64_t kPermutation = Hasher::kWidth == 16 ? SLUICE_ECALL_POSEIDON2_16 : SLUICE_ECALL_POSEIDON2_24;
    // The guest's own count.
    if (cost.ecalls[kPermutation].calls != operations.permutations) {
        std::fprintf(stderr, "%llu permutations natively, %llu calls in the guest\n",
                     static_cast<unsigned long long>(operations.permutations),
                     static_cast<unsigned long long>(cost.ecalls[kPermutation].calls));
        std::exit(1);
    }
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "  {\"profile\": \"%s\", \"log_cells\": %u, \"columns\": %u, \"stack_height\": %u, \"proof_bytes\": %zu, "
        "\"key_bytes\": %zu,\n   \"instructions\": %llu, \"permutations\": %llu, \"key_permutations\": %llu, "
        "\"extension_products\": %llu, \"extension_squares\": %llu, \"scalar_products\": %llu,\n   \"accelerated\": "
        "{\"instructions\": %llu, \"cell_cost\": %llu, \"calls\": {",
        std::string(kProfile.name).c_str(), log_cells, columns, options.stack_heights[0], proof.size(),
        key.body().size(), number(run.run.cost.instructions), number(operations.permutations),
        number(operations.key_permutations), number(operations.products), number(operations.squares),
        number(operations.scalar_products), number(cost.instructions), number(cost.cell_cost()));
    const char* comma = "";
    for (std::size_t i = 0; i < cost.ecalls.size(); ++i) {
        if (cost.ecalls[i].calls == 0) continue;
        std::printf("%s\"%s\": %llu", comma, std::string(abi::ecall_name(i)).c_str(), number(cost.ecalls[i].calls));
        comma = ", ";
    }
    std::printf("}}");
    print_functions("functions", run);
    print_functions("accelerated_functions", accelerated);
    std::printf("}%s\n", separator);
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
    const unsigned log_cells = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 22;
    std::printf("[\n");
    sluice::report<sluice::params::kBits100>(log_cells, ",");
    sluice::report<sluice::params::kBits128>(log_cells, "");
    std::printf("]\n");
    return 0;
}

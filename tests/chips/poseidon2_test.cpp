// POSEIDON2_16 and POSEIDON2_24: published vectors, the definition on integers, and forged calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/poseidon2.chip.h"
#include "call_forger.h"
#include "check_program.h"
#include "forger.h"
#include "poseidon2_calls.h"

namespace sluice::test {
namespace {

using Catch::Contains;

/// Runs the calls; the boundary table says of each word what it is at the end.
void check_poseidon2(const std::vector<WideCall>& calls) {
    const auto [program, input] = program_of(calls);
    MachineRun run = MachineRun::make(program, input);
    CHECK(run.faults() == "");
    check_touched(run);
    const auto last = last_words(run);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Words found;
        for (std::size_t j = 0; j < calls[i].memory.size(); ++j) {
            found.push_back(last.at(static_cast<std::uint32_t>(memory_of_call(i) / 8 + j)));
        }
        INFO("call " << i << ": " << abi::ecall_name(calls[i].number));
        CHECK(found == expected_poseidon2(calls[i].memory));
    }
}

TEST_CASE("Plonky3's vectors hold in the tables") {
    // koala-bear/src/poseidon2.rs, test_default_koalabear_poseidon2_width_16 and _24.
    const std::pair<Integers, Integers> vectors[] = {
        {{894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055, 19776022,
          42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913},
         {1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874, 1238264085,
          1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025}},
        {{886409618,  1327899896, 1902407911, 591953491,  648428576,  1844789031, 1198336108, 355597330,
          1799586834, 59617783,   790334801,  1968791836, 559272107,  31054313,   1042221543, 474748436,
          135686258,  263665994,  1962340735, 1741539604, 2026927696, 449439011,  1131357108, 50869465},
         {382801106, 82839311,   1503190615, 1987418517, 854076995,  1862291425, 262755189, 1050814217,
          722724562, 741265943,  1026879332, 754316749,  1966025564, 1518878196, 502200188, 1368172258,
          845459257, 1711434837, 724453836,  171032289,  655223446,  1098636135, 407832555, 1707498914}}};
    std::vector<WideCall> calls;
    for (const auto& [input, output] : vectors) {
        const Words state = words_of_elements(input);
        CHECK(elements_of_words(expected_poseidon2(state)) == output);
        const std::uint64_t number = input.size() == 16 ? SLUICE_ECALL_POSEIDON2_16 : SLUICE_ECALL_POSEIDON2_24;
        calls.push_back({number, state, {0}});
    }
    check_poseidon2(calls);
}

TEST_CASE("calls on edge and random states leave what the definition on integers says") {
    SLUICE_RANDOM(rng);
    check_poseidon2(poseidon2_calls(rng, 20));
}

/// The inverse of a matrix, by elimination.
std::vector<Integers> inverse_of(std::vector<Integers> matrix) {
    const std::size_t size = matrix.size();
    const auto power = [](std::uint64_t base, std::uint64_t exponent) {
        std::uint64_t result = 1;
        for (; exponent != 0; exponent >>= 1, base = base * base % kKoalaBear) {
            if (exponent % 2 != 0) result = result * base % kKoalaBear;
        }
        return result;
    };
    for (std::size_t i = 0; i < size; ++i) {
        matrix[i].resize(2 * size);
        matrix[i][size + i] = 1;
    }
    for (std::size_t i = 0; i < size; ++i) {
        std::size_t pivot = i;
        while (pivot < size && matrix[pivot][i] == 0) ++pivot;
        REQUIRE(pivot < size);
        std::swap(matrix[i], matrix[pivot]);
        const std::uint64_t scale = power(matrix[i][i], kKoalaBear - 2);
        for (std::uint64_t& value : matrix[i]) value = value * scale % kKoalaBear;
        for (std::size_t row = 0; row < size; ++row) {
            const std::uint64_t factor = matrix[row][i];
            if (row == i || factor == 0) continue;
            for (std::size_t j = 0; j < 2 * size; ++j) {
                matrix[row][j] = (matrix[row][j] + (kKoalaBear - factor) * matrix[i][j]) % kKoalaBear;
            }
        }
    }
    for (Integers& row : matrix) row.erase(row.begin(), row.begin() + static_cast<long>(size));
    return matrix;
}

/// The state of which the permutation is `words`.
template <unsigned kWidth>
Words state_before(const Words& words) {
    using Parameters = hash::Poseidon2Parameters<kWidth>;
    static const auto constants = Parameters::canonical();
    static const auto external = inverse_of(naive_external_matrix(kWidth));
    static const auto internal = inverse_of(naive_internal_matrix(kWidth));
    // 3 e = 1 modulo p - 1.
    constexpr std::uint64_t kRoot = (2 * (kKoalaBear - 1) + 1) / 3;
    static_assert(3 * kRoot % (kKoalaBear - 1) == 1);
    const auto undo = [](std::uint64_t& value, std::uint32_t constant) {
        std::uint64_t root = 1;
        std::uint64_t base = value;
        for (std::uint64_t exponent = kRoot; exponent != 0; exponent >>= 1, base = base * base % kKoalaBear) {
            if (exponent % 2 != 0) root = root * base % kKoalaBear;
        }
        value = (root + kKoalaBear - constant) % kKoalaBear;
    };
    Integers state = elements_of_words(words);
    const auto undo_full = [&](unsigned round) {
        state = naive_times(external, state);
        for (unsigned i = 0; i < kWidth; ++i) undo(state[i], constants.full[round][i]);
    };
    for (unsigned round = Parameters::kFullRounds; round-- > Parameters::kFullRounds / 2;) undo_full(round);
    for (unsigned round = Parameters::kPartialRounds; round-- > 0;) {
        state = naive_times(internal, state);
        undo(state[0], constants.partial[round]);
    }
    for (unsigned round = Parameters::kFullRounds / 2; round-- > 0;) undo_full(round);
    const Words before = words_of_elements(naive_times(external, state));
    REQUIRE(expected_poseidon2(before) == words);
    return before;
}

/// A call of which the result is claimed, and its row.
template <unsigned kWidth>
struct Claim {
    using Chip = chips::Poseidon2Permute<kWidth>;
    using Row = typename Chip::template Main<KoalaBear>;

    Claim() : forger({Chip::kNumbers[0], Words(kWidth / 2, 1), {0}}) {}

    [[nodiscard]] Row row(const Words& before, const Words& after) {
        forger.operand(0, 0, before, after);
        Row row{};
        Chip::fill(forger.step(), row);
        return row;
    }
    [[nodiscard]] std::string broken(const Row& row) { return forger.template broken<Chip>(row); }

    CallForger forger;
};

template <unsigned kWidth>
void check_results() {
    Claim<kWidth> claim;
    const auto p = static_cast<std::uint32_t>(kKoalaBear);
    // Results at whose sides something changes, each of the elements in turn.
    const std::uint32_t edges[] = {0, 1, 2, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x7effffff, p - 1};
    for (std::size_t i = 0; i < kWidth; ++i) {
        std::vector<std::uint32_t> halves;
        for (std::size_t j = 0; j < kWidth; ++j) halves.push_back(edges[(i + j) % std::size(edges)]);
        const Words after = words_of_halves(halves);
        const Words before = state_before<kWidth>(after);
        CHECK(claim.broken(claim.row(before, after)) == "");
        // The same residue, p larger: what has the upper limb of p - 1 is told by the lower one, the rest by the upper.
        auto larger = halves;
        larger[i] += p;
        auto row = claim.row(before, words_of_halves(larger));
        CHECK(claim.broken(row) == (larger[i] >> 16 == 0x7f00 ? "an element is below p" : "lookup of kind 2"));
        // No value of the inverse helps.
        for (const KoalaBear inverse : {KoalaBear::zero(), KoalaBear::one(), -KoalaBear::one()}) {
            row.inverse[i] = inverse;
            CHECK(claim.broken(row) != "");
        }
        // Limbs of one bit more, or fewer than none, that make up the same.
        row = claim.row(before, after);
        row.after[i / 2][2 * (i % 2)] += KoalaBear::from_canonical(1u << 16);
        row.after[i / 2][2 * (i % 2) + 1] -= KoalaBear::one();
        row.inverse[i] = (KoalaBear::from_canonical(0x7f00) - row.after[i / 2][2 * (i % 2) + 1]).inverse();
        CHECK(claim.broken(row) == "lookup of kind 2");
        // Another result.
        auto other = halves;
        other[i] = other[i] == 0 ? 1 : other[i] - 1;
        CHECK(claim.broken(claim.row(before, words_of_halves(other))) == "the state is that after the last round");
    }
}
TEST_CASE("a result that is not below p, or another, is refused") {
    check_results<16>();
    check_results<24>();
}

template <unsigned kWidth>
void check_rounds() {
    SLUICE_RANDOM(rng);
    Claim<kWidth> claim;
    std::vector<std::uint32_t> halves(kWidth);
    for (std::uint32_t& half : halves) half = static_cast<std::uint32_t>(rng());
    const Words before = words_of_halves(halves);
    const Words good = expected_poseidon2(before);
    const Integers elements = elements_of_words(before);
    CHECK(claim.broken(claim.row(before, good)) == "");
    // One S-box gives something else, as with a round left out or another constant, and all that follows is made of it.
    const std::size_t columns = std::tuple_size_v<decltype(claim.row(before, good).cubes)>;
    CHECK(columns == (kWidth == 16 ? 7 * 16 + 20 : 7 * 24 + 23));
    for (std::size_t wrong = 0; wrong < columns + kWidth; ++wrong) {
        auto row = claim.row(before, good);
        std::array<KoalaBear, kWidth> x;
        for (std::size_t i = 0; i < kWidth; ++i) x[i] = KoalaBear::reduce(elements[i]);
        chips::poseidon2::Values values;
        std::size_t next = 0;
        chips::poseidon2::permute(values, KoalaBear::one(), x, [&](KoalaBear input) {
            KoalaBear output = input * input * input;
            if (next == wrong) output += KoalaBear::one();
            if (next < columns) row.cubes[next] = output;
            ++next;
            return output;
        });
        CHECK(next == columns + kWidth);
        Integers result;
        for (const KoalaBear element : x) result.push_back(element.canonical());
        const auto forged = claim.row(before, words_of_elements(result));
        row.after = forged.after;
        row.inverse = forged.inverse;
        INFO("S-box " << wrong);
        CHECK(claim.broken(row) ==
              (wrong < columns ? "an S-box gives the cube" : "the state is that after the last round"));
    }
}
TEST_CASE("an S-box that gives something else, in any round, is refused") {
    check_rounds<16>();
    check_rounds<24>();
}

TEST_CASE("a call left out or done twice is refused") {
    SLUICE_RANDOM(rng);
    for (const bool is_wide : {false, true}) {
        const auto calls = poseidon2_calls(rng, 2);
        const WideCall& call = calls[is_wide ? 3 : 1];
        const std::string name = is_wide ? "poseidon2_24" : "poseidon2_16";
        Forger forger = [&] {
            const auto [program, input] = program_of({call});
            return Forger(MachineRun::make(program, input));
        }();
        REQUIRE(forger.faults() == "");
        REQUIRE(forger.shard(1).height(name) == 1);
        forger.shard(1).remove(name, 0);
        CHECK_THAT(forger.faults(), Contains("record of kind 1 "));
        Forger twice = [&] {
            const auto [program, input] = program_of({call});
            return Forger(MachineRun::make(program, input));
        }();
        twice.shard(1).repeat(name, 0);
        CHECK_THAT(twice.faults(), Contains("record of kind "));
    }
}

TEST_CASE("a permutation of a state that is not what memory holds is refused") {
    std::mt19937_64 rng(7);
    // The same place twice: the second call must read what the first has left.
    for (const std::uint64_t number : {SLUICE_ECALL_POSEIDON2_16, SLUICE_ECALL_POSEIDON2_24}) {
        const std::string name = number == SLUICE_ECALL_POSEIDON2_16 ? "poseidon2_16" : "poseidon2_24";
        Words memory(poseidon2_width(number) / 2);
        for (std::uint64_t& word : memory) word = rng();
        Assembler text;
        std::vector<std::uint8_t> input = empty_input();
        text.li(s0, SLUICE_INPUT_BEGIN + 8 + input.size());
        text.li(a0, SLUICE_HEAP_BEGIN);
        for (std::size_t i = 0; i < memory.size(); ++i) {
            text.ld(t0, s0, static_cast<int>(8 * i));
            text.sd(t0, a0, static_cast<int>(8 * i));
            input.resize(input.size() + 8);
            store_le<std::uint64_t>(input.data() + input.size() - 8, memory[i]);
        }
        text.call(number);
        text.call(number);
        halt(text);
        MachineRun run = MachineRun::make(make_program(text), input);
        CHECK(run.faults() == "");
        const Words once = expected_poseidon2(memory);
        const Words twice = expected_poseidon2(once);
        auto last = last_words(run);
        for (std::size_t i = 0; i < twice.size(); ++i) {
            CHECK(last[static_cast<std::uint32_t>(SLUICE_HEAP_BEGIN / 8 + i)] == twice[i]);
        }
        Forger forger(std::move(run));
        const auto shard = forger.shard(1);
        // The second row becomes the first's, of an earlier state: all of it holds but the records of memory.
        for (const std::string& column : shard.description->chips()[shard.index(name)].column_names[2]) {
            if (column.find("before") == std::string::npos && column.find("cubes") == std::string::npos &&
                column.find("after") == std::string::npos && column.find("inverse") == std::string::npos) {
                continue;
            }
            if (column.find("pointer") != std::string::npos) continue;
            shard.set(name, 1, column, shard.get(name, 0, column));
        }
        CHECK_THAT(forger.faults(), Contains("record of kind 2 "));
    }
}

template <unsigned kWidth>
void check_places() {
    Claim<kWidth> claim;
    const Words before(kWidth / 2, 7);
    const Words after = expected_poseidon2(before);
    const auto broken = [&](std::uint64_t address) {
        claim.forger.point(0, address);
        return claim.broken(claim.row(before, after));
    };
    CHECK(broken(SLUICE_HEAP_BEGIN + 8) == "");
    CHECK(broken(SLUICE_HEAP_BEGIN + SLUICE_PAGE_SIZE - 8) == "");
    CHECK(broken(SLUICE_HEAP_BEGIN + 4) == "lookup of kind 2");
    CHECK(broken(8 * a0) == "lookup of kind 5");  // a register
    CHECK(broken(SLUICE_INPUT_BEGIN) == "lookup of kind 6");
    CHECK(broken(SLUICE_HEAP_END - 8) != "");
    CHECK(broken(SLUICE_HEAP_BEGIN + (std::uint64_t{1} << 32)) != "");
}
TEST_CASE("a state that is not at a multiple of 8, or where it may not be written, is refused") {
    check_places<16>();
    check_places<24>();
    const auto message = [](std::uint64_t number, std::uint64_t address) {
        Assembler text;
        text.li(a0, address);
        text.call(number);
        halt(text);
        const vm::Program program = make_program(text);
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        const std::vector<std::uint8_t> input = empty_input();
        return chips::Rv64Run::make(*machine, program, input).status().ToString();
    };
    for (const std::uint64_t number : {SLUICE_ECALL_POSEIDON2_16, SLUICE_ECALL_POSEIDON2_24}) {
        CHECK_THAT(message(number, SLUICE_HEAP_BEGIN + 4), Contains("ecall_misaligned"));
        CHECK_THAT(message(number, SLUICE_INPUT_BEGIN), Contains("store_fault"));
        CHECK_THAT(message(number, SLUICE_STACK_END - 8), Contains("load_fault"));
        CHECK_THAT(message(number, SLUICE_HEAP_END - 8), Contains("store_fault"));  // the input is behind it
    }
}

}  // namespace
}  // namespace sluice::test

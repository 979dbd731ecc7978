// All 19 accelerator functions inside the guest, over ecalls and in software, against official vectors and the host's
// own. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmpxx.h>
#include <iterator>
#include <openssl/evp.h>
#include <optional>
#include <string>
#include <vector>

#include "prover/naive_poseidon2.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/exit.h"
#include "sluice/abi/features.h"
#include "sluice/base/keccak.h"
#include "sluice/crypto/ecdsa.h"
#include "sluice/crypto/hash.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

using namespace sluice;
using test::Bytes;
using test::PrecompileVector;

namespace {

// As in guest/programs/accelerators.cpp.
enum Operation : std::uint32_t {
    kKeccak256,
    kSecp256k1Verify,
    kSecp256k1Recover,
    kSha256,
    kRipemd160,
    kModexp,
    kBn254Add,
    kBn254Mul,
    kBn254Pairing,
    kBlake2f,
    kKzgPointEval,
    kBlsG1Add,
    kBlsG1Msm,
    kBlsG2Add,
    kBlsG2Msm,
    kBlsPairing,
    kBlsMapFp,
    kBlsMapFp2,
    kSecp256r1Verify,
    kKeccak256Unaligned,
    kNullArgument,
    kPoseidon2Width16,
    kPoseidon2Width24,
};

const std::filesystem::path kGuest = std::filesystem::path(SLUICE_GUEST_DIR) / "accelerators.elf";

#define SLUICE_NEED_GUESTS() \
    if (!std::filesystem::exists(kGuest)) SLUICE_SKIP("no " + kGuest.string() + " (RISC-V tools missing?)")
#define SLUICE_NEED_DATA() \
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst")

struct Request {
    std::uint32_t operation = 0;
    Bytes arguments;
};

struct Answer {
    bool ok = false;
    Bytes result;
};

vm::Run run_requests(const std::vector<Request>& requests, std::uint64_t features) {
    Bytes input;
    for (const Request& request : requests) {
        std::uint8_t header[8];
        store_le(header, request.operation);
        store_le(header + 4, static_cast<std::uint32_t>(request.arguments.size()));
        input.insert(input.end(), header, header + 8);
        input.insert(input.end(), request.arguments.begin(), request.arguments.end());
        input.resize((input.size() + 7) / 8 * 8);
    }
    std::ifstream file(kGuest, std::ios::binary);
    Bytes elf(std::istreambuf_iterator<char>(file), {});
    REQUIRE(vm::patch_features(elf, features).ok());
    const auto program = vm::load_elf(elf);
    INFO(program.status().ToString());
    REQUIRE(program.ok());
    const auto run = vm::execute(*program, input);
    INFO(run.status().ToString());
    REQUIRE(run.ok());
    return *run;
}

// Size of each request's result, which the guest leaves out on failure.
std::vector<Answer> ask(const std::vector<Request>& requests, const std::vector<std::size_t>& sizes,
                        std::uint64_t features) {
    const vm::Run run = run_requests(requests, features);
    INFO(run.trap.to_string());
    REQUIRE(run.halted());
    REQUIRE(run.exit_code == 0);
    std::vector<Answer> answers;
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
        REQUIRE(at + 4 <= run.output.size());
        const auto status = static_cast<std::int32_t>(load_le<std::uint32_t>(run.output.data() + at));
        REQUIRE((status == 0 || status == -1));
        at += 4;
        Answer answer{status == 0, {}};
        if (answer.ok) {
            REQUIRE(at + size <= run.output.size());
            answer.result.assign(run.output.begin() + static_cast<long>(at),
                                 run.output.begin() + static_cast<long>(at + size));
            at += size;
        }
        answers.push_back(answer);
    }
    REQUIRE(at == run.output.size());
    return answers;
}

Bytes slice(const Bytes& bytes, std::size_t offset, std::size_t size) {
    REQUIRE(offset + size <= bytes.size());
    return {bytes.begin() + static_cast<long>(offset), bytes.begin() + static_cast<long>(offset + size)};
}

Bytes join(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

// The 48 bytes of each 64-byte element of EIP-2537's encoding, which has 16 zeros in front; nothing if they are not
// zeros.
std::optional<Bytes> without_padding(const Bytes& bytes, std::size_t offset, std::size_t elements) {
    Bytes compact;
    for (std::size_t i = 0; i < elements; ++i) {
        const Bytes element = slice(bytes, offset + 64 * i, 64);
        if (std::any_of(element.begin(), element.begin() + 16, [](std::uint8_t byte) { return byte != 0; })) return {};
        compact.insert(compact.end(), element.begin() + 16, element.end());
    }
    return compact;
}

Bytes truth(bool value) {
    Bytes word(32);
    word[31] = value ? 1 : 0;
    return word;
}

// How one precompile's vectors are put to the guest: its input as arguments (nothing if the interface has no such call,
// as for wrong lengths) and the guest's result as the precompile's output.
struct Precompile {
    const char* file;
    std::uint32_t operation;
    std::size_t result_size;
    std::function<std::optional<Bytes>(const Bytes&)> arguments;
    std::function<Bytes(const Answer&)> output;
    std::size_t plain_limit;  // of the vectors, how many run without accelerators, which is slow
};

Bytes as_it_is(const Answer& answer) {
    return answer.result;
}
Bytes as_truth(const Answer& answer) {
    return answer.ok ? truth(answer.result[0] != 0) : Bytes();
}

Bytes with_padding(const Answer& answer) {
    Bytes padded;
    for (std::size_t at = 0; at < answer.result.size(); at += 48) {
        padded.resize(padded.size() + 16);
        padded.insert(padded.end(), answer.result.begin() + static_cast<long>(at),
                      answer.result.begin() + static_cast<long>(at + 48));
    }
    return padded;
}

Bytes padded_to(const Bytes& input, std::size_t size) {
    Bytes padded = input;
    padded.resize(std::max(size, input.size()));
    padded.resize(size);
    return padded;
}

// Elements of a fixed-size call.
auto bls_elements(std::size_t elements) {
    return [elements](const Bytes& input) -> std::optional<Bytes> {
        if (input.size() != 64 * elements) return {};
        return without_padding(input, 0, elements);
    };
}

// `elements` field elements, then `scalar` bytes, again and again.
auto bls_pairs(std::size_t elements, std::size_t scalar) {
    return [elements, scalar](const Bytes& input) -> std::optional<Bytes> {
        const std::size_t pair = 64 * elements + scalar;
        if (input.empty() || input.size() % pair != 0) return {};
        Bytes all;
        for (std::size_t at = 0; at < input.size(); at += pair) {
            const auto compact = without_padding(input, at, elements);
            if (!compact) return {};
            all = join({all, *compact, slice(input, at + 64 * elements, scalar)});
        }
        return all;
    };
}

std::optional<Bytes> recover_arguments(const Bytes& raw) {
    const Bytes input = padded_to(raw, 128);
    if (std::any_of(input.begin() + 32, input.begin() + 63, [](std::uint8_t byte) { return byte != 0; })) return {};
    if (input[63] != 27 && input[63] != 28) return {};
    return join({slice(input, 0, 32), slice(input, 64, 64), {static_cast<std::uint8_t>(input[63] - 27)}});
}

Bytes recover_output(const Answer& answer) {
    if (!answer.ok) return {};
    const Hash32 hash = keccak256(answer.result);
    Bytes address(12);
    address.insert(address.end(), hash.bytes.begin() + 12, hash.bytes.end());
    return address;
}

std::optional<Bytes> blake2f_arguments(const Bytes& input) {
    if (input.size() != 213) return {};
    std::uint8_t rounds[4];
    store_le(rounds, load_be<std::uint32_t>(input.data()));
    return join({Bytes(rounds, rounds + 4), slice(input, 4, 209)});
}

std::optional<Bytes> kzg_arguments(const Bytes& input) {
    if (input.size() != 192) return {};
    return join({slice(input, 96, 48), slice(input, 32, 64), slice(input, 144, 48)});
}

const Precompile kPrecompiles[] = {
    {"ecRecover", kSecp256k1Recover, 64, recover_arguments, recover_output, 10},
    {"bn256Add", kBn254Add, 64, [](const Bytes& input) { return padded_to(input, 128); }, as_it_is, 20},
    {"bn256ScalarMul", kBn254Mul, 64, [](const Bytes& input) { return padded_to(input, 96); }, as_it_is, 20},
    {"bn256Pairing", kBn254Pairing, 1,
     [](const Bytes& input) { return input.size() % 192 == 0 ? std::optional(input) : std::nullopt; }, as_truth, 2},
    {"blake2F", kBlake2f, 64, blake2f_arguments, as_it_is, 4},
    {"fail-blake2f", kBlake2f, 64, blake2f_arguments, as_it_is, 4},
    {"blsG1Add", kBlsG1Add, 96, bls_elements(4), with_padding, 10},
    {"fail-blsG1Add", kBlsG1Add, 96, bls_elements(4), with_padding, 10},
    {"blsG1Mul", kBlsG1Msm, 96, bls_pairs(2, 32), with_padding, 2},
    {"blsG1MultiExp", kBlsG1Msm, 96, bls_pairs(2, 32), with_padding, 2},
    {"fail-blsG1MultiExp", kBlsG1Msm, 96, bls_pairs(2, 32), with_padding, 5},
    {"blsG2Add", kBlsG2Add, 192, bls_elements(8), with_padding, 10},
    {"fail-blsG2Add", kBlsG2Add, 192, bls_elements(8), with_padding, 10},
    {"blsG2Mul", kBlsG2Msm, 192, bls_pairs(4, 32), with_padding, 2},
    {"blsG2MultiExp", kBlsG2Msm, 192, bls_pairs(4, 32), with_padding, 2},
    {"fail-blsG2MultiExp", kBlsG2Msm, 192, bls_pairs(4, 32), with_padding, 5},
    {"blsPairing", kBlsPairing, 1, bls_pairs(6, 0), as_truth, 2},
    {"fail-blsPairing", kBlsPairing, 1, bls_pairs(6, 0), as_truth, 5},
    {"blsMapG1", kBlsMapFp, 96, bls_elements(1), with_padding, 2},
    {"fail-blsMapG1", kBlsMapFp, 96, bls_elements(1), with_padding, 5},
    {"blsMapG2", kBlsMapFp2, 192, bls_elements(2), with_padding, 2},
    {"fail-blsMapG2", kBlsMapFp2, 192, bls_elements(2), with_padding, 5},
};

Bytes random_bytes(std::mt19937_64& rng, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng());
    return bytes;
}

Bytes evp_digest(const Bytes& data, const EVP_MD* kind) {
    Bytes digest(static_cast<std::size_t>(EVP_MD_size(kind)));
    unsigned size = 0;
    REQUIRE(EVP_Digest(data.data(), data.size(), digest.data(), &size, kind, nullptr) == 1);
    return digest;
}

constexpr std::uint64_t kFeatureSets[] = {SLUICE_FEATURES_ALL, 0};

}  // namespace

TEST_CASE("official precompile vectors hold inside the guest, over ecalls and in software") {
    SLUICE_NEED_GUESTS();
    SLUICE_NEED_DATA();
    for (const Precompile& precompile : kPrecompiles) {
        INFO(precompile.file);
        std::vector<Request> requests;
        std::vector<PrecompileVector> vectors;
        for (const PrecompileVector& vector : test::precompile_vectors(precompile.file)) {
            const auto arguments = precompile.arguments(vector.input);
            if (!arguments) {
                // Not expressible, so the precompile's own checks have to refuse it.
                INFO(vector.name);
                REQUIRE(vector.expected.empty());
                continue;
            }
            requests.push_back({precompile.operation, *arguments});
            vectors.push_back(vector);
        }
        for (const std::uint64_t features : kFeatureSets) {
            INFO("features " << features);
            if (features == 0 && requests.size() > precompile.plain_limit) requests.resize(precompile.plain_limit);
            const auto answers = ask(requests, std::vector(requests.size(), precompile.result_size), features);
            for (std::size_t i = 0; i < requests.size(); ++i) {
                INFO(vectors[i].name);
                REQUIRE(answers[i].ok == (vectors[i].error.empty() && !vectors[i].expected.empty()));
                REQUIRE(precompile.output(answers[i]) == vectors[i].expected);
            }
        }
    }
}

TEST_CASE("modular exponentiation inside the guest agrees with the official vectors") {
    SLUICE_NEED_GUESTS();
    SLUICE_NEED_DATA();
    std::vector<Request> requests;
    std::vector<std::size_t> sizes;
    std::vector<PrecompileVector> vectors;
    for (const PrecompileVector& vector : test::precompile_vectors("modexp")) {
        const Bytes input = padded_to(vector.input, std::max<std::size_t>(96, vector.input.size()));
        std::size_t lengths[3];
        for (std::size_t i = 0; i < 3; ++i) lengths[i] = load_be<std::uint64_t>(input.data() + 32 * i + 24);
        if (lengths[0] + lengths[1] + lengths[2] > 10000) continue;
        Bytes arguments(24);
        for (std::size_t i = 0; i < 3; ++i) store_le(arguments.data() + 8 * i, std::uint64_t{lengths[i]});
        const Bytes numbers = padded_to(slice(input, 96, input.size() - 96), lengths[0] + lengths[1] + lengths[2]);
        requests.push_back({kModexp, join({arguments, numbers})});
        sizes.push_back(lengths[2]);
        vectors.push_back(vector);
    }
    REQUIRE(requests.size() > 10);
    const auto answers = ask(requests, sizes, SLUICE_FEATURES_ALL);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        INFO(vectors[i].name);
        REQUIRE(answers[i].ok);
        REQUIRE(answers[i].result == vectors[i].expected);
    }
}

TEST_CASE("modular exponentiation inside the guest agrees with GMP around the sizes that ecalls take") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    // Half of the numbers are sparse or full, where carries and special cases hide; leading zeros are common.
    const auto number = [&](std::size_t size) {
        Bytes bytes = random_bytes(rng, size);
        if (rng() % 2 == 0) {
            const auto filler = static_cast<std::uint8_t>(rng() % 2 == 0 ? 0 : 0xff);
            for (auto& byte : bytes) {
                if (rng() % 8 != 0) byte = filler;
            }
        }
        if (size != 0 && rng() % 4 == 0) bytes[0] = 0;
        return bytes;
    };
    const auto to_mpz = [](const Bytes& bytes) {
        mpz_class value;
        mpz_import(value.get_mpz_t(), bytes.size(), 1, 1, 0, 0, bytes.data());
        return value;
    };
    std::vector<Request> requests;
    std::vector<std::size_t> sizes;
    std::vector<Bytes> expected;
    for (int round = 0; round < 600; ++round) {
        const Bytes base = number(rng() % 3 == 0 ? 32 * (rng() % 4) : rng() % 100);
        const Bytes exponent = number(rng() % 2 == 0 ? rng() % 8 : rng() % 40);
        Bytes modulus = number(rng() % 2 == 0 ? 32 : rng() % 50);
        if (round % 20 == 0) std::fill(modulus.begin(), modulus.end(), std::uint8_t{0});
        if (round % 20 == 10 && !modulus.empty()) {
            std::fill(modulus.begin(), modulus.end(), std::uint8_t{0});
            modulus.back() = 1;
        }
        Bytes lengths(24);
        store_le(lengths.data(), std::uint64_t{base.size()});
        store_le(lengths.data() + 8, std::uint64_t{exponent.size()});
        store_le(lengths.data() + 16, std::uint64_t{modulus.size()});
        requests.push_back({kModexp, join({lengths, base, exponent, modulus})});
        sizes.push_back(modulus.size());
        Bytes result(modulus.size());
        if (to_mpz(modulus) != 0) {
            mpz_class power;
            mpz_powm(power.get_mpz_t(), to_mpz(base).get_mpz_t(), to_mpz(exponent).get_mpz_t(),
                     to_mpz(modulus).get_mpz_t());
            const std::size_t used = power == 0 ? 0 : (mpz_sizeinbase(power.get_mpz_t(), 2) + 7) / 8;
            mpz_export(result.data() + (result.size() - used), nullptr, 1, 1, 0, 0, power.get_mpz_t());
        }
        expected.push_back(result);
    }
    for (const std::uint64_t features : kFeatureSets) {
        const auto answers = ask(requests, sizes, features);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            INFO("features " << features << ", request " << i);
            REQUIRE(answers[i].ok);
            REQUIRE(answers[i].result == expected[i]);
        }
    }
}

TEST_CASE("KZG point evaluation inside the guest accepts the official proof and no other") {
    SLUICE_NEED_GUESTS();
    SLUICE_NEED_DATA();
    const auto vectors = test::precompile_vectors("pointEvaluation");
    REQUIRE_FALSE(vectors.empty());
    for (const std::uint64_t features : kFeatureSets) {
        std::vector<Request> requests;
        const Bytes good = *kzg_arguments(vectors[0].input);
        Bytes wrong_value = good;
        wrong_value[48 + 63] ^= 1;
        Bytes no_point = good;
        no_point[0] ^= 0x80;  // not marked as compressed
        for (const Bytes& arguments : {good, wrong_value, no_point}) requests.push_back({kKzgPointEval, arguments});
        const auto answers = ask(requests, {1, 1, 1}, features);
        for (const Answer& answer : answers) REQUIRE(answer.ok);
        REQUIRE(answers[0].result == Bytes{1});
        REQUIRE(answers[1].result == Bytes{0});
        REQUIRE(answers[2].result == Bytes{0});
    }
}

TEST_CASE("P-256 verification inside the guest agrees with the official vectors") {
    SLUICE_NEED_GUESTS();
    SLUICE_NEED_DATA();
    std::vector<Request> requests;
    std::vector<PrecompileVector> vectors;
    for (const PrecompileVector& vector : test::precompile_vectors("p256Verify")) {
        if (vector.input.size() != 160) continue;
        requests.push_back({kSecp256r1Verify, vector.input});
        vectors.push_back(vector);
    }
    REQUIRE(requests.size() > 10);
    for (const std::uint64_t features : kFeatureSets) {
        if (requests.size() > 60) requests.resize(60);
        if (features == 0 && requests.size() > 10) requests.resize(10);
        const auto answers = ask(requests, std::vector<std::size_t>(requests.size(), 1), features);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            INFO(vectors[i].name);
            REQUIRE(answers[i].ok);
            REQUIRE((answers[i].result[0] != 0) == !vectors[i].expected.empty());
        }
    }
}

TEST_CASE("hashes inside the guest agree with OpenSSL and the host, whatever size and alignment") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    std::vector<Request> requests;
    std::vector<Bytes> expected;
    for (const std::size_t size : {0u,   1u,   3u,   8u,   20u,  31u,  32u,  55u,  56u,  63u,   64u,   65u,
                                   119u, 120u, 128u, 135u, 136u, 137u, 271u, 272u, 273u, 1000u, 10001u}) {
        const Bytes data = random_bytes(rng, size);
        const Hash32 hash = keccak256(data);
        const Bytes keccak(hash.bytes.begin(), hash.bytes.end());
        requests.push_back({kKeccak256, data});
        expected.push_back(keccak);
        requests.push_back({kKeccak256Unaligned, data});
        expected.push_back(keccak);
        requests.push_back({kSha256, data});
        expected.push_back(evp_digest(data, EVP_sha256()));
        const auto ripemd = crypto::ripemd160(data);
        requests.push_back({kRipemd160, data});
        expected.push_back(join({Bytes(12), Bytes(ripemd.begin(), ripemd.end())}));
    }
    for (const std::uint64_t features : kFeatureSets) {
        const auto answers = ask(requests, std::vector<std::size_t>(requests.size(), 32), features);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            INFO("operation " << requests[i].operation << ", " << requests[i].arguments.size() << " bytes");
            REQUIRE(answers[i].ok);
            REQUIRE(answers[i].result == expected[i]);
        }
    }
}

TEST_CASE("a signature recovered inside the guest verifies there, and a changed one does not") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    std::vector<Request> recoveries;
    std::vector<Bytes> expected;
    for (int i = 0; i < 12; ++i) {
        // Any r that is a point's x, and any s, sign the message for some key.
        Bytes arguments = random_bytes(rng, 32 + 64);
        arguments.push_back(static_cast<std::uint8_t>(i % 4));
        if (i % 4 >= 2) std::fill(arguments.begin() + 32, arguments.begin() + 48, std::uint8_t{0});  // r + n below p
        std::uint8_t key[64];
        const bool ok =
            crypto::secp256k1_recover(Hash32::from(arguments.data()), Uint256::from_be(arguments.data() + 32),
                                      Uint256::from_be(arguments.data() + 64), arguments[96], key);
        recoveries.push_back({kSecp256k1Recover, arguments});
        expected.push_back(ok ? Bytes(key, key + 64) : Bytes());
    }
    for (const std::uint64_t features : kFeatureSets) {
        const auto recovered = ask(recoveries, std::vector<std::size_t>(recoveries.size(), 64), features);
        std::vector<Request> checks;
        for (std::size_t i = 0; i < recoveries.size(); ++i) {
            REQUIRE(recovered[i].ok == !expected[i].empty());
            REQUIRE(recovered[i].result == expected[i]);
            if (!recovered[i].ok) continue;
            Bytes good = join({slice(recoveries[i].arguments, 0, 96), recovered[i].result});
            checks.push_back({kSecp256k1Verify, good});
            good[rng() % 32] ^= 1;
            checks.push_back({kSecp256k1Verify, good});
        }
        REQUIRE_FALSE(checks.empty());
        const auto verified = ask(checks, std::vector<std::size_t>(checks.size(), 1), features);
        for (std::size_t i = 0; i < checks.size(); ++i) {
            REQUIRE(verified[i].ok);
            REQUIRE(verified[i].result[0] == (i % 2 == 0 ? 1 : 0));
        }
    }
}

TEST_CASE("Poseidon2 inside the guest is its definition on integers, by ecalls and in software") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    constexpr std::uint64_t kPrime = test::kKoalaBear;
    const std::uint64_t inverse = test::naive_inverse_power_of_two(32);
    std::vector<Request> requests;
    std::vector<std::size_t> sizes;
    std::vector<Bytes> expected;
    for (int i = 0; i < 20; ++i) {
        const std::size_t width = i % 2 == 0 ? 16 : 24;
        Bytes state = random_bytes(rng, 4 * width);
        test::Integers elements;
        for (std::size_t j = 0; j < width; ++j) {
            // Words are elements times 2^32; those of p or more stand for their residue.
            const auto edge = static_cast<std::uint32_t>(kPrime - 1 + rng() % 3);
            if (i < 8) store_le(state.data() + 4 * j, i < 4 ? 0xffffffffu : edge);
            elements.push_back(load_le<std::uint32_t>(state.data() + 4 * j) % kPrime * inverse % kPrime);
        }
        Bytes result(4 * width);
        std::size_t at = 0;
        for (const std::uint64_t element :
             width == 16 ? test::naive_poseidon2<16>(elements) : test::naive_poseidon2<24>(elements)) {
            store_le(result.data() + at, static_cast<std::uint32_t>((element << 32) % kPrime));
            at += 4;
        }
        requests.push_back({width == 16 ? kPoseidon2Width16 : kPoseidon2Width24, state});
        sizes.push_back(4 * width);
        expected.push_back(result);
    }
    for (const std::uint64_t features :
         {std::uint64_t{SLUICE_FEATURES_ALL}, std::uint64_t{SLUICE_FEATURE_POSEIDON2}, std::uint64_t{0}}) {
        const vm::Run run = run_requests(requests, features);
        const std::uint64_t calls = features == 0 ? 0 : 10;
        CHECK(run.cost.ecalls[SLUICE_ECALL_POSEIDON2_16].calls == calls);
        CHECK(run.cost.ecalls[SLUICE_ECALL_POSEIDON2_24].calls == calls);
        const auto answers = ask(requests, sizes, features);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            REQUIRE(answers[i].ok);
            REQUIRE(answers[i].result == expected[i]);
        }
    }
}

TEST_CASE("a machine without a feature never sees its ecalls") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    const std::vector<Request> requests = {{kKeccak256, random_bytes(rng, 500)},
                                           {kSha256, random_bytes(rng, 500)},
                                           {kPoseidon2Width16, random_bytes(rng, 64)}};
    for (std::uint64_t missing = 1; missing < SLUICE_FEATURES_ALL; missing *= 2) {
        const vm::Run run = run_requests(requests, SLUICE_FEATURES_ALL & ~missing);
        INFO("missing " << missing << ": " << run.trap.to_string());
        REQUIRE(run.halted());
        REQUIRE(run.exit_code == 0);
        for (std::uint64_t number = 0; number < sluice::abi::kEcallNumberEnd; ++number) {
            if (!sluice::abi::has_ecall(SLUICE_FEATURES_ALL & ~missing, number))
                REQUIRE(run.cost.ecalls[number].calls == 0);
        }
    }
}

TEST_CASE("a null argument to an accelerator ends the program as abort does") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_requests({{kNullArgument, {}}}, SLUICE_FEATURES_ALL);
    REQUIRE(run.halted());
    REQUIRE(run.exit_code == SLUICE_EXIT_ABORT);
}

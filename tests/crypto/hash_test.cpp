// Keccak-256, SHA-256, RIPEMD-160, BLAKE2b's F against OpenSSL, official vectors and twins written from the standards.
// SPDX-License-Identifier: MIT OR Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED  // through EVP, RIPEMD-160 would need the legacy provider
#include "sluice/crypto/hash.h"

#include <array>
#include <cstring>
#include <memory>
#include <openssl/evp.h>
#include <openssl/ripemd.h>
#include <string>
#include <vector>

#include "crypto/soft/keccak.h"
#include "crypto/soft/sha256.h"
#include "sluice/base/keccak.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

using namespace sluice;
using sluice::test::Bytes;

namespace {

Bytes random_message(std::mt19937_64& rng, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng());
    return bytes;
}

Bytes view_of(const Hash32& hash) {
    return {hash.bytes.begin(), hash.bytes.end()};
}

/// Keccak as FIPS 202 writes it, bit by bit: a state array A[x][y][z], the five steps in their order, the sponge over
/// strings of bits. `suffix` are the bits that follow the message before pad10*1: none for the original Keccak, 01 for
/// SHA3, which lets OpenSSL's SHA3-256 vouch for this twin.
class BitKeccak {
 public:
    static Bytes hash(const Bytes& message, const std::vector<bool>& suffix) {
        constexpr std::size_t kRate = 1088;
        std::vector<bool> bits;
        for (const std::uint8_t byte : message) {
            for (unsigned i = 0; i < 8; ++i) bits.push_back(((byte >> i) & 1) != 0);
        }
        bits.insert(bits.end(), suffix.begin(), suffix.end());
        bits.push_back(true);
        while (bits.size() % kRate != kRate - 1) bits.push_back(false);
        bits.push_back(true);
        BitKeccak keccak;
        for (std::size_t block = 0; block < bits.size(); block += kRate) {
            for (std::size_t i = 0; i < kRate; ++i) {
                if (bits[block + i]) keccak.flip(i);
            }
            keccak.permute();
        }
        Bytes digest(32);
        for (std::size_t i = 0; i < 256; ++i) {
            if (keccak.bit(i)) digest[i / 8] = static_cast<std::uint8_t>(digest[i / 8] | (1u << (i % 8)));
        }
        return digest;
    }

 private:
    // Bit i of the string is A[x][y][z] with i = 64 (5 y + x) + z (section 3.1.2).
    bool bit(std::size_t i) const { return a_[i / 64 % 5][i / 320][i % 64]; }
    void flip(std::size_t i) { a_[i / 64 % 5][i / 320][i % 64] = !bit(i); }

    /// rc(t), section 3.2.5, algorithm 5.
    static bool round_bit(unsigned t) {
        std::array<bool, 9> r{true};
        for (unsigned i = 0; i < t % 255; ++i) {
            for (int k = 8; k > 0; --k) r[static_cast<std::size_t>(k)] = r[static_cast<std::size_t>(k - 1)];
            r[0] = false;
            for (const std::size_t k : {0, 4, 5, 6}) r[k] = r[k] != r[8];
        }
        return r[0];
    }

    void permute() {
        for (unsigned round = 0; round < 24; ++round) {
            // theta
            bool c[5][64];
            for (unsigned x = 0; x < 5; ++x) {
                for (unsigned z = 0; z < 64; ++z) {
                    c[x][z] = a_[x][0][z] ^ a_[x][1][z] ^ a_[x][2][z] ^ a_[x][3][z] ^ a_[x][4][z];
                }
            }
            for (unsigned x = 0; x < 5; ++x) {
                for (unsigned y = 0; y < 5; ++y) {
                    for (unsigned z = 0; z < 64; ++z) a_[x][y][z] ^= c[(x + 4) % 5][z] ^ c[(x + 1) % 5][(z + 63) % 64];
                }
            }
            // rho
            bool b[5][5][64];
            std::memcpy(b, a_, sizeof b);
            unsigned x = 1;
            unsigned y = 0;
            for (unsigned t = 0; t < 24; ++t) {
                for (unsigned z = 0; z < 64; ++z) b[x][y][z] = a_[x][y][(z + 64 * 8 - (t + 1) * (t + 2) / 2) % 64];
                const unsigned next = (2 * x + 3 * y) % 5;
                x = y;
                y = next;
            }
            // pi
            for (x = 0; x < 5; ++x) {
                for (y = 0; y < 5; ++y) std::memcpy(a_[x][y], b[(x + 3 * y) % 5][x], sizeof a_[x][y]);
            }
            // chi
            std::memcpy(b, a_, sizeof b);
            for (x = 0; x < 5; ++x) {
                for (y = 0; y < 5; ++y) {
                    for (unsigned z = 0; z < 64; ++z) {
                        a_[x][y][z] = b[x][y][z] ^ (!b[(x + 1) % 5][y][z] && b[(x + 2) % 5][y][z]);
                    }
                }
            }
            // iota
            for (unsigned j = 0; j <= 6; ++j) a_[0][0][(1u << j) - 1] ^= round_bit(j + 7 * round);
        }
    }

    bool a_[5][5][64]{};
};

Bytes openssl(const EVP_MD* digest, const Bytes& message) {
    Bytes result(static_cast<std::size_t>(EVP_MD_get_size(digest)));
    REQUIRE(EVP_Digest(message.data(), message.size(), result.data(), nullptr, digest, nullptr) == 1);
    return result;
}

/// Another backend for the sponge: the bits of a permutation call go through an unaligned copy, as a machine's call
/// may.
struct CountingKeccak {
    static inline int calls = 0;
    static void permute(std::uint64_t state[25]) noexcept {
        ++calls;
        crypto::soft::PlainKeccak::permute(state);
    }
    static void absorb_block(std::uint64_t state[25], const std::uint8_t* block) noexcept {
        ++calls;
        std::uint64_t words[17];
        std::memcpy(words, block, sizeof words);
        for (std::size_t i = 0; i < 17; ++i) state[i] ^= words[i];
        crypto::soft::keccak_f1600(state);
    }
};

}  // namespace

TEST_CASE("the bitwise Keccak twin is OpenSSL's SHA3-256 with SHA3's suffix") {
    SLUICE_RANDOM(rng);
    for (const std::size_t size : {0, 1, 31, 32, 135, 136, 137, 200, 271, 272, 273, 300}) {
        const Bytes message = random_message(rng, size);
        REQUIRE(BitKeccak::hash(message, {false, true}) == openssl(EVP_sha3_256(), message));
    }
}

TEST_CASE("keccak256 of known strings is what Ethereum says") {
    const auto hash = [](const std::string& text) {
        return keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    REQUIRE(keccak256({}) == kEmptyCodeHash);
    const std::uint8_t empty_string[] = {0x80};
    REQUIRE(keccak256(empty_string) == kEmptyTrieRoot);
    const std::uint8_t empty_list[] = {0xc0};
    REQUIRE(keccak256(empty_list) == kEmptyListHash);
    REQUIRE(view_of(hash("abc")) == test::from_hex("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"));
    // ERC-20's Transfer event.
    REQUIRE(view_of(hash("Transfer(address,address,uint256)")) ==
            test::from_hex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));
}

TEST_CASE("keccak256 equals the bitwise twin for all lengths up to 300 and at every alignment") {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size <= 300; ++size) {
        const Bytes message = random_message(rng, size);
        const Bytes expected = BitKeccak::hash(message, {});
        const std::size_t shift = size % 8;
        Bytes shifted(size + 8);
        std::copy(message.begin(), message.end(), shifted.begin() + static_cast<std::ptrdiff_t>(shift));
        INFO("size " << size);
        REQUIRE(view_of(keccak256(message)) == expected);
        REQUIRE(view_of(keccak256({shifted.data() + shift, size})) == expected);
        CountingKeccak::calls = 0;
        REQUIRE(view_of(crypto::soft::keccak256<CountingKeccak>(message)) == expected);
        REQUIRE(CountingKeccak::calls == static_cast<int>(size / 136) + 1);
    }
}

TEST_CASE("both forms of Keccak-f give the same permutation") {
    SLUICE_RANDOM(rng);
    std::uint64_t plain[25];
    for (auto& lane : plain) lane = rng();
    std::uint64_t complemented[25];
    std::uint64_t chosen[25];
    std::memcpy(complemented, plain, sizeof plain);
    std::memcpy(chosen, plain, sizeof plain);
    for (int i = 0; i < 100; ++i) {
        crypto::soft::keccak_permute<crypto::soft::KeccakForm::plain>(plain);
        crypto::soft::keccak_permute<crypto::soft::KeccakForm::complemented>(complemented);
        crypto::soft::keccak_f1600(chosen);
        REQUIRE(std::memcmp(plain, complemented, sizeof plain) == 0);
        REQUIRE(std::memcmp(plain, chosen, sizeof plain) == 0);
    }
}

TEST_CASE("keccak256 reads no byte outside its message") {
    // Exact heap blocks, so that the address sanitizer sees any such read; without it the results still must agree.
    SLUICE_RANDOM(rng);
    for (std::size_t size = 1; size < 160; ++size) {
        const Bytes message = random_message(rng, size);
        const std::unique_ptr<std::uint8_t[]> block(new std::uint8_t[size]);
        std::copy(message.begin(), message.end(), block.get());
        REQUIRE(keccak256({block.get(), size}) == keccak256(message));
    }
}

TEST_CASE("sha256 equals OpenSSL's for all lengths up to 300 and for long messages") {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size <= 300; ++size) {
        const Bytes message = random_message(rng, size);
        INFO("size " << size);
        REQUIRE(view_of(crypto::sha256(message)) == openssl(EVP_sha256(), message));
    }
    for (const std::size_t size : {4095, 4096, 100000}) {
        const Bytes message = random_message(rng, size);
        REQUIRE(view_of(crypto::sha256(message)) == openssl(EVP_sha256(), message));
    }
}

TEST_CASE("ripemd160 equals OpenSSL's for all lengths up to 300 and for long messages") {
    SLUICE_RANDOM(rng);
    const auto ours = [](const Bytes& message) {
        const auto digest = crypto::ripemd160(message);
        return Bytes(digest.begin(), digest.end());
    };
    const auto theirs = [](const Bytes& message) {
        Bytes digest(20);
        RIPEMD160(message.data(), message.size(), digest.data());
        return digest;
    };
    for (std::size_t size = 0; size <= 300; ++size) {
        const Bytes message = random_message(rng, size);
        INFO("size " << size);
        REQUIRE(ours(message) == theirs(message));
    }
    const Bytes message = random_message(rng, 100000);
    REQUIRE(ours(message) == theirs(message));
    REQUIRE(ours({}) == test::from_hex("9c1185a5c5e9fc54612808977ee8f548b2258d31"));
}

namespace {

/// EIP-152's input: rounds (big endian), h, m, t (little endian), final flag.
Bytes run_blake2f(const Bytes& input) {
    REQUIRE(input.size() == 213);
    std::uint64_t h[8];
    std::uint64_t m[16];
    std::uint64_t t[2];
    std::memcpy(h, input.data() + 4, sizeof h);
    std::memcpy(m, input.data() + 68, sizeof m);
    std::memcpy(t, input.data() + 196, sizeof t);
    crypto::blake2f(load_be<std::uint32_t>(input.data()), h, m, t, input[212] == 1);
    Bytes output(64);
    std::memcpy(output.data(), h, sizeof h);
    return output;
}

/// BLAKE2b with 64-byte digest and no key, RFC 7693 section 3.3, over the function under test.
Bytes blake2b512(const Bytes& message) {
    std::uint64_t h[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                          0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    h[0] ^= 0x01010040;
    std::size_t at = 0;
    for (;;) {
        const std::size_t size = std::min<std::size_t>(128, message.size() - at);
        const bool last = at + size == message.size();
        std::uint64_t m[16]{};
        if (size != 0) std::memcpy(m, message.data() + at, size);
        at += size;
        const std::uint64_t t[2] = {at, 0};
        crypto::blake2f(12, h, m, t, last);
        if (last) break;
    }
    Bytes digest(64);
    std::memcpy(digest.data(), h, sizeof h);
    return digest;
}

}  // namespace

TEST_CASE("blake2f gives the example of EIP-152") {
    // The state of BLAKE2b-512 at its start, the block "abc", the counter 3.
    const std::string rest =
        "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b"
        "6bbd41fbabd9831f79217e1319cde05b" +
        ("616263" + std::string(250, '0')) + ("03" + std::string(30, '0'));
    const auto run = [&](const std::string& rounds, const std::string& flag) {
        return run_blake2f(test::from_hex(rounds + rest + flag));
    };
    REQUIRE(run("0000000c", "01") ==
            test::from_hex(
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc95"
                "18d38aa8dbf1925ab92386edd4009923"));
    REQUIRE(run("00000000", "01") ==
            test::from_hex(
                "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b"
                "9442be0454267ce079217e1319cde05b"));
}

TEST_CASE("BLAKE2b built on blake2f equals OpenSSL's for all lengths up to 300") {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size <= 300; ++size) {
        const Bytes message = random_message(rng, size);
        INFO("size " << size);
        REQUIRE(blake2b512(message) == openssl(EVP_blake2b512(), message));
    }
}

TEST_CASE("hashes of random lengths equal OpenSSL's") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(3000); ++i) {
        // Around the ends of blocks, where the padding goes to another one.
        const Bytes message = random_message(rng, rng() % 3 == 0 ? 64 * (rng() % 5) + rng() % 3 + 54 : rng() % 400);
        INFO("size " << message.size());
        REQUIRE(view_of(crypto::sha256(message)) == openssl(EVP_sha256(), message));
        Bytes digest(20);
        RIPEMD160(message.data(), message.size(), digest.data());
        const auto ours = crypto::ripemd160(message);
        REQUIRE(Bytes(ours.begin(), ours.end()) == digest);
        REQUIRE(blake2b512(message) == openssl(EVP_blake2b512(), message));
    }
}

TEST_CASE("blake2f gives the results of go-ethereum's vectors") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    for (const auto& vector : test::precompile_vectors("blake2F")) {
        INFO(vector.name);
        REQUIRE(run_blake2f(vector.input) == vector.expected);
    }
}

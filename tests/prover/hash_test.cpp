// Poseidon2, BLAKE3 and the hashers: published vectors, and the definitions on integers mod p.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "prover/naive_poseidon2.h"
#include "sluice/hash/blake3.h"
#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/poseidon2.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "support/catch.h"

namespace sluice::hash {
namespace {

using test::canonical;
using test::elements;
using test::Integers;
using test::kKoalaBear;

Integers random_integers(std::mt19937_64& rng, std::size_t count) {
    Integers result(count);
    for (std::uint64_t& value : result) value = rng() % kKoalaBear;
    return result;
}

template <unsigned Width>
Integers permuted(const Integers& input) {
    std::vector<KoalaBear> state = elements(input);
    poseidon2<Width>(state.data());
    return canonical(state.data(), Width);
}

TEST_CASE("Poseidon2 meets the published vectors") {
    // Plonky3, koala-bear/src/poseidon2.rs, test_default_koalabear_poseidon2_width_16 and _24.
    CHECK(permuted<16>({894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
                        19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913}) ==
          Integers{1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874,
                   1238264085, 1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025});
    CHECK(
        permuted<24>({886409618,  1327899896, 1902407911, 591953491,  648428576,  1844789031, 1198336108, 355597330,
                      1799586834, 59617783,   790334801,  1968791836, 559272107,  31054313,   1042221543, 474748436,
                      135686258,  263665994,  1962340735, 1741539604, 2026927696, 449439011,  1131357108, 50869465}) ==
        Integers{382801106, 82839311,   1503190615, 1987418517, 854076995,  1862291425, 262755189, 1050814217,
                 722724562, 741265943,  1026879332, 754316749,  1966025564, 1518878196, 502200188, 1368172258,
                 845459257, 1711434837, 724453836,  171032289,  655223446,  1098636135, 407832555, 1707498914});
}

template <unsigned Width>
void check_permutation() {
    SLUICE_RANDOM(rng);
    const std::array<std::uint64_t, 6> edges = {0, 1, 2, kKoalaBear - 1, kKoalaBear - 2, 1u << 24};
    for (unsigned round = 0; round < 200; ++round) {
        Integers state = random_integers(rng, Width);
        if (round < 100) {
            for (std::uint64_t& value : state)
                if (rng() % 4 != 0) value = edges[rng() % edges.size()];
        }
        if (round < edges.size()) state.assign(Width, edges[round]);
        REQUIRE(permuted<Width>(state) == test::naive_poseidon2<Width>(state));
    }
}
TEST_CASE("Poseidon2 is its definition on integers") {
    check_permutation<16>();
    check_permutation<24>();
}

template <unsigned Width>
void check_ranges() {
    // The largest numbers that a round may be given, in all combinations of signs that matter to a sum.
    constexpr auto kTable = Poseidon2<Width>::table();
    constexpr std::int64_t kP = kKoalaBear;
    SLUICE_RANDOM(rng);
    const auto modulo = [](std::int64_t x) { return static_cast<std::uint64_t>((x % kP + kP) % kP); };
    const auto from_montgomery = [](std::uint64_t word) {
        return std::uint64_t{KoalaBear::from_montgomery(static_cast<std::uint32_t>(word)).canonical()};
    };
    for (unsigned round = 0; round < 500; ++round) {
        const unsigned at = static_cast<unsigned>(rng() % 8);
        for (const bool full : {true, false}) {
            const std::int64_t limit = full ? 49 * kP - 1 : kP / 10 * 19;
            std::int64_t x[Width];
            Integers expected(Width);
            for (unsigned i = 0; i < Width; ++i) {
                x[i] = limit - static_cast<std::int64_t>(rng() % 3 * (rng() % 1000));
                if (round == 1 || (round > 1 && rng() % 2 == 0)) x[i] = -x[i];
                expected[i] = from_montgomery(modulo(x[i]));
            }
            const unsigned cubes = full ? Width : 1;
            const std::uint32_t* constants = full ? kTable.full[at] : &kTable.partial[at];
            for (unsigned i = 0; i < cubes; ++i)
                expected[i] = test::naive_cube((expected[i] + from_montgomery(constants[i])) % kKoalaBear);
            if (full) {
                Poseidon2<Width>::full_round(x, constants);
                expected = test::naive_times(test::naive_external_matrix(Width), expected);
            } else {
                Poseidon2<Width>::partial_round(x, *constants, kTable.diagonal);
                expected = test::naive_times(test::naive_internal_matrix(Width), expected);
            }
            for (unsigned i = 0; i < Width; ++i) {
                REQUIRE(from_montgomery(modulo(x[i])) == expected[i]);
                REQUIRE(std::abs(x[i]) < (full ? 45 * kP : limit));
            }
        }
    }
}
TEST_CASE("a round of Poseidon2 is exact and keeps its range at the ends of what it takes") {
    check_ranges<16>();
    check_ranges<24>();
}

// ---- Hashers over Poseidon2 ----

/// Sponge of a leaf by its description.
template <unsigned Width, unsigned Rate, unsigned Length>
Integers naive_leaf(const Integers& row) {
    Integers state(Width);
    state[Rate] = kLeafDomain;
    state[Rate + 1] = row.size();
    std::size_t at = 0;
    do {
        for (unsigned i = 0; i < Rate; ++i, ++at) state[i] = at < row.size() ? row[at] : 0;
        state = test::naive_poseidon2<Width>(state);
    } while (at < row.size());
    state.resize(Length);
    return state;
}

template <unsigned Width, unsigned Rate, unsigned Length>
Integers naive_node(const Integers& left, const Integers& right) {
    Integers state = left;
    state.insert(state.end(), right.begin(), right.end());
    state.resize(Width);
    if (2 * Length < Width) state[2 * Length] = kNodeDomain;
    Integers result = test::naive_poseidon2<Width>(state);
    for (unsigned i = 0; i < Width; ++i) result[i] = (result[i] + state[i]) % kKoalaBear;
    result.resize(Length);
    return result;
}

template <unsigned Width, unsigned Rate, unsigned Length>
void check_poseidon2_hasher() {
    using H = Poseidon2Hasher<Width, Rate, Length>;
    SLUICE_RANDOM(rng);
    for (std::size_t length = 0; length <= 3 * Rate + 1; ++length) {
        const Integers row = random_integers(rng, length);
        const typename H::Digest digest = H::hash_leaf(elements(row));
        REQUIRE(canonical(digest.element, Length) == naive_leaf<Width, Rate, Length>(row));
        const Integers other = random_integers(rng, Length);
        typename H::Digest right;
        std::copy_n(elements(other).begin(), Length, right.element);
        REQUIRE(canonical(H::compress(digest, right).element, Length) ==
                naive_node<Width, Rate, Length>(canonical(digest.element, Length), other));
        REQUIRE_FALSE(H::compress(digest, right) == H::compress(right, digest));
    }
}
TEST_CASE("pitfall 26: leaves longer than the rate and nodes are as described") {
    check_poseidon2_hasher<16, 8, 8>();
    check_poseidon2_hasher<24, 15, 9>();
}

TEMPLATE_TEST_CASE("pitfall 26: the number of elements is part of a leaf", "", Poseidon2Hasher16, Poseidon2Hasher24,
                   Blake3Hasher) {
    std::vector<KoalaBear> row;
    std::vector<typename TestType::Digest> digests;
    for (unsigned length = 0; length < 40; ++length) {
        digests.push_back(TestType::hash_leaf(row));
        row.push_back(KoalaBear::zero());
    }
    for (std::size_t i = 0; i < digests.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) REQUIRE_FALSE(digests[i] == digests[j]);
}

TEMPLATE_TEST_CASE("each element of a leaf counts", "", Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (const std::size_t length : {1, 7, 8, 9, 15, 16, 17, 31, 257, 600}) {
        std::vector<KoalaBear> row = elements(random_integers(rng, length));
        const auto digest = TestType::hash_leaf(row);
        for (std::size_t i = 0; i < length; ++i) {
            row[i] += KoalaBear::one();
            REQUIRE_FALSE(TestType::hash_leaf(row) == digest);
            row[i] -= KoalaBear::one();
        }
        REQUIRE(TestType::hash_leaf(row) == digest);
    }
}

TEMPLATE_TEST_CASE("a digest has one encoding", "", Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    using Digest = typename TestType::Digest;
    SLUICE_RANDOM(rng);
    const Digest digest = TestType::hash_leaf(elements(random_integers(rng, 5)));
    std::uint8_t bytes[Digest::kBytes];
    digest.write(bytes);
    REQUIRE(Digest::read(bytes) == digest);
    for (std::uint8_t& byte : bytes) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            byte = static_cast<std::uint8_t>(byte ^ 1u << bit);
            const auto read = Digest::read(bytes);
            REQUIRE_FALSE((read.has_value() && *read == digest));
            byte = static_cast<std::uint8_t>(byte ^ 1u << bit);
        }
    }
}

TEST_CASE("pitfall 29: digests are written in canonical form, and elements at or above p are refused") {
    FieldDigest<2> digest{};
    digest.element[0] = KoalaBear::from_canonical(0x01020304);
    digest.element[1] = KoalaBear::from_canonical(static_cast<std::uint32_t>(kKoalaBear - 1));
    std::uint8_t bytes[8];
    digest.write(bytes);
    CHECK(std::vector<int>(bytes, bytes + 8) == std::vector<int>{4, 3, 2, 1, 0, 0, 0, 0x7f});
    bytes[4] = 1;  // p
    CHECK_FALSE(FieldDigest<2>::read(bytes).has_value());
    for (unsigned byte = 4; byte < 8; ++byte) bytes[byte] = 0xff;
    CHECK_FALSE(FieldDigest<2>::read(bytes).has_value());
}

// ---- BLAKE3 ----

std::string hex_words(const std::vector<std::uint32_t>& words) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint32_t word : words) {
        for (unsigned byte = 0; byte < 4; ++byte) {
            text += kDigits[word >> (8 * byte + 4) & 15];
            text += kDigits[word >> (8 * byte) & 15];
        }
    }
    return text;
}

std::vector<std::uint8_t> blake3_input(std::size_t size) {
    std::vector<std::uint8_t> input(size);
    for (std::size_t i = 0; i < size; ++i) input[i] = static_cast<std::uint8_t>(i % 251);
    return input;
}

struct Blake3Vector {
    std::size_t size;
    const char* hash;
    const char* keyed_hash;
};

/// BLAKE3-team/BLAKE3, test_vectors/test_vectors.json, cut to 64 bytes of output.
constexpr Blake3Vector kBlake3Vectors[] = {
    {0,
     "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
     "e00f03e7b69af26b7faaf09fcd333050338ddfe085b8cc869ca98b206c08243a",
     "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"
     "b18171a2f22a4b94822c701f107153dba24918c4bae4d2945c20ece13387627d"},
    {1,
     "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"
     "c3a6cb8bf623e20cdb535f8d1a5ffb86342d9c0b64aca3bce1d31f60adfa137b",
     "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"
     "6568c0490609413006fbd428eb3fd14e7756d90f73a4725fad147f7bf70fd61c"},
    {1023,
     "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"
     "a182d27a591b05592b15607500e1e8dd56bc6c7fc063715b7a1d737df5bad333",
     "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e"
     "890316d2e6d8b8c25b0a5b2180f94fb1a158ef508c3cde45e2966bd796a696d3"},
    {1024,
     "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"
     "1cf8107265ecdaf8505b95d8fcec83a98a6a96ea5109d2c179c47a387ffbb404",
     "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4"
     "a78bc838c72852d4f49c864acb7adafe2478e824afe51c8919d06168414c265f"},
    {1025,
     "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"
     "f4c4a22b4b399155358a994e52bf255de60035742ec71bd08ac275a1b51cc6bf",
     "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69"
     "362396b77fdc0d2634a552970843722066c3c15902ae5097e00ff53f1e116f1c"},
    {2049,
     "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"
     "96de31d71d74103403822a2e0bc1eb193e7aecc9643a76b7bbc0c9f9c52e8783",
     "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5"
     "f9a88abfefdfa1e00b418971f2b39c64ca621e8eb37fceac57fd0c8fc8e117d4"},
    {3073,
     "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"
     "9a27ae3b79d68d89da9bf25bc27139ae65a324918a5f9b7828181e52cf373c84",
     "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a"
     "96d6da3fe985054d3478865be9a092250839a697bbda74e279e8a9e69f0025e4"},
    {5121,
     "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"
     "96adaab0613a6146cdaabe498c3a94e529d3fc1da2bd08edf54ed64d40dcd677",
     "6ccf1c34753e7a044db80798ecd0782a8f76f33563accaddbfbb2e0ea4b2d024"
     "0d07e63f13667a8d1490e5e04f13eb617aea16a8c8a5aaed1ef6fbde1b0515e3"},
    {8193,
     "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b"
     "b2282aa69be089359ea1154b9a9286c4a56af4de975a9aa4a5c497654914d279",
     "954a2a75420c8d6547e3ba5b98d963e6fa6491addc8c023189cc519821b4a1f5"
     "f03228648fd983aef045c2fa8290934b0866b615f585149587dda22990399653"},
    {31744,
     "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"
     "860cc51f2b0c28a7b77304bd55fe73af663c02d3f52ea053ba43431ca5bab7bf",
     "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419"
     "3a7258db2d9cd32a7a3ecfce46144114b15c2fcb68a618a976bd74515d47be08"},
    {102400,
     "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"
     "e01c59dab908c04c3342b816941a26d69c2605ebee5ec5291cc55e15b76146e6",
     "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7"
     "f9dbdd3e1d81dcbca3ba241bb18760f207710b751846faaeb9dff8262710999a"},
};

TEST_CASE("BLAKE3 meets the official vectors") {
    constexpr char kKey[] = "whats the Elvish word for friend";
    std::uint32_t key[8] = {};
    for (unsigned i = 0; i < 32; ++i) key[i / 4] |= std::uint32_t{static_cast<std::uint8_t>(kKey[i])} << (8 * (i % 4));
    for (const Blake3Vector& vector : kBlake3Vectors) {
        const std::vector<std::uint8_t> input = blake3_input(vector.size);
        Blake3 hash;
        Blake3 keyed(key);
        for (std::size_t at = 0; at < input.size(); at += 77) {
            hash.update(input.data() + at, std::min<std::size_t>(77, input.size() - at));
        }
        keyed.update(input.data(), input.size());
        std::vector<std::uint32_t> output(16);
        hash.output(output.data(), 16);
        CHECK(hex_words(output) == vector.hash);
        keyed.output(output.data(), 16);
        CHECK(hex_words(output) == vector.keyed_hash);
        // A second block of output, and a part of one.
        std::vector<std::uint32_t> longer(21);
        keyed.output(longer.data(), 21);
        longer.resize(16);
        CHECK(longer == output);
    }
}

TEST_CASE("BLAKE3 gives more than one block of output") {
    std::vector<std::uint32_t> output(32);
    Blake3().output(output.data(), 32);
    // The vector of the empty input, bytes 64 to 127.
    CHECK(hex_words(output).substr(128) ==
          "26f5487789e8f660afe6c99ef9e0c52b92e7393024a80459cf91f476f9ffdbda7001c22e159b402631f277ca96f2defdf1078282314e"
          "763699a31c5363165421");
}

TEST_CASE("the hasher over BLAKE3 hashes canonical words under keys of its own") {
    SLUICE_RANDOM(rng);
    const auto keyed = [](const std::string& key_text, const std::vector<std::uint8_t>& bytes) {
        std::uint32_t key[8] = {};
        for (std::size_t i = 0; i < key_text.size(); ++i)
            key[i / 4] |= std::uint32_t{static_cast<std::uint8_t>(key_text[i])} << (8 * (i % 4));
        Blake3 hash(key);
        hash.update(bytes.data(), bytes.size());
        ByteDigest digest;
        hash.output(digest.word, 8);
        return digest;
    };
    for (const std::size_t length : {0, 1, 16, 17, 256, 257, 1000}) {
        const Integers row = random_integers(rng, length);
        std::vector<std::uint8_t> bytes;
        for (const std::uint64_t value : row)
            for (unsigned byte = 0; byte < 4; ++byte) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
        const ByteDigest leaf = Blake3Hasher::hash_leaf(elements(row));
        CHECK(leaf == keyed("sluice proof system v1, leaf", bytes));
        std::vector<std::uint8_t> pair(64, 0x5a);
        leaf.write(pair.data());
        CHECK(Blake3Hasher::compress(leaf, *ByteDigest::read(pair.data() + 32)) ==
              keyed("sluice proof system v1, node", pair));
    }
}

}  // namespace
}  // namespace sluice::hash

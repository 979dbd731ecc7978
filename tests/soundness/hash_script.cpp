// Prints, as JSON, random calls of sluice::hash and what they gave, for tests/soundness/python/check_hash.py to repeat.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   hash_script SEED
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/merkle.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/hash/transcript.h"

namespace sluice::hash {
namespace {

std::mt19937_64 rng;

std::uint64_t below(std::uint64_t limit) {
    return rng() % limit;
}
KoalaBear random_element() {
    // Extremes too: zero, p - 1, and what Montgomery form makes of one.
    const KoalaBear edges[] = {KoalaBear::zero(), KoalaBear::one(), -KoalaBear::one(), KoalaBear::from_montgomery(1)};
    if (below(8) == 0) return edges[below(4)];
    return KoalaBear::from_canonical(static_cast<std::uint32_t>(below(KoalaBear::kModulus)));
}
std::vector<KoalaBear> random_row(std::size_t length) {
    std::vector<KoalaBear> row(length);
    for (KoalaBear& element : row) element = random_element();
    return row;
}

std::string text(std::span<const KoalaBear> elements) {
    std::string out = "[";
    for (const KoalaBear element : elements) {
        if (out.size() != 1) out += ",";
        out += std::to_string(element.canonical());
    }
    return out + "]";
}
std::string hex(std::span<const std::uint8_t> bytes) {
    std::string out = "\"";
    for (const std::uint8_t byte : bytes) {
        char pair[3];
        std::snprintf(pair, sizeof pair, "%02x", unsigned{byte});
        out += pair;
    }
    return out + "\"";
}
template <class Digest>
std::string digest_text(const Digest& digest) {
    std::uint8_t bytes[Digest::kBytes];
    digest.write(bytes);
    return hex(bytes);
}

/// Calls, one JSON value each, with commas between.
void print_list(const char* name, const std::vector<std::string>& values) {
    std::printf("\"%s\":[", name);
    for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s\n%s", i == 0 ? "" : ",", values[i].c_str());
    std::printf("]");
}

template <Hasher H>
std::vector<std::string> transcript_calls(const char* protocol) {
    Transcript<H> transcript(protocol);
    std::vector<std::string> calls;
    const auto add = [&](const std::string& call) { calls.push_back("[" + call + "]"); };
    for (unsigned i = 0; i < 400; ++i) {
        const std::string label = "\"call " + std::to_string(i) + "\"";
        switch (below(10)) {
            case 0: {
                const KoalaBear element = random_element();
                transcript.absorb("one", element);
                add("\"absorb\"," + label + "," + std::to_string(element.canonical()));
                break;
            }
            case 1: {
                const std::vector<KoalaBear> row = random_row(below(3 * H::kRate + 2));
                transcript.absorb("many", std::span<const KoalaBear>(row));
                add("\"absorb\"," + label + "," + text(row));
                break;
            }
            case 2: {
                const typename H::Digest digest = H::hash_leaf(random_row(3));
                transcript.absorb("digest", digest);
                add("\"absorb_digest\"," + label + "," + digest_text(digest));
                break;
            }
            case 3: {
                const std::uint64_t value = rng() >> below(64);
                transcript.absorb_u64("u64", value);
                add("\"absorb_u64\"," + label + "," + std::to_string(value));
                break;
            }
            case 4: {
                std::vector<std::uint8_t> bytes(below(20));
                for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(rng());
                transcript.absorb_bytes("bytes", bytes.data(), bytes.size());
                add("\"absorb_bytes\"," + label + "," + hex(bytes));
                break;
            }
            case 5: {
                Extension<4> four;
                Extension<5> five;
                Extension<6> six;
                for (KoalaBear& limb : four.limb) limb = random_element();
                for (KoalaBear& limb : five.limb) limb = random_element();
                for (KoalaBear& limb : six.limb) limb = random_element();
                transcript.absorb("four", four);
                transcript.absorb("five", five);
                transcript.absorb("six", six);
                add("\"absorb\"," + label + "," + text(four.limb));
                add("\"absorb\"," + label + "," + text(five.limb));
                add("\"absorb\"," + label + "," + text(six.limb));
                break;
            }
            case 6:
                add("\"sample_base\"," + label + "," + std::to_string(transcript.sample_base("base").canonical()));
                break;
            case 7:
                add("\"sample_ext\"," + label + ",4," + text(transcript.template sample_ext<4>("four").limb));
                add("\"sample_ext\"," + label + ",5," + text(transcript.template sample_ext<5>("five").limb));
                add("\"sample_ext\"," + label + ",6," + text(transcript.template sample_ext<6>("six").limb));
                break;
            case 8: {
                const unsigned bits = static_cast<unsigned>(below(kMaxSampleBits + 1));
                add("\"sample_bits\"," + label + "," + std::to_string(bits) + "," +
                    std::to_string(transcript.sample_bits("bits", bits)));
                break;
            }
            default: {
                // The smallest nonce, or any.
                const unsigned bits = static_cast<unsigned>(below(7));
                const KoalaBear nonce = below(2) == 0 ? grind(transcript, bits).value() : random_element();
                const bool holds = transcript.check_grinding("grinding", bits, nonce);
                add("\"check_grinding\"," + label + "," + std::to_string(bits) + "," +
                    std::to_string(nonce.canonical()) + "," + (holds ? "true" : "false"));
            }
        }
    }
    return calls;
}

template <Hasher H>
void print_hasher() {
    std::printf("{\"hasher\":\"%s\",\n", std::string(H::kName).c_str());
    const char* protocol = "a protocol";
    std::printf("\"protocol\":\"%s\",", protocol);
    print_list("calls", transcript_calls<H>(protocol));

    std::vector<std::string> leaves;
    for (std::size_t length = 0; length < 3 * H::kRate + 2; ++length) {
        const std::vector<KoalaBear> row = random_row(length);
        leaves.push_back("[" + text(row) + "," + digest_text(H::hash_leaf(row)) + "]");
    }
    for (const std::size_t length : {255, 256, 257, 800}) {
        const std::vector<KoalaBear> row = random_row(length);
        leaves.push_back("[" + text(row) + "," + digest_text(H::hash_leaf(row)) + "]");
    }
    std::printf(",");
    print_list("leaves", leaves);

    // Openings, every second of them with a digest changed, and what the verifier says.
    std::vector<std::string> openings;
    for (unsigned i = 0; i < 30; ++i) {
        const unsigned log_leaves = static_cast<unsigned>(below(7));
        std::vector<typename H::Digest> nodes(merkle_node_count(log_leaves));
        const MerkleTree<H> tree(nodes, log_leaves);
        for (typename H::Digest& leaf : tree.level(0)) leaf = H::hash_leaf(random_row(2));
        tree.build();
        std::vector<std::uint32_t> indices(1 + below(10));
        for (std::uint32_t& index : indices) index = static_cast<std::uint32_t>(below(std::uint64_t{1} << log_leaves));
        indices.resize(sort_distinct(indices));
        std::vector<typename H::Digest> siblings(sibling_count(log_leaves, indices));
        tree.open_multi(indices, siblings);
        std::vector<MerkleNode<typename H::Digest>> opened;
        for (const std::uint32_t index : indices) opened.push_back({index, tree.level(0)[index]});
        if (i % 2 == 1) {
            const std::size_t victim = below(opened.size() + siblings.size());
            (victim < opened.size() ? opened[victim].digest : siblings[victim - opened.size()]) =
                H::hash_leaf(random_row(1));
        }
        std::string opened_text;
        for (const auto& node : opened)
            opened_text +=
                (opened_text.empty() ? "[" : ",[") + std::to_string(node.index) + "," + digest_text(node.digest) + "]";
        std::string sibling_text;
        for (const auto& sibling : siblings) sibling_text += (sibling_text.empty() ? "" : ",") + digest_text(sibling);
        const MerkleStatus status = verify_multi<H>(tree.root(), log_leaves, opened, siblings);
        openings.push_back("[" + digest_text(tree.root()) + "," + std::to_string(log_leaves) + ",[" + opened_text +
                           "],[" + sibling_text + "]," + (status == MerkleStatus::ok ? "true" : "false") + "]");
    }
    std::printf(",");
    print_list("openings", openings);
    std::printf("}");
}

}  // namespace
}  // namespace sluice::hash

int main(int argc, char** argv) {
    using namespace sluice::hash;
    rng.seed(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1);
    std::printf("[");
    print_hasher<Poseidon2Hasher16>();
    std::printf(",");
    print_hasher<Poseidon2Hasher24>();
    std::printf(",");
    print_hasher<Blake3Hasher>();
    std::printf("]\n");
    return 0;
}

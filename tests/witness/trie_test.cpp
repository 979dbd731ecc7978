// Trie nodes, tries in memory, lookups and roots of lists. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/trie.h"

#include <algorithm>
#include <set>

#include "sluice/witness/partial_trie.h"
#include "support/catch.h"
#include "support/naive_trie.h"
#include "support/node_records.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;

namespace {

struct Memory {
    std::vector<std::uint8_t> bytes;
    Arena arena;
    explicit Memory(std::size_t size = std::size_t{1} << 22) : bytes(size), arena(bytes.data(), size) {}
};

bool decodes(const Bytes& bytes) {
    // A copy of exactly this size, so that a sanitizer sees any read past the end.
    const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    Node node;
    const ErrorCode code = decode_node(copy, node);
    REQUIRE((code == ErrorCode::ok || code == ErrorCode::trie_malformed_node));
    return code == ErrorCode::ok;
}

Bytes item(const char* hex) {
    return naive_rlp::string(from_hex(hex));
}
const Bytes kHashItem = naive_rlp::string(Bytes(32, '\xab'));
const Bytes kEmptyItem = Bytes("\x80", 1);

Bytes branch(std::vector<Bytes> children, const Bytes& value = kEmptyItem) {
    children.resize(16, kEmptyItem);
    Bytes items;
    for (const Bytes& child : children) items += child;
    return naive_rlp::list(items + value);
}

// Nodes by hash, with the paths that were asked for.
class MapSource final : public NodeSource {
 public:
    Result<NodeBytes> node(const Hash32& hash, const NodePosition& position) noexcept override {
        asked.emplace_back(Bytes(position.nibbles, position.nibbles + position.depth));
        const auto found = nodes.find(bytes_of(hash));
        if (found == nodes.end()) return ErrorCode::trie_missing_node;
        return NodeBytes{view(found->second)};
    }
    void add(const NaiveTrie& trie) {
        for (const auto& [path, rlp] : trie.nodes()) nodes[bytes_of(keccak256(view(rlp)))] = rlp;
    }
    std::map<Bytes, Bytes> nodes;
    std::vector<Bytes> asked;
};

// Keys that share long and short prefixes, so that all kinds of nodes arise, embedded ones too.
class KeyMaker {
 public:
    explicit KeyMaker(std::mt19937_64& rng) : rng_(rng) {}
    Bytes key() {
        Bytes key;
        if (!known_.empty() && rng_() % 4 != 0) {
            const Bytes& other = known_[rng_() % known_.size()];
            static constexpr std::size_t kDepths[] = {0, 1, 2, 3, 5, 8, 30, 58, 59, 60, 61, 62, 63};
            key = other.substr(0, kDepths[rng_() % std::size(kDepths)]);
        }
        const std::uint64_t variety = 2 + rng_() % 15;
        while (key.size() < 64) key.push_back(static_cast<char>(rng_() % variety));
        known_.push_back(key);
        return key;
    }
    Bytes known() const { return known_[rng_() % known_.size()]; }
    bool any() const { return !known_.empty(); }

 private:
    std::mt19937_64& rng_;
    std::vector<Bytes> known_;
};

Bytes random_value(std::mt19937_64& rng) {
    Bytes value(rng() % 4 != 0 ? 1 : 1 + rng() % 100, '\0');
    for (char& byte : value) byte = static_cast<char>(1 + rng() % 255);
    return value;
}

NaiveTrie::Leaves random_leaves(std::mt19937_64& rng, KeyMaker& keys, std::size_t count) {
    NaiveTrie::Leaves leaves;
    while (leaves.size() < count) leaves[keys.key()] = random_value(rng);
    return leaves;
}

Bytes secure_key(const Bytes& key) {
    return nibbles_of(keccak256(view(key)));
}

}  // namespace

TEST_CASE("well-formed nodes of every kind decode") {
    Node node;
    const Bytes leaf = naive_rlp::list(item("3f1cb8") + item("010203"));
    REQUIRE(decode_node(view(leaf), node) == ErrorCode::ok);
    CHECK(node.kind == NodeKind::leaf);
    CHECK(node.path.count == 5);
    CHECK(node.path[0] == 15);
    CHECK(node.path[4] == 8);
    CHECK(bytes_of(node.value) == from_hex("010203"));

    const Bytes even = naive_rlp::list(item("200f1cb8") + item("05"));
    REQUIRE(decode_node(view(even), node) == ErrorCode::ok);
    CHECK(node.path.count == 6);
    CHECK(node.path[0] == 0);
    CHECK(node.path[5] == 8);

    const Bytes extension = naive_rlp::list(item("112345") + kHashItem);
    REQUIRE(decode_node(view(extension), node) == ErrorCode::ok);
    CHECK(node.kind == NodeKind::extension);
    CHECK(node.path.count == 5);
    CHECK(node.path[0] == 1);
    CHECK(bytes_of({node.child, 33}) == kHashItem);

    const Bytes embedded = naive_rlp::list(item("3a") + item("07"));
    const Bytes full = branch({kHashItem, kEmptyItem, embedded});
    REQUIRE(decode_node(view(full), node) == ErrorCode::ok);
    CHECK(node.kind == NodeKind::branch);
    CHECK(node.children == 0b101);
    CHECK(bytes_of({node.reference(0), 33}) == kHashItem);
    CHECK(*node.reference(1) == kEmptyReference);
    CHECK(bytes_of({node.reference(2), reference_size(node.reference(2))}) == embedded);
    CHECK(decodes(branch(std::vector<Bytes>(16, kHashItem))));
    CHECK(decodes(naive_rlp::list(item("00aa") + embedded)));
    CHECK(decodes(naive_rlp::list(item("20") + item("05"))));
}

TEST_CASE("malformed nodes are refused") {
    const Bytes embedded = naive_rlp::list(item("3a") + item("07"));
    const Bytes large = naive_rlp::list(item("3a") + naive_rlp::string(Bytes(29, 'x')));
    REQUIRE(large.size() == 32);
    const Bytes largest = naive_rlp::list(item("3a") + naive_rlp::string(Bytes(28, 'x')));
    REQUIRE(largest.size() == 31);

    CHECK_FALSE(decodes(""));
    CHECK_FALSE(decodes(kEmptyItem));
    CHECK_FALSE(decodes(naive_rlp::string("abc")));
    CHECK_FALSE(decodes(naive_rlp::list("")));
    CHECK_FALSE(decodes(naive_rlp::list(item("20"))));
    CHECK_FALSE(decodes(naive_rlp::list(item("20") + item("05")) + '\0'));
    // paths
    CHECK_FALSE(decodes(naive_rlp::list(kEmptyItem + item("05"))));
    CHECK_FALSE(decodes(naive_rlp::list(item("21ab") + item("05"))));
    CHECK_FALSE(decodes(naive_rlp::list(item("01ab") + kHashItem)));
    for (int flags = 4; flags < 16; ++flags) {
        const Bytes path(1, static_cast<char>(flags << 4));
        CHECK_FALSE(decodes(naive_rlp::list(naive_rlp::string(path) + item("05"))));
        CHECK_FALSE(decodes(naive_rlp::list(naive_rlp::string(path) + kHashItem)));
    }
    CHECK_FALSE(decodes(naive_rlp::list(naive_rlp::string(Bytes("\x31") + Bytes(32, 'x')) + item("05"))));
    CHECK_FALSE(decodes(naive_rlp::list(naive_rlp::string(Bytes("\x20") + Bytes(33, 'x')) + item("05"))));
    CHECK(decodes(naive_rlp::list(naive_rlp::string(Bytes("\x20") + Bytes(32, 'x')) + item("05"))));
    CHECK_FALSE(decodes(naive_rlp::list(naive_rlp::list("\x20") + item("05"))));
    // leaves
    CHECK_FALSE(decodes(naive_rlp::list(item("20") + kEmptyItem)));
    CHECK_FALSE(decodes(naive_rlp::list(item("20") + embedded)));
    // extensions
    CHECK_FALSE(decodes(naive_rlp::list(item("00") + kHashItem)));
    CHECK_FALSE(decodes(naive_rlp::list(item("00aa") + kEmptyItem)));
    CHECK_FALSE(decodes(naive_rlp::list(item("00aa") + naive_rlp::string(Bytes(31, 'x')))));
    CHECK_FALSE(decodes(naive_rlp::list(item("00aa") + large)));
    CHECK(decodes(naive_rlp::list(item("00aa") + largest)));
    // branches
    CHECK_FALSE(decodes(branch({})));
    CHECK_FALSE(decodes(branch({kHashItem})));
    CHECK_FALSE(decodes(branch({kHashItem, kHashItem}, item("05"))));
    CHECK_FALSE(decodes(branch({kHashItem, kHashItem}, kHashItem)));
    CHECK_FALSE(decodes(branch({kHashItem, item("05")})));
    CHECK_FALSE(decodes(branch({kHashItem, naive_rlp::string(Bytes(31, 'x'))})));
    CHECK_FALSE(decodes(branch({kHashItem, naive_rlp::string(Bytes(33, 'x'))})));
    CHECK_FALSE(decodes(branch({kHashItem, large})));
    CHECK(decodes(branch({kHashItem, largest})));
    CHECK_FALSE(decodes(branch({kHashItem, naive_rlp::list("")})));
    for (const std::size_t count : {3, 15, 16, 18}) {
        Bytes items = kHashItem + kHashItem;
        for (std::size_t i = 2; i < count; ++i) items += kEmptyItem;
        INFO(count);
        CHECK_FALSE(decodes(naive_rlp::list(items)));
    }
}

TEST_CASE("a node cut at any byte or with any byte appended is refused") {
    for (const Bytes& node :
         {branch(std::vector<Bytes>(16, kHashItem)), branch({kHashItem, kEmptyItem, kHashItem}),
          naive_rlp::list(item("112345") + kHashItem), naive_rlp::list(item("200f1cb8") + kHashItem)}) {
        REQUIRE(decodes(node));
        for (std::size_t size = 0; size < node.size(); ++size) CHECK_FALSE(decodes(node.substr(0, size)));
        CHECK_FALSE(decodes(node + '\0'));
        CHECK_FALSE(decodes(node + '\x80'));
    }
}

TEST_CASE("the naive trie has the roots of the official secure trie vectors, and so has the trie in memory") {
    const Bytes a50(50, 'a');
    const std::vector<std::pair<std::vector<std::pair<Bytes, Bytes>>, const char*>> cases = {
        {{}, "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"},
        {{{"A", a50}}, "e9e2935138352776cad724d31c9fa5266a5c593bb97726dd2a908fe6d53284df"},
        {{{"doe", "reindeer"}, {"dog", "puppy"}, {"dogglesworth", "cat"}},
         "d4cd937e4a4368d7931a9cf51686b7e10abb3dce38a39000fd7902a092b64585"},
        {{{"do", "verb"}, {"horse", "stallion"}, {"doge", "coin"}, {"dog", "puppy"}},
         "29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d"},
        {{{"foo", "bar"}, {"food", "bass"}}, "1385f23a33021025d9e87cca5c66c00de06178807b96a9acc92b7d651ccde842"},
        {{{"be", "e"}, {"dog", "puppy"}, {"bed", "d"}},
         "826a4f9f9054a3e980e54b20da992c24fa20467f1ca635115ef4917be66e746f"},
        {{{"test", "test"}, {"te", "testy"}}, "aea54fb6c80499674248a462864c420c9d9f3b3d38c879c12425bade1ad76552"},
        {{{from_hex("0045"), from_hex("0123456789")}, {from_hex("4500"), from_hex("9876543210")}},
         "bc11c02c8ab456db0c4d2728b6a2a6210d06f26a2ace4f7d8bdfc72ddf2630ab"},
        // set and removed again: the empty value removes
        {{{"do", "verb"},
          {"ether", "wookiedoo"},
          {"horse", "stallion"},
          {"shaman", "horse"},
          {"doge", "coin"},
          {"ether", ""},
          {"dog", "puppy"},
          {"shaman", ""}},
         "29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d"},
        {{{from_hex("a94f5374fce5edbc8e2a8697c15331677e6ebf0b"),
           from_hex(
               "f848018405f446a7a056e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421a0c5d2460186f7233c92"
               "7e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")},
          {from_hex("095e7baea6a6c7c4c2dfeb977efac326af552d87"),
           from_hex(
               "f8440101a056e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421a004bccc5d94f4d1f99aab44369a"
               "910179931772f2a5c001c3229f57831c102769")},
          {from_hex("d2571607e241ecf590ed94b12d87c94babe36db6"),
           from_hex(
               "f8440180a0ba4b47865c55a341a4a78759bb913cd15c3ee8eaf30a62fa8d1c8863113d84e8a0c5d2460186f7233c927e7db2dc"
               "c703c0e500b653ca82273b7bfad8045d85a470")},
          {from_hex("62c01474f089b07dae603491675dc5b5748f7049"),
           from_hex(
               "f8448080a056e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421a0c5d2460186f7233c927e7db2dc"
               "c703c0e500b653ca82273b7bfad8045d85a470")},
          {from_hex("2adc25665018aa1fe0e6bc666dac8fc2697ff9ba"),
           from_hex(
               "f8478083019a59a056e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421a0c5d2460186f7233c927e"
               "7db2dcc703c0e500b653ca82273b7bfad8045d85a470")}},
         "730a444e08ab4b8dee147c9b232fc52d34a223d600031c1e9d25bfc985cbd797"},
    };
    for (const auto& [changes, root] : cases) {
        Memory memory;
        Diagnostics diagnostics;
        PartialTrie trie(memory.arena);
        NaiveTrie::Leaves leaves;
        for (const auto& [key, value] : changes) {
            const Hash32 hashed = keccak256(view(key));
            if (value.empty()) {
                leaves.erase(secure_key(key));
                REQUIRE(trie.erase(hashed, diagnostics) == ErrorCode::ok);
            } else {
                leaves[secure_key(key)] = value;
                REQUIRE(trie.upsert(hashed, view(value), diagnostics) == ErrorCode::ok);
            }
        }
        CHECK(to_hex(bytes_of(NaiveTrie(leaves).root())) == root);
        const auto computed = trie.root(diagnostics);
        REQUIRE(computed.ok());
        CHECK(to_hex(bytes_of(*computed)) == root);
    }
}

TEST_CASE("the naive trie has the root of an official vector with embedded nodes") {
    // No key of these is a prefix of another.
    CHECK(to_hex(bytes_of(NaiveTrie(NaiveTrie::Leaves{{nibbles_of(from_hex("0045")), from_hex("0123456789")},
                                                      {nibbles_of(from_hex("4500")), from_hex("9876543210")}})
                              .root())) == "285505fcabe84badc8aa310e2aae17eddc7d120aabec8a476902c8184b3a3503");
    CHECK(to_hex(bytes_of(NaiveTrie(NaiveTrie::Leaves{{nibbles_of(Bytes("A")), Bytes(50, 'a')}}).root())) ==
          "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab");
}

TEST_CASE("the root of a list is that of the trie of its indices") {
    SLUICE_RANDOM(rng);
    Memory memory(std::size_t{1} << 18);
    for (const std::size_t count : {0, 1, 2, 3, 15, 16, 17, 127, 128, 129, 200, 255, 256, 257, 400, 1000}) {
        INFO(count);
        std::vector<Bytes> values;
        std::vector<ByteView> views;
        NaiveTrie::Leaves leaves;
        for (std::size_t i = 0; i < count; ++i) {
            Bytes value(1 + rng() % (rng() % 10 == 0 ? 40000 : 40), '\0');
            for (char& byte : value) byte = static_cast<char>(rng());
            values.push_back(value);
            leaves[nibbles_of(naive_rlp::integer(i))] = value;
        }
        for (const Bytes& value : values) views.push_back(view(value));
        const auto root = ordered_root(views, memory.arena);
        REQUIRE(root.ok());
        CHECK(*root == NaiveTrie(leaves).root());
        CHECK(memory.arena.used() == 0);
    }
    // Published by the users of a library that has this function: the root of ["doe", "reindeer"].
    const Bytes doe = "doe";
    const Bytes reindeer = "reindeer";
    CHECK(to_hex(bytes_of(*ordered_root(std::vector<ByteView>{view(doe), view(reindeer)}, memory.arena))) ==
          "e766d5d51b89dc39d981b41bda63248d7abce4f0225eefd023792a540bcffee3");
    Memory small(600);
    const std::vector<Bytes> large(3, Bytes(700, 'x'));
    CHECK(ordered_root(std::vector<ByteView>{view(large[0]), view(large[1])}, small.arena).error() ==
          ErrorCode::arena_exhausted);
}

TEST_CASE("a key is found, or found absent, through the nodes on its path and no others") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 60; ++round) {
        KeyMaker keys(rng);
        const NaiveTrie trie(random_leaves(rng, keys, 1 + rng() % 60));
        MapSource source;
        source.add(trie);
        for (int i = 0; i < 40; ++i) {
            const Bytes nibbles = rng() % 2 == 0 ? keys.known() : keys.key();
            Diagnostics diagnostics;
            source.asked.clear();
            const auto found = lookup(trie.root(), key_of(nibbles), nullptr, source, diagnostics);
            REQUIRE(found.ok());
            const auto leaf = trie.leaves().find(nibbles);
            REQUIRE(found->has_value() == (leaf != trie.leaves().end()));
            if (found->has_value()) CHECK(bytes_of(**found) == leaf->second);
            std::vector<Bytes> needed;
            needed_nodes(
                trie, trie, {nibbles}, [&](const Bytes& path) { needed.push_back(path); }, [](const Bytes&) {});
            CHECK(source.asked == needed);

            // Without any one of them, or with one of them changed, there is no answer.
            const Bytes path = needed[rng() % needed.size()];
            const Bytes hash = bytes_of(keccak256(view(trie.nodes().at(path))));
            MapSource broken = source;
            broken.nodes.erase(hash);
            const auto missing = lookup(trie.root(), key_of(nibbles), nullptr, broken, diagnostics);
            REQUIRE(missing.error() == ErrorCode::trie_missing_node);
            CHECK(bytes_of(diagnostics.detail().expected) == hash);
            CHECK(Bytes(diagnostics.detail().path, diagnostics.detail().path + diagnostics.detail().path_size) == path);
            broken = source;
            broken.nodes[hash].back() = static_cast<char>(broken.nodes[hash].back() ^ 1);
            diagnostics.clear();
            CHECK(lookup(trie.root(), key_of(nibbles), nullptr, broken, diagnostics).error() ==
                  ErrorCode::trie_wrong_node_hash);
            CHECK(bytes_of(diagnostics.detail().expected) == hash);
        }
    }
    MapSource none;
    Diagnostics diagnostics;
    const auto absent = lookup(kEmptyTrieRoot, Hash32{}, nullptr, none, diagnostics);
    REQUIRE(absent.ok());
    CHECK_FALSE(absent->has_value());
    CHECK(none.asked.empty());
}

TEST_CASE("nodes whose paths are too long or too short for 32-byte keys are malformed where they stand") {
    const auto error = [](const NaiveTrie& trie, const Hash32& key) {
        MapSource source;
        source.add(trie);
        Diagnostics diagnostics;
        const auto found = lookup(trie.root(), key, nullptr, source, diagnostics);
        REQUIRE(diagnostics.detail().code == found.error());

        // The same with the trie in memory.
        Memory memory;
        Diagnostics other;
        const Records records = records_of(trie, all_paths(trie));
        const auto parsed =
            PartialTrie::parse(trie.root(), view(records.bytes), records.count, nullptr, memory.arena, other);
        REQUIRE(parsed.error() == found.error());
        return found.error();
    };
    const Bytes value(40, 'v');
    CHECK(error(NaiveTrie(NaiveTrie::Leaves{{Bytes(62, '\1'), value}}), key_of(Bytes(64, '\1'))) ==
          ErrorCode::trie_malformed_node);
    CHECK(error(NaiveTrie(NaiveTrie::Leaves{{Bytes(10, '\1') + Bytes(20, '\2'), value},
                                            {Bytes(10, '\1') + Bytes(20, '\3'), value}}),
                key_of(Bytes(10, '\1') + Bytes(54, '\2'))) == ErrorCode::trie_malformed_node);
}

TEST_CASE("an extension above anything but a branch is malformed") {
    const Bytes leaf =
        naive_rlp::list(naive_rlp::string(from_hex("20") + Bytes(31, '\x11')) + naive_rlp::string(Bytes(40, 'v')));
    const Bytes extension = naive_rlp::list(item("0011") + naive_rlp::string(bytes_of(keccak256(view(leaf)))));
    const Hash32 root = keccak256(view(extension));
    MapSource source;
    source.nodes[bytes_of(root)] = extension;
    source.nodes[bytes_of(keccak256(view(leaf)))] = leaf;
    Diagnostics diagnostics;
    CHECK(lookup(root, key_of(Bytes(64, '\1')), nullptr, source, diagnostics).error() ==
          ErrorCode::trie_malformed_node);

    Memory memory;
    Bytes records = Bytes({static_cast<char>(extension.size()), 0, 0, 0, 1, 0, 0, 0}) + extension;
    records.resize(align8(records.size()));
    records += Bytes({static_cast<char>(leaf.size()), 0, 0, 0, 0, 0, 0, 0}) + leaf;
    records.resize(align8(records.size()));
    diagnostics.clear();
    CHECK(PartialTrie::parse(root, view(records), 2, nullptr, memory.arena, diagnostics).error() ==
          ErrorCode::trie_malformed_node);
    // Embedded: 3 bytes of path in all, so that the trie is malformed only by its shape.
    const Bytes small = naive_rlp::list(item("3a") + item("07"));
    const Bytes above = naive_rlp::list(naive_rlp::string(from_hex("10") + Bytes(31, '\x11')) + small);
    const Hash32 second = keccak256(view(above));
    records = Bytes({static_cast<char>(above.size()), 0, 0, 0, 0, 0, 0, 0}) + above;
    records.resize(align8(records.size()));
    diagnostics.clear();
    auto trie = PartialTrie::parse(second, view(records), 1, nullptr, memory.arena, diagnostics);
    REQUIRE(trie.ok());
    Hash32 key;
    key.bytes.fill(0x11);
    key.bytes[0] = 0x01;
    CHECK(trie->lookup(key, diagnostics).error() == ErrorCode::trie_malformed_node);
    CHECK(trie->upsert(key, view("v"), diagnostics) == ErrorCode::trie_malformed_node);
    CHECK(trie->erase(key, diagnostics) == ErrorCode::trie_malformed_node);
}

TEST_CASE("a trie in memory agrees with the naive one through random changes") {
    SLUICE_RANDOM(rng);
    Memory memory(std::size_t{1} << 24);
    for (int round = 0; round < 120; ++round) {
        memory.arena.reset();
        Diagnostics diagnostics;
        KeyMaker keys(rng);
        NaiveTrie::Leaves leaves = random_leaves(rng, keys, rng() % 50);
        NaiveTrie before(leaves);
        Records records = records_of(before, all_paths(before));
        auto parsed =
            PartialTrie::parse(before.root(), view(records.bytes), records.count, nullptr, memory.arena, diagnostics);
        REQUIRE(parsed.ok());
        PartialTrie trie = *parsed;
        REQUIRE(*trie.root(diagnostics) == before.root());
        for (int step = 0; step < 30; ++step) {
            const Bytes nibbles = keys.any() && rng() % 3 != 0 ? keys.known() : keys.key();
            if (rng() % 2 == 0) {
                const Bytes value = random_value(rng);
                leaves[nibbles] = value;
                REQUIRE(trie.upsert(key_of(nibbles), view(value), diagnostics) == ErrorCode::ok);
            } else {
                leaves.erase(nibbles);
                REQUIRE(trie.erase(key_of(nibbles), diagnostics) == ErrorCode::ok);
            }
            if (rng() % 4 == 0) {
                REQUIRE(*trie.root(diagnostics) == NaiveTrie(leaves).root());
            }
        }
        REQUIRE(*trie.root(diagnostics) == NaiveTrie(leaves).root());
        for (int i = 0; i < 20; ++i) {
            const Bytes nibbles = keys.known();
            const auto found = trie.lookup(key_of(nibbles), diagnostics);
            REQUIRE(found.ok());
            REQUIRE(found->has_value() == (leaves.count(nibbles) != 0));
            if (found->has_value()) REQUIRE(bytes_of(**found) == leaves[nibbles]);
        }
        // Down to nothing.
        for (const auto& [nibbles, value] : NaiveTrie::Leaves(leaves)) {
            REQUIRE(trie.erase(key_of(nibbles), diagnostics) == ErrorCode::ok);
        }
        REQUIRE(*trie.root(diagnostics) == kEmptyTrieRoot);
    }
}

TEST_CASE("a partial trie needs the nodes on the changed paths and the siblings of collapsing branches, no others") {
    SLUICE_RANDOM(rng);
    Memory memory(std::size_t{1} << 24);
    int siblings = 0;
    for (int round = 0; round < 400; ++round) {
        KeyMaker keys(rng);
        NaiveTrie::Leaves leaves = random_leaves(rng, keys, 1 + rng() % 40);
        const NaiveTrie before(leaves);
        std::map<Bytes, Bytes> changes;
        for (std::uint64_t i = rng() % 8; i-- != 0;)
            changes[rng() % 3 != 0 ? keys.known() : keys.key()] = random_value(rng);
        for (std::uint64_t i = rng() % 12; i-- != 0;) changes[keys.known()] = Bytes();
        std::vector<Bytes> touched;
        std::vector<Bytes> values;
        std::vector<PartialTrie::Change> list;
        for (const auto& [nibbles, value] : changes) {
            touched.push_back(nibbles);
            values.push_back(value);
            if (value.empty()) {
                leaves.erase(nibbles);
            } else {
                leaves[nibbles] = value;
            }
        }
        for (std::size_t i = 0; i < touched.size(); ++i) list.push_back({key_of(touched[i]), view(values[i])});
        std::shuffle(list.begin(), list.end(), rng);
        const NaiveTrie after(leaves);
        std::set<Bytes> paths;
        std::size_t without_siblings = 0;
        needed_nodes(
            before, before, touched, [&](const Bytes&) { ++without_siblings; }, [](const Bytes&) {});
        needed_nodes(
            before, after, touched, [&](const Bytes& path) { paths.insert(path); }, [](const Bytes&) {});
        siblings += paths.size() != without_siblings ? 1 : 0;

        const auto apply = [&](const std::set<Bytes>& supplied, Diagnostics& diagnostics) -> Result<Hash32> {
            memory.arena.reset();
            const Records records = records_of(before, supplied);
            auto trie = PartialTrie::parse(before.root(), view(records.bytes), records.count, nullptr, memory.arena,
                                           diagnostics);
            REQUIRE(trie.ok());
            SLUICE_RETURN_IF_ERROR(trie->apply(list, diagnostics));
            return trie->root(diagnostics);
        };
        Diagnostics diagnostics;
        const auto root = apply(paths, diagnostics);
        REQUIRE(root.ok());
        REQUIRE(*root == after.root());
        // Without any one of them the node is missed, and named. (A node without which others hang in the air takes
        // those with it.)
        for (const Bytes& path : paths) {
            std::set<Bytes> fewer;
            for (const Bytes& other : paths) {
                if (other.compare(0, path.size(), path) != 0) fewer.insert(other);
            }
            Diagnostics missed;
            const auto none = apply(fewer, missed);
            REQUIRE_FALSE(none.ok());
            CHECK(none.error() == ErrorCode::trie_missing_node);
            CHECK(missed.detail().expected == keccak256(view(before.nodes().at(path))));
            CHECK(Bytes(missed.detail().path, missed.detail().path + missed.detail().path_size) == path);
        }
    }
    CHECK(siblings > 20);
}

TEST_CASE("upserts come before deletions: a branch that is full in the end costs no sibling") {
    // Two leaves under a branch; one key goes, another comes beside the third, which is not known.
    const Bytes value(40, 'v');
    const auto key = [](char nibble) { return Bytes(1, nibble) + Bytes(63, '\5'); };
    const NaiveTrie before(NaiveTrie::Leaves{{key(1), value}, {key(2), value}});
    Memory memory;
    Diagnostics diagnostics;
    const Records records = records_of(before, {Bytes(), Bytes(1, '\1')});
    auto trie =
        PartialTrie::parse(before.root(), view(records.bytes), records.count, nullptr, memory.arena, diagnostics);
    REQUIRE(trie.ok());
    const std::vector<PartialTrie::Change> changes = {{key_of(key(1)), {}}, {key_of(key(3)), view(value)}};
    REQUIRE(trie->apply(changes, diagnostics) == ErrorCode::ok);
    CHECK(*trie->root(diagnostics) == NaiveTrie(NaiveTrie::Leaves{{key(2), value}, {key(3), value}}).root());
    // Without the newcomer the sibling is needed.
    auto again =
        PartialTrie::parse(before.root(), view(records.bytes), records.count, nullptr, memory.arena, diagnostics);
    CHECK(again->apply(std::span(changes).first(1), diagnostics) == ErrorCode::trie_missing_node);
    CHECK(diagnostics.detail().path_size == 1);
    CHECK(diagnostics.detail().path[0] == 2);
    // The trie is as it was.
    diagnostics.clear();
    CHECK(*again->root(diagnostics) == before.root());
    CHECK(again->lookup(key_of(key(1)), diagnostics)->has_value());
}

TEST_CASE("node records are refused unless they are exactly the announced trie") {
    SLUICE_RANDOM(rng);
    Memory memory(std::size_t{1} << 24);
    const auto parse = [&](const Hash32& root, const Bytes& bytes, std::size_t count) {
        memory.arena.reset();
        // A copy of exactly this size, so that a sanitizer sees any read past the end.
        const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
        Diagnostics diagnostics;
        const auto trie = PartialTrie::parse(root, copy, count, nullptr, memory.arena, diagnostics);
        REQUIRE(diagnostics.detail().code == trie.error());
        return trie.error();
    };
    CHECK(parse(kEmptyTrieRoot, "", 0) == ErrorCode::ok);
    CHECK(parse(kEmptyTrieRoot, Bytes(8, '\0'), 0) == ErrorCode::trie_trailing_bytes);
    CHECK(parse(kEmptyTrieRoot, Bytes("\1\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0", 16), 1) == ErrorCode::trie_node_count);
    CHECK(parse(Hash32{}, "", 0) == ErrorCode::ok);
    CHECK(parse(Hash32{}, "", 1) == ErrorCode::trie_bad_record);
    for (int round = 0; round < 40; ++round) {
        KeyMaker keys(rng);
        const NaiveTrie trie(random_leaves(rng, keys, 2 + rng() % 30));
        const Records records = records_of(trie, all_paths(trie));
        const Hash32& root = trie.root();
        REQUIRE(parse(root, records.bytes, records.count) == ErrorCode::ok);
        // counts and sizes
        CHECK(parse(root, records.bytes, records.count + 1) == ErrorCode::trie_node_count);
        CHECK(parse(root, records.bytes, records.count - 1) ==
              (records.count == 1 ? ErrorCode::trie_trailing_bytes : ErrorCode::trie_node_count));
        CHECK(parse(root, records.bytes + Bytes(8, '\0'), records.count) == ErrorCode::trie_trailing_bytes);
        CHECK(parse(root, records.bytes + '\0', records.count) == ErrorCode::trie_trailing_bytes);
        for (std::size_t size = 0; size < records.bytes.size(); size += 1 + rng() % 40) {
            const ErrorCode code = parse(root, records.bytes.substr(0, size), records.count);
            CHECK((code == ErrorCode::trie_bad_record || code == ErrorCode::trie_wrong_node_hash));
        }
        CHECK(parse(Hash32{}, records.bytes, records.count) == ErrorCode::trie_wrong_node_hash);
        // any bit
        for (int i = 0; i < 60; ++i) {
            Bytes changed = records.bytes;
            changed[rng() % changed.size()] ^= static_cast<char>(1 << rng() % 8);
            CHECK(parse(root, changed, records.count) != ErrorCode::ok);
        }
        // masks
        const std::size_t at = records.offsets[rng() % records.offsets.size()];
        for (int bit = 0; bit < 16; ++bit) {
            Bytes changed = records.bytes;
            changed[at + 4 + bit / 8] ^= static_cast<char>(1 << bit % 8);
            const ErrorCode code = parse(root, changed, records.count);
            CHECK((code == ErrorCode::trie_child_mask || code == ErrorCode::trie_node_count ||
                   code == ErrorCode::trie_wrong_node_hash));
        }
        for (const std::size_t byte : {6, 7}) {
            Bytes changed = records.bytes;
            changed[at + byte] = 1;
            CHECK(parse(root, changed, records.count) == ErrorCode::trie_bad_record);
        }
        // padding
        const std::size_t size = load_le<std::uint32_t>(view(records.bytes).data() + at);
        if (size % 8 != 0) {
            Bytes changed = records.bytes;
            changed[at + 8 + size] = 1;
            CHECK(parse(root, changed, records.count) == ErrorCode::trie_bad_record);
        }
        // two records swapped
        if (records.count > 2) {
            const auto record = [&](std::size_t i) {
                const std::size_t end = i + 1 < records.count ? records.offsets[i + 1] : records.bytes.size();
                return records.bytes.substr(records.offsets[i], end - records.offsets[i]);
            };
            const std::size_t i = 1 + rng() % (records.count - 2);
            if (record(i) != record(i + 1)) {
                Bytes swapped = records.bytes.substr(0, records.offsets[i]) + record(i + 1) + record(i);
                swapped += records.bytes.substr(swapped.size());
                CHECK(parse(root, swapped, records.count) == ErrorCode::trie_wrong_node_hash);
            }
        }
    }
}

TEST_CASE("the details of an error in a storage trie name account, path and hash") {
    const Hash32 owner = keccak256(view("account"));
    const Bytes value(40, 'v');
    const NaiveTrie before(NaiveTrie::Leaves{{Bytes(64, '\1'), value}, {Bytes(1, '\1') + Bytes(63, '\2'), value}});
    Memory memory;
    Diagnostics diagnostics;
    const Records records = records_of(before, {Bytes()});
    const auto trie =
        PartialTrie::parse(before.root(), view(records.bytes), records.count, &owner, memory.arena, diagnostics);
    REQUIRE(trie.ok());
    REQUIRE(trie->lookup(key_of(Bytes(64, '\1')), diagnostics).error() == ErrorCode::trie_missing_node);
    const ErrorDetail& detail = diagnostics.detail();
    CHECK(detail.storage_path == 1);
    CHECK(detail.key == owner);
    CHECK(detail.path_size == 1);
    CHECK(detail.path[0] == 1);
    CHECK(detail.expected == keccak256(view(before.nodes().at(Bytes(1, '\1')))));
    CHECK(std::string_view(detail.what) == "storage trie node");
}

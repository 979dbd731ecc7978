// Proofs of a mainnet block, put together from parts that do not belong together and changed bit by bit: all are
// refused, each by the check that is there for it. SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <optional>

#include "block/block_case.h"
#include "chips/device_filled.h"
#include "forge.h"
#include "sluice/vm/shards.h"

namespace sluice::test {
namespace {

using Bytes = Forge::Bytes;

std::string stream_of(const witness_host::ExecutionWitness& witness) {
    const auto recorded = block::record(witness);
    REQUIRE(recorded.ok());
    REQUIRE(recorded->ending.verdict == block::Verdict::valid);
    auto stream = recorded->stream(witness::WitnessMode::value);
    REQUIRE(stream.ok());
    return *std::move(stream);
}

/// Mainnet block 21429020 in its natural cut and in at least four shards; and the first shard and the boundary of
/// another block, the synthetic one, by the same guest.
struct Proofs {
    Forge forge;
    std::string stream;
    chips::Rv64Run natural_trace;
    chips::Rv64Run trace;
    Forge::Run natural;
    Forge::Run run;
    Forge::Run other;  ///< only the parts 0 and 1
    Bytes proof;

    Proofs(vm::Program program, const witness_host::ExecutionWitness& block)
        : forge(std::move(program), {18, 20}, 1u << 26),
          stream(stream_of(block)),
          natural_trace(cut(stream, 1u << 25)),
          trace(cut(stream, 15'000'000)),
          natural(forge.prove(natural_trace)),
          run(forge.prove(trace)),
          proof(forge.assemble(run)) {
        const std::string other_stream = stream_of(sample_witness());
        const chips::Rv64Run other_trace = cut(other_stream, 1u << 23);
        other.link = forge.link(other_trace);
        for (const std::uint32_t table : {0u, 1u})
            other.parts.push_back(forge.prove_table(other.link, other_trace, table));
    }

    [[nodiscard]] chips::Rv64Run cut(const std::string& input, std::uint64_t cells) const {
        const auto planned = vm::plan_shards(forge.program(), witness_host::bytes_of(input), {.max_cells = cells});
        REQUIRE(planned.ok());
        return forge.trace(witness_host::bytes_of(input), planned->plan);
    }
    [[nodiscard]] ByteView output() const { return trace.run().output; }
    [[nodiscard]] std::string verdict(const Bytes& bytes) const { return forge.verdict(bytes, 0, output()); }
    [[nodiscard]] std::string verdict(const Forge::Run& forged) const { return verdict(forge.assemble(forged)); }
};

/// Made once for all tests; nothing if there is no guest or no data.
const Proofs* proofs() {
    static const std::unique_ptr<const Proofs> made = []() -> std::unique_ptr<const Proofs> {
        const auto elf = files::read_file(SLUICE_BLOCK_GUEST);
        const std::string folder = test_data() + "/mainnet/21429020";
        if (!elf.ok() || !std::filesystem::is_directory(folder)) return nullptr;
        auto program = proving::load_program(*elf);
        REQUIRE(program.ok());
        const auto block = witness_host::read_block_folder(folder);
        REQUIRE(block.ok());
        return std::make_unique<const Proofs>(*std::move(program), *block);
    }();
    return made.get();
}

#define SLUICE_NEED_PROOFS()                                                         \
    if (!std::filesystem::exists(SLUICE_BLOCK_GUEST)) SLUICE_SKIP("no block guest"); \
    if (proofs() == nullptr) SLUICE_SKIP_NO_DATA("mainnet block 21429020");          \
    const Proofs& made = *proofs()

TEST_CASE("a mainnet block's proof in its natural cut and in four shards or more holds, for its statement alone") {
    SLUICE_NEED_PROOFS();
    CHECK(made.run.link.shards >= 4);
    CHECK(made.natural.link.shards < made.run.link.shards);
    CHECK(made.verdict(made.natural) == "");
    CHECK(made.verdict(made.run) == "");
    CHECK(check_of(made.forge.verdict(made.proof, 1, made.output())) == "statement");
    for (std::size_t i = 0; i < made.output().size(); i += 23) {  // each of its fields
        Bytes output(made.output().begin(), made.output().end());
        output[i] ^= 1;
        CHECK(check_of(made.forge.verdict(made.proof, 0, output)) == "statement");
    }
}

TEST_CASE("a device fills the tables of a mainnet block's shards as the host does") {
    SLUICE_NEED_PROOFS();
    SLUICE_CUDA_DEVICES(devices);
    const auto filler = chips::DeviceFiller::make(made.forge.machine());
    REQUIRE(filler.ok());
    const auto& machine = made.forge.machine().shards();
    for (std::uint32_t shard = 1; shard <= made.natural_trace.shard_count(); ++shard) {
        const auto expected = made.natural_trace.shard(shard);
        auto filled = filler->shard(made.natural_trace, shard);
        REQUIRE(expected.ok());
        REQUIRE(filled.ok());
        // Every order would take long; the others are tried on small programs.
        const absl::Status status = FillingDevice(devices.back(), std::uint64_t{1} << 32).fill(machine, *filled);
        INFO(status.ToString());
        REQUIRE(status.ok());
        CHECK(difference(machine, *expected, *filled) == "");
    }
}

TEST_CASE("a mainnet block's shards in another order, missing, doubled or of other runs make no proof") {
    SLUICE_NEED_PROOFS();
    const auto check = [&](const Forge::Run& forged) {
        const std::string found = made.verdict(forged);
        UNSCOPED_INFO(found);
        return check_of(found);
    };
    const std::size_t tables = made.run.parts.size();
    SECTION("two shards swapped") {
        for (std::size_t i = 1; i + 1 < tables; ++i) {
            Forge::Run run = made.run;
            std::swap(run.link.tables[i], run.link.tables[i + 1]);
            std::swap(run.parts[i], run.parts[i + 1]);
            CHECK(check(run) == "shard_index_value");
            // The one's number on the other's tables.
            std::swap(run.link.tables[i].shape.public_values[0], run.link.tables[i + 1].shape.public_values[0]);
            CHECK(check(run) == "chain");
        }
    }
    SECTION("one dropped") {
        for (std::size_t i = 1; i < tables; ++i) {
            Forge::Run run = made.run;
            run.link.tables.erase(run.link.tables.begin() + static_cast<std::ptrdiff_t>(i));
            run.parts.erase(run.parts.begin() + static_cast<std::ptrdiff_t>(i));
            run.link.shards -= 1;
            CHECK(check(run) == (i + 1 < tables ? "shard_index_value" : "last_shard_value"));
        }
    }
    SECTION("one twice") {
        Forge::Run run = made.run;
        run.link.tables.insert(run.link.tables.begin() + 2, run.link.tables[2]);
        run.parts.insert(run.parts.begin() + 2, run.parts[2]);
        run.link.shards += 1;
        CHECK(check(run) == "shard_index_value");
    }
    SECTION("the boundary or a shard replayed from another cut of the block, and from another block") {
        struct Source {
            const char* name;
            const Forge::Run& run;
        };
        for (const Source& source : {Source{"cut", made.natural}, Source{"block", made.other}}) {
            INFO(source.name);
            for (const std::size_t table : {0u, 1u}) {
                INFO("table " << table);
                Forge::Run run = made.run;
                run.link.tables[table] = source.run.link.tables[table];
                run.parts[table] = source.run.parts[table];
                // Under the work of the old link, and under that of the link that the tables now make.
                CHECK(check(run) == (table == 0 ? "link_grinding" : "chain"));
                run.link.tables[1].shape.public_values = made.run.link.tables[1].shape.public_values;
                run.link = made.forge.tie(run.link.tables);
                CHECK(check(run) == "lookup_grinding");
                // Its proof alone, under the header of its place.
                run = made.run;
                run.parts[table].body = source.run.parts[table].body;
                CHECK(check(run) != "");
                run.parts[table].main_root = source.run.parts[table].main_root;
                CHECK(check(run) != "");
            }
        }
    }
    SECTION("another run's boundary, and all proved under the link that the tables then make") {
        // The same block in another cut: the same words with the same values, last touched in other shards.
        std::vector<protocol::LinkedTable<Forge::Hasher>> linked = made.natural.link.tables;
        linked[0] = made.run.link.tables[0];
        Forge::Run run{made.forge.tie(linked), {}};
        run.parts.push_back(made.forge.prove_table(run.link, made.trace, 0));
        for (std::uint32_t shard = 1; shard <= run.link.shards; ++shard)
            run.parts.push_back(made.forge.prove_table(run.link, made.natural_trace, shard));
        CHECK(check(run) == "link_sum");
    }
}

TEST_CASE("no sampled bit of any part of a mainnet block's proof can be changed") {
    SLUICE_NEED_PROOFS();
    SLUICE_RANDOM(rng);
    constexpr int kRounds = 6;
    struct Piece {
        std::string name;
        std::size_t begin, end;
    };
    std::size_t bodies = 0;
    for (const Forge::Part& part : made.run.parts) bodies += part.body.size();
    // Magic, version and count; the headers and the link's work; each table's body.
    std::vector<Piece> pieces = {{"", 0, 12}, {"", 12, made.proof.size() - bodies}};
    for (std::size_t table = 0; table < made.run.parts.size(); ++table) {
        const std::size_t begin = pieces.back().end;
        pieces.push_back({"in table " + std::to_string(table) + " ", begin, begin + made.run.parts[table].body.size()});
    }
    REQUIRE(pieces.back().end == made.proof.size());
    for (const Piece& piece : pieces) {
        for (int round = 0; round < kRounds; ++round) {
            Bytes changed = made.proof;
            const std::size_t at = piece.begin + rng() % (piece.end - piece.begin);
            changed[at] ^= static_cast<std::uint8_t>(1u << rng() % 8);
            const std::string found = made.verdict(changed);
            INFO("byte " << at << " of " << changed.size() << ": " << found);
            CHECK(check_of(found) != "");
            CHECK(found.find(piece.name) != std::string::npos);
        }
    }
}

}  // namespace
}  // namespace sluice::test

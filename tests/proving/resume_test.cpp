// Proofs made in parts: broken off at each file, damaged in each, shared between folders. The oracle is the proof made
// in one go, byte for byte. SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

#include "proving/summing_program.h"
#include "sluice/proving/part_files.h"
#include "sluice/proving/program_prover.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// A prover that keeps its parts in a folder, and what it tells.
class Bench {
 public:
    explicit Bench(std::uint64_t shard_cells = 5'000, std::uint64_t memory_bytes = 0) {
        static int made = 0;
        folder_ =
            fs::temp_directory_path() / ("sluice-proving-" + std::to_string(getpid()) + "-" + std::to_string(made++));
        proving::Options options;
        options.shard_cells = shard_cells;
        options.memory_bytes = memory_bytes;
        options.folder = folder_.string();
        options.on_notice = [this](std::string_view notice) { notices_ += std::string(notice) + "\n"; };
        options.on_file = [this](const std::string& path) -> absl::Status {
            written_.push_back(fs::path(path).filename().string());
            return written_.size() < most_files_ ? absl::OkStatus() : absl::CancelledError("pulled the plug");
        };
        auto prover = proving::ProgramProver::make(program_, options);
        REQUIRE(prover.ok());
        prover_ = *std::move(prover);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() { fs::remove_all(folder_); }

    /// The proof's bytes, or why there is none. The run ends when it has written `most_files`.
    std::string prove(const Bytes& input = summing_input(200), std::size_t most_files = 1000) {
        begin(most_files);
        const auto proved = prover_->prove(input);
        if (proved.ok()) figures_ = proved->figures;
        return proved.ok() ? proved->proof : std::string(proved.status().message());
    }
    std::string prove_parts(const std::vector<std::uint32_t>& tables) {
        begin(1000);
        return std::string(prover_->prove_parts(summing_input(200), tables).status().message());
    }

    [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] const std::string& notices() const { return notices_; }
    [[nodiscard]] const std::vector<std::string>& written() const { return written_; }
    [[nodiscard]] const proving::RunFigures& figures() const { return figures_; }
    [[nodiscard]] std::string key() const { return prover_->key(); }

 private:
    void begin(std::size_t most_files) {
        notices_.clear();
        written_.clear();
        most_files_ = most_files;
    }

    vm::Program program_ = summing_program();
    fs::path folder_;
    std::size_t most_files_ = 0;
    std::string notices_;
    std::vector<std::string> written_;
    proving::RunFigures figures_;
    std::unique_ptr<proving::ProgramProver> prover_;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The proof made in one go, and what it leaves in its folder; made once for all tests.
struct Whole {
    Bench bench;
    std::string proof = bench.prove();
    std::vector<std::string> files = bench.written();  ///< names, as they came
    std::map<std::string, std::string> contents;

    Whole() {
        for (const std::string& name : files) contents[name] = bytes_of(bench.file(name));
    }
    /// The folder again as it was then.
    void restore() const {
        for (const auto& [name, bytes] : contents) write(bench.file(name), bytes);
    }
    static Whole& get() {
        static Whole whole;
        return whole;
    }
};

TEST_CASE("a proof made in one go holds, and its figures add up") {
    const Whole& whole = Whole::get();
    INFO(whole.proof.substr(0, 200));
    REQUIRE(whole.proof.substr(0, 4) == "SLPF");
    REQUIRE(whole.files.size() >= 5);
    CHECK(whole.files.front() == "link.bin");
    CHECK(whole.files[1] == "boundary.bin");
    const proving::RunFigures& figures = whole.bench.figures();
    CHECK(figures.shards + 2 == whole.files.size());
    std::uint64_t cells = 0;
    for (const proving::ChipFigures& chip : figures.chips) cells += chip.cells;
    CHECK(cells == figures.cells);
    CHECK(figures.memory.proving_bytes > 4 * cells / figures.shards);
    const auto view = [](const std::string& bytes) {
        return ByteView{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
    };
    const std::string key = whole.bench.key();
    CHECK(proving::verify_run(view(key), view(whole.proof), 0, {}).ok());
}

TEST_CASE("a proof broken off after any file goes on where it was, and is the one made in one go") {
    Bench& bench = Whole::get().bench;
    const std::string& whole = Whole::get().proof;
    const std::vector<std::string>& files = Whole::get().files;
    Whole::get().restore();
    SECTION("broken off") {
        for (const std::string& name : files) fs::remove(bench.file(name));
        for (const std::string& name : files) {
            CHECK(bench.prove(summing_input(200), 1) == "pulled the plug");
            CHECK(bench.written() == std::vector<std::string>{name});
            CHECK(bench.notices() == "");
        }
        CHECK(bench.prove() == whole);
        CHECK(bench.written().empty());
    }
    SECTION("damaged") {
        for (const std::string& name : files) {
            const std::string good = bytes_of(bench.file(name));
            std::string bad = good;
            bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
            write(bench.file(name), bad);
            CHECK(bench.prove() == whole);
            CHECK(has(bench.notices(), name + " is not used and made again: damaged"));
            CHECK(bench.written() == std::vector<std::string>{name});
            CHECK(bytes_of(bench.file(name)) == good);
        }
    }
    SECTION("under a wrong name, cut, or of another link") {
        fs::copy_file(bench.file("shard-1.bin"), bench.file("shard-2.bin"), fs::copy_options::overwrite_existing);
        write(bench.file("shard-3.bin"), "SLUICE");
        auto foreign = proving::PartFile::decode(bytes_of(bench.file("boundary.bin")));
        REQUIRE(foreign.ok());
        foreign->link[0] ^= 1;
        write(bench.file("boundary.bin"), foreign->encode());
        CHECK(bench.prove() == whole);
        CHECK(has(bench.notices(), "shard-2.bin is not used and made again: the proof of table 1"));
        CHECK(has(bench.notices(), "shard-3.bin is not used and made again: not the proof of a table: 6 bytes"));
        CHECK(has(bench.notices(), "boundary.bin is not used and made again: proved under another link file"));
        CHECK(bench.written() == std::vector<std::string>{"boundary.bin", "shard-2.bin", "shard-3.bin"});
    }
    SECTION("a part that is whole and false never leaves in a proof, and its file is named") {
        // A changed byte, and a shard's proof from another run of the program: each sealed as the part of this link.
        Bench other(5'000);
        REQUIRE(other.prove(summing_input(199)).substr(0, 4) == "SLPF");
        for (const std::string name : {"boundary.bin", "shard-1.bin", "shard-2.bin"}) {
            INFO(name);
            const std::string good = bytes_of(bench.file(name));
            auto part = proving::PartFile::decode(good);
            const auto foreign = proving::PartFile::decode(bytes_of(other.file(name)));
            REQUIRE(part.ok());
            REQUIRE(foreign.ok());
            part->part[part->part.size() / 2] ^= 1;
            const std::string changed = part->encode();
            part->part = foreign->part;
            for (const std::string& bad : {changed, part->encode()}) {
                write(bench.file(name), bad);
                const std::string refused = bench.prove();
                INFO(refused);
                CHECK(has(refused, bench.file(name).string() + ": not a proof of "));
                CHECK(has(refused, "refused by check "));
                CHECK(bench.written().empty());
                CHECK(bench.notices() == "");
            }
            // Without the file its table is proved again.
            fs::remove(bench.file(name));
            CHECK(bench.prove() == whole);
            CHECK(bytes_of(bench.file(name)) == good);
        }
    }
    SECTION("another input") {
        const std::string refused = bench.prove(summing_input(100));
        CHECK(has(refused, "link.bin: the folder has the parts of another proof: expected an input with SHA-256"));
        CHECK(bench.written().empty());
    }
    SECTION("another key") {
        auto link = proving::LinkFile::decode(bytes_of(bench.file("link.bin")));
        REQUIRE(link.ok());
        link->key[0] ^= 1;
        write(bench.file("link.bin"), link->encode());
        CHECK(has(bench.prove(), "another proof: expected a key with SHA-256"));
    }
    SECTION("another link: nothing that was proved under this one is used") {
        Bench other(12'000);
        const std::string coarser = other.prove();
        REQUIRE(other.figures().shards + 2 < files.size());
        fs::copy_file(other.file("link.bin"), bench.file("link.bin"), fs::copy_options::overwrite_existing);
        CHECK(bench.prove() == coarser);
        CHECK(bench.written().size() == other.figures().shards + 1);
        CHECK(has(bench.notices(), "boundary.bin is not used and made again: proved under another link file"));
    }
    SECTION("a link file that is sound and says something false") {
        auto link = proving::LinkFile::decode(bytes_of(bench.file("link.bin")));
        REQUIRE(link.ok());
        link->tables.back() ^= 1;  // of the last shard's linked root
        write(bench.file("link.bin"), link->encode());
        CHECK(has(bench.prove(), "the linked columns are not those of the first pass"));
        link->tables.resize(link->tables.size() - 3);
        write(bench.file("link.bin"), link->encode());
        CHECK(has(bench.prove(), "expected a word below its bound"));
    }
    SECTION("shared: two provers with folders of their own, and a third who puts their parts together") {
        Bench first;
        Bench second;
        std::vector<std::uint32_t> rest;
        for (std::uint32_t shard = 2; shard + 2 <= files.size(); ++shard) rest.push_back(shard);
        CHECK(first.prove_parts({0, 1}) == "");
        CHECK(first.written() == std::vector<std::string>{"link.bin", "boundary.bin", "shard-1.bin"});
        CHECK(second.prove_parts(rest) == "");
        CHECK(bytes_of(first.file("link.bin")) == bytes_of(second.file("link.bin")));
        for (const std::string name : {"boundary.bin", "shard-1.bin"})
            fs::copy_file(first.file(name), second.file(name));
        CHECK(second.prove() == whole);
        CHECK(second.written().empty());
        CHECK(has(first.prove_parts({900}), "shard 900 of a run of"));
    }
}

TEST_CASE("a proof that would take more memory than allowed is refused before anything is written") {
    Bench bench(10'000, 1 << 20);
    const std::string refused = bench.prove();
    CHECK(has(refused, "MiB; allowed are 1 MiB"));
    CHECK(bench.written().empty());
}

}  // namespace
}  // namespace sluice::test

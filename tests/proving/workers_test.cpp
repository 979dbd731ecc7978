// Runs proved by several backends at once, of which some fail: CPU backends pose as devices, and the twin of a card
// takes part. The oracle is the proof that one CPU backend makes, byte for byte. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "workers.h"

#include <atomic>

#include "prover_of.h"
#include "proving/summing_program.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

using Hasher = hash::Poseidon2Hasher16;
using math::KoalaBear;
using Backend = backend::Backend<4, Hasher>;
using Worker = proving::Worker<4, Hasher>;

/// Operations of a backend.
enum class Operation : std::uint8_t { commit, grind, gkr, zerocheck, jagged, opening };

/// A backend that does what another one does, until it fails for good.
class Failing final : public Backend {
 public:
    /// Fails at the `count`-th call of `operation` (from 0) and at all calls after that.
    Failing(std::unique_ptr<Backend> inner, Operation operation, int count, absl::Status with)
        : inner_(std::move(inner)), operation_(operation), left_(count), with_(std::move(with)) {}

    std::string_view name() const noexcept override { return "failing"; }
    std::uint64_t plan_bytes(const backend::TableShape& shape, const params::Opening& opening) const override {
        return inner_->plan_bytes(shape, opening);
    }
    absl::StatusOr<std::unique_ptr<CommitmentType>> commit(
        const backend::TableShape& shape, const params::Opening& opening, machine::Group group,
        std::span<const std::span<const KoalaBear>> columns) override {
        ++commits;
        if (fails(Operation::commit)) return with_;
        return inner_->commit(shape, opening, group, columns);
    }
    absl::Status grind(ChannelType& channel, std::string_view label, unsigned bits) override {
        return inner_->grind(channel, label, bits);
    }
    absl::StatusOr<KoalaBear> grind(hash::Transcript<Hasher>& transcript, std::string_view label,
                                    unsigned bits) override {
        if (fails(Operation::grind)) return with_;
        return inner_->grind(transcript, label, bits);
    }
    absl::StatusOr<backend::LeafClaims<4>> prove_gkr(const TableType& table,
                                                     const backend::FingerprintChallenges<4>& challenges,
                                                     ChannelType& channel) override {
        if (fails(Operation::gkr)) return with_;
        return inner_->prove_gkr(table, challenges, channel);
    }
    absl::StatusOr<backend::ColumnClaims<4>> prove_zerocheck(const TableType& table,
                                                             const backend::FingerprintChallenges<4>& challenges,
                                                             const backend::LeafClaims<4>& leaves,
                                                             ChannelType& channel) override {
        if (fails(Operation::zerocheck)) return with_;
        return inner_->prove_zerocheck(table, challenges, leaves, channel);
    }
    absl::StatusOr<backend::StackClaims<4>> prove_jagged(const TableType& table,
                                                         const backend::ColumnClaims<4>& columns,
                                                         ChannelType& channel) override {
        if (fails(Operation::jagged)) return with_;
        return inner_->prove_jagged(table, columns, channel);
    }
    absl::Status prove_opening(const TableType& table, const backend::StackClaims<4>& stack,
                               ChannelType& channel) override {
        if (fails(Operation::opening)) return with_;
        return inner_->prove_opening(table, stack, channel);
    }

    static inline std::atomic<int> commits = 0;  ///< of all of them

 private:
    bool fails(Operation operation) { return failed_ = failed_ || (operation == operation_ && left_-- <= 0); }

    std::unique_ptr<Backend> inner_;
    Operation operation_;
    int left_;
    bool failed_ = false;
    absl::Status with_;
};

Worker cpu(const std::string& name, std::uint64_t device_bytes = 0) {
    Worker worker = proving::make_cpu_worker<4, Hasher>(1);
    worker.name = name;
    worker.device_bytes = device_bytes;
    return worker;
}
Worker failing(const std::string& name, Operation operation, int count,
               absl::Status with = absl::InternalError("fell off the bus")) {
    Worker worker = cpu(name);
    worker.peak_bytes = nullptr;
    worker.backend = std::make_unique<Failing>(std::move(worker.backend), operation, count, std::move(with));
    return worker;
}
template <class... Workers>
std::vector<Worker> crew(Workers... workers) {
    std::vector<Worker> out;
    (out.push_back(std::move(workers)), ...);
    return out;
}

/// A run of the summing program and what was told of it.
struct Outcome {
    absl::StatusOr<proving::ProvedRun> proved;
    std::string notices;
    std::map<int, int> openings;           ///< tables finished, by worker
    std::map<std::string, int> modules{};  ///< timed by devices
};
constexpr std::uint64_t kShardCells = 5'000;
Outcome prove(std::vector<Worker> workers, std::uint64_t shard_cells = kShardCells, std::uint16_t rounds = 200) {
    static const vm::Program program = summing_program();
    Outcome out{absl::UnknownError("not begun"), {}, {}};
    proving::Options options;
    options.shard_cells = shard_cells;
    options.on_notice = [&](std::string_view notice) { out.notices += std::string(notice) + "\n"; };
    options.on_event = [&](const proving::Event& event) {
        if (event.on_device) {
            ++out.modules[std::string(event.name)];
            CHECK(event.seconds >= 0);
            return;
        }
        if (event.name == "opening") ++out.openings[event.worker];
        if (event.name == "fill") CHECK(event.worker == -1);
    };
    proving::ProverOf<4, Hasher> prover(program, options);
    const absl::Status opened = prover.open(std::move(workers));
    out.proved = opened.ok() ? prover.prove(summing_input(rounds)) : opened;
    return out;
}

/// What one CPU backend makes.
const proving::ProvedRun& alone() {
    static const Outcome outcome = prove(crew(cpu("alone")));
    REQUIRE(outcome.proved.ok());
    return *outcome.proved;
}

/// Commitments that a key is made with.
int key_commits() {
    static const int count = [] {
        const vm::Program program = summing_program();
        proving::ProverOf<4, Hasher> prover(program, {});
        const int before = Failing::commits;
        REQUIRE(prover.open(crew(failing("counting", Operation::gkr, 1 << 20))).ok());
        return Failing::commits - before;
    }();
    return count;
}

TEST_CASE("several backends make the proof that one makes, and share its tables") {
    const Outcome three = prove(crew(cpu("a"), cpu("b"), cpu("c")));
    REQUIRE(three.proved.ok());
    CHECK(three.proved->proof == alone().proof);
    CHECK(three.notices == "");
    const proving::RunFigures& figures = three.proved->figures;
    REQUIRE(figures.workers.size() == 3);
    REQUIRE(figures.shards >= 4);
    std::uint32_t tables = 0;
    for (int i = 0; i < 3; ++i) {
        const proving::WorkerFigures& worker = figures.workers[static_cast<std::size_t>(i)];
        INFO(worker.name);
        CHECK(worker.failure == "");
        CHECK(static_cast<int>(worker.tables) == (three.openings.count(i) != 0 ? three.openings.at(i) : 0));
        // The one that has made the key holds longer tables of roots.
        CHECK(worker.planned_bytes <= alone().figures.workers[0].planned_bytes);
        CHECK(worker.peak_bytes <= worker.planned_bytes);
        tables += worker.tables;
    }
    CHECK(tables == figures.shards + 1);
    CHECK(figures.memory.proving_bytes == 3 * alone().figures.memory.proving_bytes);
    CHECK(alone().figures.workers[0].tables == figures.shards + 1);
}

TEST_CASE("a backend that fails gives its table to the others, whatever it was doing") {
    const int tables = static_cast<int>(alone().figures.shards) + 1;
    for (const auto& [operation, count] : {std::pair{Operation::commit, key_commits() + 1},
                                           {Operation::commit, key_commits() + tables + 3},
                                           {Operation::grind, 0},
                                           {Operation::gkr, 0},
                                           {Operation::zerocheck, 1},
                                           {Operation::jagged, 0},
                                           {Operation::opening, 1}}) {
        CAPTURE(static_cast<int>(operation), count);
        const Outcome outcome = prove(crew(failing("bad", operation, count), cpu("good")));
        REQUIRE(outcome.proved.ok());
        CHECK(outcome.proved->proof == alone().proof);
        const auto& workers = outcome.proved->figures.workers;
        CHECK(workers[0].tables + workers[1].tables == static_cast<std::uint32_t>(tables));
        CHECK(workers[1].failure == "");
        // The good one may have been so fast that the bad one had no time to fail.
        if (workers[0].failure.empty()) continue;
        CHECK(workers[0].failure.find("fell off the bus") != std::string::npos);
        CHECK(outcome.notices.find("bad has failed and takes no more tables: ") == 0);
    }
    const Outcome at_once = prove(crew(failing("bad", Operation::commit, 0), cpu("good")));
    REQUIRE(at_once.proved.ok());
    CHECK(at_once.proved->proof == alone().proof);
    CHECK(at_once.proved->figures.workers.size() == 1);
    CHECK(at_once.notices == "bad has failed and takes no more tables: fell off the bus\n");
    // Nobody else can have taken the tables of one who is alone until it fails.
    const Outcome last = prove(crew(failing("first", Operation::gkr, 0), failing("second", Operation::gkr, 0),
                                    failing("third", Operation::gkr, tables)));
    REQUIRE(last.proved.ok());
    CHECK(last.proved->proof == alone().proof);
}

TEST_CASE("if all backends fail there is no proof, and the error is theirs") {
    const Outcome one = prove(crew(failing("only", Operation::zerocheck, 2, absl::ResourceExhaustedError("full"))));
    CHECK(one.proved.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(one.proved.status().message() == "shard 2: full");
    const Outcome two = prove(crew(failing("first", Operation::gkr, 0), failing("second", Operation::opening, 2)));
    CHECK(absl::IsInternal(two.proved.status()));
    const std::string message(two.proved.status().message());
    CHECK(message.find(" tables wait for a backend, and all that could take them have failed; the first, first: ") !=
          std::string::npos);
    CHECK(message.find("fell off the bus") != std::string::npos);
    const Outcome tying = prove(crew(failing("first", Operation::grind, 0), failing("second", Operation::grind, 0)));
    CHECK(absl::IsInternal(tying.proved.status()));
    CHECK(tying.notices.find("second has failed") != std::string::npos);
    const Outcome linking =
        prove(crew(failing("first", Operation::commit, key_commits()), failing("second", Operation::commit, 0)));
    CHECK(absl::IsInternal(linking.proved.status()));
}

TEST_CASE("what is wrong with a table ends the run: no other backend is asked") {
    const Outcome outcome = prove(crew(failing("a", Operation::gkr, 0, absl::FailedPreconditionError("unbalanced")),
                                       failing("b", Operation::gkr, 0, absl::FailedPreconditionError("unbalanced"))));
    CHECK(absl::IsFailedPrecondition(outcome.proved.status()));
    CHECK(outcome.notices == "");
}

TEST_CASE("tables go to backends whose memory they fit") {
    const std::uint64_t most = alone().figures.workers[0].planned_bytes;
    // Shards have the same tables of fixed height, so that their sizes differ little; the boundary is far smaller.
    const Outcome outcome = prove(crew(cpu("small", most / 2), cpu("large", most)));
    REQUIRE(outcome.proved.ok());
    CHECK(outcome.proved->proof == alone().proof);
    CHECK(outcome.proved->figures.workers[0].tables <= 1);
    CHECK(outcome.proved->figures.workers[1].tables >= outcome.proved->figures.shards);
    // Memory of their own is none of the host's: traces alone are.
    CHECK(outcome.proved->figures.memory.proving_bytes < most / 2);
    const Outcome none = prove(crew(cpu("small", most / 2)));
    CHECK(absl::IsResourceExhausted(none.proved.status()));
    CHECK(none.proved.status().message().find("tables fit the memory of no backend") != std::string::npos);
}

TEST_CASE("without a size shards are cut so that the smallest device can prove them") {
    constexpr std::uint16_t kRounds = 20'000;
    const Outcome whole = prove(crew(cpu("large", std::uint64_t{1} << 40)), 0, kRounds);
    REQUIRE(whole.proved.ok());
    CHECK(whole.proved->figures.shards == 1);
    const std::uint64_t most = whole.proved->figures.workers[0].planned_bytes;
    const std::uint64_t fixed = alone().figures.workers[0].planned_bytes;  // nearly all of it is tables of fixed height
    REQUIRE(most > fixed + fixed / 2);
    const std::uint64_t memory = (most + fixed) / 2;
    const Outcome tight = prove(crew(cpu("roomy", most), cpu("tight", memory)), 0, kRounds);
    INFO(tight.proved.status().message());
    REQUIRE(tight.proved.ok());
    const proving::RunFigures& figures = tight.proved->figures;
    CHECK(figures.shards > 1);
    CHECK(figures.workers[1].planned_bytes <= memory);
    // Asked for by size, shards are what was asked for, and go where they fit.
    const Outcome asked = prove(crew(cpu("roomy", most), cpu("tight", memory)), std::uint64_t{1} << 30, kRounds);
    REQUIRE(asked.proved.ok());
    CHECK(asked.proved->proof == whole.proved->proof);
    CHECK(asked.proved->figures.workers[1].tables <= 1);
}

TEST_CASE("what the next table is filled from is sent ahead, and the proof is the same") {
    Worker worker = cpu("sends ahead");
    worker.fills = true;  // from the source, as any backend does that does not know it
    std::set<std::shared_ptr<const machine::ColumnSource>> sent;
    worker.stage = [&](const std::shared_ptr<const machine::ColumnSource>& source) { sent.insert(source); };
    const Outcome outcome = prove(crew(std::move(worker)));
    REQUIRE(outcome.proved.ok());
    CHECK(outcome.proved->proof == alone().proof);
    REQUIRE(outcome.proved->figures.shards >= 3);
    // All of them: table 0, which has no source, is proved before the first.
    CHECK(sent.size() == outcome.proved->figures.shards);
}

TEST_CASE("the twin of a card makes the same proof of a run") {
    const auto device = backend_cuda::make_host_device({});
    REQUIRE(device.ok());
    // One shard and the boundary: the twin is slow.
    const Outcome expected = prove(crew(cpu("cpu")), 1u << 30);
    REQUIRE(expected.proved.ok());
    auto twin = proving::make_device_worker<4, Hasher>(*device, std::uint64_t{6} << 30);
    REQUIRE(twin.ok());
    const Outcome outcome = prove(crew(*std::move(twin)), 1u << 30);
    INFO(outcome.proved.status().message());
    REQUIRE(outcome.proved.ok());
    CHECK(outcome.proved->proof == expected.proved->proof);
    const proving::WorkerFigures& worker = outcome.proved->figures.workers[0];
    CHECK(worker.name == "host twin");
    CHECK(expected.modules.empty());
    for (const char* module : {"commit_traces", "transport_structural_witness", "fill_traces", "build_tower_witness",
                               "prove_tower_relation", "prove_main_constraints", "jagged_reduction", "pcs_opening"}) {
        INFO(module);
        CHECK(outcome.modules.count(module) == 1);
    }
    CHECK(worker.peak_bytes <= worker.planned_bytes);
    CHECK(worker.planned_bytes <= worker.device_bytes);
}

TEST_CASE("a card that is not there is an error if it is asked for, and the CPU's work if the choice is free") {
    const vm::Program program = summing_program();
    proving::Options options;
    options.backend = proving::BackendChoice::cuda;
    options.devices = {1000};
    const absl::Status asked = proving::ProgramProver::make(program, options).status();
    CHECK((absl::IsUnavailable(asked) || absl::IsUnimplemented(asked)));
    options.backend = proving::BackendChoice::any;
    CHECK_FALSE(proving::ProgramProver::make(program, options).ok());  // it is named, so it is asked for
    const absl::StatusOr<int> cards = backend_cuda::count_cuda_devices();
    if (cards.ok() && *cards > 0) return;
    options.devices.clear();
    CHECK(proving::ProgramProver::make(program, options).ok());
    options.backend = proving::BackendChoice::cuda;
    CHECK_FALSE(proving::ProgramProver::make(program, options).ok());
}

}  // namespace
}  // namespace sluice::test

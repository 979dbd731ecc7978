// Backends that prove the tables of one run side by side. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "sluice/backend/backend.h"
#include "sluice/backend_cuda/devices.h"
#include "sluice/machine/trace.h"
#include "sluice/protocol/key.h"
#include "sluice/protocol/prover.h"
#include "table_queue.h"

namespace sluice::proving {

/// One backend, and what it computes on.
template <unsigned D, class Hasher>
struct Worker {
    std::string name;  ///< for messages: "cpu", or the card's
    std::unique_ptr<backend::Backend<D, Hasher>> backend;
    /// Memory of its own for all that Backend::plan_bytes counts. 0: it takes the host's.
    std::uint64_t device_bytes = 0;
    /// Whether the backend fills tables where it computes, from a chips::DeviceFiller's.
    bool fills = false;
    /// The most memory in use, by the backend's own account, since `reset_peak`. Null if it has none.
    std::function<std::uint64_t()> peak_bytes{};
    /// Sends what a table will be filled from to the backend's device, while it proves another one. Null if there is
    /// none.
    std::function<void(const std::shared_ptr<const machine::ColumnSource>& source)> stage{};
    /// Modules of its steps that its device has timed since the last call. Null if there is no device.
    std::function<std::vector<backend_cuda::SpanTime>()> take_spans{};
    std::function<void()> reset_peak{};
};

/// Whether a backend says so of itself (backend.h), rather than of what it was given.
[[nodiscard]] inline bool is_fault(const absl::Status& status) {
    return absl::IsInternal(status) || absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

/// Workers on one key. Each proves one table at a time, on a thread of its own. A worker whose backend fails leaves for
/// the rest of the run, and its table goes to the others.
template <unsigned D, class Hasher>
class Crew {
 public:
    using Prover = protocol::Prover<D, Hasher>;
    using Link = protocol::Link<D, Hasher>;
    using LinkedTable = protocol::LinkedTable<Hasher>;
    using Part = protocol::TableProof<D, Hasher>;

    /// What it tells; all may be null. Called from the workers' threads.
    struct Hooks {
        std::function<void(std::size_t worker, std::uint32_t table, std::string_view step, double seconds)> on_step;
        std::function<void(std::size_t worker, const absl::Status& why)> on_leave;
        /// A module of a step, by the device's clock, after the table's last step.
        std::function<void(std::size_t worker, std::uint32_t table, const backend_cuda::SpanTime& span)> on_span{};
    };

    /// At least one worker. The key must outlive the crew.
    Crew(std::vector<Worker<D, Hasher>> workers, const protocol::ProvingKey<D, Hasher>& key, Hooks hooks)
        : hooks_(std::move(hooks)) {
        for (Worker<D, Hasher>& worker : workers) {
            auto member = std::make_unique<Member>();
            member->worker = std::move(worker);
            protocol::ProverOptions options;
            options.on_step = [this, index = members_.size(), at = member.get()](std::string_view step,
                                                                                 double seconds) {
                if (hooks_.on_step) hooks_.on_step(index, at->table, step, seconds);
            };
            member->prover.emplace(*member->worker.backend, key, std::move(options));
            members_.push_back(std::move(member));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    [[nodiscard]] const Worker<D, Hasher>& worker(std::size_t index) const { return members_[index]->worker; }
    /// Tables that the worker has proved.
    [[nodiscard]] std::uint32_t proved(std::size_t index) const { return members_[index]->proved; }
    /// Not OK: why it has left the run.
    [[nodiscard]] const absl::Status& left(std::size_t index) const { return members_[index]->left; }

    /// What a table takes of a worker's memory beside its trace. To plan takes time: of linked tables it is kept.
    [[nodiscard]] std::uint64_t plan_bytes(std::size_t index, const LinkedTable& table) const {
        return members_[index]->prover->plan_bytes(table);
    }
    [[nodiscard]] std::uint64_t linked_plan_bytes(std::size_t index, std::uint32_t number) const {
        return members_[index]->plans[number];
    }
    /// A table before it is linked, from its linked columns (protocol::Prover::describe).
    [[nodiscard]] absl::StatusOr<LinkedTable> describe(std::uint32_t number, const machine::TableTrace& linked) const {
        return members_[0]->prover->describe_linked(number, linked);
    }

    /// A new run: all workers are there again.
    void begin() {
        for (const auto& member : members_) {
            member->left = absl::OkStatus();
            member->proved = 0;
            if (member->worker.reset_peak) member->worker.reset_peak();
        }
    }

    /// Pass 1 over the tables 0 to `shards`. `fill`: at least their linked columns.
    absl::StatusOr<Link> link(std::uint32_t shards, const TableQueue::Fill& fill) {
        if (absl::Status status = lead().check_shards(shards); !status.ok()) return status;
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t number = 0; number <= shards; ++number) numbers.push_back(number);
        std::vector<LinkedTable> tables(numbers.size());
        TableQueue queue(numbers, 0, fill);
        const auto fits = [](std::size_t, std::uint32_t) { return true; };
        const absl::Status status = work(queue, fits, [&](Member& member, TableQueue::Taken taken) -> Outcome {
            auto table = member.prover->link_table(taken.number, *taken.tables);
            if (!table.ok()) return {table.status(), is_fault(table.status())};
            tables[taken.number] = *std::move(table);
            return {};
        });
        if (!status.ok()) return status;
        return tie(tables);
    }
    /// The link of tables that were linked before, by the first whose backend can.
    absl::StatusOr<Link> tie(const std::vector<LinkedTable>& tables) {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (!members_[i]->left.ok()) continue;
            absl::StatusOr<Link> link = members_[i]->prover->tie(tables);
            if (link.ok()) plan(link->tables);
            if (link.ok() || !is_fault(link.status())) return link;
            leave(i, link.status());
        }
        return members_[0]->left;
    }

    /// Pass 2 over these tables, filled `ahead` by so many. `on_begin` and `keep` are not called from two threads at
    /// once; an error of `keep` ends the run with it.
    absl::Status prove(const Link& link, std::span<const std::uint32_t> numbers, std::size_t ahead,
                       const TableQueue::Fill& fill, const std::function<void(std::uint32_t number)>& on_begin,
                       const std::function<absl::Status(std::uint32_t number, Part part)>& keep) {
        TableQueue queue(numbers, ahead, fill);
        std::mutex mutex;
        const auto fits = [&](std::size_t index, std::uint32_t number) {
            const std::uint64_t own = members_[index]->worker.device_bytes;
            return own == 0 || linked_plan_bytes(index, number) <= own;
        };
        return work(queue, fits, [&](Member& member, TableQueue::Taken taken) -> Outcome {
            {
                const std::lock_guard lock(mutex);
                on_begin(taken.number);
            }
            auto part = member.prover->prove_table(link, taken.number, *std::move(taken.tables));
            if (!part.ok()) return {part.status(), is_fault(part.status())};
            ++member.proved;
            const std::lock_guard lock(mutex);
            return {keep(taken.number, *std::move(part)), false};
        });
    }

    absl::StatusOr<std::vector<std::uint8_t>> assemble(const Link& link, std::span<const Part> parts) {
        return lead().assemble(link, parts);
    }

 private:
    struct Member {
        Worker<D, Hasher> worker;
        std::optional<Prover> prover;
        std::uint32_t table = 0;  ///< at work
        std::uint32_t proved = 0;
        std::vector<std::uint64_t> plans;  ///< by table of the link
        absl::Status left;                 ///< not OK: why it takes part no more
    };
    struct Outcome {
        absl::Status status;
        bool of_worker = false;  ///< another one may do better
    };

    void plan(const std::vector<LinkedTable>& tables) {
        for (const auto& member : members_) {
            member->plans.clear();
            for (const LinkedTable& table : tables) member->plans.push_back(member->prover->plan_bytes(table));
        }
    }

    void leave(std::size_t index, const absl::Status& why) {
        members_[index]->left = why;
        if (hooks_.on_leave) hooks_.on_leave(index, why);
    }

    /// The first who is still there; else the first, whose error it will be.
    Prover& lead() {
        for (const auto& member : members_) {
            if (member->left.ok()) return *member->prover;
        }
        return *members_[0]->prover;
    }

    /// Gives every table of the queue to a worker. `task(member, taken)` does the work; OK if all are done.
    template <class Fits, class Task>
    absl::Status work(TableQueue& queue, const Fits& fits, const Task& task) {
        std::mutex mutex;
        absl::Status ending;
        const auto end = [&](const absl::Status& status) {
            const std::lock_guard lock(mutex);
            if (ending.ok()) ending = status;
            queue.stop();
        };
        const auto serve = [&](std::size_t index) {
            Member& member = *members_[index];
            while (auto taken = queue.take([&](std::uint32_t number) { return fits(index, number); })) {
                const std::uint32_t number = member.table = taken->number;
                if (!taken->tables.ok()) return end(taken->tables.status());
                std::future<void> staged;
                if (member.worker.stage) {
                    staged = std::async(std::launch::async, [&] {
                        const auto source = queue.next_source([&](std::uint32_t next) { return fits(index, next); });
                        if (source != nullptr) member.worker.stage(source);
                    });
                }
                const Outcome outcome = task(member, *std::move(taken));
                if (staged.valid()) staged.wait();
                if (member.worker.take_spans) {
                    for (const auto& span : member.worker.take_spans()) {
                        if (hooks_.on_span) hooks_.on_span(index, number, span);
                    }
                }
                if (outcome.status.ok()) {
                    queue.done();
                } else if (!outcome.of_worker) {
                    return end(outcome.status);
                } else {
                    leave(index, outcome.status);
                    return queue.give_back(number);
                }
            }
        };
        std::vector<std::size_t> present;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (members_[i]->left.ok()) present.push_back(i);
        }
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < present.size(); ++i) threads.emplace_back(serve, present[i]);
        if (!present.empty()) serve(present[0]);
        for (std::thread& thread : threads) thread.join();
        if (!ending.ok()) return ending;
        const std::vector<std::uint32_t> waiting = queue.waiting();
        return waiting.empty() ? absl::OkStatus() : nobody_left(waiting);
    }

    absl::Status nobody_left(const std::vector<std::uint32_t>& waiting) const {
        for (const auto& member : members_) {
            if (member->left.ok()) continue;
            if (members_.size() == 1) return member->left;
            return absl::Status(member->left.code(),
                                absl::StrCat(waiting.size(),
                                             " tables wait for a backend, and all that could take them "
                                             "have failed; the first, ",
                                             member->worker.name, ": ", member->left.message()));
        }
        return absl::ResourceExhaustedError(absl::StrCat(waiting.size(), " tables fit the memory of no backend, table ",
                                                         waiting[0], " among them: cut smaller shards"));
    }

    Hooks hooks_;
    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace sluice::proving

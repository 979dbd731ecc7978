// Who is given which table, and when nobody is given any more. SPDX-License-Identifier: MIT OR Apache-2.0
#include "table_queue.h"

#include <atomic>
#include <set>
#include <thread>

#include "support/catch.h"

namespace sluice::test {
namespace {

using proving::TableQueue;

constexpr std::uint32_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
bool any(std::uint32_t) {
    return true;
}

/// Tables that tell their number, and how often each was filled.
struct Filled {
    std::array<std::atomic<int>, 8> times{};
    TableQueue::Fill fill = [this](std::uint32_t number) -> absl::StatusOr<machine::TableTrace> {
        ++times[number];
        machine::TableTrace tables;
        tables.public_values.push_back(math::KoalaBear::from_canonical(number));
        return tables;
    };
    [[nodiscard]] int all() const {
        int sum = 0;
        for (const auto& count : times) sum += count;
        return sum;
    }
};

TEST_CASE("a queue gives its tables in order, once each, filled ahead by so many") {
    Filled filled;
    TableQueue queue(kNumbers, 2, filled.fill);
    for (const std::uint32_t number : kNumbers) {
        const auto taken = queue.take(any);
        REQUIRE(taken.has_value());
        CHECK(taken->number == number);
        REQUIRE(taken->tables.ok());
        CHECK(taken->tables->public_values[0].canonical() == number);
        CHECK(filled.all() <= static_cast<int>(number) + 3);
        queue.done();
    }
    CHECK_FALSE(queue.take(any).has_value());
    CHECK(filled.all() == 8);
    CHECK(queue.waiting().empty());
}

TEST_CASE("a table given back is filled again for the next worker, before the others") {
    Filled filled;
    TableQueue queue(kNumbers, 0, filled.fill);
    CHECK(queue.take(any)->number == 0);
    CHECK(queue.take(any)->number == 1);
    queue.give_back(0);
    CHECK(queue.waiting().front() == 0);
    CHECK(queue.take(any)->number == 0);
    CHECK(filled.times[0] == 2);
    CHECK(filled.times[1] == 1);
}

TEST_CASE("a worker is given what fits, and nothing once no table does") {
    Filled filled;
    TableQueue queue(kNumbers, 1, filled.fill);
    const auto odd = [](std::uint32_t number) { return number % 2 == 1; };
    for (const std::uint32_t number : {1, 3, 5, 7}) {
        CHECK(queue.take(odd)->number == number);
        queue.done();
    }
    CHECK_FALSE(queue.take(odd).has_value());
    CHECK(queue.waiting() == std::vector<std::uint32_t>{0, 2, 4, 6});
}

TEST_CASE("an idle worker waits for those at work: it takes over what one gives back") {
    Filled filled;
    constexpr std::uint32_t kOne[] = {0};
    TableQueue queue(kOne, 0, filled.fill);
    REQUIRE(queue.take(any).has_value());
    std::uint32_t taken_over = 99;
    std::thread idle([&] {
        const auto taken = queue.take(any);
        if (taken.has_value()) taken_over = taken->number;
        queue.done();
    });
    queue.give_back(0);
    idle.join();
    CHECK(taken_over == 0);
    CHECK_FALSE(queue.take(any).has_value());
}

TEST_CASE("after a stop nobody waits and nobody is given anything") {
    Filled filled;
    TableQueue queue(kNumbers, 2, filled.fill);
    const auto zero = [](std::uint32_t number) { return number == 0; };
    REQUIRE(queue.take(zero).has_value());
    std::thread idle([&] { CHECK_FALSE(queue.take(zero).has_value()); });
    queue.stop();
    idle.join();
    CHECK_FALSE(queue.take(any).has_value());
}

TEST_CASE("many workers, some of whom give everything back once, finish every table once") {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < 200; ++i) numbers.push_back(i);
    TableQueue queue(numbers, 3, [](std::uint32_t) { return machine::TableTrace{}; });
    std::array<std::atomic<int>, 200> finished{}, returned{};
    std::vector<std::thread> workers;
    for (int w = 0; w < 4; ++w) {
        workers.emplace_back([&, w] {
            while (const auto taken = queue.take(any)) {
                if (w % 2 == 0 && returned[taken->number]++ == 0) {
                    queue.give_back(taken->number);
                } else {
                    ++finished[taken->number];
                    queue.done();
                }
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK(std::all_of(finished.begin(), finished.end(), [](const auto& times) { return times == 1; }));
}

}  // namespace
}  // namespace sluice::test

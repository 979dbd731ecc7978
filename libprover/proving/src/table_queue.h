// Tables that wait to be worked on, filled by other threads before they are asked for.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/machine/trace.h"

namespace sluice::proving {

/// One queue for any number of workers. Tables are given out in order, each to one worker, who says what became of it;
/// one that is given back is filled again for another worker. All calls but the constructor may come from any thread.
class TableQueue {
 public:
    using Fill = std::function<absl::StatusOr<machine::TableTrace>(std::uint32_t number)>;
    using Fits = std::function<bool(std::uint32_t number)>;

    struct Taken {
        std::uint32_t number;
        absl::StatusOr<machine::TableTrace> tables;  ///< what `fill` gave
    };

    /// `ahead`: tables that are filled or waiting beside those that workers have. `fill` is called from other threads.
    TableQueue(std::span<const std::uint32_t> numbers, std::size_t ahead, Fill fill);

    /// The first table that `fits` the worker. Waits for it to be filled, and while there is none, but others are at
    /// work who might give one back. Nothing: there will be none for this worker.
    [[nodiscard]] std::optional<Taken> take(const Fits& fits);
    /// What the columns of the table that is next for the worker are filled from, once it is known; null if it is known
    /// of none, or the table is taken meanwhile.
    [[nodiscard]] std::shared_ptr<const machine::ColumnSource> next_source(const Fits& fits);
    /// A table that was taken is finished.
    void done();
    /// A table that was taken is not, and never will be by this worker.
    void give_back(std::uint32_t number);
    /// From now on nobody is given anything.
    void stop();

    /// Numbers that nobody has taken.
    [[nodiscard]] std::vector<std::uint32_t> waiting() const;

 private:
    struct Entry {
        std::uint32_t number;
        std::shared_future<std::shared_ptr<absl::StatusOr<machine::TableTrace>>> filled;  ///< not valid: not begun
    };

    void begin(Entry& entry);
    [[nodiscard]] std::deque<Entry>::iterator find(const Fits& fits);

    const std::size_t ahead_;
    const Fill fill_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Entry> waiting_;
    std::size_t taken_ = 0;
    bool stopped_ = false;
};

}  // namespace sluice::proving

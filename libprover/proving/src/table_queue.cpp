// See table_queue.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "table_queue.h"

#include <algorithm>
#include <utility>

namespace sluice::proving {

TableQueue::TableQueue(std::span<const std::uint32_t> numbers, std::size_t ahead, Fill fill)
    : ahead_(ahead), fill_(std::move(fill)) {
    for (const std::uint32_t number : numbers) waiting_.push_back({number, {}});
}

void TableQueue::begin(Entry& entry) {
    if (entry.filled.valid()) return;
    entry.filled = std::async(std::launch::async, [this, number = entry.number] {
        return std::make_shared<absl::StatusOr<machine::TableTrace>>(fill_(number));
    });
}

std::deque<TableQueue::Entry>::iterator TableQueue::find(const Fits& fits) {
    return std::find_if(waiting_.begin(), waiting_.end(), [&](const Entry& entry) { return fits(entry.number); });
}

std::optional<TableQueue::Taken> TableQueue::take(const Fits& fits) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (stopped_) return std::nullopt;
        const auto found = find(fits);
        if (found != waiting_.end()) {
            Entry entry = std::move(*found);
            waiting_.erase(found);
            ++taken_;
            begin(entry);
            for (std::size_t i = 0; i < std::min(ahead_, waiting_.size()); ++i) begin(waiting_[i]);
            lock.unlock();
            return Taken{entry.number, std::move(*entry.filled.get())};
        }
        if (taken_ == 0) return std::nullopt;
        changed_.wait(lock);
    }
}

std::shared_ptr<const machine::ColumnSource> TableQueue::next_source(const Fits& fits) {
    std::unique_lock lock(mutex_);
    auto found = find(fits);
    if (stopped_ || found == waiting_.end() || !found->filled.valid()) return nullptr;
    const std::uint32_t number = found->number;
    const auto filled = found->filled;
    lock.unlock();
    filled.wait();
    lock.lock();
    // Whoever takes a table may change it: it is looked at only while it waits.
    found = find(fits);
    if (found == waiting_.end() || found->number != number || !found->filled.valid()) return nullptr;
    const auto& tables = *found->filled.get();
    return tables.ok() ? tables->source : nullptr;
}

void TableQueue::done() {
    const std::lock_guard lock(mutex_);
    --taken_;
    changed_.notify_all();
}

void TableQueue::give_back(std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    --taken_;
    waiting_.push_front({number, {}});
    changed_.notify_all();
}

void TableQueue::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

std::vector<std::uint32_t> TableQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint32_t> numbers;
    for (const Entry& entry : waiting_) numbers.push_back(entry.number);
    return numbers;
}

}  // namespace sluice::proving

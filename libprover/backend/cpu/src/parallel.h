// Work in parallel whose result does not depend on how many threads there are. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>

#include "oneapi/tbb/blocked_range.h"
#include "oneapi/tbb/parallel_for.h"
#include "oneapi/tbb/task_arena.h"

namespace sluice::backend_cpu {

/// Runs tasks on a number of threads of its own. Sums of field elements are exact, so it does not matter in which order
/// tasks add to them; all else that tasks write is their own.
class Pool {
 public:
    /// 0: as many threads as the machine has.
    explicit Pool(unsigned threads)
        : arena_(threads == 0 ? oneapi::tbb::task_arena::automatic : static_cast<int>(threads)) {}

    [[nodiscard]] unsigned threads() const { return static_cast<unsigned>(arena_.max_concurrency()); }

    /// Calls run(i) for each i < count.
    template <class Run>
    void for_each(std::size_t count, const Run& run) {
        if (count == 0) return;
        if (count == 1) {
            run(std::size_t{0});
            return;
        }
        arena_.execute([&] { oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) { run(i); }); });
    }

    /// The sum of run(i) for i < count, where run gives a `Sum` with +=, whose default value is zero.
    template <class Sum, class Run>
    [[nodiscard]] Sum sum(std::size_t count, const Run& run) {
        Sum total{};
        if (count == 0) return total;
        std::mutex mutex;
        arena_.execute([&] {
            oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, count),
                                      [&](const oneapi::tbb::blocked_range<std::size_t>& range) {
                                          Sum part{};
                                          for (std::size_t i = range.begin(); i != range.end(); ++i) part += run(i);
                                          const std::lock_guard lock(mutex);
                                          total += part;
                                      });
        });
        return total;
    }

 private:
    oneapi::tbb::task_arena arena_;
};

}  // namespace sluice::backend_cpu

// What the steps of the CPU backend share: threads, memory, kernels, eq tables. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "buffer.h"
#include "kernels.h"
#include "parallel.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/rounds.h"

namespace sluice::backend_cpu {

/// What a task works on at a time: within the nearer caches. Tiles of programs with very many columns are larger.
inline constexpr std::uint64_t kTileBytes = 192 * 1024;

/// Rows of a tile when each takes so many bytes of working memory: a multiple of kPad, 256 at most.
[[nodiscard]] constexpr std::size_t tile_rows(std::uint64_t bytes_per_row) noexcept {
    return std::clamp<std::size_t>(kTileBytes / bytes_per_row / kPad * kPad, kPad, 256);
}

/// Working memory of tasks, handed from task to task: there are never more pieces than threads.
class ScratchPool {
 public:
    explicit ScratchPool(Memory& memory) : memory_(memory) {}

    /// A piece of at least `size` elements until it goes out of scope; what it holds is unknown.
    class Lease {
     public:
        Lease(ScratchPool& pool, std::size_t size) : pool_(pool), buffer_(pool.take(size)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.give_back(std::move(buffer_)); }
        [[nodiscard]] KoalaBear* data() noexcept { return buffer_.data(); }

     private:
        ScratchPool& pool_;
        Buffer<KoalaBear> buffer_;
    };

 private:
    Buffer<KoalaBear> take(std::size_t size) {
        {
            const std::lock_guard lock(mutex_);
            if (!free_.empty()) {
                Buffer<KoalaBear> buffer = std::move(free_.back());
                free_.pop_back();
                if (buffer.size() >= size) return buffer;
            }
        }
        return Buffer<KoalaBear>(memory_, size);
    }
    void give_back(Buffer<KoalaBear> buffer) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(buffer));
    }

    Memory& memory_;
    std::mutex mutex_;
    std::vector<Buffer<KoalaBear>> free_;
};

template <unsigned D>
struct Context {
    using Ext = Extension<D>;
    using View = ExtView<D>;

    Pool& pool;
    Memory& memory;
    const KernelTable<D>& kernels;

    /// scale * eq(point, x) for all x, zeros up to the padded length.
    [[nodiscard]] ExtBuffer<D> eq_table(std::span<const Ext> point, const Ext& scale) const {
        ExtBuffer<D> table(memory, std::size_t{1} << point.size());
        const View view = table.view();
        view.set(0, scale);
        std::size_t size = 1;
        for (std::size_t k = 0; k < point.size(); ++k, size *= 2) {
            if (size < kPad) {
                for (std::size_t i = 0; i < size; ++i) {
                    const Ext upper = view.get(i) * point[k];
                    view.set(i + size, upper);
                    view.set(i, view.get(i) - upper);
                }
                continue;
            }
            const std::size_t chunk = std::min<std::size_t>(size, 4096);
            pool.for_each(size / chunk, [&](std::size_t i) {
                kernels.split(view.at(i * chunk), view.at(i * chunk + size), point[k], chunk);
            });
        }
        view.fill(size, table.size(), Ext::zero());
        return table;
    }

    /// From eq of some variables to eq of all but the first: the sum of neighbours. `size` > 1 is the table's.
    [[nodiscard]] ExtBuffer<D> drop_variable(const ExtBuffer<D>& table, std::size_t size) const {
        const std::size_t half = size / 2;
        ExtBuffer<D> result(memory, half);
        const View in = table.view();
        const View out = result.view();
        if (half < kPad) {
            for (std::size_t x = 0; x < half; ++x) out.set(x, in.get(2 * x) + in.get(2 * x + 1));
        } else {
            const std::size_t chunk = std::min<std::size_t>(half, 4096);
            pool.for_each(half / chunk,
                          [&](std::size_t i) { kernels.add_pairs(in.at(2 * i * chunk), out.at(i * chunk), chunk); });
        }
        out.fill(half, result.size(), Ext::zero());
        return result;
    }
};

using backend::complete_line;
using backend::quadratic_at;
using backend::quadratic_at_two;

/// Calls run(first, last) in parallel for pieces of 0 .. count - 1 that begin at multiples of `chunk`.
template <class Run>
void for_chunks(Pool& pool, std::size_t count, std::size_t chunk, const Run& run) {
    pool.for_each((count + chunk - 1) / chunk,
                  [&](std::size_t i) { run(i * chunk, std::min(count, (i + 1) * chunk)); });
}

}  // namespace sluice::backend_cpu

// What the benchmarks of kernels share. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A benchmark says what a launch must do: bytes that it must read and write once, and products of the prime field that
// its arithmetic asks for (an extension product is D^2 of them, although it is reduced D times only; what a kernel
// computes beside, such as roots from tables, is not counted). Measured are both rates, and their shares of what a
// plain copy and a plain loop of products reach on the same device in the same run.
#pragma once

#include <benchmark/benchmark.h>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "buffer.h"
#include "launch.h"
#include "oracle.h"

namespace sluice::backend_cuda {

/// Of one launch.
struct Work {
    double bytes;
    double products;
    double items = 0;  ///< what else is counted, such as permutations; 0: nothing
};

/// The device of all benchmarks: the card if SLUICE_BENCH_DEVICE=cuda, else the twin, whose times mean nothing.
class Subject {
 public:
    /// Opens the device and measures the ceilings. An error says why there is no card.
    static absl::Status open();
    static const Subject& get();

    [[nodiscard]] const std::shared_ptr<Device>& device() const noexcept { return device_; }
    [[nodiscard]] bool card() const noexcept { return card_; }
    /// A size for the card, and one for the twin.
    [[nodiscard]] unsigned log_size(unsigned on_card, unsigned on_twin) const noexcept {
        return card_ ? on_card : on_twin;
    }
    /// Per second.
    [[nodiscard]] double copied_bytes() const noexcept { return copied_bytes_; }
    [[nodiscard]] double products() const noexcept { return products_; }

 private:
    void measure_ceilings();

    std::shared_ptr<Device> device_;
    bool card_ = false;
    double copied_bytes_ = 0;
    double products_ = 0;
};

/// Memory and a stream for one benchmark.
class Fixture {
 public:
    Fixture();

    [[nodiscard]] const Context& context() const noexcept { return context_; }
    [[nodiscard]] Stream& stream() const noexcept { return *stream_; }
    [[nodiscard]] Roots roots() const noexcept { return roots_.view(); }
    /// Elements that look random.
    [[nodiscard]] DeviceBuffer<KoalaBear> values(std::uint64_t count) const;
    template <unsigned D>
    [[nodiscard]] ExtBuffer<D> vector(std::uint64_t count) const {
        ExtBuffer<D> buffer(context_, count);
        fill(buffer.view().base, D * count);
        return buffer;
    }

 private:
    void fill(DevicePointer<KoalaBear> values, std::uint64_t count) const;

    std::unique_ptr<Pool> pool_;
    std::unique_ptr<Stream> stream_;
    Context context_;
    RootTables roots_;
};

/// Measures `run`, which launches what `work` tells.
void measure(benchmark::State& state, const Fixture& fixture, const Work& work, const std::function<void()>& run);

/// Registers body(state, fixture), whose failures end the benchmark with their message.
template <class Body>
void add(const std::string& name, Body body) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [body](benchmark::State& state) {
                                     try {
                                         const Fixture fixture;
                                         body(state, fixture);
                                     } catch (const Failure& failure) {
                                         state.SkipWithError(std::string(failure.status().message()).c_str());
                                     }
                                 })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
}

void add_commit_benchmarks();
void add_sumcheck_benchmarks();
void add_tail_benchmarks();
void add_proof_benchmarks();

}  // namespace sluice::backend_cuda

// See bench.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "ceilings.h"
#include "device_timer.h"

namespace sluice::backend_cuda {

namespace {

Subject subject;

std::uint64_t pool_bytes() {
    return Subject::get().card() ? std::uint64_t{4} << 30 : std::uint64_t{1} << 26;
}

}  // namespace

absl::Status Subject::open() {
    const char* const wanted = std::getenv("SLUICE_BENCH_DEVICE");
    subject.card_ = wanted != nullptr && std::string_view(wanted) == "cuda";
    auto device = subject.card_ ? open_cuda_device() : make_host_device();
    if (!device.ok()) return device.status();
    subject.device_ = *std::move(device);
    try {
        subject.measure_ceilings();
    } catch (const Failure& failure) {
        return failure.status();
    }
    return absl::OkStatus();
}

const Subject& Subject::get() {
    return subject;
}

void Subject::measure_ceilings() {
    const Fixture fixture;
    const auto fastest = [&](const std::function<void()>& run) {
        double seconds = device_seconds(fixture.stream(), run);
        for (unsigned i = 0; i < 10; ++i) seconds = std::min(seconds, device_seconds(fixture.stream(), run));
        return seconds;
    };
    using Piece = CopyMemory::Piece;
    const std::uint64_t pieces = std::uint64_t{1} << log_size(26, 10);
    {
        const DeviceBuffer<Piece> source(fixture.context(), pieces), target(fixture.context(), pieces);
        fixture.stream().clear(source.data().raw(), source.bytes());
        copied_bytes_ = 2 * static_cast<double>(source.bytes()) / fastest([&] {
                            launch(fixture.stream(), pieces, CopyMemory{source.data(), target.data()});
                        });
    }
    const std::uint64_t threads = std::uint64_t{1} << log_size(22, 6);
    const DeviceBuffer<KoalaBear> values = fixture.values(threads);
    products_ = static_cast<double>(threads) * MultiplyChains::kProducts /
                fastest([&] { launch(fixture.stream(), threads, MultiplyChains{values.data()}); });
}

Fixture::Fixture()
    : pool_([] {
          auto pool = Pool::make(Subject::get().device(), pool_bytes());
          if (!pool.ok()) throw Failure(pool.status());
          return *std::move(pool);
      }()),
      stream_([] {
          auto stream = Subject::get().device()->make_stream();
          if (!stream.ok()) throw Failure(stream.status());
          return *std::move(stream);
      }()),
      context_{*pool_, *stream_},
      roots_(context_) {}

DeviceBuffer<KoalaBear> Fixture::values(std::uint64_t count) const {
    DeviceBuffer<KoalaBear> buffer(context_, count);
    fill(buffer.data(), count);
    return buffer;
}

void Fixture::fill(DevicePointer<KoalaBear> values, std::uint64_t count) const {
    launch(*stream_, count, FillValues{values});
}

void measure(benchmark::State& state, const Fixture& fixture, const Work& work, const std::function<void()>& run) {
    run();  // the first launch of a kernel loads it
    double seconds = 0;
    for (auto _ : state) {
        const double once = device_seconds(fixture.stream(), run);
        state.SetIterationTime(once);
        seconds += once;
    }
    const double rate = static_cast<double>(state.iterations()) / std::max(seconds, 1e-12);
    const double of_copy = work.bytes * rate / Subject::get().copied_bytes();
    const double of_products = work.products * rate / Subject::get().products();
    state.counters["bytes_per_second"] = work.bytes * rate;
    state.counters["products_per_second"] = work.products * rate;
    state.counters["share_of_copy"] = of_copy;
    state.counters["share_of_products"] = of_products;
    if (work.items != 0) state.counters["items_per_second"] = work.items * rate;
    // Neither near its ceiling: registers, latency, too few threads, or work that is not counted.
    state.SetLabel(std::max(of_copy, of_products) < 0.5 ? "neither" : of_copy > of_products ? "memory" : "products");
}

}  // namespace sluice::backend_cuda

// The CUDA backend's memory, launches and errors. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <csignal>
#include <cstring>
#include <numeric>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "buffer.h"
#include "cuda_device.h"
#include "encode_kernels.h"
#include "launch.h"

namespace sluice::backend_cuda {
namespace {

TEST_CASE("pieces of the pool never overlap, are counted, and are joined when they are given back") {
    SLUICE_RANDOM(rng);
    auto pool = Pool::make(*make_host_device(), std::uint64_t{1} << 24);
    REQUIRE(pool.ok());
    struct Piece {
        unsigned char* data;
        std::uint64_t bytes;
        unsigned char mark;
    };
    std::vector<Piece> pieces;
    std::uint64_t in_use = 0, most = 0;
    bool intact = true, good = true;
    const auto give_back = [&] {
        const Piece piece = pieces.back();
        pieces.pop_back();
        intact = intact && std::all_of(piece.data, piece.data + piece.bytes,
                                       [&](unsigned char byte) { return byte == piece.mark; });
        (*pool)->give_back(piece.data, piece.bytes);
        in_use -= aligned(piece.bytes);
    };
    for (unsigned step = 0; step < 4000; ++step) {
        if (pieces.empty() || rng() % 5 < (step % 1000 < 500 ? 3 : 2)) {
            const std::uint64_t bytes = 1 + rng() % (std::uint64_t{1} << (rng() % 15));
            Piece piece{static_cast<unsigned char*>((*pool)->take(bytes, Place::current())), bytes,
                        static_cast<unsigned char>(rng())};
            std::memset(piece.data, piece.mark, bytes);
            pieces.push_back(piece);
            in_use += aligned(bytes);
            most = std::max(most, in_use);
        } else {
            std::swap(pieces[rng() % pieces.size()], pieces.back());
            give_back();
        }
        good = good && (*pool)->current() == in_use && (*pool)->peak() == most;
    }
    CHECK(good);
    while (!pieces.empty()) give_back();
    CHECK(intact);
    CHECK((*pool)->current() == 0);
    // All is one piece again.
    void* const all = (*pool)->take((*pool)->capacity(), Place::current());
    CHECK_THROWS_AS((*pool)->take(1, Place::current()), Failure);
    (*pool)->give_back(all, (*pool)->capacity());
}

TEST_CASE("memory that is not there is an error that tells device, place and size") {
    auto device = *make_host_device({.memory_bytes = 1 << 20});
    CHECK(Pool::make(device, 1 << 21).status().code() == absl::StatusCode::kResourceExhausted);
    auto pool = Pool::make(device, 1 << 19);
    REQUIRE(pool.ok());
    auto stream = *device->make_stream();
    const Context context{**pool, *stream};
    std::string message;
    try {
        const DeviceBuffer<KoalaBear> buffer(context, 1 << 20);
    } catch (const Failure& failure) {
        CHECK(failure.status().code() == absl::StatusCode::kResourceExhausted);
        message = std::string(failure.status().message());
    }
    CAPTURE(message);
    CHECK(message.find("host twin: no room for 4194304 bytes at cuda_runtime_test.cpp:") == 0);
    CHECK(message.find("0 of the pool's 524288") != std::string::npos);

    // A fault in the middle leaves nothing behind.
    (*pool)->fail_after(2);
    CHECK_THROWS_AS(([&] {
                        const DeviceBuffer<KoalaBear> first(context, 10);
                        const DeviceBuffer<KoalaBear> second(context, 10);
                        const DeviceBuffer<KoalaBear> third(context, 10);
                    }()),
                    Failure);
    CHECK((*pool)->current() == 0);
    (*pool)->fail_after(Pool::kNever);
    const DeviceBuffer<KoalaBear> again(context, 10);
    CHECK((*pool)->current() == kAlignment);
}

TEST_CASE("values come back from the device as they went there, and kernels read and write them") {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    for (const auto& device : devices) {
        auto pool = Pool::make(device, 1 << 22);
        REQUIRE(pool.ok());
        auto stream = *device->make_stream();
        const Context context{**pool, *stream};
        std::vector<KoalaBear> values(10007);
        for (KoalaBear& value : values) value = KoalaBear::reduce(rng());
        std::vector<std::uint64_t> offsets(3001);
        for (std::uint64_t& offset : offsets) offset = rng() % values.size();
        const DeviceBuffer<KoalaBear> source(context, std::span<const KoalaBear>(values));
        CHECK(source.download(*stream) == values);
        const DeviceBuffer<std::uint64_t> places(context, std::span<const std::uint64_t>(offsets));
        const DeviceBuffer<KoalaBear> target(context, offsets.size());
        stream->clear(target.data().raw(), target.bytes());
        CHECK(target.download(*stream) == std::vector<KoalaBear>(offsets.size(), KoalaBear::zero()));
        launch(*stream, offsets.size(), Gather<KoalaBear>{source.data(), places.data(), target.data()});
        std::vector<KoalaBear> expected;
        for (const std::uint64_t offset : offsets) expected.push_back(values[offset]);
        CHECK(target.download(*stream) == expected);
    }
}

/// Each thread adds up what the threads of its block wrote before the barrier.
struct Rotate {
    static constexpr unsigned kThreads = 64;
    struct Shared {
        std::uint32_t value[kThreads];
    };
    struct Local {
        std::uint32_t kept;
    };
    DevicePointer<std::uint32_t> out;
    SLUICE_HD unsigned phases() const { return 2; }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local& local) const {
        if (phase == 0) {
            local.kept = 1000 * static_cast<std::uint32_t>(block.index);
            shared.value[block.thread] = block.thread;
        } else {
            out[block.index * kThreads + block.thread] = local.kept + shared.value[(block.thread + 1) % kThreads];
        }
    }
};

/// Wrong: a thread reads in the phase in which its neighbour writes.
struct Race {
    static constexpr unsigned kThreads = 64;
    using Shared = Rotate::Shared;
    using Local = Nothing;
    DevicePointer<std::uint32_t> out;
    SLUICE_HD unsigned phases() const { return 1; }
    SLUICE_HD void run(unsigned, const Block& block, Shared& shared, Local&) const {
        shared.value[block.thread] = block.thread + 1;
        out[block.thread] = block.thread == 0 ? 1 : shared.value[block.thread - 1];
    }
};

TEST_CASE("the twin keeps barriers in every order of threads, and its orders differ") {
    std::vector<std::vector<std::uint32_t>> races;
    for (const Order order : {Order::ascending, Order::descending, Order::scattered}) {
        for (const std::uint64_t count : {1u, 2u, 3u, 64u, 100u, 1023u}) {
            std::vector<bool> seen(count);
            for (std::uint64_t i = 0; i < count; ++i) seen[ordered(order, i, count)] = true;
            CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(count));
        }
        auto device = *make_host_device({.order = order});
        auto pool = Pool::make(device, 1 << 20);
        REQUIRE(pool.ok());
        auto stream = *device->make_stream();
        const Context context{**pool, *stream};
        const DeviceBuffer<std::uint32_t> out(context, 3 * Rotate::kThreads);
        launch_on_host(*stream->host(), 3, Rotate{out.data()});
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < 3 * 64; ++i) expected.push_back(i / 64 * 1000 + (i + 1) % 64);
        CHECK(out.download(*stream) == expected);
        stream->clear(out.data().raw(), out.bytes());
        launch_on_host(*stream->host(), 1, Race{out.data()});
        races.push_back(out.download(*stream));
    }
    CHECK(races[0] != races[1]);
    CHECK(races[0] != races[2]);
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("host code that follows a device pointer faults where memory is guarded") {
    auto device = *make_host_device({.guard = true});
    auto pool = Pool::make(device, 1 << 20);
    REQUIRE(pool.ok());
    auto stream = *device->make_stream();
    const DeviceBuffer<KoalaBear> buffer({**pool, *stream}, 16);
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGSEGV, SIG_DFL);
        buffer.data()[0] = KoalaBear::one();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
}
#endif

TEST_CASE("a card that is not there is an error with a reason") {
    const auto card = open_cuda_device(1000);
    REQUIRE(!card.ok());
    if (built_for_cuda()) {
        CHECK(card.status().code() == absl::StatusCode::kUnavailable);
        CHECK(std::string(card.status().message()).find("CUDA device 1000: ") == 0);
    } else {
        CHECK(card.status().code() == absl::StatusCode::kUnimplemented);
    }
}

}  // namespace
}  // namespace sluice::backend_cuda

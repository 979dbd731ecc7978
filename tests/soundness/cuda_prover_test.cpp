// Whole proofs by the CUDA backend: those of the CPU backend, byte for byte, within the memory that was planned, and
// again after any allocation has failed. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prover/cuda_device.h"
#include "real_prover.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"

namespace sluice::test {
namespace {

template <class S>
inline constexpr unsigned kDegree = S::kProfile.extension_degree;
template <class S>
using CudaBackend = backend_cuda::CudaBackend<kDegree<S>, typename S::Hasher>;
template <class S>
using Key = protocol::ProvingKey<kDegree<S>, typename S::Hasher>;

template <class S>
std::unique_ptr<CudaBackend<S>> make_cuda(const std::shared_ptr<backend_cuda::Device>& device, std::uint64_t bytes,
                                          const backend_cuda::Tuning& tuning = {}) {
    auto backend = backend_cuda::make_backend<kDegree<S>, typename S::Hasher>(
        {.device = device, .memory_bytes = bytes, .tuning = tuning});
    must(backend.ok(), std::string(backend.status().message()));
    return *std::move(backend);
}

template <class S>
absl::StatusOr<Key<S>> make_key(CudaBackend<S>& backend, const protocol::KeyMachines& machines,
                                std::uint32_t stack_height) {
    protocol::KeyOptions options;
    options.profile = &S::kProfile;
    options.opening = S::kOpening.id;
    options.stack_heights = {stack_height};
    options.max_shards = 8;
    options.max_link_terms = 100000;
    return Key<S>::make(backend, options, machines);
}

/// A proof, and the memory that was planned for it.
template <class S>
absl::StatusOr<Bytes> prove(CudaBackend<S>& backend, const Key<S>& key, const protocol::ExecutionTables& tables,
                            std::uint64_t* planned = nullptr) {
    protocol::ProverOptions options;
    options.check = nullptr;
    options.stack_columns = 16;
    protocol::Prover<kDegree<S>, typename S::Hasher> prover(backend, key, std::move(options));
    auto proof = prover.prove(tables);
    if (planned != nullptr) *planned = prover.planned_bytes();
    return proof;
}

/// The proof of the CPU backend, which the verifier has accepted.
template <class S>
std::pair<Bytes, Bytes> expected_key_and_proof(const protocol::KeyMachines& machines, std::uint32_t stack_height,
                                               const protocol::ExecutionTables& tables) {
    RealProver<S> prover;
    const auto key = prover.make_key(machines, {stack_height});
    const Bytes proof = prover.prove(key, tables);
    must(!proof.empty(), prover.error());
    return {Bytes(key.body().begin(), key.body().end()), proof};
}

template <class S>
void compare_proofs(const std::shared_ptr<backend_cuda::Device>& device, const protocol::KeyMachines& machines,
                    std::uint32_t stack_height, const protocol::ExecutionTables& tables,
                    const backend_cuda::Tuning& tuning = {}) {
    INFO(S::kProfile.name << " " << params::name_of(S::kOpening.id) << ", stacks of 2^" << stack_height);
    const auto [expected_key, expected] = expected_key_and_proof<S>(machines, stack_height, tables);
    const auto backend = make_cuda<S>(device, std::uint64_t{1} << 30, tuning);
    const auto key = make_key<S>(*backend, machines, stack_height);
    REQUIRE(key.ok());
    CHECK(Bytes(key->body().begin(), key->body().end()) == expected_key);
    // The plan has the preprocessed columns of one machine, and the key those of both.
    const std::uint64_t in_key = backend->memory_bytes();
    backend->reset_peak_memory();
    std::uint64_t planned = 0;
    const auto proof = prove<S>(*backend, *key, tables, &planned);
    REQUIRE(proof.ok());
    CHECK(*proof == expected);
    CHECK(backend->memory_bytes() == in_key);
    CHECK(backend->peak_memory_bytes() <= in_key + planned);
}

TEMPLATE_TEST_CASE("proofs are those of the CPU backend, byte for byte, within the memory plan", "", SLUICE_SCHEMES) {
    SLUICE_CUDA_DEVICES(devices);
    const auto fibonacci = toys::fibonacci_machine();
    const auto program = toys::mixing_program(12);
    const auto registers = toys::register_machine(program);
    const auto boundary = toys::register_boundary_machine();
    REQUIRE((fibonacci.ok() && registers.ok() && boundary.ok()));
    const auto run = toys::run_register_machine(program, std::vector<std::uint16_t>{3, 1, 4, 1, 5},
                                                std::vector<std::uint64_t>{17, 40});
    REQUIRE(run.ok());
    std::vector<machine::TableTrace> shards{run->boundary};
    shards.insert(shards.end(), run->shards.begin(), run->shards.end());
    for (const auto& device : devices) {
        for (const std::uint32_t steps : {0u, 1u, 5u, 255u, 300u}) {
            const machine::TableTrace trace = toys::fibonacci_trace(steps, 1, 2);
            for (const std::uint32_t stack_height : {4u, 9u}) {
                INFO("fibonacci " << steps);
                compare_proofs<TestType>(
                    device, {&*fibonacci, nullptr}, stack_height,
                    {1, [&](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}});
            }
        }
        for (const std::uint64_t size : {0, 12, 1 << 20}) {
            CAPTURE(size);
            compare_proofs<TestType>(device, {&*registers, &*boundary}, 7, tables_of(shards),
                                     {.two_round_groups = size,
                                      .two_round_values = size,
                                      .tail_groups = size,
                                      .tail_values = size,
                                      .tail_pairs = size});
        }
    }
}

TEST_CASE("a device that draws other challenges than the transcript gives an error, and no proof") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::fibonacci_trace(40, 1, 2);
    const protocol::ExecutionTables tables{
        1, [&](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}};
    // Changes the first element of what the n-th tail has sent.
    int tails = 0, changed = 0;
    const auto device = *backend_cuda::make_host_device(
        {.after_download = [&](void* values, std::size_t, const std::source_location& place) {
            if (!std::string_view(place.file_name()).ends_with("/tail.h") || tails++ != changed) return;
            static_cast<std::uint32_t*>(values)[0] ^= 1;
        }});
    const auto backend = make_cuda<Narrow>(device, std::uint64_t{1} << 28);
    const auto key = make_key<Narrow>(*backend, {&*machine, nullptr}, 8);
    REQUIRE(key.ok());
    for (;; ++changed) {
        tails = 0;
        const auto proof = prove<Narrow>(*backend, *key, tables);
        if (tails <= changed) break;
        const std::string message(proof.status().message());
        CAPTURE(changed, message);
        REQUIRE(proof.status().code() == absl::StatusCode::kInternal);
        CHECK(message.find("the device drew another challenge in round 1 of the last ") != std::string::npos);
    }
    CHECK(changed > 3);
}

TEMPLATE_TEST_CASE("after any allocation has failed the backend proves as before", "", Narrow, NarrowWhir) {
    SLUICE_CUDA_DEVICES(devices);
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::fibonacci_trace(9, 1, 2);
    const protocol::ExecutionTables tables{
        1, [&](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}};
    const auto backend = make_cuda<TestType>(devices.front(), std::uint64_t{1} << 28);
    const auto key = make_key<TestType>(*backend, {&*machine, nullptr}, 8);
    REQUIRE(key.ok());
    const auto expected = prove<TestType>(*backend, *key, tables);
    REQUIRE(expected.ok());
    const std::uint64_t held = backend->memory_bytes();
    unsigned failures = 0;
    // Every fourth allocation, and all of the first ones.
    for (std::uint64_t after = 0;; after += after < 40 ? 1 : 4) {
        backend->fail_allocations_after(after);
        const auto proof = prove<TestType>(*backend, *key, tables);
        if (proof.ok()) break;
        ++failures;
        REQUIRE(proof.status().code() == absl::StatusCode::kResourceExhausted);
        REQUIRE(backend->memory_bytes() == held);
    }
    backend->fail_allocations_after(~std::uint64_t{0});
    CHECK(failures > 40);
    const auto again = prove<TestType>(*backend, *key, tables);
    REQUIRE(again.ok());
    CHECK(*again == *expected);
}

TEST_CASE("a pool of just the plan is enough, and one that is too small is an error") {
    SLUICE_CUDA_DEVICES(devices);
    const auto machine = toys::synthetic_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::synthetic_trace(20000);
    const protocol::ExecutionTables tables{
        1, [&](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}};
    std::uint64_t planned = 0, used = 0;
    Bytes expected;
    {
        const auto backend = make_cuda<Narrow>(devices.front(), std::uint64_t{1} << 30);
        const auto key = make_key<Narrow>(*backend, {&*machine, nullptr}, 10);
        REQUIRE(key.ok());
        const auto proof = prove<Narrow>(*backend, *key, tables, &planned);
        REQUIRE(proof.ok());
        expected = *proof;
        used = backend->peak_memory_bytes();
        // A plan far above what is used would refuse proofs that there is memory for.
        CAPTURE(planned, used);
        CHECK(planned <= used + used / 8);
    }
    const auto backend = make_cuda<Narrow>(devices.front(), planned);
    const auto key = make_key<Narrow>(*backend, {&*machine, nullptr}, 10);
    REQUIRE(key.ok());
    const auto proof = prove<Narrow>(*backend, *key, tables);
    CAPTURE(proof.status().message());
    REQUIRE(proof.ok());
    CHECK(*proof == expected);

    const auto small = make_cuda<Narrow>(devices.front(), used / 2);
    const auto small_key = make_key<Narrow>(*small, {&*machine, nullptr}, 10);
    if (small_key.ok()) {
        CHECK(prove<Narrow>(*small, *small_key, tables).status().code() == absl::StatusCode::kResourceExhausted);
    } else {
        CHECK(small_key.status().code() == absl::StatusCode::kResourceExhausted);
    }
}

}  // namespace
}  // namespace sluice::test

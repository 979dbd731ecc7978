// Table proofs on the CUDA backend and on the CPU's, for tests that compare a step of both.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cuda_device.h"
#include "oracle.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/params_test/profile.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"

namespace sluice::backend_cuda {

using hash::Poseidon2Hasher16;
using hash::Poseidon2Hasher24;

/// A table, as machine and trace.
struct Tables {
    std::string name;
    const machine::MachineDescription* machine;
    const machine::TableTrace* trace;
    unsigned stack_height;
};

/// A table proof on both backends, up to some step.
template <unsigned D, class Hasher>
struct Proofs {
    using Ext = Extension<D>;
    using Cpu = backend_cpu::CpuBackend<D, Hasher>;

    Proofs(const std::shared_ptr<Device>& device, const Tables& tables, const params::Opening& opening,
           std::mt19937_64& rng)
        : pool(*Pool::make(device, std::uint64_t{1} << 30)),
          stream(*device->make_stream()),
          context{*pool, *stream},
          roots(context),
          cpu(backend_cpu::make_backend<D, Hasher>({.threads = 1})) {
        shape.machine = tables.machine->view();
        code = backend::compile_machine(shape.machine);
        shape.code = &code;
        for (const auto& chip : tables.trace->chips) shape.heights.push_back(chip.height);
        shape.public_values = tables.trace->public_values;
        shape.stack_height = tables.stack_height;
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            std::vector<std::span<const KoalaBear>> columns;
            for (std::size_t chip = 0; chip < tables.trace->chips.size(); ++chip) {
                columns.emplace_back(group == 0 ? tables.machine->chips()[chip].shape.preprocessed
                                                : tables.trace->chips[chip].columns[group]);
            }
            cpu_commitments[group] = *cpu->commit(shape, opening, static_cast<machine::Group>(group), columns);
            commitments[group] = *commit_columns<Hasher>(context, pool, roots.view(), opening, shape,
                                                         static_cast<machine::Group>(group), columns);
            cpu_table.commitments[group] = cpu_commitments[group].get();
            table.commitments[group] = commitments[group].get();
        }
        cpu_table.shape = table.shape = &shape;
        cpu_table.opening = table.opening = &opening;
        for (Ext* const challenge : {&challenges.a, &challenges.b, &challenges.link_a, &challenges.link_b}) {
            for (KoalaBear& limb : challenge->limb) limb = KoalaBear::reduce(rng());
        }
    }

    std::shared_ptr<Pool> pool;
    std::unique_ptr<Stream> stream;
    Context context;
    RootTables roots;
    std::unique_ptr<Cpu> cpu;
    backend::MachineCode code;
    backend::TableShape shape;
    std::array<std::unique_ptr<backend::Commitment<Hasher>>, machine::kGroups> cpu_commitments, commitments;
    backend::Table<Hasher> cpu_table, table;
    backend::FingerprintChallenges<D> challenges;
};

/// Both sides of a conversation.
template <unsigned D, class Hasher>
struct Conversation {
    hash::Transcript<Hasher> transcript{"test of steps"};
    std::vector<std::uint8_t> bytes;
    backend::Channel<D, Hasher> channel{transcript, bytes};
};

/// Claims of values at a point. They need not be true: provers prove what they are given.
template <class Claims>
Claims random_claims(std::mt19937_64& rng, std::size_t variables, std::size_t values) {
    Claims claims;
    claims.point.resize(variables);
    claims.values.resize(values);
    for (auto* const list : {&claims.point, &claims.values}) {
        for (auto& value : *list) {
            for (KoalaBear& limb : value.limb) limb = KoalaBear::reduce(rng());
        }
    }
    return claims;
}

/// Calls compare(proofs) for tables of many shapes on every device.
template <unsigned D, class Hasher, class Compare>
void for_tables(const params::Opening& opening, const Compare& compare) {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    const auto fibonacci = toys::fibonacci_machine();
    REQUIRE(fibonacci.ok());
    std::vector<machine::TableTrace> traces;
    for (const std::uint32_t steps : {0u, 1u, 2u, 3u, 5u, 33u, 255u, 257u, 700u})
        traces.push_back(toys::fibonacci_trace(steps, 1, 2));
    std::vector<Tables> all;
    for (const auto& trace : traces) {
        all.push_back({"fibonacci " + std::to_string(trace.chips.back().height), &*fibonacci, &trace,
                       static_cast<unsigned>(2 + all.size() % 6)});
    }
    const auto program = toys::mixing_program(12);
    const auto registers = toys::register_machine(program);
    const auto boundary = toys::register_boundary_machine();
    REQUIRE((registers.ok() && boundary.ok()));
    const auto run =
        toys::run_register_machine(program, std::vector<std::uint16_t>{3, 1, 4}, std::vector<std::uint64_t>{17, 40});
    REQUIRE(run.ok());
    for (const auto& shard : run->shards) all.push_back({"registers", &*registers, &shard, 6});
    all.push_back({"boundary", &*boundary, &run->boundary, 6});
    const auto synthetic = toys::synthetic_machine();
    REQUIRE(synthetic.ok());
    const machine::TableTrace synthetic_trace = toys::synthetic_trace(30000);
    all.push_back({"synthetic", &*synthetic, &synthetic_trace, 10});
    for (const auto& device : devices) {
        for (const Tables& tables : all) {
            // The twin is slow: large tables in one order alone.
            if (tables.name == "synthetic" && device != devices.back()) continue;
            INFO(tables.name << ", stack 2^" << tables.stack_height << ", degree " << D);
            Proofs<D, Hasher> proofs(device, tables, opening, rng);
            compare(proofs);
        }
    }
}

/// The same for both degrees.
template <class Compare>
void for_degrees(params::OpeningId opening, const Compare& compare) {
    for_tables<4, Poseidon2Hasher16>(params_test::kTest.opening(opening), compare);
    for_tables<5, Poseidon2Hasher24>(params_test::kTestWide.opening(opening), compare);
}

}  // namespace sluice::backend_cuda

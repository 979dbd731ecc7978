// Encoding, trees and grinding of the CUDA backend, against sluice::math, sluice::hash and the CPU backend.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <string>
#include <vector>

#include "cuda_device.h"
#include "oracle.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/params_test/profile.h"
#include "sluice/toys/synthetic.h"

namespace sluice::backend_cuda {
namespace {

using hash::Poseidon2Hasher16;
using hash::Poseidon2Hasher24;

/// A device with memory and a stream.
struct Bench {
    explicit Bench(const std::shared_ptr<Device>& device, std::uint64_t bytes = std::uint64_t{1} << 28)
        : pool(*Pool::make(device, bytes)), stream(*device->make_stream()), context{*pool, *stream}, roots(context) {}
    std::shared_ptr<Pool> pool;
    std::unique_ptr<Stream> stream;
    Context context;
    RootTables roots;
};

std::vector<KoalaBear> random_values(std::mt19937_64& rng, std::size_t count) {
    std::vector<KoalaBear> values(count);
    for (KoalaBear& value : values) value = KoalaBear::reduce(rng());
    return values;
}

TEST_CASE("code words are those of the plain transform, for every size, rate and number of passes") {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    for (const auto& device : devices) {
        Bench bench(device);
        // 13 and 16 take two passes with runs of different lengths; 21 takes three.
        for (const unsigned log_message : {0u, 1u, 2u, 5u, 11u, 12u, 13u, 16u, 21u}) {
            if (log_message == 21 && device != devices.back()) continue;
            for (const unsigned log_rate : {0u, 1u, 2u, 4u}) {
                if (log_message > 13 && log_rate != 1) continue;
                const std::size_t message = std::size_t{1} << log_message;
                const std::size_t length = message << log_rate;
                const std::size_t columns = log_message > 16 ? 1 : 3;
                const std::vector<KoalaBear> coefficients = random_values(rng, columns * message);
                const DeviceBuffer<KoalaBear> source(bench.context, std::span<const KoalaBear>(coefficients));
                const DeviceBuffer<KoalaBear> words(bench.context, columns * length);
                EncodePass pass{};
                pass.source = source.data();
                pass.source_stride = message;
                pass.polynomials = columns;
                pass.code_words = words.data();
                pass.stride = length;
                pass.log_message = log_message;
                pass.log_rate = log_rate;
                pass.roots = bench.roots.view();
                encode(bench.context, pass, columns);
                std::vector<KoalaBear> expected(columns * length);
                for (std::size_t c = 0; c < columns; ++c) {
                    math::encode_to_reversed(std::span<const KoalaBear>(coefficients).subspan(c * message, message),
                                             std::span(expected).subspan(c * length, length));
                }
                INFO("2^" << log_message << " coefficients, rate 2^-" << log_rate);
                CHECK(words.download(*bench.stream) == expected);
            }
        }
    }
}

TEMPLATE_TEST_CASE("leaves and nodes are those of sluice::hash", "", Poseidon2Hasher16, Poseidon2Hasher24) {
    using Digest = typename TestType::Digest;
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    for (const auto& device : devices) {
        Bench bench(device);
        for (const hash::LeafOrder order : {hash::LeafOrder::by_column, hash::LeafOrder::by_row}) {
            for (const unsigned log_leaves : {0u, 1u, 4u, 11u}) {
                for (const auto& [columns, log_rows] :
                     {std::pair{1u, 0u}, {1u, 3u}, {3u, 1u}, {4u, 1u}, {5u, 3u}, {15u, 0u}, {16u, 0u}, {31u, 2u}}) {
                    if (log_leaves == 11 && columns != 3) continue;
                    const std::size_t height = std::size_t{1} << (log_leaves + log_rows);
                    const std::size_t stride = height + 5;
                    const std::vector<KoalaBear> values = random_values(rng, columns * stride);
                    const hash::MatrixView matrix{values.data(), columns, stride};
                    std::vector<Digest> nodes(hash::merkle_node_count(log_leaves));
                    const hash::MerkleTree<TestType> tree(nodes, log_leaves);
                    hash::hash_leaves<TestType>(std::span(&matrix, 1), {log_rows, order}, tree.level(0));
                    tree.build();

                    const DeviceBuffer<KoalaBear> data(bench.context, std::span<const KoalaBear>(values));
                    const DeviceBuffer<Digest> digests(bench.context, nodes.size());
                    launch(*bench.stream, std::uint64_t{1} << log_leaves,
                           HashLeaves<TestType>{data.data(), columns, stride, log_rows,
                                                order == hash::LeafOrder::by_row, digests.data()});
                    hash_tree<TestType>(bench.context, digests.data(), log_leaves);
                    INFO(columns << " columns, 2^" << log_rows << " rows, 2^" << log_leaves << " leaves");
                    CHECK(digests.download(*bench.stream) == nodes);
                }
            }
        }
    }
}

template <unsigned D, class Hasher>
void compare_commitments(const params::Opening& opening) {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    const auto machine = toys::synthetic_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::synthetic_trace(2000);
    backend::TableShape shape;
    shape.machine = machine->view();
    for (const auto& chip : trace.chips) shape.heights.push_back(chip.height);
    shape.public_values = trace.public_values;
    auto cpu = backend_cpu::make_backend<D, Hasher>({.threads = 1});
    for (const auto& device : devices) {
        Bench bench(device);
        for (const unsigned h : {2u, 5u, 7u, 10u}) {
            if (h < opening.min_stack_height_log) continue;
            shape.stack_height = h;
            for (const machine::Group group :
                 {machine::Group::preprocessed, machine::Group::linked, machine::Group::main}) {
                std::vector<std::span<const KoalaBear>> columns;
                for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
                    columns.emplace_back(group == machine::Group::preprocessed
                                             ? machine->chips()[chip].shape.preprocessed
                                             : trace.chips[chip].columns[static_cast<std::size_t>(group)]);
                }
                const auto expected = cpu->commit(shape, opening, group, columns);
                REQUIRE(expected.ok());
                const auto commitment = *commit_columns<Hasher>(bench.context, bench.pool, bench.roots.view(), opening,
                                                                shape, group, columns);
                INFO("2^" << h << ", group " << static_cast<int>(group));
                CHECK(commitment->width() == (*expected)->width());
                CHECK(commitment->root() == (*expected)->root());
                const std::uint64_t used = bench.pool->current() - RootTables::bytes();
                std::uint64_t planned = aligned((std::uint64_t{commitment->width()} << h) * sizeof(KoalaBear));
                if (commitment->width() != 0) planned += oracle_bytes<Hasher>(opening, h, 0, commitment->width());
                CHECK(used == planned);
            }
        }
    }
}

TEST_CASE("commitments are those of the CPU backend") {
    for (const params::OpeningId id : {params::OpeningId::basefold_rate_1_2, params::OpeningId::whir_rate_1_2}) {
        compare_commitments<4, Poseidon2Hasher16>(params_test::kTest.opening(id));
        compare_commitments<5, Poseidon2Hasher24>(params_test::kTestWide.opening(id));
    }
}

TEMPLATE_TEST_CASE("grinding finds the smallest nonce", "", Poseidon2Hasher16, Poseidon2Hasher24) {
    SLUICE_CUDA_DEVICES(devices);
    SLUICE_RANDOM(rng);
    for (const auto& device : devices) {
        Bench bench(device);
        for (unsigned count = 0; count < 2 * TestType::kRate + 1; ++count) {
            hash::Transcript<TestType> transcript("test of grinding");
            for (const KoalaBear value : random_values(rng, count)) transcript.absorb("value", value);
            for (const unsigned bits : {0u, 1u, 3u, 8u}) {
                const auto expected = hash::grind(transcript, bits);
                REQUIRE(expected);
                const auto found = find_nonce(bench.context, transcript, bits);
                REQUIRE(found);
                CHECK(*found == *expected);
            }
        }
        CHECK(!find_nonce(bench.context, hash::Transcript<TestType>("test"), hash::kMaxSampleBits + 1));
    }
}

}  // namespace
}  // namespace sluice::backend_cuda

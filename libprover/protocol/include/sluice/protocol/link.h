// The parts in which an execution is proved: what linking fixes, and proofs of single tables; their bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/backend/backend.h"
#include "sluice/backend/channel.h"
#include "sluice/protocol/key.h"

namespace sluice::protocol {

/// What linking fixes of a table.
template <class Hasher>
struct LinkedTable {
    std::uint32_t number = 0;  ///< of the shard; 0: the boundary
    backend::TableShape shape;
    typename Hasher::Digest root{};  ///< of the linked columns
};

/// What linking fixes of an execution, and the challenges that follow from it: DESIGN.md, section 8.
template <unsigned D, class Hasher>
struct Link {
    std::vector<LinkedTable<Hasher>> tables;  ///< the boundary if the key has one, and the shards by number
    std::uint32_t shards = 0;
    typename Hasher::Digest root{};
    KoalaBear nonce{};
    Extension<D> a{}, b{};
};

/// The proof of one table under a Link.
template <unsigned D, class Hasher>
struct TableProof {
    typename Hasher::Digest main_root{};
    Extension<D> link_sum{};
    std::vector<std::uint8_t> body;
};

/// The table's part of a proof: everything of its header (DESIGN.md, section 10) but the main root.
template <class Hasher>
void write_table(const LinkedTable<Hasher>& table, backend::ProofWriter& writer) {
    writer.word(table.shape.stack_height);
    for (const std::uint32_t height : table.shape.heights) writer.word(height);
    for (const KoalaBear value : table.shape.public_values) writer.element(value);
    writer.digest(table.root);
}

/// All of link.tables, one after another; the rest of a link follows from them (Prover::tie).
template <unsigned D, class Hasher>
[[nodiscard]] std::vector<std::uint8_t> encode_tables(const Link<D, Hasher>& link);
/// The inverse, for tables of this key. InvalidArgument tells where the bytes are wrong. The key must outlive them.
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<std::vector<LinkedTable<Hasher>>> decode_tables(const ProvingKey<D, Hasher>& key,
                                                                             std::span<const std::uint8_t> bytes);

/// Main root, linking sum, body.
template <unsigned D, class Hasher>
[[nodiscard]] std::vector<std::uint8_t> encode_part(const TableProof<D, Hasher>& part);
template <unsigned D, class Hasher>
[[nodiscard]] absl::StatusOr<TableProof<D, Hasher>> decode_part(std::span<const std::uint8_t> bytes);

}  // namespace sluice::protocol

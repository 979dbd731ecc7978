// `eager` mode: everything is decoded before the first transaction. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "decoded_tries.h"
#include "sluice/base/containers.h"
#include "sluice/executor/ancestors.h"
#include "sluice/executor/state_source.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// After the block the stream holds the state trie, the storage tries in ascending order of hashed addresses, and the
/// codes in ascending order of hashes. All are checked when they are decoded, so every answer is authentic when it is
/// given.
class EagerStreamState final : public StateSource {
 public:
    EagerStreamState(witness::ClientInputReader& reader, const ParentLink& parent, Arena& arena,
                     Diagnostics& diagnostics) noexcept
        : reader_(reader),
          ancestors_(parent, arena, diagnostics),
          state_(arena),
          arena_(arena),
          diagnostics_(diagnostics),
          storages_(arena),
          codes_(arena),
          accounts_(arena) {}
    /// Chains the headers, reads and decodes all tries and codes.
    ErrorCode open(const witness::AncestorHeadersInput& ancestors) noexcept;

    Result<AccountInfo> account(const Address& address, std::uint32_t index) noexcept override;
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override;
    Result<ByteView> code(const Hash32& code_hash) noexcept override;
    Result<Hash32> block_hash(std::uint64_t number) noexcept override { return ancestors_.at(number); }
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override;
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override;
    ErrorCode finish() noexcept override;

 private:
    struct Code {
        Hash32 hash;
        ByteView bytes;
        bool used;
    };

    ErrorCode read_state_trie() noexcept;
    ErrorCode read_storage_tries() noexcept;
    ErrorCode read_codes() noexcept;
    ErrorCode check_order(const Hash32* last, const Hash32& next, const witness::WitnessItem& place) noexcept;

    witness::ClientInputReader& reader_;
    AncestorChain ancestors_;
    witness::PartialTrie state_;
    Arena& arena_;
    Diagnostics& diagnostics_;
    ArenaVector<DecodedStorage*> storages_;  ///< ascending
    ArenaVector<Code> codes_;                ///< ascending
    ArenaVector<DecodedAccount> accounts_;   ///< by account number
};

}  // namespace sluice::executor

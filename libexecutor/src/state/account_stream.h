// `account` mode: the reference's protocol. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "decoded_tries.h"
#include "sluice/base/containers.h"
#include "sluice/executor/ancestors.h"
#include "sluice/executor/state_source.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// During execution the stream holds accounts, storage tries and codes in the order of first touch; then the nodes of
/// the state trie; then one storage trie item for each account whose leaf changes and whose storage was never loaded.
/// Storage values are authentic below the storage root that their account states; the accounts are taken unchecked and
/// compared with the state trie once it is there.
class AccountStreamState final : public StateSource {
 public:
    AccountStreamState(witness::ClientInputReader& reader, const ParentLink& parent, Arena& arena,
                       Diagnostics& diagnostics) noexcept
        : reader_(reader),
          ancestors_(parent, arena, diagnostics),
          arena_(arena),
          diagnostics_(diagnostics),
          accounts_(arena) {}
    /// Chains the headers and reads the state trie header.
    ErrorCode open(const witness::AncestorHeadersInput& ancestors) noexcept;

    Result<AccountInfo> account(const Address& address, std::uint32_t index) noexcept override;
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override;
    Result<ByteView> code(const Hash32& code_hash) noexcept override;
    Result<Hash32> block_hash(std::uint64_t number) noexcept override { return ancestors_.at(number); }
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override;
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override;
    ErrorCode finish() noexcept override { return reader_.read_end(); }

 private:
    Result<DecodedStorage*> read_storage(const DecodedAccount& account) noexcept;
    Result<witness::PartialTrie> read_state_trie() noexcept;
    ErrorCode check_accounts(const witness::PartialTrie& state, witness::BlockAccesses accesses) noexcept;
    ErrorCode read_post_update_items(const witness::PartialTrie& state, witness::BlockAccesses accesses) noexcept;

    witness::ClientInputReader& reader_;
    AncestorChain ancestors_;
    witness::StateTrieHeader state_trie_{};
    Arena& arena_;
    Diagnostics& diagnostics_;
    ArenaVector<DecodedAccount> accounts_;
};

}  // namespace sluice::executor

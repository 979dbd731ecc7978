// Notes in which order execution touches the parent state. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/executor/state_source.h"
#include "sluice/witness/end_pass.h"

namespace sluice::executor {

/// One first touch.
struct RecordedTouch {
    enum class Kind : std::uint8_t { account, slot, code, block_hash };
    Kind kind = Kind::account;
    std::uint32_t account = 0;       ///< account, slot: its number in order of first touch
    Address address{};               ///< account, slot
    AccountInfo info{};              ///< account
    Uint256 slot{};                  ///< slot
    Uint256 value{};                 ///< slot
    Hash32 hash{};                   ///< code: its hash; block_hash: the hash
    ByteView code{};                 ///< code
    std::uint64_t block_number = 0;  ///< block_hash
};

/// A node that the end pass asked for.
struct RecordedNode {
    Hash32 hash{};
    ByteView rlp{};
    bool in_storage = false;
    Hash32 storage_owner{};  ///< hashed address; only if in_storage
    std::uint8_t depth = 0;  ///< nibbles in use
    std::uint8_t nibbles[64]{};
};

/// The storage root of an account that has an item after the state trie in account mode.
struct RecordedStorageRoot {
    Hash32 hashed_address{};
    Hash32 storage_root{};
};

/// What a block asks of its parent state, in order: all that a stream's writer has to know beside the block. Of a block
/// that breaks a rule it is what was asked up to there, with the nodes that authenticate it: a stream made of it ends
/// in the same error.
struct Recording {
    Hash32 parent_state_root{};
    std::span<const RecordedTouch> touches{};
    std::span<const RecordedNode> nodes{};
    /// Accounts whose leaf changes and whose storage trie was never loaded, ascending: the items that account mode
    /// streams after the state trie.
    std::span<const RecordedStorageRoot> post_update{};
    /// True if the run came to an end that a stream can lead to: the block is valid, or its rules were broken.
    bool complete = false;
};

/// Wraps a source and its nodes; answers are those of the source.
class RecordingState final : public StateSource {
 public:
    /// `source` and `nodes` are most often one MemoryState. All outlive the recording, whose lists lie in `arena`;
    /// views of codes and nodes are those of the source and must stay valid (MemoryState's do).
    RecordingState(StateSource& source, witness::NodeSource& nodes, const Hash32& parent_state_root, Arena& arena,
                   Diagnostics& diagnostics) noexcept;

    Result<AccountInfo> account(const Address& address, std::uint32_t index) noexcept override;
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override;
    Result<ByteView> code(const Hash32& code_hash) noexcept override;
    Result<Hash32> block_hash(std::uint64_t number) noexcept override;
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override;
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override;
    ErrorCode finish() noexcept override;

    /// What was asked so far; all of it after post_state_root() or authenticate(). `complete` is the caller's to set.
    /// Valid until the arena is reset.
    [[nodiscard]] Recording recording() const noexcept;

 private:
    [[nodiscard]] ErrorCode check_order(witness::BlockAccesses accesses) const noexcept;

    StateSource& source_;
    witness::NodeSource& nodes_;
    Hash32 parent_state_root_;
    Arena& arena_;
    Diagnostics& diagnostics_;
    ArenaVector<RecordedTouch> touches_;
    ArenaVector<RecordedNode> recorded_nodes_;
    struct Account {
        Address address;
        bool storage_read;
    };
    ArenaVector<Account> accounts_;  ///< by account number
    ArenaVector<RecordedStorageRoot> post_update_;
};

}  // namespace sluice::executor

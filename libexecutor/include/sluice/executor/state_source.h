// The read-only view of the parent state that block execution runs on. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/result.h"
#include "sluice/witness/accesses.h"

namespace sluice::executor {

using witness::AccountInfo;

/// Gives the parent state's values at their first touch, and turns the block's net changes into the new state root.
///
/// The executor asks for each account, each slot and each code at most once a block (WorldState caches). Answers need
/// not be authenticated yet when they are given; `post_state_root` must not succeed unless all of them were right.
/// Implementations: a witness in memory, a recorder around another source, one per streamed witness mode. All is
/// inline, so that code with and without RTTI may derive; what is not overridden is an internal fault.
class StateSource {
 public:
    /// The account at `address`. `index` numbers the accounts in the order of their first touch, from 0, without gaps.
    virtual Result<AccountInfo> account(const Address& /*address*/, std::uint32_t /*index*/) noexcept {
        return ErrorCode::internal_fault;
    }
    /// The value of `slot` of account number `index`. Asked only if the account's storage root is not empty and its
    /// storage was neither created nor destroyed before in the block.
    virtual Result<Uint256> storage(std::uint32_t /*index*/, const Address& /*address*/,
                                    const Uint256& /*slot*/) noexcept {
        return ErrorCode::internal_fault;
    }
    /// The code with this hash, which is not that of empty code and not of code created in the block. Lives as long as
    /// the source. Its hash has been checked.
    virtual Result<ByteView> code(const Hash32& /*code_hash*/) noexcept { return ErrorCode::internal_fault; }
    /// The hash of ancestor block `number`, which is below the parent's number and within 256 of the current one (the
    /// parent's own hash is in the block's header). Checked against the chain of parent hashes.
    virtual Result<Hash32> block_hash(std::uint64_t /*number*/) noexcept { return ErrorCode::internal_fault; }
    /// Authenticates every value that was given, applies the changes and returns the root after the block.
    /// `accesses.accounts[i]` is account number `i`.
    virtual Result<Hash32> post_state_root(witness::BlockAccesses /*accesses*/) noexcept {
        return ErrorCode::internal_fault;
    }
    /// The same for accesses that are not a list yet: a source that can take them one at a time need not hold them all.
    /// Others make the list, in `arena`.
    virtual Result<Hash32> apply(witness::AccessSource& accesses, Arena& arena) noexcept {
        SLUICE_TRY(const witness::BlockAccesses list, witness::list_accesses(accesses, arena));
        return post_state_root(list);
    }
    /// Execution ended early because the block broke a rule: authenticates every original value in `accesses` (what was
    /// given so far) without changing anything, so that a wrong witness is never taken for an invalid block. ok if all
    /// were right; what the stream holds for the rest of the block is passed over. Sources whose answers are
    /// authenticated when they are given have nothing to do.
    virtual ErrorCode authenticate(witness::BlockAccesses /*accesses*/) noexcept { return ErrorCode::internal_fault; }
    /// Ends the run: an error if anything that the source was given has not been used and checked.
    virtual ErrorCode finish() noexcept { return ErrorCode::internal_fault; }

 protected:
    ~StateSource() = default;
};

}  // namespace sluice::executor

// `value` mode: the stream holds values in the order of first touch, and the trie's nodes after them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/executor/ancestors.h"
#include "sluice/executor/state_source.h"
#include "sluice/witness/end_pass.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// Answers are the next records of the stream. Accounts and slots are taken unchecked: WorldState keeps each as the
/// original value of its entry, and the end pass compares all of these with the tries below the parent's state root.
/// Codes and headers are checked when they are read.
class ValueStreamState final : public StateSource, public witness::NodeSource {
 public:
    ValueStreamState(witness::ClientInputReader& reader, const ParentLink& parent, Arena& arena,
                     Diagnostics& diagnostics) noexcept
        : reader_(reader), ancestors_(parent, arena, diagnostics), arena_(arena), diagnostics_(diagnostics) {}
    /// Takes the parent; older headers come when BLOCKHASH needs them.
    ErrorCode open(const witness::AncestorHeadersInput& ancestors) noexcept;

    Result<AccountInfo> account(const Address& address, std::uint32_t index) noexcept override;
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override;
    Result<ByteView> code(const Hash32& code_hash) noexcept override;
    Result<Hash32> block_hash(std::uint64_t number) noexcept override;
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override;
    Result<Hash32> apply(witness::AccessSource& accesses, Arena& arena) noexcept override;
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override;
    ErrorCode finish() noexcept override { return reader_.read_end(); }

    Result<witness::NodeBytes> node(const Hash32& hash, const witness::NodePosition& position) noexcept override;

 private:
    [[nodiscard]] ErrorCode check_all_listed(witness::BlockAccesses accesses) const noexcept;
    [[nodiscard]] ErrorCode check_all_listed(std::uint64_t accounts, std::uint64_t slots) const noexcept;

    witness::ClientInputReader& reader_;
    AncestorChain ancestors_;
    bool anchored_ = true;
    std::uint64_t accounts_given_ = 0;
    std::uint64_t slots_given_ = 0;
    Arena& arena_;
    Diagnostics& diagnostics_;
};

}  // namespace sluice::executor

// Authenticates original values without changing anything. SPDX-License-Identifier: MIT OR Apache-2.0
#include "read_only_pass.h"

#include <utility>

namespace sluice::executor {

Result<witness::NodeBytes> BlobNodes::node(const Hash32& hash, const witness::NodePosition& /*position*/) noexcept {
    const BlobSet::Blob* blob = blobs_.find(hash);
    if (blob == nullptr) return ErrorCode::trie_missing_node;
    return witness::NodeBytes{blob->bytes, &blob->hash};
}

ErrorCode run_read_only_pass(const Hash32& parent_state_root, witness::BlockAccesses accesses,
                             witness::NodeSource& nodes, Arena& arena, Diagnostics& diagnostics) noexcept {
    for (witness::AccountAccess& account : accesses.accounts) {
        account.current = account.original;
        account.storage_cleared = false;
        std::size_t listed = 0;
        for (witness::SlotAccess& slot : account.slots) {
            if (!slot.listed) continue;
            slot.current = slot.original;
            std::swap(account.slots[listed++], slot);
        }
        account.slots = account.slots.first(listed);
    }
    SLUICE_TRY(const Hash32 root, run_end_pass(parent_state_root, accesses, nodes, arena, diagnostics));
    if (root == parent_state_root) return ErrorCode::ok;
    return diagnostics.fail(ErrorCode::internal_fault,
                            ErrorDetail().with_what("root without changes").with_values(parent_state_root, root));
}

}  // namespace sluice::executor

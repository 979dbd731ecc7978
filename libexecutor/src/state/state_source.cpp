// The defaults of StateSource, which every source replaces. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/state_source.h"

namespace sluice::executor {

Result<AccountInfo> StateSource::account(const Address& /*address*/, std::uint32_t /*index*/) noexcept {
    return ErrorCode::internal_fault;
}
Result<Uint256> StateSource::storage(std::uint32_t /*index*/, const Address& /*address*/,
                                     const Uint256& /*slot*/) noexcept {
    return ErrorCode::internal_fault;
}
Result<ByteView> StateSource::code(const Hash32& /*code_hash*/) noexcept {
    return ErrorCode::internal_fault;
}
Result<Hash32> StateSource::block_hash(std::uint64_t /*number*/) noexcept {
    return ErrorCode::internal_fault;
}
Result<Hash32> StateSource::post_state_root(witness::BlockAccesses /*accesses*/) noexcept {
    return ErrorCode::internal_fault;
}
ErrorCode StateSource::authenticate(witness::BlockAccesses /*accesses*/) noexcept {
    return ErrorCode::internal_fault;
}
ErrorCode StateSource::finish() noexcept {
    return ErrorCode::internal_fault;
}

}  // namespace sluice::executor

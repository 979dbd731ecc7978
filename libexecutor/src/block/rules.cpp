// Checks of headers, bodies and transactions that need no state. SPDX-License-Identifier: MIT OR Apache-2.0
#include "block/rules.h"

#include "sluice/base/keccak.h"

namespace sluice::executor {
namespace {

constexpr std::uint64_t kMinGasLimit = 5000;                          // Yellow Paper 4.4.4
constexpr std::uint64_t kMaxGasLimit = ~std::uint64_t{0} >> 1;        // EIP-1985
constexpr std::uint64_t kGasLimitBoundDivisor = 1024;                 // Yellow Paper 4.4.4
constexpr std::size_t kMaxExtraData = 32;                             // Yellow Paper 4.4.4
constexpr std::uint64_t kMaxBlockSize = 10485760 - 2097152;           // EIP-7934
constexpr std::uint64_t kMaxTransactionGas = std::uint64_t{1} << 24;  // EIP-7825
constexpr std::uint64_t kMaxInitcodeSize = 49152;                     // EIP-3860
constexpr std::uint8_t kBlobHashVersion = 1;                          // EIP-4844

std::uint8_t fields_of(Fork fork) noexcept {
    switch (fork) {
        case Fork::paris:
            return Header::kParisFields;
        case Fork::shanghai:
            return Header::kShanghaiFields;
        case Fork::cancun:
            return Header::kCancunFields;
        case Fork::prague:
        case Fork::osaka:
            break;
    }
    return Header::kPragueFields;
}

ErrorCode check_against_parent(const Header& header, const Header& parent, Fork fork, const BlobSchedule* schedule,
                               Diagnostics& diagnostics) noexcept {
    const Hash32 parent_hash = parent.hash();
    if (header.parent_hash != parent_hash) {
        return fail_with(diagnostics, ErrorCode::header_parent_hash, "parent_hash", parent_hash, header.parent_hash);
    }
    if (header.number != parent.number + 1) {
        return fail_with(diagnostics, ErrorCode::header_number, "number", parent.number + 1, header.number);
    }
    if (header.timestamp <= parent.timestamp) {
        return fail_with(diagnostics, ErrorCode::header_timestamp, "timestamp above", parent.timestamp,
                         header.timestamp);
    }
    const std::uint64_t step =
        header.gas_limit > parent.gas_limit ? header.gas_limit - parent.gas_limit : parent.gas_limit - header.gas_limit;
    const std::uint64_t bound = parent.gas_limit / kGasLimitBoundDivisor;
    if (step >= bound) {
        return fail_with(diagnostics, ErrorCode::header_gas_limit_step, "step of gas_limit below", bound, step);
    }
    const Uint256 base_fee = next_base_fee(parent);
    if (header.base_fee != base_fee) {
        return fail_with(diagnostics, ErrorCode::header_base_fee, "base_fee", base_fee, header.base_fee);
    }
    if (fork >= Fork::cancun) {
        const std::uint64_t excess = next_excess_blob_gas(parent, fork, *schedule);
        if (header.excess_blob_gas != excess) {
            return fail_with(diagnostics, ErrorCode::header_excess_blob_gas, "excess_blob_gas", excess,
                             header.excess_blob_gas);
        }
    }
    return ErrorCode::ok;
}

ErrorCode check_fees(const Transaction& transaction, const TransactionRules& rules, Diagnostics& diagnostics) noexcept {
    if (transaction.max_fee < transaction.max_priority_fee) {
        return fail_with(diagnostics, ErrorCode::tx_priority_fee, "max_priority_fee at most", transaction.max_fee,
                         transaction.max_priority_fee);
    }
    if (transaction.max_fee < rules.base_fee) {
        return fail_with(diagnostics, ErrorCode::tx_max_fee, "max_fee at least", rules.base_fee, transaction.max_fee);
    }
    return ErrorCode::ok;
}

ErrorCode check_blobs(const Transaction& transaction, const TransactionRules& rules,
                      Diagnostics& diagnostics) noexcept {
    if (transaction.is_creation) {
        return diagnostics.fail(ErrorCode::tx_blob_creation, ErrorDetail{}.with_what("to"));
    }
    if (transaction.blob_count == 0) {
        return fail_with(diagnostics, ErrorCode::tx_blob_none, "blobs at least", std::uint64_t{1}, std::uint64_t{0});
    }
    if (transaction.blob_count > rules.max_blobs) {
        return fail_with(diagnostics, ErrorCode::tx_blob_count, "blobs at most", rules.max_blobs,
                         transaction.blob_count);
    }
    for (std::size_t i = 0; i < transaction.blob_count; ++i) {
        const std::uint8_t version = transaction.blob_hash(i).bytes[0];
        if (version != kBlobHashVersion) {
            return fail_with(diagnostics, ErrorCode::tx_blob_hash_version, "version of a blob hash",
                             std::uint64_t{kBlobHashVersion}, std::uint64_t{version});
        }
    }
    if (transaction.max_blob_fee < rules.blob_base_fee) {
        return fail_with(diagnostics, ErrorCode::tx_blob_fee, "max_blob_fee at least", rules.blob_base_fee,
                         transaction.max_blob_fee);
    }
    if (transaction.blob_count > rules.block_blobs_left) {
        return fail_with(diagnostics, ErrorCode::tx_block_blobs, "blobs left in the block", rules.block_blobs_left,
                         transaction.blob_count);
    }
    return ErrorCode::ok;
}

ErrorCode check_gas_limit(const Transaction& transaction, const TransactionRules& rules,
                          Diagnostics& diagnostics) noexcept {
    if (rules.fork >= Fork::osaka && transaction.gas_limit > kMaxTransactionGas) {
        return fail_with(diagnostics, ErrorCode::tx_gas_cap, "gas_limit at most", kMaxTransactionGas,
                         transaction.gas_limit);
    }
    if (transaction.gas_limit > rules.block_gas_left) {
        return fail_with(diagnostics, ErrorCode::tx_block_gas, "gas left in the block", rules.block_gas_left,
                         transaction.gas_limit);
    }
    return ErrorCode::ok;
}

ErrorCode check_intrinsic_gas(const Transaction& transaction, const IntrinsicGas& intrinsic,
                              Diagnostics& diagnostics) noexcept {
    if (transaction.gas_limit < intrinsic.gas) {
        return fail_with(diagnostics, ErrorCode::tx_intrinsic_gas, "gas_limit at least", intrinsic.gas,
                         transaction.gas_limit);
    }
    if (transaction.gas_limit < intrinsic.floor) {
        return fail_with(diagnostics, ErrorCode::tx_floor_gas, "gas_limit at least", intrinsic.floor,
                         transaction.gas_limit);
    }
    return ErrorCode::ok;
}

}  // namespace

ErrorCode check_header(const Header& header, const Header* parent, Fork fork, const BlobSchedule* schedule,
                       Diagnostics& diagnostics) noexcept {
    if (header.field_count != fields_of(fork)) {
        return fail_with(diagnostics, ErrorCode::header_field_count, "fields", std::uint64_t{fields_of(fork)},
                         std::uint64_t{header.field_count});
    }
    if (header.gas_limit < kMinGasLimit) {
        return fail_with(diagnostics, ErrorCode::header_gas_limit_minimum, "gas_limit at least", kMinGasLimit,
                         header.gas_limit);
    }
    if (header.gas_limit > kMaxGasLimit) {
        return fail_with(diagnostics, ErrorCode::header_gas_limit_maximum, "gas_limit at most", kMaxGasLimit,
                         header.gas_limit);
    }
    if (header.gas_used > header.gas_limit) {
        return fail_with(diagnostics, ErrorCode::header_gas_used_over_limit, "gas_used at most", header.gas_limit,
                         header.gas_used);
    }
    if (header.extra_data.size() > kMaxExtraData) {
        return fail_with(diagnostics, ErrorCode::header_extra_data, "size of extra_data at most",
                         std::uint64_t{kMaxExtraData}, std::uint64_t{header.extra_data.size()});
    }
    if (!header.difficulty.is_zero()) {
        return fail_with(diagnostics, ErrorCode::header_difficulty, "difficulty", Uint256(0), header.difficulty);
    }
    if (header.nonce != 0) {
        return fail_with(diagnostics, ErrorCode::header_nonce, "nonce", std::uint64_t{0}, header.nonce);
    }
    if (header.ommers_hash != kEmptyListHash) {
        return fail_with(diagnostics, ErrorCode::header_ommers_hash, "ommers_hash", kEmptyListHash, header.ommers_hash);
    }
    // A first block has no parent to run on. Without this a parent with the largest number would have a child: its
    // number plus one is 0.
    if (header.number == 0) {
        return fail_with(diagnostics, ErrorCode::header_number, "number at least", std::uint64_t{1}, header.number);
    }
    if (parent == nullptr) return ErrorCode::ok;
    return check_against_parent(header, *parent, fork, schedule, diagnostics);
}

ErrorCode check_body(const Block& block, Fork fork, Diagnostics& diagnostics) noexcept {
    if (fork >= Fork::osaka && block.rlp.size() > kMaxBlockSize) {
        return fail_with(diagnostics, ErrorCode::block_size, "bytes of the block at most", kMaxBlockSize,
                         std::uint64_t{block.rlp.size()});
    }
    if (!block.ommers.empty()) {
        return fail_with(diagnostics, ErrorCode::block_ommers, "bytes of ommers", std::uint64_t{0},
                         std::uint64_t{block.ommers.size()});
    }
    if (block.has_withdrawals != (fork >= Fork::shanghai)) {
        return fail_with(diagnostics, ErrorCode::block_withdrawals_presence, "lists of withdrawals",
                         std::uint64_t{fork >= Fork::shanghai}, std::uint64_t{block.has_withdrawals});
    }
    return ErrorCode::ok;
}

ErrorCode check_transaction(const Transaction& transaction, const IntrinsicGas& intrinsic,
                            const TransactionRules& rules, Diagnostics& diagnostics) noexcept {
    const TransactionType newest = rules.fork >= Fork::prague   ? TransactionType::set_code
                                   : rules.fork >= Fork::cancun ? TransactionType::blob
                                                                : TransactionType::dynamic_fee;
    if (transaction.type > newest) {
        return fail_with(diagnostics, ErrorCode::tx_type, "type at most", static_cast<std::uint64_t>(newest),
                         static_cast<std::uint64_t>(transaction.type));
    }
    if (transaction.has_chain_id && transaction.chain_id != Uint256(rules.chain_id)) {
        return fail_with(diagnostics, ErrorCode::tx_chain_id, "chain_id", Uint256(rules.chain_id),
                         transaction.chain_id);
    }
    if (transaction.nonce == ~std::uint64_t{0}) {
        return fail_with(diagnostics, ErrorCode::tx_nonce_max, "nonce below", ~std::uint64_t{0}, transaction.nonce);
    }
    if (transaction.is_creation && rules.fork >= Fork::shanghai && transaction.data.size() > kMaxInitcodeSize) {
        return fail_with(diagnostics, ErrorCode::tx_initcode_size, "bytes of initcode at most", kMaxInitcodeSize,
                         std::uint64_t{transaction.data.size()});
    }
    if (transaction.type == TransactionType::set_code) {
        if (transaction.is_creation) {
            return diagnostics.fail(ErrorCode::tx_set_code_creation, ErrorDetail{}.with_what("to"));
        }
        if (transaction.authorization_count == 0) {
            return fail_with(diagnostics, ErrorCode::tx_authorizations_none, "authorizations at least",
                             std::uint64_t{1}, std::uint64_t{0});
        }
    }
    // Where a transaction breaks several rules, this is the order in which the public tests name them.
    SLUICE_RETURN_IF_ERROR(check_gas_limit(transaction, rules, diagnostics));
    SLUICE_RETURN_IF_ERROR(check_fees(transaction, rules, diagnostics));
    SLUICE_RETURN_IF_ERROR(check_intrinsic_gas(transaction, intrinsic, diagnostics));
    if (transaction.type == TransactionType::blob) return check_blobs(transaction, rules, diagnostics);
    return ErrorCode::ok;
}

}  // namespace sluice::executor

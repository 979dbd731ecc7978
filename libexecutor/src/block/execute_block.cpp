// Executes a block from its first system call to its state root. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/execute_block.h"

#include "block/receipts.h"
#include "block/requests.h"
#include "block/rules.h"
#include "sluice/executor/world_state.h"
#include "sluice/witness/list_root.h"

namespace sluice::executor {
namespace {

constexpr Address address(const std::uint8_t (&bytes)[20]) noexcept {
    Address result;
    for (std::size_t i = 0; i < 20; ++i) result.bytes[i] = bytes[i];
    return result;
}

// Contracts that the protocol itself calls, and the account it calls them as (EIP-4788).
constexpr Address kSystemAddress = address({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe});
constexpr Address kBeaconRoots = address({0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
                                          0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02});
constexpr Address kHistoryStorage = address({0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                             0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35});
constexpr Address kWithdrawalRequests = address({0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
                                                 0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02});
constexpr Address kConsolidationRequests = address({0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb,
                                                    0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51});

constexpr std::uint64_t kSystemCallGas = 30000000;
constexpr std::uint64_t kWeiPerGwei = 1000000000;
constexpr std::uint64_t kRefundQuotient = 5;                   // EIP-3529
constexpr std::uint64_t kMaxTransactionBlobs = 6;              // EIP-7594
constexpr std::uint64_t kAuthorizationRefund = 25000 - 12500;  // EIP-7702: PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST
constexpr std::size_t kDelegationSize = 23;                    // EIP-7702: 0xef0100 || address

/// A sum of products that may not fit 256 bits.
class Cost {
 public:
    void add(const Uint256& amount) noexcept {
        bool carry = false;
        sum_ = add_carry(sum_, amount, carry);
        overflow_ |= carry;
    }
    void add_product(const Uint256& price, std::uint64_t count) noexcept {
        Uint256 product;
        std::uint64_t carry = 0;
        for (int i = 0; i < 4; ++i) {
            const Uint128 t = static_cast<Uint128>(price.limb[i]) * count + carry;
            product.limb[i] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
        overflow_ |= carry != 0;
        add(product);
    }
    [[nodiscard]] bool covered_by(const Uint256& balance) const noexcept { return !overflow_ && !(balance < sum_); }
    /// The largest number if the sum is larger.
    [[nodiscard]] Uint256 value() const noexcept { return overflow_ ? ~Uint256(0) : sum_; }

 private:
    Uint256 sum_{};
    bool overflow_ = false;
};

/// The transactions of a block; if their list is malformed, those before the error.
std::uint64_t count_transactions(const Block& block) noexcept {
    std::uint64_t count = 0;
    for (TransactionCursor cursor(block); !cursor.done() && cursor.next_envelope().ok();) ++count;
    return count;
}

/// One execution of one block.
class BlockRun {
 public:
    BlockRun(const ChainConfig& config, const Block& block, const Hash32& parent_state_root, Fork fork,
             const BlobSchedule* schedule, StateSource& source, ExecutionMemory& memory, Diagnostics& diagnostics,
             const ExecutionExtras& extras) noexcept
        : config_(config),
          block_(block),
          header_(block.header),
          schedule_(schedule),
          source_(source),
          memory_(memory),
          diagnostics_(diagnostics),
          observer_(extras.observer),
          list_arena_(memory.block.split_off(memory.block.available() / 4)),
          transactions_arena_(list_arena_.split_off(list_arena_.available() / 2)),
          state_(source, memory.block, memory.transaction, parent_state_root.word(0), fork, diagnostics),
          evm_(state_, context_, memory.scratch, diagnostics),
          transactions_(count_transactions(block)),
          receipts_(memory.block, list_arena_, memory.scratch, parent_state_root.word(0), transactions_),
          requests_(memory.block) {
        context_.fork = fork;
        context_.chain_id = config.chain_id;
        context_.number = header_.number;
        context_.timestamp = header_.timestamp;
        context_.gas_limit = header_.gas_limit;
        context_.coinbase = header_.coinbase;
        context_.prev_randao = header_.prev_randao;
        context_.parent_hash = header_.parent_hash;
        context_.base_fee = header_.base_fee;
        if (fork >= Fork::cancun) {
            context_.blob_base_fee = blob_base_fee(header_.excess_blob_gas, schedule->base_fee_update_fraction);
        }
        outcome_.fork = fork;
        evm_.set_opcode_counts(extras.opcode_counts);
        evm_.set_precompile_memo(extras.precompile_memo);
        evm_.set_keccak_memo(extras.keccak_memo);
    }

    /// Everything up to the state root; `outcome()` is complete if it succeeds.
    ErrorCode execute() noexcept {
        SLUICE_RETURN_IF_ERROR(call_before_transactions());
        SLUICE_RETURN_IF_ERROR(run_transactions());
        SLUICE_RETURN_IF_ERROR(pay_withdrawals());
        if (context_.fork >= Fork::prague) SLUICE_RETURN_IF_ERROR(gather_requests());
        return compute_roots();
    }
    /// The same for transactions alone.
    ErrorCode execute_transactions() noexcept {
        SLUICE_RETURN_IF_ERROR(run_transactions());
        return compute_roots();
    }

    /// Compares what was computed with what the header says. All values that execution used have been authenticated.
    ErrorCode compare() noexcept {
        if (transactions_root_ != header_.transactions_root) {
            return refuse(ErrorCode::block_transactions_root, "transactions_root", header_.transactions_root,
                          transactions_root_);
        }
        if (context_.fork >= Fork::shanghai && withdrawals_root_ != header_.withdrawals_root) {
            return refuse(ErrorCode::block_withdrawals_root, "withdrawals_root", header_.withdrawals_root,
                          withdrawals_root_);
        }
        if (outcome_.gas_used != header_.gas_used) {
            return fail_with(diagnostics_, ErrorCode::block_gas_used, "gas_used", outcome_.gas_used, header_.gas_used);
        }
        if (context_.fork >= Fork::cancun) SLUICE_RETURN_IF_ERROR(compare_blob_gas());
        if (!equal(outcome_.logs_bloom.bytes, header_.logs_bloom)) return refuse_bloom();
        if (outcome_.receipts_root != header_.receipts_root) {
            return refuse(ErrorCode::block_receipts_root, "receipts_root", header_.receipts_root,
                          outcome_.receipts_root);
        }
        if (context_.fork >= Fork::prague && outcome_.requests_hash != header_.requests_hash) {
            return refuse(ErrorCode::block_requests_hash, "requests_hash", header_.requests_hash,
                          outcome_.requests_hash);
        }
        if (outcome_.state_root != header_.state_root) {
            return refuse(ErrorCode::block_state_root, "state_root", header_.state_root, outcome_.state_root);
        }
        return ErrorCode::ok;
    }

    /// execute() ended with the block error `code`: confirms it, or gives the error of the witness that led to it.
    ErrorCode confirm(ErrorCode code) noexcept {
        const ErrorDetail detail = diagnostics_.detail();
        diagnostics_.clear();
        // Without this a wrong balance in the witness would make a valid block look invalid.
        SLUICE_TRY(const witness::BlockAccesses accesses, witness::list_accesses(state_, memory_.block));
        SLUICE_RETURN_IF_ERROR(source_.authenticate(accesses));
        return diagnostics_.fail(code, detail);
    }

    [[nodiscard]] const BlockOutcome& outcome() const noexcept { return outcome_; }
    [[nodiscard]] std::span<Code* const> codes() const noexcept { return state_.codes(); }

 private:
    ErrorCode compute_roots() noexcept {
        SLUICE_TRY(outcome_.receipts_root, receipts_.finish());
        outcome_.logs_bloom = receipts_.bloom();
        SLUICE_TRY(outcome_.state_root, source_.apply(state_, memory_.block));
        return ErrorCode::ok;
    }

    ErrorCode refuse(ErrorCode code, std::string_view what, const Hash32& in_header, const Hash32& computed) noexcept {
        return fail_with(diagnostics_, code, what, computed, in_header);
    }
    ErrorCode compare_blob_gas() noexcept {
        // The limit follows from the transactions' own; a header above it has an error of its own (EIP-4844).
        const std::uint64_t limit = schedule_->max * kGasPerBlob;
        if (header_.blob_gas_used > limit || header_.blob_gas_used % kGasPerBlob != 0) {
            return fail_with(diagnostics_, ErrorCode::header_blob_gas_limit, "blob_gas_used at most", limit,
                             header_.blob_gas_used);
        }
        if (outcome_.blob_gas_used != header_.blob_gas_used) {
            return fail_with(diagnostics_, ErrorCode::header_blob_gas_used, "blob_gas_used", outcome_.blob_gas_used,
                             header_.blob_gas_used);
        }
        return ErrorCode::ok;
    }
    ErrorCode refuse_bloom() noexcept {
        std::size_t at = 0;
        while (outcome_.logs_bloom.bytes[at] == header_.logs_bloom[at]) ++at;
        at &= ~std::size_t{31};  // the first 32 bytes that differ
        return diagnostics_.fail(ErrorCode::block_logs_bloom,
                                 ErrorDetail{}
                                     .with_what("logs_bloom")
                                     .with_offset(at)
                                     .with_values(Hash32::from(outcome_.logs_bloom.bytes + at),
                                                  Hash32::from(header_.logs_bloom.data() + at)));
    }

    // -- system calls

    /// A call by the protocol. The system address itself is neither read nor touched.
    Result<CallResult> system_call(AccountIndex contract, ByteView input) noexcept {
        const Message message{.kind = CallKind::call,
                              .sender = kSystemAddress,
                              .recipient = state_.address(contract),
                              .value = {},
                              .input = input,
                              .gas = kSystemCallGas};
        const TransactionContext transaction{.origin = kSystemAddress, .gas_price = {}, .blob_hashes = {}};
        return evm_.execute(message, transaction);
    }

    /// EIP-4788, EIP-2935: where there is no code the call is left out, and a failed call is no error.
    ErrorCode call_if_deployed(const Address& address, ByteView input) noexcept {
        state_.begin_transaction();
        SLUICE_TRY(const AccountIndex contract, state_.account(address));
        if (state_.info(contract).code_hash != kEmptyCodeHash) {
            SLUICE_TRY(const CallResult result, system_call(contract, input));
            static_cast<void>(result);
        }
        return state_.end_transaction();
    }

    ErrorCode call_before_transactions() noexcept {
        if (context_.fork >= Fork::cancun) {
            SLUICE_RETURN_IF_ERROR(call_if_deployed(kBeaconRoots, header_.parent_beacon_root.view()));
        }
        if (context_.fork >= Fork::prague) {
            SLUICE_RETURN_IF_ERROR(call_if_deployed(kHistoryStorage, header_.parent_hash.view()));
        }
        return ErrorCode::ok;
    }

    /// EIP-7002, EIP-7251: a contract without code or a failed call make the block invalid.
    ErrorCode call_for_requests(const Address& address, RequestType type) noexcept {
        state_.begin_transaction();
        SLUICE_TRY(const AccountIndex contract, state_.account(address));
        if (state_.info(contract).code_hash == kEmptyCodeHash) {
            return diagnostics_.fail(ErrorCode::system_contract_missing, ErrorDetail{}.with_key(address.view()));
        }
        SLUICE_TRY(const CallResult result, system_call(contract, {}));
        if (result.status != CallStatus::success) {
            return diagnostics_.fail(ErrorCode::system_call_failed, ErrorDetail{}.with_key(address.view()));
        }
        SLUICE_RETURN_IF_ERROR(requests_.add(type, result.output));
        return state_.end_transaction();
    }

    ErrorCode gather_requests() noexcept {
        SLUICE_RETURN_IF_ERROR(requests_.end_deposits());
        SLUICE_RETURN_IF_ERROR(call_for_requests(kWithdrawalRequests, RequestType::withdrawal));
        SLUICE_RETURN_IF_ERROR(call_for_requests(kConsolidationRequests, RequestType::consolidation));
        outcome_.requests_hash = requests_.hash();
        return ErrorCode::ok;
    }

    // -- transactions

    ErrorCode run_transactions() noexcept {
        witness::ListRoot root(transactions_arena_, memory_.scratch, transactions_);
        TransactionCursor cursor(block_);
        for (; !cursor.done(); ++outcome_.transaction_count) {
            const auto envelope = cursor.next_envelope();
            const ErrorCode code =
                envelope.ok() ? run_transaction(*envelope, root)
                              : diagnostics_.fail(ErrorCode::block_encoding, ErrorDetail{}.with_what("transactions"));
            if (failed(code)) {
                diagnostics_.name_item(outcome_.transaction_count);
                return code;
            }
        }
        SLUICE_TRY(transactions_root_, root.finish());
        return ErrorCode::ok;
    }

    ErrorCode run_transaction(ByteView envelope, witness::ListRoot& root) noexcept {
        SLUICE_TRY(const Transaction transaction, decode_transaction(envelope, diagnostics_));
        SLUICE_RETURN_IF_ERROR(root.add(envelope));
        const IntrinsicGas intrinsic = intrinsic_gas(transaction, context_.fork);
        SLUICE_RETURN_IF_ERROR(check_transaction(transaction, intrinsic, rules(), diagnostics_));
        const auto sender_address = recover_sender(transaction, memory_.scratch);
        if (!sender_address.ok()) {
            return diagnostics_.fail(sender_address.error(), ErrorDetail{}.with_what("signature"));
        }
        state_.begin_transaction();
        SLUICE_TRY(const AccountIndex sender, state_.account(*sender_address));
        SLUICE_RETURN_IF_ERROR(check_sender(transaction, sender));
        return execute_transaction(transaction, intrinsic, sender);
    }

    [[nodiscard]] TransactionRules rules() const noexcept {
        TransactionRules rules;
        rules.fork = context_.fork;
        rules.chain_id = config_.chain_id;
        rules.block_gas_left = header_.gas_limit - outcome_.gas_used;
        rules.base_fee = context_.base_fee;
        if (context_.fork >= Fork::cancun) {
            rules.block_blobs_left = schedule_->max - outcome_.blob_gas_used / kGasPerBlob;
            rules.max_blobs = schedule_->max;
            if (context_.fork >= Fork::osaka && kMaxTransactionBlobs < rules.max_blobs) {
                rules.max_blobs = kMaxTransactionBlobs;
            }
            rules.blob_base_fee = context_.blob_base_fee;
        }
        return rules;
    }

    /// Rules of a transaction that need its sender's account.
    ErrorCode check_sender(const Transaction& transaction, AccountIndex sender) noexcept {
        const AccountInfo& info = state_.info(sender);
        if (info.code_hash != kEmptyCodeHash) {  // EIP-3607
            SLUICE_TRY(const ByteView code, state_.code(sender));
            Address target;
            if (context_.fork < Fork::prague || !parse_delegation(code, target)) {
                return diagnostics_.fail(ErrorCode::tx_sender_code,
                                         ErrorDetail{}
                                             .with_what("sender")
                                             .with_key(state_.address(sender).view())
                                             .with_values(kEmptyCodeHash, state_.info(sender).code_hash));
            }
        }
        const AccountInfo& account = state_.info(sender);
        if (transaction.nonce != account.nonce) {
            const ErrorCode code =
                transaction.nonce < account.nonce ? ErrorCode::tx_nonce_too_low : ErrorCode::tx_nonce_too_high;
            return fail_with(diagnostics_, code, "nonce", account.nonce, transaction.nonce);
        }
        Cost cost;
        cost.add_product(transaction.max_fee, transaction.gas_limit);
        cost.add_product(transaction.max_blob_fee, kGasPerBlob * transaction.blob_count);
        cost.add(transaction.value);
        if (!cost.covered_by(account.balance)) {
            return fail_with(diagnostics_, ErrorCode::tx_balance, "balance at least", cost.value(), account.balance);
        }
        return ErrorCode::ok;
    }

    ErrorCode warm_up(const Transaction& transaction, AccountIndex sender) noexcept {
        SLUICE_RETURN_IF_ERROR(state_.prewarm_account(state_.address(sender)));
        if (!transaction.is_creation) SLUICE_RETURN_IF_ERROR(state_.prewarm_account(transaction.to));
        if (context_.fork >= Fork::shanghai) SLUICE_RETURN_IF_ERROR(state_.prewarm_account(context_.coinbase));
        AccessListCursor cursor(transaction.access_list);
        for (AccessListEntry entry; cursor.next(entry);) {
            SLUICE_RETURN_IF_ERROR(state_.prewarm_account(entry.address));
            for (std::size_t i = 0; i < entry.slot_count(); ++i) {
                SLUICE_RETURN_IF_ERROR(state_.prewarm_slot(entry.address, entry.slot(i)));
            }
        }
        return ErrorCode::ok;
    }

    /// Sets the code of accounts that asked for it; gives the gas to refund. An authorization that does not hold is
    /// passed over (EIP-7702).
    Result<std::uint64_t> apply_authorizations(const Transaction& transaction) noexcept {
        std::uint64_t refund = 0;
        AuthorizationCursor cursor(transaction.authorizations);
        for (Authorization authorization; cursor.next(authorization);) {
            if (!authorization.chain_id.is_zero() && authorization.chain_id != Uint256(config_.chain_id)) continue;
            if (authorization.nonce == ~std::uint64_t{0}) continue;
            Address authority_address;
            if (!recover_authority(authorization, authority_address)) continue;
            SLUICE_TRY(const AccountIndex authority, state_.account(authority_address));
            SLUICE_TRY(const bool was_cold, state_.warm_account(authority));
            static_cast<void>(was_cold);
            if (state_.info(authority).code_hash != kEmptyCodeHash) {
                SLUICE_TRY(const ByteView code, state_.code(authority));
                Address target;
                if (!parse_delegation(code, target)) continue;
            }
            if (state_.info(authority).nonce != authorization.nonce) continue;
            if (state_.info(authority).exists) refund += kAuthorizationRefund;
            if (authorization.address == Address{}) {
                SLUICE_RETURN_IF_ERROR(state_.set_code(authority, {}));
            } else {
                std::uint8_t delegation[kDelegationSize] = {0xef, 0x01, 0x00};
                std::memcpy(delegation + 3, authorization.address.bytes.data(), 20);
                SLUICE_RETURN_IF_ERROR(state_.set_code(authority, delegation));
            }
            SLUICE_RETURN_IF_ERROR(state_.set_nonce(authority, authorization.nonce + 1));
        }
        return refund;
    }

    Result<std::span<const Hash32>> copy_blob_hashes(const Transaction& transaction) noexcept {
        if (transaction.blob_count == 0) return std::span<const Hash32>();
        Hash32* hashes = memory_.transaction.make_array<Hash32>(transaction.blob_count);
        if (hashes == nullptr) return ErrorCode::arena_exhausted;
        for (std::size_t i = 0; i < transaction.blob_count; ++i) hashes[i] = transaction.blob_hash(i);
        return std::span<const Hash32>(hashes, transaction.blob_count);
    }

    ErrorCode execute_transaction(const Transaction& transaction, const IntrinsicGas& intrinsic,
                                  AccountIndex sender) noexcept {
        // The rules ensure that max_fee covers the base fee and the priority fee is at most max_fee.
        const Uint256 headroom = transaction.max_fee - context_.base_fee;
        const Uint256 tip = transaction.max_priority_fee < headroom ? transaction.max_priority_fee : headroom;
        const Uint256 gas_price = context_.base_fee + tip;
        const std::uint64_t blob_gas = kGasPerBlob * transaction.blob_count;
        const Uint256 upfront = gas_price * Uint256(transaction.gas_limit) + context_.blob_base_fee * Uint256(blob_gas);
        SLUICE_RETURN_IF_ERROR(state_.subtract_balance(sender, upfront));
        SLUICE_RETURN_IF_ERROR(state_.set_nonce(sender, transaction.nonce + 1));
        SLUICE_RETURN_IF_ERROR(warm_up(transaction, sender));
        SLUICE_TRY(const std::uint64_t authorization_refund, apply_authorizations(transaction));
        SLUICE_TRY(const std::span<const Hash32> blob_hashes, copy_blob_hashes(transaction));

        const Address sender_address = state_.address(sender);
        const Message message{.kind = transaction.is_creation ? CallKind::create : CallKind::call,
                              .sender = sender_address,
                              .recipient = transaction.is_creation
                                               ? compute_create_address(sender_address, transaction.nonce)
                                               : transaction.to,
                              .value = transaction.value,
                              .input = transaction.data,
                              .gas = transaction.gas_limit - intrinsic.gas};
        const TransactionContext context{.origin = sender_address, .gas_price = gas_price, .blob_hashes = blob_hashes};
        SLUICE_TRY(const CallResult result, evm_.execute(message, context));

        std::uint64_t gas_used = transaction.gas_limit - result.gas_left;
        const std::uint64_t refund = authorization_refund + static_cast<std::uint64_t>(result.gas_refund);
        const std::uint64_t refund_cap = gas_used / kRefundQuotient;
        gas_used -= refund < refund_cap ? refund : refund_cap;
        if (gas_used < intrinsic.floor) gas_used = intrinsic.floor;

        SLUICE_RETURN_IF_ERROR(state_.add_balance(sender, gas_price * Uint256(transaction.gas_limit - gas_used)));
        SLUICE_TRY(const AccountIndex coinbase, state_.account(context_.coinbase));
        SLUICE_RETURN_IF_ERROR(state_.add_balance(coinbase, tip * Uint256(gas_used)));

        outcome_.gas_used += gas_used;
        outcome_.blob_gas_used += blob_gas;
        const bool success = result.status == CallStatus::success;
        const std::span<const Log> logs = state_.logs();
        if (observer_ != nullptr) observer_->on_transaction({success, gas_used, logs});
        SLUICE_RETURN_IF_ERROR(receipts_.add(transaction.type, success, outcome_.gas_used, logs));
        if (context_.fork >= Fork::prague) {
            SLUICE_RETURN_IF_ERROR(requests_.add_deposits(logs, config_.deposit_contract, diagnostics_));
        }
        return state_.end_transaction();
    }

    // -- withdrawals

    ErrorCode pay_withdrawals() noexcept {
        if (context_.fork < Fork::shanghai) return ErrorCode::ok;
        std::uint64_t count = 0;
        for (WithdrawalCursor ahead(block_); !ahead.done() && ahead.next_rlp().ok();) ++count;
        witness::ListRoot root(transactions_arena_, memory_.scratch, count);
        state_.begin_transaction();
        WithdrawalCursor cursor(block_);
        for (std::uint64_t index = 0; !cursor.done(); ++index) {
            const ErrorCode code = pay_withdrawal(cursor, root);
            if (failed(code)) {
                diagnostics_.name_item(index);
                return code;
            }
        }
        SLUICE_RETURN_IF_ERROR(state_.end_transaction());
        SLUICE_TRY(withdrawals_root_, root.finish());
        return ErrorCode::ok;
    }

    ErrorCode pay_withdrawal(WithdrawalCursor& cursor, witness::ListRoot& root) noexcept {
        const auto rlp = cursor.next_rlp();
        if (!rlp.ok()) return diagnostics_.fail(ErrorCode::block_encoding, ErrorDetail{}.with_what("withdrawals"));
        SLUICE_TRY(const Withdrawal withdrawal, decode_withdrawal(*rlp, diagnostics_));
        SLUICE_RETURN_IF_ERROR(root.add(*rlp));
        SLUICE_TRY(const AccountIndex account, state_.account(withdrawal.address));
        return state_.add_balance(account, Uint256(withdrawal.amount) * Uint256(kWeiPerGwei));
    }

    const ChainConfig& config_;
    const Block& block_;
    const Header& header_;
    const BlobSchedule* schedule_;
    StateSource& source_;
    ExecutionMemory& memory_;
    Diagnostics& diagnostics_;
    TransactionObserver* observer_;
    Arena list_arena_;
    Arena transactions_arena_;
    BlockContext context_{};
    WorldState state_;
    Evm evm_;
    std::uint64_t transactions_;  ///< how many; of a malformed list those before its error
    ReceiptList receipts_;
    RequestList requests_;
    BlockOutcome outcome_{};
    Hash32 transactions_root_{};
    Hash32 withdrawals_root_{};
};

}  // namespace

ExecutionMemory ExecutionMemory::over(Arena region) noexcept {
    ExecutionMemory memory;
    const std::size_t quarter = region.available() / 4;
    memory.scratch = region.split_off(quarter);
    memory.transaction = region.split_off(quarter);
    memory.block = region;
    return memory;
}

namespace {

/// The rules of a block.
struct Rules {
    Fork fork = Fork::paris;
    const BlobSchedule* schedule = nullptr;
};

Result<Rules> rules_of(const ChainConfig& config, const Header& header, Diagnostics& diagnostics) noexcept {
    const auto fork = config.fork_at(header.number, header.timestamp);
    if (!fork.ok()) {
        return fail_with(diagnostics, fork.error(), "block number at least", config.merge_block, header.number);
    }
    const BlobSchedule* schedule = config.blob_schedule_at(header.timestamp);
    if (*fork >= Fork::cancun && schedule == nullptr) {
        return diagnostics.fail(ErrorCode::unsupported_fork, ErrorDetail{}.with_what("blob schedule"));
    }
    return Rules{*fork, schedule};
}

}  // namespace

Result<BlockOutcome> execute_block(const ChainConfig& config, const Block& block, const Header* parent,
                                   const Hash32& parent_state_root, StateSource& source, ExecutionMemory& memory,
                                   Diagnostics& diagnostics, const ExecutionExtras& extras) noexcept {
    SLUICE_TRY(const Rules rules, rules_of(config, block.header, diagnostics));
    SLUICE_RETURN_IF_ERROR(check_header(block.header, parent, rules.fork, rules.schedule, diagnostics));
    SLUICE_RETURN_IF_ERROR(check_body(block, rules.fork, diagnostics));

    BlockRun run(config, block, parent_state_root, rules.fork, rules.schedule, source, memory, diagnostics, extras);
    const ErrorCode code = run.execute();
    if (error_kind(code) == ErrorKind::block) return run.confirm(code);
    SLUICE_RETURN_IF_ERROR(code);
    if (extras.computed != nullptr) *extras.computed = run.outcome();
    SLUICE_RETURN_IF_ERROR(run.compare());
    if (extras.codes != nullptr) *extras.codes = run.codes();
    return run.outcome();
}

Result<BlockOutcome> execute_transactions(const ChainConfig& config, const Block& block,
                                          const Hash32& parent_state_root, StateSource& source, ExecutionMemory& memory,
                                          Diagnostics& diagnostics, const ExecutionExtras& extras) noexcept {
    SLUICE_TRY(const Rules rules, rules_of(config, block.header, diagnostics));
    BlockRun run(config, block, parent_state_root, rules.fork, rules.schedule, source, memory, diagnostics, extras);
    const ErrorCode code = run.execute_transactions();
    if (error_kind(code) == ErrorKind::block) return run.confirm(code);
    SLUICE_RETURN_IF_ERROR(code);
    if (extras.computed != nullptr) *extras.computed = run.outcome();
    if (extras.codes != nullptr) *extras.codes = run.codes();
    return run.outcome();
}

}  // namespace sluice::executor

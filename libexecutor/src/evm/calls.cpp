// Messages: calls, creations, precompiles, and how frames begin and end.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "evm/interpreter.h"
#include "precompiles/precompiles.h"
#include "sluice/base/keccak.h"

namespace sluice::executor {

namespace {

constexpr std::size_t kStacksSize = (gas::kMaxDepth + 1) * kStackLimit * sizeof(Uint256);
constexpr std::size_t kFirstReturnCapacity = 1024;

/// RLP of [sender, nonce] and its hash (Yellow Paper, section 7).
Hash32 hash_of_sender_and_nonce(const Address& sender, std::uint64_t nonce) noexcept {
    std::uint8_t rlp[32];
    std::memcpy(rlp + 2, sender.bytes.data(), 20);
    rlp[1] = 0x80 + 20;
    std::size_t size = 22;
    if (nonce == 0) {
        rlp[size++] = 0x80;
    } else if (nonce < 0x80) {
        rlp[size++] = static_cast<std::uint8_t>(nonce);
    } else {
        const auto bytes = static_cast<unsigned>(8 - __builtin_clzll(nonce) / 8);
        rlp[size++] = static_cast<std::uint8_t>(0x80 + bytes);
        for (unsigned i = bytes; i > 0; --i) rlp[size++] = static_cast<std::uint8_t>(nonce >> (8 * (i - 1)));
    }
    rlp[0] = static_cast<std::uint8_t>(0xc0 + size - 1);
    return keccak256({rlp, size});
}

/// EIP-1014: keccak256(0xff ++ sender ++ salt ++ keccak256(initcode)).
Hash32 hash_for_create2(const Address& sender, const Uint256& salt, ByteView initcode) noexcept {
    std::uint8_t data[1 + 20 + 32 + 32];
    data[0] = 0xff;
    std::memcpy(data + 1, sender.bytes.data(), 20);
    salt.to_be(data + 21);
    const Hash32 code_hash = keccak256(initcode);
    std::memcpy(data + 53, code_hash.bytes.data(), 32);
    return keccak256({data, sizeof data});
}

Uint256 address_word(const Hash32& hash) noexcept {
    Uint256 word = Uint256::from_hash(hash);
    word.limb[2] &= 0xffffffffu;
    word.limb[3] = 0;
    return word;
}

/// EIP-150: all but one 64th.
constexpr std::int64_t most_of(std::int64_t gas) noexcept {
    return gas - gas / 64;
}

}  // namespace

Address compute_create_address(const Address& sender, std::uint64_t nonce) noexcept {
    return Address::from(hash_of_sender_and_nonce(sender, nonce).bytes.data() + 12);
}

bool parse_delegation(ByteView code, Address& target) noexcept {
    if (code.size() != 23 || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00) return false;
    target = Address::from(code.data() + 3);
    return true;
}

/// A message that is paid for and may start.
struct Interpreter::Call {
    CallKind kind = CallKind::call;
    bool is_static = false;
    std::uint32_t depth = 0;
    Account* payer = nullptr;    ///< whom the value is taken from; null: nothing moves
    Account* account = nullptr;  ///< recipient, or the new contract
    Uint256 sender{};
    Uint256 value{};
    ByteView input{};                        ///< for a creation the initcode
    Code* code = nullptr;                    ///< what runs; not for creations
    const Precompile* precompile = nullptr;  ///< runs instead of code
    std::int64_t gas = 0;

    [[nodiscard]] bool is_create() const noexcept { return kind == CallKind::create || kind == CallKind::create2; }
};

bool Interpreter::set_return_data(ByteView data) noexcept {
    return_size_ = 0;
    if (data.empty()) return true;
    if (data.size() > return_capacity_) {
        // From the arena's far end: its near end belongs to the newest frame's memory. Doubling keeps the waste below
        // the size.
        std::size_t capacity = return_capacity_ * 2;
        if (capacity < data.size()) capacity = data.size();
        Arena part = scratch_.split_off(align8(capacity) + 16);
        void* buffer = part.allocate(capacity);
        if (buffer == nullptr) return exhausted();
        return_buffer_ = static_cast<std::uint8_t*>(buffer);
        return_capacity_ = capacity;
    }
    std::memcpy(return_buffer_, data.data(), data.size());
    return_size_ = data.size();
    return true;
}

Code* Interpreter::delegated_code(Account& target) noexcept {
    // EIP-7702: a delegation to a precompile runs nothing, and one to another delegation runs its marker, which is no
    // code.
    if (find_precompile(target.word, block.fork) != nullptr) return state.empty_code();
    if (!ok(state.load(target))) return nullptr;
    ErrorCode error = ErrorCode::ok;
    Code* code = state.code(target, error);
    if (code == nullptr) fault(error);
    return code;
}

bool Interpreter::transfer(Account& from, Account& to, const Uint256& value) noexcept {
    return ok(state.subtract_balance(from, value)) && ok(state.add_balance(to, value));
}

void Interpreter::deliver(CallStatus status, const Uint256& pushed, std::int64_t gas_left,
                          std::int64_t refund) noexcept {
    if (frame_ == nullptr) {
        result_.status = status;
        result_.gas_left = static_cast<std::uint64_t>(gas_left);
        result_.gas_refund = refund;
        return;
    }
    Frame& frame = *frame_;
    frame.gas += gas_left;
    frame.refund += refund;
    const std::uint64_t size = return_size_ < frame.output_size ? return_size_ : frame.output_size;
    if (size != 0) std::memcpy(frame.memory() + frame.output_offset, return_buffer_, size);
    *++frame.top = pushed;
}

bool Interpreter::enter(const Call& call) noexcept {
    const auto snapshot = state.snapshot();
    const Arena::Mark mark = scratch_.mark();
    if (call.is_create()) {
        if (!ok(state.create_contract(*call.account))) return false;
    }
    if (call.payer != nullptr) {
        // A payment of nothing is a touch (EIP-161). A precompile's account is not asked for in that case: the state
        // has held no empty accounts since the Merge (EIP-7523), so there is none to remove.
        if (!call.value.is_zero()) {
            if (!transfer(*call.payer, *call.account, call.value)) return false;
        } else if (call.account->is_loaded() && !ok(state.touch(*call.account))) {
            return false;
        }
    }
    if (call.precompile != nullptr) return run_precompile(call, snapshot);
    if (call.is_create() ? call.input.empty() : call.code->bytes.empty()) {
        return_size_ = 0;
        const Uint256 pushed = call.is_create() ? call.account->word : Uint256{1};
        deliver(CallStatus::success, pushed, call.gas, 0);
        return true;
    }
    return push_frame(call, snapshot, mark);
}

Result<PrecompileResult> Interpreter::precompile_result(const Call& call, std::uint64_t price) noexcept {
    constexpr std::uint64_t kLongPrice = 3000;       // that of ecrecover, the cheapest for which a look-up pays
    constexpr std::size_t kLongestKeptInput = 2048;  // so that gas bounds what a memo takes
    if (memo_ == nullptr || price < kLongPrice || call.input.size() > kLongestKeptInput)
        return call.precompile->run(call.input, block.fork, scratch_);
    const std::uint64_t address = call.precompile->address;
    if (const PrecompileResult* known = memo_->find(address, call.input); known != nullptr) return *known;
    const auto result = call.precompile->run(call.input, block.fork, scratch_);
    if (result.ok()) memo_->add(address, call.input, *result);
    return result;
}

bool Interpreter::run_precompile(const Call& call, const WorldState::Snapshot& snapshot) noexcept {
    const std::uint64_t price = call.precompile->gas(call.input, block.fork);
    CallStatus status = CallStatus::failure;
    std::int64_t gas_left = 0;
    return_size_ = 0;
    if (price <= static_cast<std::uint64_t>(call.gas)) {
        const Arena::Mark mark = scratch_.mark();
        const auto result = precompile_result(call, price);
        if (!result.ok()) {
            return fault(diagnostics_.fail(result.error(),
                                           ErrorDetail{}.with_what("precompile").with_item(call.precompile->address)));
        }
        if (result->success) {
            status = CallStatus::success;
            gas_left = call.gas - static_cast<std::int64_t>(price);
            if (!set_return_data(result->output)) return false;
        }
        scratch_.rewind(mark);
    }
    if (status != CallStatus::success) state.revert(snapshot);
    deliver(status, Uint256{status == CallStatus::success}, gas_left, 0);
    return true;
}

bool Interpreter::push_frame(const Call& call, const WorldState::Snapshot& snapshot, Arena::Mark mark) noexcept {
    ByteView initcode;
    if (call.is_create()) {
        initcode = copy_padded(call.input, scratch_);
        if (initcode.data() == nullptr) return exhausted();
    }
    auto* frame = scratch_.make<Frame>();
    if (frame == nullptr) return exhausted();
    frame->floor = frame_ == nullptr ? stacks_begin_ : frame_->top;
    if (static_cast<std::size_t>(stacks_end_ - frame->floor) <= kStackLimit) return exhausted();
    frame->top = frame->floor;
    if (call.is_create()) {
        frame->is_create = true;
        frame->initcode_jumps = JumpTable(initcode.data(), initcode.size());
        frame->code = initcode.data();
        frame->jumps = &frame->initcode_jumps;
    } else {
        frame->input = call.input;
        frame->code = call.code->bytes.data();
        frame->jumps = &call.code->jumps;
    }
    frame->caller = frame_;
    frame->pc = frame->code;
    frame->account = call.account;
    frame->recipient = call.account->word;
    frame->sender = call.sender;
    frame->value = call.value;
    frame->gas = call.gas;
    frame->snapshot = snapshot;
    frame->mark = mark;
    frame->depth = call.depth;
    frame->is_static = call.is_static;
    frame_ = frame;
    return_size_ = 0;
    return true;
}

CallStatus Interpreter::deploy(Frame& frame, ByteView code) noexcept {
    if (!code.empty() && code[0] == 0xef) return CallStatus::failure;  // EIP-3541
    frame.gas -= gas::kCodeDepositByte * static_cast<std::int64_t>(code.size());
    if (frame.gas < 0 || code.size() > gas::kMaxCodeSize) return CallStatus::failure;
    if (!code.empty()) (void)ok(state.set_code(*frame.account, code));
    return CallStatus::success;
}

void Interpreter::end_frame(CallStatus status, std::uint64_t offset, std::uint64_t size) noexcept {
    Frame& frame = *frame_;
    const ByteView output = size == 0 ? ByteView{} : ByteView{frame.memory() + offset, size};
    if (frame.is_create && status == CallStatus::success) {
        status = deploy(frame, output);
        return_size_ = 0;
    } else if (!set_return_data(status == CallStatus::failure ? ByteView{} : output)) {
        return;
    }
    if (status != CallStatus::success) state.revert(frame.snapshot);

    const bool succeeded = status == CallStatus::success;
    Uint256 pushed{succeeded};
    if (frame.is_create && succeeded) pushed = frame.recipient;
    frame_ = frame.caller;
    scratch_.rewind(frame.mark);
    deliver(status, pushed, status == CallStatus::failure ? 0 : frame.gas, succeeded ? frame.refund : 0);
}

bool Interpreter::begin_call(CallKind kind) noexcept {
    Frame& frame = *frame_;
    std::int64_t gas = frame.gas;
    const Uint256* top = frame.top;
    const bool with_value = kind == CallKind::call || kind == CallKind::callcode;
    const Uint256 requested = top[0];
    const Uint256 to = top[-1];
    const Uint256 value = with_value ? top[-2] : Uint256{};
    const Uint256* ranges = top - (with_value ? 3 : 2);  // input offset and size, output offset and size
    const bool pays = !value.is_zero();
    if (kind == CallKind::call && pays && frame.is_static) return false;

    gas = expand(frame, gas, ranges[0], ranges[-1]);
    if (gas < 0) return false;
    gas = expand(frame, gas, ranges[-2], ranges[-3]);
    if (gas < 0) return false;
    const std::uint64_t input_size = ranges[-1].limb[0];
    const ByteView input = input_size == 0 ? ByteView{} : ByteView{frame.memory() + ranges[0].limb[0], input_size};
    frame.output_offset = ranges[-2].limb[0];
    frame.output_size = ranges[-3].limb[0];
    frame.top = frame.top - (with_value ? 7 : 6);

    // Access and value are paid for before the account is asked for, its code before its delegation.
    Account* target = state.find(to);
    gas = access(gas, target);
    if (pays) gas -= gas::kCallValue;
    if (gas < 0) return false;
    Call call;
    call.precompile = find_precompile(target->word, block.fork);
    if ((call.precompile == nullptr || pays) && !ok(state.load(*target))) return false;
    if (kind == CallKind::call && pays && target->is_dead()) {
        gas -= gas::kNewAccount;
        if (gas < 0) return false;
    }
    ErrorCode error = ErrorCode::ok;
    if (call.precompile == nullptr) {
        call.code = state.code(*target, error);
        if (call.code == nullptr) return fault(error);
        Address delegate;
        if (block.fork >= Fork::prague && parse_delegation(call.code->bytes, delegate)) {
            Account* code_account = state.find(delegate);
            gas = access(gas, code_account);
            if (gas < 0) return false;
            call.code = delegated_code(*code_account);
            if (call.code == nullptr) return false;
        }
    }

    const std::int64_t most = most_of(gas);
    call.gas = requested.fits_u64() && requested.limb[0] < static_cast<std::uint64_t>(most)
                   ? static_cast<std::int64_t>(requested.limb[0])
                   : most;
    frame.gas = gas - call.gas;
    if (pays) call.gas += gas::kCallStipend;

    if (frame.depth >= gas::kMaxDepth || (pays && frame.account->info.balance < value)) {
        return_size_ = 0;
        deliver(CallStatus::failure, Uint256{}, call.gas, 0);
        return true;
    }

    call.kind = kind;
    call.is_static = frame.is_static || kind == CallKind::staticcall;
    call.depth = frame.depth + 1;
    call.input = input;
    const bool own_account = kind == CallKind::callcode || kind == CallKind::delegatecall;
    call.account = own_account ? frame.account : target;
    call.sender = kind == CallKind::delegatecall ? frame.sender : frame.recipient;
    call.value = kind == CallKind::delegatecall ? frame.value : value;
    if (!own_account) call.payer = frame.account;
    return enter(call);
}

bool Interpreter::begin_create(CallKind kind) noexcept {
    Frame& frame = *frame_;
    std::int64_t gas = frame.gas;
    const Uint256* top = frame.top;
    const Uint256 value = top[0];
    if (frame.is_static) return false;
    gas = expand(frame, gas, top[-1], top[-2]);
    if (gas < 0) return false;
    const std::uint64_t size = top[-2].limb[0];
    std::int64_t word_price = kind == CallKind::create2 ? gas::kKeccakWord : 0;
    if (block.fork >= Fork::shanghai) {
        if (size > gas::kMaxInitcodeSize) return false;
        word_price += gas::kInitcodeWord;
    }
    gas -= word_price * word_count(size);
    if (gas < 0) return false;
    const ByteView initcode = size == 0 ? ByteView{} : ByteView{frame.memory() + top[-1].limb[0], size};
    const Uint256 salt = kind == CallKind::create2 ? top[-3] : Uint256{};
    frame.top -= kind == CallKind::create2 ? 4 : 3;
    frame.output_size = 0;
    frame.gas = gas;
    return_size_ = 0;

    Account& creator = *frame.account;
    const std::uint64_t nonce = creator.info.nonce;
    if (frame.depth >= gas::kMaxDepth || creator.info.balance < value || nonce == ~std::uint64_t{0}) {  // EIP-2681
        *++frame.top = Uint256{};
        return true;
    }
    const Hash32 hash = kind == CallKind::create2 ? hash_for_create2(creator.address, salt, initcode)
                                                  : hash_of_sender_and_nonce(creator.address, nonce);
    Call call;
    call.kind = kind;
    call.gas = most_of(gas);
    frame.gas = gas - call.gas;
    if (!ok(state.set_nonce(creator, nonce + 1))) return false;
    call.account = state.find(address_word(hash));
    call.depth = frame.depth + 1;
    call.payer = &creator;
    call.sender = frame.recipient;
    call.value = value;
    call.input = initcode;
    return start_create(call);
}

bool Interpreter::start_create(const Call& call) noexcept {
    if (call.account == nullptr) return fault(ErrorCode::arena_exhausted);
    Account& account = *call.account;
    // The new address stays warm even if the creation fails (EIP-2929).
    if (!state.is_warm(account) && !ok(state.warm(account))) return false;
    if (!ok(state.load(account))) return false;
    if (account.info.nonce != 0 || !(account.info.code_hash == kEmptyCodeHash) ||
        !account.has(Account::kStorageEmpty)) {  // EIP-7610
        return_size_ = 0;
        deliver(CallStatus::failure, Uint256{}, 0, 0);
        return true;
    }
    return enter(call);
}

bool Interpreter::self_destruct() noexcept {
    Frame& frame = *frame_;
    if (frame.is_static) return false;
    Account* beneficiary = state.find(*frame.top);
    if (beneficiary == nullptr) return fault(ErrorCode::arena_exhausted);
    --frame.top;
    if (!is_warm(*beneficiary)) {
        frame.gas -= gas::kColdAccountAccess;
        if (frame.gas < 0) return false;
        if (!ok(state.warm(*beneficiary))) return false;
    }
    if (!ok(state.load(*beneficiary))) return false;
    Account& account = *frame.account;
    const Uint256 balance = account.info.balance;
    if (!balance.is_zero() && beneficiary->is_dead()) {
        frame.gas -= gas::kNewAccount;
        if (frame.gas < 0) return false;
    }
    // EIP-6780: a contract older than this transaction only sends its balance away, and to itself it keeps it.
    if (!transfer(account, *beneficiary, balance)) return false;
    const bool removed = block.fork < Fork::cancun || state.created_in_transaction(account);
    if (removed) {
        if (!ok(state.subtract_balance(account, account.info.balance))) return false;
        const auto marked = state.self_destruct(account);
        if (!marked.ok()) return fault(marked.error());
    }
    return true;
}

bool Interpreter::start(const Message& message) noexcept {
    Call call;
    call.kind = message.kind;
    call.is_static = message.kind == CallKind::staticcall;
    call.gas = static_cast<std::int64_t>(message.gas);
    call.sender = Uint256::from_address(message.sender);
    call.value = message.value;
    call.input = message.input;
    call.payer = state.find(message.sender);
    call.account = state.find(message.recipient);
    if (call.payer == nullptr || call.account == nullptr) return fault(ErrorCode::arena_exhausted);
    // A sender that pays nothing is not asked for: a system call's leaves no trace.
    if (!call.value.is_zero() && !ok(state.load(*call.payer))) return false;
    if (call.is_create()) return start_create(call);

    if (!ok(state.load(*call.account))) return false;
    call.precompile = find_precompile(call.account->word, block.fork);
    if (call.precompile == nullptr) {
        ErrorCode error = ErrorCode::ok;
        call.code = state.code(*call.account, error);
        if (call.code == nullptr) return fault(error);
        Address delegate;
        if (block.fork >= Fork::prague && parse_delegation(call.code->bytes, delegate)) {
            Account* code_account = state.find(delegate);
            if (code_account == nullptr) return fault(ErrorCode::arena_exhausted);
            if (!state.is_warm(*code_account) && !ok(state.warm(*code_account))) return false;
            call.code = delegated_code(*code_account);
            if (call.code == nullptr) return false;
        }
    }
    return enter(call);
}

Result<CallResult> Interpreter::run(const Message& message) noexcept {
    const Arena before = scratch_;
    const std::size_t stacks = kStacksSize < scratch_.available() / 2 ? kStacksSize : scratch_.available() / 2;
    const std::size_t words = stacks / sizeof(Uint256) + 2;
    stacks_begin_ = static_cast<Uint256*>(scratch_.allocate(words * sizeof(Uint256), 32));
    return_buffer_ = static_cast<std::uint8_t*>(scratch_.allocate(kFirstReturnCapacity));
    if (stacks_begin_ == nullptr || return_buffer_ == nullptr) {
        (void)exhausted();
        return error_;
    }
    stacks_end_ = stacks_begin_ + words;
    return_capacity_ = kFirstReturnCapacity;

    if (start(message)) {
        if (frame_ != nullptr) loop_(*this);
    }
    scratch_.restore(before);
    if (error_ != ErrorCode::ok) return error_;
    if (return_size_ != 0) {
        // The output stays allocated, so that whoever allocates next does not overwrite it.
        void* output = scratch_.allocate(return_size_);
        if (output == nullptr) {
            (void)exhausted();
            return error_;
        }
        std::memmove(output, return_buffer_, return_size_);
        result_.output = {static_cast<const std::uint8_t*>(output), return_size_};
    }
    return result_;
}

}  // namespace sluice::executor

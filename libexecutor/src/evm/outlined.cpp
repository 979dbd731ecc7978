// Opcodes' work out of line: memory, other accounts, storage, logs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "evm/interpreter.h"
#include "sluice/base/keccak.h"

namespace sluice::executor {

// -- memory

namespace {

/// Memory beyond this costs more than 2^53 gas, which no block has; the cost of less is computed without overflow.
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 36;

[[nodiscard]] std::int64_t memory_cost(std::uint64_t words) noexcept {
    return gas::kMemoryWord * static_cast<std::int64_t>(words) +
           static_cast<std::int64_t>(words * words / gas::kMemoryQuadraticDivisor);
}

/// source[offset .. offset + size) with zeros from the source's end on.
void copy_padded_to(std::uint8_t* target, ByteView source, const Uint256& offset, std::uint64_t size) noexcept {
    std::uint64_t present = 0;
    if (offset.fits_u64() && offset.limb[0] < source.size()) {
        present = source.size() - offset.limb[0];
        if (present > size) present = size;
        std::memcpy(target, source.data() + offset.limb[0], present);
    }
    if (present < size) std::memset(target + present, 0, size - present);
}

}  // namespace

std::int64_t Interpreter::grow(Frame& frame, std::int64_t gas, std::uint64_t end) noexcept {
    const std::uint64_t size = (end + 31) & ~std::uint64_t{31};
    const std::uint64_t old = frame.memory_size;
    if (size <= old) return gas;
    gas -= memory_cost(size / 32) - memory_cost(old / 32);
    if (gas < 0) return kOutOfGas;
    if (!scratch_.extend(&frame, sizeof(Frame) + old, sizeof(Frame) + size)) {
        exhausted();
        return kOutOfGas;
    }
    if (size - old == 32) {
        std::memset(frame.memory() + old, 0, 32);  // the usual growth: four stores
    } else {
        std::memset(frame.memory() + old, 0, size - old);
    }
    frame.memory_size = size;
    return gas;
}

std::int64_t Interpreter::expand(Frame& frame, std::int64_t gas, const Uint256& offset, const Uint256& size) noexcept {
    if (size.is_zero()) return gas;
    if (!offset.fits_u64() || !size.fits_u64()) return kOutOfGas;
    if (offset.limb[0] > kMaxMemory || size.limb[0] > kMaxMemory) return kOutOfGas;
    const std::uint64_t end = offset.limb[0] + size.limb[0];
    if (end <= frame.memory_size) return gas;
    return grow(frame, gas, end);
}

std::int64_t Interpreter::copy(Frame& frame, std::int64_t gas, const Uint256* top, ByteView source) noexcept {
    gas = expand(frame, gas, top[0], top[-2]);
    if (gas < 0) return gas;
    const std::uint64_t size = top[-2].limb[0];
    gas -= gas::kCopyWord * word_count(size);
    if (gas < 0) return gas;
    if (size != 0) copy_padded_to(frame.memory() + top[0].limb[0], source, top[-1], size);
    return gas;
}

std::int64_t Interpreter::copy_return_data(Frame& frame, std::int64_t gas, const Uint256* top) noexcept {
    // Unlike the other copies, reading beyond the end is an exceptional halt (EIP-211), with size 0 too.
    const Uint256& offset = top[-1];
    const Uint256& size = top[-2];
    if (!offset.fits_u64() || !size.fits_u64() || offset.limb[0] > return_size_ ||
        size.limb[0] > return_size_ - offset.limb[0]) {
        return kOutOfGas;
    }
    return copy(frame, gas, top, return_data());
}

std::int64_t Interpreter::copy_memory(Frame& frame, std::int64_t gas, const Uint256* top) noexcept {
    const Uint256& size = top[-2];
    const Uint256& further = top[0] < top[-1] ? top[-1] : top[0];
    gas = expand(frame, gas, further, size);
    if (gas < 0) return gas;
    gas -= gas::kCopyWord * word_count(size.limb[0]);
    if (gas < 0) return gas;
    if (size.limb[0] != 0) {
        std::memmove(frame.memory() + top[0].limb[0], frame.memory() + top[-1].limb[0], size.limb[0]);
    }
    return gas;
}

std::int64_t Interpreter::keccak(Frame& frame, std::int64_t gas, Uint256* top) noexcept {
    gas = expand(frame, gas, top[0], top[-1]);
    if (gas < 0) return gas;
    const std::uint64_t size = top[-1].limb[0];
    gas -= gas::kKeccakWord * word_count(size);
    if (gas < 0) return gas;
    const ByteView data = size == 0 ? ByteView{} : ByteView{frame.memory() + top[0].limb[0], size};
    if constexpr (kUsesKeccakMemo) {
        if (keccak_memo_ != nullptr && size == KeccakMemo::kInputSize) {
            top[-1] = keccak_memo_->keccak(data.data());
            return gas;
        }
    }
    top[-1] = Uint256::from_hash(keccak256(data));
    return gas;
}

// -- other accounts

std::int64_t Interpreter::access(std::int64_t gas, Account* account) noexcept {
    if (account == nullptr) {
        fault(ErrorCode::arena_exhausted);
        return kOutOfGas;
    }
    if (is_warm(*account)) return gas - gas::kWarmAccess;
    gas -= gas::kColdAccountAccess;
    if (gas >= 0 && !ok(state.warm(*account))) return kOutOfGas;
    return gas;
}

Account* Interpreter::access_loaded(std::int64_t& gas, const Uint256& word) noexcept {
    Account* account = state.find(word);
    gas = access(gas, account);
    // Gas first: an account that cannot be paid for is not asked for.
    if (gas < 0 || !ok(state.load(*account))) return nullptr;
    return account;
}

std::int64_t Interpreter::balance(std::int64_t gas, Uint256* top) noexcept {
    const Account* account = access_loaded(gas, *top);
    if (account == nullptr) return kOutOfGas;
    *top = account->info.balance;
    return gas;
}

std::int64_t Interpreter::external_code_size(std::int64_t gas, Uint256* top) noexcept {
    Account* account = access_loaded(gas, *top);
    if (account == nullptr) return kOutOfGas;
    ErrorCode error = ErrorCode::ok;
    const Code* code = state.code(*account, error);
    if (code == nullptr) {
        fault(error);
        return kOutOfGas;
    }
    *top = Uint256{code->bytes.size()};
    return gas;
}

std::int64_t Interpreter::external_code_hash(std::int64_t gas, Uint256* top) noexcept {
    const Account* account = access_loaded(gas, *top);
    if (account == nullptr) return kOutOfGas;
    *top = account->is_dead() ? Uint256{} : Uint256::from_hash(account->info.code_hash);
    return gas;
}

std::int64_t Interpreter::copy_external_code(Frame& frame, std::int64_t gas, const Uint256* top) noexcept {
    // Everything is paid for before the account is asked for, and nothing is asked for if nothing is copied.
    Account* account = state.find(top[0]);
    gas = access(gas, account);
    if (gas < 0) return gas;
    gas = expand(frame, gas, top[-1], top[-3]);
    if (gas < 0) return gas;
    const std::uint64_t size = top[-3].limb[0];
    gas -= gas::kCopyWord * word_count(size);
    if (gas < 0 || size == 0) return gas;
    if (!ok(state.load(*account))) return kOutOfGas;
    ErrorCode error = ErrorCode::ok;
    const Code* code = state.code(*account, error);
    if (code == nullptr) {
        fault(error);
        return kOutOfGas;
    }
    copy_padded_to(frame.memory() + top[-1].limb[0], code->bytes, top[-2], size);
    return gas;
}

bool Interpreter::block_hash(Uint256* top) noexcept {
    constexpr std::uint64_t kReach = 256;
    const std::uint64_t number = top->limb[0];
    if (!top->fits_u64() || number >= block.number || block.number - number > kReach) {
        *top = Uint256{};
        return true;
    }
    if (number + 1 == block.number) {
        *top = Uint256::from_hash(block.parent_hash);
        return true;
    }
    const auto hash = state.block_hash(number);
    if (!hash.ok()) return fault(hash.error());
    *top = Uint256::from_hash(*hash);
    return true;
}

// -- storage

std::int64_t Interpreter::sload(Frame& frame, std::int64_t gas, Uint256* top) noexcept {
    Slot* slot = state.find_slot(*frame.account, *top);
    if (slot == nullptr) {
        fault(ErrorCode::arena_exhausted);
        return kOutOfGas;
    }
    if (state.is_warm(*slot)) {
        gas -= gas::kWarmAccess;
    } else {
        gas -= gas::kColdSlotAccess;
        if (gas >= 0 && !ok(state.warm(*slot))) return kOutOfGas;
    }
    if (gas < 0 || !ok(state.load(*slot))) return kOutOfGas;
    *top = slot->current;
    return gas;
}

std::int64_t Interpreter::sstore(Frame& frame, std::int64_t gas, const Uint256* top) noexcept {
    if (frame.is_static || gas <= gas::kStorageStipend) return kOutOfGas;
    Slot* slot = state.find_slot(*frame.account, top[0]);
    if (slot == nullptr) {
        fault(ErrorCode::arena_exhausted);
        return kOutOfGas;
    }
    if (!state.is_warm(*slot)) {
        gas -= gas::kColdSlotAccess;
        if (!ok(state.warm(*slot))) return kOutOfGas;
    }
    if (gas < 0 || !ok(state.load(*slot))) return kOutOfGas;

    const Uint256& value = top[-1];
    const Uint256& current = slot->current;
    if (value == current) {
        gas -= gas::kWarmAccess;
        return gas;
    }
    const Uint256& start = state.transaction_start(*slot);
    if (current == start) {
        if (start.is_zero()) {
            gas -= gas::kStorageSet;
        } else {
            gas -= gas::kStorageReset;
            if (value.is_zero()) frame.refund += gas::kStorageClearRefund;
        }
    } else {
        gas -= gas::kWarmAccess;
        if (!start.is_zero()) {
            if (current.is_zero()) {
                frame.refund -= gas::kStorageClearRefund;
            } else if (value.is_zero()) {
                frame.refund += gas::kStorageClearRefund;
            }
        }
        if (value == start) {
            frame.refund += (start.is_zero() ? gas::kStorageSet : gas::kStorageReset) - gas::kWarmAccess;
        }
    }
    if (gas < 0 || !ok(state.set(*slot, value))) return kOutOfGas;
    return gas;
}

void Interpreter::tload(Frame& frame, Uint256* top) noexcept {
    *top = state.transient_storage(frame.account->index, *top);
}

bool Interpreter::tstore(Frame& frame, const Uint256* top) noexcept {
    if (frame.is_static) return false;
    return ok(state.set_transient_storage(frame.account->index, top[0], top[-1]));
}

std::int64_t Interpreter::log(Frame& frame, std::int64_t gas, const Uint256* top, std::uint32_t topics) noexcept {
    if (frame.is_static) return kOutOfGas;
    gas = expand(frame, gas, top[0], top[-1]);
    if (gas < 0) return gas;
    const std::uint64_t size = top[-1].limb[0];
    gas -= gas::kLogByte * static_cast<std::int64_t>(size);
    if (gas < 0) return gas;
    Log log;
    log.address = frame.account->address;
    log.topic_count = topics;
    for (std::uint32_t i = 0; i < topics; ++i) top[-2 - static_cast<int>(i)].to_be(log.topics[i].bytes.data());
    if (size != 0) log.data = {frame.memory() + top[0].limb[0], size};
    return ok(state.add_log(log)) ? gas : kOutOfGas;
}

bool Interpreter::judge_jump(Frame& frame, std::uint64_t target) noexcept {
    // Initcode is dropped with its frame, but its table may ask for memory while the frame's own grows at the end of
    // the scratch arena; so all tables live in the block arena.
    switch (frame.jumps->judge(target, state.block_arena())) {
        case JumpTable::Answer::valid:
            return true;
        case JumpTable::Answer::invalid:
            return false;
        case JumpTable::Answer::arena_exhausted:
            break;
    }
    return exhausted();
}

}  // namespace sluice::executor

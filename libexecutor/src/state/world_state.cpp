// Accounts, slots and codes of a block, and the journal that undoes changes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/world_state.h"

#include <algorithm>

#include "sluice/base/keccak.h"

namespace sluice::executor {

/// What an undo record restores. A record is its payload, then the subject's address with the kind in its lowest bits.
enum class WorldState::Undo : std::uint64_t {
    account_warm,       // no payload
    slot_warm,          // no payload
    existence,          // no payload; the account did not exist
    balance,            // four words
    nonce,              // one word
    code_hash,          // four words
    created,            // four words: nonce, created_in, whether kStorageCleared was set, 0
    destroyed,          // no payload; the latest of destroyed_
    touched,            // no payload; the latest of touched_
    slot_value,         // four words
    transient_absent,   // the entry held nothing of this transaction
    transient_present,  // four words; the subject is the entry's number, since entries move
};

namespace {

constexpr Uint256 as_word(const Hash32& hash) noexcept {
    return {hash.word(0), hash.word(1), hash.word(2), hash.word(3)};
}

Hash32 as_hash(const std::uint64_t* words) noexcept {
    Hash32 hash;
    std::memcpy(hash.bytes.data(), words, sizeof hash);
    return hash;
}

/// Hash of up to four words and a number.
std::uint64_t hash_words(const Uint256& words, std::uint64_t number, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15u;
    std::uint64_t hash = (seed ^ number) * kFactor;
    hash = (hash ^ (hash >> 32) ^ words.limb[0]) * kFactor;
    hash = (hash ^ (hash >> 32) ^ words.limb[1]) * kFactor;
    hash = (hash ^ (hash >> 32) ^ words.limb[2]) * kFactor;
    hash = (hash ^ (hash >> 32) ^ words.limb[3]) * kFactor;
    return mix64(hash);
}

constexpr std::uint64_t kAncestors = 256;
constexpr std::uint64_t kUndoKinds = 16;  // an address has room for them

/// The word whose limbs `used` are those of `word` and whose others are zero, without a look at the latter.
Uint256 only_limbs(const Uint256& word, std::uint32_t used) noexcept {
    Uint256 result;
    for (unsigned i = 0; i < 4; ++i) {
        if ((used >> i & 1) != 0) result.limb[i] = word.limb[i];
    }
    return result;
}

}  // namespace

WorldState::WorldState(StateSource& source, Arena& block_arena, Arena& transaction_arena, std::uint64_t seed, Fork fork,
                       Diagnostics& diagnostics) noexcept
    : source_(source),
      block_arena_(block_arena),
      transaction_arena_(transaction_arena),
      diagnostics_(diagnostics),
      fork_(fork),
      account_index_(block_arena, seed),
      slot_index_(block_arena, mix64(seed + 1)),
      code_index_(block_arena, mix64(seed + 2)),
      transient_index_(block_arena, mix64(seed + 3)),
      accounts_(block_arena),
      asked_(block_arena),
      slots_(block_arena),
      codes_(block_arena),
      transients_(block_arena),
      journal_(block_arena),
      logs_(block_arena),
      destroyed_(block_arena),
      touched_(block_arena) {
    // Room for what most transactions need, so that these arrays do not move. Without it they grow as they must.
    const std::size_t room = block_arena.available() / 1024;
    static_cast<void>(journal_.reserve(std::min<std::size_t>(8192, room / sizeof(std::uint64_t))));
    static_cast<void>(logs_.reserve(std::min<std::size_t>(256, room / sizeof(Log))));
    static constexpr std::uint8_t kZeros[kCodePadding]{};
    empty_code_ = {ByteView(kZeros, 0), kEmptyCodeHash, JumpTable(kZeros, 0)};
}

ErrorCode WorldState::exhausted() noexcept {
    return diagnostics_.fail(ErrorCode::arena_exhausted, ErrorDetail{}.with_what("world state"));
}

// -- finding

Account* WorldState::find(const Uint256& word) noexcept {
    const Uint256 key{word.limb[0], word.limb[1], word.limb[2] & 0xffffffffu, 0};
    const std::uint64_t hash = hash_words(key, 0, account_index_.seed());
    const std::uint32_t found = account_index_.find(hash, [&](std::uint32_t i) { return accounts_[i].word == key; });
    if (found != ArenaIndex::kNotFound) return &accounts_[found];

    const auto index = static_cast<AccountIndex>(accounts_.size());
    Account* account = accounts_.append();
    if (account == nullptr || !account_index_.insert(hash, index)) {
        (void)exhausted();
        return nullptr;
    }
    account->address = key.to_address();
    account->flags = 0;
    account->last_slot = 0;
    account->index = index;
    account->source_index = Account::kNotAsked;
    account->warm_in = 0;
    account->created_in = 0;
    account->destroyed_in = 0;
    account->word = key;
    account->code = nullptr;
    return account;
}

Account* WorldState::find(const Address& address) noexcept {
    return find(Uint256::from_address(address));
}

Slot* WorldState::find_slot(Account& account, const Uint256& key) noexcept {
    const std::uint64_t hash = hash_words(key, account.index, slot_index_.seed());
    const std::uint32_t found = slot_index_.find(
        hash, [&](std::uint32_t i) { return slots_[i].account == account.index && slots_[i].key == key; });
    if (found != ArenaIndex::kNotFound) return &slots_[found];

    const auto index = static_cast<std::uint32_t>(slots_.size());
    Slot* slot = slots_.append();
    if (slot == nullptr || !slot_index_.insert(hash, index)) {
        (void)exhausted();
        return nullptr;
    }
    slot->previous = account.last_slot;
    slot->flags = used_limbs(key) << Slot::kKeyLimbs;
    slot->account = account.index;
    slot->warm_in = 0;
    slot->start_in = 0;
    slot->key = key;
    account.last_slot = index + 1;
    return slot;
}

ErrorCode WorldState::ask(Account& account) noexcept {
    const auto number = static_cast<std::uint32_t>(asked_.size());
    SLUICE_TRY(account.info, source_.account(account.address, number));
    AccountIndex* place = asked_.append();
    if (place == nullptr) return exhausted();
    *place = account.index;
    account.source_index = number;
    const std::uint32_t limbs = used_limbs(account.info.balance);
    account.flags |= limbs << Account::kBalanceLimbs | limbs << Account::kOriginalLimbs;
    account.set(Account::kExisted, account.info.exists);
    account.set(Account::kHadCode, account.info.code_hash != kEmptyCodeHash);
    const bool empty = account.info.storage_root == kEmptyTrieRoot;
    account.set(Account::kHadStorage, !empty);
    account.set(Account::kStorageEmpty, empty);
    return ErrorCode::ok;
}

ErrorCode WorldState::ask(Slot& slot) noexcept {
    Account& account = accounts_[slot.account];
    SLUICE_RETURN_IF_ERROR(load(account));
    if (account.has(Account::kStorageEmpty)) {
        slot.set_current({});
    } else {
        SLUICE_TRY(const Uint256 value, source_.storage(account.source_index, account.address, slot.key));
        slot.set_current(value);
        slot.flags |= Slot::kListed;
    }
    slot.flags |= Slot::kLoaded;
    return ErrorCode::ok;
}

Result<AccountIndex> WorldState::account(const Address& address) noexcept {
    Account* account = find(address);
    if (account == nullptr) return ErrorCode::arena_exhausted;
    SLUICE_RETURN_IF_ERROR(load(*account));
    return account->index;
}

Result<Slot*> WorldState::loaded_slot(AccountIndex account, const Uint256& key) noexcept {
    Slot* slot = find_slot(at(account), key);
    if (slot == nullptr) return ErrorCode::arena_exhausted;
    SLUICE_RETURN_IF_ERROR(load(*slot));
    return slot;
}

// -- code

Code* WorldState::find_code(const Hash32& hash) const noexcept {
    const std::uint32_t found = code_index_.find(hash_words(as_word(hash), 0, code_index_.seed()),
                                                 [&](std::uint32_t i) { return codes_[i]->hash == hash; });
    return found == ArenaIndex::kNotFound ? nullptr : codes_[found];
}

Code* WorldState::keep_code(const Hash32& hash, ByteView bytes) noexcept {
    auto* code = block_arena_.make<Code>(bytes, hash, JumpTable(bytes.data(), bytes.size()));
    if (code == nullptr || !codes_.push_back(code) ||
        !code_index_.insert(hash_words(as_word(hash), 0, code_index_.seed()),
                            static_cast<std::uint32_t>(codes_.size() - 1))) {
        (void)exhausted();
        return nullptr;
    }
    return code;
}

Code* WorldState::code(Account& account, ErrorCode& error) noexcept {
    if (account.code != nullptr) return account.code;
    const Hash32& hash = account.info.code_hash;
    if (hash == kEmptyCodeHash) return account.code = &empty_code_;
    account.code = find_code(hash);
    if (account.code != nullptr) return account.code;

    auto answer = source_.code(hash);
    if (!answer.ok()) {
        error = answer.error();
        return nullptr;
    }
    ByteView bytes = *answer;
    if (!ends_by_itself(bytes)) {
        bytes = copy_padded(bytes, block_arena_);
        if (bytes.data() == nullptr) {
            error = exhausted();
            return nullptr;
        }
    }
    account.code = keep_code(hash, bytes);
    if (account.code == nullptr) error = ErrorCode::arena_exhausted;
    return account.code;
}

Result<ByteView> WorldState::code(AccountIndex account) noexcept {
    ErrorCode error = ErrorCode::ok;
    const Code* code = this->code(at(account), error);
    if (code == nullptr) return error;
    return code->bytes;
}

ErrorCode WorldState::set_code(Account& account, ByteView bytes) noexcept {
    const Hash32 hash = bytes.empty() ? kEmptyCodeHash : keccak256(bytes);
    Code* code = bytes.empty() ? &empty_code_ : find_code(hash);
    if (code == nullptr) {
        const ByteView padded = copy_padded(bytes, block_arena_);
        if (padded.data() == nullptr) return exhausted();
        code = keep_code(hash, padded);
        if (code == nullptr) return ErrorCode::arena_exhausted;
    }
    if (!bring_to_life(account) || !record(Undo::code_hash, &account, as_word(account.info.code_hash))) {
        return exhausted();
    }
    save_code(account);
    account.info.code_hash = hash;
    account.code = code;
    return ErrorCode::ok;
}

// -- accounts

// The values of the parent state stay where they are until they are changed for the first time.

void WorldState::save_balance(Account& account) noexcept {
    if (account.has(Account::kBalanceSaved)) return;
    account.original.balance = account.info.balance;
    account.flags |= Account::kBalanceSaved;
}

void WorldState::save_nonce(Account& account) noexcept {
    if (account.has(Account::kNonceSaved)) return;
    account.original.nonce = account.info.nonce;
    account.flags |= Account::kNonceSaved;
}

void WorldState::save_code(Account& account) noexcept {
    if (account.has(Account::kCodeSaved)) return;
    account.original.code_hash = account.info.code_hash;
    account.flags |= Account::kCodeSaved;
}

void WorldState::save(Slot& slot) noexcept {
    if (slot.has(Slot::kSaved)) return;
    slot.original = slot.current;
    const std::uint32_t limbs = slot.flags >> Slot::kCurrentLimbs & 15;
    slot.flags |= Slot::kSaved | limbs << Slot::kOriginalLimbs;
}

void WorldState::set_balance(Account& account, const Uint256& balance) noexcept {
    save_balance(account);
    account.info.balance = balance;
    account.flags = (account.flags & ~(15u << Account::kBalanceLimbs)) | used_limbs(balance) << Account::kBalanceLimbs;
}

bool WorldState::bring_to_life(Account& account) noexcept {
    if (account.info.exists) return true;
    if (!record(Undo::existence, &account)) return false;
    account.info.exists = true;
    return true;
}

ErrorCode WorldState::add_balance(Account& account, const Uint256& amount) noexcept {
    if (amount.is_zero()) return touch(account);
    if (!bring_to_life(account) || !record(Undo::balance, &account, account.info.balance)) return exhausted();
    set_balance(account, account.info.balance + amount);
    return ErrorCode::ok;
}

ErrorCode WorldState::subtract_balance(Account& account, const Uint256& amount) noexcept {
    if (amount.is_zero()) return ErrorCode::ok;
    if (!record(Undo::balance, &account, account.info.balance)) return exhausted();
    set_balance(account, account.info.balance - amount);
    return touch(account);
}

ErrorCode WorldState::set_nonce(Account& account, std::uint64_t nonce) noexcept {
    if (!bring_to_life(account) || !record(Undo::nonce, &account, account.info.nonce)) return exhausted();
    save_nonce(account);
    account.info.nonce = nonce;
    return ErrorCode::ok;
}

ErrorCode WorldState::touch(Account& account) noexcept {
    // An account that is not empty now cannot become so unnoticed: only subtract_balance makes one empty.
    if (!account.info.exists || !account.info.is_empty()) return ErrorCode::ok;
    if (!record(Undo::touched, &account) || !touched_.push_back(&account)) return exhausted();
    return ErrorCode::ok;
}

ErrorCode WorldState::create_contract(Account& account) noexcept {
    const Uint256 old{account.info.nonce, account.created_in, account.has(Account::kStorageCleared), 0};
    if (!bring_to_life(account) || !record(Undo::created, &account, old)) return exhausted();
    save_nonce(account);
    account.info.nonce = 1;
    account.created_in = transaction_;
    account.flags |= Account::kStorageCleared;
    return ErrorCode::ok;
}

Result<bool> WorldState::self_destruct(Account& account) noexcept {
    if (fork_ >= Fork::cancun && account.created_in != transaction_) return false;
    if (account.destroyed_in == transaction_) return false;
    if (!record(Undo::destroyed, &account) || !destroyed_.push_back(&account)) return exhausted();
    account.destroyed_in = transaction_;
    return true;
}

// -- storage

Result<Uint256> WorldState::storage(AccountIndex account, const Uint256& key) noexcept {
    SLUICE_TRY(const Slot* slot, loaded_slot(account, key));
    return slot->current;
}

Result<Uint256> WorldState::original_storage(AccountIndex account, const Uint256& key) noexcept {
    SLUICE_TRY(const Slot* slot, loaded_slot(account, key));
    return transaction_start(*slot);
}

ErrorCode WorldState::set_storage(AccountIndex account, const Uint256& key, const Uint256& value) noexcept {
    SLUICE_TRY(Slot * slot, loaded_slot(account, key));
    return set(*slot, value);
}

ErrorCode WorldState::set(Slot& slot, const Uint256& value) noexcept {
    if (!record(Undo::slot_value, &slot, slot.current)) return exhausted();
    if (slot.start_in != transaction_) {
        slot.start_in = transaction_;
        slot.transaction_start = slot.current;
    }
    save(slot);
    slot.set_current(value);
    return ErrorCode::ok;
}

WorldState::Transient* WorldState::find_transient(AccountIndex account, const Uint256& key,
                                                  std::uint64_t hash) const noexcept {
    const std::uint32_t found = transient_index_.find(
        hash, [&](std::uint32_t i) { return transients_[i].account == account && transients_[i].key == key; });
    return found == ArenaIndex::kNotFound ? nullptr : const_cast<Transient*>(&transients_[found]);
}

Uint256 WorldState::transient_storage(AccountIndex account, const Uint256& key) const noexcept {
    const Transient* entry = find_transient(account, key, hash_words(key, account, transient_index_.seed()));
    return entry == nullptr || entry->transaction != transaction_ ? Uint256{} : entry->value;
}

ErrorCode WorldState::set_transient_storage(AccountIndex account, const Uint256& key, const Uint256& value) noexcept {
    const std::uint64_t hash = hash_words(key, account, transient_index_.seed());
    Transient* entry = find_transient(account, key, hash);
    if (entry == nullptr) {
        const auto index = static_cast<std::uint32_t>(transients_.size());
        if (!transients_.push_back({key, {}, account, 0}) || !transient_index_.insert(hash, index)) return exhausted();
        entry = &transients_[index];
    }
    // Entries move when their array grows, so the record names the entry by its number.
    const auto number = static_cast<std::uintptr_t>(entry - transients_.data());
    const bool present = entry->transaction == transaction_;
    const void* subject = reinterpret_cast<const void*>(number * kUndoKinds);
    if (!(present ? record(Undo::transient_present, subject, entry->value) : record(Undo::transient_absent, subject))) {
        return exhausted();
    }
    entry->value = value;
    entry->transaction = transaction_;
    return ErrorCode::ok;
}

// -- warm sets

ErrorCode WorldState::warm(Account& account) noexcept {
    if (!record(Undo::account_warm, &account)) return exhausted();
    account.warm_in = transaction_;
    return ErrorCode::ok;
}

ErrorCode WorldState::warm(Slot& slot) noexcept {
    if (!record(Undo::slot_warm, &slot)) return exhausted();
    slot.warm_in = transaction_;
    return ErrorCode::ok;
}

ErrorCode WorldState::prewarm_account(const Address& address) noexcept {
    Account* account = find(address);
    if (account == nullptr) return ErrorCode::arena_exhausted;
    return is_warm(*account) ? ErrorCode::ok : warm(*account);
}

ErrorCode WorldState::prewarm_slot(const Address& address, const Uint256& key) noexcept {
    Account* account = find(address);
    if (account == nullptr) return ErrorCode::arena_exhausted;
    Slot* slot = find_slot(*account, key);
    if (slot == nullptr) return ErrorCode::arena_exhausted;
    return is_warm(*slot) ? ErrorCode::ok : warm(*slot);
}

Result<bool> WorldState::warm_account(AccountIndex account) noexcept {
    if (is_warm(at(account))) return false;
    SLUICE_RETURN_IF_ERROR(warm(at(account)));
    return true;
}

Result<bool> WorldState::warm_slot(AccountIndex account, const Uint256& key) noexcept {
    Slot* slot = find_slot(at(account), key);
    if (slot == nullptr) return ErrorCode::arena_exhausted;
    if (is_warm(*slot)) return false;
    SLUICE_RETURN_IF_ERROR(warm(*slot));
    return true;
}

// -- logs

ErrorCode WorldState::add_log(const Log& log) noexcept {
    Log kept = log;
    if (!log.data.empty()) {
        auto* data = transaction_arena_.make_array<std::uint8_t>(log.data.size());
        if (data == nullptr) return exhausted();
        std::memcpy(data, log.data.data(), log.data.size());
        kept.data = {data, log.data.size()};
    }
    return logs_.push_back(kept) ? ErrorCode::ok : exhausted();
}

// -- undo

bool WorldState::record(Undo kind, const void* subject) noexcept {
    const std::uint64_t words[] = {reinterpret_cast<std::uintptr_t>(subject) + static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

bool WorldState::record(Undo kind, const void* subject, std::uint64_t old) noexcept {
    const std::uint64_t words[] = {old, reinterpret_cast<std::uintptr_t>(subject) + static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

bool WorldState::record(Undo kind, const void* subject, const Uint256& old) noexcept {
    const std::uint64_t words[] = {old.limb[0], old.limb[1], old.limb[2], old.limb[3],
                                   reinterpret_cast<std::uintptr_t>(subject) + static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

void WorldState::revert(const Snapshot& snapshot) noexcept {
    while (journal_.size() > snapshot.changes) {
        const std::size_t end = journal_.size() - 1;
        // What the subject is depends on the record; of transient storage it is a number.
        const std::uint64_t number = journal_[end] / kUndoKinds;
        void* subject = reinterpret_cast<void*>(static_cast<std::uintptr_t>(number * kUndoKinds));
        const auto account = [&]() -> Account& { return *static_cast<Account*>(subject); };
        const auto slot = [&]() -> Slot& { return *static_cast<Slot*>(subject); };
        std::size_t payload = 0;
        const auto word = [&](std::size_t i) { return journal_[end - payload + i]; };
        const auto value = [&] { return Uint256{word(0), word(1), word(2), word(3)}; };
        switch (static_cast<Undo>(journal_[end] % kUndoKinds)) {
            case Undo::account_warm:
                account().warm_in = 0;
                break;
            case Undo::slot_warm:
                slot().warm_in = 0;
                break;
            case Undo::existence:
                account().info.exists = false;
                break;
            case Undo::balance:
                payload = 4;
                set_balance(account(), value());
                break;
            case Undo::nonce:
                payload = 1;
                account().info.nonce = word(0);
                break;
            case Undo::code_hash:
                payload = 4;
                account().info.code_hash = as_hash(&journal_[end - payload]);
                account().code = nullptr;
                break;
            case Undo::created:
                payload = 4;
                account().info.nonce = word(0);
                account().created_in = static_cast<std::uint32_t>(word(1));
                account().set(Account::kStorageCleared, word(2) != 0);
                break;
            case Undo::destroyed:
                account().destroyed_in = 0;
                destroyed_.pop_back();
                break;
            case Undo::touched:
                touched_.pop_back();
                break;
            case Undo::slot_value:
                payload = 4;
                slot().set_current(value());
                break;
            case Undo::transient_absent:
                transients_[number].transaction = 0;
                break;
            case Undo::transient_present:
                payload = 4;
                transients_[number].value = value();
                break;
        }
        journal_.shrink(end - payload);
    }
    logs_.shrink(snapshot.logs);
}

// -- transactions

void WorldState::begin_transaction() noexcept {
    ++transaction_;
    journal_.clear();
    logs_.clear();
    destroyed_.clear();
    touched_.clear();
}

void WorldState::remove(Account& account) noexcept {
    save_balance(account);
    save_nonce(account);
    save_code(account);
    if (!account.has(Account::kStorageSaved)) account.original.storage_root = account.info.storage_root;
    account.info = AccountInfo{};
    account.code = nullptr;
    account.flags &= ~(15u << Account::kBalanceLimbs);
    account.flags |= Account::kStorageSaved | Account::kStorageEmpty | Account::kStorageCleared;
    for (std::uint32_t number = account.last_slot; number != 0; number = slots_[number - 1].previous) {
        Slot& slot = slots_[number - 1];
        if (!slot.has(Slot::kLoaded)) continue;
        save(slot);
        slot.set_current({});
    }
}

ErrorCode WorldState::end_transaction() noexcept {
    for (Account* account : destroyed_) remove(*account);
    for (Account* account : touched_) {
        if (account->info.exists && account->info.is_empty()) remove(*account);
    }
    begin_transaction();
    transaction_arena_.reset();
    return ErrorCode::ok;
}

Result<Hash32> WorldState::block_hash(std::uint64_t number) noexcept {
    if (ancestors_ == nullptr) {
        ancestors_ = static_cast<Ancestor*>(block_arena_.allocate_zeros(kAncestors * sizeof(Ancestor)));
        if (ancestors_ == nullptr) return exhausted();
    }
    Ancestor& ancestor = ancestors_[number % kAncestors];
    if (ancestor.number_plus_one != number + 1) {
        SLUICE_TRY(ancestor.hash, source_.block_hash(number));
        ancestor.number_plus_one = number + 1;
    }
    return ancestor.hash;
}

std::size_t WorldState::listed_account(std::size_t number, witness::AccountAccess& access) noexcept {
    const Account& account = accounts_[asked_[number]];
    const std::uint32_t flags = account.flags;
    access.address = account.address;
    access.storage_cleared = (flags & Account::kStorageCleared) != 0;

    AccountInfo& original = access.original;
    original = AccountInfo{};
    original.exists = (flags & Account::kExisted) != 0;
    original.balance =
        only_limbs((flags & Account::kBalanceSaved) != 0 ? account.original.balance : account.info.balance,
                   flags >> Account::kOriginalLimbs);
    original.nonce = (flags & Account::kNonceSaved) != 0 ? account.original.nonce : account.info.nonce;
    if ((flags & Account::kHadCode) != 0) {
        original.code_hash = (flags & Account::kCodeSaved) != 0 ? account.original.code_hash : account.info.code_hash;
    }
    if ((flags & Account::kHadStorage) != 0) {
        original.storage_root =
            (flags & Account::kStorageSaved) != 0 ? account.original.storage_root : account.info.storage_root;
    }

    AccountInfo& current = access.current;
    current = AccountInfo{};
    if (account.info.exists) {
        current = original;
        current.exists = true;
        if ((flags & Account::kBalanceSaved) != 0) {
            current.balance = only_limbs(account.info.balance, flags >> Account::kBalanceLimbs);
        }
        if ((flags & Account::kNonceSaved) != 0) current.nonce = account.info.nonce;
        if ((flags & Account::kCodeSaved) != 0) current.code_hash = account.info.code_hash;
        if ((flags & Account::kStorageSaved) != 0) current.storage_root = account.info.storage_root;
    }

    std::size_t count = 0;
    for (std::uint32_t i = account.last_slot; i != 0; i = slots_[i - 1].previous) count += slots_[i - 1].matters();
    return count;
}

void WorldState::listed_slots(std::size_t number, std::span<SlotEntry> out) noexcept {
    std::size_t count = out.size();
    for (std::uint32_t i = accounts_[asked_[number]].last_slot; i != 0; i = slots_[i - 1].previous) {
        const Slot& slot = slots_[i - 1];
        if (!slot.matters()) continue;
        out[--count] = {only_limbs(slot.key, slot.flags >> Slot::kKeyLimbs).to_hash(), i - 1, slot.has(Slot::kListed)};
    }
}

witness::AccessSource::SlotValues WorldState::slot_values(std::size_t /*number*/, std::uint32_t name) noexcept {
    const Slot& slot = slots_[name];
    SlotValues values;
    values.current = only_limbs(slot.current, slot.flags >> Slot::kCurrentLimbs);
    values.original =
        slot.has(Slot::kSaved) ? only_limbs(slot.original, slot.flags >> Slot::kOriginalLimbs) : values.current;
    return values;
}

}  // namespace sluice::executor

// Accounts, slots and codes of a block, and the journal that undoes changes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/world_state.h"

#include "sluice/base/keccak.h"

namespace sluice::executor {

/// What an undo record restores. A record is its payload, then the subject's address, then the kind.
enum class WorldState::Undo : std::uint64_t {
    account_warm,       // no payload
    slot_warm,          // no payload
    existence,          // no payload; the account did not exist
    balance,            // four words
    nonce,              // one word
    code_hash,          // four words
    created,            // four words: nonce, created_in, storage_cleared, 0
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
      slots_(block_arena),
      codes_(block_arena),
      transients_(block_arena),
      journal_(block_arena),
      logs_(block_arena),
      destroyed_(block_arena),
      touched_(block_arena) {
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
    const std::uint32_t found = account_index_.find(hash, [&](std::uint32_t i) { return accounts_[i]->word == key; });
    if (found != ArenaIndex::kNotFound) return accounts_[found];

    auto* account = block_arena_.make<Account>();
    const auto index = static_cast<AccountIndex>(accounts_.size());
    if (account == nullptr || !accounts_.push_back(account) || !account_index_.insert(hash, index)) {
        (void)exhausted();
        return nullptr;
    }
    account->index = index;
    account->word = key;
    account->address = key.to_address();
    return account;
}

Account* WorldState::find(const Address& address) noexcept {
    return find(Uint256::from_address(address));
}

Slot* WorldState::find_slot(Account& account, const Uint256& key) noexcept {
    const std::uint64_t hash = hash_words(key, account.index, slot_index_.seed());
    const std::uint32_t found = slot_index_.find(
        hash, [&](std::uint32_t i) { return slots_[i]->account == &account && slots_[i]->key == key; });
    if (found != ArenaIndex::kNotFound) return slots_[found];

    auto* slot = block_arena_.make<Slot>();
    const auto index = static_cast<std::uint32_t>(slots_.size());
    if (slot == nullptr || !slots_.push_back(slot) || !slot_index_.insert(hash, index)) {
        (void)exhausted();
        return nullptr;
    }
    slot->key = key;
    slot->account = &account;
    slot->next = account.slots;
    account.slots = slot;
    return slot;
}

ErrorCode WorldState::ask(Account& account) noexcept {
    SLUICE_TRY(account.original, source_.account(account.address, asked_));
    account.source_index = asked_++;
    account.info = account.original;
    account.storage_empty = account.original.storage_root == kEmptyTrieRoot;
    return ErrorCode::ok;
}

ErrorCode WorldState::ask(Slot& slot) noexcept {
    Account& account = *slot.account;
    SLUICE_RETURN_IF_ERROR(load(account));
    if (!account.storage_empty) {
        SLUICE_TRY(slot.original, source_.storage(account.source_index, account.address, slot.key));
        slot.current = slot.original;
        slot.listed = true;
    }
    slot.loaded = true;
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
    account.info.code_hash = hash;
    account.code = code;
    return ErrorCode::ok;
}

// -- accounts

bool WorldState::bring_to_life(Account& account) noexcept {
    if (account.info.exists) return true;
    if (!record(Undo::existence, &account)) return false;
    account.info.exists = true;
    return true;
}

ErrorCode WorldState::add_balance(Account& account, const Uint256& amount) noexcept {
    if (amount.is_zero()) return touch(account);
    if (!bring_to_life(account) || !record(Undo::balance, &account, account.info.balance)) return exhausted();
    account.info.balance += amount;
    return ErrorCode::ok;
}

ErrorCode WorldState::subtract_balance(Account& account, const Uint256& amount) noexcept {
    if (amount.is_zero()) return ErrorCode::ok;
    if (!record(Undo::balance, &account, account.info.balance)) return exhausted();
    account.info.balance -= amount;
    return touch(account);
}

ErrorCode WorldState::set_nonce(Account& account, std::uint64_t nonce) noexcept {
    if (!bring_to_life(account) || !record(Undo::nonce, &account, account.info.nonce)) return exhausted();
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
    const Uint256 old{account.info.nonce, account.created_in, account.storage_cleared, 0};
    if (!bring_to_life(account) || !record(Undo::created, &account, old)) return exhausted();
    account.info.nonce = 1;
    account.created_in = transaction_;
    account.storage_cleared = true;
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
    slot.current = value;
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
    void* subject = reinterpret_cast<void*>(number);
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

bool WorldState::record(Undo kind, void* subject) noexcept {
    const std::uint64_t words[] = {reinterpret_cast<std::uintptr_t>(subject), static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

bool WorldState::record(Undo kind, void* subject, std::uint64_t old) noexcept {
    const std::uint64_t words[] = {old, reinterpret_cast<std::uintptr_t>(subject), static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

bool WorldState::record(Undo kind, void* subject, const Uint256& old) noexcept {
    const std::uint64_t words[] = {old.limb[0],
                                   old.limb[1],
                                   old.limb[2],
                                   old.limb[3],
                                   reinterpret_cast<std::uintptr_t>(subject),
                                   static_cast<std::uint64_t>(kind)};
    return journal_.append(words);
}

void WorldState::revert(const Snapshot& snapshot) noexcept {
    while (journal_.size() > snapshot.changes) {
        const std::size_t end = journal_.size() - 2;
        void* subject = reinterpret_cast<void*>(static_cast<std::uintptr_t>(journal_[end]));
        // What the subject is depends on the record; of transient storage it is a number.
        const auto account = [&]() -> Account& { return *static_cast<Account*>(subject); };
        const auto slot = [&]() -> Slot& { return *static_cast<Slot*>(subject); };
        std::size_t payload = 0;
        const auto word = [&](std::size_t i) { return journal_[end - payload + i]; };
        const auto value = [&] { return Uint256{word(0), word(1), word(2), word(3)}; };
        switch (static_cast<Undo>(journal_[end + 1])) {
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
                account().info.balance = value();
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
                account().storage_cleared = word(2) != 0;
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
                slot().current = value();
                break;
            case Undo::transient_absent:
                transients_[reinterpret_cast<std::uintptr_t>(subject)].transaction = 0;
                break;
            case Undo::transient_present:
                payload = 4;
                transients_[reinterpret_cast<std::uintptr_t>(subject)].value = value();
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
    account.info = AccountInfo{};
    account.code = nullptr;
    account.storage_empty = true;
    account.storage_cleared = true;
    for (Slot* slot = account.slots; slot != nullptr; slot = slot->next) slot->current = Uint256{};
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
        ancestors_ = block_arena_.make_array<Ancestor>(kAncestors);
        if (ancestors_ == nullptr) return exhausted();
        for (std::uint64_t i = 0; i < kAncestors; ++i) ancestors_[i].number_plus_one = 0;
    }
    Ancestor& ancestor = ancestors_[number % kAncestors];
    if (ancestor.number_plus_one != number + 1) {
        SLUICE_TRY(ancestor.hash, source_.block_hash(number));
        ancestor.number_plus_one = number + 1;
    }
    return ancestor.hash;
}

Result<witness::BlockAccesses> WorldState::accesses(Arena& arena) noexcept {
    auto* accounts = arena.make_array<witness::AccountAccess>(asked_);
    if (accounts == nullptr) return exhausted();
    for (const Account* account : accounts_) {
        if (!account->is_loaded()) continue;
        witness::AccountAccess& access = accounts[account->source_index];
        access.address = account->address;
        access.original = account->original;
        if (account->info.exists) access.current = account->info;
        access.storage_cleared = account->storage_cleared;

        const auto matters = [](const Slot& slot) { return slot.loaded && (slot.listed || !slot.current.is_zero()); };
        std::size_t count = 0;
        for (const Slot* slot = account->slots; slot != nullptr; slot = slot->next) count += matters(*slot);
        if (count == 0) continue;
        auto* slots = arena.make_array<witness::SlotAccess>(count);
        if (slots == nullptr) return exhausted();
        access.slots = {slots, count};
        for (const Slot* slot = account->slots; slot != nullptr; slot = slot->next) {
            if (matters(*slot)) slots[--count] = {slot->key, slot->original, slot->current, slot->listed};
        }
    }
    return witness::BlockAccesses{{accounts, asked_}};
}

}  // namespace sluice::executor

// Fuzzes the stream reader and the state sources of all modes with streams that nothing vouches for: a run ends with a
// root or with an error that has details, and a root means that the stream was read to its last byte.
//
// The program's own keccak256 is the same for all nodes, headers and codes, so that malformed ones are not held back by
// their hashes; an address or a slot is its own hash. Input: one byte that says how the run ends, one with the number
// of steps, three bytes for each step, then the stream. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <optional>
#include <vector>

#include "sluice/executor/streaming_state.h"
#include "sluice/witness/reader.h"

namespace sluice {

Hash32 keccak256(ByteView data) noexcept {
    Hash32 hash;
    if (data.size() == 20 || data.size() == 32) {
        std::memcpy(hash.bytes.data(), data.data(), data.size());
    } else {
        hash.bytes.fill(0xaa);
    }
    return hash;
}

}  // namespace sluice

using namespace sluice;
using namespace sluice::witness;

namespace {

constexpr std::uint64_t kParentNumber = 300;

Hash32 any_hash() {
    Hash32 hash;
    hash.bytes.fill(0xaa);
    return hash;
}

/// Few addresses, so that they meet what the stream holds.
Address address_of(unsigned byte) {
    Address address;
    address.bytes.fill(static_cast<std::uint8_t>(byte % 4 * 0x11));
    return address;
}

/// A block that asks mostly for what the stream has next.
class Run {
 public:
    Run(StreamReader& reader, ByteView stream, executor::StateSource& source)
        : reader_(reader), stream_(stream), source_(source) {}

    ErrorCode step(unsigned operation, unsigned what, unsigned value) {
        const bool follow = operation % 4 != 0;
        const RecordKind next = reader_.next_kind();
        if (follow && next == RecordKind::account_value && payload().size() >= 20) {
            return touch(Address::from(payload().data())).error();
        }
        if (follow && next == RecordKind::account && payload().size() >= 20) {
            return touch(Address::from(payload().data())).error();
        }
        if (follow && next == RecordKind::slot_value) {
            SlotValueItem item;
            if (parse_slot_value(payload(), item)) return slot(static_cast<unsigned>(item.account), item.slot, value);
        }
        if (follow && next == RecordKind::storage_trie) return slot(what, Uint256(value % 4), value);
        if (follow && next == RecordKind::bytecode) return code();
        if (follow && next == RecordKind::header) return block_hash(what);
        switch (operation / 4 % 8) {
            case 0:
            case 1:
                return touch(address_of(what)).error();
            case 2:
                return slot(what, Uint256(value % 4), value);
            case 3:
                return block_hash(what);
            case 4:
                return code();
            case 5:
                change(what, [&](AccountAccess& account) { account.current.balance = Uint256(value); });
                return ErrorCode::ok;
            case 6:
                change(what, [&](AccountAccess& account) {
                    account.current.exists = value % 2 == 0;
                    account.storage_cleared = true;
                });
                return ErrorCode::ok;
            default:
                change(what, [&](AccountAccess& account) { account.current.exists = true; });
                return ErrorCode::ok;
        }
    }

    BlockAccesses accesses() {
        for (std::size_t i = 0; i < accounts_.size(); ++i) accounts_[i].slots = slots_[i];
        return {accounts_};
    }

 private:
    /// What the next record has, as far as it is there.
    ByteView payload() const {
        const ByteView rest = stream_.last(reader_.remaining());
        if (rest.size() < kRecordHeaderSize) return {};
        const std::size_t size = load_le<std::uint32_t>(rest.data() + 4);
        const ByteView after = rest.subspan(kRecordHeaderSize);
        return after.first(size < after.size() ? size : after.size());
    }
    Result<std::uint32_t> touch(const Address& address) {
        for (std::uint32_t i = 0; i < accounts_.size(); ++i) {
            if (accounts_[i].address == address) return i;
        }
        const auto index = static_cast<std::uint32_t>(accounts_.size());
        SLUICE_TRY(const AccountInfo info, source_.account(address, index));
        AccountAccess access{};
        access.address = address;
        access.original = info;
        access.current = info;
        accounts_.push_back(access);
        slots_.emplace_back();
        return index;
    }
    ErrorCode slot(unsigned what, const Uint256& number, unsigned value) {
        if (accounts_.empty()) return ErrorCode::ok;
        const std::size_t index = what % accounts_.size();
        AccountAccess& account = accounts_[index];
        if (account.storage_cleared || account.original.storage_root == kEmptyTrieRoot) return ErrorCode::ok;
        for (const SlotAccess& known : slots_[index]) {
            if (known.slot == number) return ErrorCode::ok;
        }
        SlotAccess access{};
        access.slot = number;
        access.listed = true;
        SLUICE_TRY(access.original, source_.storage(static_cast<std::uint32_t>(index), account.address, number));
        access.current = value % 2 == 0 ? access.original : Uint256(value / 2 % 3);
        slots_[index].push_back(access);
        return ErrorCode::ok;
    }
    ErrorCode code() {
        if (code_read_) return ErrorCode::ok;
        code_read_ = true;
        return source_.code(any_hash()).error();
    }
    ErrorCode block_hash(unsigned what) { return source_.block_hash(kParentNumber - 1 - what % 255).error(); }
    template <class Change>
    void change(unsigned what, const Change& apply) {
        if (!accounts_.empty()) apply(accounts_[what % accounts_.size()]);
    }

    StreamReader& reader_;
    ByteView stream_;
    executor::StateSource& source_;
    std::vector<AccountAccess> accounts_;
    std::vector<std::vector<SlotAccess>> slots_;
    bool code_read_ = false;
};

ErrorCode run(ByteView steps, ByteView stream, bool invalid_block, Arena& arena, Diagnostics& diagnostics) {
    StreamReader reader(stream, diagnostics);
    SLUICE_RETURN_IF_ERROR(reader.open());
    SLUICE_TRY([[maybe_unused]] const ByteView config, reader.read_chain_config());
    SLUICE_TRY(const AncestorHeadersInput ancestors, reader.read_ancestor_headers());
    SLUICE_TRY([[maybe_unused]] const ByteView block, reader.read_current_block());
    const executor::ParentLink parent{kParentNumber, any_hash(), any_hash(), any_hash()};
    SLUICE_TRY(executor::StateSource* const source,
               open_streaming_state(reader, parent, ancestors, arena, diagnostics));
    Run block_run(reader, stream, *source);
    for (; steps.size() >= 3; steps = steps.subspan(3)) {
        SLUICE_RETURN_IF_ERROR(block_run.step(steps[0], steps[1], steps[2]));
    }
    if (invalid_block) return source->authenticate(block_run.accesses());
    SLUICE_TRY([[maybe_unused]] const Hash32 root, source->post_state_root(block_run.accesses()));
    SLUICE_RETURN_IF_ERROR(source->finish());
    if (reader.remaining() != 0) abort();
    return ErrorCode::ok;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static std::vector<std::uint8_t> memory(1 << 20);
    Arena arena(memory.data(), memory.size());
    const bool invalid_block = data[0] % 2 != 0;
    const std::size_t step_bytes = 3 * std::size_t{data[1]} < size - 2 ? 3 * std::size_t{data[1]} : size - 2;
    // A copy of exactly its size, so that reads past it are seen.
    const std::vector<std::uint8_t> stream(data + 2 + step_bytes, data + size);
    Diagnostics diagnostics;
    const ErrorCode code = run(ByteView(data + 2, step_bytes), stream, invalid_block, arena, diagnostics);
    // An error says what and where, but for exhaustion of memory.
    if (code == ErrorCode::ok && diagnostics.failed()) abort();
    if (code != ErrorCode::ok && code != ErrorCode::arena_exhausted && !diagnostics.failed()) abort();
    return 0;
}

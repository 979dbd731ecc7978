// A parent state in std::map: the source that interpreter and world-state tests run on.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/executor/state_source.h"

namespace sluice::test {

struct MapAccount {
    Uint256 balance{};
    std::uint64_t nonce = 0;
    std::vector<std::uint8_t> code{};
    std::map<Uint256, Uint256, std::less<>> storage{};
};

/// Gives what `accounts` holds and notes what it was asked for. Its storage roots only tell empty from not empty.
class MapState final : public executor::StateSource {
 public:
    std::map<Address, MapAccount> accounts;
    std::map<std::uint64_t, Hash32> block_hashes;
    std::vector<std::string> asked;  ///< "account <hex>", "slot <hex> <hex>", "code <hex>", "block <number>"

    Result<executor::AccountInfo> account(const Address& address, std::uint32_t index) noexcept override {
        if (index != next_index_++) return ErrorCode::internal_fault;
        asked.push_back("account " + hex(address.view()));
        executor::AccountInfo info;
        const auto found = accounts.find(address);
        if (found == accounts.end()) return info;
        info.exists = true;
        info.balance = found->second.balance;
        info.nonce = found->second.nonce;
        if (!found->second.code.empty()) {
            info.code_hash = keccak256(found->second.code);
            codes_[info.code_hash] = found->second.code;
        }
        if (!found->second.storage.empty()) info.storage_root.bytes[0] ^= 1;
        return info;
    }
    Result<Uint256> storage(std::uint32_t, const Address& address, const Uint256& slot) noexcept override {
        asked.push_back("slot " + hex(address.view()) + " " + hex(slot.to_hash().view()));
        const auto found = accounts.find(address);
        if (found == accounts.end()) return ErrorCode::internal_fault;
        const auto value = found->second.storage.find(slot);
        return value == found->second.storage.end() ? Uint256{} : value->second;
    }
    Result<ByteView> code(const Hash32& code_hash) noexcept override {
        asked.push_back("code " + hex(code_hash.view()));
        const auto found = codes_.find(code_hash);
        if (found == codes_.end()) return ErrorCode::internal_fault;
        return ByteView(found->second);
    }
    Result<Hash32> block_hash(std::uint64_t number) noexcept override {
        asked.push_back("block " + std::to_string(number));
        const auto found = block_hashes.find(number);
        if (found == block_hashes.end()) return ErrorCode::internal_fault;
        return found->second;
    }

    static std::string hex(ByteView bytes) {
        static const char* digits = "0123456789abcdef";
        std::string text;
        for (const std::uint8_t byte : bytes) {
            text += digits[byte >> 4];
            text += digits[byte & 15];
        }
        return text;
    }

 private:
    std::map<Hash32, std::vector<std::uint8_t>> codes_;
    std::uint32_t next_index_ = 0;
};

}  // namespace sluice::test

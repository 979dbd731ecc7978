// Requests of the execution layer to the consensus layer. SPDX-License-Identifier: MIT OR Apache-2.0
#include "block/requests.h"

#include "block/rules.h"
#include "sluice/crypto/hash.h"

namespace sluice::executor {
namespace {

// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")
constexpr Hash32 kDepositEvent{{0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42, 0xaf, 0xea, 0x4e,
                                0x5c, 0xd8, 0x2d, 0x40, 0x49, 0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0,
                                0x88, 0x9a, 0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5}};

// The event's five byte strings, ABI-encoded: a table of offsets, then length and padded bytes of each.
struct DepositField {
    std::string_view name;
    std::size_t offset;
    std::size_t size;
};
constexpr DepositField kDepositFields[] = {{"deposit pubkey", 160, 48},
                                           {"deposit withdrawal_credentials", 256, 32},
                                           {"deposit amount", 320, 8},
                                           {"deposit signature", 384, 96},
                                           {"deposit index", 512, 8}};
constexpr std::size_t kDepositEventSize = 576;

/// A 32-byte word, or the largest number if it does not fit 64 bits.
std::uint64_t read_word(const std::uint8_t* bytes) noexcept {
    const Uint256 word = Uint256::from_be(bytes);
    return word.fits_u64() ? word.low64() : ~std::uint64_t{0};
}

}  // namespace

ErrorCode RequestList::add_deposits(std::span<const Log> logs, const Address& deposit_contract,
                                    Diagnostics& diagnostics) noexcept {
    for (const Log& log : logs) {
        if (log.address != deposit_contract || log.topic_count == 0 || log.topics[0] != kDepositEvent) continue;
        const auto refuse = [&](std::string_view what, std::uint64_t expected, std::uint64_t found) {
            return fail_with(diagnostics, ErrorCode::deposit_layout, what, expected, found);
        };
        if (log.data.size() != kDepositEventSize) return refuse("bytes", kDepositEventSize, log.data.size());
        const std::uint8_t* data = log.data.data();
        for (std::size_t i = 0; i < std::size(kDepositFields); ++i) {
            const std::uint64_t offset = read_word(data + 32 * i);
            if (offset != kDepositFields[i].offset) {
                return refuse(kDepositFields[i].name, kDepositFields[i].offset, offset);
            }
        }
        for (const DepositField& field : kDepositFields) {
            const std::uint64_t size = read_word(data + field.offset);
            if (size != field.size) return refuse(field.name, field.size, size);
        }
        if (deposits_.empty() && !deposits_.push_back(static_cast<std::uint8_t>(RequestType::deposit))) {
            return ErrorCode::arena_exhausted;
        }
        for (const DepositField& field : kDepositFields) {
            if (!deposits_.append({data + field.offset + 32, field.size})) return ErrorCode::arena_exhausted;
        }
    }
    return ErrorCode::ok;
}

ErrorCode RequestList::end_deposits() noexcept {
    if (deposits_.empty()) return ErrorCode::ok;
    return hashes_.append(crypto::sha256(deposits_.span()).view()) ? ErrorCode::ok : ErrorCode::arena_exhausted;
}

ErrorCode RequestList::add(RequestType type, ByteView data) noexcept {
    if (data.empty()) return ErrorCode::ok;
    const Arena::Mark mark = arena_.mark();
    auto* request = static_cast<std::uint8_t*>(arena_.allocate(1 + data.size(), 1));
    if (request == nullptr) return ErrorCode::arena_exhausted;
    request[0] = static_cast<std::uint8_t>(type);
    std::memcpy(request + 1, data.data(), data.size());
    const Hash32 hash = crypto::sha256({request, 1 + data.size()});
    arena_.rewind(mark);
    return hashes_.append(hash.view()) ? ErrorCode::ok : ErrorCode::arena_exhausted;
}

Hash32 RequestList::hash() const noexcept {
    return crypto::sha256(hashes_.span());
}

}  // namespace sluice::executor

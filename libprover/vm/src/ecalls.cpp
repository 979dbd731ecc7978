// ECALLs: see ecalls.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "ecalls.h"

#include <cstring>
#include <vector>

namespace sluice::vm {

using abi::TrapCode;

TrapCode GuestPort::read_words(std::uint64_t address, std::uint64_t* words, std::size_t count) {
    const std::uint64_t size = std::uint64_t{count} * 8;
    if (!space_.permits(address, size, kPageRead)) return TrapCode::load_fault;
    space_.open(address, size, kPageRead);
    if (tracker_ != nullptr) tracker_->touch(address, size);
    std::memcpy(words, space_.base() + address, size);
    return TrapCode::none;
}

TrapCode GuestPort::write_words(std::uint64_t address, const std::uint64_t* words, std::size_t count) {
    const std::uint64_t size = std::uint64_t{count} * 8;
    if (!space_.permits(address, size, kPageWrite)) return TrapCode::store_fault;
    space_.open(address, size, kPageWrite);
    if (tracker_ != nullptr) tracker_->touch(address, size);
    std::memcpy(space_.base() + address, words, size);
    return TrapCode::none;
}

std::uint32_t ecall_registers(std::uint64_t number) noexcept {
    constexpr std::uint32_t kNumber = 1U << 17;
    const auto arguments = [](unsigned count) { return kNumber | ((1U << count) - 1) << 10; };
    switch (number) {
        case SLUICE_ECALL_DEBUG_WRITE:
        case SLUICE_ECALL_COST_SCOPE_BEGIN:
        case SLUICE_ECALL_COST_SCOPE_END:
            return kNumber;
        case SLUICE_ECALL_KECCAK_F:
        case SLUICE_ECALL_SECP256K1_DOUBLE:
            return arguments(1);
        case SLUICE_ECALL_HALT:
        case SLUICE_ECALL_KECCAK_ABSORB:
        case SLUICE_ECALL_SHA256_COMPRESS:
        case SLUICE_ECALL_SECP256K1_ADD:
            return arguments(2);
        case SLUICE_ECALL_UINT256_MULMOD_ADD:
            return arguments(4);
        default:
            return arguments(3);
    }
}

namespace {

/// Host memory under the ecalls: words from address 0 on.
class WordsPort final : public abi::MemoryPort {
 public:
    std::array<std::uint64_t, 12> words{};

    TrapCode read_words(std::uint64_t address, std::uint64_t* to, std::size_t count) override {
        if (address / 8 + count > words.size()) return TrapCode::load_fault;
        std::memcpy(to, words.data() + address / 8, count * 8);
        return TrapCode::none;
    }
    TrapCode write_words(std::uint64_t address, const std::uint64_t* from, std::size_t count) override {
        if (address / 8 + count > words.size()) return TrapCode::store_fault;
        std::memcpy(words.data() + address / 8, from, count * 8);
        return TrapCode::none;
    }
};

}  // namespace

std::array<std::uint8_t, 32> sha256(ByteView message) {
    constexpr std::uint32_t kInitial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};  // FIPS 180-4, 5.3.3
    std::vector<std::uint8_t> tail(message.begin() + static_cast<std::ptrdiff_t>(message.size() / 64 * 64),
                                   message.end());
    tail.push_back(0x80);
    while (tail.size() % 64 != 56) tail.push_back(0);
    tail.resize(tail.size() + 8);
    store_be<std::uint64_t>(tail.data() + tail.size() - 8, std::uint64_t{message.size()} * 8);

    WordsPort port;
    std::memcpy(port.words.data(), kInitial, sizeof kInitial);
    const auto compress = [&](const std::uint8_t* block) {
        std::memcpy(port.words.data() + 4, block, 64);
        static_cast<void>(abi::execute_ecall(SLUICE_ECALL_SHA256_COMPRESS, {0, 32, 0, 0}, port));
    };
    for (std::size_t at = 0; at + 64 <= message.size(); at += 64) compress(message.data() + at);
    for (std::size_t at = 0; at < tail.size(); at += 64) compress(tail.data() + at);

    std::array<std::uint8_t, 32> digest;
    std::uint32_t state[8];
    std::memcpy(state, port.words.data(), sizeof state);
    for (std::size_t i = 0; i < 8; ++i) store_be<std::uint32_t>(digest.data() + 4 * i, state[i]);
    return digest;
}

}  // namespace sluice::vm

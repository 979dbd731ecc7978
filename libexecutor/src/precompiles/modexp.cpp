// 0x05: modular exponentiation (EIP-198), priced by EIP-2565, from Osaka on by EIP-7883 and with EIP-7823's limit.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/modexp.h"

#include "precompiles/input.h"

namespace sluice::executor {
namespace {

constexpr std::size_t kHeader = 96;
constexpr std::uint64_t kMaxLength = 1024;  // EIP-7823, from Osaka on
constexpr std::uint64_t kUnpayable = ~std::uint64_t{0};

/// The lengths that the input starts with. One that does not fit 64 bits is kUnpayable, as is its price.
struct Lengths {
    std::uint64_t base;
    std::uint64_t exponent;
    std::uint64_t modulus;

    explicit Lengths(ByteView input) noexcept {
        const PaddedInput<kHeader> header(input);
        const auto length = [&](std::size_t at) {
            const Uint256 value = Uint256::from_be(header.bytes + at);
            return value.fits_u64() ? value.low64() : kUnpayable;
        };
        base = length(0);
        exponent = length(32);
        modulus = length(64);
    }
};

/// Bits of the exponent's first 32 bytes (of all of it if it is shorter).
unsigned head_bits(ByteView input, const Lengths& lengths) noexcept {
    if (lengths.base >= input.size()) return 0;
    PaddedInput<32> head(input, kHeader + lengths.base);
    Uint256 value = Uint256::from_be(head.bytes);
    if (lengths.exponent < 32) value = value >> static_cast<unsigned>(8 * (32 - lengths.exponent));
    return value.bit_width();
}

}  // namespace

std::uint64_t modexp_gas(ByteView input, Fork fork) noexcept {
    const Lengths lengths(input);
    const bool osaka = fork >= Fork::osaka;
    const std::uint64_t least = osaka ? 500 : 200;
    const std::uint64_t longest = lengths.base > lengths.modulus ? lengths.base : lengths.modulus;
    if (longest == 0 && !osaka) return least;

    const Uint128 words = longest / 8 + (longest % 8 != 0 ? 1 : 0);
    const Uint128 complexity = !osaka ? words * words : longest <= 32 ? 16 : 2 * words * words;
    const unsigned bits = head_bits(input, lengths);
    Uint128 iterations = bits > 0 ? bits - 1 : 0;
    if (lengths.exponent > 32) iterations += static_cast<Uint128>(osaka ? 16 : 8) * (lengths.exponent - 32);
    if (iterations == 0) iterations = 1;
    if (((complexity | iterations) >> 64) != 0 && complexity > ~Uint128{0} / iterations) return kUnpayable;
    const Uint128 price = iterations * complexity / (osaka ? 1 : 3);
    if ((price >> 64) != 0) return kUnpayable;
    return price > least ? static_cast<std::uint64_t>(price) : least;
}

Result<PrecompileResult> modexp_run(ByteView input, Fork fork, Arena& arena) noexcept {
    const Lengths lengths(input);
    if (fork >= Fork::osaka &&
        (lengths.base > kMaxLength || lengths.exponent > kMaxLength || lengths.modulus > kMaxLength)) {
        return kPrecompileFailure;
    }
    if (lengths.modulus == 0) return PrecompileResult{true, {}};
    std::uint64_t total = 0;
    if (!checked_add(lengths.base, lengths.exponent, total) || !checked_add(total, lengths.modulus, total)) {
        return kPrecompileFailure;
    }
    const ByteView present = input.size() > kHeader ? input.subspan(kHeader) : ByteView{};
    ByteView numbers = present;
    if (present.size() < total) {
        auto* padded = arena.make_array<std::uint8_t>(total);
        if (padded == nullptr) return ErrorCode::arena_exhausted;
        if (!present.empty()) std::memcpy(padded, present.data(), present.size());
        std::memset(padded + present.size(), 0, total - present.size());
        numbers = {padded, total};
    }
    std::uint8_t* output = make_output(arena, lengths.modulus);
    if (output == nullptr ||
        !crypto::modexp(numbers.subspan(0, lengths.base), numbers.subspan(lengths.base, lengths.exponent),
                        numbers.subspan(lengths.base + lengths.exponent, lengths.modulus), {output, lengths.modulus},
                        arena)) {
        return ErrorCode::arena_exhausted;
    }
    return PrecompileResult{true, {output, lengths.modulus}};
}

}  // namespace sluice::executor

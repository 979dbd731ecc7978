// Base fees and intrinsic gas. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/fees.h"

namespace sluice::executor {
namespace {

/// Unsigned integer of up to 384 bits: room for a 256-bit fee times a 64-bit fraction times a 64-bit numerator.
class Wide {
 public:
    explicit Wide(const Uint256& value) noexcept {
        for (unsigned i = 0; i < 4; ++i) limb_[i] = value.limb[i];
        size_ = 4;
        trim();
    }

    [[nodiscard]] bool is_zero() const noexcept { return size_ == 0; }
    [[nodiscard]] bool fits(unsigned limbs) const noexcept { return size_ <= limbs; }
    [[nodiscard]] Uint256 low256() const noexcept { return {limb_[0], limb_[1], limb_[2], limb_[3]}; }

    /// The caller knows that the product has at most six limbs.
    void multiply(std::uint64_t factor) noexcept {
        std::uint64_t carry = 0;
        for (unsigned i = 0; i < size_; ++i) {
            const Uint128 product = static_cast<Uint128>(limb_[i]) * factor + carry;
            limb_[i] = static_cast<std::uint64_t>(product);
            carry = static_cast<std::uint64_t>(product >> 64);
        }
        if (carry != 0) limb_[size_++] = carry;
        trim();
    }
    /// Rounds down.
    void divide(std::uint64_t divisor) noexcept {
        std::uint64_t remainder = 0;
        for (unsigned i = size_; i-- > 0;) {
            if (remainder == 0) {  // no 128-bit division for the highest limb
                remainder = limb_[i] % divisor;
                limb_[i] /= divisor;
                continue;
            }
            const Uint128 dividend = static_cast<Uint128>(remainder) << 64 | limb_[i];
            limb_[i] = static_cast<std::uint64_t>(dividend / divisor);
            remainder = static_cast<std::uint64_t>(dividend % divisor);
        }
        trim();
    }
    /// The caller knows that the sum has at most six limbs.
    void add(const Wide& other) noexcept {
        const unsigned size = size_ > other.size_ ? size_ : other.size_;
        std::uint64_t carry = 0;
        for (unsigned i = 0; i < size; ++i) {
            const Uint128 sum = static_cast<Uint128>(limb_[i]) + other.limb_[i] + carry;
            limb_[i] = static_cast<std::uint64_t>(sum);
            carry = static_cast<std::uint64_t>(sum >> 64);
        }
        size_ = size;
        if (carry != 0) limb_[size_++] = carry;
    }
    friend bool operator<(const Wide& a, const Wide& b) noexcept {
        for (unsigned i = 6; i-- > 0;) {
            if (a.limb_[i] != b.limb_[i]) return a.limb_[i] < b.limb_[i];
        }
        return false;
    }

 private:
    void trim() noexcept {
        while (size_ != 0 && limb_[size_ - 1] == 0) --size_;
    }

    std::uint64_t limb_[6]{};
    unsigned size_ = 0;
};

constexpr std::uint64_t kElasticity = 2;                         // EIP-1559
constexpr std::uint64_t kBaseFeeChangeDenominator = 8;           // EIP-1559
constexpr std::uint64_t kBlobBaseCost = std::uint64_t{1} << 13;  // EIP-7918

constexpr std::uint64_t kTransactionGas = 21000;
constexpr std::uint64_t kCreationGas = 32000;  // EIP-2
constexpr std::uint64_t kZeroByteGas = 4;
constexpr std::uint64_t kNonZeroByteGas = 16;          // EIP-2028
constexpr std::uint64_t kInitcodeWordGas = 2;          // EIP-3860
constexpr std::uint64_t kAccessListAddressGas = 2400;  // EIP-2930
constexpr std::uint64_t kAccessListSlotGas = 1900;     // EIP-2930
constexpr std::uint64_t kAuthorizationGas = 25000;     // EIP-7702, PER_EMPTY_ACCOUNT_COST
constexpr std::uint64_t kFloorGasPerToken = 10;        // EIP-7623
constexpr std::uint64_t kTokensPerNonZeroByte = 4;     // EIP-7623

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t sum = 0;
    return checked_add(a, b, sum) ? sum : ~std::uint64_t{0};
}

std::uint64_t count_non_zero_bytes(ByteView bytes) noexcept {
    constexpr std::uint64_t kLow7 = 0x7f7f7f7f7f7f7f7fu;
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    std::uint64_t count = 0;
    std::size_t i = 0;
    while (i + 8 <= bytes.size()) {
        // One counter a byte lane, summed up before a lane can overflow.
        std::uint64_t lanes = 0;
        const std::size_t words = (bytes.size() - i) / 8;
        const std::size_t end = i + 8 * (words < 255 ? words : 255);
        for (; i < end; i += 8) {
            const auto word = load_le<std::uint64_t>(bytes.data() + i);
            lanes += ((((word & kLow7) + kLow7) | word) >> 7) & kOnes;
        }
        // Even and odd lanes apart: the sum of all eight does not fit one lane.
        constexpr std::uint64_t kEven = 0x00ff00ff00ff00ffu;
        count += (((lanes & kEven) + ((lanes >> 8) & kEven)) * 0x0001000100010001u) >> 48;
    }
    for (; i < bytes.size(); ++i) count += bytes[i] != 0;
    return count;
}

}  // namespace

Uint256 next_base_fee(const Header& parent) noexcept {
    const std::uint64_t target = parent.gas_limit / kElasticity;
    // A gas limit of 0 or 1 breaks the rule for the minimum; there is nothing to divide by.
    if (target == 0 || parent.gas_used == target) return parent.base_fee;
    const bool above = parent.gas_used > target;
    Wide change(parent.base_fee);
    change.multiply(above ? parent.gas_used - target : target - parent.gas_used);
    change.divide(target);
    change.divide(kBaseFeeChangeDenominator);
    if (!above) return parent.base_fee - change.low256();
    return parent.base_fee + (change.is_zero() ? Uint256(1) : change.low256());
}

Uint256 blob_base_fee(std::uint64_t excess_blob_gas, std::uint64_t update_fraction) noexcept {
    // Sum of excess^i / (fraction^i i!), scaled by the fraction (EIP-4844, fake_exponential). Dividing twice rounds
    // like dividing by the product.
    if (excess_blob_gas == 0) return 1;
    Wide term((Uint256(update_fraction)));
    Wide sum((Uint256(0)));
    for (std::uint64_t i = 1; !term.is_zero(); ++i) {
        sum.add(term);
        if (!sum.fits(5)) return ~Uint256(0);  // above 2^320, so above 2^256 after division by the fraction
        term.multiply(excess_blob_gas);
        std::uint64_t divisor = 0;
        if (checked_mul(update_fraction, i, divisor)) {
            term.divide(divisor);
        } else {
            term.divide(update_fraction);
            term.divide(i);
        }
    }
    sum.divide(update_fraction);
    return sum.fits(4) ? sum.low256() : ~Uint256(0);
}

std::uint64_t next_excess_blob_gas(const Header& parent, Fork fork, const BlobSchedule& schedule) noexcept {
    if (!parent.has_blob_gas()) return 0;
    const std::uint64_t target = schedule.target * kGasPerBlob;
    const std::uint64_t sum = saturating_add(parent.excess_blob_gas, parent.blob_gas_used);
    if (sum < target) return 0;
    if (fork >= Fork::osaka) {
        // EIP-7918: while a blob costs less than the execution gas it stands for, the fee does not fall.
        Wide reserve(parent.base_fee);
        reserve.multiply(kBlobBaseCost);
        Wide price(blob_base_fee(parent.excess_blob_gas, schedule.base_fee_update_fraction));
        price.multiply(kGasPerBlob);
        if (price < reserve) {
            Wide raise((Uint256(parent.blob_gas_used)));
            raise.multiply(schedule.max - schedule.target);
            raise.divide(schedule.max);
            return saturating_add(parent.excess_blob_gas, raise.low256().low64());
        }
    }
    return sum - target;
}

IntrinsicGas intrinsic_gas(const Transaction& transaction, Fork fork) noexcept {
    const std::uint64_t size = transaction.data.size();
    const std::uint64_t non_zero = count_non_zero_bytes(transaction.data);
    const std::uint64_t zero = size - non_zero;
    IntrinsicGas result;
    result.gas = kTransactionGas + zero * kZeroByteGas + non_zero * kNonZeroByteGas +
                 transaction.access_list_addresses * kAccessListAddressGas +
                 transaction.access_list_slots * kAccessListSlotGas +
                 transaction.authorization_count * kAuthorizationGas;
    if (transaction.is_creation) {
        result.gas += kCreationGas;
        if (fork >= Fork::shanghai) result.gas += (size + 31) / 32 * kInitcodeWordGas;
    }
    if (fork >= Fork::prague) {
        result.floor = kTransactionGas + (zero + non_zero * kTokensPerNonZeroByte) * kFloorGasPerToken;
    }
    return result;
}

}  // namespace sluice::executor

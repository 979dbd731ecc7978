// Receipts, their blooms and their root. SPDX-License-Identifier: MIT OR Apache-2.0
#include "block/receipts.h"

#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"

namespace sluice::executor {
namespace {

void set_bit(Bloom& bloom, unsigned bit) noexcept {
    bloom.bytes[255 - bit / 8] = static_cast<std::uint8_t>(bloom.bytes[255 - bit / 8] | 1u << (bit % 8));
}

std::size_t topics_payload(const Log& log) noexcept {
    return 33u * log.topic_count;
}

std::size_t log_payload(const Log& log) noexcept {
    return 21 + rlp::length_of_list(topics_payload(log)) + rlp::length_of_string(log.data);
}

std::uint8_t* put_log(std::uint8_t* out, const Log& log) noexcept {
    out = rlp::put_list_header(out, log_payload(log));
    out = rlp::put_string(out, log.address.view());
    out = rlp::put_list_header(out, topics_payload(log));
    for (std::uint32_t i = 0; i < log.topic_count; ++i) out = rlp::put_hash(out, log.topics[i]);
    return rlp::put_string(out, log.data);
}

}  // namespace

template <class Key>
ErrorCode BloomFilter::add(const Key& key, ArenaPieces<Seen<Key>>& seen, ArenaIndex& index, Bloom& bloom) noexcept {
    const std::uint64_t hash = hash_key(key, index.seed());
    std::uint32_t at = index.find(hash, [&](std::uint32_t candidate) { return seen[candidate].key == key; });
    if (at == ArenaIndex::kNotFound) {
        // Three times 11 bits of the hash (Yellow Paper 4.4.1).
        const Hash32 digest = keccak256(key.view());
        const auto bits = [&](std::size_t pair) {
            return static_cast<std::uint16_t>(load_be<std::uint16_t>(digest.bytes.data() + 2 * pair) & 0x7ffu);
        };
        at = static_cast<std::uint32_t>(seen.size());
        Seen<Key>* place = seen.append();
        if (place == nullptr || !index.insert(hash, at)) return ErrorCode::arena_exhausted;
        *place = {key, {bits(0), bits(1), bits(2)}};
    }
    for (const std::uint16_t bit : seen[at].bits) set_bit(bloom, bit);
    return ErrorCode::ok;
}

ErrorCode BloomFilter::add_address(const Address& address, Bloom& bloom) noexcept {
    return add(address, addresses_, address_index_, bloom);
}

ErrorCode BloomFilter::add_topic(const Hash32& topic, Bloom& bloom) noexcept {
    return add(topic, topics_, topic_index_, bloom);
}

ErrorCode ReceiptList::add(TransactionType type, bool success, std::uint64_t cumulative_gas,
                           std::span<const Log> logs) noexcept {
    Bloom bloom{};
    std::size_t logs_payload = 0;
    for (const Log& log : logs) {
        SLUICE_RETURN_IF_ERROR(bloom_filter_.add_address(log.address, bloom));
        for (std::uint32_t i = 0; i < log.topic_count; ++i) {
            SLUICE_RETURN_IF_ERROR(bloom_filter_.add_topic(log.topics[i], bloom));
        }
        logs_payload += rlp::length_of_list(log_payload(log));
    }
    if (!logs.empty()) {
        for (std::size_t i = 0; i < sizeof bloom.bytes; i += 8) {
            store_le(bloom_.bytes + i,
                     load_le<std::uint64_t>(bloom_.bytes + i) | load_le<std::uint64_t>(bloom.bytes + i));
        }
    }

    const bool typed = type != TransactionType::legacy;
    const std::size_t payload = 1 + rlp::length_of_uint64(cumulative_gas) + rlp::length_of_list(sizeof bloom.bytes) +
                                rlp::length_of_list(logs_payload);
    const std::size_t size = (typed ? 1 : 0) + rlp::length_of_list(payload);
    const Arena::Mark mark = scratch_.mark();
    auto* const encoding = static_cast<std::uint8_t*>(scratch_.allocate(size));
    if (encoding == nullptr) return ErrorCode::arena_exhausted;
    std::uint8_t* out = encoding;
    if (typed) *out++ = static_cast<std::uint8_t>(type);
    out = rlp::put_list_header(out, payload);
    out = rlp::put_uint64(out, success ? 1 : 0);
    out = rlp::put_uint64(out, cumulative_gas);
    out = rlp::put_string(out, bloom.bytes);
    out = rlp::put_list_header(out, logs_payload);
    for (const Log& log : logs) out = put_log(out, log);
    const ErrorCode code = root_.add({encoding, size});
    scratch_.rewind(mark);
    return code;
}

}  // namespace sluice::executor

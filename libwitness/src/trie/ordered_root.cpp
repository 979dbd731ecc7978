// The root of a list. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/trie.h"
#include "trie/subtree.h"

namespace sluice::witness {

Result<Hash32> ordered_root(std::span<const ByteView> values, Arena& scratch) noexcept {
    const Arena::Mark mark = scratch.mark();
    Builder builder(scratch);
    const auto add = [&](std::size_t index) -> ErrorCode {
        Hash32 key;
        const std::uint8_t* end = rlp::put_uint64(key.bytes.data(), index);
        Subtree leaf;
        leaf.set_leaf(key, 2 * static_cast<unsigned>(end - key.bytes.data()), values[index]);
        return builder.add(leaf);
    };
    // Ascending order of rlp(index): 1 to 127 are themselves, 0 is 0x80, all others begin with a greater byte.
    const auto run = [&]() -> ErrorCode {
        for (std::size_t i = 1; i < values.size() && i < 128; ++i) SLUICE_RETURN_IF_ERROR(add(i));
        if (!values.empty()) SLUICE_RETURN_IF_ERROR(add(0));
        for (std::size_t i = 128; i < values.size(); ++i) SLUICE_RETURN_IF_ERROR(add(i));
        return ErrorCode::ok;
    };
    Subtree whole;
    ErrorCode code = run();
    if (!failed(code)) code = builder.finish(whole);
    if (failed(code)) {
        scratch.rewind(mark);
        return code;
    }
    return root_of(whole, scratch);
}

}  // namespace sluice::witness

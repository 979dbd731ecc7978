// Fuzzes the RLP reader: what it accepts has one encoding, and the writer makes it. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <cstdlib>
#include <vector>

#include "sluice/base/rlp.h"

using namespace sluice;

namespace {

// Reads a list's items and writes them again; false if one is refused.
bool copy(rlp::Reader input, rlp::Writer& out, int depth) {
    while (!input.done()) {
        rlp::Reader other = input;
        if (*input.next_kind() == rlp::Kind::list) {
            const auto items = input.list();
            if (!items.ok() || depth == 64) return false;
            const std::size_t list = out.begin_list();
            if (!copy(*items, out, depth + 1)) return false;
            out.end_list(list);
        } else if (const auto number = other.uint256(); number.ok()) {
            out.uint256(*number);
            input = other;
        } else {
            const auto bytes = input.string();
            if (!bytes.ok()) return false;
            out.string(*bytes);
        }
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::vector<std::uint8_t> memory(1 << 18);
    Arena arena(memory.data(), memory.size());
    ArenaVector<std::uint8_t> bytes(arena);
    rlp::Writer out(bytes);
    if (copy(rlp::Reader({data, size}), out, 0) && !failed(out.finish()) && !equal(bytes.span(), {data, size})) abort();
    // Every way of reading leaves the cursor where it was, or at the end of one item.
    rlp::Reader reader({data, size});
    const auto item = reader.item();
    for (int way = 0; way < 6; ++way) {
        rlp::Reader one({data, size});
        bool ok = false;
        switch (way) {
            case 0:
                ok = one.string().ok();
                break;
            case 1:
                ok = one.list().ok();
                break;
            case 2:
                ok = one.uint64().ok();
                break;
            case 3:
                ok = one.hash().ok();
                break;
            case 4:
                ok = one.optional_address().ok();
                break;
            default:
                ok = !failed(one.skip());
        }
        if (one.remaining() != (ok ? reader.remaining() : size) || (ok && !item.ok())) abort();
    }
    return 0;
}

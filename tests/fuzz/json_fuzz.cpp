// Fuzzes what reads files of other programs: JSON of blocks and witnesses, input files, compressed bytes. The first
// byte chooses. The program's own keccak256 is constant, so that hashes hold nothing back. SPDX-License-Identifier: MIT
// OR Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <string>

#include "sluice/base/keccak.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/block_json.h"
#include "sluice/witness_host/input_file.h"
#include "sluice/witness_host/records.h"
#include "sluice/witness_host/witness_json.h"

namespace sluice {

Hash32 keccak256(ByteView /*data*/) noexcept {
    Hash32 hash;
    hash.bytes.fill(0xaa);
    return hash;
}

}  // namespace sluice

using namespace sluice;
using namespace sluice::witness_host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 5) {
        case 0: {
            const auto arrays = witness_from_json_text(input);
            if (!arrays.ok()) break;
            if (!std::is_sorted(arrays->nodes.begin(), arrays->nodes.end())) abort();
            for (const std::string& code : arrays->codes) {
                if (code.empty()) abort();
            }
            break;
        }
        case 1: {
            const auto block = block_from_json_text(input);
            if (block.ok() && (block->empty() || static_cast<unsigned char>((*block)[0]) < 0xc0)) abort();
            break;
        }
        case 2: {
            const auto file = decode_input_file(input);
            // Each file that is read has one encoding.
            if (file.ok() && *encode_input_file(*file) != input) abort();
            break;
        }
        case 3:
            if (input.size() < 4096) static_cast<void>(files::decompress(input));
            break;
        default: {
            const std::vector<std::uint8_t> exact(input.begin(), input.end());
            static_cast<void>(list_records(exact));
        }
    }
    return 0;
}

// The public output's bytes. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/output.h"

namespace sluice::executor {

void encode_public_output(const PublicOutput& output, std::uint8_t out[PublicOutput::kSize]) noexcept {
    store_le(out, PublicOutput::kVersion);
    std::memcpy(out + 8, output.chain_config_hash.bytes.data(), 32);
    store_le(out + 40, output.block_number);
    std::memcpy(out + 48, output.block_hash.bytes.data(), 32);
    std::memcpy(out + 80, output.parent_hash.bytes.data(), 32);
    std::memcpy(out + 112, output.pre_state_root.bytes.data(), 32);
    std::memcpy(out + 144, output.post_state_root.bytes.data(), 32);
    store_le(out + 176, std::uint64_t{output.anchored});
}

Result<PublicOutput> decode_public_output(ByteView bytes) noexcept {
    if (bytes.size() != PublicOutput::kSize) return ErrorCode::public_output_encoding;
    const std::uint8_t* in = bytes.data();
    const auto anchored = load_le<std::uint64_t>(in + 176);
    if (load_le<std::uint64_t>(in) != PublicOutput::kVersion || anchored > 1) return ErrorCode::public_output_encoding;
    PublicOutput output;
    output.chain_config_hash = Hash32::from(in + 8);
    output.block_number = load_le<std::uint64_t>(in + 40);
    output.block_hash = Hash32::from(in + 48);
    output.parent_hash = Hash32::from(in + 80);
    output.pre_state_root = Hash32::from(in + 112);
    output.post_state_root = Hash32::from(in + 144);
    output.anchored = anchored == 1;
    return output;
}

}  // namespace sluice::executor

// Blocks and headers out of the JSON of eth_getBlockByNumber. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

namespace sluice::witness_host {

/// RLP of a block. Transactions must be full objects, of types 0 to 4; ommers must be empty; fields up to Osaka. The
/// hashes that the JSON gives for the block and its transactions are recomputed from the RLP and compared, so that a
/// field this does not know cannot be lost unseen. Errors name the field.
absl::StatusOr<std::string> block_from_json(const nlohmann::json& block);
/// The same from text, plain or as JSON-RPC response.
absl::StatusOr<std::string> block_from_json_text(std::string_view text);

/// RLP of a header object, as geth puts them into witnesses. `path` begins the error messages.
absl::StatusOr<std::string> header_from_json(const nlohmann::json& header, std::string_view path);

}  // namespace sluice::witness_host

// JSON-RPC over HTTP(S). SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace sluice::host {

/// Error codes of JSON-RPC 2.0 that callers tell apart; carried as the payload kRpcErrorPayload of a status.
inline constexpr int kRpcMethodNotFound = -32601;
inline constexpr int kRpcInvalidParams = -32602;
inline constexpr char kRpcErrorPayload[] = "sluice.rpc_error_code";

/// The code an error response carried; 0 if the status is not an error response.
[[nodiscard]] int rpc_error_code(const absl::Status& status);

/// One provider. Calls are blocking and made one at a time.
class RpcClient {
 public:
    /// Bytes of an answer, decompressed; the witness of a large mainnet block takes some 100 MB as JSON.
    static constexpr std::size_t kMaxAnswer = std::size_t{1} << 30;

    /// `timeout_seconds` bounds each call, witnesses of large blocks included; `max_answer` what is kept of an answer.
    explicit RpcClient(std::string url, long timeout_seconds = 120, std::size_t max_answer = kMaxAnswer);

    /// The `result` of a call. Errors: unavailable (no answer, HTTP status), internal (not JSON-RPC), failed
    /// precondition (error response; see rpc_error_code). Each message names the provider's host and the method, never
    /// credentials in the URL.
    absl::StatusOr<nlohmann::json> call(const std::string& method, const nlohmann::json& params);

    /// Host and port of the provider, for messages.
    [[nodiscard]] const std::string& provider() const { return provider_; }

 private:
    std::string url_;
    std::string provider_;
    long timeout_seconds_;
    std::size_t max_answer_;
    int next_id_ = 1;
};

}  // namespace sluice::host

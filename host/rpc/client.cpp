// JSON-RPC over libcurl. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rpc/client.h"

#include <cstdlib>
#include <curl/curl.h>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sluice/base/json_depth.h"

namespace sluice::host {
namespace {

/// `host:port` of a URL, without scheme, user, password, path or query: those may hold keys.
std::string provider_of(const std::string& url) {
    std::size_t begin = url.find("://");
    begin = begin == std::string::npos ? 0 : begin + 3;
    std::string authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    const std::size_t at = authority.rfind('@');
    return at == std::string::npos ? authority : authority.substr(at + 1);
}

struct Answer {
    std::size_t limit;
    std::string body{};
};

/// Gives another number than it was given, which ends the transfer, when the answer is too long.
std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
    auto& answer = *static_cast<Answer*>(target);
    if (size * count > answer.limit - answer.body.size()) return 0;
    answer.body.append(data, size * count);
    return size * count;
}

}  // namespace

int rpc_error_code(const absl::Status& status) {
    const auto payload = status.GetPayload(kRpcErrorPayload);
    return payload.has_value() ? std::atoi(std::string(*payload).c_str()) : 0;
}

RpcClient::RpcClient(std::string url, long timeout_seconds, std::size_t max_answer)
    : url_(std::move(url)), provider_(provider_of(url_)), timeout_seconds_(timeout_seconds), max_answer_(max_answer) {}

absl::StatusOr<nlohmann::json> RpcClient::call(const std::string& method, const nlohmann::json& params) {
    const std::string where = absl::StrCat(method, " at ", provider_);
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    if (curl == nullptr) return absl::InternalError(absl::StrCat(where, ": libcurl cannot start"));
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
    const int id = next_id_++;
    const std::string request =
        nlohmann::json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump();
    Answer received{max_answer_};
    const std::string& body = received.body;
    char message[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl.get(), CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &received);
    curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, timeout_seconds_);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    const CURLcode code = curl_easy_perform(curl.get());
    if (code == CURLE_WRITE_ERROR) {
        return absl::UnavailableError(absl::StrCat(where, ": answer of more than ", max_answer_, " bytes"));
    }
    if (code != CURLE_OK) {
        return absl::UnavailableError(absl::StrCat(where, ": ", *message != 0 ? message : curl_easy_strerror(code)));
    }
    long http_status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &http_status);

    if (nests_too_deep(body)) {
        return absl::InternalError(absl::StrCat(where, ": answer nests more than ", kMaxJsonDepth, " deep"));
    }
    const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
    const bool is_answer = answer.is_object() && (answer.contains("result") || answer.contains("error"));
    if (!is_answer) {
        if (http_status != 200) {
            return absl::UnavailableError(absl::StrCat(where, ": HTTP status ", http_status, ", expected 200"));
        }
        return absl::InternalError(
            absl::StrCat(where, ": answer of ", body.size(), " bytes is not a JSON-RPC response"));
    }
    if (answer.contains("error") && !answer["error"].is_null()) {
        const nlohmann::json& error = answer["error"];
        const int number = error.is_object() && error.contains("code") && error["code"].is_number_integer()
                               ? error["code"].get<int>()
                               : 0;
        const std::string text = error.is_object() && error.contains("message") && error["message"].is_string()
                                     ? error["message"].get<std::string>()
                                     : error.dump();
        absl::Status status = absl::FailedPreconditionError(absl::StrCat(where, ": error ", number, ": ", text));
        const std::string digits = std::to_string(number);
        // From a view: the constructor from strings is mangled differently by g++ 12, which built the library, and
        // clang.
        status.SetPayload(kRpcErrorPayload, absl::Cord(absl::string_view(digits)));
        return status;
    }
    if (!answer.contains("id") || answer["id"] != id) {
        return absl::InternalError(absl::StrCat(where, ": response has another id than request ", id));
    }
    return answer["result"];
}

}  // namespace sluice::host

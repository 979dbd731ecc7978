// The JSON-RPC client and the fetching of blocks, against a local server. SPDX-License-Identifier: MIT OR Apache-2.0
#include "nlohmann/json.hpp"

#include "rpc/client.h"
#include "rpc/fetch.h"
#include "sluice/files/files.h"
#include "support/catch.h"
#include "support/http_server.h"

using namespace sluice::host;
using nlohmann::json;
using sluice::test::HttpServer;

namespace {

const std::string kHash = "0x" + std::string(64, 'a');

/// A node that serves one block; `mode` chooses how it answers the witness call.
HttpServer::Response node(const std::string& body, const std::string& mode) {
    const json request = json::parse(body);
    const std::string method = request["method"];
    const auto result = [&](const json& value) {
        return HttpServer::Response{200, json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"result", value}}.dump()};
    };
    const auto error = [&](int code, const std::string& message) {
        return HttpServer::Response{
            200,
            json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"error", {{"code", code}, {"message", message}}}}.dump()};
    };
    if (method == "eth_chainId") return result("0x1");
    if (method == "eth_getBlockByNumber" || method == "eth_getBlockByHash") {
        const std::string which = request["params"][0];
        if (which != "latest" && which != "0x10" && which != kHash) return result(nullptr);
        return result({{"hash", kHash}, {"number", "0x10"}, {"full", request["params"][1]}});
    }
    if (method == "debug_executionWitness" && mode == "standard" && request["params"][0] == kHash) {
        return result({{"state", json::array()}});
    }
    if (method == "debug_executionWitness" && mode == "reth") return error(kRpcInvalidParams, "invalid params");
    if (method == "debug_executionWitnessByBlockHash" && mode == "reth") return result({{"state", json::array()}});
    return error(kRpcMethodNotFound, "the method does not exist");
}

}  // namespace

TEST_CASE("a block is found by number, hash and tag, and fetched by hash") {
    for (const std::string mode : {"standard", "reth"}) {
        HttpServer server([&](const std::string& body) { return node(body, mode); });
        REQUIRE(server.started());
        RpcClient client(server.url());
        for (const std::string& selector : {std::string("16"), std::string("latest"), kHash}) {
            const auto id = resolve_block(client, selector, 1);
            REQUIRE(id.ok());
            REQUIRE(id->number == 16);
            REQUIRE(id->hash == kHash);
            const auto fetched = fetch_block(client, *id);
            REQUIRE(fetched.ok());
            REQUIRE(fetched->block["full"] == true);
            REQUIRE(fetched->witness.contains("state"));
        }
    }
}

TEST_CASE("a provider without the witness method is named with clients that have it") {
    HttpServer server([](const std::string& body) { return node(body, "none"); });
    RpcClient client(server.url() + "/secret-key");
    const auto id = resolve_block(client, "latest", std::nullopt);
    REQUIRE(id.ok());
    const auto fetched = fetch_block(client, *id);
    REQUIRE(fetched.status().code() == absl::StatusCode::kUnimplemented);
    const std::string message(fetched.status().message());
    REQUIRE(message.find("127.0.0.1") != std::string::npos);
    REQUIRE(message.find("debug_executionWitness") != std::string::npos);
    REQUIRE(message.find("reth") != std::string::npos);
    REQUIRE(message.find("secret-key") == std::string::npos);
}

TEST_CASE("another chain and an unknown block are refused") {
    HttpServer server([](const std::string& body) { return node(body, "standard"); });
    RpcClient client(server.url());
    const auto wrong_chain = resolve_block(client, "latest", 5);
    REQUIRE(wrong_chain.status().code() == absl::StatusCode::kFailedPrecondition);
    REQUIRE(wrong_chain.status().message().find("expected 5") != std::string::npos);
    REQUIRE(resolve_block(client, "17", 1).status().code() == absl::StatusCode::kNotFound);
    for (const std::string selector : {"pending", "", "0x", "-1", "0x123456789012345678", "12a", "latestx"}) {
        REQUIRE_FALSE(is_block_selector(selector));
        REQUIRE(resolve_block(client, selector, 1).status().code() == absl::StatusCode::kInvalidArgument);
    }
}

TEST_CASE("answers that are not JSON-RPC are errors, not crashes") {
    for (const HttpServer::Response& response :
         {HttpServer::Response{200, "<html>"}, HttpServer::Response{502, "bad gateway"}, HttpServer::Response{200, ""},
          HttpServer::Response{200, "{}"},
          HttpServer::Response{200, "{\"error\":" + std::string(500'000, '[') + std::string(500'000, ']') + "}"},
          HttpServer::Response{200, "[1]"}, HttpServer::Response{200, R"({"jsonrpc":"2.0","id":77,"result":"0x1"})"},
          HttpServer::Response{200, R"({"jsonrpc":"2.0","id":1,"error":"text"})"},
          HttpServer::Response{200, R"({"jsonrpc":"2.0","id":1,"result":12})"}}) {
        HttpServer server([&](const std::string&) { return response; });
        RpcClient client(server.url());
        REQUIRE(!resolve_block(client, "latest", std::nullopt).ok());
    }
    // Too long by a byte, as it is and compressed.
    const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":"0x1"})";
    const std::string spaces = answer + std::string(std::size_t{1} << 20, ' ');
    for (const bool packed : {false, true}) {
        HttpServer server([&](const std::string&) {
            return packed ? HttpServer::Response{200, *sluice::files::gzip(spaces), "Content-Encoding: gzip\r\n"}
                          : HttpServer::Response{200, spaces};
        });
        REQUIRE(RpcClient(server.url(), 10, spaces.size()).call("eth_chainId", json::array()).ok());
        const auto refused = RpcClient(server.url(), 10, spaces.size() - 1).call("eth_chainId", json::array()).status();
        REQUIRE(refused.code() == absl::StatusCode::kUnavailable);
        REQUIRE(refused.message().find("more than " + std::to_string(spaces.size() - 1)) != std::string::npos);
    }
    RpcClient nobody("http://127.0.0.1:1", 2);
    const auto status = nobody.call("eth_chainId", json::array()).status();
    REQUIRE(status.code() == absl::StatusCode::kUnavailable);
    REQUIRE(status.message().find("127.0.0.1:1") != std::string::npos);
}

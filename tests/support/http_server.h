// A small HTTP server on a loopback port for tests of clients. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace sluice::test {

/// Answers every POST with what `handler` makes of its body. One connection at a time; ends with the object.
class HttpServer {
 public:
    struct Response {
        int status = 200;
        std::string body;
        std::string headers{};  ///< more of them, each with its line's end
    };

    explicit HttpServer(std::function<Response(const std::string&)> handler) : handler_(std::move(handler)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        started_ = listener_ >= 0 && bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                   listen(listener_, 8) == 0 &&
                   getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        port_ = ntohs(address.sin_port);
        if (started_) thread_ = std::thread([this] { serve(); });
    }
    ~HttpServer() {
        stop_ = true;
        if (listener_ >= 0) shutdown(listener_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
        if (listener_ >= 0) close(listener_);
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] bool started() const { return started_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
    void serve() {
        while (!stop_) {
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection < 0) return;
            answer(connection);
            close(connection);
        }
    }
    void answer(int connection) {
        std::string request;
        char buffer[65536];
        std::size_t body_at = std::string::npos;
        std::size_t length = 0;
        while (body_at == std::string::npos || request.size() < body_at + length) {
            const ssize_t count = recv(connection, buffer, sizeof buffer, 0);
            if (count <= 0) return;
            request.append(buffer, static_cast<std::size_t>(count));
            if (body_at == std::string::npos && request.find("\r\n\r\n") != std::string::npos) {
                body_at = request.find("\r\n\r\n") + 4;
                const std::size_t at = request.find("Content-Length: ");
                if (at != std::string::npos) length = std::stoul(request.substr(at + 16));
            }
        }
        const Response response = handler_(request.substr(body_at));
        const std::string text = "HTTP/1.1 " + std::to_string(response.status) +
                                 " X\r\nContent-Type: application/json\r\nConnection: close\r\n" + response.headers +
                                 "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
        std::size_t sent = 0;
        while (sent < text.size()) {
            const ssize_t count = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return;
            sent += static_cast<std::size_t>(count);
        }
    }

    std::function<Response(const std::string&)> handler_;
    int listener_ = -1;
    int port_ = 0;
    bool started_ = false;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace sluice::test

// RLP as a tree whose items can be exchanged, for what is known to be well formed. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "encoding/encoding.h"

namespace sluice::test {

struct RlpTree {
    bool is_list = false;
    std::string bytes;           ///< of a string
    std::vector<RlpTree> items;  ///< of a list

    static RlpTree string(std::string bytes) { return {false, std::move(bytes), {}}; }
    static RlpTree integer(const Uint256& value) {
        const std::string word = host::bytes_of(value.to_hash().view());
        const std::size_t first = word.find_first_not_of('\0');
        return string(first == std::string::npos ? std::string() : word.substr(first));
    }

    /// Decodes an item that fills `text`; throws std::runtime_error if it does not.
    static RlpTree decode(std::string_view text) {
        const RlpTree tree = take(text);
        if (!text.empty()) throw std::runtime_error("RLP goes on behind its end");
        return tree;
    }
    [[nodiscard]] std::string encode() const {
        if (!is_list) return host::rlp_string(bytes);
        std::vector<std::string> encoded;
        for (const RlpTree& item : items) encoded.push_back(item.encode());
        return host::rlp_list(encoded);
    }
    /// The number that a string of at most 32 bytes is.
    [[nodiscard]] Uint256 number() const {
        std::uint8_t word[32]{};
        if (is_list || bytes.size() > 32) throw std::runtime_error("an RLP item is no number");
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            word[32 - bytes.size() + i] = static_cast<std::uint8_t>(bytes[i]);
        }
        return Uint256::from_be(word);
    }

 private:
    static std::string_view cut(std::string_view& text, std::size_t size) {
        if (size > text.size()) throw std::runtime_error("RLP is cut short");
        const std::string_view head = text.substr(0, size);
        text.remove_prefix(size);
        return head;
    }
    static RlpTree take(std::string_view& text) {
        const auto first = static_cast<std::uint8_t>(cut(text, 1)[0]);
        if (first < 0x80) return string(std::string(1, static_cast<char>(first)));
        const bool list = first >= 0xc0;
        std::size_t size = first - (list ? 0xc0u : 0x80u);
        if (size > 55) {
            std::size_t length = 0;
            for (const char digit : cut(text, size - 55)) length = length << 8 | static_cast<std::uint8_t>(digit);
            size = length;
        }
        std::string_view payload = cut(text, size);
        if (!list) return string(std::string(payload));
        RlpTree tree{true, {}, {}};
        while (!payload.empty()) tree.items.push_back(take(payload));
        return tree;
    }
};

}  // namespace sluice::test

// Call tree: see call_profiler.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "call_profiler.h"

namespace sluice::vm {
namespace {

constexpr bool is_link(unsigned reg) {
    return reg == 1 || reg == 5;
}

}  // namespace

CallProfiler::CallProfiler(const Program& program, const Code& code, const std::uint64_t* event)
    : program_(program), code_base_(code.base()), function_of_(code.size(), kUnknown), event_(event) {
    for (std::size_t i = 0; i < program.functions.size(); ++i) {
        const Symbol& symbol = program.functions[i];
        for (std::uint64_t at = symbol.address; at < std::uint64_t{symbol.address} + symbol.size; at += 4) {
            if (code.contains(at)) function_of_[(at - code_base_) / 4] = static_cast<std::uint32_t>(i);
        }
    }
    nodes_.push_back({function_at(program.entry), 0, 1, 0, 0});
}

std::uint32_t CallProfiler::function_at(std::uint64_t address) const noexcept {
    const std::uint64_t index = (address - code_base_) / 4;
    return index < function_of_.size() ? function_of_[index] : kUnknown;
}

std::uint32_t CallProfiler::child(std::uint32_t node, std::uint32_t function) noexcept {
    const std::uint64_t key = std::uint64_t{node} << 32 | function;
    const auto found = children_.find(key);
    if (found != children_.end()) return found->second;
    if (nodes_.size() >= kMaxNodes) return node;
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({function, node, 0, 0, 0});
    children_.emplace(key, fresh);
    return fresh;
}

void CallProfiler::on_jump(std::uint64_t pc, std::uint64_t target, unsigned rd, unsigned rs1,
                           std::int64_t budget) noexcept {
    settle(*event_ - static_cast<std::uint64_t>(budget));
    if (is_link(rd)) {
        if (frames_.size() < kMaxFrames) frames_.push_back({current_, pc + 4});
        current_ = child(current_, function_at(target));
        ++nodes_[current_].calls;
        return;
    }
    if (rd == kSinkRegister && is_link(rs1)) {
        for (std::size_t depth = frames_.size(); depth-- > 0;) {
            if (frames_[depth].return_address != target) continue;
            current_ = frames_[depth].node;
            frames_.resize(depth);
            return;
        }
    }
    const std::uint32_t function = function_at(target);
    if (function == kUnknown || function == nodes_[current_].function) return;
    if (program_.functions[function].address != target) return;
    current_ = child(nodes_[current_].parent, function);
    ++nodes_[current_].calls;
}

}  // namespace sluice::vm

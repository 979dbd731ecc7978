// Profiles: see profile.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/vm/profile.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

#include "call_profiler.h"
#include "driver.h"
#include "launch.h"

namespace sluice::vm {
namespace {

class NoHooks final : public RunHooks {};

/// Completed instructions by operation, from how often each block was entered: straight code hands its count on.
std::array<std::uint64_t, isa::kOpCount> count_operations(const MachineState& state,
                                                          const std::vector<std::int64_t>& entries) {
    std::array<std::uint64_t, isa::kOpCount> operations{};
    std::int64_t flowing = 0;
    for (std::size_t i = 0; i < state.code.size(); ++i) {
        const Decoded& at = state.code.begin()[i];
        if (at.length == 0) {
            flowing = 0;
            continue;
        }
        flowing += entries[i];
        const isa::Op op = isa::decode_op(load_le<std::uint32_t>(state.space->base() + state.code.address_of(i)));
        operations[static_cast<std::size_t>(op)] += static_cast<std::uint64_t>(flowing);
        if (at.length == 1) flowing = 0;
    }
    return operations;
}

/// Sums a call tree by function. `inclusive` leaves out nodes under another node of the same function.
std::vector<FunctionCost> sum_functions(const std::vector<CallNode>& calls, std::size_t function_count) {
    std::vector<FunctionCost> functions(function_count);
    std::vector<std::uint64_t> instructions(calls.size());
    std::vector<std::uint64_t> weighted(calls.size());
    for (std::size_t i = calls.size(); i-- > 0;) {
        instructions[i] += calls[i].instructions;
        weighted[i] += calls[i].weighted;
        if (i != 0) {
            instructions[calls[i].parent] += instructions[i];
            weighted[calls[i].parent] += weighted[i];
        }
    }
    std::vector<std::vector<std::uint32_t>> children(calls.size());
    for (std::size_t i = 1; i < calls.size(); ++i) children[calls[i].parent].push_back(static_cast<std::uint32_t>(i));
    // Depth first with an explicit stack (guest recursion may be deep), counting the functions on the way down.
    std::vector<std::uint32_t> on_path(function_count);
    std::vector<std::pair<std::uint32_t, std::size_t>> path;
    const auto enter = [&](std::uint32_t node) {
        FunctionCost& cost = functions[calls[node].function];
        cost.calls += calls[node].calls;
        cost.exclusive += calls[node].instructions;
        cost.exclusive_weighted += calls[node].weighted;
        if (on_path[calls[node].function]++ == 0) {
            cost.inclusive += instructions[node];
            cost.inclusive_weighted += weighted[node];
        }
        path.emplace_back(node, 0);
    };
    if (!calls.empty()) enter(0);
    while (!path.empty()) {
        auto& [node, next] = path.back();
        if (next < children[node].size()) {
            enter(children[node][next++]);
        } else {
            --on_path[calls[node].function];
            path.pop_back();
        }
    }
    return functions;
}

}  // namespace

absl::StatusOr<ProfiledRun> profile(const Program& program, ByteView input, const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    NoHooks hooks;
    Driver<ProfileMode> driver(**state, program, options, hooks);
    CallProfiler profiler(program, (*state)->code, driver.event());
    std::vector<std::int64_t> entries((*state)->code.size() + 1);
    (*state)->profiler = &profiler;
    (*state)->entries = entries.data();
    absl::StatusOr<Run> run = driver.run();
    if (!run.ok()) return run.status();
    profiler.settle(run->cost.instructions);

    ProfiledRun out;
    out.run = *std::move(run);
    out.operations = count_operations(**state, entries);
    const auto unknown = static_cast<std::uint32_t>(program.functions.size());
    for (const CallProfiler::Node& node : profiler.nodes()) {
        out.calls.push_back({std::min(node.function, unknown), node.parent, node.calls, node.instructions,
                             node.instructions + node.extra});
    }
    std::vector<FunctionCost> functions = sum_functions(out.calls, program.functions.size() + 1);
    for (std::size_t i = 0; i < functions.size(); ++i) {
        functions[i].name = i == unknown ? "?" : demangle(program.functions[i].name);
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < functions.size(); ++i) {
        if (functions[i].calls != 0 || functions[i].inclusive != 0) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const std::uint64_t cost_a = functions[a].exclusive_weighted;
        const std::uint64_t cost_b = functions[b].exclusive_weighted;
        return cost_a != cost_b ? cost_a > cost_b : a < b;
    });
    std::vector<std::uint32_t> place(functions.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        out.functions.push_back(std::move(functions[order[i]]));
    }
    for (CallNode& node : out.calls) node.function = place[node.function];
    return out;
}

std::string ProfiledRun::folded_stacks(ProfileUnit unit) const {
    std::map<std::string, std::uint64_t> stacks;
    for (const CallNode& node : calls) {
        const std::uint64_t count = unit == ProfileUnit::weighted ? node.weighted : node.instructions;
        if (count == 0) continue;
        std::vector<const std::string*> names;
        for (const CallNode* at = &node;; at = &calls[at->parent]) {
            names.push_back(&functions[at->function].name);
            if (at == &calls[0]) break;
        }
        std::string stack;
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            if (!stack.empty()) stack += ';';
            // A semicolon would split the name; no C++ name has one outside of a lambda's or a literal's text.
            for (const char c : **name) stack += c == ';' ? ',' : c;
        }
        stacks[stack] += count;
    }
    std::string text;
    for (const auto& [stack, count] : stacks) absl::StrAppend(&text, stack, " ", count, "\n");
    return text;
}

}  // namespace sluice::vm

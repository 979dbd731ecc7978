// The memory plan of a run, from numbers alone. SPDX-License-Identifier: MIT OR Apache-2.0
#include "run_figures.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

using proving::plan_memory;
using proving::SizedTable;

/// One chip of 5 linked and 20 main columns.
struct Tables {
    machine::Chip chip;
    std::vector<backend::TableShape> shapes;
    std::vector<SizedTable> tables;

    explicit Tables(const std::vector<std::uint32_t>& heights) {
        chip.widths[1] = 5;
        chip.widths[2] = 20;
        for (const std::uint32_t height : heights) {
            shapes.emplace_back();
            shapes.back().machine.chips = {&chip, 1};
            shapes.back().heights = {height};
        }
        for (std::uint32_t i = 0; i < shapes.size(); ++i) tables.push_back({i, &shapes[i], 1'000 * heights[i]});
    }
};

TEST_CASE("the plan is that of the largest table, and fills ahead what else fits") {
    const Tables run({10, 100, 1'000});
    CHECK(proving::cells_of(run.shapes[1]) == 2'500);
    const std::uint64_t largest = 1'000'000 + 4 * 25'000;
    const auto free = plan_memory(run.tables, 0, 2);
    REQUIRE(free.ok());
    CHECK(free->proving_bytes == largest);
    CHECK(free->largest == 2);
    CHECK(free->ahead == 2);
    CHECK(free->ahead_bytes == 200'000);
    const auto ahead = [&](std::uint64_t allowed) { return plan_memory(run.tables, allowed, 2)->ahead; };
    CHECK(ahead(largest) == 0);
    CHECK(ahead(largest + 99'999) == 0);
    CHECK(ahead(largest + 100'000) == 1);
    CHECK(ahead(largest + 200'000) == 2);
    CHECK(ahead(largest + 900'000) == 2);
    CHECK(plan_memory(run.tables, 0, 0)->ahead == 0);
    const absl::Status refused = plan_memory(run.tables, largest - 1, 2).status();
    CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
    CHECK(refused.message() == "shard 2 takes 1 MiB; allowed are 1 MiB: allow more, or cut smaller shards");
}

TEST_CASE("chips are summed over shards, those of the boundary apart") {
    const Tables run({10, 100, 1'000});
    const auto chips = proving::sum_chips(run.tables);
    REQUIRE(chips.size() == 2);
    CHECK(chips[0].name == "boundary/");
    CHECK(chips[0].rows == 10);
    CHECK(chips[1].rows == 1'100);
    CHECK(chips[1].cells == 27'500);
}

}  // namespace
}  // namespace sluice::test

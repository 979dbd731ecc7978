// Tables filled by other threads before they are asked for. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/machine/trace.h"

namespace sluice::proving {

class TablesAhead {
 public:
    using Fill = std::function<absl::StatusOr<machine::TableTrace>(std::uint32_t number)>;

    /// `ahead`: tables that are filled or waiting while another one is in use. `fill` is called from other threads.
    TablesAhead(std::vector<std::uint32_t> numbers, std::size_t ahead, Fill fill)
        : numbers_(std::move(numbers)), ahead_(ahead), fill_(std::move(fill)) {}

    /// The tables of the next number.
    [[nodiscard]] absl::StatusOr<machine::TableTrace> take();

 private:
    std::vector<std::uint32_t> numbers_;
    std::size_t ahead_;
    Fill fill_;
    std::size_t begun_ = 0;
    std::deque<std::future<absl::StatusOr<machine::TableTrace>>> filled_;
};

}  // namespace sluice::proving

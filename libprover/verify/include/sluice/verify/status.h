// The verifier's answer. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::verify {

/// The check that refused, or `ok`. The table of them is status.def.
enum class Status : std::uint16_t {
#define SLUICE_VERIFY_STATUS(name, number, text) name = number,
#include "sluice/verify/status.def"
#undef SLUICE_VERIFY_STATUS
};

/// The name of a status, such as "lookup_sum"; "unknown" for a number that is none.
[[nodiscard]] std::string_view name(Status status) noexcept;
/// The text of a status, for people; empty for a number that is none.
[[nodiscard]] std::string_view text(Status status) noexcept;

/// Limits of a profile that a key may not exceed: Verdict::position of Status::key_over_profile. The bits of a profile
/// are those of a machine at these limits; for a larger one they would be fewer than the profile promises.
enum class VerifyLimit : std::uint32_t {
    stack_height,
    chips,
    rows,
    total_rows,
    columns,
    constraints,
    interactions,
    record_elements,
    lookup_elements,
    link_elements,
    link_terms,
    shards,
};

/// What was found. A proof holds if, and only if, `status` is ok.
struct Verdict {
    Status status = Status::ok;
    std::uint32_t table = 0;     ///< 0: the boundary or the whole; i: shard i
    std::uint32_t position = 0;  ///< layer, round, query, chip or offset; status.def says which

    [[nodiscard]] bool ok() const noexcept { return status == Status::ok; }
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace sluice::verify

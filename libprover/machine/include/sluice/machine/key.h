// The reader of a key's body: any bytes in, a checked view or the rule that they break out.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   machine::KeyView key;
//   const machine::KeyStatus status = machine::parse_key(bytes, digest_elements, arena, key);
//   if (status != machine::KeyStatus::ok) ...
//   for (const machine::Chip& chip : key.machines[0].chips) ...
//
// The format is section 9 of libprover/DESIGN.md, the rules that a machine must keep section 2. Whoever holds a KeyView
// may rely on all of them; none has to be checked again. What depends on the key's profile (section 9: its limits, and
// with them stack heights such that a codeword fits the field) is not known here: the verifier checks it
// (Status::key_over_profile), and whoever makes a key. A key is not hint data, it is what a proof is about; but who
// verifies with a key from elsewhere should get an answer and not a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"
#include "sluice/machine/program.h"

namespace sluice::machine {

inline constexpr std::uint32_t kKeyMagic = 0x594b4c53;  // "SLKY", little endian
inline constexpr std::uint32_t kKeyVersion = 1;

// Limits that every key keeps. With them no sum or product of sizes that a verifier forms leaves 64 bits: cells of a
// shard < 2^12 chips * 2^18 columns * 2^26 rows, terms of an execution < 2^16 shards * 2^31 rows * 2^16 interactions.
inline constexpr std::uint32_t kMaxStackHeight = 27;         ///< log of a stack column's elements: WHIR's most
inline constexpr std::uint32_t kMaxShards = 0xffff;          ///< shard numbers are range-checked as 16 bits
inline constexpr std::uint32_t kMaxPublicValues = 1u << 12;  ///< per machine; also chains, and statement values
inline constexpr std::uint32_t kMaxChips = 1u << 12;         ///< per machine
inline constexpr std::uint32_t kMaxNameSize = 64;            ///< bytes
inline constexpr std::uint32_t kMaxWidth = 1u << 16;         ///< columns of one group of a chip
inline constexpr std::uint32_t kMaxHeight = 1u << 26;        ///< rows of a chip
inline constexpr std::uint32_t kMaxInteractions = 1u << 16;  ///< per machine
inline constexpr std::uint32_t kMaxElements = 1u << 10;      ///< of one interaction
inline constexpr std::uint32_t kMaxDegree = 3;

/// Why a key is refused.
enum class KeyStatus : std::uint32_t {
#define SLUICE_KEY_STATUS(name, number, text) name = number,
#include "sluice/machine/key_status.def"
#undef SLUICE_KEY_STATUS
};

/// The name of a status, such as "constraint_degree"; "unknown" for a number that is none.
[[nodiscard]] std::string_view name(KeyStatus status) noexcept;
/// The text of a status, for people; empty for a number that is none.
[[nodiscard]] std::string_view text(KeyStatus status) noexcept;

/// A key. Memory is the arena's that it was read into, and the key's bytes, to which names point.
struct KeyView {
    std::uint32_t parameters = 0;                  ///< params::key_word of profile and opening; not judged here
    std::span<const std::uint32_t> stack_heights;  ///< ascending, at most kMaxStackHeight
    std::uint32_t max_shards = 0;
    std::uint32_t max_link_terms = 0;
    std::uint32_t machine_count = 0;          ///< 1, or 2 with a boundary machine
    Machine machines[2];                      ///< the shards' machine, the boundary machine
    std::span<const std::uint32_t> roots[2];  ///< preprocessed roots, one after another, as canonical elements
    std::uint32_t digest_elements = 0;        ///< elements of a root

    [[nodiscard]] bool has_boundary() const noexcept { return machine_count == 2; }
    /// Root of the preprocessed group of machine `machine` at stack_heights[height].
    [[nodiscard]] std::span<const std::uint32_t> preprocessed_root(std::size_t machine,
                                                                   std::size_t height) const noexcept {
        return roots[machine].subspan(height * digest_elements, digest_elements);
    }
};

/// KeyView::parameters from the header of a body, by which its verifier is found; nothing if this is no key.
[[nodiscard]] std::optional<std::uint32_t> key_parameters(ByteView bytes) noexcept;

/// Reads a whole body. `digest_elements`: elements of a digest of the key's profile. Takes memory from `arena` in
/// proportion to the body (at most about 4 times its size); a refused key leaves it as it was. `key` is meaningful only
/// after `ok`, while arena and bytes stay.
[[nodiscard]] KeyStatus parse_key(ByteView bytes, std::uint32_t digest_elements, Arena& arena, KeyView& key) noexcept;

}  // namespace sluice::machine

// Columns as structs whose members are their names. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   template <class T>
//   struct Access {
//       T previous_time;
//       std::array<T, 4> before;   // or T before[4]
//       SLUICE_COLUMNS(previous_time, before)
//   };
//   template <class T>
//   struct Main {
//       T is_real;
//       Access<T> source, target;
//       SLUICE_COLUMNS(is_real, source, target)
//   };
//
// Main has the columns is_real, source.previous_time, source.before[0], ... A struct lists all of its members, in their
// order, once; `column_names` finds out if it does not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

/// Names the members of a column struct.
#define SLUICE_COLUMNS(...)                                    \
    static constexpr std::string_view kMembers = #__VA_ARGS__; \
    [[nodiscard]] constexpr auto members() const noexcept {    \
        return std::tie(__VA_ARGS__);                          \
    }

namespace sluice::machine {

/// Columns of a group's struct over T.
template <class Columns, class T>
inline constexpr std::uint32_t kColumnCount = std::is_empty_v<Columns> ? 0 : sizeof(Columns) / sizeof(T);

/// Fills a group's struct from its columns in order.
template <class Columns, class T>
void load_columns(Columns& columns, const T* values) noexcept {
    static_assert(std::is_empty_v<Columns> || (std::is_trivially_copyable_v<Columns> &&
                                               sizeof(Columns) % sizeof(T) == 0 && alignof(Columns) == alignof(T)));
    if constexpr (!std::is_empty_v<Columns>) std::memcpy(static_cast<void*>(&columns), values, sizeof(Columns));
}

/// The columns of a group's struct as an array, in order.
template <class T, class Columns>
[[nodiscard]] std::array<T, kColumnCount<Columns, T>> store_columns(const Columns& columns) noexcept {
    std::array<T, kColumnCount<Columns, T>> values{};
    if constexpr (!std::is_empty_v<Columns>) std::memcpy(static_cast<void*>(values.data()), &columns, sizeof(Columns));
    return values;
}

namespace detail {

template <class Member>
inline constexpr bool kIsArray = std::is_array_v<Member>;
template <class Element, std::size_t kSize>
inline constexpr bool kIsArray<std::array<Element, kSize>> = true;

/// One column: its name, and where it lies in the struct.
struct NamedColumn {
    std::string name;
    std::ptrdiff_t offset;
};

/// The next of the names "a, b, c", which is taken off.
inline std::string_view take_name(std::string_view& names) {
    const std::size_t comma = names.find(',');
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    return name;
}

template <class T, class Member>
void list_columns(const char* start, const std::string& name, const Member& member, std::vector<NamedColumn>& list) {
    if constexpr (std::is_same_v<Member, T>) {
        list.push_back({name, reinterpret_cast<const char*>(&member) - start});
    } else if constexpr (kIsArray<Member>) {
        std::size_t index = 0;
        for (const auto& element : member) {
            list_columns<T>(start, name + "[" + std::to_string(index++) + "]", element, list);
        }
    } else {
        std::string_view names = Member::kMembers;
        const std::string prefix = name.empty() ? name : name + ".";
        std::apply(
            [&](const auto&... part) {
                (list_columns<T>(start, prefix + std::string(take_name(names)), part, list), ...);
            },
            member.members());
    }
}

}  // namespace detail

/// The names of a struct's columns, in order. Nothing if its SLUICE_COLUMNS leaves a member out, or lists one twice or
/// in another place.
template <class Columns, class T>
[[nodiscard]] std::optional<std::vector<std::string>> column_names() {
    std::vector<std::string> names;
    if constexpr (!std::is_empty_v<Columns>) {
        const Columns columns{};
        std::vector<detail::NamedColumn> list;
        detail::list_columns<T>(reinterpret_cast<const char*>(&columns), "", columns, list);
        for (const detail::NamedColumn& column : list) {
            if (column.offset != static_cast<std::ptrdiff_t>(names.size() * sizeof(T))) return std::nullopt;
            names.push_back(column.name);
        }
    }
    if (names.size() != kColumnCount<Columns, T>) return std::nullopt;
    return names;
}

}  // namespace sluice::machine

/// The table of one code page: what its tags are called and how their content travels. One
/// pages/<namespace>.hpp and .cpp per page hold the rows; tag.hpp looks them up.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "wbxml/tag.hpp"

namespace godwit::wbxml {

inline constexpr std::uint8_t code_min = 0x05;  // below are WBXML's own tokens (WAP-192 7.1)
inline constexpr std::uint8_t code_max = 0x3F;

struct Page {
  std::uint8_t number = 0;
  std::string_view name;                                 // the namespace, as in `AirSync`
  std::span<const TagInfo> rows;                         // ascending by code
  std::array<std::uint8_t, code_max + 1> row_of_code{};  // 1 + index into rows; 0 = not defined

  constexpr const TagInfo* find(std::uint8_t code) const {
    if (code > code_max || row_of_code[code] == 0) return nullptr;
    return &rows[row_of_code[code] - std::size_t{1}];
  }
};

/// What a table must be: one page, codes unique and ascending, versions that exist.
constexpr bool well_formed(std::span<const TagInfo> rows, std::uint8_t page) {
  constexpr auto versions = std::to_array<std::uint8_t>({10, 25, 120, 121, 140, 141, 160, 161});
  const auto row_ok = [&](const TagInfo& row) {
    return row.tag.page == page && row.tag.code >= code_min && row.tag.code <= code_max &&
           !row.name.empty() && std::ranges::find(versions, row.since) != versions.end() &&
           row.until >= row.since;
  };
  return std::ranges::all_of(rows, row_ok) &&
         std::ranges::adjacent_find(rows, std::greater_equal{}, &TagInfo::tag) == rows.end();
}

constexpr Page make_page(std::uint8_t number, std::string_view name,
                         std::span<const TagInfo> rows) {
  Page page{.number = number, .name = name, .rows = rows};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    page.row_of_code[rows[i].tag.code] = static_cast<std::uint8_t>(i + 1);
  }
  return page;
}

}  // namespace godwit::wbxml

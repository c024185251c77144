/// Parts of an attribute's values: how Active Directory answers for one that has many. Private to
/// this folder and its fuzzer. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::backend::ldap {

/// [MS-ADTS] 3.1.1.3.1.3.3: `member;range=0-1499`, or `member;range=1500-*` for the last part.
struct ValueRange {
  std::string attribute;  // without the range, as the server spells it
  std::size_t first = 0;
  std::optional<std::size_t> last = {};  // nothing: up to the end
  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};

/// Nothing for the description of an attribute that is whole, and for what says nothing sensible.
std::optional<ValueRange> parse_value_range(std::string_view description);
/// What to ask for to get the values from `first` on.
std::string range_request(std::string_view attribute, std::size_t first);

}  // namespace godwit::backend::ldap

#include "backend/ldap/ranges.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace godwit::backend::ldap {
namespace {

constexpr std::string_view option = ";range=";

}  // namespace

std::optional<ValueRange> parse_value_range(std::string_view description) {
  const auto at = ascii_lower(description).find(option);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string_view range = description.substr(at + option.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint32_t>(range.substr(0, dash));
  if (!first) return std::nullopt;
  ValueRange out{.attribute = std::string(description.substr(0, at)), .first = *first};
  const std::string_view end = range.substr(dash + 1);
  if (end == "*") return out;
  const auto last = parse_number<std::uint32_t>(end);
  if (!last || *last < *first) return std::nullopt;
  out.last = *last;
  return out;
}

std::string range_request(std::string_view attribute, std::size_t first) {
  return fmt::format("{}{}{}-*", attribute, option, first);
}

}  // namespace godwit::backend::ldap

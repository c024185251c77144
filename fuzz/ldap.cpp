// links: godwit_backend_ldap
/// What LDAP servers answer, and what people type into filters. The input is lines: `name: value`
/// makes the entry's attributes (`name:: value` from base64); `? pattern` and `= text` the filter,
/// or a login and its pattern.
/// What becomes of it is within its bounds and clean; nothing that is typed changes a filter's
/// form.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "backend/ldap/filter.hpp"
#include "backend/ldap/person.hpp"
#include "backend/ldap/ranges.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/certificate.hpp"

namespace {

using namespace godwit;
namespace ldap = backend::ldap;
using backend::DirectoryEntry;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Input {
  ldap::Entry entry;
  std::string pattern;
  std::string text;
};

void add(ldap::Entry& entry, std::string name, std::string value) {
  if (name == "dn") {
    entry.dn = std::move(value);
    return;
  }
  const auto known = std::ranges::find(entry.attributes, name,
                                       &std::pair<std::string, std::vector<std::string>>::first);
  if (known != entry.attributes.end()) {
    known->second.push_back(std::move(value));
  } else {
    entry.attributes.push_back({std::move(name), {std::move(value)}});
  }
}

Input read(std::string_view bytes) {
  Input out;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
    if (line.starts_with("? ")) out.pattern = line.substr(2);
    if (line.starts_with("= ")) out.text = line.substr(2);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos || colon == 0) continue;
    std::string value(line.substr(colon + 2));
    if (line[colon - 1] != ':') {
      add(out.entry, std::string(line.substr(0, colon)), std::move(value));
    } else if (auto decoded = base64_decode(value)) {
      add(out.entry, std::string(line.substr(0, colon - 1)), std::move(*decoded));
    }
  }
  return out;
}

void check(const std::string& text) {
  require(utf8_valid(text));
  // What was cut is at most as long; what was no UTF-8 is replaced by three bytes each.
  require(text.size() <= 3 * ldap::text_bytes_max);
}

void check(const DirectoryEntry& entry) {
  for (const backend::PersonField& field : backend::person_fields) check(entry.*field.member);
  check(entry.address);
}

std::size_t parentheses(std::string_view filter) {
  return static_cast<std::size_t>(
      std::ranges::count_if(filter, [](char c) { return c == '(' || c == ')' || c == '*'; }));
}

void check_filter(const Input& input) {
  const std::string escaped = ldap::escape_filter(input.text);
  require(utf8_valid(escaped) && parentheses(escaped) == 0);
  const auto words = ldap::query_words(input.text);
  require(words.size() <= 16);
  if (!ldap::is_filter_pattern(input.pattern)) return;
  const std::string filled = ldap::fill_pattern(input.pattern, input.text);
  require(parentheses(filled) == parentheses(ldap::fill_pattern(input.pattern, "x")));
  const std::string whole = ldap::search_filter("(mail=*)", input.pattern, words);
  require(whole.starts_with("(&(mail=*)") && whole.ends_with(')'));
}

/// A login says nothing but itself, in a filter as in a name.
void check_login(const Input& input) {
  const ldap::LoginParts parts = ldap::login_parts(input.text);
  require(input.text.ends_with(parts.login) && parts.login.starts_with(parts.name));
  const ldap::LoginParts plain{.login = "x", .name = "x", .domain = "x"};
  const std::string escaped = ldap::escape_dn(input.text);
  require(utf8_valid(escaped) && escaped.find_first_of(",+\"<>;=#") == std::string::npos);
  if (!ldap::is_login_pattern(input.pattern)) return;
  require(input.pattern.contains('{'));
  require(parentheses(ldap::fill_filter(input.pattern, parts)) ==
          parentheses(ldap::fill_filter(input.pattern, plain)));
  const auto commas = [](const std::string& name) { return std::ranges::count(name, ','); };
  require(commas(ldap::fill_dn(input.pattern, parts)) ==
          commas(ldap::fill_dn(input.pattern, plain)));
}

void check_primary_group(const ldap::Entry& entry) {
  const std::string filter =
      ldap::primary_group_filter(entry.value("objectSid"), entry.value("primaryGroupID"));
  require(filter.empty() || (filter.starts_with("(objectSid=\\01") && parentheses(filter) == 2));
}

void check_members(const ldap::Entry& entry) {
  const ldap::GroupMembers members = ldap::members_of(entry);
  std::size_t values = 0;
  for (const auto& [name, all] : entry.attributes) values += all.size();
  require(members.names.size() + members.searches.size() <= 2 * values);
  for (const ldap::GroupSearch& search : members.searches) require(!search.filter.empty());
}

/// A part of the values leads to one that begins behind it.
void check_range(std::string_view description) {
  const auto range = ldap::parse_value_range(description);
  if (!range) return;
  require(!range->attribute.empty() && range->last.value_or(range->first) >= range->first);
  const auto next = ldap::parse_value_range(ldap::range_request(range->attribute, range->first));
  require(next && next->first == range->first && !next->last);
}

/// What an administrator may give as a file: written once more it is the same.
void check_certificates(const ldap::Entry& entry) {
  for (const std::string& attribute : ldap::certificate_attributes()) {
    const auto* values = entry.values(attribute);
    for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
      const auto der = convert::certificate_der((*values)[i]);
      if (der) require(convert::certificate_der(*der).value_or("") == *der);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input = read({reinterpret_cast<const char*>(data), size});
  check_filter(input);
  check_login(input);
  constexpr Time now{std::chrono::sys_days{std::chrono::year{2025} / 6 / 16}};
  using enum backend::LdapSettings::Preset;
  for (const auto preset : {openldap, active_directory}) {
    const ldap::Names& names = ldap::names_of(preset);
    require(!ldap::group_attributes(names).empty());
    check(ldap::directory_entry(input.entry, names));
    const auto sorted = ldap::sorted({{input.entry, input.entry}, true}, names, 1);
    require(sorted.entries.size() == 1 && sorted.total == 3);
    const backend::Photo photo = ldap::photo_of(input.entry, names.photo);
    require(photo.bytes.size() <= backend::photo_bytes_max);
  }
  for (const std::string& der : ldap::certificates_of(input.entry, now)) require(!der.empty());
  check_primary_group(input.entry);
  check_range(input.text);
  for (const auto& each : input.entry.attributes) check_range(each.first);
  check_members(input.entry);
  check_certificates(input.entry);
  return 0;
}

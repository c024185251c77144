/// How two answers differ in shape: elements, their order, statuses; not their texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/node.hpp"

namespace godwit::test {

struct Difference {
  std::string kind;  // missing, extra, order, status, http, body
  std::string path;  // `Sync/Collections/Collection/Status`; prefixes where the page changes
  std::string detail;
  std::string where;  // capture and number
};

/// What `ours` lacks, has too much, or says otherwise than `theirs`.
std::vector<Difference> compare_shapes(const client::Node& ours, const client::Node& theirs);

/// A rule explains differences of one kind at paths that fit a pattern (`*` = anything), everywhere
/// or in one answer only:
///     name | kind | pattern | why
///     name | kind | pattern at CAPTURE NUMBER | why
struct Rule {
  std::string name;
  std::string kind;  // or "*"
  std::string pattern;
  std::string why;
  std::size_t used = 0;
};

inline constexpr std::size_t rules_max = 40;

/// Throws std::runtime_error with the line: malformed, or more than rules_max.
std::vector<Rule> parse_rules(std::string_view text);
/// The first rule that explains it, counted as used; nullptr = unexplained.
Rule* explain(std::vector<Rule>& rules, const Difference& difference);

bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace godwit::test

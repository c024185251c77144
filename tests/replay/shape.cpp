#include "replay/shape.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::test {
namespace {

using client::Node;

std::string local_name(wbxml::Tag tag) {
  const wbxml::TagInfo* info = wbxml::find_tag(tag);
  return info == nullptr ? client::name_of(tag) : std::string(info->name);
}

std::string name_below(const Node& parent, const Node& child) {
  return parent.tag.page == child.tag.page ? local_name(child.tag) : client::name_of(child.tag);
}

/// Text of a child by its local name.
std::string_view text_of(const Node& node, std::string_view name) {
  for (const Node& child : node.children) {
    if (local_name(child.tag) == name) return child.text;
  }
  return {};
}

/// What makes two siblings of one tag the same: an item's id, a collection's id; else their turn.
std::string identity(const Node& node) {
  std::string out = client::name_of(node.tag);
  for (const std::string_view id : {"ServerId", "CollectionId", "ClientId", "SrcMsgId"}) {
    if (const auto text = text_of(node, id); !text.empty()) return out + " " + std::string(text);
  }
  return out;
}

/// Enough to find it again.
std::string summary_of(const Node& node) {
  std::string out = node.text;
  for (const Node& child : node.children) {
    out += (out.empty() ? "" : ", ") + local_name(child.tag) + " " + child.text;
  }
  return out.substr(0, 80);
}

class Comparison {
 public:
  std::vector<Difference> differences;

  void compare(const Node& ours, const Node& theirs, const std::string& path) {
    if (local_name(ours.tag) == "Status" && ours.text != theirs.text) {
      differences.push_back({"status", path, "ours " + ours.text + ", theirs " + theirs.text, {}});
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    std::vector<bool> taken(ours.children.size(), false);
    for (std::size_t t = 0; t < theirs.children.size(); ++t) {
      const Node& child = theirs.children[t];
      const auto at = partner(ours, taken, child);
      if (at == ours.children.size()) {
        differences.push_back(
            {"missing", path + "/" + name_below(theirs, child), summary_of(child), {}});
        continue;
      }
      taken[at] = true;
      pairs.emplace_back(at, t);
      compare(ours.children[at], child, path + "/" + name_below(theirs, child));
    }
    for (std::size_t o = 0; o < ours.children.size(); ++o) {
      if (taken[o]) continue;
      const Node& child = ours.children[o];
      differences.push_back({"extra", path + "/" + name_below(ours, child), summary_of(child), {}});
    }
    compare_order(ours, pairs, path);
  }

 private:
  static std::size_t partner(const Node& ours, const std::vector<bool>& taken, const Node& wanted) {
    const std::string id = identity(wanted);
    for (std::size_t o = 0; o < ours.children.size(); ++o) {
      if (!taken[o] && identity(ours.children[o]) == id) return o;
    }
    return ours.children.size();
  }

  /// Items of one kind may come in any order; elements of different names may not change places.
  void compare_order(const Node& ours, std::vector<std::pair<std::size_t, std::size_t>>& pairs,
                     const std::string& path) {
    std::ranges::sort(pairs, {}, &std::pair<std::size_t, std::size_t>::second);
    for (std::size_t i = 1; i < pairs.size(); ++i) {
      const Node& before = ours.children[pairs[i - 1].first];
      const Node& after = ours.children[pairs[i].first];
      if (pairs[i - 1].first > pairs[i].first && before.tag != after.tag) {
        differences.push_back(
            {"order", path, local_name(before.tag) + " before " + local_name(after.tag), {}});
        return;
      }
    }
  }
};

}  // namespace

std::vector<Difference> compare_shapes(const Node& ours, const Node& theirs) {
  Comparison comparison;
  if (ours.tag != theirs.tag) {
    return {{"body", local_name(theirs.tag), "ours is " + client::name_of(ours.tag), {}}};
  }
  comparison.compare(ours, theirs, local_name(ours.tag));
  return std::move(comparison.differences);
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  while (!pattern.empty() && pattern.front() != '*') {
    if (text.empty() || text.front() != pattern.front()) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  if (pattern.empty()) return text.empty();
  pattern.remove_prefix(1);
  for (std::size_t skip = 0; skip <= text.size(); ++skip) {
    if (glob_matches(pattern, text.substr(skip))) return true;
  }
  return false;
}

std::vector<Rule> parse_rules(std::string_view text) {
  std::vector<Rule> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    std::array<std::string, 4> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::size_t bar = i == 3 ? line.size() : std::min(line.find('|'), line.size());
      fields[i] = trim(line.substr(0, bar));
      line.remove_prefix(std::min(bar + 1, line.size()));
      if (fields[i].empty()) {
        throw std::runtime_error("rules, line " + std::to_string(number) +
                                 ": name | kind | pattern | why");
      }
    }
    out.push_back({fields[0], fields[1], fields[2], fields[3]});
  }
  if (out.size() > rules_max) {
    throw std::runtime_error(std::to_string(out.size()) + " rules, at most " +
                             std::to_string(rules_max));
  }
  return out;
}

Rule* explain(std::vector<Rule>& rules, const Difference& difference) {
  for (Rule& rule : rules) {
    const std::size_t at = rule.pattern.find(" at ");
    const std::string_view pattern = rule.pattern;
    const bool here = at == std::string::npos || pattern.substr(at + 4) == difference.where;
    if (here && (rule.kind == "*" || rule.kind == difference.kind) &&
        glob_matches(pattern.substr(0, at), difference.path)) {
      ++rule.used;
      return &rule;
    }
  }
  return nullptr;
}

}  // namespace godwit::test

#include "schema_model.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::test {
namespace {

struct Prefix {
  std::string_view schema;
  std::string_view space;
};

// Schemas whose elements belong to a namespace of another name.
constexpr auto schema_namespaces = std::to_array<Prefix>({
    {"syncresponse", "airsync"},
    {"foldercreateresponse", "folderhierarchy"},
    {"folderdeleteresponse", "folderhierarchy"},
    {"foldersyncresponse", "folderhierarchy"},
    {"folderupdateresponse", "folderhierarchy"},
    {"gethierarchyresponse", "folderhierarchy"},
    {"getitemestimateresponse", "getitemestimate"},
    {"itemoperationsresponse", "itemoperations"},
    {"meetingresponseresponse", "meetingresponse"},
    {"moveitemsresponse", "move"},
    {"pingresponse", "ping"},
    {"provisionresponse", "provision"},
    {"resolverecipientsresponse", "resolverecipients"},
    {"searchresponse", "search"},
    {"findresponse", "find"},
    {"sendmailresponse", "composemail"},
    {"settingsresponse", "settings"},
    {"smartforwardresponse", "composemail"},
    {"smartreplyresponse", "composemail"},
    {"validatecertresponse", "validatecert"},
});

// Prefixes as the table writes them, where they are not the namespace.
constexpr auto prefixes = std::to_array<Prefix>({
    {"rm", "rightsmanagement"},
});

std::string namespace_of_prefix(std::string_view prefix) {
  std::string lower = ascii_lower(prefix);
  for (const Prefix& row : prefixes) {
    if (row.schema == lower) return std::string(row.space);
  }
  return lower;
}

/// Recursive descent over `A?, (B | C)+, group:x:Y`.
class ModelParser {
 public:
  ModelParser(std::string_view text, std::string schema)
      : rest_(text), schema_(std::move(schema)), space_(namespace_of_schema(schema_)) {}

  Particle parse() {
    Particle all = list();
    if (!rest_.empty()) throw std::runtime_error("unexpected '" + std::string(rest_) + "'");
    return all;
  }

 private:
  void skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool take(char wanted) {
    skip();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Particles joined by `,` or by `|`, never both at one level.
  Particle list() {
    Particle out;
    out.kind = Particle::Kind::sequence;
    out.parts.push_back(item());
    while (true) {
      if (take('|')) {
        out.kind = Particle::Kind::choice;
      } else if (!take(',')) {
        break;
      }
      out.parts.push_back(item());
    }
    skip();
    return out;
  }

  Particle item() {
    Particle out;
    if (take('(')) {
      out = list();
      if (!take(')')) throw std::runtime_error("a parenthesis is not closed");
    } else {
      out = name();
    }
    if (take('?')) {
      out.optional = true;
    } else if (take('*')) {
      out.optional = out.repeated = true;
    } else if (take('+')) {
      out.repeated = true;
    }
    return out;
  }

  Particle name() {
    skip();
    const std::size_t end = std::min(rest_.find_first_of(" ,|()?*+"), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    if (word.empty()) throw std::runtime_error("a name is missing");
    rest_.remove_prefix(end);
    Particle out;
    if (word.starts_with("group:")) {
      out.kind = Particle::Kind::group;
      out.name = ascii_lower(word.substr(6));
      return out;
    }
    const std::size_t colon = word.find(':');
    out.name = colon == std::string_view::npos ? space_ + ":" + ascii_lower(word)
                                               : namespace_of_prefix(word.substr(0, colon)) + ":" +
                                                     ascii_lower(word.substr(colon + 1));
    return out;
  }

  std::string_view rest_;
  std::string schema_;
  std::string space_;
};

using Positions = std::set<std::size_t>;

/// Where a particle can end when it begins at one of `from`.
class Matcher {
 public:
  Matcher(const SchemaRows& rows, std::span<const std::string> names)
      : rows_(rows), names_(names) {}

  Positions match(const Particle& particle, const Positions& from) {
    Positions out = once(particle, from);
    if (particle.repeated) {
      Positions fresh = out;
      while (!fresh.empty()) {
        Positions next = once(particle, fresh);
        fresh.clear();
        for (const std::size_t position : next) {
          if (out.insert(position).second) fresh.insert(position);
        }
      }
    }
    if (particle.optional) out.insert(from.begin(), from.end());
    return out;
  }

  std::size_t furthest() const { return furthest_; }

 private:
  Positions once(const Particle& particle, const Positions& from) {
    switch (particle.kind) {
      case Particle::Kind::element: {
        Positions out;
        for (const std::size_t position : from) {
          if (position < names_.size() && names_[position] == particle.name) {
            out.insert(position + 1);
            furthest_ = std::max(furthest_, position + 1);
          }
        }
        return out;
      }
      case Particle::Kind::group:
        return match(group(particle.name), from);
      case Particle::Kind::sequence: {
        Positions positions = from;
        for (const Particle& part : particle.parts) positions = match(part, positions);
        return positions;
      }
      case Particle::Kind::choice: {
        Positions out;
        for (const Particle& part : particle.parts) out.merge(match(part, from));
        return out;
      }
    }
    std::unreachable();
  }

  const Particle& group(const std::string& name) const {
    const std::size_t colon = name.find(':');
    const auto row = rows_.find({name.substr(0, colon), name.substr(colon + 1)});
    if (row == rows_.end()) throw std::runtime_error("no group " + name);
    return row->second.content;
  }

  const SchemaRows& rows_;
  std::span<const std::string> names_;
  std::size_t furthest_ = 0;
};

/// Every element that a particle may hold, groups opened.
void collect(const Particle& particle, const SchemaRows& rows, std::set<std::string>& out) {
  if (particle.kind == Particle::Kind::element) {
    out.insert(particle.name);
    return;
  }
  if (particle.kind == Particle::Kind::group) {
    const std::size_t colon = particle.name.find(':');
    const auto row = rows.find({particle.name.substr(0, colon), particle.name.substr(colon + 1)});
    if (row != rows.end()) collect(row->second.content, rows, out);
    return;
  }
  for (const Particle& part : particle.parts) collect(part, rows, out);
}

std::string explain_all(const SchemaRow& row, std::span<const std::string> names) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : names) ++counts[name];
  for (const Particle& part : row.content.parts) {
    const auto found = counts.find(part.name);
    const std::size_t count = found == counts.end() ? 0 : found->second;
    if (count == 0 && !part.optional) return part.name + " is missing";
    if (count > 1 && !part.repeated) return part.name + " stands more than once";
    if (found != counts.end()) counts.erase(found);
  }
  return counts.empty() ? std::string() : counts.begin()->first + " does not belong here";
}

std::string explain_choices(const SchemaRow& row, const SchemaRows& rows,
                            std::span<const std::string> names) {
  std::set<std::string> allowed;
  collect(row.content, rows, allowed);
  for (const std::string& name : names) {
    if (!allowed.contains(name)) return name + " does not belong here";
  }
  return {};
}

std::string_view take_line(std::string_view& text, std::size_t& number) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  ++number;
  return line;
}

SchemaRow::Model model_of(std::string_view mark) {
  if (mark == ">") return SchemaRow::Model::sequence;
  if (mark == "&") return SchemaRow::Model::all;
  if (mark == "|") return SchemaRow::Model::choices;
  throw std::runtime_error("after a name stands > or & or |");
}

/// Its path, below that of the line above, and what it holds: `Changes > Count?, Add*`.
std::pair<std::string, SchemaRow> element_of(std::string_view schema, std::string_view line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view rest = trim(line.substr(end));
  const SchemaRow::Model model = model_of(rest.substr(0, 1));
  return {ascii_lower(line.substr(0, end)), schema_row(schema, model, trim(rest.substr(1)))};
}

}  // namespace

std::string namespace_of_schema(std::string_view schema) {
  std::string lower = ascii_lower(schema);
  for (const Prefix& row : schema_namespaces) {
    if (row.schema == lower) return std::string(row.space);
  }
  return lower;
}

SchemaRow schema_row(std::string_view schema, SchemaRow::Model model, std::string_view children) {
  return {model, ModelParser(children, ascii_lower(schema)).parse(), std::string(children)};
}

SchemaRows parse_schema_tree(std::string_view text) {
  SchemaRows rows;
  std::string schema;
  std::vector<std::string> above;  // the path of the last element at each depth
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text, number);
    if (trim(line).empty() || line.starts_with('#')) continue;
    std::string whole(line);
    while (whole.ends_with(',') || whole.ends_with('|')) {
      whole += ' ' + std::string(trim(take_line(text, number)));
    }
    const std::size_t depth = line.find_first_not_of(' ') / 2;
    if (depth == 0) {
      schema = ascii_lower(whole);
      above.clear();
      continue;
    }
    try {
      auto [path, row] = element_of(schema, trim(whole));
      above.resize(std::min(above.size(), depth - 1));
      if (above.size() < depth - 1) throw std::runtime_error("too deep");
      if (!above.empty()) path.insert(0, above.back() + '/');
      above.push_back(path);
      rows[{schema, std::move(path)}] = std::move(row);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
    }
  }
  return rows;
}

std::string explain_mismatch(const SchemaRow& row, const SchemaRows& rows,
                             std::span<const std::string> names) {
  if (row.model == SchemaRow::Model::all) return explain_all(row, names);
  if (row.model == SchemaRow::Model::choices) return explain_choices(row, rows, names);
  Matcher matcher(rows, names);
  if (matcher.match(row.content, {0}).contains(names.size())) return {};
  const std::size_t at = matcher.furthest();
  std::string out = at < names.size() ? names[at] + " (child " + std::to_string(at + 1) +
                                            ") is not allowed in that place"
                                      : std::string("something is missing at the end");
  if (at > 0) out += ", after " + names[at - 1];
  return out;
}

}  // namespace godwit::test

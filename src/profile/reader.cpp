// clients.toml: [[profile]] tables. Keys are rows: conditions, and settings with their range.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "profile/profiles.hpp"

namespace godwit::profile {
namespace {

constexpr std::size_t text_bytes_max = 256 * 1024;
constexpr std::size_t profiles_max = 500;
constexpr std::size_t patterns_max = 100;  // of one condition
constexpr std::int64_t file_version = 1;

struct Condition {
  std::string_view name;
  std::vector<std::string> Profile::* list;
};
constexpr auto conditions = std::to_array<Condition>({
    {"types", &Profile::types},
    {"agents", &Profile::agents},
    {"models", &Profile::models},
    {"systems", &Profile::systems},
    {"ids", &Profile::ids},
    {"versions", &Profile::versions},
});

struct Text {
  std::string_view name;
  std::string Profile::* text;
};
constexpr auto texts = std::to_array<Text>({
    {"name", &Profile::name},
    {"source", &Profile::source},
    {"test", &Profile::test},
});

struct Bound {
  std::string_view name;
  std::vector<std::uint32_t> Profile::* numbers;
};
constexpr auto bounds = std::to_array<Bound>({
    {"agent_from", &Profile::agent_from},
    {"agent_below", &Profile::agent_below},
});

struct Flag {
  std::optional<bool> Changes::* value;
};
struct Number {
  std::optional<std::uint16_t> Changes::* value;
  std::uint16_t least, most;
};
/// Written "11:59".
struct TimeOfDay {
  std::optional<std::uint16_t> Changes::* value;
};
struct Setting {
  std::string_view name;
  std::variant<Flag, Number, TimeOfDay> kind;
};
constexpr auto settings = std::to_array<Setting>({
    {"merged_folders", Flag{&Changes::merged_folders}},
    {"server_sends_replies", Flag{&Changes::server_sends_replies}},
    {"whole_bodies", Flag{&Changes::whole_bodies}},
    {"fleeting", Flag{&Changes::is_fleeting}},
    {"answer_seconds_max", Number{&Changes::answer_seconds_max, 5, 240}},
    {"window_max", Number{&Changes::window_max, 1, 512}},
    {"contact_dates", TimeOfDay{&Changes::contact_minutes}},
});

template <class Rows>
auto row_of(const Rows& rows, std::string_view name) {
  const auto at = std::ranges::find(rows, name, [](const auto& row) { return row.name; });
  return at == std::end(rows) ? nullptr : &*at;
}

std::optional<std::uint16_t> minutes_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = parse_number<std::uint16_t>(text.substr(0, 2));
  const auto minute = parse_number<std::uint16_t>(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return static_cast<std::uint16_t>(*hour * 60 + *minute);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

/// One table; what is wrong goes to `problems`.
class Reader {
 public:
  Reader(const std::string& file, bool shipped, std::string& problems)
      : file_(file), shipped_(shipped), problems_(problems) {}

  Profile read(const toml::table& table) {
    if (const auto* name = table["name"].as_string()) out_.name = name->get();
    for (const auto& [key, node] : table) entry(key.str(), node);
    if (!is_name(out_.name)) {
      add(table, "needs a name of a-z, 0-9, '-' and '.'");
    } else if (out_.source.empty()) {
      add(table, "needs a source: where the behaviour is known from");
    } else if (shipped_ && out_.test.empty()) {
      add(table, "needs a test");
    }
    return std::move(out_);
  }

 private:
  void add(const toml::node& where, std::string_view what) {
    problems_ += fmt::format("{}{}:{}: profile {}: {}", problems_.empty() ? "" : "\n", file_,
                             where.source().begin.line, out_.name, what);
  }

  void entry(std::string_view name, const toml::node& node) {
    if (const auto* condition = row_of(conditions, name)) {
      return patterns(*condition, node);
    }
    if (const auto* row = row_of(texts, name)) {
      if (!node.is_string()) return add(node, fmt::format("{} is a string", name));
      out_.*row->text = node.as_string()->get();
      return;
    }
    if (const auto* bound = row_of(bounds, name)) {
      const auto* text = node.as_string();
      auto version = text == nullptr ? std::nullopt : parse_program_version(text->get());
      if (!version) return add(node, fmt::format("{} is a version: \"1607.77\"", name));
      out_.*bound->numbers = std::move(*version);
    } else if (name == "only_by_name") {
      if (!node.is_boolean()) return add(node, "only_by_name is true or false");
      out_.only_by_name = node.as_boolean()->get();
    } else if (name == "set") {
      if (!node.is_table()) return add(node, "set is a table: set.merged_folders = true");
      for (const auto& [key, value] : *node.as_table()) setting(key.str(), value);
    } else {
      add(node, fmt::format("no key {}; known are {}", name, known_keys()));
    }
  }

  static std::string known_keys() {
    std::string out = "name, source, test, set, only_by_name, agent_from, agent_below";
    for (const Condition& each : conditions) out += fmt::format(", {}", each.name);
    return out;
  }

  void patterns(const Condition& condition, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty() || list->size() > patterns_max) {
      return add(node,
                 fmt::format("{} is a list of 1 to {} strings", condition.name, patterns_max));
    }
    for (const toml::node& each : *list) {
      if (!each.is_string()) {
        return add(each, fmt::format("{} holds strings only", condition.name));
      }
      (out_.*condition.list).push_back(each.as_string()->get());
    }
  }

  void setting(std::string_view name, const toml::node& node) {
    const Setting* const row = row_of(settings, name);
    if (row == nullptr) {
      std::string known;
      for (const Setting& each : settings) {
        known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
      }
      return add(node, fmt::format("no setting {}; known are {}", name, known));
    }
    std::visit([&](const auto& kind) { value(name, kind, node); }, row->kind);
  }

  void value(std::string_view name, const Flag& flag, const toml::node& node) {
    if (!node.is_boolean()) return add(node, fmt::format("set.{} is true or false", name));
    out_.set.*flag.value = node.as_boolean()->get();
  }
  void value(std::string_view name, const Number& number, const toml::node& node) {
    const auto* given = node.as_integer();
    if (given == nullptr || given->get() < number.least || given->get() > number.most) {
      return add(node,
                 fmt::format("set.{} is a number from {} to {}", name, number.least, number.most));
    }
    out_.set.*number.value = static_cast<std::uint16_t>(given->get());
  }
  void value(std::string_view name, const TimeOfDay& time, const toml::node& node) {
    const auto* text = node.as_string();
    const auto minutes = text == nullptr ? std::nullopt : minutes_of(text->get());
    if (!minutes) return add(node, fmt::format("set.{} is a time of day: \"11:59\"", name));
    out_.set.*time.value = minutes;
  }

  const std::string& file_;
  bool shipped_;
  std::string& problems_;
  Profile out_;
};

std::string check_version(const toml::table& root, const std::string& file) {
  const auto* version = root["version"].as_integer();
  if (version != nullptr && version->get() == file_version) return {};
  return fmt::format("{}: version: is {}, the form that this server reads", file, file_version);
}

Result<Profiles> read(std::string_view text, const std::string& file, bool shipped) {
  if (text.size() > text_bytes_max) return fail(Errc::too_large, file + ": more than 256 KiB");
  try {
    const toml::table root = toml::parse(text, file);
    std::string problems = check_version(root, file);
    Profiles out;
    for (const auto& [key, node] : root) {
      if (key.str() == "version") continue;
      const auto* list = key.str() == "profile" ? node.as_array() : nullptr;
      if (list == nullptr || list->size() > profiles_max) {
        problems +=
            fmt::format("{}{}:{}: {}: write [[profile]], {} at most", problems.empty() ? "" : "\n",
                        file, node.source().begin.line, key.str(), profiles_max);
        continue;
      }
      for (const toml::node& each : *list) {
        if (const auto* table = each.as_table()) {
          Profile profile = Reader(file, shipped, problems).read(*table);
          if (out.find(profile.name) != nullptr) {
            problems +=
                fmt::format("{}{}:{}: profile {}: is there twice", problems.empty() ? "" : "\n",
                            file, table->source().begin.line, profile.name);
          }
          out.add(std::move(profile));
        }
      }
    }
    if (!problems.empty()) return fail(Errc::malformed, problems);
    return out;
  } catch (const toml::parse_error& error) {
    return fail(Errc::malformed, fmt::format("{}:{}: {}; see https://toml.io for the form", file,
                                             error.source().begin.line, error.description()));
  }
}

}  // namespace

Result<Profiles> parse_profiles(std::string_view text, const std::string& file) {
  return read(text, file, false);
}

ProfilesRef shipped_profiles() {
  static const ProfilesRef shipped =
      std::make_shared<const Profiles>(read(shipped_text(), "clients.toml", true).value());
  return shipped;
}

std::vector<std::pair<std::string, std::string>> describe_conditions(const Profile& profile) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Condition& row : conditions) {
    const auto& list = profile.*row.list;
    if (!list.empty()) out.emplace_back(row.name, fmt::format("{}", fmt::join(list, " ")));
  }
  for (const Bound& row : bounds) {
    const auto& numbers = profile.*row.numbers;
    if (!numbers.empty()) out.emplace_back(row.name, fmt::format("{}", fmt::join(numbers, ".")));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> describe(const Changes& changes) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto put = [&](std::string_view name, std::string value) {
    out.emplace_back(std::string(name), std::move(value));
  };
  for (const Setting& row : settings) {
    if (const auto* flag = std::get_if<Flag>(&row.kind)) {
      if (const auto& value = changes.*flag->value) put(row.name, *value ? "true" : "false");
    } else if (const auto* number = std::get_if<Number>(&row.kind)) {
      if (const auto& value = changes.*number->value) put(row.name, std::to_string(*value));
    } else if (const auto& value = changes.*std::get<TimeOfDay>(row.kind).value) {
      put(row.name, fmt::format("{:02}:{:02}", *value / 60, *value % 60));
    }
  }
  return out;
}

}  // namespace godwit::profile

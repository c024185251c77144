#include "app/config_policies.hpp"

#include <algorithm>
#include <string_view>

#include "policy/check.hpp"
#include "policy/stored_policy.hpp"

namespace godwit::app {
namespace {

/// As policy::Settings has it: a list as lines.
std::string setting_text(const ConfigValue& value, const std::string& label, Problems& problems) {
  switch (value.kind) {
    case ConfigValue::Kind::text:
      return value.text;
    case ConfigValue::Kind::number:
      return std::to_string(value.number);
    case ConfigValue::Kind::boolean:
      return value.flag ? "1" : "0";
    case ConfigValue::Kind::list: {
      Strings lines;
      read_strings(value, label, lines, problems);
      std::string out;
      for (const std::string& line : lines) out += line + '\n';
      return out;
    }
    case ConfigValue::Kind::table:
    case ConfigValue::Kind::other:
      break;
  }
  problems.add(value, label + ": is a string, a number, true, false, or a list of strings");
  return {};
}

/// Names and bounds are the policy module's; here only the form.
void read_settings(const ConfigValue& table, const std::string& section,
                   Config::PolicySettings& out, Problems& problems) {
  if (table.kind != ConfigValue::Kind::table) {
    problems.add(table, fmt::format("{0}.settings: is a table; write [{0}.settings]", section));
    return;
  }
  for (const ConfigValue& value : table.children) {
    out.lines[value.name] = value.line;
    out.values[value.name] =
        setting_text(value, fmt::format("{}.settings.{}", section, value.name), problems);
  }
}

void read_flag(const ConfigValue& value, const std::string& label, bool& out, Problems& problems) {
  if (value.kind == ConfigValue::Kind::boolean) {
    out = value.flag;
  } else {
    problems.add(value, label + ": is true or false, without quotes");
  }
}

Config::NamedPolicy read_policy(const ConfigValue& table, Problems& problems) {
  Config::NamedPolicy policy;
  policy.name = table.name;
  policy.line = table.line;
  const std::string section = "policy." + table.name;
  for (const ConfigValue& value : table.children) {
    const std::string label = section + '.' + value.name;
    if (value.name == "settings") {
      read_settings(value, section, policy.settings, problems);
    } else if (value.name == "mode") {
      policy.mode = value.text;
      if (policy.mode != "off" && policy.mode != "loose" && policy.mode != "strict") {
        problems.add(value, label + ": is \"off\", \"loose\" or \"strict\"");
      }
    } else if (value.name == "accept_partial") {
      read_flag(value, label, policy.accept_partial, problems);
    } else if (value.name == "accept_external") {
      read_flag(value, label, policy.accept_external, problems);
    } else if (value.name == "users") {
      read_strings(value, label, policy.users, problems);
    } else if (value.name == "groups") {
      read_strings(value, label, policy.groups, problems);
    } else if (value.name == "domains") {
      read_strings(value, label, policy.domains, problems);
    } else {
      problems.add(value, label +
                              ": unknown key; there are: accept_external, accept_partial, "
                              "domains, groups, mode, settings, users");
    }
  }
  return policy;
}

template <class Policy>
policy::Settings settings_of(const Policy& policy) {
  return {.mode = policy::parse_mode(policy.mode).value_or(policy::Mode::off),
          .accept_partial = policy.accept_partial,
          .accept_external = policy.accept_external,
          .values = policy.settings.values};
}

class Check {
 public:
  explicit Check(const Config& config)
      : file_(config.file.empty() ? "configuration" : config.file) {}

  template <class Policy>
  void look_at(const std::string& section, int line, const Policy& policy) {
    for (const policy::Problem& problem : policy::problems_of(settings_of(policy))) {
      constexpr std::string_view below = "settings.";
      const bool whole = !problem.key.starts_with(below);
      const std::string setting = whole ? std::string() : problem.key.substr(below.size());
      add(line_of(policy, setting, line), section + '.' + problem.key, problem.what);
    }
  }

  void look_twice(const Config::NamedPolicy& policy) {
    std::vector<policy::Problem> problems;
    once_.add(policy.name, policy, problems);
    for (const policy::Problem& problem : problems) {
      add(policy.line, fmt::format("policy.{}.{}", policy.name, problem.key), problem.what);
    }
  }

  void add(int line, const std::string& key, const std::string& what) {
    found.push_back(line > 0 ? fmt::format("{}:{}: {}: {}", file_, line, key, what)
                             : fmt::format("{}: {}: {}", file_, key, what));
  }

  std::vector<std::string> found;

 private:
  template <class Policy>
  static int line_of(const Policy& policy, const std::string& setting, int otherwise) {
    const auto at = policy.settings.lines.find(setting);
    return at == policy.settings.lines.end() ? otherwise : at->second;
  }

  std::string file_;
  policy::NamedOnce once_;
};

}  // namespace

void read_policies(const ConfigValue& table, Config& config, Problems& problems) {
  for (const ConfigValue& value : table.children) {
    if (value.name == "settings") {
      read_settings(value, "policy", config.policy.settings, problems);
    } else if (value.kind == ConfigValue::Kind::table) {
      config.policies.push_back(read_policy(value, problems));
    }
  }
  std::ranges::sort(config.policies, {}, &Config::NamedPolicy::line);
}

std::vector<std::string> policy_problems(const Config& config) {
  Check check(config);
  check.look_at("policy", 0, config.policy);
  for (const Config::NamedPolicy& policy : config.policies) {
    check.look_at("policy." + policy.name, policy.line, policy);
    check.look_twice(policy);
    if (policy.name == policy::standard_name) {
      check.add(policy.line, "policy." + policy.name,
                "is the name of [policy] itself; write its keys there, or choose another name");
    }
  }
  return std::move(check.found);
}

policy::Book policy_book(const Config& config) {
  policy::Book book;
  book.standard = std::make_shared<const policy::Policy>(
      policy::Policy{.settings = settings_of(config.policy)});
  for (const Config::NamedPolicy& policy : config.policies) {
    book.named.push_back(std::make_shared<const policy::Policy>(
        policy::Policy{policy.name, settings_of(policy), policy}));
  }
  return book;
}

}  // namespace godwit::app

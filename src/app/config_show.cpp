#include "app/config_show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <regex>
#include <utility>

#include "app/config_text.hpp"
#include "app/config_value.hpp"

namespace godwit::app {
namespace {

/// Secrets are in files of their own; who put one here all the same does not see it in a terminal.
std::string without_secrets(const std::string& value) {
  static const std::regex of_url(R"re((://[^/@:"]*):[^/@"]*@)re");
  static const std::regex named(R"re((password|secret|token)=[^ &"]*)re", std::regex::icase);
  return std::regex_replace(std::regex_replace(value, of_url, "$1:(hidden)@"), named,
                            "$1=(hidden)");
}

const ConfigValue* child(const ConfigValue* parent, std::string_view name) {
  if (parent == nullptr) return nullptr;
  const auto found = std::ranges::find(parent->children, name, &ConfigValue::name);
  return found == parent->children.end() ? nullptr : &*found;
}

/// What a key's row does not know: as it stands in the file.
std::string text_of(const ConfigValue& value) {
  switch (value.kind) {
    case ConfigValue::Kind::boolean:
      return value.flag ? "true" : "false";
    case ConfigValue::Kind::number:
      return std::to_string(value.number);
    case ConfigValue::Kind::text:
      return quoted(value.text);
    case ConfigValue::Kind::list: {
      std::string out = "[";
      for (const ConfigValue& entry : value.children) {
        if (out.size() > 1) out += ", ";
        out += text_of(entry);
      }
      return out + ']';
    }
    case ConfigValue::Kind::table:
    case ConfigValue::Kind::other:
      break;
  }
  return {};
}

class Show {
 public:
  Show(Config config, const ConfigValue& file) : config_(std::move(config)), file_(file) {}

  std::vector<ShownKey> run() {
    std::string_view section;
    for (const Key& key : keys()) {
      if (key.section == section) continue;
      section = key.section;
      if (is_list_section(section)) {
        add_list(section);
      } else {
        add_section(section, std::string(section), child(&file_, section));
        add_tables(section);
      }
    }
    return std::move(rows_);
  }

 private:
  void add(std::string name, const std::string& value, int line) {
    rows_.push_back({std::move(name), without_secrets(value), line});
  }

  void add_section(std::string_view section, const std::string& label, const ConfigValue* table) {
    for (const Key& key : keys()) {
      if (key.section != section) continue;
      const ConfigValue* const given = child(table, key.name);
      add(fmt::format("{}.{}", label, key.name), value_text(key, config_),
          given == nullptr ? 0 : given->line);
    }
  }

  /// The entries of [[...]], each of which takes the place of the one that is read.
  template <class Entry>
  void add_entries(std::string_view section, const std::vector<Entry>& entries,
                   Entry Config::* read) {
    const ConfigValue* const tables = child(&file_, section);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      config_.*read = entries[i];
      const bool given = tables != nullptr && i < tables->children.size();
      add_section(section, fmt::format("{}[{}]", section, i + 1),
                  given ? &tables->children[i] : nullptr);
    }
  }

  void add_list(std::string_view section) {
    if (section == "sign_in") add_entries(section, config_.sign_in, &Config::sign_in_entry);
    if (section == "access") add_entries(section, config_.access, &Config::access_entry);
    if (section == "push_source") {
      add_entries(section, config_.push_sources, &Config::push_source_entry);
    }
    if (section == "device_rule") {
      add_entries(section, config_.device_rules, &Config::device_rule_entry);
    }
  }

  /// [policy.NAME], [policy.settings], [autodiscover.domain."NAME"]: what is given there.
  void add_tables(std::string_view section) {
    const ConfigValue* const table = child(&file_, section);
    if (table == nullptr) return;
    for (const ConfigValue& each : table->children) {
      if (each.kind == ConfigValue::Kind::table) {
        add_given(fmt::format("{}.{}", section, each.name), each);
      }
    }
  }

  void add_given(const std::string& label, const ConfigValue& table) {
    for (const ConfigValue& each : table.children) {
      const bool plain = !each.name.contains('.');
      const std::string name = fmt::format("{}.{}", label, plain ? each.name : quoted(each.name));
      if (each.kind == ConfigValue::Kind::table) {
        add_given(name, each);
      } else {
        add(name, text_of(each), each.line);
      }
    }
  }

  Config config_;
  const ConfigValue& file_;
  std::vector<ShownKey> rows_;
};

}  // namespace

Result<std::vector<ShownKey>> shown_config(std::string_view text, const std::string& file) {
  auto config = parse_config(text, file);
  if (!config) return pass(config);
  const ConfigValue tree = config_tree(text, file);
  return Show(std::move(*config), tree).run();
}

}  // namespace godwit::app

#include "app/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "app/autodiscover_settings.hpp"
#include "app/config_policies.hpp"
#include "app/config_value.hpp"
#include "app/config_whom.hpp"
#include "app/dav.hpp"
#include "app/device_settings.hpp"
#include "app/directory.hpp"
#include "app/ingest.hpp"
#include "app/profile_settings.hpp"
#include "app/send_as.hpp"
#include "app/sieve.hpp"
#include "app/sign_in_chain.hpp"
#include "app/user_sync.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "convert/time_zone/zone.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;  // a configuration, not data
constexpr int remedy_distance_max = 3;               // letters by which a typo may differ

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

/// `name`: of an entry of a table.
ConfigValue value_of(const toml::node& node, std::string_view name) {
  using Kind = ConfigValue::Kind;
  ConfigValue out{.name = std::string(name), .line = line_of(node)};
  if (const auto* text = node.as_string()) {
    out.kind = Kind::text;
    out.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    out.kind = Kind::number;
    out.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.kind = Kind::boolean;
    out.flag = boolean->get();
  } else if (const auto* date = node.as_date()) {
    out.kind = Kind::text;
    const toml::date day = date->get();
    out.text = fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
  } else if (const auto* list = node.as_array()) {
    out.kind = Kind::list;
    for (const toml::node& entry : *list) out.children.push_back(value_of(entry, {}));
  } else if (const auto* table = node.as_table()) {
    out.kind = Kind::table;
    for (const auto& [key, value] : *table) out.children.push_back(value_of(value, key.str()));
  }
  return out;
}

/// Letters to change, add or leave out to get from `a` to `b`.
int distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int above = row[j];
      const int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({row[j - 1] + 1, above + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string remedy(std::string_view given, const std::set<std::string_view>& known) {
  std::string_view nearest;
  int best = remedy_distance_max + 1;
  for (const std::string_view name : known) {
    if (const int steps = distance(given, name); steps < best) {
      best = steps;
      nearest = name;
    }
  }
  if (!nearest.empty()) return fmt::format("did you mean '{}'?", nearest);
  return fmt::format("there are: {}", fmt::join(known, ", "));
}

std::string label(const Key& key) { return fmt::format("{}.{}", key.section, key.name); }

void set_string(const Key& key, const toml::node& node, std::string& out, Problems& problems) {
  const auto* value = node.as_string();
  if (value == nullptr) {
    problems.add(line_of(node), label(key) + ": is a string; put it in quotes");
    return;
  }
  if (!key.choices.empty()) {
    std::set<std::string_view> choices;
    for (std::string_view rest = key.choices; !rest.empty();) {
      const auto end = rest.find('|');
      choices.insert(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    if (!choices.contains(value->get())) {
      problems.add(line_of(node), fmt::format("{}: '{}' is none of {}", label(key), value->get(),
                                              fmt::join(choices, ", ")));
      return;
    }
  }
  out = value->get();
}

void set_value(const Key& key, const toml::node& node, Config& config, Problems& problems) {
  std::visit(
      Overloaded{[&](bool* out) {
                   const auto* value = node.as_boolean();
                   if (value != nullptr) {
                     *out = value->get();
                   } else {
                     problems.add(line_of(node), label(key) + ": is true or false, without quotes");
                   }
                 },
                 [&](std::int64_t* out) {
                   const auto* value = node.as_integer();
                   if (value != nullptr && value->get() >= key.least && value->get() <= key.most) {
                     *out = value->get();
                   } else {
                     problems.add(line_of(node), fmt::format("{}: is a whole number from {} to {}",
                                                             label(key), key.least, key.most));
                   }
                 },
                 [&](std::string* out) { set_string(key, node, *out, problems); },
                 [&](Strings* out) {
                   out->clear();
                   const ConfigValue list = value_of(node, key.name);
                   if (!read_strings(list, label(key), *out, problems)) return;
                   if (key.check != nullptr) key.check(list, problems);
                 }},
      key.target(config));
}

void read_section(std::string_view section, const toml::table& table, Config& config,
                  Problems& problems);

/// [autodiscover.domain."example.org"]: the keys of [autodiscover], with its values as defaults.
void read_domains(const toml::node& node, Config& config, Problems& problems) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    problems.add(line_of(node),
                 "autodiscover.domain: holds tables; write [autodiscover.domain.\"NAME\"]");
    return;
  }
  for (const auto& [name, value] : *table) {
    const toml::table* keys_of_domain = value.as_table();
    if (keys_of_domain == nullptr) {
      problems.add(line_of(value), fmt::format("autodiscover.domain.{0}: is a table; write "
                                               "[autodiscover.domain.\"{0}\"], in quotes",
                                               name.str()));
      continue;
    }
    Config scratch;
    scratch.autodiscover = config.autodiscover;
    scratch.autodiscover.domains.clear();
    read_section("autodiscover", *keys_of_domain, scratch, problems);
    for (const char* key : {"domain", "domains"}) {
      if (!keys_of_domain->contains(key)) continue;
      problems.add(line_of(value), fmt::format("autodiscover.domain.{}: has no key {}; remove it",
                                               name.str(), key));
    }
    config.autodiscover_domains[ascii_lower(name.str())] = scratch.autodiscover;
  }
}

void read_section(std::string_view section, const toml::table& table, Config& config,
                  Problems& problems) {
  std::set<std::string_view> known;
  for (const Key& key : keys()) {
    if (key.section == section) known.insert(key.name);
  }
  const toml::node* domains = nullptr;  // read last: they begin with the section's values
  for (const auto& [name, value] : table) {
    if (section == "autodiscover" && name.str() == "domain") {
      domains = &value;
      continue;
    }
    if (section == "policy" && (name.str() == "settings" || value.is_table())) continue;
    const auto row = std::ranges::find_if(
        keys(), [&](const Key& key) { return key.section == section && key.name == name.str(); });
    if (row == keys().end()) {
      problems.add(name.source().begin.line, fmt::format("{}.{}: unknown key; {}", section,
                                                         name.str(), remedy(name.str(), known)));
    } else {
      set_value(*row, value, config, problems);
    }
  }
  if (domains != nullptr) read_domains(*domains, config, problems);
}

/// [[sign_in]] and its like: each table is read into the entry, which then joins the list.
template <class Entry>
void read_list(std::string_view section, const toml::array& tables, Entry Config::* entry,
               std::vector<Entry> Config::* list, Config& config, Problems& problems) {
  for (const toml::node& one : tables) {
    if (const toml::table* table = one.as_table()) {
      config.*entry = Entry();
      if constexpr (requires(Entry& read) { read.line; }) (config.*entry).line = line_of(one);
      read_section(section, *table, config, problems);
      (config.*list).push_back(config.*entry);
    } else {
      problems.add(line_of(one), fmt::format("{}: is a section; write [[{}]]", section, section));
    }
  }
  config.*entry = Entry();
}

void read_list_section(std::string_view section, const toml::node& value, Config& config,
                       Problems& problems) {
  const toml::array* tables = value.as_array();
  if (tables == nullptr) {
    problems.add(line_of(value),
                 fmt::format("{}: may be there several times; write [[{}]]", section, section));
  } else if (section == "sign_in") {
    read_list(section, *tables, &Config::sign_in_entry, &Config::sign_in, config, problems);
  } else if (section == "access") {
    read_list(section, *tables, &Config::access_entry, &Config::access, config, problems);
  } else if (section == "push_source") {
    read_list(section, *tables, &Config::push_source_entry, &Config::push_sources, config,
              problems);
  } else {
    read_list(section, *tables, &Config::device_rule_entry, &Config::device_rules, config,
              problems);
  }
}

void read_table(const toml::table& root, Config& config, Problems& problems) {
  std::set<std::string_view> sections;
  for (const Key& key : keys()) sections.insert(key.section);
  for (const auto& [name, value] : root) {
    const toml::table* table = value.as_table();
    if (!sections.contains(name.str())) {
      problems.add(name.source().begin.line,
                   fmt::format("{}: unknown {}; {}", name.str(), table ? "section" : "key",
                               remedy(name.str(), sections)));
    } else if (is_list_section(name.str())) {
      read_list_section(name.str(), value, config, problems);
    } else if (table == nullptr) {
      problems.add(line_of(value),
                   fmt::format("{}: is a section; write [{}]", name.str(), name.str()));
    } else {
      read_section(name.str(), *table, config, problems);
      if (name.str() == "policy") read_policies(value_of(*table, name.str()), config, problems);
    }
  }
}

/// Relative paths count from the folder of `file`, wherever the program was started.
void resolve_paths(Config& config, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  const auto resolve = [&](std::string& path) {
    if (!path.empty()) path = (folder / path).string();
  };
  for (auto& [domain, values] : config.autodiscover_domains) {
    // What is not set there is the section's, and is resolved like it.
    resolve(values.profile_certificate);
    resolve(values.profile_key);
  }
  for (const Key& key : keys()) {
    if (!key.is_path) continue;
    std::visit(
        Overloaded{[](bool*) {}, [](std::int64_t*) {}, [&](std::string* one) { resolve(*one); },
                   [&](Strings* all) { std::ranges::for_each(*all, resolve); }},
        key.target(config));
  }
  for (Config::SignIn& one : config.sign_in) {
    resolve(one.ca_file);
    resolve(one.password_file);
    resolve(one.keytab);
    std::ranges::for_each(one.revocation_lists, resolve);
  }
  for (Config::PushSource& one : config.push_sources) resolve(one.secret_file);
}

}  // namespace

bool read_strings(const ConfigValue& value, const std::string& label, Strings& out,
                  Problems& problems) {
  if (value.kind != ConfigValue::Kind::list) {
    problems.add(value, label + ": is a list of strings; write [\"...\", \"...\"]");
    return false;
  }
  bool good = true;
  for (const ConfigValue& entry : value.children) {
    if (entry.kind == ConfigValue::Kind::text) {
      out.push_back(entry.text);
    } else {
      problems.add(entry, label + ": holds strings only; put each in quotes");
      good = false;
    }
  }
  return good;
}

Result<Config> parse_config(std::string_view text, const std::string& file) {
  Problems problems(file);
  Config config;
  config.file = file;
  try {
    const toml::table root = toml::parse(text, file);
    read_table(root, config, problems);
  } catch (const toml::parse_error& error) {
    problems.add(error.source().begin.line,
                 fmt::format("{}; see https://toml.io for the form", error.description()));
  }
  if (problems.any()) return fail(Errc::malformed, problems.text());
  resolve_paths(config, file);
  return config;
}

ConfigValue config_tree(std::string_view text, const std::string& file) {
  try {
    return value_of(toml::parse(text, file), {});
  } catch (const toml::parse_error&) {
    return {};
  }
}

Result<std::string> read_config_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(file_bytes_max + 1, '\0');
  if (!in) {
    return fail(
        Errc::not_found,
        fmt::format("{}: cannot be read; `godwit config example` writes one to start from", file));
  }
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) {
    return fail(Errc::too_large, file + ": larger than 1 MiB: is this the configuration?");
  }
  return text;
}

Result<Config> read_config(const std::string& file) {
  const auto text = read_config_text(file);
  if (!text) return pass(text);
  return parse_config(*text, file);
}

namespace {

template <class Add>
void add_send_as_problem(const Config& config, Add add) {
  const auto send_as = parse_send_as(config.mail.send_as);
  if (!send_as) add("mail.send_as: " + send_as.error().message);
}

template <class Add>
void add_directory_problems(const Config& config, Add add) {
  if (config.directory.kind == "ldap") {
    const std::string problem = backend::check_ldap_settings(ldap_settings(config));
    if (!problem.empty()) add("directory.kind is ldap, but: " + problem);
  }
  if (config.directory.bind_dn.empty() != config.directory.password_file.empty()) {
    add("directory.bind_dn and directory.password_file go together");
  }
}

template <class Add>
void add_user_sync_problems(const Config& config, Add add) {
  const bool wanted = !config.user_sync.filter.empty() || config.user_sync.remove;
  if (wanted && config.directory.servers.empty()) {
    add("user_sync: name the servers in directory.servers");
  }
  const auto settings = roster_settings(config);
  if (!settings) return add("user_sync." + settings.error().message);
  const std::string problem = backend::check_roster_settings(*settings);
  if (!problem.empty()) add("user_sync." + problem);
}

template <class Add>
void add_submission_problems(const Config& config, Add add) {
  if (config.backend.kind == "imap" && config.submission.host.empty()) {
    add("backend.kind is imap: set submission.host, or phones could not send");
  }
  const bool signs_in_otherwise =
      config.submission.sign_in == "fixed" || config.submission.sign_in == "master";
  if (signs_in_otherwise &&
      (config.submission.user.empty() || config.submission.password_file.empty())) {
    add("submission.sign_in is " + config.submission.sign_in +
        ": set submission.user and submission.password_file");
  }
}

}  // namespace

Result<> check_config(const Config& config) {
  std::string wrong;
  const auto add = [&](std::string_view what) {
    wrong += fmt::format("{}{}: {}", wrong.empty() ? "" : "\n",
                         config.file.empty() ? "configuration" : config.file, what);
  };
  if (config.http.listen.empty() && config.http.listen_tls.empty()) {
    add("http.listen and http.listen_tls are both empty: phones could not connect; name one");
  }
  if (config.http.certificates.size() != config.http.keys.size()) {
    add("http.certificates and http.keys differ in number: each certificate needs its key, in "
        "order");
  }
  if (!config.http.listen_tls.empty() && config.http.certificates.empty()) {
    add("http.listen_tls needs http.certificates and http.keys");
  }
  const auto trusted =
      net::Networks::parse(fmt::format("{}", fmt::join(config.http.trusted_proxies, ",")));
  if (!trusted) add("http.trusted_proxies: " + trusted.error().message);
  if (config.store.kind == "postgres" && config.store.postgres_url.empty()) {
    add("store.kind is postgres: set store.postgres_url");
  }
  if (config.store.postgres_url.contains("://") || config.store.postgres_url.contains("password")) {
    add("store.postgres_url: write host=... dbname=... user=..., no URI, and the password to "
        "store.postgres_password_file");
  }
  if (config.backend.kind == "local" && config.local.domains.empty()) {
    add("backend.kind is local: local.domains needs a domain");
  }
  if (config.backend.kind == "imap" && !config.lmtp.listen.empty()) {
    add("lmtp.listen is for the embedded store: remove it, or set backend.kind to local");
  }
  add_submission_problems(config, add);
  if (const std::string problem = check_sieve(config); !problem.empty()) add("[sieve]: " + problem);
  for (const std::string& problem : sign_in_problems(config)) add(problem);
  for (const std::string& problem : push_source_problems(config)) add(problem);
  for (const std::string& problem : group_problems(config)) add(problem);
  if (const std::string problem = check_dav(config); !problem.empty()) add("[dav]: " + problem);
  if (const std::string problem = check_autodiscover(config); !problem.empty()) add(problem);
  add_directory_problems(config, add);
  add_user_sync_problems(config, add);
  if (const auto profiles = client_profiles(config); !profiles) {
    add("clients.profiles_file: " + profiles.error().message);
  }
  if (config.push.heartbeat_seconds_min > config.push.heartbeat_seconds_max) {
    add("push.heartbeat_seconds_min is above push.heartbeat_seconds_max");
  }
  add_send_as_problem(config, add);
  if (config.mail.window_default > config.mail.window_max) {
    add("mail.window_default is above mail.window_max");
  }
  if (!convert::Zone::named(config.calendar.time_zone)) {
    add("calendar.time_zone is no zone of the IANA database");
  }
  for (const auto& problems : {policy_problems(config), device_rule_problems(config)}) {
    for (const std::string& problem : problems) wrong += (wrong.empty() ? "" : "\n") + problem;
  }
  if (!wrong.empty()) return fail(Errc::malformed, wrong);
  return {};
}

Result<Secret> read_secret(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return fail(Errc::not_found, path + ": no such file");
  if ((info.st_mode & S_IRWXO) != 0) {
    return fail(Errc::refused,
                fmt::format("{}: everybody may read this secret; chmod o= {}", path, path));
  }
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!std::getline(in, line)) return fail(Errc::malformed, path + ": cannot be read, or is empty");
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  if (line.empty()) return fail(Errc::malformed, path + ": its first line is empty");
  return Secret(std::move(line));
}

Strings secret_files(const Config& config) {
  Config copy = config;
  Strings out;
  const auto take = [&](const std::string& file) {
    if (!file.empty()) out.push_back(file);
  };
  for (const Key& key : keys()) {
    if (is_list_section(key.section)) continue;
    const bool holds = key.name.ends_with("password_file") || key.name.ends_with("secret_file");
    if (holds) take(*std::get<std::string*>(key.target(copy)));
  }
  for (const Config::SignIn& one : config.sign_in) take(one.password_file);
  for (const Config::PushSource& one : config.push_sources) take(one.secret_file);
  return out;
}

Language mail_language(const Config& config) {
  return language_of(config.server.language).value_or(Language::english);
}

Strings take_over(Config& running, const Config& fresh) {
  Config taken = fresh;
  Strings left;
  for (const Key& key : keys()) {
    const bool same = std::visit(
        [&](auto* now) {
          auto& then = *std::get<decltype(now)>(key.target(taken));
          if (*now == then) return true;
          if (key.reloads) *now = then;
          return false;
        },
        key.target(running));
    if (!same && !key.reloads) left.push_back(fmt::format("{}.{}", key.section, key.name));
  }
  if (running.sign_in != fresh.sign_in) left.push_back("sign_in");
  if (running.access != fresh.access) left.push_back("access");
  if (running.push_sources != fresh.push_sources) left.push_back("push_source");
  running.policy.settings = fresh.policy.settings;
  running.autodiscover_domains = fresh.autodiscover_domains;
  running.policies = fresh.policies;
  running.device_rules = fresh.device_rules;
  return left;
}

}  // namespace godwit::app

#include "app/config_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/config.hpp"
#include "base/overloaded.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t comment_columns = 96;

std::string type_text(const Key& key, Config& config) {
  return std::visit(
      Overloaded{[](const bool*) { return std::string("true or false"); },
                 [&](const std::int64_t*) { return fmt::format("{} to {}", key.least, key.most); },
                 [&](const std::string*) {
                   std::string out;
                   for (const char c : key.choices) {
                     if (c == '|') {
                       out += ", ";
                     } else {
                       out += c;
                     }
                   }
                   return out.empty() ? std::string("string") : out;
                 },
                 [](const Strings*) { return std::string("list of strings"); }},
      key.target(config));
}

/// `text` in lines of comments.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const auto end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.size() + 1 + word.size() > comment_columns) {
      out += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string_view section_text(std::string_view section) {
  struct Row {
    std::string_view section;
    std::string_view text;
  };
  constexpr Row rows[] = {
      {"server", "The daemon itself."},
      {"http", "Where phones connect."},
      {"store", "The state of devices: what each has been sent."},
      {"backend", "The mailboxes behind the server."},
      {"metrics", "Numbers for Prometheus, and whether this server can serve."},
      {"local", "The embedded store (backend.kind = \"local\")."},
      {"lmtp", "Mail in, for the embedded store."},
      {"imap", "The IMAP server behind (backend.kind = \"imap\")."},
      {"submission", "Mail out."},
      {"user_sync",
       "The users of the embedded store as an LDAP directory has them (`godwit user sync`)."},
      {"mail", "What phones get at a time."},
      {"calendar", "Calendars and tasks."},
      {"clients", "Phones that do things their own way."},
      {"autodiscover",
       "How clients find this server by a mail address. Of a domain of its own differs what "
       "[autodiscover.domain.\"example.com\"] says, by the same keys but domains."},
      {"push", "Ping, and Sync that waits."},
      {"push_source",
       "Mail servers that tell of changed mailboxes, so that no connection has to watch them "
       "(backend.kind = \"imap\"). May be there several times; the first for a user's domain "
       "counts."},
      {"auth", "Limits of sign-in."},
      {"sign_in", "Who checks passwords, or issues tokens. May be there several times."},
      {"access", "Who may see what. May be there several times; needs a name and allow or deny."},
      {"devices", "Which devices are let in."},
      {"device_rule", "Rules about devices. May be there several times; each needs an action."},
      {"console",
       "Pages for people: see and manage devices in a browser; for administrators, all of them."},
      {"audit", "What administrators did, and what was decided about devices."},
      {"policy",
       "What phones must enforce. Settings by the names of the policy document stand in "
       "[policy.settings], for instance DevicePasswordEnabled = true. [policy.NAME] with the same "
       "keys, and users, groups and domains as in [[access]], is the policy of those, with "
       "[policy.NAME.settings]; its mode is strict unless it says so."},
  };
  for (const Row& row : rows) {
    if (row.section == section) return row.text;
  }
  return {};
}

/// Text as mdoc wants it: no line may begin with a control character, backslashes are doubled.
std::string manual_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string value_text(const Key& key, Config& config) {
  return std::visit(
      Overloaded{[](const bool* value) { return std::string(*value ? "true" : "false"); },
                 [](const std::int64_t* value) { return std::to_string(*value); },
                 [](const std::string* value) { return quoted(*value); },
                 [](const Strings* value) {
                   std::string out = "[";
                   for (const std::string& entry : *value) {
                     if (out.size() > 1) out += ", ";
                     out += quoted(entry);
                   }
                   return out + ']';
                 }},
      key.target(config));
}

std::string config_example() {
  Config defaults;
  std::string out =
      "# Configuration of Godwit. Every key is here with its default; lines that begin with # may\n"
      "# be left out. `godwit config check FILE` reads a file and says what is wrong with it.\n"
      "# Paths that do not begin with / count from the folder of this file.\n"
      "# SIGHUP applies the keys marked (reload), and names those of the others that changed.\n";
  std::string_view section;
  for (const Key& key : keys()) {
    if (key.section != section) {
      section = key.section;
      out += fmt::format("\n{}{}\n", comment(section_text(section)),
                         is_list_section(section) ? fmt::format("#[[{}]]", section)
                                                  : fmt::format("[{}]", section));
    }
    out += fmt::format("\n{}", comment(fmt::format("{}{} ({})", key.doc,
                                                   key.reloads ? " (reload)" : " (needs a restart)",
                                                   type_text(key, defaults))));
    if (!key.example.empty()) out += fmt::format("# for instance: {}\n", key.example);
    out += fmt::format("#{} = {}\n", key.name, value_text(key, defaults));
  }
  return out;
}

std::string config_manual() {
  Config defaults;
  std::string out =
      ".\\\" Written by `godwit config manual`; edit src/app/config_keys.cpp instead.\n"
      ".Dd November 22, 2026\n.Dt GODWIT.TOML 5\n.Os\n"
      ".Sh NAME\n.Nm godwit.toml\n.Nd configuration of godwitd\n"
      ".Sh DESCRIPTION\n"
      "A TOML file. Unknown keys and values out of range are refused with file, line and what to "
      "do.\nSecrets are never in it: keys that end in\n.Li _file\nname files that hold them on "
      "their first line, not readable by others.\n"
      "Paths that do not begin with / count from the folder of this file.\n"
      "SIGHUP applies the keys marked\n.Em reload\nand all policies; the log names those of the "
      "others that changed.\n";
  std::string_view section;
  for (const Key& key : keys()) {
    if (key.section != section) {
      if (!section.empty()) out += ".El\n";
      section = key.section;
      out += fmt::format(
          ".Ss {}\n{}\n.Bl -tag -width Ds\n",
          is_list_section(section) ? fmt::format("[[{}]]", section) : fmt::format("[{}]", section),
          manual_text(section_text(section)));
    }
    out += fmt::format(".It Ic {}\n{}\n.br\nValue: {}. Default: {}{}\n", key.name,
                       manual_text(key.doc), manual_text(type_text(key, defaults)),
                       manual_text(value_text(key, defaults)),
                       key.reloads ? ". Applied on\n.Em reload ." : ". Needs a restart.");
  }
  out +=
      ".El\n.Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/godwit/godwit.toml\nThe file read unless "
      "another is named.\n.El\n.Sh SEE ALSO\n.Xr godwit 1 ,\n.Xr godwitd 8\n";
  return out;
}

}  // namespace godwit::app

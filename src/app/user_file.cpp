#include "app/user_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "backend/directory.hpp"
#include "base/text.hpp"

namespace godwit::app {
namespace {

constexpr std::uint64_t megabytes_max = 1ULL << 40U;

using Names = std::vector<std::string>;
const Names& usual_names() {
  static const Names all{"login", "password", "name", "aliases", "quota"};
  return all;
}

bool is_name(const std::string& name) {
  constexpr auto others =
      std::to_array<std::string_view>({"photo", "certificates", "send_as", "listed"});
  return std::ranges::find(usual_names(), name) != usual_names().end() ||
         std::ranges::find(others, name) != others.end() ||
         std::ranges::find(backend::person_fields, name, &backend::PersonField::name) !=
             backend::person_fields.end();
}

/// The fields of one line, or what is wrong with it.
Result<std::vector<std::string>> split(std::string_view line, std::size_t fields_max) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return fail(Errc::malformed, "a quotation mark is not closed");
  if (fields.size() > fields_max) {
    return fail(Errc::malformed,
                fmt::format("more than {} fields; put those with commas in quotes", fields_max));
  }
  fields.resize(fields_max);
  return fields;
}

/// Error: what is wrong with it.
Result<> take(UserLine& user, const std::string& name, const std::string& value) {
  if (name == "login") {
    user.login = trim(value);
  } else if (name == "password") {
    user.password = Secret(value);
  } else if (name == "name") {
    user.display_name = trim(value);
  } else if (name == "aliases") {
    user.aliases = split_blanks(value);
  } else if (name == "quota") {
    if (trim(value).empty()) return {};
    const auto megabytes = parse_number<std::uint64_t>(trim(value));
    if (!megabytes || *megabytes > megabytes_max) {
      return fail(Errc::malformed, "the quota is a number of megabytes");
    }
    user.quota_bytes = *megabytes * 1024 * 1024;
  } else if (!trim(value).empty()) {
    if (name == "listed" && trim(value) != "yes" && trim(value) != "no") {
      return fail(Errc::malformed, "listed is yes or no");
    }
    user.fields.emplace_back(name, trim(value));
  }
  return {};
}

Result<UserLine> parse_line(std::string_view line, const Names& names) {
  const auto fields = split(line, names.size());
  if (!fields) return pass(fields);
  UserLine user;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (auto taken = take(user, names[i], (*fields)[i]); !taken) return pass(taken);
  }
  if (user.login.empty()) return fail(Errc::malformed, "the login is empty");
  if (user.password.empty()) return fail(Errc::malformed, "the password is empty");
  return user;
}

/// Nothing: the line names no fields.
Result<std::optional<Names>> parse_names(std::string_view line) {
  constexpr std::size_t names_max = 50;
  if (line != "login" && !line.starts_with("login,")) return std::nullopt;
  auto names = split(line, names_max);
  if (!names) return pass(names);
  while (names->back().empty()) names->pop_back();
  for (std::string& name : *names) {
    name = trim(name);
    if (!is_name(name)) return fail(Errc::malformed, "no field is called '" + name + "'");
  }
  return std::optional(std::move(*names));
}

}  // namespace

std::vector<std::string> split_blanks(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view rest = trim(text); !rest.empty();) {
    const auto end = rest.find(' ');
    out.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : trim(rest.substr(end));
  }
  return out;
}

Result<std::vector<UserLine>> parse_user_file(std::string_view text) {
  std::vector<UserLine> users;
  std::optional<Names> names;
  const auto wrong = [](int line, const Error& error) {
    return fail(Errc::malformed, fmt::format("line {}: {}", line, error.message));
  };
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    if (!names) {
      const auto named = parse_names(line);
      if (!named) return wrong(number, named.error());
      names = named->value_or(usual_names());
      if (*named) continue;
    }
    auto user = parse_line(line, *names);
    if (!user) return wrong(number, user.error());
    user->line = number;
    users.push_back(std::move(*user));
  }
  return users;
}

}  // namespace godwit::app

#include "app/user_file.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t fields_max = 5;
constexpr std::uint64_t megabytes_max = 1ULL << 40U;

/// The fields of one line, or what is wrong with it.
Result<std::vector<std::string>> split(std::string_view line) {
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
    return fail(Errc::malformed, "more than five fields; put those with commas in quotes");
  }
  fields.resize(fields_max);
  return fields;
}

Result<UserLine> parse_line(std::string_view line) {
  auto fields = split(line);
  if (!fields) return pass(fields);
  UserLine user;
  user.login = trim((*fields)[0]);
  if (user.login.empty()) return fail(Errc::malformed, "the login is empty");
  if ((*fields)[1].empty()) return fail(Errc::malformed, "the password is empty");
  user.password = Secret(std::move((*fields)[1]));
  user.display_name = trim((*fields)[2]);
  for (std::string_view rest = trim((*fields)[3]); !rest.empty();) {
    const auto end = rest.find(' ');
    user.aliases.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : trim(rest.substr(end));
  }
  if (const auto quota = trim((*fields)[4]); !quota.empty()) {
    const auto megabytes = parse_number<std::uint64_t>(quota);
    if (!megabytes || *megabytes > megabytes_max) {
      return fail(Errc::malformed, "the quota is a number of megabytes");
    }
    user.quota_bytes = *megabytes * 1024 * 1024;
  }
  return user;
}

}  // namespace

Result<std::vector<UserLine>> parse_user_file(std::string_view text) {
  std::vector<UserLine> users;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    auto user = parse_line(line);
    if (!user)
      return fail(Errc::malformed, fmt::format("line {}: {}", number, user.error().message));
    user->line = number;
    users.push_back(std::move(*user));
  }
  return users;
}

}  // namespace godwit::app

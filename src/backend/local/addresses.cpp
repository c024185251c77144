#include "backend/local/addresses.hpp"

#include <algorithm>

#include "backend/local/limits.hpp"
#include "base/text.hpp"

namespace godwit::backend::local {

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > login_bytes_max || !utf8_valid(text)) return std::nullopt;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return std::nullopt;
  const bool odd = std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' ||
           c == '\\' || c == ',';
  });
  if (odd || text.substr(0, at).contains('@')) return std::nullopt;
  return Address{ascii_lower(text.substr(0, at)), ascii_lower(text.substr(at + 1))};
}

std::vector<std::string> login_candidates(std::string_view login,
                                          const std::vector<std::string>& domains) {
  std::vector<std::string> out;
  if (login.empty() || login.size() > login_bytes_max) return out;
  std::optional<std::string> windows_domain;
  if (const auto slash = login.find('\\'); slash != std::string_view::npos) {
    windows_domain = ascii_lower(login.substr(0, slash));
    login.remove_prefix(slash + 1);
  }
  // Phones that ask for a domain and an address send both: the address says it better.
  if (const auto address = parse_address(login)) {
    if (std::ranges::find(domains, address->domain) != domains.end()) out.push_back(address->str());
    return out;
  }
  for (const std::string& domain : domains) {
    const bool named = !windows_domain || windows_domain->empty() || *windows_domain == domain ||
                       *windows_domain == domain.substr(0, domain.find('.'));
    if (!named) continue;
    const std::string whole = std::string(login) + "@" + domain;
    if (const auto address = parse_address(whole)) out.push_back(address->str());
  }
  return out;
}

std::optional<UserRow> find_user(Database& database, std::string_view address) {
  auto row = database.query(
      "SELECT id, address, password, display_name FROM user WHERE address = ?", address);
  if (!row.step()) return std::nullopt;
  return UserRow{.id = row.integer(0),
                 .address = row.text(1),
                 .password = row.text(2),
                 .display_name = row.text(3)};
}

std::optional<UserRow> find_recipient(Database& database, std::string_view address) {
  const auto parsed = parse_address(address);
  if (!parsed) return std::nullopt;
  std::vector<std::string> spellings{parsed->str()};
  if (const auto plus = parsed->local_part.find('+'); plus != std::string::npos && plus > 0) {
    spellings.push_back(parsed->local_part.substr(0, plus) + "@" + parsed->domain);
  }
  for (const std::string& spelling : spellings) {
    if (auto user = find_user(database, spelling)) return user;
    auto row = database.query(
        "SELECT u.address FROM alias a JOIN user u ON u.id = a.user WHERE a.address = ?", spelling);
    if (row.step()) return find_user(database, row.text(0));
  }
  return std::nullopt;
}

std::vector<std::string> aliases_of(Database& database, RowId user) {
  std::vector<std::string> out;
  for (auto rows =
           database.query("SELECT address FROM alias WHERE user = ? ORDER BY address", user);
       rows.step();) {
    out.push_back(rows.text(0));
  }
  return out;
}

std::vector<std::string> send_as_of(Database& database, RowId user) {
  std::vector<std::string> out;
  for (auto rows =
           database.query("SELECT address FROM send_as WHERE user = ? ORDER BY address", user);
       rows.step();) {
    out.push_back(rows.text(0));
  }
  return out;
}

Result<Address> own_address(std::string_view text, const std::vector<std::string>& domains) {
  auto address = parse_address(text);
  if (!address) return fail(Errc::malformed, "not an address: user@domain is needed");
  if (std::ranges::find(domains, address->domain) == domains.end()) {
    return fail(Errc::refused, "the domain is none of the configured ones");
  }
  return *address;
}

Result<std::vector<std::string>> own_aliases(const std::vector<std::string>& texts,
                                             const std::vector<std::string>& domains) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    const auto address = own_address(text, domains);
    if (!address) return pass(address);
    out.push_back(address->str());
  }
  std::ranges::sort(out);
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

bool taken(Database& database, const std::string& address, RowId by_other_than) {
  auto row = database.query(
      "SELECT 1 FROM user WHERE address = ? UNION ALL SELECT 1 FROM mail_group WHERE address = ?"
      " UNION ALL SELECT 1 FROM alias WHERE address = ? AND user <> ?",
      address, address, address, by_other_than);
  return row.step();
}

Result<> put_aliases(Database& database, const UserRow& user, std::vector<std::string> aliases) {
  std::erase(aliases, user.address);
  for (const std::string& alias : aliases) {
    if (taken(database, alias, user.id)) return fail(Errc::conflict, "an alias is taken");
  }
  database.run("DELETE FROM alias WHERE user = ?", user.id);
  for (const std::string& alias : aliases) {
    database.run("INSERT INTO alias (address, user) VALUES (?, ?)", alias, user.id);
  }
  return {};
}

}  // namespace godwit::backend::local

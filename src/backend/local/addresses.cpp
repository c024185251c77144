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

}  // namespace godwit::backend::local

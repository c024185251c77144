#include "auth/credentials.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

bool has_controls(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Every byte is the code point of its number.
Secret utf8_of_latin1(std::string_view text) {
  std::string out;
  out.reserve(2 * text.size());  // so that no half-way copy is left behind
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6U);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return Secret(std::move(out));
}

/// RFC 6750 2.1: b64token.
bool is_token_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-._~+/=").contains(c);
}

Result<Credentials> read_token(std::string_view token) {
  if (token.empty()) return fail(Errc::incomplete, "no token");
  if (!std::ranges::all_of(token, is_token_character)) {
    return fail(Errc::malformed, "a token with other characters");
  }
  return Credentials{
      .user = {}, .name = {}, .password = Secret(std::string(token)), .scheme = Scheme::bearer};
}

/// RFC 4559 4.2. What it holds is looked at by who knows Kerberos.
Result<Credentials> read_ticket(std::string_view text) {
  if (text.empty()) return fail(Errc::incomplete, "no ticket");
  auto ticket = base64_decode(text);
  if (!ticket || ticket->empty()) return fail(Errc::malformed, "a ticket is not base64");
  return Credentials{
      .user = {}, .name = {}, .password = Secret(*std::move(ticket)), .scheme = Scheme::negotiate};
}

}  // namespace

Result<UserName> split_user_name(std::string_view user) {
  UserName name;
  if (const auto backslash = user.find('\\'); backslash != std::string_view::npos) {
    name.domain = user.substr(0, backslash);
    user.remove_prefix(backslash + 1);
  }
  if (const auto at = user.rfind('@'); at != std::string_view::npos) {
    if (at + 1 < user.size()) name.domain = user.substr(at + 1);
    user = user.substr(0, at);
  }
  if (user.empty()) return fail(Errc::malformed, "no user name");
  name.login = user;
  return name;
}

bool is_plain_login(std::string_view login) {
  return !login.empty() && std::ranges::all_of(login, [](char c) { return c > ' ' && c < 0x7F; });
}

Result<Credentials> parse_authorization(std::string_view value) {
  value = trim(value);
  if (value.empty()) return fail(Errc::incomplete, "no credentials");
  const auto scheme = value.substr(0, value.find(' '));
  const bool is_ticket = iequals(scheme, "Negotiate");
  if (value.size() > (is_ticket ? ticket_max : authorization_max)) {
    return fail(Errc::too_large, "credentials too long");
  }
  if (is_ticket) return read_ticket(trim(value.substr(scheme.size())));
  if (iequals(scheme, "Bearer")) return read_token(trim(value.substr(scheme.size())));
  if (!iequals(scheme, "Basic")) return fail(Errc::unsupported, "another sign-in scheme");
  auto decoded = base64_decode(value.substr(scheme.size()));
  if (!decoded) return fail(Errc::malformed, "credentials are not base64");
  Secret pair(*std::move(decoded));
  if (!utf8_valid(pair.reveal())) pair = utf8_of_latin1(pair.reveal());
  const auto text = pair.reveal();
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::malformed, "credentials without colon");
  return check_credentials(text.substr(0, colon), text.substr(colon + 1));
}

Result<Credentials> check_credentials(std::string_view user, std::string_view password) {
  // RFC 7617 2: neither may hold control characters; they would end lines of backends' protocols.
  if (has_controls(user) || has_controls(password)) {
    return fail(Errc::malformed, "control character in credentials");
  }
  if (!utf8_valid(user) || !utf8_valid(password)) {
    return fail(Errc::malformed, "credentials are not UTF-8");
  }
  if (user.size() > user_name_max || password.size() > password_max) {
    return fail(Errc::too_large, "user name or password too long");
  }
  auto name = split_user_name(user);
  if (!name) return pass(name);
  if (password.empty()) return fail(Errc::refused, "no password");
  return Credentials{std::string(user), *std::move(name), Secret(std::string(password)),
                     Scheme::password};
}

}  // namespace godwit::auth

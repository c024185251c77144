/// What an Authorization header says (RFC 7617, RFC 6750). No I/O, and nothing of it is ever put in
/// an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace godwit::auth {

inline constexpr std::size_t authorization_max = 8192;  // bytes of the header's value
inline constexpr std::size_t ticket_max = 12'288;       // bytes of its header's value; in base64
inline constexpr std::size_t user_name_max = 256;       // bytes, as UserId
inline constexpr std::size_t password_max = 1024;       // bytes; hashing time grows with it

/// A user name taken apart: `ann`, `ann@example.com`, `EXAMPLE\ann`, `EXAMPLE\ann@example.com`
/// (then the address's domain counts), `\ann`.
struct UserName {
  std::string login;   // never empty
  std::string domain;  // as sent; empty when there is none
};

/// How somebody signs in.
enum class Scheme : std::uint8_t {
  password,     // with a name (Basic)
  bearer,       // by a token that names its user
  certificate,  // which a TLS client showed; it names its user
  negotiate,    // by a Kerberos ticket, which names its user (RFC 4559)
};

struct Credentials {
  std::string user;  // as sent, UTF-8; empty without a password
  UserName name;     // likewise
  Secret password;   // or the token (UTF-8), the certificates, the ticket; never empty
  Scheme scheme = Scheme::password;
};

/// Error: malformed.
Result<UserName> split_user_name(std::string_view user);

/// Whether nobody takes it for another spelling of another login: directories compare names by
/// rules of their own, by which `bjorn` may be `björn` and blanks are nothing, and mailboxes do
/// not.
bool is_plain_login(std::string_view login);

/// Text that is not UTF-8 is taken for ISO 8859-1, which Outlook sends. Errors: incomplete (no
/// header, or a token that is empty: some clients ask for a challenge so), unsupported (schemes
/// other than Basic, Bearer and Negotiate), malformed, too_large, refused (no password: a directory
/// may take that for an anonymous sign-in).
Result<Credentials> parse_authorization(std::string_view value);

/// The same of a name and a password that came apart, in a form. Errors: malformed, too_large,
/// refused.
Result<Credentials> check_credentials(std::string_view user, std::string_view password);

}  // namespace godwit::auth

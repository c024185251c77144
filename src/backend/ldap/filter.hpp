/// Search filters (RFC 4515) made of what people type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::backend::ldap {

/// As an assertion value: nothing of `text` means anything but itself (RFC 4515 3).
std::string escape_filter(std::string_view text);

/// `pattern` with each `%s` replaced by the escaped text, and `%%` by a percent sign.
std::string fill_pattern(std::string_view pattern, std::string_view text);

/// A login as patterns name its parts: `{login}`, `{name}` and `{domain}`.
struct LoginParts {
  std::string login;   // without a domain before a backslash
  std::string name;    // the part before @
  std::string domain;  // after @, or before a backslash; may be empty
};
LoginParts login_parts(std::string_view login);

/// As a value in a name (RFC 4514 2.4): nothing of `text` means anything but itself.
std::string escape_dn(std::string_view text);

/// `pattern` with the parts of a login in it, escaped for the place.
std::string fill_filter(std::string_view pattern, const LoginParts& parts);
std::string fill_dn(std::string_view pattern, const LoginParts& parts);
/// Whether each brace belongs to one of the three; at least one is wanted.
bool is_login_pattern(std::string_view pattern);

/// Entries that are listed and match `pattern` with every one of `words`. Empty parts are left out.
std::string search_filter(std::string_view listed, std::string_view pattern,
                          const std::vector<std::string>& words);

/// Of the group whose number (`primaryGroupID`) is `rid` in the domain of an account with this
/// `objectSid`: it holds no list with that account ([MS-ADA3] primaryGroupID). Empty for what is no
/// SID ([MS-DTYP] 2.4.2.2) or no number.
std::string primary_group_filter(std::string_view sid, std::string_view rid);

/// Whether parentheses pair and every `%` is `%s` or `%%`: what an administrator is told of at
/// once.
bool is_filter_pattern(std::string_view pattern);

/// The blank-separated words of a query, at most 16.
std::vector<std::string> query_words(std::string_view text);

}  // namespace godwit::backend::ldap

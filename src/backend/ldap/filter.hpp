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

/// Entries that are listed and match `pattern` with every one of `words`. Empty parts are left out.
std::string search_filter(std::string_view listed, std::string_view pattern,
                          const std::vector<std::string>& words);

/// Whether parentheses pair and every `%` is `%s` or `%%`: what an administrator is told of at
/// once.
bool is_filter_pattern(std::string_view pattern);

/// The blank-separated words of a query, at most 16.
std::vector<std::string> query_words(std::string_view text);

}  // namespace godwit::backend::ldap

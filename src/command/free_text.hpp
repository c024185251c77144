/// [MS-ASCMD] FreeText: words, phrases in quotes, and the property restrictions that people type
/// (`from:ann subject:"the hedge" category:garden`), as far as mail can be searched by them.
#pragma once

#include <string_view>
#include <vector>

#include "backend/mail_query.hpp"
#include "base/result.hpp"

namespace godwit::command {

inline constexpr std::size_t free_text_characters_max = 1024;
inline constexpr std::size_t free_text_terms_max = 32;

/// All clauses must hold. `a OR b` is one clause; `NOT a` and `-a` are negated; AND is what stands
/// between clauses anyway. An unknown property is a word like any other. Errors: malformed (no
/// words), unsupported (parentheses around alternatives, categories among other alternatives, too
/// many terms).
Result<std::vector<backend::MailClause>> read_free_text(std::string_view text);

}  // namespace godwit::command

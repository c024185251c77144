/// Requests made of what a transcript says, and answers held against it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "client/node.hpp"
#include "transcript_text.hpp"

namespace godwit::test {

/// What `$name` stands for.
using Captures = std::map<std::string, std::string, std::less<>>;

/// With every `$name` replaced. Throws TranscriptError for one that nothing has set.
std::string substituted(std::string_view text, const Captures& captures, std::size_t line);

/// The request's document. Throws TranscriptError for unknown tags.
client::Node request_tree(const Pattern& pattern, const Captures& captures);

/// Nothing when `answer` is as written, else what is not; fresh names are set in `captures`.
std::optional<std::string> mismatch(const Pattern& pattern, const client::Node& answer,
                                    Captures& captures);

/// Of one value: `*` any, `~text` contains, `$new` binds, `$new!=$old` binds and must differ.
bool value_matches(std::string_view pattern, std::string_view value, Captures& captures,
                   std::size_t line);

/// A document as a transcript would show it.
std::string show(const client::Node& node, std::size_t indent = 0);

}  // namespace godwit::test

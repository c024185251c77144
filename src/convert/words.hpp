/// Words of names and queries in the form that they are compared in: letter case, accents and
/// compatibility forms folded away ("Müller" and "MULLER" are one word).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::convert {

/// The words of `text`, in order: runs of letters, digits and marks; a character of a script that
/// writes without blanks (Han, Hiragana, Katakana, Thai) is a word. Bytes that are not UTF-8
/// separate.
std::vector<std::string> folded_words(std::string_view text);

/// The same, each with a blank before it.
std::string folded_line(std::string_view text);

/// Whether each of `prefixes` begins one of the words in `line`, which holds words that each have
/// a blank before them.
bool begins_words(std::string_view line, const std::vector<std::string>& prefixes);

}  // namespace godwit::convert

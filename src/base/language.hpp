/// The languages that people are written to in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace godwit {

enum class Language : std::uint8_t { english, french, german };

inline constexpr auto languages =
    std::to_array({Language::english, Language::german, Language::french});

/// Of RFC 5646: "en".
std::string_view code_of(Language language);
/// By a language tag ("de-AT") or, as phones say it ([MS-ASCMD] OSLanguage), a name ("German",
/// "Deutsch"). Letter case does not count. Nothing: none of ours.
std::optional<Language> language_of(std::string_view tag);

/// The one that a browser or a phone wants most (RFC 9110 12.5.4 Accept-Language). Nothing: it
/// wants none of ours.
std::optional<Language> preferred_language(std::string_view accept_language);

}  // namespace godwit

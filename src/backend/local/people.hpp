/// Rows of the address list that the users of the embedded store make: private to this folder. All
/// functions block and run inside a transaction of their caller's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/directory.hpp"
#include "backend/local/addresses.hpp"

namespace godwit::backend::local {

inline constexpr std::size_t person_text_bytes_max = 256;  // [MS-OXOABK]'s longest names, in UTF-8
inline constexpr std::size_t certificates_max = 10;        // of one person
inline constexpr std::size_t query_words_max = 16;
inline constexpr std::size_t send_as_max = 100;  // of one person

/// Brings the words that a user is found by up to date: after names or addresses changed.
void index_person(Database& database, RowId user);

/// Those who match, by display name.
DirectoryMatches find_people(Database& database, const DirectoryQuery& query);
/// All who are listed.
std::vector<DirectoryEntry> all_people(Database& database, std::size_t entries_max);
/// One user's own entry, listed or not.
Person read_person(Database& database, const UserRow& user);
/// Errors: malformed, too_large, refused and conflict (aliases). `domains`: ours, of aliases.
Result<> change_person(Database& database, const UserRow& user, const PersonChange& change,
                       const std::vector<std::string>& domains);
/// Whether it is one line of UTF-8 of at most person_text_bytes_max.
Result<> good_text(const std::string& text);

/// Who is in the group of that entry id (backend/directory.hpp).
DirectoryMatches group_people(Database& database, std::string_view id,
                              const std::vector<std::string>& domains, std::size_t entries_max);

/// Nothing (size 0) for an id that is none.
Photo read_photo(Database& database, std::string_view id);
std::vector<std::string> read_certificates(Database& database, std::string_view id);

}  // namespace godwit::backend::local

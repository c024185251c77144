/// The address list: who there is, for look-ups by name. Read-only. Throws Fault where the
/// directory cannot be asked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "base/task.hpp"

namespace godwit::backend {

/// [MS-ASCMD] MaxSize: a photo has at most 100 KB.
inline constexpr std::size_t photo_bytes_max = 102'400;

/// One entry of the list: [MS-ASCMD] GAL properties, UTF-8, empty = not known.
struct DirectoryEntry {
  std::string id;  // the directory's own name for it, as photos() and certificates() take it
  std::string display_name;
  std::string phone, office, title, company, department;
  std::string alias;  // the short name: mailNickname, uid
  std::string first_name, last_name;
  std::string home_phone, mobile_phone;
  std::string address;    // of mail
  bool is_group = false;  // a distribution list
  friend bool operator==(const DirectoryEntry&, const DirectoryEntry&) = default;
};

struct DirectoryQuery {
  std::string text;
  std::size_t entries_max = 100;
  /// An entry that has `text` as one of its mail addresses stands alone, whoever else matches.
  bool address_alone = false;
  /// With `address_alone`: also an entry that nobody is to find. To decide about users, not to
  /// show.
  bool hidden_too = false;
};

struct DirectoryMatches {
  std::vector<DirectoryEntry> entries;  // by display name, at most as many as were asked for
  std::uint64_t total = 0;              // at least entries.size(); more when others match, too
};

struct Photo {
  std::uint64_t size = 0;  // 0 = there is none
  std::string bytes;       // empty when it is larger than photo_bytes_max
};

class Directory {
 public:
  virtual ~Directory() = default;
  /// Entries with a name, alias, office or address of which words begin with the words of the text,
  /// in any order, letter case and accents ignored. A text without words finds nobody.
  virtual Task<DirectoryMatches> find(Account account, DirectoryQuery query) = 0;
  /// One for each id, in order.
  virtual Task<std::vector<Photo>> photos(Account account, std::vector<std::string> ids) = 0;
  /// X.509 certificates (DER) of an entry that are valid now.
  virtual Task<std::vector<std::string>> certificates(Account account, std::string id) = 0;
  /// Who gets what is sent to a group: the groups in it opened, each person once, listed or not, at
  /// most `entries_max`. Nobody for what is no group. Those whom the directory knows nothing else
  /// of have an address only.
  virtual Task<DirectoryMatches> members(Account account, std::string id,
                                         std::size_t entries_max) = 0;
};

/// The fields that an administrator may set, by the names that the control socket gives them.
struct PersonField {
  std::string_view name;
  std::string DirectoryEntry::* member;
};
inline constexpr auto person_fields = std::to_array<PersonField>({
    {"display_name", &DirectoryEntry::display_name},
    {"first_name", &DirectoryEntry::first_name},
    {"last_name", &DirectoryEntry::last_name},
    {"nickname", &DirectoryEntry::alias},
    {"title", &DirectoryEntry::title},
    {"company", &DirectoryEntry::company},
    {"department", &DirectoryEntry::department},
    {"office", &DirectoryEntry::office},
    {"phone", &DirectoryEntry::phone},
    {"home_phone", &DirectoryEntry::home_phone},
    {"mobile_phone", &DirectoryEntry::mobile_phone},
});

/// A user's own entry as an administrator sees it.
struct Person {
  DirectoryEntry entry;
  bool listed = true;  // false: nobody finds the entry
  std::vector<std::string> aliases{};
  std::vector<std::string> send_as{};  // whose mail the user may write
  std::uint64_t photo_bytes = 0;
  std::size_t certificates = 0;
};

/// What is to change of it; what is absent stays.
struct PersonChange {
  std::vector<std::pair<std::string DirectoryEntry::*, std::string>> fields{};
  std::optional<bool> listed{};
  std::optional<std::vector<std::string>> aliases{};  // all of them
  std::optional<std::vector<std::string>> send_as{};
  std::optional<std::string> photo{};                      // empty = none any more
  std::optional<std::vector<std::string>> certificates{};  // PEM or DER; all of them
  std::optional<std::uint64_t> quota_bytes{};              // 0 = the configured one
};

/// A distribution list as an administrator sees it.
struct Group {
  std::string address;
  std::string display_name{};
  /// Who gets the failures of members elsewhere; empty: who wrote (RFC 5321 3.9).
  std::string owner{};
  bool listed = true;
  std::vector<std::string> members{};  // addresses of users, groups and anybody else
};

/// What is to change of it; what is absent stays.
struct GroupChange {
  std::optional<std::string> display_name{}, owner{};
  std::optional<bool> listed{};
};

}  // namespace godwit::backend

/// What clients are known to do their own way, as data: which devices are meant, and what the
/// server then does otherwise. Shipped in clients.toml; an admin's file adds to it. No I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace godwit::profile {

/// What the server does for one device. Small: one is kept for every request that waits.
struct Behaviour {
  bool merged_folders = false;        // all collections of a class of items are shown as one folder
  bool server_sends_replies = false;  // up to 14.1 the answer to an invitation is mailed by us
  bool whole_bodies = false;          // of items other than mail: never truncated
  bool is_fleeting = false;           // no record before it asks for more than its folders
  std::uint16_t answer_seconds_max = 0;  // after which an answer is cut at the latest; 0: any time
  std::uint16_t window_max = 0;          // of one Sync answer; 0: any number
  std::uint16_t contact_minutes = 719;   // of the day, UTC: when birthdays and anniversaries are

  friend bool operator==(const Behaviour&, const Behaviour&) = default;
};

/// What a profile says of a Behaviour; nothing: what the profiles before it said.
struct Changes {
  std::optional<bool> merged_folders{}, server_sends_replies{}, whole_bodies{}, is_fleeting{};
  std::optional<std::uint16_t> answer_seconds_max{}, window_max{}, contact_minutes{};

  void apply(Behaviour& to) const;
  friend bool operator==(const Changes&, const Changes&) = default;
};

/// A version as programs write it: "1607.83" is 1607, 83; missing numbers are 0.
std::optional<std::vector<std::uint32_t>> parse_program_version(std::string_view text);

/// Of conditions that are there all must hold, one of a list is enough. Patterns know * for any
/// characters; letter case does not count.
struct Profile {
  std::string name;    // letters, digits, `-`
  std::string source;  // where the behaviour is known from
  std::string test;    // shipped ones: the transcript or test that shows it
  std::vector<std::string> types{}, agents{}, models{}, systems{}, ids{};
  std::vector<std::string> versions{};       // of the protocol: "12.1"
  std::vector<std::uint32_t> agent_from{};   // of the program: what follows the first `/` of
  std::vector<std::uint32_t> agent_below{};  // its user agent; empty: any
  bool only_by_name = false;                 // for devices to which an admin gave it
  Changes set{};

  friend bool operator==(const Profile&, const Profile&) = default;
};

/// What profiles look at.
struct Client {
  std::string_view type{}, agent{}, model{}, system{}, id{}, version{};
  std::string_view given{};  // the profile that an admin gave it; empty: none
};

/// Later profiles say over earlier ones; the one that an admin gave, last.
class Profiles {
 public:
  Profiles() = default;
  explicit Profiles(std::vector<Profile> list) : list_(std::move(list)) {}

  Behaviour of(const Client& client) const;
  /// The names of those that hold, in order.
  std::vector<std::string> names_of(const Client& client) const;
  const Profile* find(std::string_view name) const;
  /// In place of the one of its name, or last.
  void add(Profile profile);
  const std::vector<Profile>& list() const { return list_; }

  friend bool operator==(const Profiles&, const Profiles&) = default;

 private:
  std::vector<Profile> list_;
};

/// clients.toml. `file` is for errors, `file:line: profile NAME: what is wrong` each: malformed,
/// too_large. Shipped ones must name their test.
Result<Profiles> parse_profiles(std::string_view text, const std::string& file);

/// Shared, so that a request goes on with those it began with when a reload replaces them.
using ProfilesRef = std::shared_ptr<const Profiles>;
/// Those that come with Godwit.
ProfilesRef shipped_profiles();
/// Their text, as an example for an own file.
std::string_view shipped_text();

/// A setting and its value, as the file spells them; for people.
std::vector<std::pair<std::string, std::string>> describe(const Changes& changes);
/// Likewise; patterns of a list are parted by blanks.
std::vector<std::pair<std::string, std::string>> describe_conditions(const Profile& profile);

}  // namespace godwit::profile

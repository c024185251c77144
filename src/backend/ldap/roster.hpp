/// The people of an LDAP directory who shall have mailboxes: what `godwit user sync` goes by.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/directory.hpp"
#include "backend/ldap/ldap.hpp"

namespace godwit::backend {

struct RosterSettings {
  /// Servers, account, bases, preset and limit count.
  LdapSettings server;
  std::string filter = {};  // of those who shall be users; empty: the preset's
  std::string ignore = {};  // of those among them who are left alone; empty: nobody
  std::string login = "mail";
  std::vector<std::string> aliases = {};  // attributes; empty: the preset's
  std::vector<std::pair<std::string DirectoryEntry::*, std::string>> attributes = {};
  std::size_t people_max = 20'000;
};

/// `settings` that cannot work, in words; empty when they can. Servers may be missing.
std::string check_roster_settings(const RosterSettings& settings);

/// One of them. Texts as the directory has them: whether they make a user is not decided here.
struct RosterPerson {
  std::string id;        // the directory's own name
  std::string identity;  // the same for as long as the entry lives: identity_of (person.hpp)
  std::string login;     // empty: the entry has none
  DirectoryEntry entry;
  std::vector<std::string> addresses;  // further ones
  bool ignored = false;
};

struct Roster {
  std::vector<RosterPerson> people;
  bool elsewhere = false;  // other servers have a part of the directory, which was not asked for
};

class LdapRoster {
 public:
  /// `clock` outlives it. Nothing is connected before the first question.
  LdapRoster(RosterSettings settings, const Clock& clock);
  ~LdapRoster();

  /// All of them, without pictures. Throws Fault as LdapDirectory, and when it did not get all.
  Task<Roster> read();

  struct Media {
    std::string photo;                      // empty = none, or too large
    std::vector<std::string> certificates;  // DER, valid now
  };
  /// Throws Fault.
  Task<Media> media(std::string id);

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // shared with jobs on the gate
};

}  // namespace godwit::backend

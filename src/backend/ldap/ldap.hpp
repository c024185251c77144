/// An address list on LDAP servers: OpenLDAP, Active Directory and their like. libldap blocks: it
/// runs on a gate of its own, with a time limit on every call.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/directory_list.hpp"
#include "backend/preferred_language.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"

namespace godwit::backend {

struct LdapSettings {
  enum class Preset : std::uint8_t { openldap, active_directory };
  enum class Encryption : std::uint8_t { none, starttls };  // of ldap: URLs; ldaps: is always TLS

  std::vector<std::string> urls;  // ldap://host[:port] or ldaps://..., tried in this order
  Encryption encryption = Encryption::starttls;
  std::string ca_file = {};  // who may sign the servers' certificates; empty: the system's list
  bool verify = true;        // whether certificates must be valid and for their host
  std::string bind_dn = {};  // empty: anonymous
  Secret password = {};
  std::string base;                          // where the list begins
  std::vector<std::string> more_bases = {};  // further sub-trees of it
  Preset preset = Preset::openldap;
  std::string listed = {};  // filter of who is in the list; empty: the preset's
  std::string match = {};   // filter of whom a word finds, `%s` in place of it; empty: the preset's
  std::chrono::seconds limit{5};  // of connecting, and of each query; lists and groups: 12 times it
  std::size_t entries_max = 500;  // read for one query
  unsigned connections = 4;
};

/// `settings` that cannot work, in words; empty when they can.
std::string check_ldap_settings(const LdapSettings& settings);

/// Nothing is connected before the first query. A server that fails is left for the next one; the
/// one that answered last is asked first. Throws Fault: unavailable (no server answers, or none
/// takes the account), timed_out, corrupt (they refuse the filter or the base).
class LdapDirectory final : public Directory, public DirectoryList, public PreferredLanguages {
 public:
  /// `clock` outlives the directory.
  LdapDirectory(LdapSettings settings, const Clock& clock);
  ~LdapDirectory() override;

  Task<DirectoryMatches> find(Account account, DirectoryQuery query) override;
  Task<std::vector<Photo>> photos(Account account, std::vector<std::string> ids) override;
  Task<std::vector<std::string>> certificates(Account account, std::string id) override;
  Task<DirectoryMatches> members(Account account, std::string id, std::size_t entries_max) override;
  Task<std::vector<DirectoryEntry>> everybody(std::size_t entries_max) override;
  /// Also of those who are in no list; nothing where several entries have one of the addresses.
  Task<std::string> preferred_language(Account account) override;

 private:
  struct Core;
  class Opening;
  std::shared_ptr<Core> core_;  // shared with jobs on the gate
};

}  // namespace godwit::backend

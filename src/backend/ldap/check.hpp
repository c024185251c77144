/// Passwords checked by LDAP servers: OpenLDAP, Active Directory and their like. The user's name is
/// made of a pattern, or searched for; then the server is asked whether it takes the password.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/check.hpp"
#include "backend/ldap/ldap.hpp"

namespace godwit::backend {

struct LdapCheckSettings {
  /// Servers, the account that searches (empty: anonymous), `base` and `preset` (what users, groups
  /// and nested groups look like) count; what is said of an address list does not.
  LdapSettings server;
  /// The user's DN, with {login}, {name} and {domain} in it; empty: it is searched for.
  std::string dn = {};
  /// Who is searched for, with the same places; empty: the preset's.
  std::string filter = {};
  /// The attribute that names the mailbox; empty: the login as it was sent.
  std::string account = {};
  /// Only members, directly or by another group, are users of this check; empty: all. DNs or
  /// common names.
  std::vector<std::string> groups = {};
  /// Where groups are; empty: below the base.
  std::string group_base = {};
  /// Attributes that rules are about.
  std::vector<std::string> attributes = {};
  /// Rules are about groups.
  bool wants_groups = false;
};

/// `settings` that cannot work, in words; empty when they can.
std::string check_ldap_check_settings(const LdapCheckSettings& settings);

class LdapCheck final : public auth::Check {
 public:
  explicit LdapCheck(LdapCheckSettings settings);
  ~LdapCheck() override;

  Task<Result<auth::Proof>> verify(auth::Claim claim) override;
  Task<std::optional<auth::Facts>> facts(std::string login) override;

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // shared with jobs on the gate
};

}  // namespace godwit::backend

/// Users of the embedded store kept in step with an LDAP directory: `godwit user sync`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/operations.hpp"
#include "app/config.hpp"
#include "backend/ldap/roster.hpp"

namespace godwit::app {

/// Error malformed: a field of the address list that is none.
Result<backend::RosterSettings> roster_settings(const Config& config);

/// What is to be done with whom. Pure.
struct UserSyncPlan {
  /// A person of the directory as a user.
  struct Wanted {
    std::string login;
    std::vector<std::string> aliases;
    const backend::RosterPerson* person = nullptr;
    bool adopt = false;  // the user is there, and not known to be this entry's
  };
  std::vector<Wanted> missing, present;  // who is no user yet, and who is
  std::vector<std::string> gone;         // users from the directory whom it does not have any more
  bool held_back = false;                // they stay
  std::vector<std::string> unusable;     // entries that make no user, and why
  std::vector<std::pair<std::string, std::string>> renamed;  // as of admin::UserSync
};
/// `roster` outlives the plan. A user is an entry's who came from it, whatever the entry is called
/// now, or else who has its login. Those who are ignored or in `keep` are in none of the lists; two
/// entries with one login make no user and take none away; nor is anybody gone who was added by
/// hand.
UserSyncPlan plan_user_sync(const backend::Roster& roster, const std::vector<admin::User>& users,
                            const Config& config);

class UserSync {
 public:
  /// `users`, `stored` (the same users as an address list) and `clock` outlive it.
  UserSync(const Config& config, const Clock& clock, admin::Accounts& users,
           backend::Directory& stored);
  Task<Result<admin::UserSync>> run(admin::UserSyncOrder order);

 private:
  struct Running;
  Task<> add(const UserSyncPlan::Wanted& wanted, const admin::UserSyncOrder& order,
             admin::UserSync& out);
  Task<> keep(const UserSyncPlan::Wanted& wanted, const admin::UserSyncOrder& order,
              admin::UserSync& out);
  /// One by one: a picture that is none keeps no name from being right.
  using Changes = std::vector<backend::PersonChange>;
  Task<Result<Changes>> changes_of(const UserSyncPlan::Wanted& wanted);
  Task<Result<>> change(const UserSyncPlan::Wanted& wanted, Changes changes);
  Task<backend::PersonChange> media_change(const UserSyncPlan::Wanted& wanted,
                                           const backend::Person& now);

  Config config_;
  admin::Accounts& users_;
  backend::Directory& stored_;
  std::unique_ptr<backend::LdapRoster> roster_;  // null: no servers
  bool running_ = false;
};

}  // namespace godwit::app

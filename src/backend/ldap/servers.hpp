/// Several LDAP servers as one: private to this folder. Used by the threads of a gate; everything
/// blocks.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend/ldap/session.hpp"

namespace godwit::backend::ldap {

/// What comes in many answers, a whole list or a group, may take so many of the settings' limits.
inline constexpr unsigned limits_of_lists = 12;

class Servers {
 public:
  /// `settings` outlives it.
  explicit Servers(const LdapSettings& settings) : settings_(settings) {}

  /// Runs `ask` on a connection of the settings' account, for at most `limits` times the settings'
  /// limit, connecting not counted. One that turns out dead, or a server that is down, is left for
  /// the next; what a server answers, it answers for all. One that does not answer in time is asked
  /// last from then on: nobody else waits for it.
  Entries run(const std::function<Entries(Session&)>& ask, unsigned limits = 1);
  /// One entry by its name; none for what is no name.
  Entries read(const std::string& dn, const std::vector<std::string>& attributes);
  /// Several by their names; those that are not there are left out.
  Entries read(const std::vector<std::string>& dns, const std::vector<std::string>& attributes);
  /// A connection of its own to the first server that answers, beginning with the last good one.
  std::unique_ptr<Session> connect(Session::As as);

 private:
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);
  void leave(const std::string& url);

  const LdapSettings& settings_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t good_ = 0;
};

}  // namespace godwit::backend::ldap

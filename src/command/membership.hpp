/// Who is in the groups that the configuration names, and so which policy is a user's. What a
/// directory said is kept for some minutes, and longer while it cannot be asked.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/directory.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "net/keyed_lock.hpp"
#include "policy/book.hpp"

namespace godwit::command {

class Membership {
 public:
  /// The groups that a user is in, by their common and distinguished names. Throws Fault.
  using GroupsOf = std::function<Task<std::vector<std::string>>(std::string user)>;

  /// `directory`: the address list, which knows groups by their addresses; null = there are none.
  /// `groups_of`: who knows them by name; null = the address list, by distinguished names.
  Membership(const Clock& clock, backend::Directory* directory, GroupsOf groups_of = nullptr)
      : clock_(clock), directory_(directory), groups_of_(std::move(groups_of)) {}

  /// `assigned`: what an administrator assigned to the user, empty = nothing. Throws Fault
  /// (unavailable) when a group decides that nobody was ever able to look up.
  Task<policy::PolicyRef> policy_of(policy::Book book, const backend::Account& account,
                                    std::string assigned);
  /// The same with the reason.
  Task<policy::Choice> choice_of(policy::Book book, const backend::Account& account,
                                 std::string assigned);
  /// Those of `groups` that the user is in.
  Task<std::vector<std::string>> groups_of(const backend::Account& account,
                                           std::vector<std::string> groups);
  /// Ask again at the next occasion.
  void forget();

  static constexpr std::chrono::minutes lifetime{5};
  /// After a failure; until then what was known stands.
  static constexpr std::chrono::seconds pause{30};
  static constexpr std::size_t members_max = 100'000;
  /// Users whose groups are remembered; beyond that all are asked about anew.
  static constexpr std::size_t users_max = 100'000;

 private:
  using Names = std::set<std::string, std::less<>>;
  struct Answer {
    Names names{};
    Time ask_again{};
    bool known = false;
  };
  using Answers = std::map<std::string, Answer, std::less<>>;

  Task<Names> members_of(std::string group, backend::Account account);
  Task<Names> named_groups_of(std::string user);
  bool is_old(const Answers& answers, std::string_view name) const;
  /// Keeps the answer, or the old one when there is none. Whoever asks at the same time waits.
  Task<> learn(Answers& answers, std::string name, Task<Names> question);
  /// Throws Fault when it was never answered: that nobody could be asked is no weaker policy.
  static const Names& known(const Answers& answers, std::string_view name);
  Task<bool> is_member(const backend::Account& account, std::string group);
  Task<bool> is_in_named(const backend::Account& account, std::string group);

  const Clock& clock_;
  backend::Directory* directory_;
  GroupsOf groups_of_;
  net::KeyedLocks locks_;
  Names interesting_;  // groups that were ever asked for by name: as many as are configured
  Answers members_;    // of a group: addresses in lower case
  Answers groups_;     // of a user: those of `interesting_`
};

}  // namespace godwit::command

#include "command/membership.hpp"

#include <algorithm>
#include <utility>

#include "backend/compact_account.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("groups");

}  // namespace

void Membership::forget() {
  for (auto* answers : {&members_, &groups_}) {
    for (auto& [name, answer] : *answers) answer.ask_again = {};
  }
}

Task<Membership::Names> Membership::members_of(std::string group, backend::Account account) {
  std::string id = group;  // a distinguished name is the directory's own id
  if (is_group_address(group)) {
    backend::DirectoryQuery query{
        .text = group, .entries_max = 1, .address_alone = true, .hidden_too = true};
    const auto found = co_await directory_->find(account, std::move(query));
    const bool is_it = !found.entries.empty() && found.entries.front().is_group &&
                       iequals(found.entries.front().address, group);
    id = is_it ? found.entries.front().id : std::string();
  }
  Names names;
  if (id.empty()) {
    logger.warning("unknown", {{"group", group}});
    co_return names;
  }
  const auto members = co_await directory_->members(std::move(account), std::move(id), members_max);
  // Who is not among those that were read may be in it nevertheless.
  if (members.total > members.entries.size()) {
    throw Fault(Fault::Kind::unavailable, group + ": has more members than can be read");
  }
  for (const backend::DirectoryEntry& entry : members.entries) {
    names.insert(ascii_lower(entry.address));
  }
  co_return names;
}

Task<Membership::Names> Membership::named_groups_of(std::string user) {
  Names names;
  for (const std::string& group : co_await groups_of_(std::move(user))) {
    std::string name = group_key(group);
    if (interesting_.contains(name)) names.insert(std::move(name));
  }
  co_return names;
}

bool Membership::is_old(const Answers& answers, std::string_view name) const {
  const auto found = answers.find(name);
  return found == answers.end() || found->second.ask_again <= clock_.now();
}

Task<> Membership::learn(Answers& answers, std::string name, Task<Names> question) {
  const auto turn = co_await locks_.acquire(name);
  if (!is_old(answers, name)) co_return;
  std::string failure;
  try {
    Names names = co_await std::move(question);
    answers[name] = {std::move(names), clock_.now() + lifetime, true};
  } catch (const Fault& fault) {
    failure = fault.what();
  }
  if (failure.empty()) co_return;
  logger.warning("unanswered", {{"of", name}, {"why", failure}});
  answers[name].ask_again = clock_.now() + pause;
}

const Membership::Names& Membership::known(const Answers& answers, std::string_view name) {
  const auto found = answers.find(name);
  if (found == answers.end() || !found->second.known) {
    throw Fault(Fault::Kind::unavailable,
                "the directory says nothing about groups: " + std::string(name));
  }
  return found->second.names;
}

Task<bool> Membership::is_member(const backend::Account& account, std::string group) {
  if (directory_ == nullptr) co_return false;
  if (is_old(members_, group)) co_await learn(members_, group, members_of(group, account));
  const Names& members = known(members_, group);
  co_return std::ranges::any_of(backend::names_of(account), [&](const std::string& address) {
    return members.contains(ascii_lower(address));
  });
}

Task<bool> Membership::is_in_named(const backend::Account& account, std::string group) {
  const std::string name = group_key(group);
  const std::string user = account.user.str();
  // What is remembered says nothing of a group that nobody asked for.
  if (interesting_.insert(name).second || groups_.size() >= users_max) groups_.clear();
  if (is_old(groups_, user)) co_await learn(groups_, user, named_groups_of(user));
  co_return known(groups_, user).contains(name);
}

Task<std::vector<std::string>> Membership::groups_of(const backend::Account& account,
                                                     std::vector<std::string> groups) {
  std::vector<std::string> out;
  for (std::string& name : groups) {
    const bool by_name = groups_of_ != nullptr && !is_group_address(name);
    const bool in = co_await (by_name ? is_in_named(account, name) : is_member(account, name));
    if (in) out.push_back(std::move(name));
  }
  co_return out;
}

Task<policy::Choice> Membership::choice_of(policy::Book book, const backend::Account& account,
                                           std::string assigned) {
  const std::vector<std::string> names = backend::names_of(account);
  std::vector<std::string> groups;
  if (policy::groups_matter(book, {{names, {}}, assigned})) {
    groups = co_await groups_of(account, policy::asked_groups(book));
  }
  co_return policy::choose(book, {{names, groups}, assigned});
}

Task<policy::PolicyRef> Membership::policy_of(policy::Book book, const backend::Account& account,
                                              std::string assigned) {
  if (assigned.empty() && book.named.empty()) co_return book.standard;
  co_return (co_await choice_of(std::move(book), account, std::move(assigned))).policy;
}

}  // namespace godwit::command

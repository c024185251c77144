#include "app/user_sync.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/directory.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"

namespace godwit::app {
namespace {

using backend::RosterPerson;
using Wanted = UserSyncPlan::Wanted;

constexpr std::size_t password_bytes = 24;    // of users who sign in by the directory
constexpr std::size_t certificates_max = 10;  // what the address list keeps of one person

/// Nobody knows it: whoever is to sign in does so by a check of [[sign_in]].
Secret unknown_password() {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "libsodium cannot be used");
  std::string random(password_bytes, '\0');
  randombytes_buf(random.data(), random.size());
  return Secret(base64_encode(random));
}

bool is_ours(const std::string& address, const Config& config) {
  const auto at = address.rfind('@');
  return at != std::string::npos && at > 0 &&
         std::ranges::any_of(config.local.domains, [&](const std::string& domain) {
           return iequals(domain, std::string_view(address).substr(at + 1));
         });
}

/// Empty for what is no address of ours.
std::string login_of(const RosterPerson& person, const Config& config) {
  std::string login = ascii_lower(person.login);
  if (!login.empty() && !login.contains('@') && !config.local.domains.empty()) {
    login += '@' + config.local.domains.front();
  }
  return is_ours(login, config) && UserId::parse(login) ? ascii_lower(login) : std::string();
}

/// An entry, and what it says the login is; empty where that is no address of ours.
struct Named {
  const RosterPerson* person;
  std::string login;
};

/// The users as they are, in lower case.
struct There {
  explicit There(const std::vector<admin::User>& users) {
    for (const admin::User& user : users) {
      const std::string login = ascii_lower(user.login);
      origins[login] = user.origin;
      if (!user.origin.empty()) by_origin[user.origin] = login;
    }
  }
  /// Whom that entry made, whatever the entry is called now.
  const std::string* of_origin(const std::string& identity) const {
    const auto found = by_origin.find(identity);
    return found == by_origin.end() ? nullptr : &found->second;
  }
  std::map<std::string, std::string> origins;    // by login
  std::map<std::string, std::string> by_origin;  // logins of those who came from the directory
};

/// Whether so many of those who came from the directory are more than may go at once. Where it has
/// none of several any more it is another directory, or another part of it.
bool is_too_much(std::size_t gone, std::size_t of, bool elsewhere, const Config& config) {
  const std::size_t part =
      of * static_cast<std::size_t>(config.user_sync.removed_percent_max) / 100;
  return gone > 0 && (elsewhere || gone > std::max<std::size_t>(part, 1) || (gone == of && of > 1));
}

/// `user` is the mailbox; what else the directory calls its owner is a further address of it.
Wanted wanted_of(const RosterPerson& person, const std::string& user, const std::string& login,
                 const Config& config) {
  std::set<std::string> aliases{login};
  for (const std::string& address : person.addresses) {
    if (is_ours(address, config)) aliases.insert(ascii_lower(address));
  }
  aliases.erase(user);
  return {user, {aliases.begin(), aliases.end()}, &person};
}

std::vector<std::string> sorted(std::vector<std::string> list) {
  std::ranges::sort(list);
  return list;
}

/// Fields and addresses that differ.
backend::PersonChange text_change(const Wanted& wanted, const backend::Person& now) {
  backend::PersonChange out;
  for (const backend::PersonField& field : backend::person_fields) {
    const std::string& text = wanted.person->entry.*field.member;
    if (text != now.entry.*field.member) out.fields.emplace_back(field.member, text);
  }
  if (wanted.aliases != sorted(now.aliases)) out.aliases = wanted.aliases;
  return out;
}

bool is_nothing(const backend::PersonChange& change) {
  return change.fields.empty() && !change.aliases && !change.photo && !change.certificates;
}

}  // namespace

Result<backend::RosterSettings> roster_settings(const Config& config) {
  const Config::UserSync& given = config.user_sync;
  backend::RosterSettings out{.server = ldap_settings(config)};
  out.filter = given.filter;
  out.ignore = given.ignore;
  out.login = given.login;
  out.aliases = given.aliases;
  out.people_max = static_cast<std::size_t>(given.users_max);
  for (const std::string& row : given.attributes) {
    const auto at = row.find('=');
    const auto field = std::ranges::find(
        backend::person_fields, std::string_view(row).substr(0, at), &backend::PersonField::name);
    if (at == std::string::npos || at + 1 == row.size() || field == backend::person_fields.end()) {
      return fail(Errc::malformed, "attributes: a field and its attribute, title=title: " + row);
    }
    out.attributes.emplace_back(field->member, row.substr(at + 1));
  }
  return out;
}

UserSyncPlan plan_user_sync(const backend::Roster& roster, const std::vector<admin::User>& users,
                            const Config& config) {
  const There there(users);
  UserSyncPlan out;
  std::map<std::string, std::vector<Named>> by_user;
  for (const RosterPerson& person : roster.people) {
    std::string login = login_of(person, config);
    const std::string* const own = there.of_origin(person.identity);
    if (login.empty() && !person.ignored) {
      out.unusable.push_back(person.id + ": names no mailbox of ours");
    }
    if (own == nullptr && login.empty()) continue;
    std::string user = own == nullptr ? login : *own;
    by_user[std::move(user)].push_back({&person, std::move(login)});
  }
  std::set<std::string> kept;
  for (const std::string& login : config.user_sync.keep) kept.insert(ascii_lower(login));
  const auto is_other_mailbox = [&](const std::string& login) {
    return there.origins.contains(login) || by_user.contains(login);
  };
  for (const auto& [user, entries] : by_user) {
    const auto& [person, login] = entries.front();
    if (entries.size() > 1) {
      out.unusable.push_back(user + ": is named by several entries");
    } else if (person->ignored || kept.contains(user) || login.empty()) {
      continue;
    } else if (login != user && is_other_mailbox(login)) {
      out.unusable.push_back(
          fmt::format("{}: the directory says {}, which is another mailbox", user, login));
    } else {
      if (login != user) out.renamed.emplace_back(user, login);
      const auto origin = there.origins.find(user);
      auto& list = origin == there.origins.end() ? out.missing : out.present;
      list.push_back(wanted_of(*person, user, login, config));
      list.back().adopt = origin != there.origins.end() && origin->second != person->identity;
    }
  }
  for (const auto& [login, origin] : there.origins) {
    const bool is_there = by_user.contains(login) || kept.contains(login);
    if (!origin.empty() && !is_there) out.gone.push_back(login);
  }
  out.held_back = config.user_sync.remove &&
                  is_too_much(out.gone.size(), there.by_origin.size(), roster.elsewhere, config);
  return out;
}

/// Marks that it runs, as long as it lives.
struct UserSync::Running {
  explicit Running(bool& a_flag) : flag(a_flag) { flag = true; }
  ~Running() { flag = false; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  bool& flag;
};

UserSync::UserSync(const Config& config, const Clock& clock, admin::Accounts& users,
                   backend::Directory& stored)
    : config_(config), users_(users), stored_(stored) {
  if (config.directory.servers.empty()) return;
  auto settings = roster_settings(config);
  if (!settings) throw Fault(Fault::Kind::unavailable, settings.error().message);
  settings->server.password = directory_password(config);
  roster_ = std::make_unique<backend::LdapRoster>(std::move(*settings), clock);
}

Task<Result<admin::UserSync>> UserSync::run(admin::UserSyncOrder order) {
  if (!roster_) co_return fail(Errc::unsupported, "directory.servers names no server");
  if (running_) co_return fail(Errc::conflict, "users are being brought in step already");
  const Running running(running_);
  const backend::Roster roster = co_await roster_->read();
  if (roster.people.empty()) {
    co_return fail(Errc::refused, "the directory has nobody; nothing was changed");
  }
  const UserSyncPlan plan = plan_user_sync(roster, co_await users_.list(), config_);
  admin::UserSync out;
  out.unusable = plan.unusable;
  out.renamed = plan.renamed;
  out.held_back = plan.held_back;
  out.elsewhere = roster.elsewhere;
  for (const Wanted& wanted : plan.missing) co_await add(wanted, order, out);
  for (const Wanted& wanted : plan.present) co_await keep(wanted, order, out);
  for (const std::string& login : plan.gone) {
    if (!config_.user_sync.remove || plan.held_back) {
      out.gone.push_back(login);
      continue;
    }
    Result<> done;
    if (!order.dry_run) {
      co_await order.about_to("removed", login);
      done = co_await users_.remove(login);
      co_await order.tried("removed", login, done);
    }
    if (done) {
      out.removed.push_back(login);
    } else {
      out.failed.emplace_back(login, done.error().message);
    }
  }
  co_return out;
}

Task<> UserSync::add(const Wanted& wanted, const admin::UserSyncOrder& order,
                     admin::UserSync& out) {
  if (order.dry_run) {
    out.added.push_back(wanted.login);
    co_return;
  }
  admin::NewUser user{.login = wanted.login,
                      .password = unknown_password(),
                      .display_name = wanted.person->entry.display_name,
                      .aliases = {},
                      .origin = wanted.person->identity};
  co_await order.about_to("added", wanted.login);
  const auto made = co_await users_.add(std::move(user));
  co_await order.tried("added", wanted.login, made);
  if (!made) {
    out.failed.emplace_back(wanted.login, made.error().message);
    co_return;
  }
  out.added.push_back(wanted.login);
  const auto changes = co_await changes_of(wanted);
  const auto filled = changes ? co_await change(wanted, *changes) : Result<>(pass(changes));
  if (!filled) out.failed.emplace_back(wanted.login, filled.error().message);
}

Task<> UserSync::keep(const Wanted& wanted, const admin::UserSyncOrder& order,
                      admin::UserSync& out) {
  if (wanted.adopt) {
    Result<> done;
    if (!order.dry_run) {
      co_await order.about_to("adopted", wanted.login);
      done = co_await users_.set_origin(wanted.login, wanted.person->identity);
      co_await order.tried("adopted", wanted.login, done);
    }
    if (!done) out.failed.emplace_back(wanted.login, done.error().message);
    if (!done) co_return;
    out.adopted.push_back(wanted.login);
  }
  const auto changes = co_await changes_of(wanted);
  if (!changes) out.failed.emplace_back(wanted.login, changes.error().message);
  if (!changes || changes->empty()) co_return;
  Result<> changed;
  if (!order.dry_run) {
    co_await order.about_to("changed", wanted.login);
    changed = co_await change(wanted, *changes);
    co_await order.tried("changed", wanted.login, changed);
  }
  if (changed) {
    out.changed.push_back(wanted.login);
  } else {
    out.failed.emplace_back(wanted.login, changed.error().message);
  }
}

Task<Result<UserSync::Changes>> UserSync::changes_of(const Wanted& wanted) {
  const auto now = co_await users_.person(wanted.login);
  if (!now) co_return pass(now);
  Changes out{text_change(wanted, *now), co_await media_change(wanted, *now)};
  std::erase_if(out, is_nothing);
  co_return out;
}

Task<Result<>> UserSync::change(const Wanted& wanted, Changes changes) {
  for (backend::PersonChange& one : changes) {
    const auto done = co_await users_.change_person(wanted.login, std::move(one));
    if (!done) co_return pass(done);
  }
  co_return Result<>{};
}

Task<backend::PersonChange> UserSync::media_change(const Wanted& wanted,
                                                   const backend::Person& now) {
  backend::PersonChange out;
  if (!config_.user_sync.photos && !config_.user_sync.certificates) co_return out;
  auto media = co_await roster_->media(wanted.person->id);
  const backend::Account nobody{.user = UserId::parse(wanted.login).value(),
                                .login = {},
                                .password = {},
                                .display_name = {},
                                .addresses = {}};
  if (config_.user_sync.photos) {
    const auto photos = co_await stored_.photos(nobody, {now.entry.id});
    if (photos.at(0).bytes != media.photo) out.photo = std::move(media.photo);
  }
  if (config_.user_sync.certificates) {
    const auto there = co_await stored_.certificates(nobody, now.entry.id);
    if (media.certificates.size() > certificates_max) media.certificates.resize(certificates_max);
    if (sorted(there) != sorted(media.certificates)) {
      out.certificates = std::move(media.certificates);
    }
  }
  co_return out;
}

}  // namespace godwit::app

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

Wanted wanted_of(const RosterPerson& person, std::string login, const Config& config) {
  std::set<std::string> aliases;
  for (const std::string& address : person.addresses) {
    if (is_ours(address, config)) aliases.insert(ascii_lower(address));
  }
  aliases.erase(login);
  return {std::move(login), {aliases.begin(), aliases.end()}, &person};
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

UserSyncPlan plan_user_sync(const std::vector<RosterPerson>& people,
                            const std::vector<admin::User>& users, const Config& config) {
  UserSyncPlan out;
  std::map<std::string, std::vector<const RosterPerson*>> by_login;
  for (const RosterPerson& person : people) {
    std::string login = login_of(person, config);
    if (!login.empty()) {
      by_login[std::move(login)].push_back(&person);
    } else if (!person.ignored) {
      out.unusable.push_back(person.id + ": names no mailbox of ours");
    }
  }
  std::set<std::string> there;
  for (const admin::User& user : users) there.insert(ascii_lower(user.login));
  std::set<std::string> kept;
  for (const std::string& login : config.user_sync.keep) kept.insert(ascii_lower(login));
  for (const auto& [login, entries] : by_login) {
    if (entries.size() > 1) {
      out.unusable.push_back(login + ": is named by several entries");
    } else if (!entries.front()->ignored && !kept.contains(login)) {
      auto& list = there.contains(login) ? out.present : out.missing;
      list.push_back(wanted_of(*entries.front(), login, config));
    }
  }
  for (const std::string& login : there) {
    if (!by_login.contains(login) && !kept.contains(login)) out.gone.push_back(login);
  }
  const std::size_t part =
      there.size() * static_cast<std::size_t>(config.user_sync.removed_percent_max) / 100;
  out.held_back = config.user_sync.remove && out.gone.size() > std::max<std::size_t>(part, 1);
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
  const std::vector<RosterPerson> people = co_await roster_->read();
  if (people.empty()) {
    co_return fail(Errc::refused, "the directory has nobody; nothing was changed");
  }
  const UserSyncPlan plan = plan_user_sync(people, co_await users_.list(), config_);
  admin::UserSync out;
  out.unusable = plan.unusable;
  out.held_back = plan.held_back;
  for (const Wanted& wanted : plan.missing) co_await add(wanted, order, out);
  for (const Wanted& wanted : plan.present) {
    const auto changed = co_await change(wanted, order.dry_run);
    if (!changed) out.failed.emplace_back(wanted.login, changed.error().message);
    if (!changed || !*changed) continue;
    out.changed.push_back(wanted.login);
    if (!order.dry_run) co_await order.told("changed", wanted.login);
  }
  for (const std::string& login : plan.gone) {
    if (!config_.user_sync.remove || plan.held_back) {
      out.gone.push_back(login);
      continue;
    }
    const auto done = order.dry_run ? Result<>{} : co_await users_.remove(login);
    if (!done) out.failed.emplace_back(login, done.error().message);
    if (!done) continue;
    out.removed.push_back(login);
    if (!order.dry_run) co_await order.told("removed", login);
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
                      .aliases = {}};
  const auto made = co_await users_.add(std::move(user));
  if (!made) {
    out.failed.emplace_back(wanted.login, made.error().message);
    co_return;
  }
  out.added.push_back(wanted.login);
  co_await order.told("added", wanted.login);
  const auto filled = co_await change(wanted, false);
  if (!filled) out.failed.emplace_back(wanted.login, filled.error().message);
}

Task<Result<bool>> UserSync::change(const Wanted& wanted, bool dry_run) {
  const auto now = co_await users_.person(wanted.login);
  if (!now) co_return pass(now);
  backend::PersonChange texts = text_change(wanted, *now);
  backend::PersonChange media = co_await media_change(wanted, *now);
  const bool differs = !is_nothing(texts) || !is_nothing(media);
  if (dry_run) co_return differs;
  // One by one: a picture that is none keeps no name from being right.
  for (backend::PersonChange* one : {&texts, &media}) {
    if (is_nothing(*one)) continue;
    const auto done = co_await users_.change_person(wanted.login, std::move(*one));
    if (!done) co_return pass(done);
  }
  co_return differs;
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

#include "backend/ldap/check.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "auth/access.hpp"
#include "auth/credentials.hpp"
#include "backend/ldap/filter.hpp"
#include "backend/ldap/servers.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/worker.hpp"

namespace godwit::backend {
namespace {

using ldap::Entries;
using ldap::Entry;
using ldap::Session;
using Ask = std::function<Entries(const std::function<Entries(Session&)>&)>;

constexpr Log check_log("ldap.check");
constexpr std::size_t queue_max = 200;        // sign-ins that wait; more are refused for now
constexpr std::size_t groups_max = 1000;      // of one user
constexpr std::size_t members_a_filter = 50;  // names in one search
constexpr std::string_view in_chain = "1.2.840.113556.1.4.1941";  // [MS-ADTS] 3.1.1.3.4.4.3

/// What a preset calls things.
struct Names {
  std::string_view filter;
  std::string_view account;
  bool nested_by_server;  // it knows the rule LDAP_MATCHING_RULE_IN_CHAIN
};
constexpr Names openldap{"(&(objectClass=person)(|(uid={login})(mail={login})))", "mail", false};
constexpr Names active_directory{
    "(&(objectCategory=person)(objectClass=user)"
    "(|(sAMAccountName={login})(userPrincipalName={login})(mail={login})))",
    "mail", true};

const Names& names_of(LdapSettings::Preset preset) {
  return preset == LdapSettings::Preset::openldap ? openldap : active_directory;
}

}  // namespace

/// The gate's threads work with it.
struct LdapCheck::Core {
  explicit Core(LdapCheckSettings given)
      : settings(std::move(given)),
        servers(settings.server),
        gate("ldap.check", settings.server.connections, queue_max) {
    const Names& names = names_of(settings.server.preset);
    if (settings.filter.empty()) settings.filter = names.filter;
    if (settings.account.empty() && settings.dn.empty()) settings.account = names.account;
    if (settings.group_base.empty()) settings.group_base = settings.server.base;
    for (const std::string& group : settings.groups) allowed.insert(group_key(group));
  }

  std::vector<std::string> attributes() const {
    std::vector<std::string> out = {"displayName", "cn", "mail", "uid"};
    if (!settings.account.empty()) out.push_back(settings.account);
    if (names_of(settings.server.preset).nested_by_server) {
      out.insert(out.end(), {"objectSid", "primaryGroupID"});
    }
    out.insert(out.end(), settings.attributes.begin(), settings.attributes.end());
    return out;
  }
  bool wants_groups() const { return settings.wants_groups || !allowed.empty(); }

  Result<auth::Proof> verify(const auth::Claim& claim);
  std::optional<auth::Facts> facts(const std::string& login);
  std::optional<Entry> find(const std::string& login);
  Result<auth::Proof> proof_of(const auth::Claim& claim, const Entry& entry, const Ask& ask);
  void add_attributes(const Entry& entry, auth::Facts& facts) const;
  std::vector<std::string> groups_of(const Entry& entry, const Ask& ask) const;
  std::vector<std::string> groups_with(const std::vector<std::string>& members,
                                       std::string_view uid) const;
  Ask by_reader() {
    return [this](const std::function<Entries(Session&)>& work) { return servers.run(work); };
  }

  LdapCheckSettings settings;
  std::set<std::string> allowed;
  ldap::Servers servers;
  Gate gate;  // last: its end waits for jobs that use the rest
};

Result<auth::Proof> LdapCheck::Core::verify(const auth::Claim& claim) {
  Entry entry;
  if (settings.dn.empty()) {
    auto found = find(claim.login);
    if (!found) {
      // Asked nevertheless, so that the time says nothing about who is there.
      const auto session = servers.connect(Session::As::nobody);
      static_cast<void>(session->sign_in_as(settings.server.base, claim.password));
      return fail(Errc::refused, "not in the directory");
    }
    entry = *std::move(found);
  } else {
    if (settings.account.empty() && !auth::is_plain_login(claim.login)) {
      return fail(Errc::refused, "not a plain login");
    }
    entry.dn = ldap::fill_dn(settings.dn, ldap::login_parts(claim.login));
  }
  const auto session = servers.connect(Session::As::nobody);
  if (!session->sign_in_as(entry.dn, claim.password)) {
    return fail(Errc::refused, "the directory refuses the password");
  }
  if (settings.dn.empty()) return proof_of(claim, entry, by_reader());
  // The user may read what concerns the user where nobody else was named.
  const Ask by_user = [&](const std::function<Entries(Session&)>& work) { return work(*session); };
  const Ask ask = settings.server.bind_dn.empty() ? by_user : by_reader();
  const Entries read = ask([&](Session& one) { return one.read(entry.dn, attributes()); });
  if (!read.entries.empty()) entry.attributes = read.entries.front().attributes;
  return proof_of(claim, entry, ask);
}

/// Nothing when nobody is found, or more than one.
std::optional<Entry> LdapCheck::Core::find(const std::string& login) {
  const std::string filter = ldap::fill_filter(settings.filter, ldap::login_parts(login));
  Entries found =
      servers.run([&](Session& session) { return session.search(filter, attributes(), 2); });
  if (found.entries.size() > 1 || found.more) {
    check_log.warning("ambiguous", {{"login", login}});
    return std::nullopt;
  }
  if (found.entries.empty()) return std::nullopt;
  return std::move(found.entries.front());
}

Result<auth::Proof> LdapCheck::Core::proof_of(const auth::Claim& claim, const Entry& entry,
                                              const Ask& ask) {
  auth::Proof out;
  out.login = settings.account.empty() ? claim.login : std::string(entry.value(settings.account));
  if (out.login.empty()) {
    check_log.warning("no_account", {{"dn", entry.dn}, {"attribute", settings.account}});
    return fail(Errc::refused, "the entry names no mailbox");
  }
  auth::Facts facts;
  if (wants_groups()) facts.groups = groups_of(entry, ask);
  const bool let_in = allowed.empty() || std::ranges::any_of(facts.groups, [&](const auto& group) {
                        return allowed.contains(group);
                      });
  if (!let_in) {
    check_log.warning("not_in_group", {{"dn", entry.dn}});
    return fail(Errc::refused, "in none of the groups");
  }
  add_attributes(entry, facts);
  const std::string_view shown = entry.value("displayName");
  out.display_name = utf8_clean(shown.empty() ? entry.value("cn") : shown);
  if (const auto mail = entry.value("mail"); !mail.empty()) out.addresses.emplace_back(mail);
  if (settings.wants_groups || !settings.attributes.empty()) out.facts = std::move(facts);
  return out;
}

void LdapCheck::Core::add_attributes(const Entry& entry, auth::Facts& facts) const {
  // Rules that deny must not be passed because a value was not read.
  if (entry.cut && !settings.attributes.empty()) {
    throw Fault(Fault::Kind::unavailable, entry.dn + ": has more values than can be read");
  }
  for (const std::string& name : settings.attributes) {
    const auto* values = entry.values(name);
    if (values == nullptr) continue;
    for (const std::string& value : *values) facts.attributes.emplace_back(name, value);
  }
}

/// Keys of DNs and common names.
std::vector<std::string> LdapCheck::Core::groups_of(const Entry& entry, const Ask& ask) const {
  const std::vector<std::string> wanted = {"cn"};
  const bool by_server = names_of(settings.server.preset).nested_by_server;
  std::set<std::string> seen;
  std::vector<std::string> out;
  const auto read = [&](const std::string& filter, std::vector<std::string>& names) {
    const Entries found = ask([&](Session& session) {
      return session.search({settings.group_base, ldap::Scope::subtree, filter}, wanted,
                            groups_max);
    });
    for (const Entry& group : found.entries) {
      if (!seen.insert(group_key(group.dn)).second) continue;
      out.push_back(group_key(group.dn));
      out.push_back(group_key(group.value("cn")));
      names.push_back(group.dn);
    }
    // Rules that deny must not be passed because a group was not read.
    if (found.more || seen.size() > groups_max) {
      throw Fault(Fault::Kind::unavailable, entry.dn + ": is in more groups than can be read");
    }
  };
  std::vector<std::string> members = {entry.dn};
  const std::string primary =
      ldap::primary_group_filter(entry.value("objectSid"), entry.value("primaryGroupID"));
  if (by_server && !primary.empty()) read(primary, members);
  std::string_view uid = entry.value("uid");
  while (!members.empty()) {
    std::vector<std::string> next;
    for (const std::string& filter : groups_with(members, uid)) read(filter, next);
    uid = {};
    members = by_server ? std::vector<std::string>() : std::move(next);
  }
  return out;
}

/// Filters of the groups that have one of these members.
std::vector<std::string> LdapCheck::Core::groups_with(const std::vector<std::string>& members,
                                                      std::string_view uid) const {
  std::vector<std::string> out;
  if (names_of(settings.server.preset).nested_by_server) {
    for (const std::string& member : members) {
      out.push_back("(member:" + std::string(in_chain) + ":=" + ldap::escape_filter(member) + ')');
    }
    return out;
  }
  for (std::size_t first = 0; first < members.size(); first += members_a_filter) {
    std::string filter = "(|";
    const std::size_t end = std::min(members.size(), first + members_a_filter);
    for (std::size_t i = first; i < end; ++i) {
      const std::string dn = ldap::escape_filter(members[i]);
      filter.append("(member=").append(dn).append(")(uniqueMember=").append(dn).append(")");
    }
    if (!uid.empty() && first == 0) filter += "(memberUid=" + ldap::escape_filter(uid) + ')';
    out.push_back(filter + ')');
  }
  return out;
}

std::optional<auth::Facts> LdapCheck::Core::facts(const std::string& login) {
  std::optional<Entry> entry;
  if (settings.dn.empty()) {
    entry = find(login);
  } else {
    const std::string dn = ldap::fill_dn(settings.dn, ldap::login_parts(login));
    Entries read = servers.read(dn, attributes());
    if (!read.entries.empty()) entry = std::move(read.entries.front());
  }
  if (!entry) return std::nullopt;
  auth::Facts out;
  if (!settings.group_base.empty()) out.groups = groups_of(*entry, by_reader());
  add_attributes(*entry, out);
  return out;
}

std::string check_ldap_check_settings(const LdapCheckSettings& settings) {
  if (settings.server.urls.empty()) return "name a server";
  for (const std::string& url : settings.server.urls) {
    if (!istarts_with(url, "ldap://") && !istarts_with(url, "ldaps://")) {
      return "a server looks like ldap://host or ldaps://host";
    }
  }
  const bool searches = settings.dn.empty() || settings.wants_groups || !settings.groups.empty();
  if (searches && settings.server.base.empty()) return "base: say where users and groups are";
  if (!settings.dn.empty() && !ldap::is_login_pattern(settings.dn)) {
    return "dn: wants {login}, {name} or {domain}, and no other braces";
  }
  const std::string& filter = settings.filter;
  if (filter.empty()) return {};
  const bool good = filter.starts_with('(') && filter.ends_with(')') &&
                    std::ranges::count(filter, '(') == std::ranges::count(filter, ')') &&
                    ldap::is_login_pattern(filter);
  return good ? "" : "filter: is one in parentheses with {login}, {name} or {domain} in it";
}

LdapCheck::LdapCheck(LdapCheckSettings settings)
    : core_(std::make_shared<Core>(std::move(settings))) {}

LdapCheck::~LdapCheck() = default;

Task<Result<auth::Proof>> LdapCheck::verify(auth::Claim claim) {
  auto work = [core = core_.get(), claim = std::move(claim)] { return core->verify(claim); };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::optional<auth::Facts>> LdapCheck::facts(std::string login) {
  auto work = [core = core_.get(), login = std::move(login)] { return core->facts(login); };
  co_return co_await blocking(core_->gate, std::move(work));
}

}  // namespace godwit::backend

#include "backend/ldap/roster.hpp"

#include <algorithm>
#include <set>

#include "backend/ldap/filter.hpp"
#include "backend/ldap/person.hpp"
#include "backend/ldap/servers.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "net/worker.hpp"

namespace godwit::backend {
namespace {

using ldap::Entries;
using ldap::Entry;
using ldap::Session;
using Strings = std::vector<std::string>;

constexpr std::size_t queue_max = 100;  // questions that wait; one sync asks one at a time
constexpr std::string_view people_of_openldap = "(&(mail=*)(objectClass=inetOrgPerson))";
constexpr std::string_view people_of_active_directory =
    "(&(mail=*)(objectCategory=person)(objectClass=user))";

bool is_active_directory(const RosterSettings& settings) {
  return settings.server.preset == LdapSettings::Preset::active_directory;
}

RosterSettings completed(RosterSettings settings) {
  const bool active = is_active_directory(settings);
  if (settings.filter.empty()) {
    settings.filter = active ? people_of_active_directory : people_of_openldap;
  }
  if (settings.aliases.empty()) {
    settings.aliases = active ? Strings{"mail", "proxyAddresses"} : Strings{"mail"};
  }
  settings.server.connections = 1;
  return settings;
}

/// Active Directory's proxyAddresses: `SMTP:` is the main one, other schemes are no mail addresses.
std::string address_of(std::string_view value) {
  constexpr std::string_view scheme = "smtp:";
  if (istarts_with(value, scheme)) value.remove_prefix(scheme.size());
  return value.contains(':') ? std::string() : std::string(value);
}

}  // namespace

struct LdapRoster::Core {
  Core(RosterSettings given, const Clock& a_clock)
      : settings(completed(std::move(given))),
        clock(a_clock),
        servers(settings.server),
        gate("ldap.roster", 1, queue_max) {}

  const ldap::Names& names() const { return ldap::names_of(settings.server.preset); }

  Strings attributes() const {
    Strings out = ldap::entry_attributes(names());
    out.push_back(settings.login);
    out.emplace_back(names().identity);
    out.insert(out.end(), settings.aliases.begin(), settings.aliases.end());
    for (const auto& [member, attribute] : settings.attributes) out.push_back(attribute);
    std::ranges::sort(out);
    const auto same = std::ranges::unique(out);
    out.erase(same.begin(), same.end());
    return out;
  }

  Entries all(const std::string& filter, const Strings& attributes_wanted) {
    Entries found = servers.run(
        [&](Session& session) {
          return session.search(filter, attributes_wanted, settings.people_max);
        },
        ldap::limits_of_lists);
    const bool cut = std::ranges::any_of(found.entries, &Entry::cut);
    if (found.more || cut) {
      throw Fault(Fault::Kind::unavailable,
                  "the directory gives out a part of its people only; its limits, or users_max, "
                  "are too low");
    }
    return found;
  }

  RosterPerson person(const Entry& entry) const {
    RosterPerson out;
    out.id = entry.dn;
    out.identity = ldap::identity_of(entry, names());
    out.login = entry.value(settings.login);
    out.entry = ldap::directory_entry(entry, names());
    for (const auto& [member, attribute] : settings.attributes) {
      out.entry.*member = utf8_clean(utf8_prefix(entry.value(attribute), ldap::text_bytes_max));
    }
    for (const std::string& attribute : settings.aliases) {
      const auto* values = entry.values(attribute);
      for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
        if (auto address = address_of((*values)[i]); !address.empty()) {
          out.addresses.push_back(std::move(address));
        }
      }
    }
    return out;
  }

  Roster read() {
    std::set<std::string> ignored;
    if (!settings.ignore.empty()) {
      const std::string filter = "(&" + settings.filter + settings.ignore + ')';
      for (const Entry& entry : all(filter, {"objectClass"}).entries) ignored.insert(entry.dn);
    }
    const Entries found = all(settings.filter, attributes());
    Roster out{.people = {}, .elsewhere = found.elsewhere};
    for (const Entry& entry : found.entries) {
      out.people.push_back(person(entry));
      out.people.back().ignored = ignored.contains(entry.dn);
    }
    return out;
  }

  Media media(const std::string& id, Time now) {
    Media out;
    const std::string photo(names().photo);
    Strings wanted = ldap::certificate_attributes();
    wanted.push_back(photo);
    const Entries found = servers.read(id, wanted);
    if (found.entries.empty()) return out;
    out.photo = ldap::photo_of(found.entries.front(), photo).bytes;
    out.certificates = ldap::certificates_of(found.entries.front(), now);
    return out;
  }

  RosterSettings settings;
  const Clock& clock;
  ldap::Servers servers;
  Gate gate;  // last: its end waits for jobs that use the rest
};

std::string check_roster_settings(const RosterSettings& settings) {
  const auto is_filter = [](const std::string& filter) {
    return filter.empty() || (filter.starts_with('(') && filter.ends_with(')') &&
                              std::ranges::count(filter, '(') == std::ranges::count(filter, ')'));
  };
  if (!is_filter(settings.filter)) return "filter: is one in parentheses";
  if (!is_filter(settings.ignore)) return "ignore: is a filter in parentheses";
  if (settings.login.empty()) return "login: names an attribute";
  return {};
}

LdapRoster::LdapRoster(RosterSettings settings, const Clock& clock)
    : core_(std::make_shared<Core>(std::move(settings), clock)) {}

LdapRoster::~LdapRoster() = default;

Task<Roster> LdapRoster::read() {
  auto work = [core = core_.get()] { return core->read(); };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<LdapRoster::Media> LdapRoster::media(std::string id) {
  auto work = [core = core_.get(), id = std::move(id), now = core_->clock.now()] {
    return core->media(id, now);
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

}  // namespace godwit::backend

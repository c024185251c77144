#include "backend/ldap/ldap.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <utility>

#include "backend/ldap/filter.hpp"
#include "backend/ldap/session.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/certificate.hpp"
#include "convert/words.hpp"
#include "net/worker.hpp"

namespace godwit::backend {

namespace {

using ldap::Entries;
using ldap::Entry;
using ldap::Session;
using Preset = LdapSettings::Preset;

constexpr Log ldap_log("ldap");
constexpr std::size_t queue_max = 200;       // queries that wait; more are refused
constexpr std::size_t text_bytes_max = 256;  // of one property
constexpr std::size_t rejoinders_max = 2;    // rounds over all servers for one query

/// What the preset calls things. Of two attributes the first that is there counts.
struct Names {
  std::string_view listed;
  std::string_view match;
  std::string_view address;  // whose mail address `%s` is
  std::array<std::string_view, 2> display_name, alias, phone, company;
  std::string_view photo;
};

constexpr Names openldap{
    .listed =
        "(&(mail=*)(|(objectClass=inetOrgPerson)(objectClass=groupOfNames)"
        "(objectClass=groupOfUniqueNames)))",
    .match =
        "(|(cn=%s*)(cn=* %s*)(displayName=%s*)(sn=%s*)(givenName=%s*)(uid=%s*)(mail=%s*)"
        "(physicalDeliveryOfficeName=%s*))",
    .address = "(mail=%s)",
    .display_name = {"displayName", "cn"},
    .alias = {"uid", "uid"},
    .phone = {"telephoneNumber", "telephoneNumber"},
    .company = {"o", "o"},
    .photo = "jpegPhoto",
};

// anr: [MS-ADTS] ambiguous name resolution, which knows names, aliases and addresses by itself.
constexpr Names active_directory{
    .listed =
        "(&(mail=*)(|(&(objectCategory=person)(objectClass=user))"
        "(objectCategory=group)(objectClass=contact))"
        "(!(msExchHideFromAddressLists=TRUE)))",
    .match = "(anr=%s)",
    .address = "(|(mail=%s)(proxyAddresses=smtp:%s))",
    .display_name = {"displayName", "cn"},
    .alias = {"mailNickname", "sAMAccountName"},
    .phone = {"telephoneNumber", "telephoneNumber"},
    .company = {"company", "company"},
    .photo = "thumbnailPhoto",
};

const Names& names_of(Preset preset) {
  return preset == Preset::active_directory ? active_directory : openldap;
}

const std::vector<std::string>& certificate_attributes() {
  static const std::vector<std::string> all{"userCertificate;binary", "userCertificate",
                                            "userSMIMECertificate;binary"};
  return all;
}

std::vector<std::string> entry_attributes(const Names& names) {
  std::vector<std::string> out{
      "mail", "title", "physicalDeliveryOfficeName", "givenName", "sn", "homePhone", "mobile"};
  for (const auto* list : {&names.display_name, &names.alias, &names.phone, &names.company}) {
    for (const std::string_view name : *list) out.emplace_back(name);
  }
  std::ranges::sort(out);
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

std::string text_of(const Entry& entry, std::string_view attribute) {
  return utf8_clean(utf8_prefix(entry.value(attribute), text_bytes_max));
}

std::string text_of(const Entry& entry, const std::array<std::string_view, 2>& attributes) {
  std::string first = text_of(entry, attributes[0]);
  return first.empty() ? text_of(entry, attributes[1]) : first;
}

DirectoryEntry directory_entry(const Entry& entry, const Names& names) {
  return {.id = entry.dn,
          .display_name = text_of(entry, names.display_name),
          .phone = text_of(entry, names.phone),
          .office = text_of(entry, "physicalDeliveryOfficeName"),
          .title = text_of(entry, "title"),
          .company = text_of(entry, names.company),
          .alias = text_of(entry, names.alias),
          .first_name = text_of(entry, "givenName"),
          .last_name = text_of(entry, "sn"),
          .home_phone = text_of(entry, "homePhone"),
          .mobile_phone = text_of(entry, "mobile"),
          .address = text_of(entry, "mail")};
}

DirectoryMatches sorted(Entries found, const Names& names, std::size_t entries_max) {
  std::vector<std::pair<std::string, DirectoryEntry>> keyed;
  for (const Entry& entry : found.entries) {
    DirectoryEntry one = directory_entry(entry, names);
    std::string key = convert::folded_line(one.display_name) + '\n' + one.address;
    keyed.emplace_back(std::move(key), std::move(one));
  }
  std::ranges::sort(keyed, {}, &std::pair<std::string, DirectoryEntry>::first);
  DirectoryMatches out;
  out.total = keyed.size() + (found.more ? 1 : 0);
  for (auto& [key, entry] : keyed) {
    if (out.entries.size() < entries_max) out.entries.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

/// Connections and which server is good; used by the gate's threads.
struct LdapDirectory::Core {
  Core(LdapSettings given, const Clock& a_clock)
      : settings(std::move(given)), clock(a_clock), gate("ldap", settings.connections, queue_max) {
    const Names& names = names_of(settings.preset);
    if (settings.listed.empty()) settings.listed = names.listed;
    if (settings.match.empty()) settings.match = names.match;
  }

  const Names& names() const { return names_of(settings.preset); }

  /// Runs `ask` on a connection. One that turns out dead, or a server that is down, is left for the
  /// next; what a server answers, it answers for all.
  Entries run(const std::function<Entries(Session&)>& ask) {
    for (std::size_t round = 0;; ++round) {
      std::unique_ptr<Session> session = take();
      const bool kept = session != nullptr;
      try {
        if (!session) session = connect();
        Entries out = ask(*session);
        give_back(std::move(session));
        return out;
      } catch (const Fault& fault) {
        const bool again = kept && fault.kind() == Fault::Kind::unavailable;
        if (!again && (fault.kind() != Fault::Kind::unavailable || round + 1 >= rejoinders_max)) {
          ldap_log.warning("failed", {{"error", fault.what()}});
          throw;
        }
      }
    }
  }

  std::unique_ptr<Session> take() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return nullptr;
    auto out = std::move(idle.back());
    idle.pop_back();
    return out;
  }

  void give_back(std::unique_ptr<Session> session) {
    const std::scoped_lock lock(mutex);
    if (idle.size() < settings.connections) idle.push_back(std::move(session));
  }

  /// The first server that takes us, beginning with the last good one.
  std::unique_ptr<Session> connect() {
    std::size_t first = 0;
    {
      const std::scoped_lock lock(mutex);
      first = good;
    }
    std::string why = "no server is named";
    for (std::size_t i = 0; i < settings.urls.size(); ++i) {
      const std::size_t index = (first + i) % settings.urls.size();
      try {
        auto session = std::make_unique<Session>(settings, settings.urls[index]);
        const std::scoped_lock lock(mutex);
        good = index;
        return session;
      } catch (const Fault& fault) {
        ldap_log.warning("server_left", {{"error", fault.what()}});
        why = fault.what();
      }
    }
    throw Fault(Fault::Kind::unavailable, why);
  }

  LdapSettings settings;
  const Clock& clock;
  std::mutex mutex;
  std::vector<std::unique_ptr<Session>> idle;
  std::size_t good = 0;
  Gate gate;  // last: its end waits for jobs that use the rest
};

std::string check_ldap_settings(const LdapSettings& settings) {
  if (settings.urls.empty()) return "name a server";
  for (const std::string& url : settings.urls) {
    if (!istarts_with(url, "ldap://") && !istarts_with(url, "ldaps://")) {
      return "a server looks like ldap://host or ldaps://host";
    }
  }
  if (settings.base.empty()) return "say where the list begins";
  for (const std::string& filter : {settings.listed, settings.match}) {
    if (!filter.empty() && !ldap::is_filter_pattern(filter)) {
      return "a filter is one in parentheses, with %s in place of the word: " + filter;
    }
  }
  if (!settings.match.empty() && !settings.match.contains("%s")) return "match needs %s";
  return {};
}

LdapDirectory::LdapDirectory(LdapSettings settings, const Clock& clock)
    : core_(std::make_shared<Core>(std::move(settings), clock)) {}

LdapDirectory::~LdapDirectory() = default;

Task<DirectoryMatches> LdapDirectory::find(Account, DirectoryQuery query) {
  if (convert::folded_words(query.text).empty()) co_return DirectoryMatches{};
  auto work = [core = core_.get(), query = std::move(query)] {
    const LdapSettings& settings = core->settings;
    const auto attributes = entry_attributes(core->names());
    const auto by = [&](std::string_view pattern, const std::vector<std::string>& words) {
      const std::string filter = ldap::search_filter(settings.listed, pattern, words);
      return sorted(core->run([&](Session& session) { return session.search(filter, attributes); }),
                    core->names(), query.entries_max);
    };
    if (query.address_alone && query.text.contains('@')) {
      DirectoryMatches alone = by(core->names().address, {query.text});
      if (alone.entries.size() == 1) return alone;
    }
    return by(settings.match, ldap::query_words(query.text));
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::vector<Photo>> LdapDirectory::photos(Account, std::vector<std::string> ids) {
  auto work = [core = core_.get(), ids = std::move(ids)] {
    std::vector<Photo> out;
    const std::vector<std::string> attributes{std::string(core->names().photo)};
    for (const std::string& id : ids) {
      Photo& photo = out.emplace_back();
      const Entries found =
          core->run([&](Session& session) { return session.read(id, attributes); });
      if (found.entries.empty()) continue;
      const std::string_view bytes = found.entries.front().value(attributes.front());
      photo.size = bytes.size();
      if (bytes.size() <= photo_bytes_max) photo.bytes = bytes;
    }
    return out;
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::vector<std::string>> LdapDirectory::certificates(Account, std::string id) {
  auto work = [core = core_.get(), id = std::move(id), now = core_->clock.now()] {
    std::vector<std::string> out;
    const Entries found =
        core->run([&](Session& session) { return session.read(id, certificate_attributes()); });
    if (found.entries.empty()) return out;
    for (const std::string& attribute : certificate_attributes()) {
      const auto* values = found.entries.front().values(attribute);
      for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
        const std::string& der = (*values)[i];
        const bool known = std::ranges::find(out, der) != out.end();
        if (!known && convert::certificate_valid(der, now)) out.push_back(der);
      }
    }
    return out;
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

}  // namespace godwit::backend

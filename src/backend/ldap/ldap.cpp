#include "backend/ldap/ldap.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include "backend/compact_account.hpp"
#include "backend/ldap/filter.hpp"
#include "backend/ldap/person.hpp"
#include "backend/ldap/servers.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "convert/words.hpp"
#include "net/worker.hpp"

namespace godwit::backend {

namespace {

using ldap::Entries;
using ldap::Entry;
using ldap::limits_of_lists;
using ldap::Names;
using ldap::Session;
using Steady = std::chrono::steady_clock;

constexpr std::size_t queue_max = 200;         // queries that wait; more are refused
constexpr std::size_t reads_a_person = 4;      // of a group: groups within it are read, too
constexpr std::size_t group_reads_min = 2000;  // entries read for one group, however few are wanted
constexpr std::size_t read_at_once = 100;

}  // namespace

/// What the gate's threads use.
struct LdapDirectory::Core {
  Core(LdapSettings given, const Clock& a_clock)
      : settings(std::move(given)),
        clock(a_clock),
        servers(settings),
        gate("ldap", settings.connections, queue_max) {
    const Names& names = ldap::names_of(settings.preset);
    if (settings.listed.empty()) settings.listed = names.listed;
    if (settings.match.empty()) settings.match = names.match;
  }

  const Names& names() const { return ldap::names_of(settings.preset); }

  LdapSettings settings;
  const Clock& clock;
  ldap::Servers servers;
  Gate gate;  // last: its end waits for jobs that use the rest
};

/// A group and those in it, each entry once, however they contain each other.
class LdapDirectory::Opening {
 public:
  Opening(Core& core, std::size_t entries_max)
      : core_(core),
        attributes_(ldap::group_attributes(core.names())),
        entries_max_(entries_max),
        end_(Steady::now() + limits_of_lists * core.settings.limit) {}

  DirectoryMatches run(const std::string& id) {
    const Entries found = core_.servers.read(id, attributes_);
    seen_.insert(ascii_lower(id));
    if (!found.entries.empty() && ldap::directory_entry(found.entries[0], core_.names()).is_group) {
      open(found.entries[0]);
    }
    while (!waiting_.empty() && !full()) {
      const auto first =
          waiting_.end() - static_cast<std::ptrdiff_t>(std::min(waiting_.size(), read_at_once));
      const std::vector<std::string> names(std::make_move_iterator(first),
                                           std::make_move_iterator(waiting_.end()));
      waiting_.erase(first, waiting_.end());
      reads_ += names.size();
      for (const Entry& entry : core_.servers.read(names, attributes_).entries) take(entry);
    }
    if (left_out_ || !waiting_.empty()) {
      out_.total = std::max<std::uint64_t>(out_.total, out_.entries.size() + 1);
    }
    return std::move(out_);
  }

 private:
  /// Or it took too long: what is left is not known.
  bool full() const {
    return out_.total > entries_max_ || Steady::now() > end_ ||
           reads_ >= std::max(group_reads_min, reads_a_person * entries_max_);
  }

  void open(const Entry& group) {
    if (group.cut) left_out_ = true;
    ldap::GroupMembers members = ldap::members_of(group);
    for (std::string& name : members.names) {
      if (seen_.insert(ascii_lower(name)).second) waiting_.push_back(std::move(name));
    }
    for (const ldap::GroupSearch& search : members.searches) {
      if (full()) break;
      for (const Entry& entry : find(search)) {
        if (seen_.insert(ascii_lower(entry.dn)).second) take(entry);
      }
    }
  }

  /// Nobody for a search that the server does not understand: its entry is wrong, others are not.
  std::vector<Entry> find(const ldap::GroupSearch& search) {
    ++reads_;
    try {
      Entries found = core_.servers.run(
          [&](Session& session) {
            return session.search(search, attributes_,
                                  std::max(core_.settings.entries_max, entries_max_));
          },
          limits_of_lists);
      if (found.more) left_out_ = true;
      reads_ += found.entries.size();
      return std::move(found.entries);
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::corrupt) throw;
      return {};
    }
  }

  void take(const Entry& entry) {
    DirectoryEntry person = ldap::directory_entry(entry, core_.names());
    if (person.is_group) return open(entry);
    if (person.address.empty()) return;
    ++out_.total;
    if (out_.entries.size() < entries_max_) out_.entries.push_back(std::move(person));
  }

  Core& core_;
  std::vector<std::string> attributes_;
  std::size_t entries_max_;
  Steady::time_point end_;
  std::size_t reads_ = 0;
  bool left_out_ = false;       // there are more than the server gives out
  std::set<std::string> seen_;  // names, in lower case
  std::vector<std::string> waiting_;
  DirectoryMatches out_;
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
    const auto attributes = ldap::entry_attributes(core->names());
    const auto by = [&](std::string_view pattern, const std::vector<std::string>& words) {
      const std::string filter = ldap::search_filter(settings.listed, pattern, words);
      return ldap::sorted(core->servers.run([&](Session& session) {
        return session.search(filter, attributes, settings.entries_max);
      }),
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
    const std::string_view name = core->names().photo;
    for (const std::string& id : ids) {
      const Entries found = core->servers.read(id, {std::string(name)});
      out.push_back(found.entries.empty() ? Photo{} : ldap::photo_of(found.entries.front(), name));
    }
    return out;
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::vector<std::string>> LdapDirectory::certificates(Account, std::string id) {
  auto work = [core = core_.get(), id = std::move(id), now = core_->clock.now()] {
    const Entries found = core->servers.read(id, ldap::certificate_attributes());
    if (found.entries.empty()) return std::vector<std::string>();
    return ldap::certificates_of(found.entries.front(), now);
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<DirectoryMatches> LdapDirectory::members(Account, std::string id, std::size_t entries_max) {
  auto work = [core = core_.get(), id = std::move(id), entries_max] {
    Opening opening(*core, entries_max);
    return opening.run(id);
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::vector<DirectoryEntry>> LdapDirectory::everybody(std::size_t entries_max) {
  auto work = [core = core_.get(), entries_max] {
    const auto attributes = ldap::entry_attributes(core->names());
    const Entries found = core->servers.run(
        [&](Session& session) {
          return session.search(core->settings.listed, attributes, entries_max);
        },
        limits_of_lists);
    return ldap::sorted(found, core->names(), entries_max).entries;
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

Task<std::string> LdapDirectory::preferred_language(Account account) {
  auto work = [core = core_.get(), addresses = names_of(account)] {
    const Names& names = core->names();
    std::set<std::string> asked;
    for (const std::string& address : addresses) {
      if (!address.contains('@') || !asked.insert(ascii_lower(address)).second) continue;
      const std::string filter = ldap::search_filter({}, names.address, {address});
      const Entries found = core->servers.run([&](Session& session) {
        return session.search(filter, ldap::language_attributes(names), 2);
      });
      if (found.entries.size() == 1) return ldap::language_of(found.entries.front(), names);
    }
    return std::string();
  };
  co_return co_await blocking(core_->gate, std::move(work));
}

}  // namespace godwit::backend

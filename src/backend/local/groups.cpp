#include "backend/local/groups.hpp"

#include <algorithm>

#include "backend/local/core.hpp"
#include "backend/local/group_rows.hpp"
#include "backend/local/people.hpp"
#include "base/text.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face

struct Rules {
  std::vector<std::string> domains;
  LocalGroups::Outside outside;
};

Result<std::string> any_address(std::string_view text) {
  const auto address = parse_address(text);
  if (!address) return fail(Errc::malformed, "not an address: user@domain is needed");
  return address->str();
}

/// As it is kept; who is in our domains must be there.
Result<std::string> member_address(Database& database, const Rules& rules, const GroupRow& group,
                                   std::string_view text) {
  auto address = any_address(text);
  if (!address) return address;
  if (*address == group.group.address) {
    return fail(Errc::conflict, "a group is no member of itself");
  }
  const auto domain = std::string_view(*address).substr(address->rfind('@') + 1);
  if (std::ranges::find(rules.domains, domain) == rules.domains.end()) {
    if (rules.outside == LocalGroups::Outside::taken) return address;
    return fail(Errc::refused, "this server queues no mail for other domains: " + *address);
  }
  if (find_recipient(database, *address) || find_group(database, *address)) return address;
  return fail(Errc::not_found, "there is nobody with the address " + *address);
}

/// An error leaves everything as it was.
Result<> put_members(Database& database, const Rules& rules, const GroupRow& group,
                     const std::vector<std::string>& members) {
  const std::vector<std::string> before = members_of(database, group.id);
  std::vector<std::string> added;
  for (const std::string& text : members) {
    auto address = member_address(database, rules, group, text);
    if (!address) return pass(address);
    const bool known = std::ranges::find(before, *address) != before.end() ||
                       std::ranges::find(added, *address) != added.end();
    if (!known) added.push_back(std::move(*address));
  }
  for (const std::string& address : added) {
    database.run("INSERT INTO member (mail_group, address) VALUES (?, ?)", group.id, address);
  }
  if (before.size() + added.size() <= group_members_max &&
      expand_group(database, group, rules.domains).whole) {
    return {};
  }
  for (const std::string& address : added) {
    database.run("DELETE FROM member WHERE mail_group = ? AND address = ?", group.id, address);
  }
  return fail(Errc::too_large, "the group would have more than 5,000 members");
}

Result<> change_group(Database& database, const GroupRow& row, const GroupChange& change) {
  if (auto good = good_text(change.display_name.value_or("")); !good) return good;
  if (change.owner && !change.owner->empty()) {
    if (const auto owner = any_address(*change.owner); !owner) return pass(owner);
  }
  if (change.display_name) {
    database.run("UPDATE mail_group SET display_name = ? WHERE id = ?", *change.display_name,
                 row.id);
  }
  if (change.owner) {
    database.run("UPDATE mail_group SET owner = ? WHERE id = ?", ascii_lower(*change.owner),
                 row.id);
  }
  if (change.listed) {
    database.run("UPDATE mail_group SET listed = ? WHERE id = ?", *change.listed, row.id);
  }
  return {};
}

Result<> make_group(Database& database, const Rules& rules, const Group& group) {
  const auto address = own_address(group.address, rules.domains);
  if (!address) return pass(address);
  if (taken(database, address->str(), 0)) return fail(Errc::conflict, "the address is taken");
  database.run("INSERT INTO mail_group (address) VALUES (?)", address->str());
  const GroupRow row = find_group(database, address->str()).value();
  auto done = change_group(database, row, {group.display_name, group.owner, group.listed});
  if (done) done = put_members(database, rules, row, group.members);
  if (!done) database.run("DELETE FROM mail_group WHERE id = ?", row.id);
  return done;
}

/// Runs `then(database, row)` on the group of that address.
template <class Then>
Task<Result<>> on_group(std::shared_ptr<Core> core, std::string address, Then then) {
  auto job = [address = std::move(address),
              then = std::move(then)](Database& database) mutable -> Result<> {
    const auto row = find_group(database, address);
    if (!row) return fail(Errc::not_found, "no such group");
    return then(database, *row);
  };
  co_return co_await commit(core, std::move(job));
}

}  // namespace

LocalGroups::LocalGroups(const LocalStore& store, Outside outside)
    : core_(store.core()), outside_(outside) {}

Task<Result<>> LocalGroups::add(Group group) {
  auto job = [rules = Rules{core_->options.domains, outside_}, group = std::move(group)](
                 Database& database) { return make_group(database, rules, group); };
  co_return co_await commit(core_, std::move(job));
}

Task<std::vector<Group>> LocalGroups::list() {
  auto job = [](Database& database) {
    std::vector<Group> out;
    for (GroupRow& row : all_groups(database)) out.push_back(std::move(row.group));
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<Group>> LocalGroups::find(std::string address) {
  auto job = [address = std::move(address)](Database& database) -> Result<Group> {
    auto row = find_group(database, address);
    if (!row) return fail(Errc::not_found, "no such group");
    row->group.members = members_of(database, row->id);
    return std::move(row->group);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalGroups::change(std::string address, GroupChange change) {
  auto then = [change = std::move(change)](Database& database, const GroupRow& row) {
    return change_group(database, row, change);
  };
  co_return co_await on_group(core_, std::move(address), std::move(then));
}

Task<Result<>> LocalGroups::add_members(std::string address, std::vector<std::string> members) {
  auto then = [rules = Rules{core_->options.domains, outside_}, members = std::move(members)](
                  Database& database, const GroupRow& row) {
    return put_members(database, rules, row, members);
  };
  co_return co_await on_group(core_, std::move(address), std::move(then));
}

Task<Result<>> LocalGroups::remove_members(std::string address, std::vector<std::string> members) {
  auto then = [members = std::move(members)](Database& database, const GroupRow& row) -> Result<> {
    const std::vector<std::string> present = members_of(database, row.id);
    for (const std::string& member : members) {
      if (std::ranges::find(present, ascii_lower(member)) == present.end()) {
        return fail(Errc::not_found, "no member of the group: " + member);
      }
    }
    for (const std::string& member : members) {
      database.run("DELETE FROM member WHERE mail_group = ? AND address = ?", row.id,
                   ascii_lower(member));
    }
    return {};
  };
  co_return co_await on_group(core_, std::move(address), std::move(then));
}

Task<Result<>> LocalGroups::remove(std::string address) {
  auto then = [](Database& database, const GroupRow& row) -> Result<> {
    database.run("DELETE FROM member WHERE address = ?", row.group.address);
    database.run("DELETE FROM mail_group WHERE id = ?", row.id);
    return {};
  };
  co_return co_await on_group(core_, std::move(address), std::move(then));
}

}  // namespace godwit::backend

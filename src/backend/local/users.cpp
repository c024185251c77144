#include "backend/local/users.hpp"

#include <algorithm>

#include "backend/local/addresses.hpp"
#include "backend/local/collections.hpp"
#include "backend/local/core.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/password.hpp"
#include "backend/local/people.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face

struct Removed {
  std::vector<std::string> freed;  // blobs that nothing needs any more
  Sharers sharers;                 // without the user
};

struct Found {
  std::optional<UserRow> user;
  std::vector<std::string> aliases;
  std::vector<std::string> send_as;
};

Found found(Database& database, std::optional<UserRow> user) {
  if (!user) return {};
  const auto id = user->id;
  return {std::move(user), aliases_of(database, id), send_as_of(database, id)};
}

Account account_of(Found found) {
  const UserRow& user = *found.user;
  std::vector<std::string> addresses{user.address};
  std::ranges::move(found.aliases, std::back_inserter(addresses));
  return {.user = UserId::parse(user.address).value(),
          .login = user.address,
          .password = {},
          .display_name = user.display_name,
          .addresses = std::move(addresses),
          .send_as = std::move(found.send_as)};
}

/// The one user that a login names; nothing when there are none or several.
Found find_login(Database& database, const std::vector<std::string>& candidates) {
  std::optional<UserRow> one;
  for (const std::string& address : candidates) {
    auto user = find_user(database, address);
    if (!user) continue;
    if (one) return {};
    one = std::move(user);
  }
  return found(database, std::move(one));
}

/// As find_login; else the user of a directory whose further address it is.
Found find_known(Database& database, const std::vector<std::string>& candidates) {
  if (Found own = find_login(database, candidates); own.user) return own;
  std::vector<std::string> owners;
  for (const std::string& address : candidates) {
    auto row = database.query(
        "SELECT u.address FROM alias a JOIN user u ON u.id = a.user"
        " WHERE a.address = ? AND u.origin <> ''",
        address);
    if (row.step()) owners.push_back(row.text(0));
  }
  return find_login(database, owners);
}

/// Why it cannot be a new user's.
std::string_view who_has(Database& database, const std::string& address) {
  auto row = database.query("SELECT 1 FROM user WHERE address = ? AND origin <> ''", address);
  return row.step() ? "the address is taken, by a user who came from the directory"
                    : "the address is taken";
}

Result<> good_password(const Secret& password) {
  if (password.empty()) return fail(Errc::refused, "the password is empty");
  if (password.reveal().size() > password_bytes_max) {
    return fail(Errc::refused, "the password is too long");
  }
  return {};
}

Result<> good_display_name(const std::string& name) {
  const bool clean = std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!clean || !utf8_valid(name) || name.size() > login_bytes_max) {
    return fail(Errc::malformed, "not a display name");
  }
  return {};
}

Task<std::string> hashed(std::shared_ptr<Core> core, Secret password) {
  auto work = [core = core.get(), password = std::move(password)] {
    return hash_password(password, core->options.hash_passes, core->options.hash_memory_bytes);
  };
  co_return co_await blocking(core->hash_gate, std::move(work));
}

/// Runs `then(database, row)` on the user of that address.
template <class Then>
Task<Result<>> change_user(std::shared_ptr<Core> core, std::string address, Then then) {
  auto job = [address = ascii_lower(address),
              then = std::move(then)](Database& database) mutable -> Result<> {
    const auto user = find_user(database, address);
    if (!user) return fail(Errc::not_found, "no such user");
    return then(database, *user);
  };
  co_return co_await commit(core, std::move(job));
}

}  // namespace

LocalUsers::LocalUsers(const LocalStore& store) : LocalUsers(store, &verify_password) {}

LocalUsers::LocalUsers(const LocalStore& store, Verify verify)
    : core_(store.core()),
      verify_(std::move(verify)),
      nobody_(hash_password(Secret(hex_encode(digest256("nobody"))), core_->options.hash_passes,
                            core_->options.hash_memory_bytes)) {}

Task<Result<Account>> LocalUsers::sign_in(std::string login, Secret password) {
  auto job = [candidates = login_candidates(login, core_->options.domains)](Database& database) {
    return find_login(database, candidates);
  };
  Found found = co_await core_->database.read(std::move(job));
  const bool sane = good_password(password).has_value();
  // One hash is computed whoever asks, so that the time says nothing about who exists.
  auto work = [verify = verify_, hash = found.user ? found.user->password : nobody_,
               given = sane ? password : Secret("-")] { return verify(hash, given); };
  const bool right = co_await blocking(core_->hash_gate, std::move(work));
  if (!right || !found.user || !sane) {
    co_return fail(Errc::refused, "unknown user or wrong password");
  }
  Account account = account_of(std::move(found));
  account.password = std::move(password);
  co_return account;
}

Task<Result<Account>> LocalUsers::known(std::string login, Secret password) {
  auto job = [candidates = login_candidates(login, core_->options.domains)](Database& database) {
    return find_known(database, candidates);
  };
  Found found = co_await core_->database.read(std::move(job));
  if (!found.user) co_return fail(Errc::not_found, "no such user");
  Account account = account_of(std::move(found));
  account.password = std::move(password);
  co_return account;
}

Task<Result<Account>> LocalUsers::find(std::string address) {
  auto job = [address = std::move(address)](Database& database) {
    return found(database, find_recipient(database, address));
  };
  Found found = co_await core_->database.read(std::move(job));
  if (!found.user) co_return fail(Errc::not_found, "no such user");
  co_return account_of(std::move(found));
}

Task<Result<>> LocalUsers::add(NewUser user) {
  const auto address = own_address(user.address, core_->options.domains);
  if (!address) co_return pass(address);
  const auto aliases = own_aliases(user.aliases, core_->options.domains);
  if (!aliases) co_return pass(aliases);
  if (const auto good = good_password(user.password); !good) co_return pass(good);
  if (const auto good = good_display_name(user.display_name); !good) co_return pass(good);
  std::string hash = co_await hashed(core_, std::move(user.password));
  auto job = [address = *address, aliases = *aliases, hash = std::move(hash),
              name = std::move(user.display_name), quota = user.quota_bytes,
              origin = std::move(user.origin),
              now = core_->clock.now()](Database& database) -> Result<> {
    if (taken(database, address.str(), 0)) {
      return fail(Errc::conflict, std::string(who_has(database, address.str())));
    }
    for (const std::string& alias : aliases) {
      if (taken(database, alias, 0)) return fail(Errc::conflict, "an alias is taken");
    }
    database.run(
        "INSERT INTO user (address, local_part, password, display_name, quota, origin)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        address.str(), address.local_part, hash, name, quota, origin);
    const RowId id = database.last_insert_id();
    for (const std::string& alias : aliases) {
      if (alias == address.str()) continue;
      database.run("INSERT INTO alias (address, user) VALUES (?, ?)", alias, id);
    }
    create_default_mailboxes(database, id, now);
    index_person(database, id);
    create_default_collections(database, id);
    return {};
  };
  co_return co_await commit(core_, std::move(job));
}

Task<std::vector<LocalUsers::User>> LocalUsers::list() {
  auto job = [](Database& database) {
    std::vector<User> out;
    for (auto rows = database.query(
             "SELECT id, address, display_name, quota, used, origin FROM user ORDER BY address");
         rows.step();) {
      User user{.address = rows.text(1),
                .display_name = rows.text(2),
                .aliases = aliases_of(database, rows.integer(0)),
                .quota_bytes = std::nullopt,
                .used_bytes = static_cast<std::uint64_t>(rows.integer(4)),
                .origin = rows.text(5)};
      if (const auto quota = rows.optional_integer(3)) {
        user.quota_bytes = static_cast<std::uint64_t>(*quota);
      }
      out.push_back(std::move(user));
    }
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalUsers::set_password(std::string address, Secret password) {
  if (const auto good = good_password(password); !good) co_return pass(good);
  std::string hash = co_await hashed(core_, std::move(password));
  auto then = [hash = std::move(hash)](Database& database, const UserRow& user) -> Result<> {
    database.run("UPDATE user SET password = ? WHERE id = ?", hash, user.id);
    return {};
  };
  co_return co_await change_user(core_, std::move(address), std::move(then));
}

Task<Result<>> LocalUsers::set_quota(std::string address,
                                     std::optional<std::uint64_t> quota_bytes) {
  auto then = [quota_bytes](Database& database, const UserRow& user) -> Result<> {
    database.run("UPDATE user SET quota = ? WHERE id = ?", quota_bytes, user.id);
    return {};
  };
  co_return co_await change_user(core_, std::move(address), std::move(then));
}

Task<Result<std::string>> LocalUsers::origin(std::string address) {
  auto job = [address = ascii_lower(address)](Database& database) -> Result<std::string> {
    auto row = database.query("SELECT origin FROM user WHERE address = ?", address);
    if (!row.step()) return fail(Errc::not_found, "no such user");
    return row.text(0);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalUsers::set_origin(std::string address, std::string origin) {
  auto then = [origin = std::move(origin)](Database& database, const UserRow& user) -> Result<> {
    database.run("UPDATE user SET origin = ? WHERE id = ?", origin, user.id);
    return {};
  };
  co_return co_await change_user(core_, std::move(address), std::move(then));
}

Task<Result<>> LocalUsers::remove(std::string address) {
  auto job = [address = ascii_lower(address)](Database& database) -> Result<Removed> {
    const auto user = find_user(database, address);
    if (!user) return fail(Errc::not_found, "no such user");
    Removed out;
    out.freed = delete_all_mailboxes(database, user->id);
    delete_all_collections(database, user->id);
    database.run("DELETE FROM member WHERE address = ?", user->address);
    database.run("DELETE FROM user WHERE id = ?", user->id);
    out.sharers = read_sharers(database);
    return out;
  };
  auto removed = co_await commit(core_, std::move(job));
  if (!removed) co_return pass(removed);
  if (const auto id = UserId::parse(ascii_lower(address))) {
    core_->watches.tell(*id, std::nullopt, ChangeListener::Kind::hierarchy);
  }
  core_->sharers = std::move(removed->sharers);
  co_await remove_unused(core_, std::move(removed->freed));
  co_return Result<>{};
}

}  // namespace godwit::backend

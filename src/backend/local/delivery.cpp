#include "backend/local/delivery.hpp"

#include <algorithm>
#include <exception>

#include "backend/local/addresses.hpp"
#include "backend/local/core.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/messages.hpp"
#include "backend/local/rows.hpp"
#include "backend/local/vacation.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face
using Outcome = LocalDelivery::Outcome;

constexpr Log delivery_log("local.delivery");

struct Arrived {
  Outcome outcome = Outcome::unknown_user;
  std::optional<UserId> user;
  std::optional<FolderKey> inbox;
};

/// What tells a redelivery: sender, recipient and bytes, whoever added which trace on the way.
std::string delivery_key(const std::string& from, RowId user, const std::string& hash) {
  return digest256(from + '\n' + std::to_string(user) + '\n' + hash);
}

bool delivered_before(Database& database, const std::string& key) {
  auto row = database.query("SELECT 1 FROM delivery WHERE key = ?", sqlite::Blob{key});
  return row.step();
}

bool has_room(Database& database, RowId user, std::uint64_t bytes, std::uint64_t fallback) {
  try {
    charge_quota(database, user, bytes, fallback);
    return true;
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::quota) throw;
    return false;
  }
}

Arrived deliver_to(Database& database, const Core& core, const LocalDelivery::Envelope& envelope,
                   const std::string& address, const Content& content, Time now) {
  const auto user = find_recipient(database, address);
  if (!user) return {};
  const auto inbox = mailbox_of_role(database, user->id, FolderRole::inbox);
  if (!inbox) throw Fault(Fault::Kind::corrupt, "a user without an inbox");
  Arrived arrived{.outcome = Outcome::stored,
                  .user = UserId::parse(user->address).value(),
                  .inbox = key_of(inbox->id)};
  const NewMessage added{.prefix = "Return-Path: <" + envelope.from +
                                   ">\r\nDelivered-To: " + address + "\r\n" + envelope.trace,
                         .flags = {},
                         .received = now};
  const std::string key = delivery_key(envelope.from, user->id, content.hash);
  if (delivered_before(database, key)) {
    arrived.outcome = Outcome::repeated;
    return arrived;
  }
  if (!has_room(database, user->id, content.size + added.prefix.size(), core.options.quota_bytes)) {
    arrived.outcome = Outcome::over_quota;
    return arrived;
  }
  database.run("INSERT INTO delivery (key, at) VALUES (?, ?)", sqlite::Blob{key}, to_row(now));
  insert_message(database, *inbox, content, added);
  return arrived;
}

}  // namespace

LocalDelivery::LocalDelivery(const LocalStore& store, LocalVacation* vacation)
    : core_(store.core()), vacation_(vacation) {}

bool LocalDelivery::is_local(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed &&
         std::ranges::find(core_->options.domains, parsed->domain) != core_->options.domains.end();
}

Task<Outcome> LocalDelivery::accepts(std::string address, std::uint64_t size) {
  auto job = [address = std::move(address), size,
              quota = core_->options.quota_bytes](Database& database) {
    const auto user = find_recipient(database, address);
    if (!user) return Outcome::unknown_user;
    return has_room(database, user->id, size, quota) ? Outcome::stored : Outcome::over_quota;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<Outcome>> LocalDelivery::deliver(Envelope envelope,
                                                  std::shared_ptr<const MessageSource> message) {
  auto uploaded = co_await upload(core_, message);
  const Time now = core_->clock.now();
  auto job = [core = core_.get(), uploaded, envelope, now](Database& database) {
    database.run("DELETE FROM delivery WHERE at < ?", to_row(now - redelivery_window));
    std::vector<Arrived> out;
    out.reserve(envelope.to.size());
    for (const std::string& address : envelope.to) {
      out.push_back(deliver_to(database, *core, envelope, address, uploaded->content, now));
    }
    return out;
  };
  const std::vector<Arrived> arrived = co_await commit(core_, std::move(job));
  std::vector<Outcome> outcomes;
  for (const Arrived& each : arrived) {
    outcomes.push_back(each.outcome);
    if (each.outcome != Outcome::stored) continue;
    core_->watches.tell(*each.user, each.inbox, ChangeListener::Kind::added);
    delivery_log.info("mail.delivered", {{"user", *each.user}, {"bytes", uploaded->content.size}});
  }
  if (std::ranges::find(outcomes, Outcome::stored) == outcomes.end()) {
    co_await withdraw(core_, std::move(uploaded));
    co_return outcomes;
  }
  for (std::size_t i = 0; vacation_ != nullptr && i < arrived.size(); ++i) {
    if (arrived[i].outcome != Outcome::stored) continue;
    co_await vacation_->answer(*arrived[i].user, envelope.from, uploaded->content.header);
  }
  co_return outcomes;
}

}  // namespace godwit::backend

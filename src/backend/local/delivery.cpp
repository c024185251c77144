#include "backend/local/delivery.hpp"

#include <algorithm>
#include <exception>

#include "backend/local/addresses.hpp"
#include "backend/local/core.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/messages.hpp"
#include "backend/local/placement.hpp"
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
  std::optional<FolderKey> calendar{};  // that changed with it
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

/// Whose calendar a scheduling message may change.
convert::ical::Context calendar_of(Database& database, const Core& core, const UserRow& user,
                                   Time now) {
  convert::ical::Context context{.zone = core.zone, .now = now, .addresses = {user.address}};
  for (std::string& alias : aliases_of(database, user.id)) {
    context.addresses.push_back(std::move(alias));
  }
  return context;
}

/// What arrives, the same for all recipients.
struct Arriving {
  LocalDelivery::Envelope envelope;
  std::shared_ptr<Upload> uploaded;
  std::optional<SchedulingMail> meeting;
  Time now{};
};

Arrived deliver_to(Database& database, const Core& core, const Arriving& mail,
                   const std::string& address) {
  const LocalDelivery::Envelope& envelope = mail.envelope;
  const Content& content = mail.uploaded->content;
  const Time now = mail.now;
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
  if (mail.meeting) {
    arrived.calendar =
        place(database, user->id, *mail.meeting, calendar_of(database, core, *user, now));
  }
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
  Arriving mail{.envelope = envelope,
                .uploaded = uploaded,
                .meeting = scheduling_mail_of(uploaded->content, *message),
                .now = core_->clock.now()};
  auto job = [core = core_.get(), mail = std::move(mail)](Database& database) {
    database.run("DELETE FROM delivery WHERE at < ?", to_row(mail.now - redelivery_window));
    std::vector<Arrived> out;
    out.reserve(mail.envelope.to.size());
    for (const std::string& address : mail.envelope.to) {
      out.push_back(deliver_to(database, *core, mail, address));
    }
    return out;
  };
  const std::vector<Arrived> arrived = co_await commit(core_, std::move(job));
  std::vector<Outcome> outcomes;
  for (const Arrived& each : arrived) {
    outcomes.push_back(each.outcome);
    if (each.outcome != Outcome::stored) continue;
    core_->watches.tell(*each.user, each.inbox, ChangeListener::Kind::added);
    if (each.calendar) {
      core_->item_watches.tell(*each.user, each.calendar, ChangeListener::Kind::added);
    }
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

#include "backend/local/delivery.hpp"

#include <algorithm>
#include <exception>

#include "backend/local/addresses.hpp"
#include "backend/local/conversations.hpp"
#include "backend/local/core.hpp"
#include "backend/local/group_mail.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/messages.hpp"
#include "backend/local/placement.hpp"
#include "backend/local/rows.hpp"
#include "backend/local/vacation.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face
using Outcome = LocalDelivery::Outcome;

constexpr Log delivery_log("local.delivery");

struct Arrived {
  Outcome outcome = Outcome::unknown_user;
  std::optional<UserId> user;
  std::optional<FolderKey> folder;      // the inbox, or where its conversation goes
  std::optional<FolderKey> calendar{};  // that changed with it
};

/// What tells a redelivery: sender, recipient and bytes, whoever added which trace on the way.
std::string delivery_key(const std::string& from, RowId user, const std::string& hash) {
  return digest256(from + '\n' + std::to_string(user) + '\n' + hash);
}

/// What tells that somebody was told of something, in the table of what was delivered.
std::string fact_key(RowId user, const std::string& fact) {
  return digest256("fact\n" + std::to_string(user) + '\n' + fact);
}

void note_delivered(Database& database, const std::string& key, Time now) {
  database.run("INSERT INTO delivery (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
               sqlite::Blob{key}, to_row(now));
}

bool delivered_before(Database& database, const std::string& key) {
  auto row = database.query("SELECT 1 FROM delivery WHERE key = ?", sqlite::Blob{key});
  return row.step();
}

bool has_room(Database& database, RowId user, std::uint64_t bytes, std::uint64_t fallback,
              std::uint64_t beyond = 0) {
  try {
    charge_quota(database, user, bytes, fallback, beyond);
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
                  .folder = key_of(inbox->id)};
  const NewMessage added{.prefix = "Return-Path: <" + envelope.from +
                                   ">\r\nDelivered-To: " + address + "\r\n" + envelope.trace,
                         .flags = {},
                         .received = now};
  const std::string key = delivery_key(envelope.from, user->id, content.hash);
  if (delivered_before(database, key)) {
    arrived.outcome = Outcome::repeated;
    return arrived;
  }
  if (!has_room(database, user->id, content.size + added.prefix.size(), core.options.quota_bytes,
                envelope.beyond_quota_bytes)) {
    arrived.outcome = Outcome::over_quota;
    return arrived;
  }
  note_delivered(database, key, now);
  for (const std::string& fact : envelope.facts) {
    note_delivered(database, fact_key(user->id, fact), now);
  }
  const auto elsewhere = rule_target(database, user->id, content.header);
  if (elsewhere) arrived.folder = key_of(elsewhere->id);
  insert_message(database, elsewhere ? *elsewhere : *inbox, content, added);
  if (mail.meeting) {
    arrived.calendar =
        place(database, user->id, *mail.meeting, calendar_of(database, core, *user, now));
  }
  return arrived;
}

/// What became of the mail for one recipient: a mailbox, or a group of them.
struct Delivered {
  Outcome outcome = Outcome::unknown_user;
  std::vector<Arrived> arrived;
};

Outcome outcome_of(const Destination& place, const std::vector<Arrived>& arrived) {
  if (!place.group) return arrived.empty() ? Outcome::unknown_user : arrived.front().outcome;
  if (place.served) return Outcome::repeated;
  if (arrived.empty() && place.outside.empty()) return Outcome::unknown_user;
  const auto any = [&](Outcome outcome) {
    return std::ranges::find(arrived, outcome, &Arrived::outcome) != arrived.end();
  };
  if (any(Outcome::over_quota)) return Outcome::partly;
  return any(Outcome::stored) || !place.outside.empty() ? Outcome::stored : Outcome::repeated;
}

Delivered deliver_all(Database& database, const Core& core, const Arriving& mail,
                      const Destination& place) {
  Delivered out;
  for (const std::string& user : place.users) {
    out.arrived.push_back(deliver_to(database, core, mail, user));
  }
  out.outcome = outcome_of(place, out.arrived);
  return out;
}

void tell(Core& core, const Arrived& arrived, std::uint64_t bytes) {
  core.watches.tell(*arrived.user, arrived.folder, ChangeListener::Kind::added);
  if (arrived.calendar) {
    core.item_watches.tell(*arrived.user, arrived.calendar, ChangeListener::Kind::added);
  }
  delivery_log.info("mail.delivered", {{"user", *arrived.user}, {"bytes", bytes}});
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
  auto job = [asked = Route{{std::move(address)}, {}, core_->options.domains}, size,
              quota = core_->options.quota_bytes](Database& database) {
    const Destination place = route(database, asked, {}).front();
    if (place.users.empty() && place.outside.empty()) return Outcome::unknown_user;
    if (place.group) return Outcome::stored;
    const auto user = find_recipient(database, place.users.front());
    return has_room(database, user->id, size, quota) ? Outcome::stored : Outcome::over_quota;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<std::string>> LocalDelivery::untold(std::string address,
                                                     std::vector<std::string> facts) {
  auto job = [address = std::move(address), facts = std::move(facts)](Database& database) mutable {
    const auto user = find_recipient(database, address);
    if (!user) return std::move(facts);
    std::erase_if(facts, [&](const std::string& fact) {
      return delivered_before(database, fact_key(user->id, fact));
    });
    return std::move(facts);
  };
  co_return co_await core_->database.read(std::move(job));
}

/// False: nobody took it.
Task<bool> LocalDelivery::send_outside(const Destination& place, const Envelope& envelope,
                                       std::string id,
                                       std::shared_ptr<const MessageSource> message) {
  const Group& group = *place.group;
  if (outside_ == nullptr) {
    delivery_log.error("group.no_way_out", {{"members", place.outside.size()}});
    co_return false;
  }
  // RFC 5321 3.9.2: failures are for who keeps the list. 4.5.5: a report's own are for nobody.
  const bool to_owner = !envelope.from.empty() && !group.owner.empty();
  Submission::Envelope outer{to_owner ? group.owner : envelope.from, place.outside, std::move(id)};
  const std::string lines = "Delivered-To: " + group.address + "\r\n" + envelope.trace;
  const Account account{.user = UserId::parse(group.address).value(),
                        .login = group.address,
                        .password = {},
                        .display_name = {},
                        .addresses = {group.address}};
  const auto taken = co_await outside_->submit(
      account, std::move(outer), std::make_shared<WithLines>(lines, std::move(message)));
  if (!taken) delivery_log.error("group.not_sent", {{"why", taken.error().message}});
  co_return taken.has_value();
}

Task<std::vector<Outcome>> LocalDelivery::deliver(Envelope envelope,
                                                  std::shared_ptr<const MessageSource> message) {
  auto uploaded = co_await upload(core_, message);
  auto find = [asked = Route{envelope.to, envelope.elsewhere, core_->options.domains}, uploaded](
                  Database& database) { return route(database, asked, uploaded->content.header); };
  auto places = co_await core_->database.read(std::move(find));
  // Before the mailboxes: it is taken once only, however often this is tried again.
  std::vector<bool> sent(places.size(), true);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].outside.empty()) continue;
    const std::string key =
        "group\n" + envelope.from + '\n' + places[i].group->address + '\n' + uploaded->content.hash;
    sent[i] = co_await send_outside(places[i], envelope, hex_encode(digest128(key)), message);
  }
  Arriving mail{.envelope = envelope,
                .uploaded = uploaded,
                .meeting = scheduling_mail_of(uploaded->content, *message),
                .now = core_->clock.now()};
  auto job = [core = core_.get(), mail = std::move(mail),
              places = std::move(places)](Database& database) {
    database.run("DELETE FROM delivery WHERE at < ?", to_row(mail.now - redelivery_window));
    std::vector<Delivered> out;
    out.reserve(places.size());
    for (const Destination& place : places) {
      out.push_back(deliver_all(database, *core, mail, place));
    }
    return out;
  };
  const std::vector<Delivered> delivered = co_await commit(core_, std::move(job));
  std::vector<Outcome> outcomes;
  std::vector<UserId> stored;
  for (std::size_t i = 0; i < delivered.size(); ++i) {
    const Delivered& each = delivered[i];
    outcomes.push_back(sent[i] ? each.outcome : Outcome::partly);
    for (const Arrived& one : each.arrived) {
      if (one.outcome != Outcome::stored) continue;
      tell(*core_, one, uploaded->content.size);
      stored.push_back(*one.user);
    }
  }
  if (stored.empty()) {
    co_await withdraw(core_, std::move(uploaded));
    co_return outcomes;
  }
  for (std::size_t i = 0; vacation_ != nullptr && i < stored.size(); ++i) {
    co_await vacation_->answer(stored[i], envelope.from, uploaded->content.header);
  }
  co_return outcomes;
}

}  // namespace godwit::backend

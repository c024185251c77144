#include "command/delivery.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("send");

std::string pack(const SendPlan& plan) {
  Packer out;
  out.number(1).text(plan.envelope_id).text(plan.message_id);
  out.signed_number(plan.date.time_since_epoch().count()).text(plan.digest).text(plan.sent_key);
  out.number(plan.sent_validity).number(plan.sent_next);
  return std::move(out).bytes();
}

SendPlan unpack_plan(std::string_view bytes) {
  Unpacker in(bytes);
  SendPlan plan;
  if (in.number() != 1) in.damage();
  plan.envelope_id = in.text();
  plan.message_id = in.text();
  plan.date = Time(std::chrono::milliseconds(in.signed_number()));
  plan.digest = in.text();
  plan.sent_key = in.text();
  plan.sent_validity = in.number_as<std::uint32_t>();
  plan.sent_next = in.number_as<Uid>();
  if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged intent of sending");
  return plan;
}

/// What the next hop's refusal is to the device.
eas::Status status_of_refusal(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return eas::Status::recipient_unresolved;
    case Errc::too_large:
      return eas::Status::attachment_too_large;
    default:
      return eas::Status::submission_failed;
  }
}

}  // namespace

compose::Identity identity_of(const backend::Account& account) {
  compose::Identity identity{account.addresses, account.display_name, account.send_as};
  if (identity.addresses.empty()) identity.addresses.push_back(account.user.str());
  return identity;
}

std::string unique_id(Random& random) {
  std::string bytes;
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t value = random.next();
    for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift);
  }
  return hex_encode(bytes);
}

Task<bool> Delivery::was_sent(std::string name, bool has_id) {
  name_ = std::move(name);
  co_await log_.load();
  co_return has_id ? log_.has(name_) : log_.is_latest(name_);
}

Task<bool> Delivery::reopen() {
  if (!co_await session_.services.store.get(session_.key(store::Kind::intent, name_))) {
    co_return false;
  }
  std::vector<sync::Intent> intents;
  intents.push_back({name_, ""});
  auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
  intent_ = std::move(open.front());
  plan_ = unpack_plan(intent_.detail);
  co_return true;
}

Task<> Delivery::open(const std::string& digest) {
  const std::string primary = identity_of(session_.account).addresses.front();
  plan_.envelope_id = unique_id(session_.services.random);
  plan_.message_id = compose::make_message_id(plan_.envelope_id, primary);
  plan_.date = session_.now();
  plan_.digest = digest;
  if (save_in_sent_) co_await look_at_sent();
  intent_ = co_await open_intent();
  if (!intent_.recovered) co_return;
  const SendPlan earlier = unpack_plan(intent_.detail);
  if (earlier.digest == digest) {
    plan_ = earlier;
    logger.warning("mail.resumed", {{"user", session_.user()}, {"device", session_.device_id}});
    co_return;
  }
  // Edited after it could not be sent: another mail under the same id.
  co_await close();
  intent_ = co_await open_intent();
}

Task<sync::OpenIntent> Delivery::open_intent() {
  std::vector<sync::Intent> intents;
  intents.push_back({name_, pack(plan_)});
  auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
  co_return std::move(open.front());
}

/// Where the Sent folder stands before anything is put into it.
Task<> Delivery::look_at_sent() {
  if (co_await stands_in(co_await session_.folder_table())) co_return;
  // It is new, or another one than it was.
  if (co_await stands_in(co_await session_.listed_folders())) co_return;
  logger.warning("mail.no_sent_folder", {{"user", session_.user()}});
}

Task<bool> Delivery::stands_in(sync::FolderTable table) {
  const sync::FolderRow* const row = table.find_role(FolderRole::sent);
  if (row == nullptr) co_return false;
  const auto status = co_await session_.mail().status(FolderKey::parse(row->key).value());
  if (!status) co_return false;
  plan_.sent_key = row->key;
  plan_.sent_validity = status->uid_validity;
  plan_.sent_next = status->uid_next;
  co_return true;
}

Task<std::optional<eas::Status>> Delivery::submit(const Outgoing& outgoing, std::string from,
                                                  std::vector<std::string> to) {
  recipients_ = to.size();
  compose::Fields header = outgoing.header;
  compose::hide_recipients(header);
  auto message = std::make_shared<compose::Pieces>();
  message->add(header.str() + "\r\n");
  message->add(outgoing.content);
  if (message->size() > session_.services.settings.message_bytes_max) {
    co_return eas::Status::attachment_too_large;
  }
  backend::Submission::Envelope envelope{std::move(from), std::move(to), plan_.envelope_id};
  std::optional<eas::Status> refused;
  try {
    const auto taken = co_await session_.services.submission.submit(
        session_.account, std::move(envelope), std::move(message));
    if (!taken) {
      refused = status_of_refusal(taken.error());
      log_refusal(*refused, taken.error().message);
    }
  } catch (const Fault& fault) {
    const auto kind = fault.kind();
    if (kind == Fault::Kind::corrupt || kind == Fault::Kind::sign_in_failed) throw;
    // No room to keep it until it is sent; every other fault may pass.
    refused = kind == Fault::Kind::quota ? eas::Status::send_quota_exceeded
                                         : eas::Status::server_error_retry_later;
    log_refusal(*refused, fault.what());
  }
  co_return refused;
}

void Delivery::log_refusal(eas::Status status, const std::string& why) const {
  logger.info("mail.refused", {{"user", session_.user()},
                               {"device", session_.device_id},
                               {"status", std::to_underlying(status)},
                               {"why", why}});
}

Task<> Delivery::note_sent(const Outgoing& outgoing) {
  static_cast<void>(co_await session_.services.store.commit(log_.add(name_)));
  logger.info("mail.sent", {{"user", session_.user()},
                            {"device", session_.device_id},
                            {"recipients", recipients_},
                            {"bytes", outgoing.content.size()},
                            {"recovered", intent_.recovered}});
}

Task<> Delivery::close() {
  std::vector<store::Write> batch;
  batch.push_back(sync::Journal::close(session_.user(), intent_));
  static_cast<void>(co_await session_.services.store.commit(std::move(batch)));
}

Task<bool> Delivery::save(Outgoing outgoing) {
  if (!save_in_sent_) co_return true;
  if (plan_.sent_key.empty()) co_return false;
  auto message = std::make_shared<compose::Pieces>();
  message->add(outgoing.header.str() + "\r\n");
  message->add(outgoing.content);
  const std::string id = convert::first_message_id(outgoing.header.get("Message-ID"));
  constexpr int attempts = 2;
  bool look = intent_.recovered;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    try {
      if (look && co_await is_saved(id)) co_return true;
      if (co_await append(message)) co_return true;
    } catch (const Fault& fault) {
      logger.warning("mail.save_failed", {{"user", session_.user()}, {"why", fault.what()}});
      may_save_later_ = fault.kind() != Fault::Kind::quota;
      if (!may_save_later_) co_return false;
    }
    look = true;
  }
  co_return false;
}

/// Whether an earlier attempt saved the copy: in the Sent folder, or wherever the user moved it.
Task<bool> Delivery::is_saved(std::string id) {
  const FolderKey sent = FolderKey::parse(plan_.sent_key).value();
  const auto status = co_await session_.mail().status(sent);
  if (!status) co_return false;
  const bool same = status->uid_validity == plan_.sent_validity;
  if (same && status->uid_next == plan_.sent_next) co_return false;
  if (co_await has_copy(sent, same ? plan_.sent_next : 1, id)) co_return true;
  const auto table = co_await session_.folder_table();
  for (const sync::FolderRow& row : table.rows) {
    auto folder = FolderKey::parse(row.key);
    if (!folder || !row.selectable || row.key == plan_.sent_key) continue;
    if (co_await has_copy(std::move(*folder), 1, id)) co_return true;
  }
  co_return false;
}

/// The copy itself, at `from` or above: what was delivered to the sender has the same Message-ID,
/// and trace fields, wherever it was moved to. Its size says nothing: a reply made again may quote
/// an original that is gone by now.
Task<bool> Delivery::has_copy(FolderKey folder, Uid from, std::string id) {
  const auto found = co_await session_.mail().find_message_id(folder, from, std::move(id));
  const auto status = co_await session_.mail().status(folder);
  if (!found || found->empty() || !status) co_return false;
  const auto messages =
      co_await session_.mail().fetch(std::move(folder), status->uid_validity, found->to_vector());
  const auto is_copy = [](const Message& message) {
    const convert::Header header(message.header);
    return !header.has("Received") && !header.has("Return-Path") && !header.has("Delivered-To");
  };
  co_return messages&& std::ranges::any_of(*messages, is_copy);
}

Task<bool> Delivery::append(std::shared_ptr<const compose::Pieces> message) {
  const FolderKey sent = FolderKey::parse(plan_.sent_key).value();
  Flags flags;
  flags.seen = true;
  const auto added = co_await session_.mail().append(sent, std::move(message), flags, plan_.date);
  if (!added) co_return false;
  const auto table = co_await session_.folder_table();
  const sync::FolderRow* row = table.find_key(plan_.sent_key);
  if (row != nullptr) {
    // The copy is new to every device, the sender too.
    session_.services.hub.mark_added(session_.account.user, CollectionId::parse(row->id).value());
  }
  co_return true;
}

}  // namespace godwit::command

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

constexpr std::size_t kept_bytes_max = 64 * 1024;
constexpr std::uint64_t plan_format = 2;
constexpr std::uint64_t plan_format_without_mail = 1;

std::string pack(const SendPlan& plan) {
  Packer out;
  out.number(plan_format).text(plan.envelope_id).text(plan.message_id);
  out.signed_number(plan.date.time_since_epoch().count()).text(plan.digest);
  pack(plan.sent, out);
  out.text(plan.header).text(plan.content);
  return std::move(out).bytes();
}

SendPlan unpack_plan(std::string_view bytes) {
  Unpacker in(bytes);
  SendPlan plan;
  const std::uint64_t format = in.number();
  if (format != plan_format && format != plan_format_without_mail) in.damage();
  plan.envelope_id = in.text();
  plan.message_id = in.text();
  plan.date = Time(std::chrono::milliseconds(in.signed_number()));
  plan.digest = in.text();
  plan.sent = unpack_sent_place(in);
  if (format == plan_format) {
    plan.header = in.text();
    plan.content = in.text();
  }
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

Task<bool> Delivery::has_kept(const std::string& digest) {
  co_return co_await reopen() && plan_.digest == digest && !plan_.header.empty();
}

Task<> Delivery::open(const std::string& digest) {
  const std::string primary = identity_of(session_.account).addresses.front();
  plan_ = {};
  plan_.envelope_id = unique_id(session_.services.random);
  plan_.message_id = compose::make_message_id(plan_.envelope_id, primary);
  plan_.date = session_.now();
  plan_.digest = digest;
  if (save_in_sent_) plan_.sent = co_await look_at_sent(session_);
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

Task<> Delivery::keep(const Outgoing& outgoing) {
  const std::uint64_t size = outgoing.content.size();
  if (!plan_.header.empty() || size > kept_bytes_max) co_return;
  plan_.header = outgoing.header.str();
  plan_.content = outgoing.content.read(0, size);
  intent_ =
      co_await session_.services.journal.amend(session_.user(), std::move(intent_), pack(plan_));
}

std::optional<Outgoing> Delivery::kept() const {
  if (plan_.header.empty()) return std::nullopt;
  Outgoing out{compose::Fields(plan_.header), {}};
  out.content.add(plan_.content);
  return out;
}

Task<sync::OpenIntent> Delivery::open_intent() {
  std::vector<sync::Intent> intents;
  intents.push_back({name_, pack(plan_)});
  auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
  co_return std::move(open.front());
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
    const auto taken = co_await session_.submit(std::move(envelope), std::move(message));
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
  static_cast<void>(co_await session_.services.store.commit(log_.add(name_, plan_.digest)));
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
  auto message = std::make_shared<compose::Pieces>();
  message->add(outgoing.header.str() + "\r\n");
  message->add(outgoing.content);
  const Saved saved = co_await save_sent(
      session_, plan_.sent,
      {.message = std::move(message),
       .message_id = convert::first_message_id(outgoing.header.get("Message-ID")),
       .date = plan_.date,
       .attempted = intent_.recovered});
  may_save_later_ = saved == Saved::later;
  co_return saved == Saved::yes;
}

}  // namespace godwit::command

#include "command/sending.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/last_verb.hpp"
#include "command/meeting_mail.hpp"
#include "command/sent_log.hpp"
#include "compose/stream.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("send");

/// What the intent remembers: everything that a later attempt must do alike.
struct Plan {
  std::string envelope_id;  // random: what the next hop knows the mail by
  std::string message_id;   // without brackets
  Time date{};
  std::string digest;  // of the device's mail
  std::string sent_key;
  std::uint32_t sent_validity = 0;
  Uid sent_next = 0;
};

std::string pack(const Plan& plan) {
  Packer out;
  out.number(1).text(plan.envelope_id).text(plan.message_id);
  out.signed_number(plan.date.time_since_epoch().count()).text(plan.digest).text(plan.sent_key);
  out.number(plan.sent_validity).number(plan.sent_next);
  return std::move(out).bytes();
}

Plan unpack_plan(std::string_view bytes) {
  Unpacker in(bytes);
  Plan plan;
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

/// Why a mail cannot go out at all.
eas::Status status_of(const Error& error) {
  switch (error.code) {
    case Errc::incomplete:
      return eas::Status::no_recipient;
    case Errc::refused:
      return eas::Status::recipient_unresolved;
    case Errc::too_large:
      return eas::Status::send_quota_exceeded;
    default:
      return eas::Status::invalid_mime;
  }
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

class Send {
 public:
  Send(Session& session, SendRequest request, Sending<std::optional<Original>> original,
       Composer composer)
      : session_(session),
        request_(std::move(request)),
        original_(std::move(original)),
        composer_(composer),
        log_(session) {}

  Task<Answer> run() {
    const std::string digest = co_await compose::digest_of(*session_.request.body, request_.mime);
    name_ = session_.device_id.str() + '/' + identity(digest);
    co_await log_.load();
    const bool sent = request_.client_id.empty() ? log_.is_latest(name_) : log_.has(name_);
    if (sent) co_return co_await repeated();
    if (!original_) co_return Failed{original_.error()};
    // docs/adr/0012-who-sends-what.md
    const bool tells = session_.version < eas::Version::v16_0;
    if (tells && co_await answered_already(session_, request_.mime)) co_return Nothing{};
    auto letter = compose::read_letter(request_.mime);
    if (!letter) co_return refuse(status_of(letter.error()), letter.error());
    auto to = compose::recipients(letter->header);
    if (!to) co_return refuse(status_of(to.error()), to.error());
    recipients_ = std::move(*to);
    if (tells) {
      const auto told = co_await told_already(session_, request_.mime);
      std::erase_if(recipients_, [&](const std::string& each) {
        return std::ranges::any_of(told, [&](const auto& one) { return iequals(one, each); });
      });
      if (recipients_.empty()) co_return Nothing{};
    }
    co_await open(digest);
    auto outgoing = co_await composer_(session_, request_, original(), plan_.envelope_id);
    if (!outgoing) co_return co_await give_up(outgoing.error());
    const std::string from = compose::complete(outgoing->header, identity_of(session_.account),
                                               {plan_.message_id, plan_.date});
    if (const auto refused = co_await submit(*outgoing, from)) {
      // It may have been taken, or will be: the intent stays for the device's next attempt.
      if (*refused == eas::Status::server_error_retry_later) co_return Failed{*refused};
      co_return co_await give_up(*refused);
    }
    static_cast<void>(co_await session_.services.store.commit(log_.add(name_)));
    logger.info("mail.sent", {{"user", session_.user()},
                              {"device", session_.device_id},
                              {"recipients", recipients_.size()},
                              {"bytes", outgoing->content.size()},
                              {"recovered", intent_.recovered}});
    co_await finish(std::move(*outgoing));
    co_return Nothing{};
  }

 private:
  const Original* original() const { return original_ && *original_ ? &**original_ : nullptr; }

  /// What makes this request the same as another one of the device.
  std::string identity(const std::string& digest) const {
    if (!request_.client_id.empty()) return "id/" + request_.client_id;
    Packer all;
    all.text(session_.line.command).text(digest).text(request_.folder_id).text(request_.item_id);
    all.text(request_.long_id).boolean(request_.save_in_sent);
    return "same/" + hex_encode(digest128(all.bytes()));
  }

  Answer refuse(eas::Status status, const Error& why) const {
    logger.info("mail.refused", {{"user", session_.user()},
                                 {"device", session_.device_id},
                                 {"status", std::to_underlying(status)},
                                 {"why", why.message}});
    return Failed{status};
  }

  /// Sent before. What a kill left undone after that is done now.
  Task<Answer> repeated() {
    const auto key = session_.key(store::Kind::intent, name_);
    if (co_await session_.services.store.get(key)) {
      std::vector<sync::Intent> intents;
      intents.push_back({name_, ""});
      auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
      intent_ = std::move(open.front());
      plan_ = unpack_plan(intent_.detail);
      // Without the original, which went meanwhile, at least the device's own words are kept.
      const Composer composer = original_ ? composer_ : &compose_plain;
      auto outgoing = co_await composer(session_, request_, original(), plan_.envelope_id);
      if (!outgoing) outgoing = co_await compose_plain(session_, request_, nullptr, {});
      if (outgoing) {
        compose::complete(outgoing->header, identity_of(session_.account),
                          {plan_.message_id, plan_.date});
        co_await finish(std::move(*outgoing));
      } else {
        co_await close();
      }
    }
    // [MS-ASCMD] Common Status Codes: 118 is for requests that carry an id.
    if (request_.client_id.empty()) co_return Nothing{};
    co_return Failed{eas::Status::previously_sent};
  }

  Task<> open(const std::string& digest) {
    const std::string primary = identity_of(session_.account).addresses.front();
    plan_.envelope_id = unique_id(session_.services.random);
    plan_.message_id = compose::make_message_id(plan_.envelope_id, primary);
    plan_.date = session_.now();
    plan_.digest = digest;
    if (request_.save_in_sent) co_await look_at_sent();
    intent_ = co_await open_intent();
    if (!intent_.recovered) co_return;
    const Plan earlier = unpack_plan(intent_.detail);
    if (earlier.digest == digest) {
      plan_ = earlier;
      logger.warning("mail.resumed", {{"user", session_.user()}, {"device", session_.device_id}});
      co_return;
    }
    // Edited after it could not be sent: another mail under the same id.
    co_await close();
    intent_ = co_await open_intent();
  }

  Task<sync::OpenIntent> open_intent() {
    std::vector<sync::Intent> intents;
    intents.push_back({name_, pack(plan_)});
    auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
    co_return std::move(open.front());
  }

  /// Where the Sent folder stands before anything is put into it.
  Task<> look_at_sent() {
    if (co_await stands_in(co_await session_.folder_table())) co_return;
    // It is new, or another one than it was.
    if (co_await stands_in(co_await session_.listed_folders())) co_return;
    logger.warning("mail.no_sent_folder", {{"user", session_.user()}});
  }

  Task<bool> stands_in(sync::FolderTable table) {
    const sync::FolderRow* const row = table.find_role(FolderRole::sent);
    if (row == nullptr) co_return false;
    const auto status = co_await session_.mail().status(FolderKey::parse(row->key).value());
    if (!status) co_return false;
    plan_.sent_key = row->key;
    plan_.sent_validity = status->uid_validity;
    plan_.sent_next = status->uid_next;
    co_return true;
  }

  /// Nothing, or why the next hop does not take it.
  Task<std::optional<eas::Status>> submit(const Outgoing& outgoing, const std::string& from) {
    compose::Fields header = outgoing.header;
    compose::hide_recipients(header);
    auto message = std::make_shared<compose::Pieces>();
    message->add(header.str() + "\r\n");
    message->add(outgoing.content);
    if (message->size() > session_.services.settings.message_bytes_max) {
      co_return eas::Status::attachment_too_large;
    }
    backend::Submission::Envelope envelope{from, recipients_, plan_.envelope_id};
    std::optional<eas::Status> refused;
    try {
      const auto taken = co_await session_.services.submission.submit(
          session_.account, std::move(envelope), std::move(message));
      if (!taken) {
        refused = status_of_refusal(taken.error());
        refuse(*refused, taken.error());
      }
    } catch (const Fault& fault) {
      const auto kind = fault.kind();
      if (kind == Fault::Kind::corrupt || kind == Fault::Kind::sign_in_failed) throw;
      // No room to keep it until it is sent; every other fault may pass.
      refused = kind == Fault::Kind::quota ? eas::Status::send_quota_exceeded
                                           : eas::Status::server_error_retry_later;
      refuse(*refused, {Errc::incomplete, fault.what()});
    }
    co_return refused;
  }

  Task<Answer> give_up(eas::Status status) {
    co_await close();
    co_return Failed{status};
  }

  Task<> close() {
    std::vector<store::Write> batch;
    batch.push_back(sync::Journal::close(session_.user(), intent_));
    static_cast<void>(co_await session_.services.store.commit(std::move(batch)));
  }

  /// What follows a sent mail. None of it can make the sending fail.
  Task<> finish(Outgoing outgoing) {
    const bool saved = co_await save(std::move(outgoing));
    if (!saved) logger.error("mail.not_saved", {{"user", session_.user()}});
    co_await mark_original();
    co_await close();
  }

  Task<bool> save(Outgoing outgoing) {
    if (!request_.save_in_sent) co_return true;
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
        if (fault.kind() == Fault::Kind::quota) co_return false;
      }
      look = true;
    }
    co_return false;
  }

  /// Whether an earlier attempt saved the copy: in the Sent folder, or wherever the user moved it.
  Task<bool> is_saved(std::string id) {
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
  /// and trace fields, wherever it was moved to. Its size says nothing: a reply made again may
  /// quote an original that is gone by now.
  Task<bool> has_copy(FolderKey folder, Uid from, std::string id) {
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

  Task<bool> append(std::shared_ptr<const compose::Pieces> message) {
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

  /// [MS-ASEMAIL] LastVerbExecuted.
  Task<> mark_original() {
    const Original* const marked = original();
    if (marked == nullptr) co_return;
    try {
      co_await note_verb(session_, *marked, recipients(), plan_.date);
    } catch (const Fault& fault) {
      logger.warning("mail.not_marked", {{"user", session_.user()}, {"why", fault.what()}});
    }
  }

  /// Empty in a mail that was not readable.
  std::vector<std::string> recipients() const {
    const auto letter = compose::read_letter(request_.mime);
    if (!letter) return {};
    return compose::recipients(letter->header).value_or(std::vector<std::string>());
  }

  Session& session_;
  SendRequest request_;
  Sending<std::optional<Original>> original_;
  Composer composer_;
  SentLog log_;
  std::string name_;
  std::vector<std::string> recipients_;
  Plan plan_;
  sync::OpenIntent intent_;
};

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

Task<Sending<Outgoing>> compose_plain(Session& session, const SendRequest& request, const Original*,
                                      std::string) {
  auto letter = compose::read_letter(request.mime);
  if (!letter) co_return std::unexpected(eas::Status::invalid_mime);
  const std::string_view content = request.mime.substr(static_cast<std::size_t>(letter->body));
  compose::Stretch mail{session.request.body, content};
  auto whole = co_await compose::with_line_ends(session.services.spools, std::move(mail));
  Outgoing outgoing{std::move(letter->header), {}};
  outgoing.content.add(std::move(whole.body), whole.bytes);
  co_return outgoing;
}

Task<Answer> send_once(Session& session, SendRequest request,
                       Sending<std::optional<Original>> original, Composer composer) {
  Send send(session, std::move(request), std::move(original), composer);
  co_return co_await send.run();
}

}  // namespace godwit::command

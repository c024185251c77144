#include "command/meeting_mail.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "command/calendar_events.hpp"
#include "command/mail_language.hpp"
#include "command/sending.hpp"
#include "compose/meeting_mail.hpp"
#include "convert/ical/imip.hpp"
#include "convert/ical/schedule_agent.hpp"
#include "convert/mime.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("meeting");
constexpr std::chrono::minutes repeated_within{10};

store::Key answer_key(Session& session, std::string_view uid) {
  return session.key(store::Kind::sent,
                     "meeting/" + session.device_id.str() + '/' + hex_encode(digest128(uid)));
}

store::Key told_key(Session& session, std::string_view uid) {
  return session.key(store::Kind::sent,
                     "told/" + session.device_id.str() + '/' + hex_encode(digest128(uid)));
}

std::optional<MeetingMessage> meeting_of(Session& session, std::string_view mime) {
  // Spares the mails that are none.
  const bool may_be = mime.contains("alendar") || mime.contains("ALENDAR");
  if (!may_be) return std::nullopt;
  const auto layout = convert::parse_layout(convert::read_at(mime));
  const Part* const part = convert::ical::meeting_part(layout.structure);
  const auto* const place = part == nullptr ? nullptr : layout.find(part->section);
  if (place == nullptr) return std::nullopt;
  const std::string_view raw = mime.substr(static_cast<std::size_t>(place->begin),
                                           static_cast<std::size_t>(place->end - place->begin));
  auto meeting = convert::ical::read_meeting_part(*part, raw, session.calendar());
  return meeting ? std::optional(std::move(*meeting)) : std::nullopt;
}

}  // namespace

void pack(const MeetingMail& mail, Packer& out) {
  out.text(mail.from).text(mail.id).text(mail.text).number(mail.to.size());
  for (const std::string& address : mail.to) out.text(address);
  out.signed_number(mail.date.time_since_epoch().count());
  pack(mail.sent, out);
}

MeetingMail unpack_meeting_mail(Unpacker& in) {
  MeetingMail mail;
  mail.from = in.text();
  mail.id = in.text();
  mail.text = in.text();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) mail.to.push_back(in.text());
  mail.date = Time(std::chrono::milliseconds(in.signed_number()));
  mail.sent = unpack_sent_place(in);
  return mail;
}

MeetingMail write_meeting_mail(Session& session, MeetingDraft draft) {
  MeetingMail mail;
  const compose::Identity author = identity_of(session.account);
  mail.from = author.addresses.front();
  mail.id = unique_id(session.services.random);
  mail.date = session.now();
  for (const convert::Mailbox& mailbox : draft.to) mail.to.push_back(mailbox.address);
  mail.text = compose::compose_meeting_mail(
      {.author = author,
       .to = std::move(draft.to),
       .subject = std::move(draft.subject),
       .text = std::move(draft.text),
       .method = std::move(draft.method),
       .calendar = std::move(draft.calendar),
       .stamp = {compose::make_message_id(mail.id, mail.from), mail.date},
       .language = mail_language(session)});
  return mail;
}

namespace {

/// To those that the mail names now; whose own server told them is in the copy all the same.
Task<MeetingSent> submit(Session& session, const MeetingMail& mail,
                         std::shared_ptr<const backend::MessageSource> message) {
  try {
    const auto bytes = message->size();
    backend::Submission::Envelope envelope{
        .from = mail.from, .to = mail.to, .id = mail.id, .patient = true};
    const auto taken = co_await session.submit(std::move(envelope), std::move(message));
    if (taken) {
      logger.info("meeting.sent", {{"user", session.user()}, {"bytes", bytes}});
      co_return MeetingSent::taken;
    }
    logger.warning("meeting.refused", {{"user", session.user()}, {"why", taken.error().message}});
  } catch (const Fault& fault) {
    const auto kind = fault.kind();
    if (kind == Fault::Kind::corrupt || kind == Fault::Kind::sign_in_failed) throw;
    logger.warning("meeting.not_sent", {{"user", session.user()}, {"why", fault.what()}});
    co_return MeetingSent::later;
  }
  co_return MeetingSent::refused;
}

}  // namespace

Task<MeetingSent> send_meeting_mail(Session& session, MeetingMail mail, bool again) {
  const auto message = std::make_shared<backend::StringSource>(std::move(mail.text));
  const MeetingSent sent = co_await submit(session, mail, message);
  if (sent != MeetingSent::taken) co_return sent;
  const Saved saved =
      co_await save_sent(session, mail.sent,
                         {.message = message,
                          .message_id = compose::make_message_id(mail.id, mail.from),
                          .date = mail.date,
                          .attempted = again});
  // As with the mail of a device: it was sent, and a copy that is missing does not make it fail.
  if (saved != Saved::yes) logger.error("meeting.not_saved", {{"user", session.user()}});
  co_return sent;
}

store::Write note_told(Session& session, std::string_view uid,
                       const std::vector<std::string>& told) {
  Packer out;
  out.signed_number(session.now().time_since_epoch().count());
  out.number(told.size());
  for (const std::string& address : told) out.text(address);
  return {told_key(session, uid), std::nullopt, std::move(out).bytes()};
}

Task<std::vector<std::string>> told_already(Session& session, std::string_view mime) {
  std::vector<std::string> told;
  const auto meeting = session.items() == nullptr ? std::nullopt : meeting_of(session, mime);
  const bool own = meeting && meeting->event.organizer && meeting->event.organizer_is_user &&
                   (meeting->method == MeetingMessage::Method::request ||
                    meeting->method == MeetingMessage::Method::cancel);
  if (!own) co_return told;
  // A server that cannot be asked: the device tries again.
  const auto server_tells = co_await session.items()->scheduling_addresses();
  const bool tells = std::ranges::any_of(server_tells, [&](const std::string& each) {
    return iequals(each, meeting->event.organizer->email);
  });
  if (!tells) co_return told;
  if (const auto there = co_await find_event(session, meeting->event.uid)) {
    co_return convert::ical::told_by_server(there->text);
  }
  const auto record = co_await session.services.store.get(told_key(session, meeting->event.uid));
  if (!record) co_return told;
  Unpacker in(record->value);
  const Time at(std::chrono::milliseconds(in.signed_number()));
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) told.push_back(in.text());
  if (!in.finish() || session.now() - at >= repeated_within) told.clear();
  co_return told;
}

store::Write note_answer(Session& session, std::string_view uid, Response response) {
  Packer out;
  out.number(std::to_underlying(response));
  out.signed_number(session.now().time_since_epoch().count());
  return {answer_key(session, uid), std::nullopt, std::move(out).bytes()};
}

Task<bool> answered_already(Session& session, std::string_view mime) {
  const auto meeting = meeting_of(session, mime);
  const bool answers =
      meeting && meeting->method == MeetingMessage::Method::reply && meeting->responder;
  if (!answers) co_return false;
  const auto record = co_await session.services.store.get(answer_key(session, meeting->event.uid));
  if (!record) co_return false;
  Unpacker in(record->value);
  const auto response = static_cast<Response>(in.number_as<std::uint8_t>());
  const Time sent(std::chrono::milliseconds(in.signed_number()));
  co_return in.finish() &&
      response == meeting->responder->status&& session.now() - sent < repeated_within;
}

}  // namespace godwit::command

// [MS-ASCMD] SmartReply, SmartForward.
#include <utility>

#include "base/text.hpp"
#include "command/calendar_events.hpp"
#include "command/draft_names.hpp"
#include "command/handlers.hpp"
#include "command/mail_language.hpp"
#include "command/sending.hpp"
#include "compose/meeting_mail.hpp"
#include "compose/original_event.hpp"
#include "compose/smart.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/scheduling.hpp"
#include "mapping/calendar.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

using eas::Status;

/// The message that the request names. Errors: 104, 146, 150.
Task<Sending<Original>> find_original(Session& session, const SendRequest& request, bool forward) {
  if (!request.instance_id.empty()) {
    // [MS-ASCMD] InstanceId: an occurrence of an appointment, which no mail is.
    if (!mapping::parse_date(request.instance_id)) {
      co_return std::unexpected(Status::invalid_date_time);
    }
    co_return std::unexpected(Status::no_recurrence);
  }
  // [MS-ASCMD] LongId: ours is the id of the item itself.
  const auto id = sync::parse_mail_id(request.long_id.empty() ? request.item_id : request.long_id);
  if (!id) co_return std::unexpected(Status::item_not_found);
  if (!request.folder_id.empty() && request.folder_id != id->collection) {
    co_return std::unexpected(Status::item_not_found);
  }
  const auto table = co_await session.folder_table();
  const sync::FolderRow* row = table.find(id->collection);
  auto folder = row == nullptr ? FolderKey::parse("") : FolderKey::parse(row->key);
  if (!folder) co_return std::unexpected(Status::item_not_found);
  const sync::MailId present = co_await present_mail(session, table, *id);
  std::vector<Uid> uids{present.uid};
  const auto found =
      co_await session.mail().fetch_state(*folder, id->uid_validity, std::move(uids));
  if (!found || found->empty()) co_return std::unexpected(Status::item_not_found);
  co_return Original{sync::format_mail_id(id->collection, id->uid_validity, present.uid),
                     std::move(*folder), id->uid_validity, present.uid, forward};
}

/// The device's mail with the original in it.
Task<Sending<Outgoing>> compose_with_original(Session& session, const SendRequest& request,
                                              const Original* original, std::string unique) {
  http::Spools& spools = session.services.spools;
  compose::OriginalMessage::Place place{original->folder, original->uid_validity, original->uid};
  auto loaded =
      co_await compose::OriginalMessage::load(session.shared_mail(), spools, std::move(place));
  if (!loaded) co_return std::unexpected(Status::item_not_found);
  compose::Stretch mime{session.request.body, request.mime};
  compose::Answer answer{co_await compose::with_line_ends(spools, std::move(mime)),
                         original->forward, std::move(unique)};
  auto made = co_await compose::compose_answer(spools, std::move(answer), **loaded);
  if (!made) {
    co_return std::unexpected(made.error().code == Errc::malformed ? Status::invalid_mime
                                                                   : Status::item_not_found);
  }
  co_return Outgoing{std::move(made->header), std::move(made->content)};
}

/// An event that a request names, and what it is for others.
struct SourceEvent {
  Event event;
  std::string calendar;  // a REQUEST; of the occurrence alone if one is named
};

const std::string& source_id(const SendRequest& request) {
  return request.long_id.empty() ? request.item_id : request.long_id;
}

/// The same bytes for the same request, so that a repeated one is known. Errors: 104, 146, 150.
Task<Sending<SourceEvent>> find_source_event(Session& session, const SendRequest& request) {
  const std::string& id = source_id(request);
  const std::string collection = id.substr(0, id.find(':'));
  const bool elsewhere = !request.folder_id.empty() && request.folder_id != collection;
  auto there = elsewhere ? std::nullopt : co_await find_event(session, collection, id);
  if (!there) co_return std::unexpected(Status::item_not_found);
  convert::ical::Context context = session.calendar();
  convert::ical::Repairs repairs;
  auto event = convert::ical::read_event(there->text, {}, context, repairs);
  if (!event) co_return std::unexpected(Status::item_not_found);
  context.now = event->details.stamp.value_or(event->details.start);
  std::optional<Time> instance;
  if (!request.instance_id.empty()) {
    const auto time = read_occurrence(request.instance_id, *event, session.version);
    if (!time) co_return std::unexpected(Status::invalid_date_time);
    if (!event->recurrence) co_return std::unexpected(Status::no_recurrence);
    instance = *time;
    // What cannot be taken out of the series is none of its occurrences.
    const auto others = convert::ical::apply_event(there->text, event->uid,
                                                   mapping::without_occurrence(*instance), context);
    if (!others) co_return std::unexpected(Status::item_not_found);
  }
  auto calendar = convert::ical::make_request(there->text, event->uid, instance, context);
  if (!calendar) co_return std::unexpected(Status::item_not_found);
  co_return SourceEvent{std::move(*event), std::move(*calendar)};
}

/// [MS-ASCMD] Forwardees: the event as an invitation of its organizer's, in a mail of the user's.
Task<Sending<std::string>> compose_forward(Session& session, const SendRequest& request) {
  // [MS-ASCMD] Forwardees: of calendar items alone.
  if (sync::parse_mail_id(source_id(request)))
    co_return std::unexpected(Status::invalid_forwardees);
  auto source = co_await find_source_event(session, request);
  if (!source) co_return std::unexpected(source.error());
  co_await learn_language(session);
  compose::MeetingMail mail{
      .author = identity_of(session.account),
      .to = request.forwardees,
      .subject = "FW: " + source->event.details.subject,
      .text = request.words + "\n\n" + compose::describe(source->event, mail_texts_of(session)),
      .method = "REQUEST",
      .calendar = std::move(source->calendar),
      .stamp = {},
      .language = mail_language(session)};
  co_return compose::compose_meeting_mail(mail);
}

/// The device's mail with an event in it; a forward takes the invitation along.
template <bool forward>
Task<Sending<Outgoing>> compose_with_event(Session& session, const SendRequest& request,
                                           const Original*, std::string unique) {
  http::Spools& spools = session.services.spools;
  auto source = co_await find_source_event(session, request);
  if (!source) co_return std::unexpected(source.error());
  co_await learn_language(session);
  compose::OriginalEvent original(source->event, std::move(source->calendar),
                                  mail_texts_of(session));
  compose::Stretch mime{session.request.body, request.mime};
  compose::Answer answer{co_await compose::with_line_ends(spools, std::move(mime)), forward,
                         std::move(unique)};
  auto made = co_await compose::compose_answer(spools, std::move(answer), original);
  if (!made) co_return std::unexpected(Status::invalid_mime);
  co_return Outgoing{std::move(made->header), std::move(made->content)};
}

/// SmartReply and SmartForward of an event, in a mail of the device's.
Task<Answer> run_with_event(Session& session, SendRequest request, bool forward) {
  const auto source = co_await find_source_event(session, request);
  Sending<std::optional<Original>> original;
  if (!source) original = std::unexpected(source.error());
  const Composer with_event = forward ? &compose_with_event<true> : &compose_with_event<false>;
  const Composer composer = request.replace_mime ? &compose_plain : with_event;
  co_return co_await send_once(session, std::move(request), std::move(original), composer);
}

Task<Answer> forward_event(Session& session, SendRequest request) {
  auto mail = co_await compose_forward(session, request);
  // Sent before, an event that went since is no failure: an empty mail is never sent.
  Sending<std::optional<Original>> original;
  if (!mail) original = std::unexpected(mail.error());
  session.request.body = http::text_body(mail ? std::move(*mail) : std::string());
  request.mime = session.request.body->view();
  co_return co_await send_once(session, std::move(request), std::move(original), &compose_plain);
}

Task<Answer> run(Session& session, bool forward) {
  auto request = read_send_request(session);
  if (!request) co_return Failed{request.error()};
  if (!request->forwardees.empty()) {
    if (!request->has_source) co_return Failed{eas::Status::invalid_xml};
    co_return co_await forward_event(session, std::move(*request));
  }
  if (!request->has_source) {
    co_return Failed{session.has_document ? Status::invalid_xml : Status::invalid_ids};
  }
  if (!sync::parse_mail_id(source_id(*request)) && session.items() != nullptr) {
    co_return co_await run_with_event(session, std::move(*request), forward);
  }
  auto found = co_await find_original(session, *request, forward);
  Sending<std::optional<Original>> original;
  if (found) {
    original->emplace(std::move(*found));
  } else {
    original = std::unexpected(found.error());
  }
  const Composer composer = request->replace_mime ? &compose_plain : &compose_with_original;
  co_return co_await send_once(session, std::move(*request), std::move(original), composer);
}

}  // namespace

Task<Answer> smart_forward(Session& session) { co_return co_await run(session, true); }
Task<Answer> smart_reply(Session& session) { co_return co_await run(session, false); }

}  // namespace godwit::command

#include "command/meeting_request.hpp"

#include <utility>

#include "base/text.hpp"
#include "convert/html.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/imip.hpp"
#include "mapping/calendar.hpp"
#include "sync/server_id.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/meeting_response.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;
namespace tag = wbxml::meeting_response;
using eas::Version;
using wbxml::Element;
using Found = std::expected<MeetingTarget, MeetingFailure>;

std::unexpected<MeetingFailure> bad(MeetingFailure status) { return std::unexpected(status); }

/// [MS-ASCMD] UserResponse
Response response_of(std::string_view text) {
  if (text == "1") return Response::accepted;
  if (text == "2") return Response::tentative;
  return text == "3" ? Response::declined : Response::none;
}

/// [MS-ASCMD] ProposedStartTime: both or none, from 16.1 on.
bool read_proposal(const Element& send, Version version, MeetingRequest& out) {
  const bool starts = send.has(tag::ProposedStartTime);
  if (starts != send.has(tag::ProposedEndTime)) return false;
  if (!starts) return true;
  if (version < Version::v16_1) return false;
  const auto start = mapping::parse_date(trim(send.text_of(tag::ProposedStartTime)));
  const auto end = mapping::parse_date(trim(send.text_of(tag::ProposedEndTime)));
  if (!start || !end || *end < *start) return false;
  out.proposed_start = *start;
  out.proposed_end = *end;
  return true;
}

bool read_send(const Element& send, Version version, MeetingRequest& out) {
  if (version < Version::v16_0) return false;
  out.send_response = true;
  if (const Element* const body = send.find(wbxml::airsyncbase::Body)) {
    const auto text = mapping::read_item_body(*body);
    if (!text) return false;
    const ItemBody said = text->applied_to({});
    out.comment = said.type == ItemBody::Type::html ? convert::html_to_text(said.text) : said.text;
    out.comment = trim(out.comment);
  }
  return read_proposal(send, version, out);
}

MeetingRequest read_request(const Element& element, Version version) {
  MeetingRequest out;
  out.request_id = trim(element.text_of(tag::RequestId));
  out.collection_id = trim(element.text_of(tag::CollectionId));
  out.long_id = trim(element.text_of(wbxml::search::LongId));
  out.response = response_of(trim(element.text_of(tag::UserResponse)));
  if (element.has(tag::InstanceId)) out.instance_id = trim(element.text_of(tag::InstanceId));
  if (const Element* const send = element.find(tag::SendResponse)) {
    out.is_bad = !read_send(*send, version, out);
  }
  return out;
}

Task<Found> find_invitation(Session& session, sync::MailId id) {
  const auto table = co_await session.folder_table();
  const sync::FolderRow* const row = table.find(id.collection);
  auto folder = row == nullptr ? FolderKey::parse("") : FolderKey::parse(row->key);
  if (!folder) co_return bad(meeting_status::invalid);
  const auto messages = co_await session.mail().fetch(*folder, id.uid_validity, {id.uid});
  if (!messages || messages->empty()) co_return bad(meeting_status::invalid);
  const Message& message = messages->front();
  const Part* const part = ical::meeting_part(message.structure);
  if (part == nullptr) co_return bad(meeting_status::invalid);
  std::vector<backend::PartRange> ranges{{id.uid, part->section, 0, part->size}};
  auto raw = co_await session.mail().read(*folder, id.uid_validity, std::move(ranges));
  if (!raw || raw->empty()) co_return bad(meeting_status::invalid);
  MeetingTarget out;
  out.calendar = ical::meeting_text(*part, raw->front());
  auto meeting =
      ical::read_meeting_message(out.calendar, part->parameter("method"), session.calendar());
  const bool asks = meeting && meeting->method == MeetingMessage::Method::request &&
                    !meeting->event.organizer_is_user;
  if (!asks) co_return bad(meeting_status::invalid);
  out.event = std::move(meeting->event);
  out.uid = out.event.uid;
  out.instance = out.event.orphan_of;
  out.mail = Move{*folder, id.uid_validity, id.uid, *folder};
  out.likeness = likeness_of(message);
  co_return out;
}

Task<Found> find_in_calendar(Session& session, const MeetingRequest& request) {
  // [MS-ASCMD] MeetingResponse: below 14.1 the calendar folder cannot be answered from.
  if (session.version < Version::v14_1) co_return bad(meeting_status::invalid);
  const std::string collection(request.id().substr(0, request.id().find(':')));
  auto there = co_await find_event(session, collection, request.id());
  if (!there) co_return bad(meeting_status::invalid);
  MeetingTarget out;
  ical::Repairs repairs;
  auto event = ical::read_event(there->text, {}, session.calendar(), repairs);
  const bool asks = event && event->organizer && !event->organizer_is_user;
  if (!asks) co_return bad(meeting_status::invalid);
  out.event = std::move(*event);
  out.uid = out.event.uid;
  out.calendar = std::move(there->text);
  if (!request.instance_id) co_return out;
  // [MS-ASCMD] Status (MeetingResponse) 2: it is null.
  if (request.instance_id->empty()) co_return bad(meeting_status::invalid);
  const auto instance = read_occurrence(*request.instance_id, out.event, session.version);
  if (!instance) co_return bad(std::to_underlying(eas::Status::invalid_date_time));
  if (!out.event.recurrence && !out.event.orphan_of) {
    co_return bad(std::to_underlying(eas::Status::no_recurrence));
  }
  out.instance = *instance;
  co_return out;
}

}  // namespace

std::optional<std::vector<MeetingRequest>> read_meeting_requests(const Element& document,
                                                                 Version version) {
  std::vector<MeetingRequest> out;
  for (const Element& child : document.children) {
    if (child.tag != tag::Request) return std::nullopt;
    out.push_back(read_request(child, version));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

Task<Found> find_meeting(Session& session, const MeetingRequest& request) {
  if (request.response == Response::none || request.is_bad) co_return bad(meeting_status::invalid);
  // The id says which folder it is of. Some devices name the calendar with a mail's id, or the
  // other way about, when the user answers from the other one.
  if (auto id = sync::parse_mail_id(request.id())) {
    // [MS-ASCMD] Status (MeetingResponse) 2: any InstanceId with a mail.
    if (request.instance_id) co_return bad(meeting_status::invalid);
    co_return co_await find_invitation(session, std::move(*id));
  }
  co_return co_await find_in_calendar(session, request);
}

}  // namespace godwit::command

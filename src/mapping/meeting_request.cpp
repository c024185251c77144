#include "mapping/meeting_request.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "mapping/calendar_rows.hpp"
#include "mapping/email.hpp"
#include "mapping/global_object_id.hpp"
#include "mapping/recurrence.hpp"
#include "mapping/time_zone.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::mapping {
namespace {

namespace chrono = std::chrono;
namespace email = wbxml::email;
using eas::Version;
using wbxml::Tag;
using wbxml::Writer;
using Method = MeetingMessage::Method;

constexpr std::uint32_t reminder_seconds_max = 65'535;  // [MS-ASEMAIL] schema: an unsigned short
constexpr std::size_t uid_characters_max = 300;         // [MS-ASCAL] UID

/// [MS-ASEMAIL] InstanceType
enum class InstanceType : std::uint8_t { single = 0, master = 1, exception = 3 };
/// [MS-ASEMAIL] MeetingMessageType
enum class MessageType : std::uint8_t { unspecified = 0, initial = 1, full_update = 2 };

InstanceType instance_type(const Event& event) {
  if (event.orphan_of) return InstanceType::exception;
  return event.recurrence ? InstanceType::master : InstanceType::single;
}

MessageType message_type(const MeetingMessage& meeting) {
  if (meeting.method != Method::request) return MessageType::unspecified;
  return meeting.event.sequence == 0 ? MessageType::initial : MessageType::full_update;
}

/// [MS-ASEMAIL] BusyStatus: what it will be when it is accepted; 4 from 16.0 on.
std::int64_t busy_status(BusyStatus status, Version version) {
  if (status == BusyStatus::unknown) return static_cast<std::int64_t>(BusyStatus::busy);
  if (status == BusyStatus::working_elsewhere && version < Version::v16_0) {
    return static_cast<std::int64_t>(BusyStatus::busy);
  }
  return static_cast<std::int64_t>(status);
}

class MeetingWriter {
 public:
  MeetingWriter(const MeetingMessage& meeting, Version version, Writer& out)
      : meeting_(meeting),
        event_(meeting.event),
        details_(meeting.event.details),
        writing_{meeting.event, version},
        version_(version),
        out_(out) {}

  /// The order is the schema's.
  void run() {
    out_.open(email::MeetingRequest);
    out_.boolean(email::AllDayEvent, details_.all_day);
    if (meeting_.has_times) date(email::StartTime, details_.start);
    out_.text(email::DtStamp, format_dashed_date(meeting_.stamp));
    if (meeting_.has_times) date(email::EndTime, details_.end);
    out_.number(email::InstanceType, static_cast<std::int64_t>(instance_type(event_)));
    place();
    if (event_.organizer) organizer();
    if (event_.orphan_of) date(email::RecurrenceId, *event_.orphan_of);
    if (details_.reminder_minutes) reminder(*details_.reminder_minutes);
    out_.boolean(email::ResponseRequested, event_.response_requested);
    if (event_.recurrence) recurrence();
    out_.number(email::Sensitivity, static_cast<std::int64_t>(details_.sensitivity));
    out_.number(email::BusyStatus, busy_status(details_.busy_status, version_));
    out_.text(email::TimeZone, format_time_zone(event_.zone_rules));
    identity();
    out_.close();
  }

 private:
  void date(Tag tag, Time time) {
    out_.text(tag, format_dashed_date(writing_.wire(time, details_.all_day)));
  }

  void place() {
    if (version_ >= Version::v16_0) return write_location(details_.location, out_);
    const std::string& name = details_.location.display_name;
    if (!name.empty()) out_.text(email::Location, name);
  }

  void organizer() {
    const Organizer& organizer = *event_.organizer;
    std::string name = organizer.name;
    std::erase_if(name, [](char c) { return c == '"' || c == '\\'; });
    out_.text(email::Organizer,
              name == organizer.email ? name : '"' + name + "\" <" + organizer.email + '>');
  }

  void reminder(std::uint32_t minutes) {
    out_.number(email::Reminder, std::min(minutes * 60, reminder_seconds_max));
  }

  void recurrence() {
    Recurrence pattern = *event_.recurrence;
    if (pattern.until) pattern.until = writing_.wire(*pattern.until, details_.all_day);
    out_.open(email::Recurrences);
    write_recurrence(pattern, RecurrenceOf::email, version_, out_);
    out_.close();
  }

  void identity() {
    const bool has_uid = version_ >= Version::v16_0;
    if (!has_uid) out_.text(email::GlobalObjId, global_object_id(event_.uid, day()));
    if (version_ >= Version::v14_0) {
      out_.boolean(email::DisallowNewTimeProposal, event_.disallows_new_time_proposal);
    }
    if (version_ >= Version::v14_1) {
      out_.number(wbxml::email2::MeetingMessageType,
                  static_cast<std::int64_t>(message_type(meeting_)));
    }
    if (!has_uid) return;
    out_.text(wbxml::calendar::UID, utf8_prefix_characters(event_.uid, uid_characters_max));
    if (version_ < Version::v16_1) return;
    // [MS-ASCMD] ProposedEndTime: both or none.
    if (!meeting_.proposed_start || !meeting_.proposed_end) return;
    proposed(wbxml::meeting_response::ProposedStartTime, *meeting_.proposed_start);
    proposed(wbxml::meeting_response::ProposedEndTime, *meeting_.proposed_end);
  }

  void proposed(Tag tag, Time time) { out_.text(tag, format_compact_date(time)); }

  /// The day of the occurrence in the organizer's zone.
  std::optional<chrono::year_month_day> day() const {
    if (!event_.orphan_of) return std::nullopt;
    const LocalTime local =
        details_.all_day
            ? LocalTime(chrono::floor<chrono::seconds>(event_.orphan_of->time_since_epoch()))
            : event_.zone_rules.to_local(*event_.orphan_of);
    return chrono::year_month_day(chrono::floor<chrono::days>(local));
  }

  const MeetingMessage& meeting_;
  const Event& event_;
  const EventDetails& details_;
  EventWriting writing_;
  Version version_;
  Writer& out_;
};

}  // namespace

std::string_view message_class_of(const MeetingMessage& meeting) {
  switch (meeting.method) {
    case Method::request:
      return "IPM.Schedule.Meeting.Request";
    case Method::cancel:
      return "IPM.Schedule.Meeting.Canceled";
    case Method::decline_counter:
      return {};
    case Method::counter:
    case Method::reply:
      break;
  }
  const Response answer = meeting.responder ? meeting.responder->status : Response::tentative;
  if (answer == Response::declined) return "IPM.Schedule.Meeting.Resp.Neg";
  if (answer == Response::accepted) return "IPM.Schedule.Meeting.Resp.Pos";
  return "IPM.Schedule.Meeting.Resp.Tent";
}

void write_meeting_request(const MeetingMessage& meeting, Version version, Writer& writer) {
  const bool asks = meeting.method == Method::request || meeting.method == Method::cancel;
  if (meeting.method == Method::decline_counter) return;
  if (asks && meeting.event.organizer_is_user) return;
  MeetingWriter(meeting, version, writer).run();
}

}  // namespace godwit::mapping

/// Scheduling mails on their way out, each exactly once: written whole into an intent before
/// anything else is done, and submitted as those bytes under that id until the intent is closed;
/// then saved in Sent (engine.md §2, docs/adr/0012-who-sends-what.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/pack.hpp"
#include "command/sent_copy.hpp"
#include "command/session.hpp"
#include "convert/address.hpp"
#include "item/event.hpp"

namespace godwit::command {

struct MeetingMail {
  std::string from;             // address only
  std::vector<std::string> to;  // addresses only
  std::string id;               // of the envelope
  std::string text;             // the whole message
  Time date{};
  SentPlace sent{};  // looked at before the intent is opened
};
void pack(const MeetingMail& mail, Packer& out);
MeetingMail unpack_meeting_mail(Unpacker& in);

struct MeetingDraft {
  std::vector<convert::Mailbox> to;
  std::string subject, text;  // UTF-8
  std::string method;         // `REPLY`
  std::string calendar;
};
MeetingMail write_meeting_mail(Session& session, MeetingDraft draft);

enum class MeetingSent : std::uint8_t {
  taken,
  refused,  // for good: it is logged, and nothing else can be done
  later,    // the intent stays
};
/// `again`: by an intent of an earlier request, which may have done it.
Task<MeetingSent> send_meeting_mail(Session& session, MeetingMail mail, bool again);

/// Remembers, for when a device sends it too, that removing the user's own meeting made the
/// calendar's server tell these.
store::Write note_told(Session& session, std::string_view uid,
                       const std::vector<std::string>& told);
/// Recipients of a device's mail whom the calendar's server tells of the user's meeting by itself.
Task<std::vector<std::string>> told_already(Session& session, std::string_view mime);

/// Remembers that an answer was told without the device, for when it sends it after all.
store::Write note_answer(Session& session, std::string_view uid, Response response);
/// Whether a mail that a device wants to be sent is an answer that was told within ten minutes.
Task<bool> answered_already(Session& session, std::string_view mime);

}  // namespace godwit::command

/// Mails that carry a scheduling message: text for people beside the calendar for programs.
/// RFC 6047
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compose/letter.hpp"
#include "compose/mail_texts.hpp"
#include "convert/address.hpp"
#include "item/event.hpp"

namespace godwit::compose {

struct MeetingMail {
  Identity author;
  std::vector<convert::Mailbox> to;  // not empty
  std::string subject;
  std::string text;    // UTF-8, any line ends
  std::string method;  // `REQUEST`
  std::string calendar;
  Stamp stamp;
  Language language = Language::english;  // of `text`
};
/// The whole message; the same for the same mail. Without a Message-ID in `stamp` it lacks what
/// `complete` adds.
std::string compose_meeting_mail(const MeetingMail& mail);

/// When and where an event is, for people, in its own zone: a line each.
std::string describe(const Event& event, const MailTexts& texts);

}  // namespace godwit::compose

/// What scheduling messages make of the calendars of those whom they reach: an invitation stands
/// there tentatively before anybody answered it. RFC 5546, docs/adr/0012-who-sends-what.md
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backend/local/collections.hpp"
#include "backend/local/content.hpp"
#include "convert/ical/context.hpp"

namespace godwit::backend::local {

struct SchedulingMail {
  std::string calendar;
  std::string method;  // as its part names it
  std::string author;  // the address in From
};
/// Nothing: the mail is none. Reads no more of the message than that part.
std::optional<SchedulingMail> scheduling_mail_of(const Content& content,
                                                 const MessageSource& message);

/// Inside the transaction that stores the mail. Applied only where it comes from the organizer (a
/// request, a cancellation) or from who answers (a reply). The calendar that changed; nothing: none
/// did. What cannot be read is a mail and no more.
std::optional<FolderKey> place(Database& database, RowId user, const SchedulingMail& mail,
                               const convert::ical::Context& context);

}  // namespace godwit::backend::local

/// What the user's own meetings tell others when a device changes them: from 16.0 on the server
/// sends it, up to 14.1 the device does (docs/adr/0012-who-sends-what.md). [MS-ASCAL] 16.x
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/meeting_mail.hpp"
#include "command/session.hpp"
#include "sync/journal.hpp"

namespace godwit::command {

/// An event's text as it is to be stored, and what is sent then.
struct Scheduling {
  std::string text;
  std::vector<MeetingMail> mails;
  /// Who of their recipients the calendar's server tells shows in the event once it is written.
  bool server_tells = false;
  /// Up to 14.1: what the server tells when the event goes, and to whom; the device sends it too.
  std::string uid{};
  std::vector<std::string> told{};
};
/// `before` is empty for a new event, `after` for one that goes. A meeting without an organizer
/// becomes the user's; one that takes place at another time gets the next SEQUENCE, and its
/// attendees are asked anew. `server_tells`: as whom the calendar's server knows the user
/// (Items::scheduling_addresses).
Scheduling schedule(Session& session, const std::string& before, std::string after,
                    const std::vector<std::string>& server_tells);

/// The mails of one change, on their way: durable before the change is made, sent after it.
class SchedulingIntent {
 public:
  /// Does nothing for no mails. `name` differs from change to change; `before` is what stands at
  /// `href` until then.
  static Task<SchedulingIntent> open(Session& session, std::string name, FolderKey collection,
                                     std::string href, const std::string& before,
                                     Scheduling meeting);
  /// The change was made. What nobody can take now is sent with a later request.
  Task<> send(Session& session);
  /// It was not; what an earlier attempt left open stays so.
  Task<> drop(Session& session);

 private:
  std::optional<sync::OpenIntent> intent_;
};
/// Ends what earlier requests of the device left open: sent where the change was made. Costs
/// nothing where none of them changed a meeting. Throws nothing: what fails stays open.
Task<> resume_scheduling(Session& session);

}  // namespace godwit::command

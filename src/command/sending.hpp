/// Sending a mail exactly once, whatever dies in between (engine.md §2): shared by SendMail,
/// SmartReply and SmartForward.
///
/// The intent is durable before the mail is submitted; it holds the Message-ID, the date and where
/// the Sent folder stood. The outcome is durable right after: from then on the same request sends
/// nothing. A request that finds an intent without an outcome submits the same bytes under the same
/// envelope id, which the queue and local delivery take only once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "command/delivery.hpp"
#include "command/session.hpp"
#include "convert/address.hpp"
#include "eas/status.hpp"

namespace godwit::command {

/// What a device asks to be sent. Views are into the request's body.
struct SendRequest {
  std::string_view mime;
  std::string client_id;  // empty up to 12.1
  bool save_in_sent = false;
  bool replace_mime = false;
  // SmartReply and SmartForward: the message that is answered.
  bool has_source = false;
  std::string folder_id, item_id, long_id, instance_id;
  /// SmartForward of an event (16.x): to whom, and what is said to them. Without mime.
  std::vector<convert::Mailbox> forwardees;
  std::string words;
};
/// Errors: [MS-ASCMD] 101, 103, 105, 107, 166, 168, 178, 179.
Sending<SendRequest> read_send_request(const Session& session);

/// The message that a reply or forward is about.
struct Original {
  std::string id;  // as devices know it
  FolderKey folder;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
  bool forward = false;
};

/// Makes what goes out. `unique`: differs from mail to mail, is the same for a repeated request.
using Composer = Task<Sending<Outgoing>> (*)(Session& session, const SendRequest& request,
                                             const Original* original, std::string unique);
/// The device's mail as it is, line ends repaired.
Task<Sending<Outgoing>> compose_plain(Session& session, const SendRequest& request,
                                      const Original* original, std::string unique);

/// `original`: what the request names, or why it names nothing; a request that was done already is
/// answered without it.
Task<Answer> send_once(Session& session, SendRequest request,
                       Sending<std::optional<Original>> original, Composer composer);

}  // namespace godwit::command

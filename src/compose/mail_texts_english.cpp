#include "compose/mail_texts.hpp"

namespace godwit::compose {

const MailTexts& english_mail_texts() {
  static constexpr MailTexts texts{
      .device_facts = {"User", "Device", "Type", "Model", "Name", "System", "Program", "Address",
                       "Rule"},
      .waiting_subject = "A new device waits for approval",
      .waiting_text =
          "A new device uses your account. It gets no mail until an administrator has let it in.\n"
          "\n{}\n"
          "If it is yours, there is nothing to do: mail comes by itself when it is let in.\n"
          "If it is not yours, change your password and tell your administrator.\n",
      .admin_subject = "Device of {} in quarantine",
      .admin_text = "A device waits for your decision.\n\n{}\nLet it in, or keep it out{}:\n\n{}",
      .decide_on_server = " on the server",
      .decide_on_page = " on its page:\n\n  {}\n\nor on the server",
      .inbox = "Inbox",
      .held_subject = "This device waits for approval",
      .held_text =
          "An administrator has to let this device in before it gets your mail. Nothing has to be "
          "done on the device: when it is let in, mail comes by itself.\r\n\r\n{}",
      .bounce_subject = "Undelivered mail returned to sender",
      .bounce_author = "Mail Delivery",
      .bounce_intro = "Your mail could not be delivered to:",
      .bounce_expired = "It was tried for several days and is given up now.",
      .bounce_end = "The header of your mail is attached. Nothing more will be tried.",
      .accepted_subject = "Accepted: {}",
      .accepted_text = "{} has accepted this meeting.",
      .tentative_subject = "Tentative: {}",
      .tentative_text = "{} has tentatively accepted this meeting.",
      .declined_subject = "Declined: {}",
      .declined_text = "{} has declined this meeting.",
      .proposed_subject = "New Time Proposed: {}",
      .proposed_text = "{} proposes another time for this meeting.",
      .canceled_subject = "Canceled: {}",
      .event_when = "When: ",
      .event_where = "Where: ",
      .weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
      .original_subject = "Subject: ",
      .original_event = "-------- Original appointment --------",
      .automatic_reply = "Automatic reply: ",
  };
  return texts;
}

}  // namespace godwit::compose

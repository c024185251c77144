/// What Godwit itself writes to people in mails: one table for each language,
/// mail_texts_<language>.cpp. `{}` stand for what a mail is about, in the order that is said here.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/language.hpp"

namespace godwit::compose {

struct MailTexts {
  // A device that waits for a decision. Facts: User, Device, Type, Model, Name, System, Program,
  // Address, Rule; at most eight letters each.
  std::array<std::string_view, 9> device_facts;
  std::string_view waiting_subject;  // to its user
  std::string_view waiting_text;     // facts
  std::string_view admin_subject;    // user
  std::string_view admin_text;       // facts, where to decide, commands
  std::string_view decide_on_server;
  std::string_view decide_on_page;  // page
  std::string_view inbox;           // the one folder of such a device
  std::string_view held_subject;    // the one mail in it
  std::string_view held_text;       // facts

  // A mail that could not be delivered.
  std::string_view bounce_subject;
  std::string_view bounce_author;  // a display name: ASCII letters and blanks
  std::string_view bounce_intro;
  std::string_view bounce_expired;  // of one recipient
  std::string_view bounce_end;

  // Answers to invitations. Subjects: the event's. Sentences: who answers.
  std::string_view accepted_subject, accepted_text;
  std::string_view tentative_subject, tentative_text;
  std::string_view declined_subject, declined_text;
  std::string_view proposed_subject, proposed_text;
  std::string_view canceled_subject;
  std::string_view event_when, event_where;  // before the time and the place
  std::array<std::string_view, 7> weekdays;  // from Sunday on, short
  std::string_view original_subject;         // before the event's
  std::string_view original_event;           // above an event that is forwarded

  std::string_view automatic_reply;  // before the subject that is answered
};

const MailTexts& mail_texts(Language language);
const MailTexts& english_mail_texts();
const MailTexts& french_mail_texts();
const MailTexts& german_mail_texts();

/// `text` with its `{}` filled.
std::string fill(std::string_view text, std::string_view first, std::string_view second = {},
                 std::string_view third = {});

}  // namespace godwit::compose

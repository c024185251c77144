#include "command/item_words.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "convert/ical/ical.hpp"
#include "convert/journal.hpp"
#include "convert/search_text.hpp"
#include "convert/vcard.hpp"
#include "convert/words.hpp"

namespace godwit::command {
namespace {

using Where = backend::MailTerm::Where;

class Lines {
 public:
  void add(Where where, std::string_view text) {
    if (text.empty()) return;
    words_.lines.push_back(
        {where, convert::folded_line(utf8_prefix(text, convert::search_text_bytes_max))});
  }
  void categories(const std::vector<std::string>& names) {
    for (const std::string& name : names) add(Where::category, name);
  }
  void person(Where where, const std::string& name, const std::string& address) {
    add(where, name + ' ' + address);
  }
  ItemWords done(Time when) && {
    words_.when = when;
    return std::move(words_);
  }

 private:
  ItemWords words_;
};

void add_details(const EventDetails& details, Lines& out) {
  out.add(Where::subject, details.subject);
  const Location& place = details.location;
  for (const std::string* part : {&place.display_name, &place.annotation, &place.street,
                                  &place.city, &place.state, &place.country, &details.body}) {
    out.add(Where::text, *part);
  }
  out.categories(details.categories);
  for (const Attendee& attendee : details.attendees) {
    out.person(Where::to, attendee.name, attendee.email);
  }
  for (const EventAttachment& attachment : details.attachments) {
    out.add(Where::text, attachment.name);
  }
}

Result<ItemWords> words_of_event(std::string_view text, const convert::ical::Context& user) {
  convert::ical::Repairs repairs;
  const auto event = convert::ical::read_event(text, {}, user, repairs);
  if (!event) return pass(event);
  Lines out;
  add_details(event->details, out);
  if (event->organizer) out.person(Where::from, event->organizer->name, event->organizer->email);
  for (const EventException& exception : event->exceptions) add_details(exception.details, out);
  return std::move(out).done(event->details.start);
}

Result<ItemWords> words_of_contact(std::string_view text) {
  const auto contact = convert::read_contact(text);
  if (!contact) return pass(contact);
  if (contact->is_group) return fail(Errc::unsupported, "a list of contacts");
  Lines out;
  for (std::size_t i = 0; i < contact->texts.size(); ++i) {
    // The names come first in the enumeration (item/contact.hpp).
    const bool name = i <= std::to_underlying(ContactText::company);
    out.add(name ? Where::subject : Where::text, contact->texts[i]);
  }
  for (const std::string& child : contact->children) out.add(Where::text, child);
  out.categories(contact->categories);
  return std::move(out).done({});
}

Result<ItemWords> words_of_task(std::string_view text, const convert::ical::Context& user) {
  convert::ical::Repairs repairs;
  const auto task = convert::ical::read_task(text, {}, user, repairs);
  if (!task) return pass(task);
  Lines out;
  out.add(Where::subject, task->subject);
  out.add(Where::text, task->body);
  out.categories(task->categories);
  return std::move(out).done(task->utc_due_date.value_or(Time{}));
}

Result<ItemWords> words_of_note(std::string_view text) {
  const auto note = convert::read_note(text);
  if (!note) return pass(note);
  Lines out;
  out.add(Where::subject, note->subject);
  out.add(Where::text, note->body);
  out.categories(note->categories);
  return std::move(out).done(note->last_modified);
}

bool holds(const ItemWords& item, const backend::MailTerm& term) {
  const bool whole = term.where == Where::category;
  const std::string name = whole ? convert::folded_line(term.words) : std::string();
  return std::ranges::any_of(item.lines, [&](const ItemLine& line) {
    if (whole) return line.where == Where::category && line.words == name;
    return (term.where == Where::anywhere || term.where == line.where) &&
           convert::holds_phrase(line.words, term.words);
  });
}

}  // namespace

Result<ItemWords> words_of(ItemClass item_class, std::string_view text,
                           const convert::ical::Context& user) {
  switch (item_class) {
    case ItemClass::calendar:
      return words_of_event(text, user);
    case ItemClass::contacts:
      return words_of_contact(text);
    case ItemClass::tasks:
      return words_of_task(text, user);
    case ItemClass::notes:
      return words_of_note(text);
    case ItemClass::email:
    case ItemClass::recipients:
      break;
  }
  return fail(Errc::unsupported, "no text item");
}

bool matches(const ItemWords& item, const std::vector<backend::MailClause>& clauses) {
  return std::ranges::all_of(clauses, [&](const backend::MailClause& clause) {
    const auto held = std::ranges::find_if(
        clause.terms, [&](const backend::MailTerm& term) { return holds(item, term); });
    return (held != clause.terms.end()) != clause.negated;
  });
}

}  // namespace godwit::command

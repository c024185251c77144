#include "mapping/notes.hpp"

#include "base/text.hpp"
#include "mapping/contacts.hpp"
#include "mapping/email.hpp"
#include "mapping/text_body.hpp"
#include "wbxml/pages/notes.hpp"

namespace godwit::mapping {
namespace {

namespace notes = wbxml::notes;
using wbxml::Element;

constexpr std::string_view note_class = "IPM.StickyNote";

/// [MS-ASNOTE] MessageClass: IPM.StickyNote or a subclass of it.
bool is_note_class(std::string_view text) {
  return istarts_with(text, note_class) &&
         (text.size() == note_class.size() || text[note_class.size()] == '.');
}

}  // namespace

void write_note(const Note& note, wbxml::Writer& writer) {
  if (!note.subject.empty()) writer.text(notes::Subject, note.subject);
  writer.text(notes::MessageClass, note.message_class);
  writer.text(notes::LastModifiedDate, format_compact_date(note.last_modified));
  if (note.categories.empty()) return;
  writer.open(notes::Categories);
  for (const std::string& category : note.categories) writer.text(notes::Category, category);
  writer.close();
}

Result<NotePatch> read_note_change(const Element& data) {
  NotePatch patch;
  const auto message_class = trim(data.text_of(notes::MessageClass));
  if (!is_note_class(message_class)) return fail(Errc::malformed, "not a note's MessageClass");
  patch.message_class = Change<std::string>::set(std::string(message_class));
  if (const Element* subject = data.find(notes::Subject)) {
    patch.subject = text_change(subject->text);
  }
  using Strings = std::vector<std::string>;
  Strings categories;
  if (const Element* list = data.find(notes::Categories)) {
    if (list->children.size() > contact_list_max) return fail(Errc::malformed, "a long list");
    for (const Element& child : list->children) categories.emplace_back(trim(child.text));
  }
  patch.categories =
      categories.empty() ? Change<Strings>::clear() : Change<Strings>::set(std::move(categories));
  auto body = read_text_body(data);
  if (!body) return pass(body);
  if (body->text.keeps()) return patch;
  patch.html = body->html ? body->text : Change<std::string>::clear();
  if (!body->html) patch.body = body->text;
  return patch;
}

}  // namespace godwit::mapping

// links: godwit_convert
// parser: convert/vcard_line.hpp convert/vcard_slots.hpp convert/vcard_value.hpp
// vCards and VJOURNALs: whatever comes is read within bounds or refused; an empty edit changes no
// byte; what an edit wrote is read back; everything can be set, cleared and made anew.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "convert/journal.hpp"
#include "convert/vcard.hpp"

namespace {

using namespace godwit;

void require(bool holds) {
  if (!holds) std::abort();
}

void edit(std::string_view text, const Contact& contact) {
  require(convert::apply_contact(text, {}).value() == text);
  for (const auto each : {ContactText::first_name, ContactText::email1, ContactText::notes,
                          ContactText::home_city, ContactText::home_phone}) {
    ContactPatch patch;
    patch[each] = Change<std::string>::set("v;a,l\\ue");
    const auto edited = convert::apply_contact(text, patch);
    require(edited.has_value());
    const auto again = convert::read_contact(*edited);
    require(again.has_value() && (*again)[each] == "v;a,l\\ue");
    require(again->picture == contact.picture);
  }
}

/// Every property another value, and none.
void edit_all(std::string_view text) {
  using std::chrono::day, std::chrono::month, std::chrono::year;
  ContactPatch patch;
  ContactPatch clear;
  for (std::size_t i = 0; i < contact_text_count; ++i) {
    patch.texts[i] = Change<std::string>::set("\"n" + std::to_string(i) + "\" <a@b>");
    clear.texts[i] = Change<std::string>::clear();
  }
  patch.categories = Change<std::vector<std::string>>::set({"a,b", "c"});
  clear.categories = Change<std::vector<std::string>>::clear();
  patch.children = Change<std::vector<std::string>>::set({"d;e"});
  clear.children = Change<std::vector<std::string>>::clear();
  patch.birthday = Change<ContactDate>::set({yearless_year, month(2), day(29)});
  clear.birthday = Change<ContactDate>::clear();
  patch.anniversary = Change<ContactDate>::set({year(1999), month(12), day(31)});
  clear.anniversary = Change<ContactDate>::clear();
  patch.picture = Change<std::string>::set(std::string("\xFF\xD8\xFF\0", 4));
  clear.picture = Change<std::string>::clear();
  const auto full = convert::apply_contact(text, patch, "uid");
  require(full && convert::read_contact(*full));
  const auto cleared = convert::apply_contact(*full, clear);
  require(cleared && convert::read_contact(*cleared));
}

void edit_note(std::string_view text) {
  constexpr Time now{std::chrono::seconds(1'720'000'000)};
  NotePatch patch;
  patch.subject = Change<std::string>::set("a\\n;b");
  patch.body = Change<std::string>::set("c\nd");
  patch.html = Change<std::string>::set("<b>e</b>");
  patch.categories = Change<std::vector<std::string>>::set({"f,g", "h"});
  const auto edited = convert::apply_note(text, patch, now, "uid");
  require(edited.has_value());
  const auto again = convert::read_note(*edited);
  require(again && again->subject == "a\\n;b" && again->body == "c\nd");
  require(again->html == "<b>e</b>" && again->categories.size() == 2 &&
          again->last_modified == now);
  NotePatch clear;
  clear.subject = Change<std::string>::clear();
  clear.body = Change<std::string>::clear();
  clear.html = Change<std::string>::clear();
  clear.categories = Change<std::vector<std::string>>::clear();
  const auto cleared = convert::apply_note(*edited, clear, now, "uid");
  require(cleared.has_value());
  const auto none = convert::read_note(*cleared);
  require(none && none->subject.empty() && none->body.empty() && none->categories.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) {
    edit_all(text);
    edit_note(text);
  }
  if (const auto contact = convert::read_contact(text)) {
    edit(text, *contact);
    edit_all(text);
  }
  if (convert::read_note(text)) {
    require(convert::apply_note(text, {}, Time{}, "").value() == text);
    edit_note(text);
  }
  return 0;
}

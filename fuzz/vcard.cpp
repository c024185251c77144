// links: godwit_convert
// vCards and VJOURNALs: whatever comes is read within bounds or refused; an empty edit changes no
// byte; what an edit wrote is read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto contact = convert::read_contact(text)) edit(text, *contact);
  if (convert::read_note(text)) {
    require(convert::apply_note(text, {}, Time{}, "").value() == text);
  }
  return 0;
}

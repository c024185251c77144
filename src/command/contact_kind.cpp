// Contacts: vCards ([MS-ASCNTC]).
#include "command/item_kind.hpp"
#include "convert/vcard.hpp"
#include "mapping/contacts.hpp"
#include "mapping/email.hpp"

namespace godwit::command {
namespace {

using enum ContactText;

/// As a device can hold it: what is not sent is not there.
Contact for_device(Contact contact) {
  if (contact.picture.size() > mapping::contact_picture_bytes_max) contact.picture.clear();
  return contact;
}

Result<RenderedItem> render(std::string_view text, const ItemOptions& options,
                            std::string_view /*id*/) {
  auto contact = convert::read_contact(text);
  if (!contact) return pass(contact);
  if (contact->is_group) return fail(Errc::unsupported, "a list of contacts");
  Contact shown = for_device(std::move(*contact));
  RenderedItem item;
  item.digests = digests_of(shown).packed();
  item.size = shown.picture.size() * 4 / 3 + shown[notes].size() + 500;
  item.write = [shown, options](wbxml::Writer& out) {
    write_item_body(shown[notes], "", options, out);
    mapping::write_contact(shown, out, std::chrono::minutes(options.behaviour.contact_minutes));
    mapping::write_native_body_type(1, out);
  };
  return item;
}

/// Takes out of an edit what only repeats how little the device was sent.
void keep_unsent(ContactPatch& patch, const Contact& current, const ItemOptions& options) {
  const auto* body = patch[notes].value();
  const auto sent = truncated_body(current[notes], options);
  if (body != nullptr && sent.size() < current[notes].size() && *body == sent) patch[notes] = {};
  if (patch.picture.clears() && current.picture.size() > mapping::contact_picture_bytes_max) {
    patch.picture = {};
  }
}

Result<EditedItem> edit(const ItemEdit& edit) {
  auto patch = mapping::read_contact_change(*edit.data, edit.supported);
  if (!patch) return pass(patch);
  Contact current;
  if (!edit.text.empty()) {
    auto read = convert::read_contact(edit.text);
    if (!read) return pass(read);
    current = std::move(*read);
    keep_unsent(*patch, current, edit.options);
  }
  std::string held = digests_of(for_device(applied(*patch, current))).packed();
  if (edit.base) {
    const PropertyDigests base(*edit.base);
    held = merged(base, digests_of(for_device(current)), PropertyDigests(held), says(*patch))
               .held.packed();
    auto merge = merged(*patch, for_device(current), base);
    if (merge.conflict && !edit.client_wins) return EditedItem{.conflict = true};
    *patch = std::move(merge.patch);
  }
  auto text = convert::apply_contact(edit.text, *patch, edit.uid);
  if (!text) return pass(text);
  return EditedItem{.text = std::move(*text), .digests = std::move(held)};
}

}  // namespace

constinit const ItemKind contact_kind{
    ItemClass::contacts, "Contacts", eas::Version::v12_0, true,
    // [MS-ASCMD] FilterType: contacts ignore what is one of any class.
    [](std::uint8_t filter_type) { return filter_type <= 8; }, &no_floor, &render, &edit};

}  // namespace godwit::command

// Notes: VJOURNAL components ([MS-ASNOTE]).
#include "command/item_kind.hpp"
#include "convert/html.hpp"
#include "convert/journal.hpp"
#include "mapping/notes.hpp"

namespace godwit::command {
namespace {

Result<RenderedItem> render(std::string_view text, const ItemOptions& options,
                            std::string_view /*id*/) {
  auto note = convert::read_note(text);
  if (!note) return pass(note);
  RenderedItem item;
  item.digests = digests_of(*note).packed();
  item.size = note->body.size() + note->html.size() + 200;
  item.write = [note = std::move(*note), options](wbxml::Writer& out) {
    write_item_body(note.body, note.html, options, out);
    mapping::write_note(note, out);
  };
  return item;
}

std::string plain_of(std::string_view html) {
  convert::HtmlToText converter;
  std::string out;
  converter.feed(html, out);
  converter.finish(out);
  std::erase(out, '\r');
  return out;
}

Result<EditedItem> edit(const ItemEdit& edit) {
  auto patch = mapping::read_note_change(*edit.data);
  if (!patch) return pass(patch);
  Note current;
  if (!edit.text.empty()) {
    auto read = convert::read_note(edit.text);
    if (!read) return pass(read);
    current = std::move(*read);
  }
  const auto sent = truncated_body(current.body, edit.options);
  const auto* body = patch->body.value();
  if (body != nullptr && sent.size() < current.body.size() && *body == sent) {
    patch->body = {};
    patch->html = {};
  }
  // The plain form of what the device was sent changes no formatting.
  if (body != nullptr && *body == current.body) patch->html = {};
  if (const auto* html = patch->html.value(); html != nullptr && *html != current.html) {
    patch->body = Change<std::string>::set(plain_of(*html));
  }
  std::string held = digests_of(applied(*patch, current)).packed();
  if (edit.base) {
    const PropertyDigests base(*edit.base);
    held = merged(base, digests_of(current), PropertyDigests(held), says(*patch)).held.packed();
    auto merge = merged(*patch, current, base);
    if (merge.conflict && !edit.client_wins) return EditedItem{.conflict = true};
    *patch = std::move(merge.patch);
  }
  auto text = convert::apply_note(edit.text, *patch, edit.now, edit.uid);
  if (!text) return pass(text);
  return EditedItem{.text = std::move(*text), .digests = std::move(held)};
}

}  // namespace

constinit const ItemKind note_kind{ItemClass::notes,
                                   "Notes",
                                   eas::Version::v14_0,
                                   false,
                                   [](std::uint8_t filter_type) { return filter_type <= 8; },
                                   &no_floor,
                                   &render,
                                   &edit};

}  // namespace godwit::command

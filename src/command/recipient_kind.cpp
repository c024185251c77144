// The recipient information cache: those a user writes to ([MS-ASCMD] CollectionId RI).
#include "command/item_kind.hpp"
#include "item/recipient.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::command {
namespace {

namespace contacts = wbxml::contacts;

/// What stands before the @, where there is no name ([MS-ASCNTC] Alias).
std::string_view alias_of(const Recipient& recipient) {
  return std::string_view(recipient.address).substr(0, recipient.address.find('@'));
}

Result<RenderedItem> render(std::string_view text, const ItemOptions& /*options*/,
                            std::string_view /*id*/) {
  auto recipient = unpack_recipient(text);
  if (!recipient) return pass(recipient);
  RenderedItem item;
  item.digests = digests_of(*recipient).packed();
  item.size = text.size() * 2 + 50;
  item.write = [who = std::move(*recipient)](wbxml::Writer& out) {
    out.text(contacts::FileAs, who.name.empty() ? who.address : who.name);
    out.text(contacts::Email1Address, who.address);
    out.text(contacts::Alias, alias_of(who));
    out.number(contacts::WeightedRank, who.weight);
  };
  return item;
}

Result<EditedItem> edit(const ItemEdit& /*edit*/) {
  return fail(Errc::refused, "those one writes to can only be read");
}

}  // namespace

constinit const ItemKind recipient_kind{ItemClass::recipients,
                                        "Contacts",
                                        eas::Version::v14_0,
                                        true,
                                        [](std::uint8_t filter_type) { return filter_type <= 8; },
                                        &no_floor,
                                        &render,
                                        &edit};

}  // namespace godwit::command

#include "backend/sieve/contacts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "convert/address.hpp"
#include "convert/vcard.hpp"

namespace godwit::backend {
namespace {

constexpr std::size_t batch_items = 100;

void take_addresses(const std::string& card, std::set<std::string>& out) {
  const auto contact = convert::read_contact(card);
  if (!contact) return;
  for (const auto email : {ContactText::email1, ContactText::email2, ContactText::email3}) {
    for (const convert::Mailbox& each : convert::parse_addresses((*contact)[email])) {
      if (out.size() < known_addresses_max && !each.address.empty()) {
        out.insert(ascii_lower(each.address));
      }
    }
  }
}

Task<> read_collection(Items& items, FolderKey collection, std::set<std::string>& out) {
  std::string cursor;
  for (bool more = true; more && out.size() < known_addresses_max;) {
    const auto changes = co_await items.changes(collection, cursor);
    if (!changes) co_return;
    std::vector<std::string> hrefs;
    for (const ItemTag& each : changes->changed) hrefs.push_back(each.href);
    for (std::size_t at = 0; at < hrefs.size(); at += batch_items) {
      const auto begin = hrefs.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(batch_items, hrefs.size() - at);
      std::vector<std::string> some(begin, begin + static_cast<std::ptrdiff_t>(count));
      const auto texts = co_await items.fetch(collection, std::move(some));
      if (!texts) co_return;
      for (const ItemText& each : *texts) take_addresses(each.text, out);
    }
    more = changes->more;
    cursor = changes->cursor;
  }
}

}  // namespace

Task<std::vector<std::string>> contact_addresses(std::shared_ptr<Items> items) {
  std::set<std::string> out;
  const auto collections = co_await items->collections();
  for (const ItemCollection& each : collections) {
    if (each.item_class == ItemClass::contacts) co_await read_collection(*items, each.key, out);
  }
  co_return std::vector<std::string>(out.begin(), out.end());
}

}  // namespace godwit::backend

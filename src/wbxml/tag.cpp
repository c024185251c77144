#include "wbxml/tag.hpp"

#include <algorithm>
#include <array>

#include "wbxml/page.hpp"
#include "wbxml/pages/air_notify.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/compose_mail.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/contacts2.hpp"
#include "wbxml/pages/document_library.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/find.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/gal.hpp"
#include "wbxml/pages/get_item_estimate.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/meeting_response.hpp"
#include "wbxml/pages/move.hpp"
#include "wbxml/pages/notes.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/pages/provision.hpp"
#include "wbxml/pages/resolve_recipients.hpp"
#include "wbxml/pages/rights_management.hpp"
#include "wbxml/pages/search.hpp"
#include "wbxml/pages/settings.hpp"
#include "wbxml/pages/tasks.hpp"
#include "wbxml/pages/validate_cert.hpp"

namespace godwit::wbxml {
namespace {

// By number.
constexpr auto pages = std::to_array<const Page*>({
    &airsync::page,
    &contacts::page,
    &email::page,
    &air_notify::page,
    &calendar::page,
    &move::page,
    &get_item_estimate::page,
    &folder_hierarchy::page,
    &meeting_response::page,
    &tasks::page,
    &resolve_recipients::page,
    &validate_cert::page,
    &contacts2::page,
    &ping::page,
    &provision::page,
    &search::page,
    &gal::page,
    &airsyncbase::page,
    &settings::page,
    &document_library::page,
    &item_operations::page,
    &compose_mail::page,
    &email2::page,
    &notes::page,
    &rights_management::page,
    &find::page,
});

}  // namespace

std::string_view page_name(std::uint8_t page) {
  return page < pages.size() ? pages[page]->name : std::string_view();
}

const TagInfo* find_tag(Tag tag) {
  return tag.page < pages.size() ? pages[tag.page]->find(tag.code) : nullptr;
}

const TagInfo* find_tag(std::string_view page, std::string_view name) {
  const auto found = std::ranges::find(pages, page, &Page::name);
  if (found == pages.end()) return nullptr;
  const auto row = std::ranges::find((*found)->rows, name, &TagInfo::name);
  return row == (*found)->rows.end() ? nullptr : &*row;
}

}  // namespace godwit::wbxml

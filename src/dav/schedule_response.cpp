#include "dav/schedule_response.hpp"

#include "base/text.hpp"
#include "dav/limits.hpp"
#include "dav/xml.hpp"

namespace godwit::dav {
namespace {

std::string text_of(const Element& parent, std::string_view name) {
  const Element* const child = parent.find(caldav_space, name);
  return child == nullptr ? std::string() : std::string(trim(child->text));
}

}  // namespace

Result<std::vector<Recipient>> read_schedule_response(std::string_view body) {
  std::vector<Recipient> out;
  XmlStream xml([&out](Element element) -> Result<> {
    if (!element.is(caldav_space, "response")) return {};
    if (out.size() >= collections_max) return fail(Errc::too_large, "too many recipients");
    Recipient one{.address = {},
                  .status = text_of(element, "request-status"),
                  .data = text_of(element, "calendar-data")};
    if (const Element* const recipient = element.find(caldav_space, "recipient")) {
      const Element* const href = recipient->find(dav_space, "href");
      one.address = trim(href == nullptr ? recipient->text : href->text);
    }
    out.push_back(std::move(one));
    return {};
  });
  xml.append(body);
  const auto root = xml.finish();
  if (!root) return pass(root);
  if (!root->is(caldav_space, "schedule-response")) {
    return fail(Errc::malformed, "no schedule-response");
  }
  return out;
}

}  // namespace godwit::dav

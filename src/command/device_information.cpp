#include "command/device_information.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::settings;

constexpr std::size_t value_characters_max = 1024;  // [MS-ASCMD] DeviceInformation

struct Row {
  wbxml::Tag tag;
  std::string policy::Device::* member;
};
struct Newer {
  wbxml::Tag tag;
  eas::Version since;
};
// [MS-ASCMD] 2.2.3: what not every version has.
constexpr auto newer = std::to_array<Newer>({
    {tag::UserAgent, eas::Version::v12_1},
    {tag::EnableOutboundSMS, eas::Version::v14_0},
    {tag::MobileOperator, eas::Version::v14_0},
});
constexpr auto rows = std::to_array<Row>({
    {tag::Model, &policy::Device::model},
    {tag::IMEI, &policy::Device::imei},
    {tag::FriendlyName, &policy::Device::friendly_name},
    {tag::OS, &policy::Device::os},
    {tag::OSLanguage, &policy::Device::os_language},
    {tag::PhoneNumber, &policy::Device::phone_number},
    {tag::MobileOperator, &policy::Device::mobile_operator},
    {tag::UserAgent, &policy::Device::user_agent},
});

}  // namespace

bool knows_device_information(const wbxml::Element& set, eas::Version version) {
  return std::ranges::all_of(set.children, [&](const wbxml::Element& child) {
    const auto* const late = std::ranges::find(newer, child.tag, &Newer::tag);
    if (late != newer.end()) return version >= late->since;
    return std::ranges::find(rows, child.tag, &Row::tag) != rows.end();
  });
}

Result<> read_device_information(const wbxml::Element& device_information, policy::Device& device) {
  const wbxml::Element* set = device_information.find(tag::Set);
  if (set == nullptr) return fail(Errc::malformed, "DeviceInformation without Set");
  for (const Row& row : rows) {
    const wbxml::Element* element = set->find(row.tag);
    if (row.tag == tag::UserAgent && element == nullptr) continue;  // the request's header stands
    std::string value = element == nullptr ? std::string() : utf8_clean(element->text);
    const bool fits = utf8_prefix_characters(value, value_characters_max).size() == value.size();
    if (!fits) return fail(Errc::malformed, "device information too long");
    device.*row.member = std::move(value);
  }
  return {};
}

}  // namespace godwit::command

#include "command/device_information.hpp"

#include <array>
#include <string>

#include "base/text.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::settings;

constexpr std::size_t value_bytes_max = 1024;  // [MS-ASCMD]: each at most 1024 characters

struct Row {
  wbxml::Tag tag;
  std::string policy::Device::* member;
};
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

Result<> read_device_information(const wbxml::Element& device_information, policy::Device& device) {
  const wbxml::Element* set = device_information.find(tag::Set);
  if (set == nullptr) return fail(Errc::malformed, "DeviceInformation without Set");
  for (const Row& row : rows) {
    const wbxml::Element* element = set->find(row.tag);
    if (row.tag == tag::UserAgent && element == nullptr) continue;  // the request's header stands
    std::string value = element == nullptr ? std::string() : utf8_clean(element->text);
    if (value.size() > value_bytes_max) return fail(Errc::malformed, "device information too long");
    device.*row.member = std::move(value);
  }
  return {};
}

}  // namespace godwit::command

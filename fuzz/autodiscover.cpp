// links: godwit_autodiscover
/// What clients that look for a server send: what is taken for an address is one, whatever stands
/// in a request comes into an answer as text, and a host that is not ours into none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "autodiscover/answer.hpp"
#include "autodiscover/client.hpp"
#include "autodiscover/request.hpp"
#include "autodiscover/settings.hpp"
#include "base/text.hpp"
#include "dav/xml.hpp"

namespace {

using namespace godwit;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Whether it is XML with one Response.
bool is_answer(const std::string& document) {
  int responses = 0;
  dav::XmlStream stream([&responses](const dav::Element& child) -> Result<> {
    if (child.name == "Response") ++responses;
    return {};
  });
  stream.append(document);
  return stream.finish().has_value() && responses == 1;
}

void check_answers(const autodiscover::Settings& settings, const std::string& address) {
  require(
      is_answer(autodiscover::mobilesync_settings_xml(settings, {address, address}, "https://x/")));
  require(is_answer(autodiscover::mobilesync_redirect_xml(settings, address)));
  require(is_answer(autodiscover::outlook_settings_xml(settings, {address, ""})));
  require(is_answer(autodiscover::outlook_redirect_xml(settings, address)));
  require(autodiscover::is_address(autodiscover::redirected(settings, address)));
}

void check_address(const std::string& address) {
  require(autodiscover::is_address(address));
  require(address.find_first_of("\r\n<>\"& ") == std::string::npos);
  require(std::string(autodiscover::name_of(address)).size() < address.size() &&
          ascii_lower(address).ends_with(autodiscover::domain_of(address)));
  autodiscover::Settings settings;
  settings.redirect = "example.net";
  settings.imap = autodiscover::MailServer{"imap.example.net", 993, false};
  check_answers(settings, address);
  settings.redirect = "desk@example.net";
  settings.smtp = autodiscover::MailServer{"smtp.example.net", 587, true};
  settings.login = autodiscover::Login::name;
  settings.enrolment_url = "https://ca.example.net/";
  require(autodiscover::has_outlook_settings(settings));
  check_answers(settings, address);
  const auto again = autodiscover::parse_request(autodiscover::mobilesync_request(address));
  require(again && again->address == address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto ask = autodiscover::parse_request(bytes);
  if (ask) check_address(ask->address);
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  const std::string address = autodiscover::parameter(line, "Email");
  if (autodiscover::is_address(address)) check_address(address);
  static_cast<void>(autodiscover::is_request_type(line));
  if (const auto told = autodiscover::read_mobilesync_answer(bytes)) {
    require(!told->url.empty() || !told->redirect.empty() || !told->error.empty());
  }
  // What is told in JSON is read back, whatever stands in it.
  if (const auto url = autodiscover::read_json_answer(bytes)) {
    require(autodiscover::read_json_answer(autodiscover::json_answer("ActiveSync", *url))
                .value_or("") == *url);
  }
  require(!autodiscover::json_error("InvalidRequest", line).empty());
  using enum autodiscover::ErrorCode;
  for (const auto code : {not_found, invalid_request, no_provider}) {
    require(is_answer(autodiscover::error_xml(code, Time(std::chrono::seconds(size)), 7)));
  }
  autodiscover::Domains domains(autodiscover::Settings(), "mail.example.net");
  domains.add("example.org", autodiscover::Settings());
  const std::string host = domains.reached_host(line);
  const std::string name = host.substr(0, host.find(':'));
  require(autodiscover::is_host_name(name));
  require(name == "mail.example.net" || name == "example.org" || name.ends_with(".example.org"));
  return 0;
}

#include "autodiscover/answer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "autodiscover/spaces.hpp"
#include "dav/xml.hpp"

namespace godwit::autodiscover {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

std::string element(std::string_view name, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>", name, dav::escape_xml(text));
}

std::string envelope(std::string_view answer_space, std::string_view content) {
  return fmt::format(
      "{}<Autodiscover xmlns=\"{}\"><Response xmlns=\"{}\">{}</Response></Autodiscover>\n",
      declaration, envelope_space, answer_space, content);
}

std::string mobilesync_user(const Person& person) {
  const std::string name =
      person.display_name.empty() ? "" : element("DisplayName", person.display_name);
  return "<User>" + name + element("EMailAddress", person.address) + "</User>";
}

std::string mobilesync(const Settings& settings, const Person& person, std::string_view action) {
  return envelope(mobilesync_answer_space,
                  fmt::format("{}{}<Action>{}</Action>", element("Culture", settings.culture),
                              mobilesync_user(person), action));
}

std::string_view message_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return "This address is not one of the account's.";
    case ErrorCode::invalid_request:
      return "The request cannot be read.";
    case ErrorCode::no_provider:
      return "Nothing is known in the schema that was asked for.";
  }
  return {};
}

std::string outlook_protocol(std::string_view type, const MailServer& server,
                             std::string_view login) {
  // SSL says whether TLS begins with the connection; newer clients read Encryption instead.
  return fmt::format(
      "<Protocol>{}{}{}{}<DomainRequired>off</DomainRequired><SPA>off</SPA><SSL>{}</SSL>{}"
      "<AuthRequired>on</AuthRequired></Protocol>",
      element("Type", type), element("Server", server.host),
      element("Port", std::to_string(server.port)), element("LoginName", login),
      server.starttls ? "off" : "on", element("Encryption", server.starttls ? "TLS" : "SSL"));
}

}  // namespace

std::string error_xml(ErrorCode code, Time now, std::uint32_t server) {
  const auto since_midnight = now - std::chrono::floor<std::chrono::days>(now);
  const std::chrono::hh_mm_ss time(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_midnight));
  return envelope(
      envelope_space,
      fmt::format("<Error Time=\"{:02}:{:02}:{:02}.{:03}0000\" Id=\"{}\">{}{}<DebugData/></Error>",
                  time.hours().count(), time.minutes().count(), time.seconds().count(),
                  time.subseconds().count(), server,
                  element("ErrorCode", std::to_string(static_cast<int>(code))),
                  element("Message", message_of(code))));
}

std::string mobilesync_settings_xml(const Settings& settings, const Person& person,
                                    std::string_view url) {
  std::string servers =
      "<Server><Type>MobileSync</Type>" + element("Url", url) + element("Name", url) + "</Server>";
  if (!settings.enrolment_url.empty()) {
    servers += "<Server><Type>CertEnroll</Type>" + element("Url", settings.enrolment_url) +
               "<Name/>" + element("ServerData", settings.enrolment_template) + "</Server>";
  }
  return mobilesync(settings, person, "<Settings>" + servers + "</Settings>");
}

std::string mobilesync_redirect_xml(const Settings& settings, std::string_view address) {
  return mobilesync(settings, {std::string(address), {}},
                    element("Redirect", redirected(settings, address)));
}

bool has_outlook_settings(const Settings& settings) { return settings.imap || settings.smtp; }

std::string outlook_settings_xml(const Settings& settings, const Person& person) {
  const std::string_view login =
      settings.login == Login::name ? name_of(person.address) : std::string_view(person.address);
  std::string content =
      "<User>" +
      element("DisplayName", person.display_name.empty() ? person.address : person.display_name) +
      element("AutoDiscoverSMTPAddress", person.address) +
      "</User><Account><AccountType>email</AccountType><Action>settings</Action>";
  if (settings.imap) content += outlook_protocol("IMAP", *settings.imap, login);
  if (settings.smtp) content += outlook_protocol("SMTP", *settings.smtp, login);
  return envelope(outlook_answer_space, content + "</Account>");
}

std::string outlook_redirect_xml(const Settings& settings, std::string_view address) {
  return envelope(outlook_answer_space,
                  "<Account><AccountType>email</AccountType><Action>redirectAddr</Action>" +
                      element("RedirectAddr", redirected(settings, address)) + "</Account>");
}

std::string json_answer(std::string_view protocol, std::string_view url) {
  return nlohmann::ordered_json{{"Protocol", protocol}, {"Url", url}}.dump();
}

std::string json_error(std::string_view code, std::string_view message) {
  return nlohmann::ordered_json{{"ErrorCode", code}, {"ErrorMessage", message}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace godwit::autodiscover

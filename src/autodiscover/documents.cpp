#include "autodiscover/documents.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "dav/url.hpp"
#include "dav/xml.hpp"

namespace godwit::autodiscover {
namespace {

std::string_view name_or(const Settings& settings, std::string_view domain) {
  return settings.name.empty() ? domain : std::string_view(settings.name);
}

std::string server_xml(std::string_view element, std::string_view type, const MailServer& server,
                       Login login) {
  return fmt::format(
      "    <{0} type=\"{1}\">\n"
      "      <hostname>{2}</hostname>\n"
      "      <port>{3}</port>\n"
      "      <socketType>{4}</socketType>\n"
      "      <authentication>password-cleartext</authentication>\n"
      "      <username>{5}</username>\n"
      "    </{0}>\n",
      element, type, dav::escape_xml(server.host), server.port,
      server.starttls ? "STARTTLS" : "SSL",
      login == Login::name ? "%EMAILLOCALPART%" : "%EMAILADDRESS%");
}

/// RFC 4122 4.3 in spirit: a name's digest, marked as version 8 (RFC 9562 5.8).
std::string uuid_of(std::string_view name) {
  std::string hex = hex_encode(digest128(name));
  hex[12] = '8';
  hex[16] = 'A';
  for (char& c : hex) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  const std::string_view all = hex;
  return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                     all.substr(16, 4), all.substr(20));
}

std::string entry(std::string_view key, std::string_view text) {
  return fmt::format("<key>{}</key><string>{}</string>\n", key, dav::escape_xml(text));
}

}  // namespace

std::string client_config_xml(const Settings& settings, std::string_view domain) {
  const std::string name = dav::escape_xml(name_or(settings, domain));
  const std::string escaped = dav::escape_xml(domain);
  std::string servers;
  if (settings.imap)
    servers += server_xml("incomingServer", "imap", *settings.imap, settings.login);
  if (settings.smtp)
    servers += server_xml("outgoingServer", "smtp", *settings.smtp, settings.login);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<clientConfig version=\"1.1\">\n"
      "  <emailProvider id=\"{0}\">\n"
      "    <domain>{0}</domain>\n"
      "    <displayName>{1}</displayName>\n"
      "    <displayShortName>{1}</displayShortName>\n"
      "{2}"
      "  </emailProvider>\n"
      "</clientConfig>\n",
      escaped, name, servers);
}

bool fits_profile(std::string_view url) {
  const auto parsed = dav::parse_url(url);
  return parsed && parsed->origin.tls && iequals(parsed->path, activesync_path);
}

std::string apple_profile(const Settings& settings, std::string_view address,
                          std::string_view url) {
  const auto where = dav::parse_url(url).value_or(dav::Url());
  std::string host = where.origin.host;
  if (where.origin.port != 443) host += ':' + std::to_string(where.origin.port);
  const std::string domain = domain_of(address);
  const std::string identity = ascii_lower(address) + ' ' + host;
  const std::string identifier = "godwit.activesync." + hex_encode(digest128(identity));
  const std::string login(settings.login == Login::name ? name_of(address) : address);
  const std::string account = entry("PayloadType", "com.apple.eas.account") +
                              entry("PayloadIdentifier", identifier + ".1") +
                              entry("PayloadUUID", uuid_of(identity + " account")) +
                              entry("PayloadDisplayName", address) + entry("Host", host) +
                              entry("UserName", login) + entry("EmailAddress", address);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
      "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
      "<plist version=\"1.0\"><dict>\n"
      "<key>PayloadContent</key><array><dict>\n{}"
      "<key>PayloadVersion</key><integer>1</integer>\n<key>SSL</key><true/>\n"
      "</dict></array>\n{}"
      "<key>PayloadVersion</key><integer>1</integer>\n"
      "<key>PayloadRemovalDisallowed</key><false/>\n"
      "</dict></plist>\n",
      account,
      entry("PayloadType", "Configuration") + entry("PayloadIdentifier", identifier) +
          entry("PayloadUUID", uuid_of(identity + " profile")) +
          entry("PayloadDisplayName", name_or(settings, domain)) +
          entry("PayloadOrganization", name_or(settings, domain)) +
          entry("PayloadDescription", fmt::format("Mail, contacts and calendars of {}", address)));
}

}  // namespace godwit::autodiscover

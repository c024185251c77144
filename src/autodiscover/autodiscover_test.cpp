// What clients ask, and what they are told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "autodiscover/answer.hpp"
#include "autodiscover/client.hpp"
#include "autodiscover/documents.hpp"
#include "autodiscover/request.hpp"
#include "autodiscover/settings.hpp"
#include "autodiscover/signer.hpp"
#include "autodiscover/spaces.hpp"
#include "dav/xml.hpp"
#include "net/certificate.hpp"

namespace godwit::autodiscover {
namespace {

std::string request(std::string_view children, std::string_view space = mobilesync_request_space) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"" + std::string(space) +
         "\"><Request>" + std::string(children) + "</Request></Autodiscover>";
}

std::string address_and(std::string_view schema) {
  return "<EMailAddress>ann@example.org</EMailAddress><AcceptableResponseSchema>" +
         std::string(schema) + "</AcceptableResponseSchema>";
}

/// The only child of the root: the Response.
dav::Element response_of(const std::string& document) {
  dav::Element found;
  dav::XmlStream stream([&](dav::Element child) -> Result<> {
    found = std::move(child);
    return {};
  });
  stream.append(document);
  const auto root = stream.finish();
  EXPECT_TRUE(root && root->is(envelope_space, "Autodiscover")) << document;
  EXPECT_EQ(found.name, "Response");
  return found;
}

/// `name>text` of each child, `name{...}` where it has children of its own.
std::string shape(const dav::Element& element) {
  std::string out;
  for (const dav::Element& child : element.children) {
    EXPECT_EQ(child.space, element.space);
    if (!out.empty()) out += ' ';
    out += child.name + (child.children.empty() ? '>' + child.text : '{' + shape(child) + '}');
  }
  return out;
}

TEST(AutodiscoverRequest, NamesAddressAndSchema) {
  const auto phone = parse_request(request(address_and(mobilesync_answer_space)));
  ASSERT_TRUE(phone) << phone.error().message;
  EXPECT_EQ(phone->address, "ann@example.org");
  EXPECT_EQ(phone->schema, Schema::mobilesync);
  const auto outlook =
      parse_request(request(address_and(outlook_answer_space), outlook_request_space));
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->schema, Schema::outlook);
  const auto other = parse_request(request(address_and("http://example.net/schema")));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->schema, Schema::other);
}

TEST(AutodiscoverRequest, OrderBlanksAndUnknownElementsDoNotMatter) {
  const auto ask = parse_request(request(
      "<AcceptableResponseSchema>\n " + std::string(mobilesync_answer_space) +
      "\n</AcceptableResponseSchema><LegacyDN>/o=x</LegacyDN>\n<EMailAddress> b@example.org "
      "</EMailAddress>"));
  ASSERT_TRUE(ask) << ask.error().message;
  EXPECT_EQ(ask->address, "b@example.org");
}

TEST(AutodiscoverRequest, WhatIsWrongIsRefused) {
  const std::string schema = "<AcceptableResponseSchema>" + std::string(mobilesync_answer_space) +
                             "</AcceptableResponseSchema>";
  const std::string address = "<EMailAddress>ann@example.org</EMailAddress>";
  const std::string one = "<Request>" + address + schema + "</Request>";
  const std::string root = "<Autodiscover xmlns=\"" + std::string(mobilesync_request_space) + "\">";
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("<Autodiscover/>"), root + one,
        fmt::format("{}{}{}</Autodiscover>", root, one, one), request(address), request(schema),
        request(fmt::format("{}{}{}", address, address, schema)),
        request(fmt::format("{}{}{}", address, schema, schema)),
        request("<EMailAddress/>" + schema), request("<EMailAddress>ann</EMailAddress>" + schema),
        request("<EMailAddress><x/>ann@example.org</EMailAddress>" + schema),
        request("<EMailAddress>a@b@c.org</EMailAddress>" + schema),
        request("<EMailAddress>a@ex&#10;ample.org</EMailAddress>" + schema),
        request("<EMailAddress>" + std::string(400, 'a') + "@example.org</EMailAddress>" + schema),
        request(address + schema, "urn:something:else"), "<Other>" + one + "</Other>"}) {
    EXPECT_FALSE(parse_request(bad)) << bad;
  }
}

TEST(AutodiscoverRequest, EntitiesAndDepthAndLengthAreBounded) {
  const auto with_type = [](const std::string& type, const std::string& use) {
    return "<?xml version=\"1.0\"?>\n<!DOCTYPE a [" + type + "]>" +
           request("<EMailAddress>" + use + "@example.org</EMailAddress>").substr(39);
  };
  std::string laughs = "<!ENTITY l0 \"lol\">";
  for (int i = 1; i < 10; ++i) {
    laughs +=
        fmt::format("<!ENTITY l{0} \"&l{1};&l{1};&l{1};&l{1};&l{1};&l{1};&l{1};\">", i, i - 1);
  }
  for (const std::string& bad :
       {with_type("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;"),
        with_type("<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p;", "ann"),
        with_type(laughs, "&l9;")}) {
    const auto refused = parse_request(bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported) << refused.error().message;
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  EXPECT_EQ(parse_request(request(deep)).error().code, Errc::too_large);
  const auto long_one = parse_request(request(std::string(request_bytes_max, ' ')));
  EXPECT_EQ(long_one.error().code, Errc::too_large);
}

TEST(AutodiscoverRequest, TypesThatMayHoldOne) {
  for (const char* good :
       {"text/xml", "text/xml; charset=utf-8", "Text/HTML", "application/xml", ""}) {
    EXPECT_TRUE(is_request_type(good)) << good;
  }
  for (const char* bad : {"application/json", "application/vnd.ms-sync.wbxml", "text/xmlx"}) {
    EXPECT_FALSE(is_request_type(bad)) << bad;
  }
}

TEST(AutodiscoverRequest, ParametersOfAQuery) {
  const std::string query = "email=ann%2Bx%40example.org&Protocol=ActiveSync&empty=&bad=%zz";
  EXPECT_EQ(parameter(query, "Email"), "ann+x@example.org");
  EXPECT_EQ(parameter("Email=ann+x@example.org", "email"), "ann+x@example.org");
  EXPECT_EQ(parameter(query, "protocol"), "ActiveSync");
  for (const char* none : {"empty", "bad", "missing", ""}) EXPECT_EQ(parameter(query, none), "");
}

TEST(AutodiscoverSettings, AddressesAndHosts) {
  for (const char* good : {"ann@example.org", "a+b.c@x.example.org", "\xC3\xA4@example.org"}) {
    EXPECT_TRUE(is_address(good)) << good;
  }
  for (const char* bad :
       {"", "ann", "@example.org", "ann@", "a b@example.org", "a@b@example.org",
        "a\r\n@example.org", "<a@example.org>", "a@exa/mple", "\xFF@example.org"}) {
    EXPECT_FALSE(is_address(bad)) << bad;
  }
  for (const char* good : {"example.org", "a", "xn--bcher-kva.example", "10.0.0.1"}) {
    EXPECT_TRUE(is_host_name(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string("-a.org"),
        std::string("a_b.org"), std::string("a.org."), std::string("a b"), std::string(64, 'a'),
        std::string("a:b")}) {
    EXPECT_FALSE(is_host_name(bad)) << bad;
  }
}

TEST(AutodiscoverSettings, OnlyOurNamesComeIntoAnswers) {
  Domains domains(Settings(), "mail.example.org");
  domains.add("Example.ORG", Settings());
  domains.add("example.com", Settings());
  EXPECT_EQ(domains.reached_host("autodiscover.example.com"), "autodiscover.example.com");
  EXPECT_EQ(domains.reached_host("Example.org:8443"), "example.org:8443");
  EXPECT_EQ(domains.reached_host("MAIL.example.org"), "mail.example.org");
  for (const char* other :
       {"evil.example.net", "notexample.org", "", "example.org:0", "example.org:x",
        "example.org:", "example.org\r\nX: y", "example.org/path", "a@example.org", "[::1]:443",
        "..example.org", "example.org:99999"}) {
    EXPECT_EQ(domains.reached_host(other), "mail.example.org") << other;
  }
  EXPECT_EQ(domains.domain_of_host("autodiscover.Example.com"), "example.com");
  EXPECT_EQ(domains.domain_of_host("example.net"), "");
  EXPECT_EQ(domains.find("example.net"), nullptr);
  EXPECT_NE(domains.find("EXAMPLE.com"), nullptr);
}

TEST(AutodiscoverAnswer, SettingsOfAPhone) {
  Settings settings;
  const Person person{"ann@example.org", "Ann & <Archer>"};
  const std::string url = "https://mail.example.org/Microsoft-Server-ActiveSync";
  const auto response = response_of(mobilesync_settings_xml(settings, person, url));
  EXPECT_EQ(response.space, mobilesync_answer_space);
  EXPECT_EQ(shape(response),
            "Culture>en:us User{DisplayName>Ann & <Archer> EMailAddress>ann@example.org} "
            "Action{Settings{Server{Type>MobileSync Url>" +
                url + " Name>" + url + "}}}");
  settings.enrolment_url = "https://ca.example.org/";
  settings.enrolment_template = "Phones";
  const auto more = response_of(mobilesync_settings_xml(settings, {"ann@example.org", ""}, url));
  EXPECT_EQ(shape(more),
            "Culture>en:us User{EMailAddress>ann@example.org} Action{Settings{Server{Type>"
            "MobileSync Url>" +
                url + " Name>" + url +
                "} Server{Type>CertEnroll Url>"
                "https://ca.example.org/ Name> ServerData>Phones}}}");
}

TEST(AutodiscoverAnswer, RedirectsNameAnotherAddress) {
  Settings settings;
  settings.redirect = "example.net";
  EXPECT_EQ(shape(response_of(mobilesync_redirect_xml(settings, "ann@example.org"))),
            "Culture>en:us User{EMailAddress>ann@example.org} Action{Redirect>ann@example.net}");
  settings.redirect = "all@example.net";
  EXPECT_EQ(shape(response_of(mobilesync_redirect_xml(settings, "ann@example.org"))),
            "Culture>en:us User{EMailAddress>ann@example.org} Action{Redirect>all@example.net}");
  const auto outlook = response_of(outlook_redirect_xml(settings, "ann@example.org"));
  EXPECT_EQ(outlook.space, outlook_answer_space);
  EXPECT_EQ(shape(outlook),
            "Account{AccountType>email Action>redirectAddr RedirectAddr>all@example.net}");
}

TEST(AutodiscoverAnswer, ErrorsStandInTheEnvelopesNamespace) {
  const Time time{std::chrono::hours(24 * 9 + 7) + std::chrono::minutes(5) +
                  std::chrono::milliseconds(4'030)};
  for (const auto code :
       {ErrorCode::not_found, ErrorCode::invalid_request, ErrorCode::no_provider}) {
    const auto response = response_of(error_xml(code, time, 4711));
    EXPECT_EQ(response.space, envelope_space);
    ASSERT_EQ(response.children.size(), 1U);
    const dav::Element& error = response.children.front();
    EXPECT_EQ(error.name, "Error");
    EXPECT_EQ(error.attribute("Time"), "07:05:04.0300000");
    EXPECT_EQ(error.attribute("Id"), "4711");
    ASSERT_EQ(error.children.size(), 3U);
    EXPECT_EQ(error.children[0].text, std::to_string(static_cast<int>(code)));
    EXPECT_EQ(error.children[1].name, "Message");
    EXPECT_EQ(error.children[2].name, "DebugData");
  }
}

TEST(AutodiscoverAnswer, MailServersForOutlook) {
  Settings settings;
  EXPECT_FALSE(has_outlook_settings(settings));
  settings.imap = MailServer{"imap.example.org", 993, false};
  settings.smtp = MailServer{"smtp.example.org", 587, true};
  settings.login = Login::name;
  EXPECT_TRUE(has_outlook_settings(settings));
  EXPECT_EQ(shape(response_of(outlook_settings_xml(settings, {"ann@example.org", ""}))),
            "User{DisplayName>ann@example.org AutoDiscoverSMTPAddress>ann@example.org} "
            "Account{AccountType>email Action>settings "
            "Protocol{Type>IMAP Server>imap.example.org Port>993 LoginName>ann DomainRequired>off "
            "SPA>off "
            "SSL>on Encryption>SSL AuthRequired>on} "
            "Protocol{Type>SMTP Server>smtp.example.org Port>587 LoginName>ann DomainRequired>off "
            "SPA>off "
            "SSL>off Encryption>TLS AuthRequired>on}}");
}

TEST(AutodiscoverClient, ReadsWhatItIsTold) {
  const auto ask = parse_request(mobilesync_request("ann+x@example.org"));
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->address, "ann+x@example.org");
  EXPECT_EQ(ask->schema, Schema::mobilesync);
  Settings settings;
  settings.redirect = "example.net";
  settings.enrolment_url = "https://ca.example.org/";
  const auto found = read_mobilesync_answer(
      mobilesync_settings_xml(settings, {"ann@example.org", ""}, "https://mail.example.org/x"));
  EXPECT_EQ(found.value().url, "https://mail.example.org/x");
  EXPECT_EQ(
      read_mobilesync_answer(mobilesync_redirect_xml(settings, "ann@example.org")).value().redirect,
      "ann@example.net");
  EXPECT_EQ(read_mobilesync_answer(error_xml(ErrorCode::not_found, Time(), 1)).value().error,
            "500");
  EXPECT_EQ(read_mobilesync_answer("<Autodiscover><Response><Action><Error><Status>2</Status>"
                                   "</Error></Action></Response></Autodiscover>")
                .value()
                .error,
            "failed");
  for (const std::string& bad :
       {std::string(), std::string("<html>welcome</html>"), std::string("<Autodiscover/>"),
        std::string("<Other><Response><Error><ErrorCode>1</ErrorCode></Error></Response></Other>"),
        std::string(300'000, ' ')}) {
    EXPECT_FALSE(read_mobilesync_answer(bad));
  }
  EXPECT_EQ(read_json_answer(json_answer("ActiveSync", "https://x/")).value(), "https://x/");
  for (const std::string& bad : {std::string("[]"), std::string("{\"Url\":3}"), std::string("{"),
                                 std::string(), std::string(300'000, '[')}) {
    EXPECT_FALSE(read_json_answer(bad));
  }
}

TEST(AutodiscoverDocuments, MailProgramsReadTheirServers) {
  Settings settings;
  settings.imap = MailServer{"imap.example.org", 993, false};
  settings.smtp = MailServer{"smtp.example.org", 587, true};
  settings.name = "Mail & more";
  dav::Element provider;
  dav::XmlStream stream([&](dav::Element child) -> Result<> {
    provider = std::move(child);
    return {};
  });
  stream.append(client_config_xml(settings, "example.org"));
  const auto root = stream.finish();
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "clientConfig");
  EXPECT_EQ(root->attribute("version"), "1.1");
  EXPECT_EQ(provider.attribute("id"), "example.org");
  ASSERT_EQ(provider.children.size(), 5U);
  EXPECT_EQ(provider.children[3].attribute("type"), "imap");
  EXPECT_EQ(provider.children[4].attribute("type"), "smtp");
  EXPECT_EQ(shape(provider),
            "domain>example.org displayName>Mail & more displayShortName>Mail & more "
            "incomingServer{hostname>imap.example.org port>993 socketType>SSL "
            "authentication>password-cleartext username>%EMAILADDRESS%} "
            "outgoingServer{hostname>smtp.example.org port>587 socketType>STARTTLS "
            "authentication>password-cleartext username>%EMAILADDRESS%}");
}

TEST(AutodiscoverDocuments, AProfileReplacesItsOlderSelf) {
  const std::string url = "https://mail.example.org:8443/Microsoft-Server-ActiveSync";
  Settings settings;
  settings.login = Login::name;
  const std::string profile = apple_profile(settings, "ann@example.org", url);
  EXPECT_TRUE(profile.contains("<key>Host</key><string>mail.example.org:8443</string>"));
  EXPECT_TRUE(profile.contains("<key>UserName</key><string>ann</string>"));
  EXPECT_EQ(apple_profile(settings, "ann@example.org", url), profile);
  EXPECT_NE(apple_profile(settings, "bob@example.org", url), profile);
  EXPECT_TRUE(fits_profile(url));
  EXPECT_FALSE(fits_profile("https://mail.example.org/other"));
  EXPECT_FALSE(fits_profile("http://mail.example.org/Microsoft-Server-ActiveSync"));
}

TEST(AutodiscoverSigner, KeyAndCertificateMustBelongTogether) {
  const Time now{std::chrono::hours(24 * 365 * 55)};
  const auto one = net::make_self_signed({}, now).value();
  const auto other = net::make_self_signed({}, now).value();
  const auto signer = Signer::make(one.certificate + other.certificate, Secret(one.key));
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_TRUE(signer->sign("content").contains("content"));
  EXPECT_EQ(Signer::make(one.certificate, Secret(other.key)).error().code, Errc::refused);
  EXPECT_EQ(Signer::make("", Secret(one.key)).error().code, Errc::malformed);
  EXPECT_EQ(Signer::make(one.certificate, Secret("")).error().code, Errc::malformed);
  EXPECT_EQ(Signer::make(one.certificate, Secret(std::string(2'000'000, 'x'))).error().code,
            Errc::too_large);
  std::string many = one.certificate;
  for (int i = 0; i < 20; ++i) many += other.certificate;
  EXPECT_EQ(Signer::make(many, Secret(one.key)).error().code, Errc::too_large);
}

TEST(AutodiscoverAnswer, VersionTwo) {
  const auto good = nlohmann::json::parse(json_answer("ActiveSync", "https://x/\"y"));
  EXPECT_EQ(good, (nlohmann::json{{"Protocol", "ActiveSync"}, {"Url", "https://x/\"y"}}));
  const auto bad = nlohmann::json::parse(json_error("ProtocolNotSupported", "a\xFF"));
  EXPECT_EQ(bad.at("ErrorCode"), "ProtocolNotSupported");
}

}  // namespace
}  // namespace godwit::autodiscover

// Clients that look for a server: who gets which answer, and that nobody learns who there is.
#include "app/autodiscovery.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

constexpr const char* mobilesync =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";
constexpr const char* outlook =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

/// Ann is signed in by any Authorization but "bad"; the backend may be down.
struct AnnSignsIn final : command::SignIn {
  bool down = false;
  Task<std::variant<backend::Account, command::Refusal>> check(const http::Request& request,
                                                               const DeviceId*) override {
    if (down) throw Fault(Fault::Kind::unavailable, "down");
    if (request.header("authorization").empty() || request.header("authorization") == "bad") {
      co_return command::Refusal{401, 0};
    }
    co_return backend::Account{.user = *UserId::parse("ann@example.org"),
                               .login = "ann",
                               .password = {},
                               .display_name = "Ann",
                               .addresses = {"ann@example.org", "a.archer@example.com"}};
  }
  void forget(const UserId&) override {}
  std::vector<std::string> challenges(command::Challenge) const override {
    return {"Basic realm=\"Godwit\""};
  }
};

struct Elsewhere final : http::Service {
  Task<http::Outcome> handle(http::Request) override {
    http::Reply reply;
    reply.status = 299;
    co_return reply;
  }
};

std::string ask_for(const std::string& address, const std::string& schema = mobilesync) {
  return "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/"
         "requestschema/2006\"><Request><EMailAddress>" +
         address + "</EMailAddress><AcceptableResponseSchema>" + schema +
         "</AcceptableResponseSchema></Request></Autodiscover>";
}

struct Seen {
  int status = 0;
  std::string location;
  std::string body;
};

class AutodiscoveryTest : public testing::Test {
 protected:
  AutodiscoveryTest() {
    config.autodiscover.domains = {"example.org", "example.com"};
    Config::Autodiscover moved;
    moved.redirect = "example.net";
    config.autodiscover_domains["moved.example"] = moved;
    Config::Autodiscover far;
    far.redirect_url = "https://far.example.net:8443/autodiscover/autodiscover.xml";
    config.autodiscover_domains["far.example"] = far;
  }
  Seen send(http::Request request) {
    if (!request.body) request.body = http::text_body("");
    Autodiscovery service(config, "mail.example.org", clock, sign_in, elsewhere);
    auto outcome = test::run(service.handle(std::move(request)));
    const auto& reply = std::get<http::Reply>(outcome);
    Seen seen{reply.status, {}, reply.body ? std::string(reply.body->view()) : ""};
    for (const http::Header& header : reply.headers) {
      if (header.name == "Location") seen.location = header.value;
      EXPECT_FALSE(header.value.contains('\n')) << header.name;
    }
    return seen;
  }
  Seen post(const std::string& body, const std::string& authorization = "Basic x",
            const std::string& type = "text/xml") {
    http::Request request;
    request.method = "POST";
    request.path = "/AutoDiscover/AutoDiscover.xml";
    request.tls = true;
    request.headers = {{"Host", host}, {"Content-Type", type}};
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    request.body = http::text_body(body);
    return send(std::move(request));
  }
  Seen get(const std::string& path, const std::string& query = "", bool tls = true) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    request.tls = tls;
    request.headers = {{"Host", host}};
    return send(std::move(request));
  }
  Seen json(const std::string& query) { return get("/autodiscover/autodiscover.json", query); }

  Config config;
  ManualClock clock;
  AnnSignsIn sign_in;
  Elsewhere elsewhere;
  std::string host = "autodiscover.example.org";
};

TEST_F(AutodiscoveryTest, APhoneIsToldWhereActiveSyncIs) {
  const Seen seen = post(ask_for("ann@example.org"));
  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(
      seen.body.contains("<Url>https://autodiscover.example.org/Microsoft-Server-ActiveSync</Url>"))
      << seen.body;
  EXPECT_TRUE(seen.body.contains("<DisplayName>Ann</DisplayName>"));
  config.autodiscover.url = "https://eas.example.org/Microsoft-Server-ActiveSync";
  EXPECT_TRUE(post(ask_for("ANN@Example.org")).body.contains("<Url>https://eas.example.org/M"));
  config.autodiscover_domains["example.com"].url = "https://eas.example.com/x";
  EXPECT_TRUE(post(ask_for("a.archer@example.com")).body.contains("https://eas.example.com/x"));
}

TEST_F(AutodiscoveryTest, NothingIsToldToWhoIsNotSignedIn) {
  for (const char* authorization : {"", "bad"}) {
    for (const char* address : {"ann@example.org", "nobody@example.org", "ann@foreign.test"}) {
      const Seen seen = post(ask_for(address), authorization);
      EXPECT_EQ(seen.status, 401);
      EXPECT_EQ(seen.body, "");
    }
  }
  EXPECT_EQ(post("<", "").status, 401);
  sign_in.down = true;
  EXPECT_EQ(post(ask_for("ann@example.org")).status, 503);
}

TEST_F(AutodiscoveryTest, OtherAddressesAreRefusedAlikeWhetherTheyExistOrNot) {
  const Seen other = post(ask_for("bob@example.org"));
  EXPECT_EQ(other.status, 200);
  EXPECT_TRUE(other.body.contains("<ErrorCode>500</ErrorCode>")) << other.body;
  EXPECT_EQ(post(ask_for("nobody@example.org")).body, other.body);
  EXPECT_EQ(post(ask_for("ann@foreign.test")).body, other.body);
  EXPECT_FALSE(other.body.contains("example.org"));
  // A domain that is the user's own but is not served, too.
  config.autodiscover.domains = {"example.org"};
  EXPECT_EQ(post(ask_for("a.archer@example.com")).body, other.body);
}

TEST_F(AutodiscoveryTest, WhatCannotBeReadIsError600) {
  const std::string good = ask_for("ann@example.org");
  const auto refused = [](const Seen& seen) {
    return seen.status == 200 && seen.body.contains("<ErrorCode>600</ErrorCode>");
  };
  EXPECT_TRUE(refused(post("<")));
  EXPECT_TRUE(refused(post(good, "Basic x", "application/json")));
  EXPECT_TRUE(refused(post("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + good)));
  EXPECT_TRUE(refused(post(good + std::string(autodiscover::request_bytes_max, ' '))));
  EXPECT_TRUE(
      post(ask_for("ann@example.org", "urn:x")).body.contains("<ErrorCode>601</ErrorCode>"));
  // Nothing at all is a phone that wants to know of the account that it signed in with.
  EXPECT_TRUE(post("").body.contains("<Type>MobileSync</Type>"));
}

TEST_F(AutodiscoveryTest, OutlookIsToldOfMailServersWhereThereAreSome) {
  EXPECT_TRUE(
      post(ask_for("ann@example.org", outlook)).body.contains("<ErrorCode>601</ErrorCode>"));
  config.autodiscover.imap_host = "imap.example.org";
  config.autodiscover.smtp_host = "smtp.example.org";
  const Seen seen = post(ask_for("ann@example.org", outlook));
  EXPECT_TRUE(seen.body.contains("<Type>IMAP</Type><Server>imap.example.org</Server><Port>993<"))
      << seen.body;
  EXPECT_TRUE(seen.body.contains("<Type>SMTP</Type><Server>smtp.example.org</Server><Port>587<"));
}

TEST_F(AutodiscoveryTest, DomainsThatMovedSendOn) {
  EXPECT_TRUE(post(ask_for("x@moved.example"), "").body.contains("<Redirect>x@example.net<"));
  EXPECT_TRUE(post(ask_for("x@moved.example", outlook), "")
                  .body.contains("<RedirectAddr>x@example.net</RedirectAddr>"));
  EXPECT_EQ(post(ask_for("x@moved.example", "urn:x")).status, 200);
  const Seen far = post(ask_for("x@far.example"), "");
  EXPECT_EQ(far.status, 302);
  EXPECT_EQ(far.location, "https://far.example.net:8443/autodiscover/autodiscover.xml");
  EXPECT_EQ(json("Email=x%2B1@moved.example&Protocol=activesync&RedirectCount=2").location,
            "https://autodiscover.example.net/autodiscover/autodiscover.json"
            "?Email=x%2B1@example.net&Protocol=activesync&RedirectCount=3");
  EXPECT_EQ(json("Email=x@far.example&Protocol=ActiveSync").location,
            "https://far.example.net:8443/autodiscover/autodiscover.json"
            "?Email=x@far.example&Protocol=ActiveSync&RedirectCount=1");
  EXPECT_EQ(json("Email=x@far.example&Protocol=ActiveSync&RedirectCount=11").status, 404);
}

TEST_F(AutodiscoveryTest, GetIsSentToTlsAndThereItIsAnError) {
  const Seen plain = get("/autodiscover/autodiscover.xml", "", false);
  EXPECT_EQ(plain.status, 302);
  EXPECT_EQ(plain.location, "https://autodiscover.example.org/autodiscover/autodiscover.xml");
  host = "autodiscover.far.example:80";
  EXPECT_EQ(get("/autodiscover/autodiscover.xml", "", false).location,
            "https://far.example.net:8443/autodiscover/autodiscover.xml");
  config.autodiscover.url = "https://eas.example.org:444/Microsoft-Server-ActiveSync";
  host = "autodiscover.example.org:8080";
  EXPECT_EQ(get("/autodiscover/autodiscover.xml", "", false).location,
            "https://eas.example.org:444/autodiscover/autodiscover.xml");
  EXPECT_EQ(get("/autodiscover/autodiscover.xml").status, 401);
  http::Request request;
  request.method = "GET";
  request.path = "/autodiscover/autodiscover.xml";
  request.tls = true;
  request.headers = {{"Authorization", "Basic x"}};
  EXPECT_TRUE(send(std::move(request)).body.contains("<ErrorCode>600</ErrorCode>"));
}

TEST_F(AutodiscoveryTest, AHostThatIsNotOursComesIntoNoAnswer) {
  for (const char* forged : {"evil.test", "example.org\r\nSet-Cookie: x=y", "a b", "",
                             "example.org@evil.test", "evil.test/autodiscover.example.org"}) {
    host = forged;
    EXPECT_TRUE(post(ask_for("ann@example.org"))
                    .body.contains("<Url>https://mail.example.org/Microsoft-Server-ActiveSync<"));
    EXPECT_EQ(get("/autodiscover/autodiscover.xml", "", false).location,
              "https://mail.example.org/autodiscover/autodiscover.xml");
    EXPECT_TRUE(
        json("Email=x@example.org&Protocol=ActiveSync").body.contains("//mail.example.org/"));
  }
  // Nor does what a proxy is said to have been asked for.
  http::Request request;
  request.method = "GET";
  request.path = "/autodiscover/autodiscover.json";
  request.query = "Email=x@example.org&Protocol=ActiveSync";
  request.tls = true;
  request.headers = {{"Host", "example.org"}, {"X-Forwarded-Host", "evil.test"}};
  EXPECT_TRUE(send(std::move(request)).body.contains("https://example.org/Microsoft"));
}

TEST_F(AutodiscoveryTest, VersionTwoTellsTheSameForEveryAddressOfADomain) {
  const Seen ann = json("Email=ann@example.org&Protocol=ActiveSync&RedirectCount=1");
  EXPECT_EQ(ann.status, 200);
  EXPECT_EQ(
      nlohmann::json::parse(ann.body),
      (nlohmann::json{{"Protocol", "ActiveSync"},
                      {"Url", "https://autodiscover.example.org/Microsoft-Server-ActiveSync"}}));
  EXPECT_EQ(json("Email=nobody@example.org&Protocol=ActiveSync").body, ann.body);
  EXPECT_EQ(
      get("/Autodiscover/Autodiscover.json/v1.0/Nobody@Example.org", "Protocol=activesync").body,
      ann.body);
  EXPECT_TRUE(json("email=ann@example.org&protocol=Autodiscoverv1")
                  .body.contains("https://autodiscover.example.org/autodiscover/autodiscover.xml"));
  const auto error = [](const Seen& seen) {
    return std::to_string(seen.status) + ' ' +
           nlohmann::json::parse(seen.body).at("ErrorCode").get<std::string>();
  };
  EXPECT_EQ(error(json("Email=ann@foreign.test&Protocol=ActiveSync")), "404 UserNotFound");
  EXPECT_EQ(error(json("Email=ann@example.org&Protocol=Ews")), "400 ProtocolNotSupported");
  EXPECT_EQ(error(json("Email=ann@example.org&Protocol=%FF")), "400 ProtocolNotSupported");
  EXPECT_EQ(error(json("Email=ann@example.org")), "400 MandatoryParameterMissing");
  EXPECT_EQ(error(json("Protocol=ActiveSync")), "400 InvalidUserId");
  EXPECT_EQ(error(json("Email=%0d%0a@example.org&Protocol=ActiveSync")), "400 InvalidUserId");
}

TEST_F(AutodiscoveryTest, MailProgramsAreToldByDomain) {
  EXPECT_EQ(get("/mail/config-v1.1.xml").status, 404);  // there is nothing to tell
  config.autodiscover.imap_host = "imap.example.org";
  const Seen seen = get("/mail/config-v1.1.xml", "emailaddress=nobody%40example.com");
  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(seen.body.contains("<hostname>imap.example.org</hostname>")) << seen.body;
  EXPECT_TRUE(seen.body.contains("<domain>example.com</domain>"));
  EXPECT_EQ(get("/mail/config-v1.1.xml", "emailaddress=ann%40example.com").body, seen.body);
  host = "autoconfig.example.com";
  EXPECT_EQ(get("/.well-known/autoconfig/mail/config-v1.1.xml").body, seen.body);
  EXPECT_EQ(get("/mail/config-v1.1.xml", "emailaddress=ann@foreign.test").status, 404);
}

TEST_F(AutodiscoveryTest, ProfilesAreForServedDomains) {
  const char* path = "/autodiscover/profile.mobileconfig";
  const Seen seen = get(path, "email=Ann%2B%27@example.org");
  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(seen.body.contains("<key>Host</key><string>autodiscover.example.org</string>"));
  EXPECT_EQ(get(path, "email=x@foreign.test").status, 404);
  EXPECT_EQ(get(path, "email=x@moved.example").status, 404);
  EXPECT_EQ(get(path, "email=<x>@example.org").status, 400);
  config.autodiscover.profile_certificate = "/nowhere/certificate.pem";
  config.autodiscover.profile_key = "/nowhere/key.pem";
  EXPECT_EQ(get(path, "email=ann@example.org").status, 503);  // not an unsigned one
  config.autodiscover.url = "https://mail.example.org/elsewhere";
  EXPECT_EQ(get(path, "email=ann@example.org").status, 404);
}

TEST_F(AutodiscoveryTest, WhereNoDomainIsKnownTheBackendDecides) {
  config = Config();
  config.backend.kind = "imap";
  EXPECT_TRUE(post(ask_for("ann@example.org")).body.contains("<Type>MobileSync</Type>"));
  EXPECT_TRUE(post(ask_for("bob@example.org")).body.contains("<ErrorCode>500</ErrorCode>"));
  EXPECT_EQ(json("Email=ann@example.org&Protocol=ActiveSync").status, 404);
}

TEST_F(AutodiscoveryTest, OtherPathsAndMethodsGoTheirWay) {
  EXPECT_EQ(get("/Microsoft-Server-ActiveSync").status, 299);
  EXPECT_EQ(get("/autodiscover").status, 299);
  http::Request request;
  request.method = "PUT";
  request.path = "/autodiscover/autodiscover.xml";
  EXPECT_EQ(send(std::move(request)).status, 501);
  config.autodiscover.enabled = false;
  EXPECT_EQ(post(ask_for("ann@example.org")).status, 299);
}

}  // namespace
}  // namespace godwit::app

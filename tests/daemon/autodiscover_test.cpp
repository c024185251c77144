// Clients that look for a server, before a whole daemon with TLS: as phones ask, with a password
// that counts, and over a connection without TLS.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"
#include "http/client.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";
constexpr const char* path = "/Autodiscover/Autodiscover.xml";

std::string ask_for(const std::string& address) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><Autodiscover xmlns=\"http://"
         "schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006\"><Request>"
         "<EMailAddress>" +
         address +
         "</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/"
         "autodiscover/mobilesync/responseschema/2006</AcceptableResponseSchema></Request>"
         "</Autodiscover>";
}

/// What stands in the first element of that name.
std::string text_in(const std::string& document, const std::string& name) {
  const auto begin = document.find('<' + name + '>');
  if (begin == std::string::npos) return {};
  const auto from = begin + name.size() + 2;
  return document.substr(from, document.find('<', from) - from);
}

class AutodiscoverTest : public testing::Test {
 protected:
  AutodiscoverTest() {
    daemon_.listen_tls();
    daemon_.config["server"] += "hostname = \"localhost\"\n";
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\nfailures_max = 100\n";
  }
  void start() {
    daemon_.start();
    daemon_.add_user(ann);
  }
  http::ClientReply send(http::ClientRequest request, bool tls = true) {
    net::ConnectSettings server{.host = "localhost",
                                .port = daemon_.port(tls ? "https " : "http ")};
    if (tls) server.tls = net::TlsClientSettings{.ca_file = daemon_.folder() + "/own.pem"};
    http::Client client(std::move(server));
    return run(client.send(std::move(request), std::chrono::seconds(20)));
  }
  http::ClientReply post(const std::string& body, const std::string& secret = password) {
    http::ClientRequest request{.method = "POST", .target = path, .body = body};
    request.headers = {{"Content-Type", "text/xml; charset=utf-8"},
                       {"User-Agent", "Apple-iPhone14C3/2101.88"}};
    if (!secret.empty()) {
      request.headers.push_back(
          {"Authorization", "Basic " + base64_encode(std::string(ann) + ':' + secret)});
    }
    return send(std::move(request));
  }
  std::string base_url() const {
    return "https://localhost:" + std::to_string(daemon_.port("https "));
  }

  DaemonProcess daemon_;
};

TEST_F(AutodiscoverTest, APhoneFindsTheUrlAndItWorks) {
  start();
  const auto first = post(ask_for(ann), "");
  EXPECT_EQ(first.status, 401);
  EXPECT_TRUE(first.header("www-authenticate").starts_with("Basic "));
  EXPECT_EQ(post(ask_for(ann), "wrong").status, 401);
  const auto told = post(ask_for(ann));
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.header("content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(text_in(told.body, "Type"), "MobileSync");
  EXPECT_EQ(text_in(told.body, "EMailAddress"), ann);
  const std::string url = text_in(told.body, "Url");
  EXPECT_EQ(url, base_url() + "/Microsoft-Server-ActiveSync");
  Phone phone(client::parse_url(url).value(),
              {.ca_file = daemon_.folder() + "/own.pem", .insecure = false}, ann, "found");
  EXPECT_EQ(run(phone->options()).http_status, 200);
}

TEST_F(AutodiscoverTest, NobodyLearnsWhoThereIs) {
  start();
  daemon_.add_user("bob@example.org");
  for (const char* other : {"bob@example.org", "nobody@example.org", "ann@foreign.test"}) {
    const auto refused = post(ask_for(other));
    EXPECT_EQ(refused.status, 200);
    EXPECT_EQ(text_in(refused.body, "ErrorCode"), "500") << refused.body;
    EXPECT_EQ(post(ask_for(other), "").status, 401);
  }
  const auto json = [&](const std::string& address) {
    return send({.target = "/autodiscover/autodiscover.json?Email=" + address +
                           "&Protocol=ActiveSync&RedirectCount=1"});
  };
  EXPECT_EQ(nlohmann::json::parse(json(ann).body).at("Url"),
            base_url() + "/Microsoft-Server-ActiveSync");
  EXPECT_EQ(json("nobody@example.org").body, json(ann).body);
  EXPECT_EQ(json("ann@foreign.test").status, 404);
  EXPECT_EQ(json("nobody@foreign.test").body, json("ann@foreign.test").body);
}

TEST_F(AutodiscoverTest, WithoutABodyOneIsToldOfOneself) {
  start();
  const auto told = post("");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(text_in(told.body, "EMailAddress"), ann) << told.body;
  EXPECT_EQ(text_in(told.body, "Url"), base_url() + "/Microsoft-Server-ActiveSync");
  EXPECT_EQ(post("", "").status, 401);
  EXPECT_EQ(post("", "wrong").status, 401);
}

TEST_F(AutodiscoverTest, BadRequestsAreErrors) {
  start();
  const auto code = [&](const std::string& body) {
    const auto reply = post(body);
    EXPECT_EQ(reply.status, 200);
    return text_in(reply.body, "ErrorCode");
  };
  EXPECT_EQ(code("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + ask_for("&e;")),
            "600");
  EXPECT_EQ(code("no xml"), "600");
  EXPECT_EQ(code(ask_for(ann) + std::string(100'000, ' ')), "600");
  EXPECT_EQ(send({.target = path}).status, 401);
}

TEST_F(AutodiscoverTest, WithoutTlsOneIsSentToIt) {
  start();
  const auto reply = send({.target = path}, false);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.header("location"), "https://localhost/autodiscover/autodiscover.xml");
}

TEST_F(AutodiscoverTest, AnIphoneGetsASignedProfile) {
  daemon_.config["autodiscover"] =
      "name = \"Example & Co\"\nprofile_certificate = \"own.pem\"\nprofile_key = \"own.key\"\n";
  start();
  const auto reply = send({.target = "/autodiscover/profile.mobileconfig?email=ann%40example.org"});
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "application/x-apple-aspen-config");
  const std::string in = daemon_.folder() + "/profile.der";
  const std::string out = daemon_.folder() + "/profile.plist";
  std::ofstream(in, std::ios::binary) << reply.body;
  const auto verify = [&](const std::string& authority) {
    const std::string line = "openssl smime -verify -binary -inform DER -purpose any -in " + in +
                             " -CAfile " + authority + " -out " + out + " 2>/dev/null";
    return std::system(line.c_str()) == 0;
  };
  EXPECT_TRUE(verify(daemon_.folder() + "/own.pem"));
  EXPECT_FALSE(verify("/dev/null"));
  ASSERT_TRUE(verify(daemon_.folder() + "/own.pem"));
  const std::string check =
      "python3 -c 'import plistlib,sys,uuid\n"
      "p=plistlib.load(open(sys.argv[1],\"rb\")); a=p[\"PayloadContent\"][0]\n"
      "uuid.UUID(p[\"PayloadUUID\"]); uuid.UUID(a[\"PayloadUUID\"])\n"
      "assert p[\"PayloadType\"]==\"Configuration\" and p[\"PayloadVersion\"]==1\n"
      "assert p[\"PayloadDisplayName\"]==\"Example & Co\"\n"
      "assert a[\"PayloadType\"]==\"com.apple.eas.account\" and a[\"SSL\"] is True\n"
      "assert a[\"EmailAddress\"]==a[\"UserName\"]==\"ann@example.org\"\n"
      "assert a[\"Host\"]==sys.argv[2], a[\"Host\"]' " +
      out + " localhost:" + std::to_string(daemon_.port("https "));
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST_F(AutodiscoverTest, AReloadChangesWhatIsTold) {
  start();
  daemon_.config["autodiscover"] =
      "url = \"https://eas.example.org/Microsoft-Server-ActiveSync\"\n"
      "imap_host = \"imap.example.org\"\n[autodiscover.domain.\"example.com\"]\n"
      "redirect = \"example.org\"\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_EQ(text_in(post(ask_for(ann)).body, "Url"),
            "https://eas.example.org/Microsoft-Server-ActiveSync");
  EXPECT_EQ(text_in(post(ask_for("ann@example.com"), "").body, "Redirect"), ann);
}

}  // namespace
}  // namespace godwit::test

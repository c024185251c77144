// Sign-in by certificates at a whole daemon: over its own TLS, and behind a proxy that ends it.
#include <gtest/gtest.h>

#include <fstream>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "test_certificate.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";

class CertificateTest : public testing::Test {
 protected:
  /// `more`: keys of the check; `auth`: of [auth]; `other`: further checks.
  void start(const std::string& more = {}, const std::string& auth = {}, const char* kind = {}) {
    write("ca.pem", authority_.pem());
    daemon_.listen_tls();
    daemon_.config["[sign_in]"] = "kind = \"certificate\"\nca_file = \"ca.pem\"\n" + more;
    if (kind != nullptr) {
      daemon_.config["[sign_in]"] += std::string("[[sign_in]]\nkind = \"") + kind + "\"\n";
    }
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n" + auth;
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.add_user(bob);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(daemon_.folder() + '/' + name) << text;
  }
  TestCertificate certificate(const std::string& user,
                              std::chrono::milliseconds lifetime = 24h) const {
    TestCertificate::Wanted wanted{.name = user};
    wanted.ends = TestCertificate::moment() + lifetime;
    wanted.extended = "clientAuth";
    wanted.names = "email:" + user;
    return {wanted, &authority_};
  }
  client::Trust trust(const TestCertificate& shown) const {
    write("client.pem", shown.pem());
    write("client.key", shown.key_pem());
    const std::string folder = daemon_.folder();
    return {.ca_file = folder + "/own.pem",
            .insecure = false,
            .own = {.chain = folder + "/client.pem", .key = folder + "/client.key"}};
  }
  client::ServerUrl url() const {
    client::ServerUrl out;
    out.host = "127.0.0.1";
    out.port = daemon_.port("https ");
    return out;
  }
  static client::Device::Settings sender(const std::string& secret) {
    client::Device::Settings out;
    out.id = "phone";
    out.user = ann;
    out.password = Secret(secret);
    return out;
  }
  /// What a FolderSync gets, without Authorization unless `password` is given.
  int status(const client::Trust& trust, const std::string& secret = {}) const {
    client::HttpTransport transport(url(), trust);
    client::Device device(transport, sender(secret));
    return run(device.folder_sync()).http_status;
  }
  int status(const TestCertificate& shown) const { return status(trust(shown)); }

  DaemonProcess daemon_;
  TestCertificate authority_{TestCertificate::authority("Phones"), nullptr};
};

TEST_F(CertificateTest, ItsOwnersMailboxOpensWithoutAPassword) {
  start();
  const auto shown = trust(certificate(ann));
  client::HttpTransport transport(url(), shown);
  client::Device device(transport, sender({}));
  const auto folders = run(device.folder_sync());
  ASSERT_TRUE(folders.ok()) << folders.http_status << daemon_.log();
  EXPECT_NE(device.folder_of_type(2), nullptr);
  EXPECT_EQ(status({.ca_file = daemon_.folder() + "/own.pem"}), 403) << "without one";
  EXPECT_EQ(status({.ca_file = daemon_.folder() + "/own.pem"}, password), 403)
      << "nobody here knows passwords";
  EXPECT_EQ(status(certificate("nobody@example.org")), 403);
}

TEST_F(CertificateTest, WhatIsNotInOrderOpensNothing) {
  const TestCertificate revoked = certificate(ann);
  write("list.pem", authority_.revokes({&revoked}));
  start("revocation_lists = [\"list.pem\"]\n");
  EXPECT_EQ(status(certificate(ann)), 200);
  EXPECT_EQ(status(revoked), 403);
  EXPECT_TRUE(daemon_.log().contains("it is revoked")) << daemon_.log();
  EXPECT_EQ(status(certificate(ann, -1h)), 403);
  const TestCertificate stranger(TestCertificate::authority("Phones"), nullptr);
  EXPECT_EQ(status(TestCertificate(
                {.name = "ann", .extended = "clientAuth", .names = std::string("email:") + ann},
                &stranger)),
            403);
  EXPECT_EQ(
      status(TestCertificate({.name = "ann", .names = std::string("email:") + ann}, &authority_)),
      403)
      << "for mail alone";
  // A list that is too old says nothing of anybody.
  write("list.pem", authority_.revokes({}, TestCertificate::moment() - 1h));
  EXPECT_EQ(status(certificate(ann)), 503);
  EXPECT_TRUE(daemon_.log().contains("the authority's list is out of date")) << daemon_.log();
}

TEST_F(CertificateTest, BesidesAPasswordItIsOfTheSameUser) {
  start({}, "certificate_required = true\n", "mailbox");
  EXPECT_EQ(status(trust(certificate(ann)), password), 200) << daemon_.log();
  EXPECT_EQ(status(trust(certificate(ann)), "wrong"), 401);
  EXPECT_EQ(status(trust(certificate(bob)), password), 403);
  EXPECT_EQ(status({.ca_file = daemon_.folder() + "/own.pem"}, password), 403);
}

TEST_F(CertificateTest, WhatWaitsEndsWithIt) {
  start("", "cache_minutes = 10\n");
  const auto shown = trust(certificate(ann, 8s));
  Phone phone(url(), shown, ann, "phone", {});
  const std::string inbox = phone.inbox();
  const auto began = std::chrono::steady_clock::now();
  const auto answer = phone.ping(inbox, 300).get();
  EXPECT_NE(answer.status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
  EXPECT_TRUE(daemon_.log().contains("token.ended")) << daemon_.log();
}

TEST_F(CertificateTest, ATrustedProxyHandsItOn) {
  daemon_.config["http"] +=
      "trusted_proxies = [\"127.0.0.1\"]\ncertificate_header = \"Client-Cert\"\n";
  start();
  const auto asked = [this](const TestCertificate& shown) {
    return ask_http(daemon_.port("http "),
                    {.head = "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nClient-Cert: :" +
                             base64_encode(shown.der()) + ':'})
        .substr(9, 3);
  };
  EXPECT_EQ(asked(certificate(ann)), "200");
  EXPECT_EQ(asked(TestCertificate(TestCertificate::authority(ann), nullptr)), "403");
  // The proxy's own certificate is nobody's.
  EXPECT_EQ(status(certificate(ann)), 403);
}

TEST_F(CertificateTest, TheBundledClientShowsOne) {
  start();
  const auto shown = trust(certificate(ann));
  const Finished listed = daemon_.command(
      "client folders --ca " + shown.ca_file + " --certificate " + shown.own.chain + " --key " +
      shown.own.key + " https://127.0.0.1:" + std::to_string(daemon_.port("https ")) + " -u " +
      ann + " --state " + daemon_.folder() + "/state.json");
  EXPECT_EQ(listed.code, 0) << listed.output;
  EXPECT_TRUE(listed.output.contains("Inbox")) << listed.output;
}

}  // namespace
}  // namespace godwit::test

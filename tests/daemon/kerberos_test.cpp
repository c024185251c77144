// Sign-in by Kerberos tickets, which MIT's KDC (tests/parts/kerberos.sh) issued.
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using interop::RunningServer;

constexpr const char* ann = "ann@example.org";
constexpr const char* service = "HTTP/mail.example.org@EXAMPLE.ORG";

/// What a client sends first, of the credentials in `cache`.
std::string ticket(const std::string& cache, const std::string& principal = service) {
  OM_uint32 minor = 0;
  const std::string from = "FILE:" + cache;
  gss_key_value_element_desc element{"ccache", from.c_str()};
  const gss_key_value_set_desc store{1, &element};
  gss_cred_id_t credentials = GSS_C_NO_CREDENTIAL;
  gss_buffer_desc text{principal.size(), const_cast<char*>(principal.data())};
  gss_name_t name = GSS_C_NO_NAME;
  gss_ctx_id_t context = GSS_C_NO_CONTEXT;
  gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
  gss_acquire_cred_from(&minor, GSS_C_NO_NAME, 0, GSS_C_NO_OID_SET, GSS_C_INITIATE, &store,
                        &credentials, nullptr, nullptr);
  gss_import_name(&minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, &name);
  const OM_uint32 major = gss_init_sec_context(
      &minor, credentials, &context, name, const_cast<gss_OID>(gss_mech_krb5), 0, 0,
      GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, nullptr, &token, nullptr, nullptr);
  std::string out(static_cast<const char*>(token.value), token.length);
  gss_release_buffer(&minor, &token);
  gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
  gss_release_name(&minor, &name);
  gss_release_cred(&minor, &credentials);
  if (GSS_ERROR(major) != 0) throw std::runtime_error("no ticket for " + principal);
  return out;
}

class KerberosTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("kerberos")) GTEST_SKIP() << RunningServer::why_not("kerberos");
    kdc_ = RunningServer::get("kerberos", "");
    ::setenv("KRB5_CONFIG", kdc_->value("KDC_CONFIG").c_str(), 1);
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
    use("KEYTAB");
  }
  void use(const char* keytab, const std::string& more = {}) {
    daemon_.config["[sign_in]"] = "kind = \"kerberos\"\nkeytab = \"" + kdc_->value(keytab) +
                                  "\"\nrealm = \"EXAMPLE.ORG\"\n" + more +
                                  "[[sign_in]]\nkind = \"mailbox\"\n";
  }
  void start() {
    daemon_.start();
    daemon_.add_user(ann);
  }
  /// The whole answer to a request with these bytes.
  std::string answer(const std::string& token) const {
    return ask_http(daemon_.port("http "),
                    {.head = "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\n"
                             "Authorization: Negotiate " +
                             base64_encode(token)});
  }
  int status(const std::string& token) const { return std::stoi(answer(token).substr(9, 3)); }
  std::string anns() const { return ticket(kdc_->value("ANN")); }

  const RunningServer* kdc_ = nullptr;
  DaemonProcess daemon_;
};

TEST_F(KerberosTest, ATicketOpensItsOwnersMailboxOnce) {
  start();
  const std::string token = anns();
  EXPECT_EQ(status(token), 200) << daemon_.log();
  EXPECT_EQ(status(token), 401) << "again: somebody overheard it";
  EXPECT_EQ(status(anns()), 200);
  const std::string challenge = ask_http(daemon_.port("http "), {});
  EXPECT_TRUE(challenge.contains("WWW-Authenticate: Negotiate\r\n")) << challenge;
  EXPECT_TRUE(challenge.contains("WWW-Authenticate: Basic ")) << challenge;
  EXPECT_FALSE(daemon_.log().contains(base64_encode(token).substr(0, 40)));
}

TEST_F(KerberosTest, CurlNegotiates) {
  start();
  const std::string out = daemon_.folder() + "/curl";
  const std::string port = std::to_string(daemon_.port("http "));
  const std::string command = "KRB5CCNAME=FILE:" + kdc_->value("ANN") +
                              " curl -s -o /dev/null -w '%{http_code}' --negotiate -u : -X OPTIONS"
                              " --resolve mail.example.org:" +
                              port + ":127.0.0.1 http://mail.example.org:" + port +
                              "/Microsoft-Server-ActiveSync > " + out;
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::string code;
  std::ifstream(out) >> code;
  EXPECT_EQ(code, "200") << daemon_.log();
}

TEST_F(KerberosTest, WhatIsNotOfAUserOfTheRealmIsRefused) {
  start();
  EXPECT_EQ(status(ticket(kdc_->value("ADMIN"))), 401) << "a second role of bob";
  EXPECT_EQ(status(ticket(kdc_->value("ANN"), "HTTP/other.example.org@EXAMPLE.ORG")), 401);
  std::string forged = anns();
  forged.at(forged.size() / 2) ^= 1;
  EXPECT_EQ(status(forged), 401);
  EXPECT_EQ(status(forged.substr(0, forged.size() / 2)), 401);
  const std::string late = anns();
  std::this_thread::sleep_for(4s);
  EXPECT_EQ(status(late), 401) << "made too long ago";
  EXPECT_EQ(status(anns()), 200);
}

TEST_F(KerberosTest, WhatIsNoTicketHarmsNothing) {
  start();
  EXPECT_EQ(status(std::string("NTLMSSP\0\1\0\0\0", 12)), 401);
  EXPECT_TRUE(daemon_.wait_for_log("it is NTLM"));
  for (const std::string& token : {std::string("x"), std::string(9000, '\x60'),
                                   std::string(9000, '\0'), std::string(11'000, 'x')}) {
    EXPECT_EQ(status(token), 401) << token.size();
  }
  EXPECT_EQ(status(anns()), 200);
}

TEST_F(KerberosTest, AKeytabThatCannotBeUsedIsNoRefusal) {
  use("KEYTAB", "principal = \"HTTP/absent.example.org@EXAMPLE.ORG\"\n");
  start();
  EXPECT_EQ(status(anns()), 503) << daemon_.log();
  EXPECT_TRUE(daemon_.log().contains("check.unavailable check=kerberos")) << daemon_.log();
}

TEST_F(KerberosTest, KeysOfAnotherServiceOpenNothing) {
  use("OTHER_KEYTAB");
  start();
  EXPECT_EQ(status(anns()), 401) << daemon_.log();
}

}  // namespace
}  // namespace godwit::test

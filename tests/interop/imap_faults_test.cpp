// What real servers do with wrong credentials and TLS.
#include <gtest/gtest.h>

#include "base/fault.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using backend::imap::Encryption;
using backend::imap::ImapServer;
using backend::imap::Settings;

class RealServer : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string name = GetParam();
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    server_ = RunningServer::get(name, name == "cyrus" ? "--passwords 'ada'" : "");
    settings_.host = "localhost";
    settings_.port = server_->port("IMAP_PORT");
    settings_.ca_file = server_->value("TLS_CERTIFICATE");
  }
  Task<> attempt(std::string login, std::string password) {
    ImapServer gateway(settings_, loop_.executor(), random_);
    const auto account = co_await gateway.sign_in(login, Secret(password));
    outcome_ = account ? "in as " + account->user.str() : "refused";
  }
  std::string sign_in(const std::string& login, const std::string& password) {
    outcome_.clear();
    try {
      loop_.run(attempt(login, password));
    } catch (const Fault& fault) {
      return fault.kind() == Fault::Kind::unavailable ? "unavailable" : fault.what();
    }
    return outcome_;
  }

  const RunningServer* server_ = nullptr;
  TestLoop loop_;
  SeededRandom random_{1};
  Settings settings_;
  std::string outcome_;
};

TEST_P(RealServer, SignsInOverVerifiedStartTls) {
  EXPECT_EQ("in as ada", sign_in("ada", "secret"));
  EXPECT_EQ("refused", sign_in("refused", "secret"));
}

TEST_P(RealServer, ACertificateThatNobodyTrustsIsNoServer) {
  settings_.ca_file.clear();
  EXPECT_EQ("unavailable", sign_in("ada", "secret"));
  settings_.verify = false;
  EXPECT_EQ("in as ada", sign_in("ada", "secret"));
}

TEST_P(RealServer, NobodyListening) {
  settings_.port = 1;
  EXPECT_EQ("unavailable", sign_in("ada", "secret"));
}

INSTANTIATE_TEST_SUITE_P(Servers, RealServer, testing::Values("dovecot", "cyrus"));

}  // namespace
}  // namespace godwit::interop

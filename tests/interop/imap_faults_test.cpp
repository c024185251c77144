// What real servers do with wrong credentials and TLS.
#include <gtest/gtest.h>

#include <set>

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

Task<> fill(ImapServer& gateway, std::string user, std::optional<Fault::Kind>& outcome) {
  const auto account = co_await gateway.sign_in(std::move(user), Secret("secret"));
  const auto mail = gateway.open(*account);
  const auto message = std::make_shared<const backend::StringSource>(
      "Subject: big\r\n\r\n" + std::string(300'000, 'x') + "\r\n");
  try {
    for (int i = 0; i < 5; ++i) {
      co_await mail->append(FolderKey::parse("INBOX").value(), message, {}, {});
    }
  } catch (const Fault& fault) {
    outcome = fault.kind();
  }
}

TEST(FullMailbox, IsTold) {
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  const RunningServer* server = RunningServer::get("dovecot", "--quota 1000");
  Settings settings;
  settings.host = "127.0.0.1";
  settings.port = server->port("IMAP_PORT");
  settings.encryption = Encryption::none;
  TestLoop loop;
  SeededRandom random{1};
  ImapServer gateway(settings, loop.executor(), random);
  std::optional<Fault::Kind> outcome;
  loop.run(fill(gateway, fresh_user(), outcome));
  EXPECT_EQ(Fault::Kind::quota, outcome);
}

TEST_P(RealServer, OnlySubscribedFoldersAreShownWhereThatIsAskedFor) {
  const std::string user = fresh_user();
  server_ = RunningServer::get(GetParam(), "");  // any user may sign in
  settings_.port = server_->port("IMAP_PORT");
  run_imap_commands(settings_.port, user,
                    {"CREATE Shown", "SUBSCRIBE Shown", "CREATE Hidden", "CREATE Left",
                     "SUBSCRIBE Left", "UNSUBSCRIBE Left"});
  settings_.ca_file = server_->value("TLS_CERTIFICATE");
  const auto shown = [&](bool subscribed_only) {
    settings_.subscribed_only = subscribed_only;
    ImapServer gateway(settings_, loop_.executor(), random_);
    const auto mail = gateway.open(loop_.get(gateway.sign_in(user, Secret("secret"))).value());
    std::set<std::string> names;
    for (const auto& each : loop_.get(mail->folders())) names.insert(each.name);
    return names;
  };
  const auto all = shown(false);
  for (const char* name : {"Shown", "Hidden", "Left"}) EXPECT_TRUE(all.contains(name)) << name;
  const auto some = shown(true);
  EXPECT_TRUE(some.contains("Shown"));
  EXPECT_FALSE(some.contains("Hidden"));
  EXPECT_FALSE(some.contains("Left"));
  EXPECT_EQ(some.size() + 2, all.size());  // the inbox too, subscribed or not
}

INSTANTIATE_TEST_SUITE_P(Servers, RealServer, testing::Values("dovecot", "cyrus"));

}  // namespace
}  // namespace godwit::interop

// One account that acts for all users of Dovecot and of Cyrus: mail is read and watched without the
// users' own passwords.
#include <gtest/gtest.h>

#include "backend/imap/imap.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using backend::Account;
using backend::imap::Encryption;
using backend::imap::ImapServer;
using backend::imap::Settings;

struct Kind {
  std::string server;
  std::string options;
  std::string user;
  std::string password;
  std::string separator;
};

class MasterTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const Kind& kind = GetParam();
    if (!RunningServer::is_there(kind.server)) GTEST_SKIP() << RunningServer::why_not(kind.server);
    server_ = RunningServer::get(kind.server, kind.options);
    settings_.host = "localhost";
    settings_.port = server_->port("IMAP_PORT");
    settings_.encryption = Encryption::starttls;
    settings_.ca_file = server_->value("TLS_CERTIFICATE");
    settings_.master = {kind.user, Secret(kind.password), kind.separator};
  }
  /// The subjects' number in a user's inbox.
  std::size_t messages(const std::string& user) {
    ImapServer imap(settings_, loop_.executor(), random_);
    const Account account = loop_.get(imap.known(user, {})).value();
    EXPECT_TRUE(account.password.empty());
    const auto mail = imap.open(account);
    for (const auto& folder : loop_.get(mail->folders())) {
      if (folder.role != FolderRole::inbox) continue;
      return loop_.get(mail->status(folder.key)).value().messages;
    }
    ADD_FAILURE() << "no inbox";
    return 0;
  }

  const RunningServer* server_ = nullptr;
  TestLoop loop_;
  SeededRandom random_{1};
  Settings settings_;
};

TEST_P(MasterTest, OpensTheMailOfEverybodyAndOfNobodyElse) {
  const std::string ann = fresh_user();
  const std::string bob = fresh_user();
  EXPECT_EQ(messages(ann), 0U);
  EXPECT_EQ(messages(bob), 0U);
  deliver_by_lmtp(server_->port("LMTP_PORT"), ann, "Subject: x\r\n\r\nx\r\n");
  EXPECT_EQ(messages(ann), 1U);
  EXPECT_EQ(messages(bob), 0U);
}

TEST_P(MasterTest, ARefusalOfTheMasterIsNoWordAboutTheUser) {
  const std::string ann = fresh_user();
  settings_.master->password = Secret("wrong");
  if (GetParam().server == "cyrus") settings_.master->user = "stranger";  // may not act for others
  try {
    static_cast<void>(messages(ann));
    ADD_FAILURE() << "it let us in";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::unavailable) << fault.what();
  }
}

TEST_P(MasterTest, NobodyIsCalledAsTheMasterSignsIn) {
  ImapServer imap(settings_, loop_.executor(), random_);
  const std::string evil = fresh_user() + "*" + GetParam().user;
  const bool refused = !GetParam().separator.empty();
  EXPECT_EQ(loop_.get(imap.known(evil, {})).has_value(), !refused);
  if (!refused) return;
  EXPECT_FALSE(loop_.get(imap.sign_in(evil, Secret(GetParam().password))));
}

TEST_P(MasterTest, UsersStillSignInByTheirOwnPasswords) {
  ImapServer imap(settings_, loop_.executor(), random_);
  const std::string ann = fresh_user();
  EXPECT_TRUE(loop_.get(imap.sign_in(ann, Secret("secret"))));
  if (GetParam().server == "dovecot") {
    EXPECT_FALSE(loop_.get(imap.sign_in(ann, Secret("wrong"))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, MasterTest,
    testing::Values(Kind{"dovecot", "--master yes", "godwit", "mastersecret", ""},
                    Kind{"dovecot", "--master yes", "godwit", "mastersecret", "*"},
                    Kind{"cyrus", "", "proxy", "secret", ""}),
    [](const auto& parameter) {
      return parameter.param.server + (parameter.param.separator.empty() ? "ByPlain" : "ByLogin");
    });

}  // namespace
}  // namespace godwit::interop

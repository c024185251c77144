// Mailboxes of other users, and shared ones, on Dovecot and Cyrus: which are shown, and what
// part of the rights allows (conformance/shared_mail.hpp: what holds everywhere).
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/imap/connection.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using backend::Account;
using backend::MailFolder;
using backend::SharedRule;
using backend::imap::Command;
using backend::imap::Connection;
using backend::imap::Encryption;
using backend::imap::ImapServer;
using Which = SharedRule::Which;

struct Server {
  const char* name;
  const char* options;
  const char* others;  // before the names of other users' mailboxes
  std::vector<std::string> everybodys;
};

class SharedMail : public testing::TestWithParam<Server> {
 protected:
  void SetUp() override {
    const std::string name = GetParam().name;
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    server_ = RunningServer::get(name, GetParam().options);
    settings_.host = "127.0.0.1";
    settings_.port = server_->port("IMAP_PORT");
    settings_.encryption = Encryption::none;
    ann_ = fresh_user();
    bob_ = fresh_user();
    as(bob_, {Command("CREATE").string("Team"), Command("CREATE").string("Team/Plans"),
              Command("CREATE").string("Hidden")});
    as(ann_, {Command("NOOP")});  // some make a user's mailboxes at their first sign-in
    add("Team");
  }

  /// Bob puts a message there.
  void add(const std::string& mailbox) {
    ImapServer gateway(settings_, loop_.executor(), random_);
    const Account bob = loop_.get(gateway.sign_in(bob_, Secret("secret"))).value();
    const auto message = std::make_shared<const backend::StringSource>("Subject: a\r\n\r\nx\r\n");
    const auto key = FolderKey::parse(mailbox).value();
    ASSERT_TRUE(loop_.get(gateway.open(bob)->append(key, message, {}, {})));
  }
  Task<> talk(std::string user, std::vector<Command> commands) {
    auto connection = co_await Connection::open(settings_, {user, Secret("secret")});
    for (Command& each : commands) {
      const auto done = co_await connection->run(std::move(each), settings_.command_limit);
      EXPECT_TRUE(done.ok()) << done.status.text;
    }
    connection->close();
  }
  void as(const std::string& user, std::vector<Command> commands) {
    loop_.run(talk(user, std::move(commands)));
  }
  void grant(const std::string& mailbox, const std::string& rights) {
    as(bob_, {Command("SETACL").string(mailbox).string(ann_).string(rights)});
  }
  std::string shared(const std::string& mailbox) const {
    return GetParam().others + bob_ + '/' + mailbox;
  }
  /// These, and what everybody may read.
  static std::vector<std::string> with_everybodys(std::vector<std::string> names) {
    names.insert(names.end(), GetParam().everybodys.begin(), GetParam().everybodys.end());
    std::ranges::sort(names);
    return names;
  }

  std::shared_ptr<backend::Mail> mail(SharedRule rule) {
    settings_.shared = std::move(rule);
    gateway_ = std::make_unique<ImapServer>(settings_, loop_.executor(), random_);
    account_ = loop_.get(gateway_->sign_in(ann_, Secret("secret"))).value();
    return gateway_->open(*account_);
  }
  std::vector<std::string> shown(SharedRule rule) {
    std::vector<std::string> out;
    for (const MailFolder& each : loop_.get(mail(std::move(rule))->folders())) {
      const bool foreign =
          each.key.view().starts_with(GetParam().others) || each.key.view().starts_with("Public/");
      if (!foreign || !each.selectable) continue;
      EXPECT_EQ(each.role, FolderRole::none) << each.key.view();
      out.push_back(each.key.str());
    }
    std::ranges::sort(out);
    return out;
  }

  const RunningServer* server_ = nullptr;
  backend::imap::Settings settings_;
  TestLoop loop_;
  SeededRandom random_{1};
  std::string ann_, bob_;
  std::unique_ptr<ImapServer> gateway_;
  std::optional<Account> account_;
};

TEST_P(SharedMail, WhatTheRuleShows) {
  EXPECT_EQ(shown({.which = Which::all, .names = {}}), with_everybodys({}));
  grant("Team", "lr");
  grant("Hidden", "l");
  grant("Sent", "lr");
  EXPECT_EQ(shown({.which = Which::all, .names = {}}),
            with_everybodys({shared("Sent"), shared("Team")}))
      << "what may be seen and not read is of no use";
  EXPECT_EQ(shown({.which = Which::subscribed, .names = {}}), std::vector<std::string>{});
  as(ann_, {Command("SUBSCRIBE").string(shared("Team"))});
  EXPECT_EQ(shown({.which = Which::subscribed, .names = {}}),
            std::vector<std::string>{shared("Team")});
  EXPECT_EQ(shown({.which = Which::listed, .names = {"Public/*", "nothing"}}),
            GetParam().everybodys);
  EXPECT_EQ(shown({.which = Which::listed, .names = {GetParam().others + std::string("*/Team")}}),
            std::vector<std::string>{shared("Team")});
  EXPECT_EQ(shown({.which = Which::none, .names = {}}), std::vector<std::string>{});
}

TEST_P(SharedMail, SomeRightsAreNotAll) {
  grant("Team", "lrs");
  const auto mail = this->mail({.which = Which::all, .names = {}});
  const FolderKey team = FolderKey::parse(shared("Team")).value();
  const auto uid_validity = loop_.get(mail->status(team)).value().uid_validity;
  const auto refuses = [](const auto& result) {
    return !result && result.error().code == Errc::refused;
  };
  EXPECT_TRUE(loop_.get(mail->store_flags(team, uid_validity, 1, {.seen = true})));
  EXPECT_TRUE(refuses(loop_.get(mail->store_flags(team, uid_validity, 1, {.flagged = true}))));
  EXPECT_TRUE(refuses(loop_.get(mail->expunge(team, uid_validity, UidSet{{1, 1}}))));
  EXPECT_EQ(loop_.get(mail->status(team)).value().messages, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Servers, SharedMail,
    testing::Values(Server{"dovecot", "--shared yes", "shared/", {"Public/News"}},
                    Server{"cyrus", "", "Other Users/", {}}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace godwit::interop

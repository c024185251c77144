// A mailbox of 2,000 folders: listed at once, watched by one connection.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <set>

#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using backend::ChangeListener;
using backend::imap::ImapServer;
using backend::imap::Settings;

constexpr int folder_count = 2000;

class Told final : public ChangeListener {
 public:
  void changed(const UserId&, const std::optional<FolderKey>& folder, Kind kind) override {
    if (folder && kind == Kind::added)
      added.insert(folder->str());
    else
      others += kind != Kind::unknown;
  }
  std::set<std::string> added;
  int others = 0;
};

class ManyFolders : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
    server_ = RunningServer::get("dovecot", "");
    settings_.host = "127.0.0.1";
    settings_.port = server_->port("IMAP_PORT");
    settings_.encryption = backend::imap::Encryption::none;
    gateway_ = std::make_unique<ImapServer>(settings_, loop_.executor(), random_);
    std::vector<std::string> names;
    names.reserve(folder_count);
    for (int i = 0; i < folder_count; ++i) names.push_back(fmt::format("F{:04}", i));
    make_maildirs(server_->value("MAIL") + '/' + user_, names);
    loop_.run(open());
  }
  void TearDown() override { mail_.reset(); }
  Task<> open() {
    const auto account = co_await gateway_->sign_in(user_, Secret("secret"));
    mail_ = gateway_->open(account.value());
  }
  Task<> list() { folders_ = co_await mail_->folders(); }
  Task<> append(std::string folder) {
    const auto message = std::make_shared<const backend::StringSource>("Subject: x\r\n\r\nx\r\n");
    uid_ = (co_await mail_->append(FolderKey::parse(folder).value(), message, {}, {})).value();
  }

  const RunningServer* server_ = nullptr;
  std::string user_ = fresh_user();
  TestLoop loop_;
  SeededRandom random_{1};
  Settings settings_;
  std::unique_ptr<ImapServer> gateway_;
  std::shared_ptr<backend::Mail> mail_;
  std::vector<backend::MailFolder> folders_;
  Uid uid_ = 0;
};

TEST_F(ManyFolders, AreListedWithTheirStatusAndWatched) {
  loop_.run(list());
  std::set<std::string> names;
  for (const auto& each : folders_) {
    names.insert(each.name);
    EXPECT_TRUE(each.status || !each.selectable) << each.name;
  }
  EXPECT_EQ(folders_.size(), names.size());
  for (int i = 0; i < folder_count; ++i) {
    ASSERT_TRUE(names.contains(fmt::format("F{:04}", i))) << i;
  }

  Told told;
  const auto watch = mail_->watch(told);
  ASSERT_TRUE(loop_.wait_until([&] { return watch->authoritative(); }));
  told = {};
  loop_.run(append("F1234"));
  EXPECT_TRUE(loop_.wait_until([&] { return told.added.contains("F1234"); }));
  EXPECT_EQ(std::set<std::string>{"F1234"}, told.added);
  EXPECT_EQ(0, told.others);
}

}  // namespace
}  // namespace godwit::interop

/// Dovecot and Cyrus as SharedMailServers: Bob's mailbox by ACL.
#pragma once

#include "backend/imap/connection.hpp"
#include "conformance/shared_mail.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {

class ImapSharing final : public conformance::SharedMailServer {
 public:
  ImapSharing(const std::string& name, const std::string& options) : tells_(name != "cyrus") {
    settings_.host = "127.0.0.1";
    settings_.port = RunningServer::get(name, options)->port("IMAP_PORT");
    settings_.encryption = backend::imap::Encryption::none;
    settings_.shared.which = backend::SharedRule::Which::all;
    gateway_ = std::make_unique<backend::imap::ImapServer>(settings_, loop_.executor(), random_);
    as(ann_, backend::imap::Command("NOOP"));  // some make mailboxes at the first sign-in
    as(bob_, backend::imap::Command("CREATE").string("Team"));
  }
  backend::MailBackend& backend() override { return *gateway_; }
  backend::Users& users() override { return *gateway_; }
  std::string ann() const override { return ann_; }
  std::string bob() const override { return bob_; }
  void let(Right right) override {
    const std::string rights = right == Right::none ? "" : right == Right::read ? "lr" : all_rights;
    as(bob_, right == Right::none
                 ? backend::imap::Command("DELETEACL").string("Team").string(ann_)
                 : backend::imap::Command("SETACL").string("Team").string(ann_).string(rights));
  }
  void run(Task<> work) override { loop_.run(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return loop_.wait_until(done); }
  void forget_rights() override { gateway_->forget_user(UserId::parse(ann_).value()); }
  bool tells() const override { return tells_; }

 private:
  static constexpr const char* all_rights = "lrwstipekx";
  Task<> talk(std::string user, backend::imap::Command command) {
    auto connection = co_await backend::imap::Connection::open(settings_, {user, Secret("secret")});
    const auto done = co_await connection->run(std::move(command), settings_.command_limit);
    EXPECT_TRUE(done.ok()) << done.status.text;
    connection->close();
  }
  void as(const std::string& user, backend::imap::Command command) {
    loop_.run(talk(user, std::move(command)));
  }

  bool tells_;
  backend::imap::Settings settings_;
  TestLoop loop_;
  SeededRandom random_{1};
  std::string ann_ = fresh_user();
  std::string bob_ = fresh_user();
  std::unique_ptr<backend::imap::ImapServer> gateway_;
};

inline conformance::SharedMailCase imap_sharing(const std::string& name,
                                                const std::string& options) {
  return {name, [name, options]() -> std::unique_ptr<conformance::SharedMailServer> {
            if (!RunningServer::is_there(name)) return nullptr;
            return std::make_unique<ImapSharing>(name, options);
          }};
}

}  // namespace godwit::interop

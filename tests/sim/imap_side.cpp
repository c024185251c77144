// An IMAP server that lives on while the gateway in front of it dies.
#include <stdexcept>

#include "backend/imap/imap.hpp"
#include "sim/cutter.hpp"
#include "sim/mailbox_side.hpp"
#include "sim/plain_imap.hpp"

namespace godwit::sim {
namespace {

using backend::imap::ImapServer;

const std::string password = "secret";

/// As the product's sign-in does: a login that was verified is not verified again for every
/// request.
class RememberedUsers final : public backend::Users {
 public:
  explicit RememberedUsers(backend::Users& users) : users_(users) {}
  Task<Result<backend::Account>> sign_in(std::string login, Secret secret) override {
    if (!known_) {
      auto account = co_await users_.sign_in(std::move(login), std::move(secret));
      if (!account) co_return pass(account);
      known_ = std::move(*account);
    }
    co_return *known_;
  }

 private:
  backend::Users& users_;
  std::optional<backend::Account> known_;
};

class ImapSide final : public MailboxSide {
 public:
  ImapSide(Ground& ground, const interop::RunningServer& server)
      : ground_(ground), server_(server), login_(interop::fresh_user()) {
    settings_.host = "127.0.0.1";
    settings_.port = server.port("IMAP_PORT");
    settings_.encryption = backend::imap::Encryption::none;
    settings_.domain = "example.test";
    elsewhere_ = std::make_unique<ImapServer>(settings_, ground.loop.executor(), ground.random);
    const auto account = ground.run(elsewhere_->sign_in(login_, Secret(password)));
    if (!account) throw std::runtime_error(account.error().message);
    desktop_ = elsewhere_->open(*account);
    truth_ = std::make_unique<PlainImap>(settings_.port, login_, password);
    cutter_ = std::make_unique<Cutter>(ground.loop.executor(), settings_.port);
    settings_.port = cutter_->port();
  }
  ~ImapSide() override { desktop_.reset(); }

  const std::string& login() const override { return login_; }
  std::string address() const override { return login_ + "@example.test"; }

  void start(bool) override {
    gateway_ = std::make_unique<ImapServer>(settings_, ground_.loop.executor(), ground_.random);
    users_ = std::make_unique<RememberedUsers>(*gateway_);
  }
  void stop() override {
    users_.reset();
    gateway_.reset();
  }
  backend::MailBackend& mail() override { return *gateway_; }
  backend::Users& users() override { return *users_; }
  backend::Submission& submission(backend::Submission& outside) override { return outside; }
  /// A gateway has no door of its own into the mailbox: its reports go out as mail.
  Task<> report(std::shared_ptr<const backend::MessageSource>) override { co_return; }
  bool delivers_to_self() const override { return false; }

  backend::Mail& desktop() override { return *desktop_; }
  void deliver(std::string text) override {
    interop::deliver_by_lmtp(server_.port("LMTP_PORT"), login_, std::move(text));
  }
  void cut_at(unsigned nth, bool arrives) override { cutter_->cut_at(nth, arrives); }
  unsigned mend() override {
    cutter_->clear();
    return cutter_->cuts();
  }
  std::map<std::string, Box> truth() override { return truth_->read_all(); }

 private:
  Ground& ground_;
  const interop::RunningServer& server_;
  const std::string login_;
  backend::imap::Settings settings_;
  std::unique_ptr<ImapServer> elsewhere_;
  std::shared_ptr<backend::Mail> desktop_;
  std::unique_ptr<PlainImap> truth_;
  std::unique_ptr<Cutter> cutter_;
  std::unique_ptr<ImapServer> gateway_;
  std::unique_ptr<RememberedUsers> users_;
};

}  // namespace

std::unique_ptr<MailboxSide> make_dovecot_side(Ground& ground) {
  return std::make_unique<ImapSide>(ground, *interop::RunningServer::get("dovecot", ""));
}

std::unique_ptr<MailboxSide> make_cyrus_side(Ground& ground) {
  return std::make_unique<ImapSide>(ground, *interop::RunningServer::get("cyrus", ""));
}

}  // namespace godwit::sim

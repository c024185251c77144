// The embedded store for mail, and a DAV server that lives on while the gateway in front of it
// dies.
#include <utility>

#include "backend/dav/dav.hpp"
#include "interop/plain_dav.hpp"
#include "sim/cutter.hpp"
#include "sim/mailbox_side.hpp"

namespace godwit::sim {
namespace {

const std::string password = "secret";

/// Whoever asks is that one user of the DAV server.
class OneUser final : public backend::ItemsBackend {
 public:
  OneUser(backend::ItemsBackend& inner, const std::string& login)
      : inner_(inner),
        account_{.user = UserId::parse(login).value(),
                 .login = login,
                 .password = Secret(password),
                 .display_name = {},
                 .addresses = {}} {}
  std::shared_ptr<backend::Items> open_items(const backend::Account&) override {
    return inner_.open_items(account_);
  }

 private:
  backend::ItemsBackend& inner_;
  const backend::Account account_;
};

class DavSide final : public MailboxSide {
 public:
  DavSide(Ground& ground, std::uint16_t port, bool makes_collections)
      : ground_(ground),
        makes_collections_(makes_collections),
        user_(interop::fresh_user()),
        mailbox_(make_embedded_side(ground)),
        desktop_(interop::PlainDav(port, user_, password), '/' + user_ + '/'),
        cutter_(ground.loop.executor(), port) {
    settings_.start =
        dav::parse_url("http://127.0.0.1:" + std::to_string(cutter_.port()) + '/').value();
    settings_.interval = std::chrono::milliseconds(100);
    settings_.create = makes_collections;
  }

  const std::string& login() const override { return mailbox_->login(); }
  std::string address() const override { return mailbox_->address(); }
  void start(bool first) override {
    mailbox_->start(first);
    server_ = std::make_unique<backend::dav::DavServer>(settings_, ground_.loop.executor(),
                                                        ground_.random);
    items_ = std::make_unique<OneUser>(*server_, user_);
    if (first && makes_collections_) make_collections();
  }
  void stop() override {
    items_.reset();
    server_.reset();
    mailbox_->stop();
  }
  backend::MailBackend& mail() override { return mailbox_->mail(); }
  backend::Users& users() override { return mailbox_->users(); }
  backend::ItemsBackend* items() override { return items_.get(); }
  backend::Submission& submission(backend::Submission& outside) override {
    return mailbox_->submission(outside);
  }
  Task<> report(std::shared_ptr<const backend::MessageSource> report) override {
    return mailbox_->report(std::move(report));
  }
  bool delivers_to_self() const override { return mailbox_->delivers_to_self(); }
  backend::Mail& desktop() override { return mailbox_->desktop(); }
  backend::Items* desktop_items() override { return &desktop_; }
  void deliver(std::string text) override { mailbox_->deliver(std::move(text)); }
  void cut_at(unsigned nth, bool arrives) override { cutter_.cut_at(nth, arrives); }
  unsigned mend() override {
    cutter_.clear();
    return cutter_.cuts();
  }
  std::map<std::string, Box> truth() override { return mailbox_->truth(); }

 private:
  /// What the first listing does, before anybody puts something in.
  void make_collections() {
    const auto account = ground_.run(mailbox_->users().sign_in(login(), Secret(password))).value();
    const auto items = items_->open_items(account);
    if (ground_.run(items->collections()).size() != 4) {
      throw std::runtime_error("the DAV server does not take all classes");
    }
  }

  Ground& ground_;
  const bool makes_collections_;
  const std::string user_;
  std::unique_ptr<MailboxSide> mailbox_;
  interop::PlainDavItems desktop_;
  Cutter cutter_;
  backend::dav::Settings settings_;
  std::unique_ptr<backend::dav::DavServer> server_;
  std::unique_ptr<OneUser> items_;
};

}  // namespace

std::unique_ptr<MailboxSide> make_dav_side(Ground& ground, std::uint16_t port) {
  return std::make_unique<DavSide>(ground, port, false);
}

std::unique_ptr<MailboxSide> make_radicale_side(Ground& ground) {
  const auto& radicale = *interop::RunningServer::get("radicale", "");
  return std::make_unique<DavSide>(ground, radicale.port("HTTP_PORT"), true);
}

}  // namespace godwit::sim

/// Mail systems under a server of the process: the embedded store, and real IMAP servers.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "backend/local/testing.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {

/// A mail system with users, and somebody else who puts mail into it.
class MailSystem {
 public:
  virtual ~MailSystem() = default;
  virtual backend::MailBackend& mail() = 0;
  virtual backend::Users& users() = 0;
  virtual std::string add_user() = 0;
  virtual std::shared_ptr<backend::Mail> elsewhere(const std::string& user) = 0;
  /// Into the inbox, as a mail server hands it over.
  virtual void deliver(const std::string& user, const std::string& message) = 0;
};

class Embedded final : public MailSystem {
 public:
  backend::MailBackend& mail() override { return local_.store(); }
  backend::Users& users() override { return local_.users(); }
  std::string add_user() override {
    const std::string address = fresh_user() + "@example.com";
    accounts_.emplace(address, local_.add_user(address));
    return address;
  }
  std::shared_ptr<backend::Mail> elsewhere(const std::string& user) override {
    return local_.store().open(accounts_.at(user));
  }
  void deliver(const std::string& user, const std::string& message) override {
    if (local_.deliver(accounts_.at(user), message) != backend::LocalDelivery::Outcome::stored) {
      throw std::runtime_error("a mail was not stored");
    }
  }

 private:
  backend::local::LocalFixture local_;
  std::map<std::string, backend::Account> accounts_;
};

class Gateway final : public MailSystem {
 public:
  Gateway(const RunningServer& server, TestLoop& loop,
          std::chrono::milliseconds sweep = std::chrono::milliseconds(50))
      : server_(server), loop_(loop) {
    settings_.host = "127.0.0.1";
    settings_.port = server.port("IMAP_PORT");
    settings_.encryption = backend::imap::Encryption::none;
    settings_.sweep_min = settings_.sweep_max = sweep;
    gateway_ = std::make_unique<backend::imap::ImapServer>(settings_, loop.executor(), random_);
    elsewhere_ = std::make_unique<backend::imap::ImapServer>(settings_, loop.executor(), random_);
  }
  backend::MailBackend& mail() override { return *gateway_; }
  backend::Users& users() override { return *gateway_; }
  std::string add_user() override { return fresh_user(); }
  std::shared_ptr<backend::Mail> elsewhere(const std::string& user) override {
    std::shared_ptr<backend::Mail> mail;
    loop_.run(open(user, mail));
    return mail;
  }
  void deliver(const std::string& user, const std::string& message) override {
    deliver_by_lmtp(server_.port("LMTP_PORT"), user, message);
  }

 private:
  Task<> open(std::string user, std::shared_ptr<backend::Mail>& mail) {
    const auto account = co_await elsewhere_->sign_in(user, Secret("secret"));
    if (!account) throw std::runtime_error(account.error().message);
    mail = elsewhere_->open(*account);
  }

  const RunningServer& server_;
  TestLoop& loop_;
  SeededRandom random_{1};
  backend::imap::Settings settings_;
  std::unique_ptr<backend::imap::ImapServer> gateway_, elsewhere_;
};

/// Credentials are asked for once a user, as a daemon does.
class Remembering final : public backend::Users {
 public:
  explicit Remembering(backend::Users& users) : users_(users) {}
  Task<Result<backend::Account>> sign_in(std::string login, Secret password) override {
    if (const auto known = known_.find(login); known != known_.end()) co_return known->second;
    auto account = co_await users_.sign_in(login, std::move(password));
    if (account) known_.emplace(std::move(login), *account);
    co_return account;
  }

 private:
  backend::Users& users_;
  std::map<std::string, backend::Account> known_;
};

}  // namespace godwit::interop

/// A mail folder that one user shares with another, on any server that can be made to: Bob's "Team"
/// and Ann, who looks at it. What holds wherever it is: shared_mail_suite.hpp.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace godwit::conformance {

/// Made anew for every test, with users of its own.
class SharedMailServer {
 public:
  enum class Right : std::uint8_t { none, read, write };
  virtual ~SharedMailServer() = default;
  virtual backend::MailBackend& backend() = 0;
  virtual backend::Users& users() = 0;
  virtual std::string ann() const = 0;  // logins; the password is "secret"
  virtual std::string bob() const = 0;
  /// Bob lets Ann do so in "Team".
  virtual void let(Right right) = 0;
  virtual void run(Task<> work) = 0;
  virtual bool wait_until(const std::function<bool()>& done) = 0;
  /// Rights that were taken or given are seen from now on, where that takes a new connection.
  virtual void forget_rights() {}
  /// False: only a sweep finds out what is new in it.
  virtual bool tells() const { return true; }

  template <class T>
  T get(Task<T> work) {
    std::optional<T> out;
    run(keep(std::move(work), out));
    return std::move(*out);
  }
  std::shared_ptr<backend::Mail> mail_of(const std::string& login) {
    accounts_.push_back(get(users().sign_in(login, Secret("secret"))).value());
    return backend().open(accounts_.back());
  }
  /// Her own folders are those that she has a role for.
  std::optional<backend::MailFolder> find(backend::Mail& mail, FolderRole role,
                                          const std::string& name) {
    for (backend::MailFolder& each : get(mail.folders())) {
      if (each.role == role && (name.empty() || each.name == name)) return std::move(each);
    }
    return std::nullopt;
  }
  FolderKey key_of(backend::Mail& mail, FolderRole role, const std::string& name) {
    const auto found = find(mail, role, name);
    if (!found) throw std::runtime_error("there is no folder " + name);
    return found->key;
  }
  backend::MailboxStatus status(backend::Mail& mail, const FolderKey& key) {
    return get(mail.status(key)).value();
  }
  /// Bob puts a message into "Team".
  void put(const std::string& text) {
    const auto mail = mail_of(bob());
    const auto message = std::make_shared<const backend::StringSource>(text);
    const auto done = get(mail->append(key_of(*mail, FolderRole::none, "Team"), message, {}, {}));
    if (!done) throw std::runtime_error(done.error().message);
  }
  /// As Bob sees it.
  std::uint32_t messages() {
    const auto mail = mail_of(bob());
    return status(*mail, key_of(*mail, FolderRole::none, "Team")).messages;
  }

 private:
  template <class T>
  static Task<> keep(Task<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
  }
  std::vector<backend::Account> accounts_;
};

/// Nothing where it is not installed.
using MakeSharedMail = std::function<std::unique_ptr<SharedMailServer>()>;
struct SharedMailCase {
  std::string name;
  MakeSharedMail make;
};

}  // namespace godwit::conformance

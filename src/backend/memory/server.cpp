#include <stdexcept>

#include "backend/memory/memory.hpp"

namespace godwit::backend {

MemoryServer::MemoryServer(const Clock& clock, MemoryMail::Keys keys)
    : clock_(clock), keys_(keys) {}

Account MemoryServer::add_user(const std::string& address, std::string password,
                               std::string display_name) {
  auto id = UserId::parse(address);
  if (!id) throw std::invalid_argument(id.error().message);
  Account account{.user = *id,
                  .login = address,
                  .password = {},
                  .display_name = std::move(display_name),
                  .addresses = {address}};
  auto mail = std::make_shared<MemoryMail>(*id, clock_, keys_);
  users_.insert_or_assign(*id, User{account, Secret(std::move(password)), std::move(mail),
                                    std::make_shared<MemoryItems>(*id)});
  return account;
}

void MemoryServer::add_alias(const UserId& user, const std::string& address) {
  users_.at(user).account.addresses.push_back(address);
}

void MemoryServer::add_send_as(const UserId& user, const std::string& address) {
  users_.at(user).account.send_as.push_back(address);
}

void MemoryServer::deny(const UserId& user, DataClasses classes) {
  users_.at(user).account.denied = classes;
}

MemoryMail& MemoryServer::mail(const UserId& user) { return *users_.at(user).mail; }

MemoryItems& MemoryServer::items(const UserId& user) { return *users_.at(user).items; }

std::shared_ptr<Items> MemoryServer::open_items(const Account& account) {
  return users_.at(account.user).items;
}

std::shared_ptr<Mail> MemoryServer::open(const Account& account) {
  return users_.at(account.user).mail;
}

Task<Result<Account>> MemoryServer::sign_in(std::string login, Secret password) {
  for (const auto& [id, user] : users_) {
    const std::string_view name = id.view();
    if (login != name && login != name.substr(0, name.find('@'))) continue;
    if (!(user.password == password)) break;
    Account account = user.account;
    account.password = std::move(password);
    co_return account;
  }
  co_return fail(Errc::refused, "unknown user or wrong password");
}

}  // namespace godwit::backend

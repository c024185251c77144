#include "backend/imap/imap.hpp"

#include <algorithm>

#include "backend/imap/mail.hpp"
#include "backend/imap/pushed.hpp"
#include "base/text.hpp"

namespace godwit::backend::imap {

namespace {

constexpr std::size_t login_bytes_max = 256;

/// Phones write the domain in either way: `ada@example.org`, `EXAMPLE\ada`.
struct LoginParts {
  std::string_view name;
  std::string_view domain;  // after `@`; empty when there is none
};

LoginParts parts_of(std::string_view login) {
  const std::size_t backslash = login.find('\\');
  if (backslash != std::string_view::npos) login.remove_prefix(backslash + 1);
  const std::size_t at = login.rfind('@');
  if (at == std::string_view::npos) return {.name = login, .domain = {}};
  return {.name = login.substr(0, at), .domain = login.substr(at + 1)};
}

}  // namespace

Result<std::string> server_login(const Settings& settings, std::string_view login) {
  const bool bad = login.empty() || login.size() > login_bytes_max || !utf8_valid(login) ||
                   std::ranges::any_of(login, [](char c) {
                     return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                   });
  if (bad) return fail(Errc::refused, "not a login");
  const LoginParts parts = parts_of(login);
  if (parts.name.empty()) return fail(Errc::refused, "not a login");
  // `ada*master` is for us to write.
  const bool names_master = settings.master && !settings.master->separator.empty() &&
                            login.contains(settings.master->separator);
  if (names_master) return fail(Errc::refused, "not a login");
  switch (settings.login) {
    case LoginForm::as_given:
      return std::string(login.substr(login.find('\\') + 1));
    case LoginForm::without_domain:
      return std::string(parts.name);
    case LoginForm::with_domain:
      return std::string(parts.name) + '@' +
             (parts.domain.empty() ? settings.domain : std::string(parts.domain));
  }
  return fail(Errc::refused, "not a login");
}

namespace {

Result<Account> account_of(const Settings& settings, const std::string& login, Secret password) {
  auto mapped = server_login(settings, login);
  if (!mapped) return pass(mapped);
  auto user = UserId::parse(ascii_lower(*mapped));
  if (!user) return fail(Errc::refused, "not a login");
  const LoginParts parts = parts_of(*mapped);
  const std::string_view domain = parts.domain.empty() ? parts_of(login).domain : parts.domain;
  const std::string own = domain.empty() ? settings.domain : std::string(domain);
  std::vector<std::string> addresses;
  if (!own.empty()) addresses.push_back(std::string(parts.name) + '@' + own);
  return Account{.user = *user,
                 .login = *std::move(mapped),
                 .password = std::move(password),
                 .display_name = {},
                 .addresses = std::move(addresses)};
}

/// How a connection for the account signs in.
Credentials credentials_of(const Settings& settings, const Account& account) {
  if (!settings.master) {
    return {account.login, account.password, {}, false, account.token_ends};
  }
  const Master& master = *settings.master;
  if (master.separator.empty()) return {account.login, master.password, master.user, true};
  return {account.login + master.separator + master.user, master.password, {}, true};
}

}  // namespace

ImapServer::ImapServer(Settings settings, net::Executor executor, Random& random)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      executor_(std::move(executor)),
      random_(random),
      budget_(std::make_shared<WatchBudget>()) {
  if (settings_->push_sources.empty()) return;
  budget_->pushed = std::make_shared<PushedWatches>(settings_, executor_, random_);
}

ImapServer::~ImapServer() {
  if (budget_->pushed) budget_->pushed->close();
  for (const auto& [user, mail] : users_) mail->pool().close_all();
}

Task<Result<Account>> ImapServer::sign_in(std::string login, Secret password) {
  const auto settings = settings_;
  auto account = account_of(*settings, login, std::move(password));
  if (!account) co_return pass(account);
  std::unique_ptr<Connection> connection;
  try {
    connection = co_await Connection::open(*settings, {account->login, account->password});
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::sign_in_failed) throw;
  }
  if (!connection) co_return fail(Errc::refused, "the IMAP server refuses the credentials");
  auto mail = mail_of(*account);
  mail->pool().set_credentials(credentials_of(*settings, *account), true);
  mail->pool().adopt(std::move(connection));
  co_return account;
}

Task<Result<Account>> ImapServer::known(std::string login, Secret password) {
  co_return account_of(*settings_, login, std::move(password));
}

std::shared_ptr<ImapMail> ImapServer::mail_of(const Account& account) {
  auto& mail = users_[account.user];
  if (!mail) {
    auto pool = std::make_shared<Pool>(settings_, executor_, credentials_of(*settings_, account));
    std::shared_ptr<Aside> aside;
    if (settings_->put_aside) aside = std::make_shared<Aside>(settings_->put_aside);
    mail = std::make_shared<ImapMail>(account.user, std::move(pool), random_, budget_,
                                      std::move(aside));
  }
  return mail;
}

std::shared_ptr<Mail> ImapServer::open(const Account& account) { return signed_in(account); }

std::shared_ptr<Mail> ImapServer::open_all(const Account& account) {
  return signed_in(account)->with_all_folders();
}

std::shared_ptr<ImapMail> ImapServer::signed_in(const Account& account) {
  auto mail = mail_of(account);
  if (settings_->master || !account.password.empty()) {
    mail->pool().set_credentials(credentials_of(*settings_, account), false);
  }
  return mail;
}

void ImapServer::heard(std::size_t source) {
  if (budget_->pushed) budget_->pushed->heard(source);
}

bool ImapServer::hint(const UserId& user, const Hint& hint) {
  const auto found = users_.find(user);
  if (found == users_.end() || !budget_->pushed) return false;
  return budget_->pushed->hint(found->second->pool(), hint);
}

void ImapServer::forget_user(const UserId& user) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  found->second->pool().close_all();
  users_.erase(found);
}

}  // namespace godwit::backend::imap

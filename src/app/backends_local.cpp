#include "app/backends_local.hpp"

#include <utility>

#include "app/databases.hpp"
#include "backend/local/users.hpp"
#include "base/files.hpp"

namespace godwit::app {
namespace {

constexpr std::uint64_t megabyte = 1024 * 1024;

/// The administrator's view of the embedded store's users.
class LocalAccounts final : public admin::Accounts {
 public:
  explicit LocalAccounts(backend::LocalUsers& users) : users_(users) {}

  Task<Result<>> add(admin::NewUser user) override {
    backend::LocalUsers::NewUser made{.address = std::move(user.login),
                                      .password = std::move(user.password),
                                      .display_name = std::move(user.display_name),
                                      .aliases = std::move(user.aliases)};
    if (user.quota_bytes != 0) made.quota_bytes = user.quota_bytes;
    return users_.add(std::move(made));
  }

  Task<std::vector<admin::User>> list() override {
    std::vector<admin::User> out;
    for (backend::LocalUsers::User& user : co_await users_.list()) {
      out.push_back({std::move(user.address), std::move(user.display_name), std::move(user.aliases),
                     user.quota_bytes.value_or(0), user.used_bytes});
    }
    co_return out;
  }

  Task<Result<>> set_password(std::string login, Secret password) override {
    return users_.set_password(std::move(login), std::move(password));
  }

  Task<Result<>> remove(std::string login) override { return users_.remove(std::move(login)); }

 private:
  backend::LocalUsers& users_;
};

class LocalBackends final : public Backends {
 public:
  LocalBackends(const Config& config, net::Loop& loop, const Clock& clock)
      : loop_(loop),
        files_(system_files()),
        store_(local_options(config), *files_, clock),
        users_(store_),
        accounts_(users_) {}

  backend::Users& users() override { return users_; }
  backend::MailBackend& mail() override { return store_; }
  backend::Submission& submission() override { return submission_; }
  backend::Vacation* vacation() override { return nullptr; }
  admin::Accounts* accounts() override { return &accounts_; }
  Result<> listen_lmtp(net::Listener) override {
    return fail(Errc::unsupported, "LMTP is not part of this program");
  }
  void forget_user(const UserId&) override {}
  void start() override { loop_.spawn(sweep(), "mail.sweep"); }
  Task<> stop() override { co_return; }

 private:
  /// Refuses: the way out is not configured.
  class NoSubmission final : public backend::Submission {
   public:
    Task<Result<>> submit(backend::Account, Envelope,
                          std::shared_ptr<const backend::MessageSource>) override {
      co_return fail(Errc::refused, "this server sends no mail");
    }
  };

  Task<> sweep() { static_cast<void>(co_await store_.sweep()); }

  net::Loop& loop_;
  std::unique_ptr<FileLayer> files_;
  backend::LocalStore store_;
  backend::LocalUsers users_;
  LocalAccounts accounts_;
  NoSubmission submission_;
};

}  // namespace

backend::LocalOptions local_options(const Config& config) {
  backend::LocalOptions options{.folder = mail_directory(config), .domains = config.local.domains};
  options.quota_bytes = static_cast<std::uint64_t>(config.local.quota_megabytes) * megabyte;
  options.hash_memory_budget_bytes =
      static_cast<std::uint64_t>(config.auth.hash_memory_megabytes) * megabyte;
  return options;
}

std::unique_ptr<Backends> make_local_backends(const Config& config, net::Loop& loop,
                                              const Clock& clock, Random&) {
  return std::make_unique<LocalBackends>(config, loop, clock);
}

}  // namespace godwit::app

#include "app/backends_imap.hpp"

#include "app/dav.hpp"
#include "app/directory.hpp"
#include "app/directory_folder.hpp"
#include "app/item_sources.hpp"
#include "app/outgoing.hpp"
#include "app/queue_outbox.hpp"
#include "app/sieve.hpp"
#include "backend/imap/imap.hpp"
#include "backend/notes/notes.hpp"
#include "backend/recipients/recipients.hpp"
#include "backend/sieve/contacts.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "net/connect.hpp"

namespace godwit::app {
namespace {

using backend::imap::Encryption;
using backend::imap::LoginForm;

LoginForm login_form(const std::string& name) {
  if (name == "without-domain") return LoginForm::without_domain;
  return name == "with-domain" ? LoginForm::with_domain : LoginForm::as_given;
}

Encryption encryption(const std::string& name) {
  if (name == "tls") return Encryption::tls;
  return name == "none" ? Encryption::none : Encryption::starttls;
}

std::vector<backend::imap::PushSource> push_sources(const Config& config) {
  std::vector<backend::imap::PushSource> out;
  for (const Config::PushSource& given : config.push_sources) {
    backend::imap::PushSource& source = out.emplace_back();
    for (const std::string& domain : given.domains) source.domains.push_back(ascii_lower(domain));
    source.all_folders = given.covers == "all";
    source.sweep = std::chrono::minutes(given.sweep_minutes);
    source.quiet = std::chrono::minutes(given.quiet_minutes);
  }
  return out;
}

backend::imap::Settings with_master(backend::imap::Settings settings, const Config& config) {
  if (config.imap.sign_in != "master") return settings;
  auto password = read_secret(config.imap.password_file);
  if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
  settings.master = {config.imap.user, std::move(*password), config.imap.master_separator};
  return settings;
}

/// Mail that waits for its user's password goes on.
class Noting final : public backend::Users {
 public:
  Noting(backend::Users& users, queue::GatewayOutgoing* outgoing)
      : users_(users), outgoing_(outgoing) {}
  Task<Result<backend::Account>> sign_in(std::string login, Secret password) override {
    auto account = co_await users_.sign_in(std::move(login), std::move(password));
    if (account && outgoing_ != nullptr) co_await outgoing_->signed_in(*account);
    co_return account;
  }

 private:
  backend::Users& users_;
  queue::GatewayOutgoing* outgoing_;
};

class ImapBackends final : public Backends {
 public:
  ImapBackends(const Config& config, Surroundings around)
      : server_(settings_of(config, around.clock), around.loop.executor(), around.random),
        imap_({.host = config.imap.host,
               .port = static_cast<std::uint16_t>(config.imap.port),
               .limit = std::chrono::seconds(config.imap.connect_seconds)}),
        loop_(around.loop),
        outgoing_(config, around.loop, around.files, around.clock, around.random, around.damage,
                  nullptr),
        noting_(server_, outgoing_.gateway()),
        directory_(make_directory(config, around.clock)),
        dav_(make_dav(config, around)),
        dav_url_(config.dav.url),
        dav_limit_(config.dav.connect_seconds),
        sieve_(make_sieve(config)),
        free_busy_(make_free_busy(dav_.get(), config, around)),
        folder_(make_directory_folder(directory_.get(), config, around.clock, around.random)),
        notes_(
            {.folder = config.imap.notes_folder},
            [this](const backend::Account& account) { return server_.open_all(account); },
            around.clock, around.random),
        recipients_([this](const backend::Account& account) { return server_.open(account); },
                    static_cast<std::size_t>(config.mail.recipients)),
        items_({.main = dav_.get(),
                .notes = &notes_,
                .directory = folder_.get(),
                .recipients = config.mail.recipients > 0 ? &recipients_ : nullptr},
               notes_source(config.imap.notes), config.imap.notes_folder) {
    if (queue::Queue* const queue = outgoing_.queue()) outbox_.emplace(*queue);
    // Who may look into the mailboxes while their users are away, or knows their passwords.
    const bool sees = config.submission.sign_in == "user" || config.imap.sign_in == "master";
    if (outgoing_.gateway() != nullptr && sees) outgoing_.gateway()->set_mailboxes(&server_);
    if (!sieve_ || !dav_) return;
    sieve_->set_known([items = dav_.get()](const backend::Account& account) {
      return backend::contact_addresses(items->open_items(account));
    });
  }

  backend::Users& users() override { return noting_; }
  backend::KnownUsers& known_users() override { return server_; }
  backend::MailBackend& mail() override { return server_; }
  backend::Hints* hints() override { return &server_; }
  backend::Submission& submission() override { return outgoing_.submission(); }
  backend::ItemsBackend* items() override { return items_.any() ? &items_ : nullptr; }
  backend::Vacation* vacation() override { return sieve_.get(); }
  backend::Directory* directory() override { return directory_.get(); }
  backend::PreferredLanguages* languages() override { return directory_.get(); }
  admin::Accounts* accounts() override { return nullptr; }
  admin::Groups* groups() override { return nullptr; }
  admin::RemovedItems* removed_items() override { return nullptr; }
  admin::Shares* shares() override { return nullptr; }
  backend::FreeBusy* free_busy() override { return free_busy_.get(); }
  admin::Outbox* outbox() override { return outbox_ ? &*outbox_ : nullptr; }
  Result<> listen_lmtp(net::Listener) override {
    return fail(Errc::unsupported, "LMTP is for the embedded store: backend.kind is imap");
  }
  Task<> reach() override {
    auto stream = co_await net::connect(imap_);
    stream->close();
    if (dav_) co_await reach_dav(dav_url_, dav_limit_);
  }
  Task<> reach_submission(backend::Account account) override {
    return outgoing_.reach(std::move(account));
  }
  Task<> signed_in(backend::Account account) override {
    queue::GatewayOutgoing* const gateway = outgoing_.gateway();
    if (gateway != nullptr) co_await gateway->signed_in(std::move(account));
  }
  void forget_user(const UserId& user) override {
    server_.forget_user(user);
    if (queue::GatewayOutgoing* const gateway = outgoing_.gateway()) gateway->forget_user(user);
    if (dav_) dav_->forget_user(user);
    notes_.forget_user(user);
    recipients_.forget_user(user);
  }
  void apply(const Config&) override {}
  void start() override {
    outgoing_.start();
    if (folder_) loop_.spawn(folder_->run(), "directory.folder");
  }
  Task<> stop() override { return outgoing_.stop(); }

 private:
  backend::imap::Settings settings_of(const Config& config, const Clock& clock) {
    backend::imap::Settings settings = with_master(imap_settings(config), config);
    settings.clock = &clock;
    settings.put_aside = [this](backend::Account account, std::vector<backend::MailFolder> all) {
      return items_.put_aside(std::move(account), std::move(all));
    };
    return settings;
  }

  backend::imap::ImapServer server_;
  net::ConnectSettings imap_;  // a connection alone
  net::Loop& loop_;
  Outgoing outgoing_;
  Noting noting_;
  std::optional<QueueOutbox> outbox_;
  std::unique_ptr<backend::LdapDirectory> directory_;  // null: there is none
  std::unique_ptr<backend::dav::DavServer> dav_;       // the same
  std::string dav_url_;
  std::chrono::seconds dav_limit_;
  std::unique_ptr<backend::SieveVacation> sieve_;  // the same
  std::unique_ptr<backend::FreeBusy> free_busy_;   // the same
  std::unique_ptr<DirectoryFolder> folder_;        // the same
  backend::notes::NotesBackend notes_;
  backend::recipients::RecipientsBackend recipients_;
  ItemSources items_;
};

}  // namespace

backend::imap::Settings imap_settings(const Config& config) {
  const Config::Imap& given = config.imap;
  backend::imap::Settings settings;
  settings.host = given.host;
  settings.port = static_cast<std::uint16_t>(given.port);
  settings.encryption = encryption(given.tls);
  settings.ca_file = given.ca_file;
  settings.verify = given.verify;
  settings.login = login_form(given.login);
  settings.domain = given.domain;
  settings.subscribed_only = given.subscribed_only;
  settings.shared = backend::shared_rule(given.shared);
  settings.role_names = {{FolderRole::sent, given.sent},
                         {FolderRole::drafts, given.drafts},
                         {FolderRole::trash, given.trash},
                         {FolderRole::junk, given.junk},
                         {FolderRole::archive, given.archive}};
  settings.connections_per_user_max = static_cast<std::size_t>(given.connections_per_user_max);
  settings.connect_limit = std::chrono::seconds(given.connect_seconds);
  settings.command_limit = std::chrono::seconds(given.command_seconds);
  settings.notify_connections_max = static_cast<std::size_t>(given.notify_connections_max);
  settings.idle_close = std::chrono::seconds(given.unused_seconds);
  settings.idle_renew = std::chrono::minutes(given.idle_minutes);
  settings.sweep_min = std::chrono::seconds(given.sweep_seconds);
  settings.sweep_max = std::chrono::seconds(4 * given.sweep_seconds);
  settings.push_sources = push_sources(config);
  return settings;
}

std::unique_ptr<Backends> make_imap_backends(const Config& config, Surroundings around) {
  return std::make_unique<ImapBackends>(config, around);
}

}  // namespace godwit::app

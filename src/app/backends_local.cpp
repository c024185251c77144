#include "app/backends_local.hpp"

#include <boost/system/system_error.hpp>
#include <optional>
#include <utility>

#include "app/databases.hpp"
#include "app/dav.hpp"
#include "app/directory.hpp"
#include "app/directory_folder.hpp"
#include "app/item_sources.hpp"
#include "app/local_accounts.hpp"
#include "app/local_submission.hpp"
#include "app/outgoing.hpp"
#include "app/queue_outbox.hpp"
#include "app/system.hpp"
#include "backend/local/delivery.hpp"
#include "backend/local/directory.hpp"
#include "backend/local/free_busy.hpp"
#include "backend/local/groups.hpp"
#include "backend/local/removed_items.hpp"
#include "backend/local/shares.hpp"
#include "backend/local/users.hpp"
#include "backend/local/vacation.hpp"
#include "backend/recipients/recipients.hpp"
#include "base/bytes.hpp"
#include "compose/mail_texts.hpp"
#include "lmtp/server.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::app {
namespace {

constexpr std::uint64_t megabyte = 1024 * 1024;

/// The administrator's view of its groups.
class LocalGroupsView final : public admin::Groups {
 public:
  explicit LocalGroupsView(backend::LocalGroups groups) : groups_(std::move(groups)) {}
  Task<Result<>> add(backend::Group group) override { return groups_.add(std::move(group)); }
  Task<std::vector<backend::Group>> list() override { return groups_.list(); }
  Task<Result<backend::Group>> show(std::string address) override {
    return groups_.find(std::move(address));
  }
  Task<Result<>> change(std::string address, backend::GroupChange change) override {
    return groups_.change(std::move(address), std::move(change));
  }
  Task<Result<>> add_members(std::string address, std::vector<std::string> members) override {
    return groups_.add_members(std::move(address), std::move(members));
  }
  Task<Result<>> remove_members(std::string address, std::vector<std::string> members) override {
    return groups_.remove_members(std::move(address), std::move(members));
  }
  Task<Result<>> remove(std::string address) override { return groups_.remove(std::move(address)); }

 private:
  backend::LocalGroups groups_;
};

/// The administrator's view of what users removed.
class RemovedItemsView final : public admin::RemovedItems {
 public:
  explicit RemovedItemsView(backend::LocalStore& store) : items_(store) {}
  Task<Result<std::vector<backend::RemovedItem>>> list(std::string login) override {
    return items_.list(std::move(login));
  }
  Task<Result<>> restore(std::string login, std::int64_t number) override {
    return items_.restore(std::move(login), number);
  }

 private:
  backend::LocalRemovedItems items_;
};

/// The administrator's view of what they share.
class SharesView final : public admin::Shares {
 public:
  /// `mail_alone`: the collections are elsewhere.
  SharesView(backend::LocalStore& store, bool mail_alone)
      : shares_(store), mail_alone_(mail_alone) {}
  Task<Result<>> share(Place place, std::string reader, backend::ShareRight right) override {
    if (mail_alone_ && place.item_class.value_or(ItemClass::email) != ItemClass::email) {
      co_return fail(Errc::refused, "calendars and contacts are shared by the DAV server");
    }
    co_return co_await shares_.share(place_of(std::move(place)), std::move(reader), right);
  }
  Task<Result<>> unshare(Place place, std::string reader) override {
    return shares_.unshare(place_of(std::move(place)), std::move(reader));
  }
  Task<Result<std::vector<backend::Share>>> list(std::optional<std::string> user) override {
    return shares_.list(std::move(user));
  }

 private:
  backend::LocalShares::Place place_of(Place place) const {
    if (mail_alone_) place.item_class = ItemClass::email;
    return {std::move(place.owner), std::move(place.folder), place.item_class};
  }
  backend::LocalShares shares_;
  bool mail_alone_;
};

/// Mail to members of groups elsewhere: whoever delivers it does not wait for the next hop.
class Later final : public backend::Submission {
 public:
  explicit Later(queue::Queue& queue) : queue_(queue) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    co_await queue_.enqueue(std::move(account), std::move(envelope), std::move(message));
    co_return Result<>{};
  }

 private:
  queue::Queue& queue_;
};

/// A DAV server is signed in to with the password of the mailbox, which the store itself does not
/// keep.
class PasswordKeeper final : public backend::Users {
 public:
  explicit PasswordKeeper(backend::Users& users) : users_(users) {}
  Task<Result<backend::Account>> sign_in(std::string login, Secret password) override {
    auto account = co_await users_.sign_in(std::move(login), password);
    if (account) account->password = std::move(password);
    co_return account;
  }

 private:
  backend::Users& users_;
};

/// Final failures come back to who wrote: users here, and others who wrote to a group.
class LocalReports final : public queue::Reports {
 public:
  explicit LocalReports(backend::LocalDelivery& delivery) : delivery_(delivery) {}
  /// The way to senders elsewhere.
  void set_outside(backend::Submission& outside) { outside_ = &outside; }
  /// The outside's queue and the mailboxes know what they took.
  Task<> deliver(queue::Report report) override {
    std::string to = std::move(report.to);
    if (!delivery_.is_local(to) && outside_ != nullptr) {
      const std::string id = hex_encode(digest128(report.message_id));
      auto user = UserId::parse(to);
      if (!user) co_return;  // nobody
      const backend::Account account{.user = std::move(*user),
                                     .login = to,
                                     .password = {},
                                     .display_name = {},
                                     .addresses = {to}};
      static_cast<void>(
          co_await outside_->submit(account, {"", {to}, id}, std::move(report.message)));
      co_return;
    }
    co_await deliver_report(delivery_, std::move(to), std::move(report.message));
  }

 private:
  backend::LocalDelivery& delivery_;
  backend::Submission* outside_ = nullptr;
};

std::string host_of(const Config& config) {
  return config.server.hostname.empty() ? machine_name() : config.server.hostname;
}

lmtp::ServerSettings lmtp_settings(const Config& config) {
  lmtp::ServerSettings settings;
  settings.session.host = host_of(config);
  settings.session.message_bytes_max =
      static_cast<std::uint64_t>(config.mail.message_megabytes_max) * megabyte;
  settings.session.recipients_max = static_cast<std::size_t>(config.lmtp.recipients_max);
  settings.spool_folder = config.server.state_directory + "/incoming";
  settings.connections_max = static_cast<std::size_t>(config.lmtp.connections_max);
  settings.read_limit = std::chrono::seconds(config.lmtp.command_seconds);
  settings.mail_limit = std::chrono::seconds(config.lmtp.mail_seconds);
  return settings;
}

backend::LocalOptions watched_options(const Config& config, Damage& damage) {
  auto options = local_options(config);
  options.damaged = damage.listener();
  return options;
}

class LocalBackends final : public Backends {
 public:
  LocalBackends(const Config& config, Surroundings around)
      : loop_(around.loop),
        store_(watched_options(config, around.damage), around.files, around.clock),
        users_(store_),
        directory_(store_),
        free_busy_(store_),
        ldap_(make_directory(config, around.clock)),
        synced_(ldap_ ? nullptr : make_synced_directory(config, around.clock)),
        dav_(make_dav(config, around)),
        dav_url_(config.dav.url),
        dav_limit_(config.dav.connect_seconds),
        dav_free_busy_(make_free_busy(dav_.get(), config, around)),
        folder_(make_directory_folder(
            ldap_ ? static_cast<backend::DirectoryList*>(ldap_.get()) : &directory_, config,
            around.clock, around.random)),
        recipients_([this](const backend::Account& account) { return store_.open(account); },
                    static_cast<std::size_t>(config.mail.recipients)),
        items_({.main = dav_ ? static_cast<backend::ItemsBackend*>(dav_.get()) : &store_,
                .directory = folder_.get(),
                .recipients = config.mail.recipients > 0 ? &recipients_ : nullptr},
               NotesSource::dav, {}),
        keeper_(users_),
        accounts_(users_, directory_, config, around.clock),
        removed_items_(store_),
        shares_(store_, dav_ != nullptr),
        vacation_(store_),
        delivery_(store_, &vacation_),
        reports_(delivery_),
        outgoing_(config, around.loop, around.files, around.clock, around.random, around.damage,
                  &reports_),
        groups_(backend::LocalGroups(store_, queues_mail(config)
                                                 ? backend::LocalGroups::Outside::taken
                                                 : backend::LocalGroups::Outside::refused)),
        submission_(delivery_, outgoing_.configured() ? &outgoing_.submission() : nullptr,
                    around.clock, host_of(config), mail_language(config)),
        inbox_(delivery_),
        lmtp_(lmtp_settings(config), inbox_, around.files, around.clock) {
    vacation_.set_submission(submission_);
    if (queue::Queue* queue = outgoing_.queue()) {
      outbox_.emplace(*queue);
      later_.emplace(*queue);
      delivery_.set_outside(&*later_);
      reports_.set_outside(*later_);
    }
  }
  ~LocalBackends() override { close(); }

  backend::Users& users() override {
    if (dav_) return keeper_;
    return users_;
  }
  backend::KnownUsers& known_users() override { return users_; }
  backend::Hints* hints() override { return nullptr; }
  backend::MailBackend& mail() override { return store_; }
  backend::ItemsBackend* items() override { return &items_; }
  backend::Submission& submission() override { return submission_; }
  backend::Vacation* vacation() override { return &vacation_; }
  backend::Directory* directory() override {
    if (ldap_) return ldap_.get();
    return &directory_;
  }
  backend::PreferredLanguages* languages() override {
    if (ldap_) return ldap_.get();
    return synced_.get();
  }
  admin::Accounts* accounts() override { return &accounts_; }
  admin::Groups* groups() override { return &groups_; }
  admin::RemovedItems* removed_items() override { return dav_ ? nullptr : &removed_items_; }
  admin::Shares* shares() override { return &shares_; }
  backend::FreeBusy* free_busy() override { return dav_ ? dav_free_busy_.get() : &free_busy_; }
  admin::Outbox* outbox() override { return outbox_ ? &*outbox_ : nullptr; }
  Result<> listen_lmtp(net::Listener listener) override {
    listeners_.push_back(std::make_shared<net::Listener>(std::move(listener)));
    loop_.spawn(accept_all(listeners_.back()), "lmtp.accept");
    return {};
  }
  Task<> reach() override {
    static_cast<void>(co_await users_.known("nobody", {}));
    if (dav_) co_await reach_dav(dav_url_, dav_limit_);
  }
  Task<> reach_submission(backend::Account account) override {
    return outgoing_.reach(std::move(account));
  }
  Task<> signed_in(backend::Account) override { co_return; }
  void forget_user(const UserId& user) override {
    if (dav_) dav_->forget_user(user);
    recipients_.forget_user(user);
  }
  void apply(const Config& config) override { lmtp_.apply(lmtp_settings(config)); }
  void start() override {
    outgoing_.start();
    loop_.spawn(sweep(), "mail.sweep");
    if (folder_) loop_.spawn(folder_->run(), "directory.folder");
  }
  /// Returns when nothing of the store runs any more: what is cut short would outlive the loop.
  Task<> stop() override {
    close();
    stopping_ = true;
    const auto swept = co_await sweeping_.acquire("sweep");
    co_await outgoing_.stop();
  }

 private:
  void close() {
    for (const auto& listener : listeners_) listener->close();
    listeners_.clear();
  }
  Task<> accept_all(std::shared_ptr<net::Listener> listener) {
    for (;;) {
      auto stream = co_await accept(*listener);
      if (!stream) co_return;
      loop_.spawn(lmtp_.serve(std::move(stream)), "lmtp");
    }
  }
  /// Nothing: the listener was closed.
  static Task<std::unique_ptr<net::Stream>> accept(net::Listener& listener) {
    try {
      co_return co_await listener.accept();
    } catch (const boost::system::system_error&) {
      co_return nullptr;
    }
  }
  Task<> sweep() {
    const auto running = co_await sweeping_.acquire("sweep");
    static_cast<void>(co_await store_.thread_old_mail(&stopping_));
    static_cast<void>(co_await store_.index_old_mail(&stopping_));
    static_cast<void>(co_await store_.sweep(&stopping_));
  }

  net::Loop& loop_;
  net::KeyedLocks sweeping_;
  bool stopping_ = false;
  backend::LocalStore store_;
  backend::LocalUsers users_;
  backend::LocalDirectory directory_;
  backend::LocalFreeBusy free_busy_;
  std::unique_ptr<backend::LdapDirectory> ldap_;    // null: the users are the address list
  std::unique_ptr<backend::LdapDirectory> synced_;  // asked for languages alone; null: it is ldap_
  std::unique_ptr<backend::dav::DavServer> dav_;    // null: the store has the collections, too
  std::string dav_url_;
  std::chrono::seconds dav_limit_;
  std::unique_ptr<backend::FreeBusy> dav_free_busy_;
  std::unique_ptr<DirectoryFolder> folder_;
  backend::recipients::RecipientsBackend recipients_;
  ItemSources items_;
  PasswordKeeper keeper_;
  LocalAccounts accounts_;
  RemovedItemsView removed_items_;
  SharesView shares_;
  backend::LocalVacation vacation_;
  backend::LocalDelivery delivery_;
  LocalReports reports_;
  Outgoing outgoing_;
  std::optional<QueueOutbox> outbox_;
  std::optional<Later> later_;
  LocalGroupsView groups_;
  LocalSubmission submission_;
  lmtp::LocalInbox inbox_;
  lmtp::Server lmtp_;
  std::vector<std::shared_ptr<net::Listener>> listeners_;  // shared with the accept that waits
};

}  // namespace

backend::LocalOptions local_options(const Config& config) {
  backend::LocalOptions options{.folder = mail_directory(config), .domains = config.local.domains};
  options.time_zone = config.calendar.time_zone;
  options.automatic_reply = compose::mail_texts(mail_language(config)).automatic_reply;
  options.shared = backend::shared_rule(config.local.shared);
  options.quota_bytes = static_cast<std::uint64_t>(config.local.quota_megabytes) * megabyte;
  options.hash_memory_budget_bytes =
      static_cast<std::uint64_t>(config.auth.hash_memory_megabytes) * megabyte;
  return options;
}

std::unique_ptr<Backends> make_local_backends(const Config& config, Surroundings around) {
  return std::make_unique<LocalBackends>(config, around);
}

}  // namespace godwit::app

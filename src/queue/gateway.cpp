#include "queue/gateway.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::queue {
namespace {
constexpr Log logger("queue");
}

/// Signs in as the user of a mail that waited.
class GatewayOutgoing::Hop final : public backend::Submission {
 public:
  explicit Hop(GatewayOutgoing& owner) : owner_(owner) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override {
    const std::string user = account.user.str();
    if (owner_.as_users_ && account.password.empty()) {
      const backend::Account* const kept = owner_.kept_of(user);
      if (kept == nullptr) {
        throw Fault(Fault::Kind::unavailable, "it waits for its user to sign in");
      }
      account = *kept;
    }
    try {
      co_return co_await owner_.hop_.submit(std::move(account), std::move(envelope),
                                            std::move(message));
    } catch (const Fault& fault) {
      if (fault.kind() == Fault::Kind::sign_in_failed) owner_.accounts_.erase(user);
      throw;
    }
  }

 private:
  GatewayOutgoing& owner_;
};

/// To the sender, by the same way.
class GatewayOutgoing::SentReports final : public Reports {
 public:
  explicit SentReports(GatewayOutgoing& owner) : owner_(owner) {}
  Task<> deliver(Report report) override {
    auto account = account_of(report.to);
    if (!account) co_return;
    if (report.again && co_await is_there(*account, report.message_id)) co_return;
    const std::string id = hex_encode(digest128(report.message_id));
    Envelope envelope{.from = "", .to = {std::move(report.to)}, .id = id};
    const auto taken = co_await owner_.signing_hop_->submit(
        std::move(*account), std::move(envelope), std::move(report.message));
    if (!taken) logger.error("queue.report_refused", {{"why", taken.error().message}});
  }

 private:
  /// Whether the report has arrived: in the inbox, or where rules and its reader may have put it.
  /// False where that cannot be seen; then the report goes once more, as any mail whose answer was
  /// lost (engine.md §2).
  Task<bool> is_there(backend::Account account, std::string message_id) {
    if (owner_.mailboxes_ == nullptr) co_return false;
    if (owner_.as_users_ && account.password.empty()) {
      throw Fault(Fault::Kind::unavailable, "it waits for its user to sign in");
    }
    try {
      const auto mail = owner_.mailboxes_->open(account);
      for (const backend::MailFolder& folder : co_await mail->folders()) {
        const bool may_be = folder.role == FolderRole::inbox || folder.role == FolderRole::junk ||
                            folder.role == FolderRole::trash;
        if (!may_be) continue;
        const auto found = co_await mail->find_message_id(folder.key, 1, message_id);
        if (found && !found->empty()) co_return true;
      }
    } catch (const Fault& fault) {
      if (owner_.as_users_) {
        if (fault.kind() == Fault::Kind::sign_in_failed) owner_.accounts_.erase(account.user.str());
        throw;  // its user will sign in
      }
      logger.warning("queue.report_not_found", {{"why", fault.what()}});
    }
    co_return false;
  }
  /// Nothing: no user has that address.
  std::optional<backend::Account> account_of(const std::string& address) const {
    for (const auto& [user, account] : owner_.accounts_) {
      const auto& own = account.addresses;
      if (std::ranges::find(own, address) != own.end()) return account;
    }
    auto user = UserId::parse(address);
    if (!user) return std::nullopt;
    return backend::Account{.user = std::move(*user),
                            .login = address,
                            .password = {},
                            .display_name = {},
                            .addresses = {address}};
  }

  GatewayOutgoing& owner_;
};

GatewayOutgoing::GatewayOutgoing(QueueOptions options, FileLayer& files, const Clock& clock,
                                 Random& random, backend::Submission& hop, bool as_users)
    : clock_(clock),
      as_users_(as_users),
      hop_(hop),
      signing_hop_(std::make_unique<Hop>(*this)),
      reports_(std::make_unique<SentReports>(*this)),
      queue_(std::move(options), files, clock, random, *signing_hop_, *reports_) {
  if (as_users_) queue_.set_after_work([this] { return forget_idle(); });
}

GatewayOutgoing::~GatewayOutgoing() = default;

Task<Result<>> GatewayOutgoing::submit(backend::Account account, Envelope envelope,
                                       std::shared_ptr<const backend::MessageSource> message) {
  if (!envelope.patient) {
    co_return co_await hop_.submit(std::move(account), std::move(envelope), std::move(message));
  }
  auto taken = co_await queue_.submit(account, std::move(envelope), std::move(message));
  if (taken) static_cast<void>(co_await keep(std::move(account)));
  co_return taken;
}

Task<> GatewayOutgoing::signed_in(backend::Account account) {
  const UserId user = account.user;
  try {
    if (co_await keep(std::move(account))) static_cast<void>(co_await queue_.hurry(user));
  } catch (const Fault& fault) {
    logger.warning("queue.not_hurried", {{"user", user}, {"why", fault.what()}});
  }
}

Task<bool> GatewayOutgoing::keep(backend::Account account) {
  if (!as_users_ || account.password.empty()) co_return false;
  const std::string user = account.user.str();
  const auto known = accounts_.find(user);
  if (known != accounts_.end() && known->second.password == account.password) co_return false;
  if (!(co_await queue_.users()).contains(user)) co_return false;
  accounts_.insert_or_assign(user, std::move(account));
  co_return true;
}

const backend::Account* GatewayOutgoing::kept_of(const std::string& user) {
  const auto found = accounts_.find(user);
  if (found == accounts_.end()) return nullptr;
  const auto& ends = found->second.token_ends;
  if (!ends || clock_.now() < *ends) return &found->second;
  accounts_.erase(found);
  return nullptr;
}

void GatewayOutgoing::forget_user(const UserId& user) { accounts_.erase(user.str()); }

Task<> GatewayOutgoing::forget_idle() {
  if (accounts_.empty()) co_return;
  const auto waiting = co_await queue_.users();
  std::erase_if(accounts_, [&](const auto& each) { return !waiting.contains(each.first); });
}

}  // namespace godwit::queue

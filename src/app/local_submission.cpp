#include "app/local_submission.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "queue/bounce.hpp"

namespace godwit::app {
namespace {

using Outcome = backend::LocalDelivery::Outcome;

Result<> outcome_result(Outcome outcome, const std::string& address) {
  switch (outcome) {
    case Outcome::stored:
    case Outcome::repeated:
    case Outcome::partly:  // reported
      return {};
    case Outcome::unknown_user:
      return fail(Errc::not_found, "there is no mailbox " + address);
    case Outcome::over_quota:
      return fail(Errc::refused, "the mailbox of " + address + " is full");
  }
  std::unreachable();
}

}  // namespace

Task<> deliver_report(backend::LocalDelivery& delivery, std::string to,
                      std::shared_ptr<const backend::MessageSource> report) {
  backend::LocalDelivery::Envelope envelope{.from = "", .to = {std::move(to)}};
  envelope.beyond_quota_bytes = backend::LocalDelivery::report_beyond_quota_bytes;
  const auto outcomes = co_await delivery.deliver(std::move(envelope), std::move(report));
  if (outcomes.front() == Outcome::over_quota) {
    throw Fault(Fault::Kind::quota, "the sender's mailbox is full, even for a report");
  }
}

Task<Result<>> LocalSubmission::submit(backend::Account account, Envelope envelope,
                                       std::shared_ptr<const backend::MessageSource> message) {
  std::vector<std::string> here;
  std::vector<std::string> outside;
  for (std::string& address : envelope.to) {
    (delivery_.is_local(address) ? here : outside).push_back(std::move(address));
  }
  if (!outside.empty() && outside_ == nullptr) {
    co_return fail(Errc::refused, "this server sends no mail to other domains");
  }
  // What would be refused is refused before anybody got it.
  for (const std::string& address : here) {
    const Outcome outcome = co_await delivery_.accepts(address, message->size());
    if (auto taken = outcome_result(outcome, address); !taken) co_return taken;
  }
  backend::LocalDelivery::Envelope inner{.from = envelope.from, .to = std::move(here)};
  for (const std::string& address : outside) inner.elsewhere.push_back(ascii_lower(address));
  const std::string id = envelope.id;
  if (!outside.empty()) {
    envelope.to = std::move(outside);
    const auto sent = co_await outside_->submit(std::move(account), std::move(envelope), message);
    if (!sent) co_return pass(sent);
  }
  if (inner.to.empty()) co_return Result<>{};
  co_return co_await deliver(std::move(inner), id, std::move(message));
}

Task<Result<>> LocalSubmission::deliver(backend::LocalDelivery::Envelope envelope, std::string id,
                                        std::shared_ptr<const backend::MessageSource> message) {
  const std::vector<std::string> to = envelope.to;
  std::string from = envelope.from;
  const auto outcomes = co_await delivery_.deliver(std::move(envelope), std::move(message));
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == Outcome::partly) groups.push_back(to[i]);
  }
  if (!groups.empty()) co_await report(std::move(from), std::move(id), std::move(groups));
  // The mailbox went, or filled up, since it was asked; the others have the mail.
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (auto taken = outcome_result(outcomes[i], to[i]); !taken) co_return taken;
  }
  co_return Result<>{};
}

/// Those who could get it have it: who wrote is told of the others by mail, not by a failure, which
/// would make the device send it again.
Task<> LocalSubmission::report(std::string sender, std::string id,
                               std::vector<std::string> groups) {
  queue::BounceFacts facts{.reporting_host = host_,
                           .sender = sender,
                           .mail_id = hex_encode(digest128("partly\n" + id)),
                           .accepted = clock_.now(),
                           .failed = clock_.now()};
  for (std::string& group : groups) {
    facts.recipients.push_back(
        {std::move(group),
         "some members of the group could not get it: full mailboxes, or no way "
         "to members elsewhere"});
  }
  co_await deliver_report(delivery_, std::move(sender),
                          std::make_shared<backend::StringSource>(make_bounce(facts)));
}

}  // namespace godwit::app

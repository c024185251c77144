#include "app/local_submission.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "convert/header.hpp"

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

constexpr const char* partly_taken =
    "some members of the group could not get it: full mailboxes, or no way to members elsewhere";

}  // namespace

bool LocalSubmission::Failures::take(const std::string& address, const Result<>& taken) {
  if (taken) return true;
  if (reported) recipients.push_back({address, taken.error().message});
  return reported;
}

Task<> deliver_report(backend::LocalDelivery& delivery, std::string to,
                      std::shared_ptr<const backend::MessageSource> report,
                      std::vector<std::string> facts) {
  backend::LocalDelivery::Envelope envelope{.from = "", .to = {std::move(to)}};
  envelope.facts = std::move(facts);
  envelope.beyond_quota_bytes = backend::LocalDelivery::report_beyond_quota_bytes;
  const auto outcomes = co_await delivery.deliver(std::move(envelope), std::move(report));
  if (outcomes.front() == Outcome::over_quota) {
    throw Fault(Fault::Kind::quota, "the sender's mailbox is full, even for a report");
  }
}

Task<Result<>> LocalSubmission::submit(backend::Account account, Envelope envelope,
                                       std::shared_ptr<const backend::MessageSource> message) {
  Failures failed{.reported = envelope.patient};
  std::vector<std::string> here;
  std::vector<std::string> outside;
  // What would be refused is refused before anybody got it.
  for (std::string& address : envelope.to) {
    const bool is_here = delivery_.is_local(address);
    Result<> taken;
    if (is_here) {
      taken = outcome_result(co_await delivery_.accepts(address, message->size()), address);
    } else if (outside_ == nullptr) {
      taken = fail(Errc::refused, "this server sends no mail to other domains");
    }
    if (!failed.take(address, taken)) co_return taken;
    if (taken) (is_here ? here : outside).push_back(std::move(address));
  }
  backend::LocalDelivery::Envelope inner{.from = envelope.from, .to = std::move(here)};
  for (const std::string& address : outside) inner.elsewhere.push_back(ascii_lower(address));
  const std::string id = envelope.id;
  if (!outside.empty()) {
    envelope.to = outside;
    const auto sent = co_await outside_->submit(std::move(account), std::move(envelope), message);
    for (const std::string& address : outside) {
      if (!failed.take(address, sent)) co_return pass(sent);
    }
  }
  co_return co_await deliver(std::move(inner), id, std::move(message), std::move(failed));
}

Task<Result<>> LocalSubmission::deliver(backend::LocalDelivery::Envelope envelope, std::string id,
                                        std::shared_ptr<const backend::MessageSource> message,
                                        Failures failed) {
  const std::vector<std::string> to = envelope.to;
  const std::string from = envelope.from;
  std::vector<Outcome> outcomes;
  if (!to.empty()) outcomes = co_await delivery_.deliver(std::move(envelope), message);
  // The mailbox went, or filled up, since it was asked; the others have the mail.
  Result<> last;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == Outcome::partly) failed.recipients.push_back({to[i], partly_taken});
    const auto taken = outcome_result(outcomes[i], to[i]);
    if (!failed.take(to[i], taken) && last) last = taken;
  }
  if (!failed.recipients.empty()) {
    co_await report(from, id, std::move(failed.recipients), *message);
  }
  co_return last;
}

/// Those who could get it have it: who wrote is told of the others by mail, not by a failure, which
/// would make the device send it again.
Task<> LocalSubmission::report(std::string sender, std::string id,
                               std::vector<queue::FailedRecipient> failed,
                               const backend::MessageSource& message) {
  constexpr std::size_t header_bytes_max = 64 * 1024;
  std::vector<std::string> facts;
  facts.reserve(failed.size());
  for (const queue::FailedRecipient& each : failed) facts.push_back(id + '\n' + each.address);
  // A kill between the report and the answer makes the same mail come again, and whom it reaches
  // then may differ.
  facts = co_await delivery_.untold(sender, std::move(facts));
  std::erase_if(failed, [&](const queue::FailedRecipient& each) {
    return std::ranges::find(facts, id + '\n' + each.address) == facts.end();
  });
  if (failed.empty()) co_return;
  const std::string beginning = message.read(0, header_bytes_max);
  queue::BounceFacts report{.reporting_host = host_,
                            .sender = sender,
                            .mail_id = hex_encode(digest128("partly\n" + facts.front())),
                            .accepted = clock_.now(),
                            .failed = clock_.now(),
                            .recipients = std::move(failed),
                            .language = language_};
  report.original_header = beginning.substr(0, convert::header_length(beginning));
  co_await deliver_report(delivery_, std::move(sender),
                          std::make_shared<backend::StringSource>(make_bounce(report)),
                          std::move(facts));
}

}  // namespace godwit::app

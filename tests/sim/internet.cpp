#include "sim/internet.hpp"

#include "base/fault.hpp"
#include "base/text.hpp"
#include "convert/header.hpp"

namespace godwit::sim {

Task<Result<>> Internet::submit(backend::Account, Envelope envelope,
                                std::shared_ptr<const backend::MessageSource> message) {
  const std::string text = message->read(0, message->size());
  const convert::Header header(text);
  const std::string subject(trim(header.get("Subject")));
  if (header.has("Bcc")) complaint_ = subject + " shows its Bcc";
  constexpr unsigned per_cent = 100;
  const auto chance = kind_ ? per_cent : static_cast<unsigned>(random_.next() % per_cent);
  if (chance < 8) throw Fault(Fault::Kind::unavailable, "the next mail server is down");
  if (chance < 11) throw Fault(Fault::Kind::timed_out, "the next mail server took nothing");
  if (chance < 15) {
    for (const std::string& to : envelope.to) ++arrivals_[{subject, to}].refusals;
    co_return fail(Errc::refused, "550 not wanted");
  }
  take(subject, envelope);
  if (chance < 19) {
    ++doubts_[subject];
    throw Fault(Fault::Kind::timed_out, "the next mail server did not answer");
  }
  unnoted_.insert(subject);
  co_return Result<>{};
}

void Internet::take(const std::string& subject, const Envelope& envelope) {
  for (const std::string& to : envelope.to) ++arrivals_[{subject, to}].copies;
}

void Internet::lost_note() {
  for (const std::string& subject : unnoted_) ++doubts_[subject];
  unnoted_.clear();
}

const Internet::Arrivals& Internet::arrivals(const std::string& subject,
                                             const std::string& recipient) {
  return arrivals_[{subject, recipient}];
}

unsigned Internet::doubts(const std::string& subject) { return doubts_[subject]; }

unsigned Internet::all_doubts() const {
  unsigned sum = 0;
  for (const auto& [subject, count] : doubts_) sum += count;
  return sum;
}

unsigned Internet::all_copies() const {
  unsigned sum = 0;
  for (const auto& [key, arrivals] : arrivals_) sum += arrivals.copies;
  return sum;
}

}  // namespace godwit::sim

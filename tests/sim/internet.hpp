/// The next mail server and all behind it: takes mail or does not, as its seed decides, and counts
/// what arrived.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "backend/backend.hpp"
#include "base/clock.hpp"

namespace godwit::sim {

class Internet final : public backend::Submission {
 public:
  explicit Internet(Random& random) : random_(random) {}

  /// Mails are known by their Subject. Mostly takes the mail; sometimes is down, refuses, or does
  /// not answer, which may or may not mean that it took the mail.
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;
  /// From now on every mail is taken.
  void be_kind() { kind_ = true; }

  /// Whoever handed mails over has noted that they were taken.
  void settled() { unnoted_.clear(); }
  /// It died instead: these mails may come again.
  void lost_note();

  struct Arrivals {
    unsigned copies = 0;
    unsigned refusals = 0;
  };
  /// By Subject and recipient.
  const Arrivals& arrivals(const std::string& subject, const std::string& recipient);
  /// How often nobody could tell whether a mail was taken (engine.md §2).
  unsigned doubts(const std::string& subject);
  unsigned all_doubts() const;
  unsigned all_copies() const;
  /// What must not be seen outside, and was; else empty.
  const std::string& complaint() const { return complaint_; }

 private:
  void take(const std::string& subject, const Envelope& envelope);

  Random& random_;
  bool kind_ = false;
  std::map<std::pair<std::string, std::string>, Arrivals> arrivals_;
  std::map<std::string, unsigned> doubts_;
  std::set<std::string> unnoted_;
  std::string complaint_;
};

}  // namespace godwit::sim

/// A mail on its way out exactly once, wherever it comes from (engine.md §2): the intent with its
/// plan, the submission under one envelope id, the log of what was sent, the copy in Sent.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "command/sent_copy.hpp"
#include "command/sent_log.hpp"
#include "command/session.hpp"
#include "compose/letter.hpp"
#include "compose/pieces.hpp"
#include "eas/status.hpp"
#include "sync/journal.hpp"

namespace godwit::command {

template <class T = void>
using Sending = std::expected<T, eas::Status>;

/// Whom the user may write as.
compose::Identity identity_of(const backend::Account& account);
/// 32 hexadecimal digits that nobody can guess.
std::string unique_id(Random& random);

/// A mail that is ready but for what the journal decides.
struct Outgoing {
  compose::Fields header;
  compose::Pieces content;
};

/// What the intent remembers: everything that a later attempt must do alike.
struct SendPlan {
  std::string envelope_id;  // random: what the next hop knows the mail by
  std::string message_id;   // without brackets
  Time date{};
  std::string digest;  // of what the device asked for
  SentPlace sent{};
  // The mail itself, where what it is made of may go meanwhile; empty: it is not kept.
  std::string header, content;
};

/// In the order of a mail's way. Throws Fault as the systems behind it do.
class Delivery {
 public:
  Delivery(Session& session, bool save_in_sent)
      : session_(session), save_in_sent_(save_in_sent), log_(session) {}

  /// Loads the log. `name`: of the intent, and in the log. Whether the mail went out before: with
  /// an id of its own for as long as the log goes back, else only if nothing else was sent since.
  Task<bool> was_sent(std::string name, bool has_id);
  /// After `was_sent`: it was this that went out, not something else under the same name.
  bool was_sent_as(const std::string& digest) const { return log_.has(name_, digest); }
  /// After `was_sent`: opens what a kill left undone. False: nothing.
  Task<bool> reopen();
  /// After `was_sent`: a kill left just this mail, whole and perhaps sent (`keep`).
  Task<bool> has_kept(const std::string& digest);
  /// A new plan, or that of an earlier attempt at the same.
  Task<> open(const std::string& digest);
  /// The intent holds the mail from here on, if it is small enough: what it was made of may go, and
  /// a later attempt still sends the same and has its copy.
  Task<> keep(const Outgoing& outgoing);
  /// What the intent holds.
  std::optional<Outgoing> kept() const;
  const SendPlan& plan() const { return plan_; }
  compose::Stamp stamp() const { return {plan_.message_id, plan_.date}; }

  /// Nothing, or why the next hop does not take it; server_error_retry_later: it may have taken it,
  /// the intent stays for the device's next attempt.
  Task<std::optional<eas::Status>> submit(const Outgoing& outgoing, std::string from,
                                          std::vector<std::string> to);
  /// It went out: durable from here on.
  Task<> note_sent(const Outgoing& outgoing);
  /// The copy in Sent, once. False: there is none.
  Task<bool> save(Outgoing outgoing);
  /// After `save` failed: another attempt may do better.
  bool may_save_later() const { return may_save_later_; }
  Task<> close();

 private:
  Task<sync::OpenIntent> open_intent();
  void log_refusal(eas::Status status, const std::string& why) const;

  Session& session_;
  bool save_in_sent_;
  SentLog log_;
  std::string name_;
  SendPlan plan_;
  sync::OpenIntent intent_;
  std::size_t recipients_ = 0;
  bool may_save_later_ = false;
};

}  // namespace godwit::command

/// The server's half of LMTP (RFC 2033): what to answer and what to do, without I/O.
///
/// The driver feeds bytes while `next()` has nothing for it, carries out what `next()` returns,
/// answers an action that asks something, and sends what `take_output()` gives.
///
///   session.feed(bytes);
///   while (auto action = session.next()) ...   // std::visit
///   send(session.take_output());
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "lmtp/dot_decoder.hpp"

namespace godwit::lmtp {

inline constexpr std::size_t line_bytes_max = 2048;  // RFC 5321 4.5.3.1.4: 512, and the parameters
inline constexpr std::size_t path_bytes_max = 256;   // RFC 5321 4.5.3.1.3
inline constexpr unsigned errors_max = 20;           // then the peer is no mail server of ours

struct SessionSettings {
  std::string host;                                     // how the server calls itself
  std::uint64_t message_bytes_max = 100 * 1024 * 1024;  // octets, dots undone
  std::size_t recipients_max = 100;                     // RFC 5321 4.5.3.1.8: at least 100
  bool quota_is_permanent = false;  // a full mailbox: 552 5.2.2 instead of 452 4.2.2
};

/// One recipient's fate, before the mail and after it.
enum class Verdict : std::uint8_t {
  taken,
  unknown_user,  // 550 5.1.1
  over_quota,    // 452 4.2.2 or 552 5.2.2
  disk_full,     // 452 4.3.1
  not_now,       // 451 4.3.0
};

struct Transaction {
  std::string from;                     // address only; empty: the null sender
  std::vector<std::string> recipients;  // accepted ones, in order
  std::uint64_t announced_bytes = 0;    // SIZE=; 0: not told
  bool utf8 = false;                    // SMTPUTF8
};

/// Is there a mailbox for this address, with room for so many octets? Answer: recipient().
struct CheckRecipient {
  std::string address;
  std::uint64_t bytes;
};
/// A new mail begins: get a place to keep it. Answer: nothing, or spool_failed().
struct BeginMail {};
/// More of the mail; never after spool_failed().
struct MailBytes {
  std::string bytes;
};
/// The mail is whole: store it. Answer: delivered().
struct DeliverMail {
  Transaction transaction;
};
/// The mail will not be delivered: forget what was kept.
struct DropMail {};
/// Send what is left and close.
struct Close {};
using Action = std::variant<CheckRecipient, BeginMail, MailBytes, DeliverMail, DropMail, Close>;

class Session {
 public:
  explicit Session(SessionSettings settings);

  void feed(std::string_view bytes) { input_ += bytes; }
  /// The next thing to do; nothing when more bytes, or an answer, are needed.
  std::optional<Action> next();
  /// What is to be sent now; RFC 2920: replies gather until there is nothing left to do.
  std::string take_output() { return std::move(output_); }

  void recipient(Verdict verdict);
  /// One verdict per recipient.
  void delivered(const std::vector<Verdict>& verdicts);
  /// The mail cannot be kept: what follows of it is dropped, and refused in the end.
  void spool_failed(Verdict why);
  /// The peer was silent for too long: says so, and closes.
  void time_out();

  /// The name that the peer gave itself; empty before LHLO.
  const std::string& peer_name() const { return peer_name_; }

 private:
  enum class State : std::uint8_t { command, asking, data, delivering, closed };
  struct Path;

  std::optional<Action> next_of_data();
  std::optional<Action> end_of_data();
  std::optional<Action> command(std::string_view line);
  std::optional<Action> data();
  void lhlo(std::string_view name);
  void mail(std::string_view argument);
  std::optional<Action> rcpt(std::string_view argument);
  bool mail_parameters(std::string_view parameters);
  static Result<Path> parse_path(std::string_view argument, std::string_view keyword);
  void reply(std::string_view line);
  void refuse(std::string_view line);
  void reply_to(Verdict verdict, std::string_view address);
  void reset();

  SessionSettings settings_;
  State state_ = State::command;
  std::string input_;
  std::string output_;
  std::string peer_name_;
  bool in_mail_ = false;
  bool line_too_long_ = false;
  unsigned errors_ = 0;
  Transaction transaction_;
  std::string asked_;  // the recipient whose verdict is awaited
  DotDecoder decoder_;
  std::uint64_t received_bytes_ = 0;
  std::optional<Verdict> failed_;  // why the mail that comes in is not kept
  bool too_large_ = false;
};

}  // namespace godwit::lmtp

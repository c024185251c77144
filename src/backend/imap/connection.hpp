/// One signed-in connection to an IMAP server: commands go out pipelined, responses come back
/// sorted by command. Every call has a deadline; after a fault or a cancellation the connection is
/// of no more use.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/imap/settings.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "imap/command.hpp"
#include "imap/response.hpp"
#include "imap/splitter.hpp"
#include "item/folder.hpp"
#include "net/stream.hpp"

namespace godwit::backend::imap {

using godwit::imap::Command;
using godwit::imap::Response;
using godwit::imap::StatusResponse;

struct Credentials {
  std::string login;
  Secret password;
  std::string signer{};    // whose password it is, where that is not the login (RFC 4616 authcid)
  bool by_master = false;  // not the user's password: a refusal is no word about the user
  /// `password` is a bearer token, which opens nothing from then on.
  std::optional<Time> token_ends{};
};

/// How a command ended, and what the server sent before that and after the one before. Servers end
/// pipelined commands in any order, so data may stand with a command that did not ask for it.
struct Completed {
  StatusResponse status;
  std::vector<Response> data;
  bool ok() const { return status.kind == StatusResponse::Kind::ok; }
};

struct Selected {
  FolderKey key;
  std::uint32_t uid_validity = 0;
  Uid uid_next = 0;
  std::uint64_t highest_modseq = 0;  // 0: the mailbox has none
  bool any_keyword = true;           // `\*` among PERMANENTFLAGS
  std::vector<std::string> permanent_flags;
  bool tells_permanent = false;  // whether there was a list
  bool read_only = false;

  /// Whether a change of this flag of IMAP's own would stay. Servers may answer OK to one that does
  /// not (RFC 4314 4, RFC 9051 7.1).
  bool keeps(std::string_view flag) const;
};

class Connection {
 public:
  /// Connects, secures and signs in. Throws Fault: unavailable, timed_out, sign_in_failed.
  static Task<std::unique_ptr<Connection>> open(const Settings& settings, Credentials credentials);
  /// On a stream that is connected already: for tests with a scripted server.
  static Task<std::unique_ptr<Connection>> open_on(std::unique_ptr<net::Stream> stream,
                                                   const Settings& settings,
                                                   Credentials credentials);
  ~Connection();

  bool has(std::string_view capability) const;  // upper case
  bool condstore() const { return condstore_; }
  bool qresync() const { return qresync_; }
  bool utf8() const { return utf8_; }
  const std::string& prefix() const { return prefix_; }
  char delimiter() const { return delimiter_; }
  /// Prefixes of the namespaces of other users, and of shared ones.
  const std::vector<std::string>& foreign() const { return foreign_; }
  const std::optional<Selected>& selected() const { return selected_; }
  /// Up to what the selected mailbox is known here; the pool counts (Pool::learned).
  std::uint64_t synced = 0;
  /// Idle, and the server has neither spoken nor closed.
  bool reusable() const;
  bool broken() const { return broken_ || busy_; }
  void close() noexcept;

  /// All are written, then all answers read. Throws Fault. None may depend on another's effect
  /// (quirk answers_out_of_order).
  Task<std::vector<Completed>> run(std::vector<Command> commands, std::chrono::milliseconds limit);
  Task<Completed> run(Command command, std::chrono::milliseconds limit);
  /// One command whose streamed literal is `message`.
  Task<Completed> append(Command command, std::shared_ptr<const MessageSource> message,
                         std::chrono::milliseconds limit);
  /// SELECT; on OK `selected` says what.
  Task<Completed> select(FolderKey key, std::chrono::milliseconds limit);
  /// Never by CLOSE, which would expunge.
  Task<> unselect(std::chrono::milliseconds limit);

  /// Begins IDLE; true when the server agreed.
  Task<bool> begin_idle(std::chrono::milliseconds limit);
  Task<Completed> end_idle(std::chrono::milliseconds limit);
  /// The next response that nobody asked for, or nothing within `limit`. Throws Fault when IDLE is
  /// ended by the server, system_error when the connection breaks.
  Task<std::optional<Response>> next_unasked(std::chrono::milliseconds limit,
                                             std::chrono::milliseconds rest_limit);

 private:
  struct Pending {
    std::string tag;
    Completed completed;
    bool done = false;
  };

  Connection(std::unique_ptr<net::Stream> stream, const Settings& settings);

  Task<> set_up(const Settings& settings, Credentials credentials);
  Task<> start_tls(const Settings& settings);
  Task<> sign_in(Credentials credentials);
  Task<Completed> authenticate(Credentials credentials);
  Task<Completed> authenticate_by_token(Credentials credentials);
  Task<> after_sign_in();
  Task<> ask_capabilities();

  Task<std::vector<Completed>> run_now(std::vector<Command> commands,
                                       std::shared_ptr<const MessageSource> message,
                                       std::vector<std::string> replies);
  Task<std::vector<Completed>> limited(std::vector<Command> commands,
                                       std::shared_ptr<const MessageSource> message,
                                       std::vector<std::string> replies,
                                       std::chrono::milliseconds limit);
  Task<bool> write_command(std::size_t index, Command command,
                           std::shared_ptr<const MessageSource> message);
  Task<> stream_message(std::shared_ptr<const MessageSource> message);
  /// Reads until `+` (true) or until the command at `index` has ended (false).
  Task<bool> wait_for_continuation(std::size_t index);
  Task<> read_all();
  /// Gives it to the command that it belongs to. True for a continuation.
  bool sort_in(Response response);
  Task<> read_more();
  std::optional<Response> buffered();
  Task<Response> next_response();
  void observe(Response& response);
  void observe_code(const StatusResponse& status);
  void set_capabilities(const std::vector<std::string>& names);
  godwit::imap::LiteralMode literal_mode() const;

  std::unique_ptr<net::Stream> stream_;
  std::string host_;
  std::uint16_t port_;
  godwit::imap::ResponseSplitter splitter_;
  std::deque<Pending> pending_;
  std::set<std::string, std::less<>> capabilities_;
  std::optional<Selected> selected_;
  std::optional<Selected> selecting_;
  std::string prefix_;
  std::vector<std::string> foreign_;
  std::string bye_;
  std::uint32_t next_tag_ = 1;
  char delimiter_ = '/';
  bool capabilities_known_ = false;
  bool condstore_ = false;
  bool qresync_ = false;
  bool utf8_ = false;
  bool busy_ = false;
  bool broken_ = false;
};

}  // namespace godwit::backend::imap

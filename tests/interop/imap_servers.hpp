/// Real IMAP servers for tests: started once a process, each test with a user of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/imap/imap.hpp"
#include "base/clock.hpp"
#include "net/loop.hpp"

namespace godwit::interop {

/// A server that runs until the process ends. `options` as tests/parts/NAME.sh start takes them.
class RunningServer {
 public:
  /// Whether its packages are unpacked; and if not, what to do about it.
  static bool is_there(const std::string& name);
  static std::string why_not(const std::string& name);
  /// The one of this name and these options. Throws when it does not start.
  static const RunningServer* get(const std::string& name, const std::string& options);
  ~RunningServer();

  std::uint16_t port(const std::string& name) const;  // "IMAP_PORT"
  const std::string& value(const std::string& name) const;

 private:
  RunningServer(std::string script, std::string folder, std::map<std::string, std::string> values)
      : script_(std::move(script)), folder_(std::move(folder)), values_(std::move(values)) {}
  std::string script_;
  std::string folder_;
  std::map<std::string, std::string> values_;
};

/// A loop that runs a piece at a time; watches live on it between the pieces.
class TestLoop {
 public:
  TestLoop();
  ~TestLoop();
  net::Executor executor();
  /// Rethrows what `work` throws.
  void run(Task<> work);
  /// What `work` gives.
  template <class T>
  T get(Task<T> work) {
    std::optional<T> out;
    run(keep(std::move(work), out));
    return std::move(*out);
  }
  bool wait_until(const std::function<bool()>& done);

 private:
  template <class T>
  static Task<> keep(Task<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
  }

  struct State;
  std::unique_ptr<State> state_;
};

/// Hands a message over as a mail server would. Throws on anything but 250.
void deliver_by_lmtp(std::uint16_t port, const std::string& recipient, std::string message,
                     const std::string& sender = "sender@example.com");

/// Talks SMTP: each line is said once the one before was answered. The last lines of the answers,
/// the greeting's first.
std::vector<std::string> converse(std::uint16_t port, const std::vector<std::string>& lines);

/// Signs in to an IMAP server ("cyrus" is Cyrus' administrator) and runs the commands, all written
/// before the answers are read. Throws when one is refused.
void run_imap_commands(std::uint16_t port, const std::string& user,
                       const std::vector<std::string>& commands);

/// Folders of a Dovecot user, as `maildirmake` would: thousands of CREATE commands take minutes.
/// `mailbox` is the user's folder below MAIL. Throws.
void make_maildirs(const std::string& mailbox, const std::vector<std::string>& names);

/// Makes the account of a user whom the server makes one at the first sign-in. Throws.
void sign_in_by_imap(TestLoop& loop, const RunningServer& server, const std::string& user);

/// A name that no test used before.
std::string fresh_user();

}  // namespace godwit::interop

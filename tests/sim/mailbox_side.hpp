/// Where the user's mail lies: the embedded store or an IMAP server. What the simulator needs of
/// it, beside what the product asks: others at work in it, and the truth about it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "base/clock.hpp"
#include "faults/fault_disk.hpp"
#include "interop/imap_servers.hpp"
#include "run.hpp"

namespace godwit::sim {

/// What outlives the process under test.
struct Ground {
  explicit Ground(std::uint64_t seed) : disk(seed), random(seed) {}

  template <class T>
  T run(Task<T> work) {
    if constexpr (std::is_void_v<T>) {
      loop.run(std::move(work));
    } else {
      std::optional<T> out;
      loop.run(test::detail::store_result(std::move(work), out));
      return std::move(*out);
    }
  }

  interop::TestLoop loop;
  test::FaultDisk disk;
  ManualClock clock;
  SeededRandom random;
};

/// A folder as it is.
struct Box {
  struct Mail {
    Uid uid = 0;
    bool seen = false;
    bool flagged = false;
    std::string header;
  };
  std::uint32_t uid_validity = 0;
  std::vector<Mail> mails;
};

class MailboxSide {
 public:
  virtual ~MailboxSide() = default;
  virtual const std::string& login() const = 0;
  virtual std::string address() const = 0;

  /// The process's side of it, from its start to its death.
  virtual void start(bool first) = 0;
  virtual void stop() = 0;
  virtual backend::MailBackend& mail() = 0;
  virtual backend::Users& users() = 0;
  /// The collections beside the mail; nullptr = there are none.
  virtual backend::ItemsBackend* items() { return nullptr; }
  /// How mail goes out, when `outside` is the way to everybody else.
  virtual backend::Submission& submission(backend::Submission& outside) = 0;
  /// A report about mail that could not be delivered, for the user.
  virtual Task<> report(std::shared_ptr<const backend::MessageSource> report) = 0;
  /// Whether mail of the user to the user itself comes back to the mailbox.
  virtual bool delivers_to_self() const = 0;

  /// The user's mail without a killer: what somebody else does at a desktop.
  virtual backend::Mail& desktop() = 0;
  /// The same of the collections, where there are any.
  virtual backend::Items* desktop_items() { return nullptr; }
  /// Somebody else's, who lets the user read the calendar among them and nothing more; nullptr =
  /// nobody does.
  virtual backend::Items* others_items() { return nullptr; }
  /// A canary: the user may write there after all.
  virtual void let_write() {}
  /// By the door for mail.
  virtual void deliver(std::string text) = 0;
  /// Breaks a connection of the process as it says the `nth` thing from now, before the other side
  /// hears it (or after, when it `arrives`). Where there is no connection: nothing.
  virtual void cut_at(unsigned nth, bool arrives) = 0;
  /// Breaks nothing more; how often it did so far.
  virtual unsigned mend() = 0;
  /// By folder key.
  virtual std::map<std::string, Box> truth() = 0;
};

using MakeSide = std::unique_ptr<MailboxSide> (*)(Ground& ground);
std::unique_ptr<MailboxSide> make_embedded_side(Ground& ground);
/// With others_items().
std::unique_ptr<MailboxSide> make_embedded_reading_side(Ground& ground);
/// Throw where the server's parts are not there (interop::RunningServer::is_there).
std::unique_ptr<MailboxSide> make_dovecot_side(Ground& ground);
std::unique_ptr<MailboxSide> make_cyrus_side(Ground& ground);
/// Mail in the embedded store, collections on a DAV server.
std::unique_ptr<MailboxSide> make_radicale_side(Ground& ground);
/// What is there already on a DAV server on loopback.
std::unique_ptr<MailboxSide> make_dav_side(Ground& ground, std::uint16_t port);

}  // namespace godwit::sim

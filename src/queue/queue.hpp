/// Mail on its way out. The next hop is asked while the device waits, so that a refusal reaches the
/// person who wrote (of what the server wrote for somebody, Envelope::patient, by a report); a hop
/// that is merely down makes the mail wait in a durable queue until it is delivered, refused (then
/// its sender gets a report) or too old.
///
/// An envelope id is taken once: who comes again with it is told "taken", whatever became of it,
/// for a week. Recipients are tracked one by one: nobody gets a mail twice, nobody is forgotten.
/// The one moment that cannot be settled, a hop that took a mail and whose answer was lost, is
/// tried once more with the same Message-ID (engine.md §2).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/language.hpp"
#include "net/worker.hpp"
#include "sqlite/group_commit.hpp"

namespace godwit::queue {

struct QueueOptions {
  std::string folder;                     // holds queue.sqlite and mail/
  std::string host;                       // who reports failures: this machine's mail name
  Language language = Language::english;  // of these reports
  std::string vfs = {};                   // of SQLite; empty: the system's
  std::chrono::hours expiry{120};         // then a mail is given up
  std::chrono::milliseconds try_limit = std::chrono::seconds(60);  // of the device's own request
  std::chrono::milliseconds attempt_limit = std::chrono::minutes(10);  // RFC 5321 4.5.3.2.6
  std::chrono::milliseconds poll = std::chrono::seconds(5);
  std::function<void(const std::string& what)> damaged = {};  // sqlite::OpenOptions
};

/// About undeliverable mail, from the null sender.
struct Report {
  std::string to;          // the mail's sender
  std::string message_id;  // with its angle brackets; of this report alone
  std::shared_ptr<const backend::MessageSource> message;
  /// It was given away before, and nobody knows whether it was taken: a kill, a lost answer. The
  /// same octets as then.
  bool again = false;
};

/// Takes reports.
class Reports {
 public:
  virtual ~Reports() = default;
  /// Takes the same report once, as far as that can be known. Throws Fault when it cannot be taken
  /// now, then the report is tried again as mails are, until it is `expiry` old, and after a second
  /// time-out no more; a sender who does not exist (any more) is none.
  virtual Task<> deliver(Report report) = 0;
};

struct QueuedMail {
  std::string name;  // as logs name it, and retry and remove take it
  std::string user;
  std::string from;
  std::vector<std::string> to;  // those that wait
  std::uint64_t bytes = 0;
  Time accepted{};
  Time next{};
  std::uint32_t attempts = 0;
  std::string reason;  // why it waits: the last failure
};

class Queue final : public backend::Submission {
 public:
  /// Blocks: makes the folder and the tables where there are none, removes what a kill left
  /// half-written. Throws Fault (sqlite::SchemaMismatch when the tables are not those of today).
  /// All references outlive it.
  Queue(QueueOptions options, FileLayer& files, const Clock& clock, Random& random,
        backend::Submission& hop, Reports& reports);
  ~Queue() override;

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;

  /// Takes it without asking the next hop while the caller waits; it is tried at once.
  Task<> enqueue(backend::Account account, Envelope envelope,
                 std::shared_ptr<const backend::MessageSource> message);

  /// Makes what waits of a user due now; false: nothing does.
  Task<bool> hurry(UserId user);
  /// Users whose mail waits.
  Task<std::set<std::string>> users();
  /// What `run` does after it looked at mail; what that throws is logged.
  void set_after_work(std::function<Task<>()> after) { after_work_ = std::move(after); }
  Task<> after_work();

  /// Everything that is due now; how many mails it looked at. One at a time: a second call while
  /// one works does nothing.
  Task<std::size_t> work();
  /// Works until `stop`.
  Task<> run();
  void stop() { stopping_ = true; }

  // For administrators.
  /// How many mails wait, and since when the oldest does.
  struct Waiting {
    std::uint64_t mails = 0;
    std::optional<Time> oldest{};
  };
  Task<Waiting> waiting();
  /// At most 1,000, the next one due first.
  Task<std::vector<QueuedMail>> list();
  /// Makes it due now. False: none of that name waits.
  Task<bool> retry(std::string name);
  /// Drops it without a report; an attempt that runs is not called back. False: none of that name
  /// waits.
  Task<bool> remove(std::string name);

 private:
  struct Mail;
  enum class Tried : std::uint8_t { taken, refused, down, doubtful, not_yet };
  struct Try {
    Tried outcome = Tried::taken;
    Error error{};
  };

  Task<bool> known(std::string id);
  /// The id of the waiting mail of that name.
  Task<std::optional<std::string>> find(std::string name);
  Task<> accept(backend::Account account, Envelope envelope,
                std::shared_ptr<const backend::MessageSource> message, Try first);
  Task<> note_delivered(backend::Account account, Envelope envelope);
  Task<Try> try_hop(backend::Account account, Envelope envelope,
                    std::shared_ptr<const backend::MessageSource> message,
                    std::chrono::milliseconds limit);
  Task<std::optional<Mail>> next_due();
  Task<> handle(Mail mail);
  Task<> attempt(Mail& mail);
  Task<> report(Mail& mail);
  Report write_report(const Mail& mail, bool again) const;
  enum class Told : std::uint8_t { yes, no, doubtful };
  Task<Told> tell_sender(const Mail& mail, Report report);
  Task<> finish(const Mail& mail);
  std::string path(const std::string& id) const;

  QueueOptions options_;
  FileLayer& files_;
  const Clock& clock_;
  Random& random_;
  backend::Submission& hop_;
  Reports& reports_;
  sqlite::GroupCommitter database_;
  std::shared_ptr<Gate> gate_;  // shared with jobs that outlive a cancelled caller
  std::function<Task<>()> after_work_;
  bool working_ = false;
  std::string at_work_;            // the id of the mail that is being handed on
  std::set<std::string> removed_;  // ids of such mails, meanwhile
  bool stopping_ = false;
};

}  // namespace godwit::queue

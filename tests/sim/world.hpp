/// A whole server with one user and that user's devices: SQLite and the mail queue on a disk that
/// forgets what was not synced, mail wherever the mailbox side has it. Dies and comes back.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/device.hpp"
#include "queue/queue.hpp"
#include "server_fixture.hpp"
#include "sim/internet.hpp"
#include "sim/killer.hpp"
#include "sim/mailbox_side.hpp"
#include "sim/wrapped.hpp"
#include "sim/wrapped_items.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/folder_table.hpp"

namespace godwit::sim {

class World final {
 public:
  World(std::uint64_t seed, MakeSide make_side);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  template <class T>
  T run(Task<T> work) {
    return ground_.run(std::move(work));
  }

  /// The device that is in the user's hand; the first of them at first.
  client::Device& device() { return *phones_[phone_]->device; }
  unsigned phone() const { return phone_; }
  unsigned phones() const { return static_cast<unsigned>(phones_.size()); }
  /// A further device of the account.
  void add_phone(eas::Version version);
  void take_phone(unsigned phone) { phone_ = phone; }
  /// Told of every command of a phone that was answered (client::Device::Settings::on_command).
  using OnCommand = std::function<void(unsigned phone, const std::string& collection,
                                       const client::Command&, std::optional<int> status)>;
  void on_command(OnCommand told) { on_command_ = std::move(told); }
  Killer& killer() { return killer_; }
  ManualClock& clock() { return ground_.clock; }
  MailboxSide& side() { return *side_; }
  Internet& internet() { return internet_; }
  KillableStore& store() { return *life_->store; }
  KillableMailBackend& backend() { return *life_->mail; }
  KillableMailBackend::Drafts& drafts() { return drafts_; }
  /// Of the user's collections, from now on, also after a restart.
  void sabotage_items(KillableItemsBackend::Sabotage sabotage) { items_sabotage_ = sabotage; }
  /// What somebody else does just before each write of an item; it must end by itself.
  void between_item_writes(KillableItemsBackend::Between work) { between_ = std::move(work); }
  KillableSubmission& hop() { return *life_->hop; }
  queue::Queue& queue() { return *life_->queue; }
  backend::Mail& desktop() { return side_->desktop(); }
  /// The key of the collection that a device knows by this id.
  std::string key_of(const std::string& id);

  /// Delivers one message with a Message-ID of its own; its number.
  unsigned deliver(std::string subject);
  unsigned delivered() const { return delivered_; }
  /// Subjects of the mails whose sender was told that they could not be delivered.
  const std::set<std::string>& reported() const { return reports_.subjects; }

  /// After a kill: the disk keeps what was synced, a new process starts. Does nothing while alive.
  void bring_back();
  /// At any time: the process goes, unsynced writes with it.
  void restart();

  // Two requests at once
  /// The device's next request waits, unanswered as far as the device knows, until the one after it
  /// is sent: then both are, in that order, the second while the first is worked on.
  void hold_next() { hold_ = true; }
  bool holds() const { return held_.has_value(); }
  /// Sends it alone, when no other came.
  void release_held();

  /// An answer was lost: so is its connection, and what follows comes on another one.
  void new_connection() { phones_[phone_]->connection = ++connections_; }

  // A Ping that stays open beside other requests
  struct PingEnd {
    int status = 0;
    std::vector<std::string> folders;
  };
  /// The answer, or nothing: it is parked.
  std::optional<PingEnd> ping(const std::vector<std::string>& folders, unsigned heartbeat_seconds);
  /// The answer of the parked one if it has ended; nothing while it waits or when a kill took it.
  std::optional<PingEnd> ping_end();
  bool pings() const { return ping_ != nullptr; }

  /// What a mail is known by, of its header: the Subject of those that the scenario makes (with
  /// " received" for the copy that came in), else the Message-ID.
  static std::string identity(std::string_view header);
  /// All mail: identity -> how many copies there are, over all folders.
  std::map<std::string, unsigned> copies();
  struct Content {
    std::string key;
    std::map<std::string, Box::Mail> mails;  // by ServerId
  };
  /// Per collection id, as the backend has it.
  std::map<std::string, Content> mailboxes();
  /// Mail in folders that the server has not listed yet, renamed ones too: identities.
  std::vector<std::string> unlisted();

 private:
  /// A device and its way to the server.
  struct Phone final : client::Transport {
    Phone(World& its_world, std::uint64_t its_connection)
        : world(its_world), connection(its_connection) {}
    Task<client::Answer> send(client::Wire request) override {
      return world.send(*this, std::move(request));
    }
    World& world;
    std::uint64_t connection;
    std::unique_ptr<client::Device> device;
  };
  struct Reports final : queue::Reports {
    explicit Reports(std::unique_ptr<MailboxSide>& the_side) : side(the_side) {}
    Task<> deliver(queue::Report report) override;
    std::unique_ptr<MailboxSide>& side;
    std::set<std::string> subjects;
  };
  struct Life {
    std::unique_ptr<FileLayer> files;
    std::unique_ptr<store::SqliteStore> sqlite;
    std::unique_ptr<KillableStore> store;
    std::unique_ptr<KillableMailBackend> mail;
    std::unique_ptr<KillableItemsBackend> items;
    std::unique_ptr<KillableSubmission> hop;
    std::unique_ptr<queue::Queue> queue;
    std::unique_ptr<KillableSubmission> submission;
    std::unique_ptr<test::TestServer> server;
  };
  Task<client::Answer> send(Phone& phone, client::Wire request);
  /// The second while the first is worked on; the second's answer.
  Task<client::Answer> send_both(client::Wire first, client::Wire second);
  std::optional<PingEnd> read_ping(const client::Answer& answer);
  sync::FolderTable folder_table();
  void start(bool first);
  void stop();

  Ground ground_;
  Killer killer_;
  Internet internet_;
  std::unique_ptr<MailboxSide> side_;
  Reports reports_;
  std::unique_ptr<Life> life_;
  KillableMailBackend::Drafts drafts_;
  KillableItemsBackend::Sabotage items_sabotage_;
  KillableItemsBackend::Between between_;
  OnCommand on_command_;
  std::vector<std::unique_ptr<Phone>> phones_;
  unsigned phone_ = 0;
  std::unique_ptr<client::ServiceTransport::Held> ping_;
  std::optional<client::Wire> held_;
  bool hold_ = false;
  unsigned delivered_ = 0;
  std::uint64_t connections_ = 0;
};

}  // namespace godwit::sim

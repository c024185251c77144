/// A server on its embedded store and SQLite, on a disk that forgets what was not synced, with one
/// user and the reference device. Dies and comes back.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "backend/local/delivery.hpp"
#include "backend/local/local.hpp"
#include "backend/local/users.hpp"
#include "client/device.hpp"
#include "faults/fault_disk.hpp"
#include "server_fixture.hpp"
#include "sim/killer.hpp"
#include "sim/wrapped.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace godwit::sim {

class World final : public client::Transport {
 public:
  explicit World(std::uint64_t seed);
  ~World() override;

  client::Device& device() { return *device_; }
  Killer& killer() { return killer_; }
  ManualClock& clock() { return clock_; }
  KillableStore& store() { return *life_->store; }
  KillableMailBackend& backend() { return *life_->mail; }

  /// The user's mail without a killer: what somebody else does at a desktop.
  backend::Mail& desktop();
  /// Delivers one message with a Message-ID of its own; its number.
  unsigned deliver(std::string subject);
  const std::vector<std::string>& delivered() const { return delivered_; }

  /// After a kill: the disk keeps what was synced, a new process starts. Does nothing while alive.
  void bring_back();
  /// At any time: the process goes, unsynced writes with it.
  void restart();

  /// All mail: Message-ID -> how many copies there are, over all folders.
  std::map<std::string, unsigned> copies();
  struct Content {
    std::map<std::string, bool> read;  // ServerId -> \Seen
    std::string key;
  };
  /// Per collection id, as the backend has it.
  std::map<std::string, Content> mailboxes();

 private:
  struct Life {
    std::unique_ptr<FileLayer> files;
    std::unique_ptr<store::SqliteStore> sqlite;
    std::unique_ptr<backend::LocalStore> local;
    std::unique_ptr<backend::LocalUsers> users;
    std::unique_ptr<backend::LocalDelivery> delivery;
    std::unique_ptr<KillableStore> store;
    std::unique_ptr<KillableMailBackend> mail;
    std::unique_ptr<test::RecordingSubmission> submission;
    std::shared_ptr<backend::Mail> desktop;
    std::unique_ptr<test::TestServer> server;
  };
  Task<client::Answer> send(client::Wire request) override;
  void start(bool first);
  void stop();

  test::FaultDisk disk_;
  ManualClock clock_;
  SeededRandom random_;
  Killer killer_;
  std::unique_ptr<Life> life_;
  std::unique_ptr<client::Device> device_;
  std::vector<std::string> delivered_;
};

}  // namespace godwit::sim

/// Random edits on both sides, bad networks and kills; afterwards device and mailbox must be equal,
/// and every mail be there exactly once.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace godwit::sim {

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed);

  void run(unsigned steps);
  /// Lets everything come to rest, then compares. What is wrong, empty when nothing is.
  std::string settle_and_check();

  World& world() { return world_; }
  unsigned restarts() const { return restarts_; }
  unsigned lost_answers() const { return lost_answers_; }

 private:
  using Action = void (Scenario::*)();
  void step();
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool chance(unsigned one_in) { return pick(one_in) == 0; }

  // Somebody else, at a desktop
  void deliver();
  void desktop_flags();
  void desktop_removes();
  void desktop_moves();
  // The device's user
  void device_reads();
  void device_removes();
  void device_moves();
  void device_syncs();
  void device_syncs_all();
  void device_lists_folders();
  void device_changes_folders();
  // The network and the power
  void repeat_lost();
  void restart();
  void time_passes();

  struct Place {
    FolderKey folder;
    std::uint32_t uid_validity;
    Uid uid;
    std::string message_id;
  };
  /// A random message of the mailbox; nothing when there is none.
  std::optional<Place> random_message();
  /// A random item that the device holds, as (collection, server id); empty when there is none.
  std::pair<std::string, std::string> random_item();
  std::vector<std::string> mail_folders();
  void before_request();
  void after_request();
  void forget_all_in(const std::string& collection);
  void note(const client::SyncOutcome& outcome);
  std::string compare();

  World world_;
  std::mt19937_64 random_;
  std::set<std::string> may_be_gone_;  // Message-IDs that somebody removed for good, or tried to
  std::string complaint_;
  unsigned folders_made_ = 0;
  unsigned restarts_ = 0;
  unsigned lost_answers_ = 0;
};

}  // namespace godwit::sim

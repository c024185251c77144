/// Random edits on both sides, mail written, bad networks and kills; afterwards device and mailbox
/// must be equal, every mail be there exactly once, and every letter have arrived exactly once.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/outbox.hpp"
#include "sim/world.hpp"

namespace godwit::sim {

class Scenario {
 public:
  Scenario(std::uint64_t seed, MakeSide make_side);

  void run(unsigned steps);
  /// Lets everything come to rest, then compares. What is wrong, empty when nothing is.
  std::string settle_and_check();

  World& world() { return world_; }

  /// What happened so far.
  struct Counts {
    unsigned restarts = 0;
    unsigned lost_answers = 0;
    unsigned overlaps = 0;       // two requests at once
    unsigned other_content = 0;  // of these: the second was another one under the same key
    unsigned cuts = 0;           // connections to the mail server that broke
    unsigned pings = 0;
    unsigned letters = 0;
  };
  const Counts& counts() const { return counts_; }

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
  void device_empties();
  void device_sends();
  void device_pings();
  // The network, the power and the time
  void repeat_lost();
  void restart();
  void time_passes();
  void queue_works();

  struct Place {
    FolderKey folder;
    std::uint32_t uid_validity;
    Uid uid;
    std::string identity;
  };
  /// A random message of the mailbox; nothing when there is none.
  std::optional<Place> random_message();
  /// A random item that the device holds, as (collection, server id); empty when there is none.
  std::pair<std::string, std::string> random_item();
  std::vector<std::string> mail_folders();
  std::vector<std::string> synced_folders();

  enum class Fate : std::uint8_t {
    alone,
    overlapped,  // sent twice at once, or with another one under the same key
  };
  void before_request(std::span<const Step> steps, Fate fate);
  template <class Request>
  auto request(std::span<const Step> steps, Request send);
  void give_up_lost();
  void after_request();
  void request_syncs(const std::string& collection, unsigned window);
  void note_letter(const client::Outcome& outcome);

  void note_own_move(const std::string& collection, const std::string& item,
                     const std::string& target);
  void forget_own_moves();
  void forget_all_in(const std::string& collection);
  void complain(std::string what);
  void check_keys();
  void check_quiet(const std::vector<std::string>& folders);
  std::string compare();
  std::string compare_folder(const std::string& id, const World::Content& content);

  World world_;
  std::mt19937_64 random_;
  Outbox outbox_;
  std::set<std::string> may_be_gone_;  // identities that somebody removed for good, or tried to
  std::set<std::pair<std::string, std::string>> own_moves_;  // (target, Subject)
  std::set<std::string> started_;                            // collections whose key was not 0
  std::optional<std::size_t> open_letter_;                   // whose sending was not answered yet
  std::optional<std::string>
      open_removal_;  // the folder whose removal or emptying was not answered
  std::string complaint_;
  unsigned folders_made_ = 0;
  Counts counts_;
};

}  // namespace godwit::sim

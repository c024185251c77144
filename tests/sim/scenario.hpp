/// Random edits on both sides, at a desktop and on two devices of different protocol versions, mail
/// written, bad networks and kills; afterwards devices and mailbox must be equal, every mail be
/// there exactly once, and every letter have arrived exactly once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/drafts.hpp"
#include "sim/outbox.hpp"
#include "sim/trouble.hpp"

namespace godwit::sim {

class Scenario final : public Trouble {
 public:
  Scenario(std::uint64_t seed, MakeSide make_side);

  std::string settle_and_check() override;

 private:
  using Action = void (Scenario::*)();
  void step() override;
  void do_more() override;
  void repeat_lost() override;
  void administrator_repairs() override;
  void give_up_lost() override;

  // Somebody else, at a desktop
  void deliver();
  void desktop_flags();
  void desktop_removes();
  void desktop_moves();
  void desktop_writes_draft() { drafts_.desktop_writes(); }
  void desktop_edits_draft() { drafts_.desktop_edits(); }
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
  void device_writes_draft();
  void device_edits_draft();
  void device_sends_draft();
  void syncs_draft();
  void device_pings();
  void queue_works();
  void other_phone();

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

  void request_syncs(const std::string& collection, unsigned window);
  void note_letter(const client::Outcome& outcome);

  void note_own_move(const std::string& collection, const std::string& item,
                     const std::string& target);
  void forget_own_moves();
  void forget_all_in(const std::string& collection);
  void check_quiet(const std::vector<std::string>& folders);
  std::string settle_folders(bool last);
  std::string compare();
  std::string compare_folder(const std::string& id, const World::Content& content);
  std::string compare_drafts(const World::Content& content);

  Outbox outbox_;
  Drafts drafts_;
  std::set<std::string> may_be_gone_;  // identities that somebody removed for good, or tried to
  struct OwnMove {
    unsigned phone = 0;
    std::string target;
    std::string subject;
    friend auto operator<=>(const OwnMove&, const OwnMove&) = default;
  };
  std::set<OwnMove> own_moves_;
  std::map<std::size_t, unsigned> writers_;  // of letters: the phone that sends it, again and again
  std::optional<std::size_t> open_letter_;   // whose sending was not answered yet
  std::optional<std::string>
      open_removal_;  // the folder whose removal or emptying was not answered
  unsigned folders_made_ = 0;
};

}  // namespace godwit::sim

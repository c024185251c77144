/// Contacts, notes, events, series and tasks, and somebody else's calendar, edited at a desktop and
/// on two devices of different protocol versions, in a bad world; afterwards all three must be
/// equal, every item be there exactly once, and what nobody else wrote over be as it was written.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/item_row.hpp"
#include "sim/trouble.hpp"

namespace godwit::sim {

class ItemScenario final : public Trouble {
 public:
  ItemScenario(std::uint64_t seed, MakeSide make_side);

  std::string settle_and_check() override;

 private:
  using Action = void (ItemScenario::*)();
  void step() override;
  void do_more() override;
  void repeat_lost() override;
  void administrator_repairs() override;

  void desktop_makes();
  void desktop_edits();
  void desktop_removes();
  void device_makes();
  void device_edits();
  void device_removes();
  void device_syncs();
  void device_lists_folders();
  void device_pings();
  void other_phone();

  /// What may be in the end, by an item's name: a mark that several wrote at once may be any of
  /// theirs.
  struct Made {
    std::array<std::set<std::string>, 2> marks;
    std::array<std::set<std::string>, occurrences_count> occurrences;
    std::string keep;  // empty: a device made it
    bool may_be_gone = false;
    bool is_refused = false;  // made where the device may only read
  };
  struct Place {
    const ItemRow* row = nullptr;
    FolderKey collection;
    backend::ItemText text;
  };
  struct Held {
    const ItemRow* row = nullptr;
    std::string collection;
    std::string id;
  };

  const ItemRow& random_row() { return *rows_[pick(static_cast<unsigned>(rows_.size()))]; }
  backend::Items& items_of(const ItemRow& row);
  ItemValues fresh_values();
  Task<FolderKey> desktop_collection(const ItemRow& row);
  Task<std::vector<backend::ItemText>> texts_of(const ItemRow& row);
  Task<std::optional<Place>> random_text();
  Task<> edit_at_desktop();
  /// Between the server's look at an item and its write.
  Task<> edit_in_between();
  std::optional<Held> random_held();
  /// The rows that the phone in hand knows, with the ids of their collections.
  std::vector<std::pair<const ItemRow*, std::string>> shown_rows();
  bool is_pending(const std::string& name);
  /// A value of an item, by its place in ItemValues: a mark, or an occurrence of a series.
  struct Spot {
    bool is_occurrence = false;
    std::size_t index = 0;
  };
  /// Nothing for an occurrence that is taken out: it stays so.
  std::optional<Spot> random_spot(const ItemRow& row, const ItemValues& values);
  std::string fresh_value(const Spot& spot);
  void write_value(const std::string& name, const Spot& spot, const std::string& value, bool alone);
  /// Whether the device holds what was written last.
  bool holds_last(const ItemValues& held) const;
  void device_edits_series(const Held& held, const ItemValues& values, const Spot& edited);
  client::SyncOptions options(const std::string& collection);
  void note_refusals(const client::SyncOutcome& outcome, const std::string& collection);

  std::string compare();
  std::string compare_row(const ItemRow& row);
  std::string compare_text(const ItemRow& row, const backend::ItemText& text);
  std::string compare_phone(const ItemRow& row, const std::map<std::string, ItemValues>& truth);

  std::vector<const ItemRow*> rows_;
  std::map<std::string, Made> made_;
  unsigned marks_written_ = 0;
};

}  // namespace godwit::sim

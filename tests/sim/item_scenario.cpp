#include "sim/item_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::sim {
namespace {

constexpr std::array other_versions{eas::Version::v14_1, eas::Version::v12_1, eas::Version::v16_0,
                                    eas::Version::v14_0};
constexpr int ping_changes = 2;
constexpr int ping_expired = 1;
constexpr unsigned heartbeat_seconds = 600;

std::string words_of(const ItemValues& values) {
  return fmt::format("[{} | {}]", fmt::join(values.marks, " | "),
                     fmt::join(values.occurrences, " | "));
}

}  // namespace

ItemScenario::ItemScenario(std::uint64_t seed, MakeSide make_side) : Trouble(seed, make_side) {
  for (const ItemRow& row : item_rows()) rows_.push_back(&row);
  if (world().side().others_items() != nullptr) rows_.push_back(&others_row());
  world().add_phone(other_versions.at(seed % other_versions.size()));
  for (unsigned phone = world().phones(); phone-- > 0;) {
    world().take_phone(phone);
    world().run(world().device().folder_sync());
  }
  for (int i = 0; i < 4; ++i) desktop_makes();
  world().between_item_writes([this] { return edit_in_between(); });
}

void ItemScenario::step() {
  struct Weighted {
    Action action;
    unsigned weight;
  };
  static constexpr std::array actions{
      Weighted{&ItemScenario::desktop_makes, 6},   Weighted{&ItemScenario::desktop_edits, 10},
      Weighted{&ItemScenario::desktop_removes, 3}, Weighted{&ItemScenario::device_makes, 10},
      Weighted{&ItemScenario::device_edits, 16},   Weighted{&ItemScenario::device_removes, 5},
      Weighted{&ItemScenario::device_syncs, 34},   Weighted{&ItemScenario::device_lists_folders, 2},
      Weighted{&ItemScenario::device_pings, 4},    Weighted{&ItemScenario::other_phone, 8},
      Weighted{&ItemScenario::repeat_lost, 8},     Weighted{&ItemScenario::restart, 1},
      Weighted{&ItemScenario::time_passes, 2},
  };
  (this->*pick_weighted(actions))();
}

void ItemScenario::administrator_repairs() {
  if (const auto held = random_held()) repair(held->collection, false, held->id);
}

void ItemScenario::do_more() {
  device_makes();
  device_edits();
  device_removes();
}

void ItemScenario::repeat_lost() {
  if (!world().device().has_lost()) return;
  // Most phones repeat; some give up and go on with the old key and more commands.
  if (chance(3)) return world().device().forget_lost();
  if (chance(3)) {
    const auto steps = steps_of_change();
    world().killer().arm(steps[pick(static_cast<unsigned>(steps.size()))], 1);
  }
  static_cast<void>(world().run(world().device().repeat_lost()));
  after_request();
}

backend::Items& ItemScenario::items_of(const ItemRow& row) {
  return row.is_others ? *world().side().others_items() : *world().side().desktop_items();
}

ItemValues ItemScenario::fresh_values() {
  ItemValues values{fmt::format("item {}", made_.size()), {}};
  for (std::string& mark : values.marks) mark = fmt::format("mark {}", marks_written_++);
  Made& made = made_[values.name];
  for (std::size_t i = 0; i < values.marks.size(); ++i) made.marks[i] = {values.marks[i]};
  made.occurrences.fill({std::string()});
  return values;
}

Task<FolderKey> ItemScenario::desktop_collection(const ItemRow& row) {
  for (const auto& collection : co_await items_of(row).collections()) {
    if (collection.role == row.role) co_return collection.key;
  }
  throw std::runtime_error("a default collection is missing");
}

Task<std::vector<backend::ItemText>> ItemScenario::texts_of(const ItemRow& row) {
  backend::Items& items = items_of(row);
  const FolderKey collection = co_await desktop_collection(row);
  std::vector<std::string> hrefs;
  std::string cursor;
  for (bool more = true; more;) {
    const auto changes = (co_await items.changes(collection, cursor)).value();
    for (const auto& tag : changes.changed) hrefs.push_back(tag.href);
    cursor = changes.cursor;
    more = changes.more;
  }
  auto texts = (co_await items.fetch(collection, hrefs)).value();
  std::erase_if(texts, [&](const auto& each) { return !is_of(row, each.text); });
  co_return texts;
}

Task<std::optional<ItemScenario::Place>> ItemScenario::random_text() {
  const ItemRow& row = random_row();
  auto texts = co_await texts_of(row);
  if (texts.empty()) co_return std::nullopt;
  co_return Place{&row, co_await desktop_collection(row),
                  std::move(texts[pick(static_cast<unsigned>(texts.size()))])};
}

std::vector<std::pair<const ItemRow*, std::string>> ItemScenario::shown_rows() {
  std::vector<std::pair<const ItemRow*, std::string>> shown;
  for (const ItemRow* row : rows_) {
    const auto* folder = world().device().folder_of_type(row->folder_type);
    if (folder != nullptr) shown.emplace_back(row, folder->id);
  }
  return shown;
}

std::optional<ItemScenario::Held> ItemScenario::random_held() {
  std::vector<Held> all;
  for (const auto& [row, id] : shown_rows()) {
    for (const auto& [server_id, item] : world().device().collection(id).items) {
      if (is_of(*row, item)) all.push_back({row, id, server_id});
    }
  }
  if (all.empty()) return std::nullopt;
  return all[pick(static_cast<unsigned>(all.size()))];
}

/// Some phone has an edit of it under way.
bool ItemScenario::is_pending(const std::string& name) {
  const unsigned mine = world().phone();
  bool found = false;
  for (unsigned phone = 0; phone < world().phones(); ++phone) {
    world().take_phone(phone);
    for (const auto& [row, id] : shown_rows()) {
      const client::Collection& held = world().device().collection(id);
      for (const client::Command& command : held.pending) {
        if (command.kind == client::Command::Kind::add) {
          // Its server id is not known yet.
          client::Item item;
          client::merge_properties(item, client::Node(wbxml::Tag{}, command.data));
          found = found || values_of(*row, item).name == name;
          continue;
        }
        const auto item = held.items.find(command.server_id);
        const bool is_it = item != held.items.end() && values_of(*row, item->second).name == name;
        found = found || is_it;
      }
    }
  }
  world().take_phone(mine);
  return found;
}

std::optional<ItemScenario::Spot> ItemScenario::random_spot(const ItemRow& row,
                                                            const ItemValues& values) {
  if (!row.recurs || chance(3)) return Spot{false, pick(2)};
  const Spot spot{true, pick(occurrences_count)};
  if (values.occurrences.at(spot.index) == taken_out) return std::nullopt;
  return spot;
}

std::string ItemScenario::fresh_value(const Spot& spot) {
  if (spot.is_occurrence && chance(4)) return std::string(taken_out);
  return fmt::format("mark {}", marks_written_++);
}

/// `alone`: nobody else can have written it since the writer looked.
void ItemScenario::write_value(const std::string& name, const Spot& spot, const std::string& value,
                               bool alone) {
  Made& made = made_.at(name);
  auto& values = spot.is_occurrence ? made.occurrences.at(spot.index) : made.marks.at(spot.index);
  if (alone) values.clear();
  values.insert(value);
}

bool ItemScenario::holds_last(const ItemValues& held) const {
  const Made& made = made_.at(held.name);
  const auto same = [](const std::set<std::string>& known, const std::string& value) {
    return known.size() == 1 && *known.begin() == value;
  };
  return std::ranges::equal(made.marks, held.marks, same) &&
         std::ranges::equal(made.occurrences, held.occurrences, same);
}

void ItemScenario::desktop_makes() {
  const ItemRow& row = random_row();
  const ItemValues values = fresh_values();
  Made& made = made_.at(values.name);
  made.keep = fmt::format("kept {}", made_.size());
  const std::string uid = fmt::format("desktop-{}", made_.size());
  const auto done = world().run(items_of(row).put(world().run(desktop_collection(row)), uid,
                                                  text_of(row, uid, values, made.keep), {}));
  if (!done) complain("the desktop could not make an item: " + done.error().message);
}

void ItemScenario::desktop_edits() { world().run(edit_at_desktop()); }

Task<> ItemScenario::edit_at_desktop() {
  const auto place = co_await random_text();
  if (!place) co_return;
  const ItemValues values = values_of(*place->row, place->text.text);
  const auto spot = random_spot(*place->row, values);
  if (!spot) co_return;
  const std::string value = fresh_value(*spot);
  const bool alone = place->row->is_others || !is_pending(values.name);
  // Where the disk dies under it, it is not there, and nobody was told that it is.
  write_value(values.name, *spot, value, false);
  const std::string text = spot->is_occurrence
                               ? with_occurrence(*place->row, place->text.text, spot->index, value)
                               : with_mark(*place->row, place->text.text, spot->index, value);
  const auto done = co_await items_of(*place->row)
                        .put(place->collection, place->text.href, text, {place->text.etag});
  if (!done) complain("the desktop could not edit an item: " + done.error().message);
  write_value(values.name, *spot, value, alone);
}

Task<> ItemScenario::edit_in_between() {
  constexpr unsigned one_in = 6;
  if (!world().killer().dead() && chance(one_in)) co_await edit_at_desktop();
}

void ItemScenario::desktop_removes() {
  const auto place = world().run(random_text());
  if (!place) return;
  made_.at(values_of(*place->row, place->text.text).name).may_be_gone = true;
  static_cast<void>(
      world().run(items_of(*place->row).remove(place->collection, place->text.href, std::nullopt)));
}

void ItemScenario::device_makes() {
  const auto shown = shown_rows();
  if (shown.empty()) return;
  const auto& [row, id] = shown[pick(static_cast<unsigned>(shown.size()))];
  if (world().device().collection(id).sync_key == "0") return;
  const ItemValues values = fresh_values();
  made_.at(values.name).is_refused = row->is_others;
  world().device().add(id, row->data(values));
}

void ItemScenario::device_edits() {
  // What is edited goes with the next Sync: nothing of the server's may come before it.
  if (world().device().has_lost()) repeat_lost();
  if (world().device().has_lost()) return;
  const auto held = random_held();
  if (!held) return;
  ItemValues values =
      values_of(*held->row, world().device().collection(held->collection).items.at(held->id));
  const auto spot = random_spot(*held->row, values);
  if (!spot) return;
  // One value of an edit that lost against somebody else's (status 7) takes the others with it; up
  // to 14.1 all exceptions go with each edit, in shorter words than they came.
  const bool with_exceptions =
      held->row->recurs && world().device().settings().version < eas::Version::v16_0;
  const bool alone = !with_exceptions && holds_last(values) && !is_pending(values.name);
  std::string& place =
      spot->is_occurrence ? values.occurrences.at(spot->index) : values.marks.at(spot->index);
  place = fresh_value(*spot);
  if (!held->row->is_others) write_value(values.name, *spot, place, alone);
  if (held->row->recurs) return device_edits_series(*held, values, *spot);
  world().device().change(held->collection, held->id, held->row->data(values));
}

/// [MS-ASCAL] Exceptions, up to 14.1 all of them, or none where they stay; InstanceId from 16.0 on.
void ItemScenario::device_edits_series(const Held& held, const ItemValues& values,
                                       const Spot& edited) {
  client::Device& device = world().device();
  if (device.settings().version < eas::Version::v16_0) {
    auto data = held.row->data(values);
    const bool has_own = std::ranges::any_of(values.occurrences,
                                             [](const std::string& each) { return !each.empty(); });
    if (has_own && (edited.is_occurrence || chance(2))) data.push_back(exceptions_of(values));
    return device.change(held.collection, held.id, std::move(data));
  }
  if (!edited.is_occurrence) return device.change(held.collection, held.id, held.row->data(values));
  const std::string& value = values.occurrences.at(edited.index);
  const std::string instance = instance_of(edited.index);
  if (value == taken_out) return device.remove_occurrence(held.collection, held.id, instance);
  device.change_occurrence(held.collection, held.id, instance, occurrence_data(value));
}

void ItemScenario::device_removes() {
  const auto held = random_held();
  if (!held) return;
  const auto& item = world().device().collection(held->collection).items.at(held->id);
  if (!held->row->is_others) made_.at(values_of(*held->row, item).name).may_be_gone = true;
  world().device().remove(held->collection, held->id);
}

client::SyncOptions ItemScenario::options(const std::string& collection) {
  client::SyncOptions out;
  out.window_size = 1 + pick(6);
  if (world().device().collection(collection).sync_key == "0") {
    namespace base = wbxml::airsyncbase;
    out.options = {client::Node(base::BodyPreference, {client::Node(base::Type, "1")})};
    out.window_size.reset();
  }
  return out;
}

void ItemScenario::device_syncs() {
  const auto shown = shown_rows();
  if (shown.empty()) return;
  const std::string id = shown[pick(static_cast<unsigned>(shown.size()))].second;
  const auto wanted = options(id);
  const auto outcome =
      request(steps_of_change(), [&] { return world().device().sync(id, wanted); });
  note_refusals(outcome, id);
}

/// Nothing stands against an Add, whatever others do, but where nobody may write; there nothing is
/// taken.
void ItemScenario::note_refusals(const client::SyncOutcome& outcome,
                                 const std::string& collection) {
  const auto found = outcome.collections.find(collection);
  if (found == outcome.collections.end()) return;
  const auto& folders = world().device().folders();
  const auto folder = folders.find(collection);
  const bool is_others = folder != folders.end() && folder->second.type == others_row().folder_type;
  for (const auto& [id, status] : found->second.responses) {
    if (!id.starts_with("new-") || (status == 1) != is_others) continue;
    complain(is_others ? "an Add was taken where nobody may write"
                       : fmt::format("an Add was answered with status {}", status));
  }
}

void ItemScenario::device_lists_folders() {
  request(steps_of_change(), [&] { return world().device().folder_sync(); });
}

void ItemScenario::other_phone() {
  if (world().device().has_lost()) repeat_lost();
  world().take_phone(pick(world().phones()));
}

/// A Ping on everything that was synchronised: an item that a desktop makes must end it; and when
/// it slept, nothing may have come.
void ItemScenario::device_pings() {
  if (world().device().has_lost()) repeat_lost();
  std::vector<std::string> folders;
  for (const auto& [row, id] : shown_rows()) {
    const bool named = std::ranges::find(folders, id) != folders.end();
    if (!named && world().device().collection(id).sync_key != "0") folders.push_back(id);
  }
  if (folders.empty() || world().device().has_lost() || world().pings()) return;
  ++counted().pings;
  auto end = world().ping(folders, heartbeat_seconds);
  if (end) return;
  if (chance(2)) {
    for (std::size_t before = made_.size(); made_.size() < before + rows_.size();) {
      desktop_makes();
    }
    end = world().ping_end();
    world().clock().advance(std::chrono::seconds(heartbeat_seconds + 1));
    if (!end) end = world().ping_end();
    if (!end) return complain("a Ping did not end in time");
    if (end->status == ping_changes && end->folders.empty()) complain("a Ping names no folder");
    return;
  }
  world().clock().advance(std::chrono::seconds(heartbeat_seconds + 1));
  end = world().ping_end();
  if (!end) return complain("a Ping did not end in time");
  if (end->status != ping_expired) return;
  for (const std::string& id : folders) {
    const auto outcome = world().run(world().device().sync(id, options(id)));
    note_refusals(outcome, id);
    const auto found = outcome.collections.find(id);
    if (found == outcome.collections.end() || found->second.added.empty()) continue;
    complain(fmt::format("a Ping slept over {}", found->second.added.front()));
  }
  after_request();
}

std::string ItemScenario::settle_and_check() {
  world().between_item_writes(nullptr);
  world().killer().disarm();
  world().restart();
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    for (unsigned phone = 0; phone < world().phones(); ++phone) {
      world().take_phone(phone);
      if (world().device().has_lost()) world().run(world().device().repeat_lost());
      static_cast<void>(world().run(world().device().folder_sync()));
      for (const auto& [row, id] : shown_rows()) {
        const auto outcome = world().run(world().device().sync_all(id, options(id)));
        note_refusals(outcome, id);
        check_keys();
        if (!outcome.ok() && round == rounds - 1) {
          return fmt::format("folder {} does not sync: HTTP {}, status {}", id, outcome.http_status,
                             outcome.status);
        }
      }
    }
  }
  return complaint().empty() ? compare() : complaint();
}

std::string ItemScenario::compare() {
  std::map<std::string, unsigned> copies;
  for (const ItemRow* row : rows_) {
    for (const auto& text : world().run(texts_of(*row))) ++copies[values_of(*row, text.text).name];
  }
  for (const auto& [name, count] : copies) {
    if (!made_.contains(name)) return fmt::format("\"{}\" was made by nobody", name);
    if (count > 1) return fmt::format("{} is there {} times", name, count);
  }
  for (const auto& [name, made] : made_) {
    const bool is_there = copies.contains(name);
    if (made.is_refused && is_there) return name + " is where nobody may write";
    if (!made.may_be_gone && !made.is_refused && !is_there) return name + " is lost";
  }
  for (const ItemRow* row : rows_) {
    std::string unequal = compare_row(*row);
    if (!unequal.empty()) return unequal;
  }
  return {};
}

std::string ItemScenario::compare_row(const ItemRow& row) {
  std::map<std::string, ItemValues> truth;
  for (const auto& text : world().run(texts_of(row))) {
    std::string wrong = compare_text(row, text);
    if (!wrong.empty()) return wrong;
    const ItemValues values = values_of(row, text.text);
    truth.emplace(values.name, values);
  }
  for (unsigned phone = 0; phone < world().phones(); ++phone) {
    world().take_phone(phone);
    std::string unequal = compare_phone(row, truth);
    if (!unequal.empty()) return fmt::format("phone {}: {}", phone + 1, unequal);
  }
  return {};
}

std::string ItemScenario::compare_text(const ItemRow& row, const backend::ItemText& text) {
  const ItemValues values = values_of(row, text.text);
  const Made& made = made_.at(values.name);
  for (std::size_t i = 0; i < values.marks.size(); ++i) {
    if (made.marks[i].contains(values.marks[i])) continue;
    return fmt::format("{} has {} \"{}\", which is not what was written last", values.name,
                       row.mark_lines[i], values.marks[i]);
  }
  for (std::size_t i = 0; i < values.occurrences.size(); ++i) {
    if (made.occurrences[i].contains(values.occurrences[i])) continue;
    return fmt::format("{} has occurrence {} \"{}\", which is not what was written last",
                       values.name, i, values.occurrences[i]);
  }
  if (kept_of(text.text) != made.keep) return values.name + " has lost what no device knows";
  return {};
}

std::string ItemScenario::compare_phone(const ItemRow& row,
                                        const std::map<std::string, ItemValues>& truth) {
  const auto* folder = world().device().folder_of_type(row.folder_type);
  const bool shown = world().device().settings().version >= row.since;
  if ((folder != nullptr) != shown) return fmt::format("shows a folder {} or not", row.folder_type);
  if (!shown) return {};
  std::map<std::string, ItemValues> held;
  for (const auto& [id, item] : world().device().collection(folder->id).items) {
    if (!is_of(row, item)) continue;
    const ItemValues values = values_of(row, item);
    if (!held.emplace(values.name, values).second) return values.name + " is held twice";
    if (!truth.contains(values.name)) return "holds " + values.name + ", which is gone";
  }
  for (const auto& [name, values] : truth) {
    const auto found = held.find(name);
    if (found == held.end()) return "misses " + name;
    if (!(found->second == values)) {
      return fmt::format("{} is {} at one side only ({})", name, words_of(found->second),
                         words_of(values));
    }
  }
  return {};
}

}  // namespace godwit::sim

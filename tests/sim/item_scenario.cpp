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

}  // namespace

ItemScenario::ItemScenario(std::uint64_t seed, MakeSide make_side) : Trouble(seed, make_side) {
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

const ItemRow& ItemScenario::random_row() {
  return item_rows()[pick(static_cast<unsigned>(item_rows().size()))];
}

ItemValues ItemScenario::fresh_values() {
  ItemValues values{fmt::format("item {}", made_.size()), {}};
  for (std::string& mark : values.marks) mark = fmt::format("mark {}", marks_written_++);
  Made& made = made_[values.name];
  for (std::size_t i = 0; i < values.marks.size(); ++i) made.marks[i] = {values.marks[i]};
  return values;
}

Task<FolderKey> ItemScenario::desktop_collection(const ItemRow& row) {
  for (const auto& collection : co_await world().side().desktop_items()->collections()) {
    if (collection.role == row.role) co_return collection.key;
  }
  throw std::runtime_error("a default collection is missing");
}

Task<std::vector<backend::ItemText>> ItemScenario::texts_of(const ItemRow& row) {
  backend::Items& items = *world().side().desktop_items();
  const FolderKey collection = co_await desktop_collection(row);
  std::vector<std::string> hrefs;
  std::string cursor;
  for (bool more = true; more;) {
    const auto changes = (co_await items.changes(collection, cursor)).value();
    for (const auto& tag : changes.changed) hrefs.push_back(tag.href);
    cursor = changes.cursor;
    more = changes.more;
  }
  co_return (co_await items.fetch(collection, hrefs)).value();
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
  for (const ItemRow& row : item_rows()) {
    const auto* folder = world().device().folder_of_type(row.folder_type);
    if (folder != nullptr) shown.emplace_back(&row, folder->id);
  }
  return shown;
}

std::optional<ItemScenario::Held> ItemScenario::random_held() {
  std::vector<Held> all;
  for (const auto& [row, id] : shown_rows()) {
    for (const auto& [server_id, item] : world().device().collection(id).items) {
      all.push_back({row, id, server_id});
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

/// `alone`: nobody else can have written it since the writer looked.
void ItemScenario::write_mark(const std::string& name, std::size_t mark, const std::string& value,
                              bool alone) {
  auto& values = made_.at(name).marks.at(mark);
  if (alone) values.clear();
  values.insert(value);
}

void ItemScenario::desktop_makes() {
  const ItemRow& row = random_row();
  const ItemValues values = fresh_values();
  Made& made = made_.at(values.name);
  made.keep = fmt::format("kept {}", made_.size());
  const std::string uid = fmt::format("desktop-{}", made_.size());
  const auto done = world().run(world().side().desktop_items()->put(
      world().run(desktop_collection(row)), uid, text_of(row, uid, values, made.keep), {}));
  if (!done) complain("the desktop could not make an item: " + done.error().message);
}

void ItemScenario::desktop_edits() { world().run(edit_at_desktop()); }

Task<> ItemScenario::edit_at_desktop() {
  const auto place = co_await random_text();
  if (!place) co_return;
  const std::string name = values_of(*place->row, place->text.text).name;
  const std::size_t mark = pick(2);
  const std::string value = fmt::format("mark {}", marks_written_++);
  const bool alone = !is_pending(name);
  // Where the disk dies under it, it is not there, and nobody was told that it is.
  write_mark(name, mark, value, false);
  const auto done = co_await world().side().desktop_items()->put(
      place->collection, place->text.href, with_mark(*place->row, place->text.text, mark, value),
      {place->text.etag});
  if (!done) complain("the desktop could not edit an item: " + done.error().message);
  write_mark(name, mark, value, alone);
}

Task<> ItemScenario::edit_in_between() {
  constexpr unsigned one_in = 6;
  if (!world().killer().dead() && chance(one_in)) co_await edit_at_desktop();
}

void ItemScenario::desktop_removes() {
  const auto place = world().run(random_text());
  if (!place) return;
  made_.at(values_of(*place->row, place->text.text).name).may_be_gone = true;
  static_cast<void>(world().run(
      world().side().desktop_items()->remove(place->collection, place->text.href, std::nullopt)));
}

void ItemScenario::device_makes() {
  const auto shown = shown_rows();
  if (shown.empty()) return;
  const auto& [row, id] = shown[pick(static_cast<unsigned>(shown.size()))];
  if (world().device().collection(id).sync_key == "0") return;
  world().device().add(id, row->data(fresh_values()));
}

void ItemScenario::device_edits() {
  // What is edited goes with the next Sync: nothing of the server's may come before it.
  if (world().device().has_lost()) repeat_lost();
  if (world().device().has_lost()) return;
  const auto held = random_held();
  if (!held) return;
  ItemValues values =
      values_of(*held->row, world().device().collection(held->collection).items.at(held->id));
  const std::size_t mark = pick(2);
  // One value of an edit that lost against somebody else's (status 7) takes the other with it.
  const bool alone = std::ranges::equal(
      made_.at(values.name).marks, values.marks,
      [](const auto& known, const auto& held) { return known == std::set<std::string>{held}; });
  values.marks.at(mark) = fmt::format("mark {}", marks_written_++);
  write_mark(values.name, mark, values.marks.at(mark), alone && !is_pending(values.name));
  world().device().change(held->collection, held->id, held->row->data(values));
}

void ItemScenario::device_removes() {
  const auto held = random_held();
  if (!held) return;
  const auto& item = world().device().collection(held->collection).items.at(held->id);
  made_.at(values_of(*held->row, item).name).may_be_gone = true;
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

/// Nothing stands against an Add, whatever others do.
void ItemScenario::note_refusals(const client::SyncOutcome& outcome,
                                 const std::string& collection) {
  const auto found = outcome.collections.find(collection);
  if (found == outcome.collections.end()) return;
  for (const auto& [id, status] : found->second.responses) {
    if (id.starts_with("new-") && status != 1) {
      complain(fmt::format("an Add was answered with status {}", status));
    }
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
    if (world().device().collection(id).sync_key != "0") folders.push_back(id);
  }
  if (folders.empty() || world().device().has_lost() || world().pings()) return;
  ++counted().pings;
  auto end = world().ping(folders, heartbeat_seconds);
  if (end) return;
  if (chance(2)) {
    for (std::size_t before = made_.size(); made_.size() < before + item_rows().size();) {
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
  for (const ItemRow& row : item_rows()) {
    for (const auto& text : world().run(texts_of(row))) ++copies[values_of(row, text.text).name];
  }
  for (const auto& [name, count] : copies) {
    if (!made_.contains(name)) return fmt::format("\"{}\" was made by nobody", name);
    if (count > 1) return fmt::format("{} is there {} times", name, count);
  }
  for (const auto& [name, made] : made_) {
    if (!made.may_be_gone && !copies.contains(name)) return name + " is lost";
  }
  for (const ItemRow& row : item_rows()) {
    std::string unequal = compare_row(row);
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
    const ItemValues values = values_of(row, item);
    if (!held.emplace(values.name, values).second) return values.name + " is held twice";
    if (!truth.contains(values.name)) return "holds " + values.name + ", which is gone";
  }
  for (const auto& [name, values] : truth) {
    const auto found = held.find(name);
    if (found == held.end()) return "misses " + name;
    if (!(found->second == values)) {
      return fmt::format("{} is [{} | {}] at one side only ([{} | {}])", name,
                         found->second.marks[0], found->second.marks[1], values.marks[0],
                         values.marks[1]);
    }
  }
  return {};
}

}  // namespace godwit::sim

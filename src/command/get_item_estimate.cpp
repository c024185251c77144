// [MS-ASCMD] GetItemEstimate: how much the next Sync of a collection would bring. Moves no key.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "command/handlers.hpp"
#include "command/item_kind.hpp"
#include "command/pending.hpp"
#include "command/sync_collection.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/get_item_estimate.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::get_item_estimate;
namespace airsync = wbxml::airsync;
using eas::Version;
using wbxml::Element;

// [MS-ASCMD] Status (GetItemEstimate).
constexpr std::uint16_t ok = 1;
constexpr std::uint16_t bad_collection = 2;
constexpr std::uint16_t not_primed = 3;
constexpr std::uint16_t bad_key = 4;

constexpr std::size_t collections_max = 1000;        // [MS-ASCMD] 3.1.5.10
constexpr std::uint64_t unfiltered_count_max = 512;  // [MS-ASCMD] Options: without them
constexpr unsigned filter_type_max = 8;              // [MS-ASCMD] FilterType; of mail: 5

struct Wanted {
  std::string id;
  std::string sync_key;
  std::uint8_t filter_type = 0;
  bool filtered = false;    // the request says so
  bool bad_filter = false;  // no FilterType of any class
  bool only_sms = false;    // none of which a mail folder of ours holds
  bool max_items = false;
};

struct Counted {
  std::string id;
  std::uint16_t status = ok;
  std::uint64_t items = 0;
  std::string_view item_class = "Email";
};

void read_filter(const Element& parent, Wanted& wanted) {
  const Element* filter = parent.find(airsync::FilterType);
  if (filter == nullptr) return;
  const auto value = parse_number<unsigned>(trim(filter->text));
  wanted.bad_filter = !value || *value > filter_type_max;
  wanted.filter_type = wanted.bad_filter ? std::uint8_t{0} : static_cast<std::uint8_t>(*value);
}

/// False: a pair of classes that there is not.
bool read_options(const Element& collection, Wanted& wanted) {
  std::set<std::string_view> classes;
  for (const Element& child : collection.children) {
    if (child.tag != airsync::Options) continue;
    const std::string_view item_class = child.text_of(airsync::Class);
    if (!classes.insert(item_class == "Email" ? "" : item_class).second) return false;
    wanted.filtered = true;
    wanted.max_items = wanted.max_items || child.has(airsync::MaxItems);
    if (item_class != "SMS") read_filter(child, wanted);
  }
  const bool sms = classes.contains("SMS");
  wanted.only_sms = sms && classes.size() == 1;
  return classes.size() < 2 || (classes.size() == 2 && sms && classes.contains(""));
}

/// The collections in the form of the version; children in any order. The error: of the root.
std::expected<std::vector<Wanted>, eas::Status> read_request(const Element& request,
                                                             Version version) {
  const Element* list = request.find(tag::Collections);
  if (list == nullptr || list->children.empty() || list->children.size() > collections_max) {
    return std::unexpected(eas::Status::invalid_xml);
  }
  std::vector<Wanted> all;
  for (const Element& collection : list->children) {
    if (collection.tag != tag::Collection) return std::unexpected(eas::Status::invalid_xml);
    Wanted wanted;
    wanted.id = trim(collection.text_of(tag::CollectionId));
    wanted.sync_key = trim(collection.text_of(airsync::SyncKey));
    if (version < Version::v14_0) {
      wanted.filtered = collection.has(airsync::FilterType);
      read_filter(collection, wanted);
      // A Response of these versions has no code for it.
      if (wanted.bad_filter) return std::unexpected(eas::Status::invalid_xml);
    } else if (!read_options(collection, wanted)) {
      return std::unexpected(eas::Status{bad_key});
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

/// The state that the next Sync with this key would begin from, packed; nothing = it would be
/// refused.
const std::string* presented_state(const sync::Relationship& relationship, std::string_view text) {
  const auto key = sync::SyncKey::parse(text);
  if (!key || sync::judge(relationship, *key) == sync::Presented::unknown) return nullptr;
  const bool is_offered = key->generation() == relationship.offered;
  return is_offered ? &relationship.offered_state : &relationship.acknowledged_state;
}

/// Errors: as count_pending; malformed (no state of the class).
Task<Result<std::uint64_t>> count_items(Session& session, Look& look, const sync::FolderRow& row,
                                        const std::string& packed, const Wanted& wanted) {
  if (row.item_class != ItemClass::email) {
    auto state = sync::unpack_item_state(packed);
    if (!state) co_return pass(state);
    co_return co_await count_pending_items(session, row, std::move(*state), wanted.filter_type);
  }
  auto state = sync::unpack_mail_state(packed);
  if (!state) co_return pass(state);
  co_return co_await count_pending(session, look, row, std::move(*state), wanted.filter_type);
}

/// [MS-ASCMD] FilterType: each class has its own.
bool takes_filter(const sync::FolderTable& table, const Wanted& wanted) {
  const sync::FolderRow* row = table.find(wanted.id);
  const ItemKind* kind = row == nullptr ? nullptr : find_kind(row->item_class);
  return wanted.bad_filter || (kind == nullptr ? is_mail_filter(wanted.filter_type)
                                               : kind->takes_filter(wanted.filter_type));
}

Task<Counted> count(Session& session, Look& look, const sync::FolderTable& table, Wanted wanted) {
  const sync::FolderRow* row = table.find(wanted.id);
  const bool limits = row == nullptr || row->item_class == ItemClass::recipients;
  const bool usable = row != nullptr && row->selectable && (limits || !wanted.max_items);
  if (!usable) co_return Counted{wanted.id, bad_collection};
  if (wanted.bad_filter) {
    co_return Counted{wanted.id, std::to_underlying(eas::Status::invalid_xml)};
  }
  const auto relationship = co_await load_relationship(session, wanted.id);
  if (!relationship || wanted.sync_key == "0") co_return Counted{wanted.id, not_primed};
  const std::string* state = presented_state(*relationship, wanted.sync_key);
  if (state == nullptr) co_return Counted{wanted.id, bad_key};
  if (wanted.only_sms) co_return Counted{wanted.id};
  const auto items = co_await count_items(session, look, *row, *state, wanted);
  if (!items) {
    const bool gone = items.error().code == Errc::not_found;
    co_return Counted{wanted.id, gone ? bad_collection : bad_key};
  }
  co_return Counted{wanted.id, ok,
                    wanted.filtered ? *items : std::min(*items, unfiltered_count_max)};
}

void write_counted(wbxml::Writer& out, const Counted& counted, Version version) {
  out.open(tag::Response);
  out.number(tag::Status, counted.status);
  out.open(tag::Collection);
  // [MS-ASCMD] Class (GetItemEstimate): as in Sync, up to 12.0 only (strictness.md 2).
  if (version <= Version::v12_0) out.text(tag::Class, counted.item_class);
  out.text(tag::CollectionId, counted.id);
  if (counted.status == ok) out.number(tag::Estimate, static_cast<std::int64_t>(counted.items));
  out.close();
  out.close();
}

}  // namespace

Task<Answer> get_item_estimate(Session& session) {
  auto wanted = read_request(session.document, session.version);
  if (!wanted) {
    if (std::to_underlying(wanted.error()) != bad_key) co_return Failed{wanted.error()};
    co_return status_answer(session, tag::GetItemEstimate, tag::Status, bad_key);
  }
  auto table = co_await session.folder_table();
  const bool knows_all = std::ranges::all_of(
      *wanted, [&](const Wanted& each) { return table.find(each.id) != nullptr; });
  if (!knows_all) table = co_await session.listed_folders();
  const bool filters =
      std::ranges::all_of(*wanted, [&](const Wanted& each) { return takes_filter(table, each); });
  if (!filters) co_return Failed{eas::Status::server_error};
  Look look(session);
  for (const Wanted& each : *wanted) look.note(each.id);
  // One mailbox is asked for what changed at once.
  if (wanted->size() > 1) co_await look.ask(table);
  std::vector<Counted> counted;
  for (Wanted& each : *wanted) {
    const sync::FolderRow* row = table.find(each.id);
    const ItemKind* kind = row == nullptr ? nullptr : find_kind(row->item_class);
    counted.push_back(co_await count(session, look, table, std::move(each)));
    if (kind != nullptr) counted.back().item_class = kind->name;
  }
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(tag::GetItemEstimate);
  out.number(tag::Status, ok);
  for (const Counted& each : counted) write_counted(out, each, session.version);
  out.close();
  co_return document.finish();
}

}  // namespace godwit::command

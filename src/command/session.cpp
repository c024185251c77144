#include "command/session.hpp"

#include <algorithm>
#include <utility>

#include "backend/shared_rule.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "command/item_kind.hpp"
#include "command/membership.hpp"
#include "command/merged_items.hpp"
#include "sync/item_state.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("command");

Task<sync::FolderTable> read_table(store::Store& store, store::Key key, std::uint64_t& revision) {
  const auto record = co_await store.get(std::move(key));
  revision = record ? record->revision : 0;
  if (!record) co_return sync::FolderTable{};
  auto table = sync::unpack_folder_table(record->value);
  if (!table) throw Fault(Fault::Kind::corrupt, "folder table: " + table.error().message);
  co_return std::move(*table);
}

/// As they were listed last.
std::vector<backend::ItemCollection> known_collections(const sync::FolderTable& table) {
  std::vector<backend::ItemCollection> out;
  for (const sync::FolderRow& row : table.rows) {
    auto key = FolderKey::parse(row.key);
    if (row.item_class == ItemClass::email || !key) continue;
    out.push_back({std::move(*key), row.item_class, row.name, row.role, false, row.foreign});
  }
  return out;
}

/// What the user is kept from is in no answer, and no id of it means anything.
sync::FolderTable shown(sync::FolderTable table, backend::DataClasses denied) {
  if (denied.empty()) return table;
  std::vector<sync::FolderRow> rows;
  for (sync::FolderRow& row : table.rows) {
    (denied.contains(row.item_class) ? table.hidden : rows).push_back(std::move(row));
  }
  table.rows = std::move(rows);
  return table;
}

}  // namespace

Session::Session(Services& the_services, http::Request the_request, eas::RequestLine the_line,
                 eas::Version the_version, backend::Account the_account, DeviceId the_device)
    : services(the_services),
      request(std::move(the_request)),
      line(std::move(the_line)),
      version(the_version),
      account(std::move(the_account)),
      device_id(std::move(the_device)),
      connection(request.connection) {}

std::chrono::milliseconds Session::answer_time_max() const {
  const std::chrono::milliseconds set = services.settings.answer_time_max;
  const std::chrono::seconds known(behaviour.answer_seconds_max);
  return known.count() == 0 ? set : std::min<std::chrono::milliseconds>(set, known);
}

std::uint32_t Session::window_max() const {
  const std::uint32_t set = services.settings.window_max;
  return behaviour.window_max == 0 ? set : std::min<std::uint32_t>(set, behaviour.window_max);
}

backend::Mail& Session::mail() { return *shared_mail(); }

std::shared_ptr<backend::Mail> Session::shared_mail() {
  if (!mail_) mail_ = services.mail.open(account);
  return mail_;
}

Task<Result<>> Session::submit(backend::Submission::Envelope envelope,
                               std::shared_ptr<const backend::MessageSource> message) {
  const backend::Spent::Timer timer(submission_spent_, "submit");
  co_return co_await services.submission.submit(account, std::move(envelope), std::move(message));
}

const backend::Spent* Session::mail_spent() const {
  const auto* timed = dynamic_cast<const backend::TimedCalls*>(mail_.get());
  return timed == nullptr ? nullptr : &timed->spent();
}

const backend::Spent* Session::items_spent() const {
  const auto* timed = dynamic_cast<const backend::TimedCalls*>(items_.get());
  return timed == nullptr ? nullptr : &timed->spent();
}

backend::Items* Session::plain_items() {
  if (!items_ && services.items != nullptr) items_ = services.items->open_items(account);
  return items_.get();
}

backend::Items* Session::items() {
  if (!behaviour.merged_folders || plain_items() == nullptr) return plain_items();
  if (!merged_) merged_ = std::make_shared<MergedItems>(items_, whole_table_);
  return merged_.get();
}

const sync::FolderTable& Session::keep(sync::FolderTable table) {
  whole_table_ = shown(std::move(table), account.denied);
  shown_table_ = behaviour.merged_folders ? without_merged(whole_table_) : whole_table_;
  return shown_table_;
}

const sync::FolderRow* Session::shown_row(const FolderKey& collection) const {
  const sync::FolderRow* const row = whole_table_.find_key(collection.view());
  const sync::FolderRow* const host =
      behaviour.merged_folders && row != nullptr ? merged_into(whole_table_, *row) : nullptr;
  return host == nullptr ? row : host;
}

std::string Session::item_id(const FolderKey& collection, std::string href) {
  const sync::FolderRow* const row = shown_row(collection);
  if (row == nullptr) return {};
  if (items() != nullptr && merged_) href = merged_->name_of({collection, std::move(href)});
  return sync::format_item_id(row->id, href);
}

std::pair<FolderKey, std::string> Session::item_place(FolderKey shown_in, std::string href) {
  if (items() == nullptr || !merged_) return {std::move(shown_in), std::move(href)};
  ItemPlace place = merged_->place_of(shown_in, std::move(href));
  return {std::move(place.collection), std::move(place.href)};
}

convert::ical::Context Session::calendar() const {
  const auto zone = convert::Zone::named(services.settings.time_zone);
  return {
      .zone = zone.value_or(convert::Zone::utc()), .now = now(), .addresses = account.addresses};
}

Task<> Session::load_device() {
  std::vector<store::Key> keys;
  keys.push_back(key(store::Kind::device, device_id.str()));
  keys.push_back(key(store::Kind::policy, {}));
  const auto records = co_await services.store.get_many(std::move(keys));
  const auto& record = records[0];
  device_revision = record ? record->revision : 0;
  stored_device_.reset();
  device = {};
  if (record) {
    auto known = policy::unpack_device(record->value);
    if (known) {
      device = *known;
      stored_device_ = std::move(*known);
    } else {
      logger.error("device.damaged", {{"user", user()}, {"device", device_id}});
    }
  }
  if (!stored_device_) device.first_seen = now();
  policy = co_await services.membership.policy_of(services.settings.policies, account,
                                                  records[1] ? records[1]->value : std::string());
}

Task<bool> Session::save_device(std::vector<store::Write> along) {
  if (leaves_no_record) co_return true;
  if (stored_device_ && device == *stored_device_ && along.empty()) co_return true;
  std::vector<store::Write> batch = std::move(along);
  batch.push_back({key(store::Kind::device, device_id.str()), device_revision, pack(device)});
  const bool written = co_await services.store.commit(std::move(batch));
  if (written) {
    ++device_revision;
    stored_device_ = device;
  }
  co_return written;
}

Task<sync::FolderTable> Session::folder_table() {
  std::uint64_t revision = 0;
  co_return keep(co_await read_table(services.store, key(store::Kind::folders, ""), revision));
}

Task<sync::FolderTable> Session::listed_folders(std::optional<sync::RenamedFolder> renamed) {
  auto listed = co_await mail().folders();
  co_return co_await reconciled(std::move(listed), std::move(renamed));
}

Task<std::optional<std::vector<backend::ItemCollection>>> Session::listed_collections() {
  std::vector<backend::ItemCollection> collections;
  try {
    if (plain_items() != nullptr) collections = co_await plain_items()->collections();
  } catch (const Fault& fault) {
    // Mail goes on, and what a phone has of them stays.
    logger.warning("collections.failed", {{"user", user()}, {"why", fault.what()}});
    co_return std::nullopt;
  }
  std::erase_if(collections, [](const backend::ItemCollection& each) {
    return find_kind(each.item_class) == nullptr;
  });
  co_return collections;
}

Task<sync::FolderTable> Session::reconciled(std::vector<backend::MailFolder> listed,
                                            std::optional<sync::RenamedFolder> renamed) {
  auto collections = co_await listed_collections();
  // Two devices may list at the same time: who comes second takes the first one's ids.
  constexpr int attempts_max = 5;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::uint64_t revision = 0;
    auto table = co_await read_table(services.store, key(store::Kind::folders, ""), revision);
    const auto others = collections.value_or(known_collections(table));
    if (!sync::reconcile(table, listed, others, renamed)) co_return keep(std::move(table));
    std::vector<store::Write> batch;
    batch.push_back({key(store::Kind::folders, ""), revision, pack(table)});
    if (co_await services.store.commit(std::move(batch))) co_return keep(std::move(table));
  }
  throw Fault(Fault::Kind::busy, "the folder table is written by too many at once");
}

Answer status_answer(Session& session, wbxml::Tag root, wbxml::Tag status, std::uint32_t value) {
  DocumentWriter document(session.services.spools);
  document.out().open(root);
  document.out().number(status, value);
  document.out().close();
  return document.finish();
}

}  // namespace godwit::command

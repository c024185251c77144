#include "app/set_aside.hpp"

#include <optional>
#include <utility>

#include "sync/item_chunks.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"
#include "sync/server_id.hpp"

namespace godwit::app {
namespace {

using store::Kind;
using sync::ItemEntry;

constexpr std::size_t page_records = 100;

/// One folder as the device has it.
class Folder {
 public:
  Folder(store::Store& store, const DeviceHierarchy& hierarchy, const UserId& user,
         const DeviceId& device, std::string id)
      : store_(store),
        row_(hierarchy.table.find(id)),
        user_(user.str()),
        name_(device.str() + '/' + id),
        chunks_(store, user_, name_) {}

  Task<> load() {
    if (row_ == nullptr) co_return;
    const auto record = co_await store_.get({user_, Kind::collection, name_});
    const auto relationship = record ? sync::unpack_relationship(record->value)
                                     : Result<sync::Relationship>(fail(Errc::not_found, ""));
    if (!relationship) co_return;
    if (row_->item_class == ItemClass::email) {
      if (auto state = sync::unpack_mail_state(newest_state(*relationship))) {
        mail_ = *std::move(state);
      }
    } else if (auto state = sync::unpack_item_state(newest_state(*relationship))) {
      items_ = *std::move(state);
    }
  }

  Task<bool> keeps_back(std::string id) {
    if (mail_) {
      const auto mail = sync::parse_mail_id(id);
      co_return mail && mail->uid_validity == mail_->cursor.status.uid_validity &&
          mail_->aside.contains(mail->uid);
    }
    if (!items_) co_return false;
    co_await chunks_.load_ids(*items_, {id});
    const std::string* const href = sync::find_href(*items_, row_->id, id);
    co_return href != nullptr && items_->items.at(*href).status == ItemEntry::Status::aside;
  }

 private:
  store::Store& store_;
  const sync::FolderRow* row_;
  std::string user_, name_;
  sync::ItemChunks chunks_;
  std::optional<sync::MailState> mail_;
  std::optional<sync::ItemState> items_;
};

}  // namespace

Task<std::vector<SetAside>> set_aside_items(store::Store& store, const DeviceHierarchy& hierarchy,
                                            UserId user, DeviceId device, std::size_t items_max) {
  const std::string prefix = device.str() + '/';
  std::vector<SetAside> out;
  std::string after;
  std::string name;  // of the folder that was looked at last: records come by folder
  std::optional<Folder> folder;
  for (;;) {
    const auto records =
        co_await store.list(user.str(), Kind::set_aside, prefix, after, page_records);
    for (const store::Record& record : records) {
      if (out.size() == items_max) co_return out;
      const std::string id = record.key.name.substr(prefix.size());
      if (const std::string of = id.substr(0, id.find(':')); !folder || of != name) {
        name = of;
        folder.emplace(store, hierarchy, user, device, name);
        co_await folder->load();
      }
      if (co_await folder->keeps_back(id)) out.push_back({id, record.value});
    }
    if (records.size() < page_records) co_return out;
    after = records.back().key.name;
  }
}

}  // namespace godwit::app

#include "app/repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "app/mail_places.hpp"
#include "base/fault.hpp"
#include "sync/repair.hpp"
#include "sync/server_id.hpp"

namespace godwit::app {
namespace {

using admin::Repair;
using SyncKind = sync::RepairOrder::Kind;

SyncKind kind_of(Repair::What what) {
  switch (what) {
    case Repair::What::resend:
      return SyncKind::resend;
    case Repair::What::forget:
      return SyncKind::forget;
    case Repair::What::rebuild:
      return SyncKind::rebuild;
  }
  std::unreachable();
}

std::string_view name_of(SyncKind kind) {
  switch (kind) {
    case SyncKind::resend:
      return "device.repair.resend";
    case SyncKind::forget:
      return "device.repair.forget";
    case SyncKind::rebuild:
      return "device.repair.rebuild";
  }
  std::unreachable();
}

class Work {
 public:
  Work(RepairPlaces places, admin::Order order) : places_(places), order_(std::move(order)) {}

  Task<Result<std::string>> run(Repair wanted) {
    const auto known =
        co_await places_.store.get({order_.user.str(), store::Kind::device, order_.device.str()});
    if (!known) co_return fail(Errc::not_found, "this user has no such device");
    table_ = co_await load_folders(places_.store, order_.user);
    sync::RepairOrder repair{
        .kind = kind_of(wanted.what), .user = order_.user.str(), .device = order_.device.str()};
    const auto found = wanted.what == Repair::What::rebuild
                           ? find_folder(wanted.of)
                           : co_await find_item(wanted.of, repair.item);
    if (!found) co_return pass(found);
    const sync::FolderRow& row = **found;
    repair.collection = row.id;
    repair.is_mail = row.item_class == ItemClass::email;
    const std::string details =
        repair.item.empty() ? fmt::format("{} ({})", row.id, row.name) : repair.item;
    const std::string action(name_of(repair.kind));
    auto said = co_await sync::repair(places_.store, std::move(repair),
                                      [&] { return audited(action, details); });
    // Also what looked before and is about to wait.
    const auto collection = CollectionId::parse(row.id);
    if (said && collection) places_.hub.mark_added(order_.user, *collection);
    co_return said;
  }

 private:
  using Found = Result<const sync::FolderRow*>;

  std::vector<store::Write> audited(const std::string& action, const std::string& details) const {
    return {places_.audit.write({.action = action,
                                 .by = order_.by.name,
                                 .address = order_.by.address,
                                 .user = order_.user.str(),
                                 .device = order_.device.str(),
                                 .details = details})};
  }

  /// By its id, else by its name.
  Found find_folder(const std::string& name) const {
    if (const sync::FolderRow* row = table_.find(name)) return row;
    const sync::FolderRow* found = nullptr;
    std::string ids;
    for (const sync::FolderRow& row : table_.rows) {
      if (row.name != name) continue;
      found = &row;
      ids += (ids.empty() ? "" : ", ") + row.id;
    }
    if (found == nullptr) {
      return fail(Errc::not_found,
                  "the user has no such folder; `godwit why` names those that the "
                  "device synchronizes");
    }
    if (ids.find(',') != std::string::npos) {
      return fail(Errc::conflict,
                  fmt::format("several folders are called so: name the id, one of {}", ids));
    }
    return found;
  }

  /// By ServerId, else by Message-ID.
  Task<Found> find_item(std::string name, std::string& item) {
    const auto colon = name.find(':');
    const sync::FolderRow* row =
        colon == std::string::npos ? nullptr : table_.find(name.substr(0, colon));
    if (row != nullptr) {
      item = std::move(name);
      co_return row;
    }
    std::vector<MailPlace> found;
    std::string problem;
    try {
      const backend::Account account = co_await places_.engine.account_of(order_.user);
      const auto mail = places_.mail.open(account);
      found = co_await find_mail(*mail, table_, std::move(name));
    } catch (const Fault& fault) {
      problem = fault.what();
    }
    if (!problem.empty()) {
      co_return fail(Errc::refused,
                     "the mailbox cannot be asked without the user's password; name the item by "
                     "its ServerId, as logs show it: " +
                         problem);
    }
    co_await keep_synchronized(found);
    if (found.empty()) {
      co_return fail(Errc::not_found, "no folder that the device synchronizes has such an item");
    }
    if (found.size() > 1) co_return several(found);
    item = id_of(found.front());
    co_return table_.find(found.front().row.id);
  }

  /// Also the copy in Sent is a mail of that Message-ID.
  Task<> keep_synchronized(std::vector<MailPlace>& found) const {
    std::vector<store::Key> keys;
    keys.reserve(found.size());
    for (const MailPlace& place : found) {
      keys.push_back(
          {order_.user.str(), store::Kind::collection, order_.device.str() + '/' + place.row.id});
    }
    const auto records = co_await places_.store.get_many(std::move(keys));
    std::vector<MailPlace> kept;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (records[i]) kept.push_back(std::move(found[i]));
    }
    found = std::move(kept);
  }

  static std::string id_of(const MailPlace& place) {
    return sync::format_mail_id(place.row.id, place.uid_validity, place.uid);
  }

  static Found several(const std::vector<MailPlace>& found) {
    std::string ids;
    for (const MailPlace& place : found) {
      ids += fmt::format("{}{} in {}", ids.empty() ? "" : ", ", id_of(place), place.row.name);
    }
    return fail(Errc::conflict, "it is in several folders: name one of " + ids);
  }

  RepairPlaces places_;
  admin::Order order_;
  sync::FolderTable table_;
};

}  // namespace

Task<Result<std::string>> repair(RepairPlaces places, admin::Order order, admin::Repair repair) {
  Work work(places, std::move(order));
  co_return co_await work.run(std::move(repair));
}

}  // namespace godwit::app

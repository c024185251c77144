#include "app/insight.hpp"

#include <algorithm>
#include <utility>

#include "app/device_folders.hpp"
#include "app/why.hpp"
#include "convert/header.hpp"
#include "sync/server_id.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t found_max = 10;  // what a person looks through

/// Of one folder, those that are still there.
Task<> read_found(std::shared_ptr<backend::Mail> mail, sync::FolderRow row,
                  backend::MailHits::Folder folder, std::vector<Uid> uids,
                  std::vector<admin::FoundMail>& out) {
  const auto messages = co_await mail->fetch(folder.key, folder.uid_validity, std::move(uids));
  if (!messages) co_return;
  for (const Message& message : *messages) {
    const convert::Header header(message.header);
    out.push_back({.item = sync::format_mail_id(row.id, folder.uid_validity, message.state.uid),
                   .subject = convert::decode_text(header.get("subject")),
                   .from = convert::decode_text(header.get("from")),
                   .received = message.state.internal_date});
  }
}

}  // namespace

Task<Result<std::vector<admin::Finding>>> EngineInsight::why(
    UserId user, DeviceId device, std::string item, std::optional<backend::Account> account) {
  co_return co_await app::why({store_, engine_, mail_, hub_, clock_.now()}, std::move(user),
                              std::move(device), std::move(item), std::move(account));
}

Task<std::vector<admin::DeviceFolder>> EngineInsight::folders(UserId user, DeviceId device) {
  const auto hierarchy = co_await load_device_hierarchy(store_, user, device);
  co_return co_await device_folders(store_, hierarchy, std::move(user), std::move(device));
}

std::vector<admin::PastRequest> EngineInsight::requests(const UserId& user,
                                                        const DeviceId& device) const {
  std::vector<admin::PastRequest> out;
  for (const command::PastRequest& each : engine_.running().recent().of(user, device)) {
    out.push_back({.command = each.command,
                   .when = each.when,
                   .took = each.took,
                   .status = each.status,
                   .woken = each.woken,
                   .asked = each.asked,
                   .sent = each.sent});
  }
  return out;
}

std::vector<admin::TrafficMinute> EngineInsight::traffic() const {
  std::vector<admin::TrafficMinute> out;
  for (const command::TrafficMinute& each : engine_.running().traffic().minutes(clock_.now())) {
    out.push_back({.begin = each.begin,
                   .answered = each.answered,
                   .parked = each.parked,
                   .refused = each.refused,
                   .failed = each.failed,
                   .woken = each.woken,
                   .wake = each.wake,
                   .waiting = each.waiting});
  }
  return out;
}

Task<std::vector<admin::FoundMail>> EngineInsight::find(backend::Account account,
                                                        std::string words) {
  std::vector<admin::FoundMail> out;
  const auto record = co_await store_.get({account.user.str(), store::Kind::folders, ""});
  const auto table = record ? sync::unpack_folder_table(record->value) : sync::FolderTable();
  if (!table) co_return out;
  std::vector<FolderKey> keys;
  for (const sync::FolderRow& row : table->rows) {
    auto key = FolderKey::parse(row.key);
    if (row.item_class != ItemClass::email || !key || !row.selectable) continue;
    keys.push_back(*std::move(key));
  }
  backend::MailQuery query;
  query.clauses.push_back({.terms = {{backend::MailTerm::Where::subject, std::move(words)}}});
  const auto mail = mail_.open(account);
  const auto hits = co_await mail->find_messages(std::move(keys), std::move(query), found_max);
  for (std::uint32_t i = 0; i < hits.folders.size(); ++i) {
    const sync::FolderRow* const row = table->find_key(hits.folders[i].key.view());
    std::vector<Uid> uids;
    for (const auto& hit : hits.hits) {
      if (hit.folder == i) uids.push_back(hit.uid);
    }
    if (row != nullptr && !uids.empty()) {
      co_await read_found(mail, *row, hits.folders[i], std::move(uids), out);
    }
  }
  std::ranges::sort(out, std::ranges::greater(), &admin::FoundMail::received);
  co_return out;
}

}  // namespace godwit::app

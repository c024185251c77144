#include "command/sent_copy.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("send");

Task<bool> stands_in(Session& session, sync::FolderTable table, SentPlace& place) {
  const sync::FolderRow* const row = table.find_role(FolderRole::sent);
  if (row == nullptr) co_return false;
  const auto status = co_await session.mail().status(FolderKey::parse(row->key).value());
  if (!status) co_return false;
  place = {row->key, status->uid_validity, status->uid_next};
  co_return true;
}

/// The copy itself, at `from` or above: what was delivered to the sender has the same Message-ID,
/// and trace fields, wherever it was moved to. Its size says nothing: a reply made again may quote
/// an original that is gone by now.
Task<bool> has_copy(Session& session, FolderKey folder, Uid from, std::string id) {
  const auto found = co_await session.mail().find_message_id(folder, from, std::move(id));
  const auto status = co_await session.mail().status(folder);
  if (!found || found->empty() || !status) co_return false;
  const auto messages =
      co_await session.mail().fetch(std::move(folder), status->uid_validity, found->to_vector());
  const auto is_copy = [](const Message& message) {
    const convert::Header header(message.header);
    return !header.has("Received") && !header.has("Return-Path") && !header.has("Delivered-To");
  };
  co_return messages&& std::ranges::any_of(*messages, is_copy);
}

/// Whether an earlier attempt saved the copy: in the Sent folder, or wherever the user moved it.
Task<bool> is_saved(Session& session, SentPlace place, std::string id) {
  const FolderKey sent = FolderKey::parse(place.key).value();
  const auto status = co_await session.mail().status(sent);
  if (!status) co_return false;
  const bool same = status->uid_validity == place.validity;
  if (same && status->uid_next == place.next) co_return false;
  if (co_await has_copy(session, sent, same ? place.next : 1, id)) co_return true;
  const auto table = co_await session.folder_table();
  for (const sync::FolderRow& row : table.rows) {
    auto folder = FolderKey::parse(row.key);
    if (!folder || !row.selectable || row.key == place.key) continue;
    if (co_await has_copy(session, std::move(*folder), 1, id)) co_return true;
  }
  co_return false;
}

Task<bool> append(Session& session, std::string key, SentCopy copy) {
  const FolderKey sent = FolderKey::parse(key).value();
  Flags flags;
  flags.seen = true;
  const auto added =
      co_await session.mail().append(sent, std::move(copy.message), flags, copy.date);
  if (!added) co_return false;
  const auto table = co_await session.folder_table();
  const sync::FolderRow* row = table.find_key(key);
  if (row != nullptr) {
    // The copy is new to every device, the sender too.
    session.services.hub.mark_added(session.account.user, CollectionId::parse(row->id).value());
  }
  co_return true;
}

}  // namespace

void pack(const SentPlace& place, Packer& out) {
  out.text(place.key).number(place.validity).number(place.next);
}

SentPlace unpack_sent_place(Unpacker& in) {
  SentPlace place;
  place.key = in.text();
  place.validity = in.number_as<std::uint32_t>();
  place.next = in.number_as<Uid>();
  return place;
}

Task<SentPlace> look_at_sent(Session& session) {
  SentPlace place;
  if (co_await stands_in(session, co_await session.folder_table(), place)) co_return place;
  // It is new, or another one than it was.
  if (co_await stands_in(session, co_await session.listed_folders(), place)) co_return place;
  logger.warning("mail.no_sent_folder", {{"user", session.user()}});
  co_return SentPlace{};
}

Task<Saved> save_sent(Session& session, SentPlace place, SentCopy copy) {
  if (place.key.empty()) co_return Saved::no;
  constexpr int attempts = 2;
  Saved outcome = Saved::no;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    try {
      if (copy.attempted && co_await is_saved(session, place, copy.message_id)) {
        co_return Saved::yes;
      }
      if (co_await append(session, place.key, copy)) co_return Saved::yes;
    } catch (const Fault& fault) {
      logger.warning("mail.save_failed", {{"user", session.user()}, {"why", fault.what()}});
      if (fault.kind() == Fault::Kind::quota) co_return Saved::no;
      outcome = Saved::later;
    }
    copy.attempted = true;
  }
  co_return outcome;
}

}  // namespace godwit::command

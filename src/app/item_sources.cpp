#include "app/item_sources.hpp"

#include <algorithm>
#include <utility>

#include "app/directory_folder.hpp"
#include "backend/joined_items.hpp"
#include "backend/notes/notes.hpp"
#include "backend/recipients/recipients.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::app {
namespace {

constexpr Log logger("notes");

bool is_in_mailbox(const backend::ItemCollection& each) {
  return each.key.view().starts_with(backend::notes::default_key);
}

/// Whether there is another place for notes than the mailbox.
bool has_other(const std::vector<backend::ItemCollection>& all) {
  return std::ranges::any_of(all, [](const backend::ItemCollection& each) {
    return each.item_class == ItemClass::notes && !is_in_mailbox(each);
  });
}

}  // namespace

NotesSource notes_source(const std::string& name) {
  if (name == "dav") return NotesSource::dav;
  if (name == "imap") return NotesSource::imap;
  return name == "off" ? NotesSource::off : NotesSource::automatic;
}

std::shared_ptr<backend::Items> ItemSources::open_items(const backend::Account& account) {
  std::vector<backend::JoinedItems::Part> parts;
  if (parts_.directory) {
    parts.push_back({parts_.directory->open_items(account), std::string(directory_key)});
  }
  if (parts_.recipients) {
    parts.push_back(
        {parts_.recipients->open_items(account), std::string(backend::recipients::collection_key)});
  }
  if (has_mailbox_notes()) {
    parts.push_back({parts_.notes->open_items(account), std::string(backend::notes::default_key)});
  }
  if (parts_.main) parts.push_back({parts_.main->open_items(account), {}});
  const auto arrange = [this, user = account.user](std::vector<backend::ItemCollection>& all) {
    this->arrange(user, all);
  };
  return std::make_shared<backend::JoinedItems>(std::move(parts), arrange);
}

void ItemSources::arrange(const UserId& user, std::vector<backend::ItemCollection>& all) {
  bool mailbox = notes_ == NotesSource::imap;
  if (notes_ == NotesSource::automatic) {
    mailbox = !has_other(all);
    known_.touch(user) = mailbox ? Known::mailbox : Known::main;
  }
  const bool none = notes_ == NotesSource::off;
  std::erase_if(all, [&](const backend::ItemCollection& each) {
    return each.item_class == ItemClass::notes && (none || is_in_mailbox(each) != mailbox);
  });
}

Task<bool> ItemSources::are_in_mailbox(backend::Account account) {
  if (!has_mailbox_notes()) co_return false;
  if (notes_ == NotesSource::imap || parts_.main == nullptr) co_return true;
  const Known known = known_.touch(account.user);
  if (known != Known::unknown) co_return known == Known::mailbox;
  std::string failure;
  try {
    const bool other = has_other(co_await parts_.main->open_items(account)->collections());
    known_.touch(account.user) = other ? Known::main : Known::mailbox;
    co_return !other;
  } catch (const Fault& fault) {
    failure = fault.what();
  }
  // The folder is kept from mail until it is clear what it is.
  logger.warning("notes.place_unknown", {{"user", account.user}, {"why", failure}});
  co_return true;
}

Task<std::vector<FolderKey>> ItemSources::put_aside(backend::Account account,
                                                    std::vector<backend::MailFolder> all) {
  std::vector<FolderKey> out;
  const auto folders = backend::notes::notes_folders(all, notes_folder_);
  if (folders.empty() || !co_await are_in_mailbox(std::move(account))) co_return out;
  for (const backend::MailFolder& each : folders) out.push_back(each.key);
  co_return out;
}

}  // namespace godwit::app

#include "backend/notes/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backend/notes/items.hpp"
#include "backend/watch_source.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/journal.hpp"

namespace godwit::backend::notes {
namespace {

constexpr Log logger("notes");
constexpr std::size_t headers_at_a_time = 100;
constexpr int attempts_max = 3;  // against a mailbox that is made anew meanwhile

const MailFolder* child(const std::vector<MailFolder>& all, const std::optional<FolderKey>& parent,
                        std::string_view name) {
  const auto at = std::ranges::find_if(
      all, [&](const MailFolder& each) { return each.parent == parent && each.name == name; });
  return at == all.end() ? nullptr : &*at;
}

const MailFolder* at_path(const std::vector<MailFolder>& all, std::string_view path) {
  const MailFolder* found = nullptr;
  while (!path.empty()) {
    const auto cut = std::min(path.find('/'), path.size());
    std::optional<FolderKey> parent;
    if (found != nullptr) parent = found->key;
    found = child(all, parent, path.substr(0, cut));
    if (found == nullptr) return nullptr;
    path.remove_prefix(std::min(cut + 1, path.size()));
  }
  return found;
}

std::string_view last_level(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// A server keeps the UIDVALIDITY of a mailbox that it renames, and gives no two the same.
std::string key_text(std::uint32_t uid_validity) {
  return fmt::format("{}/{}", default_key, uid_validity);
}

/// What a watch of mail tells of the folders, as of collections.
class NotesWatch final : public Watch, public WatchSource, private ChangeListener {
 public:
  NotesWatch(Mail& mail, std::shared_ptr<const UserNotes::Places> places, std::string name,
             ChangeListener& listener)
      : places_(std::move(places)),
        name_(std::move(name)),
        listener_(listener),
        watch_(mail.watch(*this)) {}
  bool authoritative() const override { return watch_->authoritative(); }
  bool ended() const override { return watch_->ended(); }
  std::string source() const override { return source_of(*watch_); }

 private:
  void changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) override {
    if (!folder) {
      listener_.changed(user, folder, kind);
      return;
    }
    for (const auto& [key, place] : *places_) {
      // Flags alone do not change a note, but a removal is told in the same way.
      if (place == *folder) tell(user, key);
    }
    // Somebody may have made the folder that was not there.
    const bool missing = !places_->contains(default_key);
    if (missing && folder->view().ends_with(name_)) tell(user, default_key);
  }

  void tell(const UserId& user, std::string_view key) {
    listener_.changed(user, FolderKey::parse(key).value(), Kind::added);
  }

  std::shared_ptr<const UserNotes::Places> places_;
  std::string name_;  // of the first folder
  ChangeListener& listener_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace

std::vector<MailFolder> notes_folders(const std::vector<MailFolder>& all, const std::string& path) {
  std::vector<MailFolder> out;
  const MailFolder* const top = at_path(all, path);
  if (top == nullptr) return out;
  out.push_back(*top);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (const MailFolder& each : all) {
      if (each.parent == out[i].key) out.push_back(each);
    }
  }
  return out;
}

std::shared_ptr<Items> NotesBackend::open_items(const Account& account) {
  auto& known = users_.touch(account.user);
  if (!known) known = std::make_shared<UserNotes>();
  std::string from = account.addresses.empty() ? account.login : account.addresses.front();
  return std::make_shared<NotesItems>(settings_, open_(account), known, account.user,
                                      std::move(from), clock_, random_);
}

Task<std::vector<MailFolder>> NotesItems::list() {
  auto found = notes_folders(co_await mail_->folders(), settings_.folder);
  std::erase_if(found, [](const MailFolder& each) { return !each.selectable; });
  for (MailFolder& each : found) {
    if (each.status) continue;
    const auto status = co_await mail_->status(each.key);
    if (status) each.status = *status;
  }
  std::erase_if(found, [](const MailFolder& each) { return !each.status; });
  UserNotes::Places places;
  for (const MailFolder& each : found) {
    const bool top =
        last_level(settings_.folder) == each.name && places.empty() && &each == found.data();
    places.emplace(top ? std::string(default_key) : key_text(each.status->uid_validity), each.key);
  }
  *known_->places = places;
  std::erase_if(known_->folders, [&](const auto& each) {
    const auto place = places.find(each.first);
    return place == places.end() || place->second != each.second->key;
  });
  co_return found;
}

Task<std::vector<ItemCollection>> NotesItems::collections() {
  const auto found = co_await list();
  std::vector<ItemCollection> out;
  out.push_back({.key = FolderKey::parse(default_key).value(),
                 .item_class = ItemClass::notes,
                 .name = std::string(last_level(settings_.folder)),
                 .role = FolderRole::notes,
                 .read_only = false});
  for (const auto& [key, place] : *known_->places) {
    if (key == default_key) continue;
    const auto folder = std::ranges::find(found, place, &MailFolder::key);
    if (folder == found.end()) continue;
    out.push_back({.key = FolderKey::parse(key).value(),
                   .item_class = ItemClass::notes,
                   .name = folder->name,
                   .role = FolderRole::none,
                   .read_only = false});
  }
  co_return out;
}

Task<Result<FolderKey>> NotesItems::create_collection(ItemClass item_class, std::string name) {
  if (item_class != ItemClass::notes) co_return fail(Errc::refused, "a place for notes alone");
  auto top = co_await make_default();
  if (!top) co_return pass(top);
  const auto made = co_await mail_->create_folder((*top)->key, std::move(name));
  if (!made) co_return pass(made);
  co_await list();
  for (const auto& [key, place] : *known_->places) {
    if (place == *made) co_return FolderKey::parse(key);
  }
  throw Fault(Fault::Kind::corrupt, "a folder was made and is not there");
}

Task<Result<>> NotesItems::rename_collection(FolderKey collection, std::string name) {
  if (collection.view() == default_key) co_return fail(Errc::refused, "the folder of all notes");
  auto folder = co_await find_folder(std::move(collection));
  if (!folder) co_return pass(folder);
  if (name == last_level(settings_.folder)) co_return fail(Errc::conflict, "that is another one");
  const auto all = co_await mail_->folders();
  const auto at = std::ranges::find(all, (*folder)->key, &MailFolder::key);
  if (at == all.end()) co_return fail(Errc::not_found, "the folder is gone");
  const auto renamed = co_await mail_->rename_folder(at->key, at->parent, std::move(name));
  if (!renamed) co_return pass(renamed);
  co_await list();
  co_return Result<>();
}

Task<Result<>> NotesItems::delete_collection(FolderKey collection) {
  if (collection.view() == default_key) co_return fail(Errc::refused, "the folder of all notes");
  auto folder = co_await find_folder(std::move(collection));
  if (!folder) co_return pass(folder);
  const auto removed = co_await mail_->delete_folder((*folder)->key);
  co_await list();
  co_return removed;
}

Task<Result<NotesItems::FolderPtr>> NotesItems::find_folder(FolderKey collection) {
  if (!known_->places->contains(collection.view())) co_await list();
  const auto place = known_->places->find(collection.view());
  if (place == known_->places->end()) {
    if (collection.view() == default_key) co_return nullptr;
    co_return fail(Errc::not_found, "no such folder of notes");
  }
  const auto found = known_->folders.find(collection.view());
  if (found != known_->folders.end()) co_return found->second;
  auto fresh = std::make_shared<Folder>(
      Folder{.key = place->second, .status = {}, .position = {}, .index = {}});
  co_return known_->folders.emplace(collection.str(), std::move(fresh)).first->second;
}

Task<Result<NotesItems::FolderPtr>> NotesItems::look(FolderKey collection, Look how) {
  for (int attempt = 0;; ++attempt) {
    auto folder = co_await find_folder(collection);
    if (!folder || *folder == nullptr) co_return folder;
    const auto looked = co_await look_at(**folder, how);
    if (looked) co_return folder;
    const Errc code = looked.error().code;
    if (attempt == attempts_max || (code != Errc::not_found && code != Errc::stale)) {
      throw Fault(Fault::Kind::unavailable, "notes: " + looked.error().message);
    }
    if (code == Errc::not_found) co_await list();
  }
}

Task<Result<>> NotesItems::look_at(Folder& folder, Look how) {
  const auto status = co_await mail_->status(folder.key);
  if (!status) co_return pass(status);
  const bool stands = status->highest_modseq != 0 && folder.status == *status;
  const bool indexed = folder.index.position() == folder.position && !folder.position.empty();
  if (stands && (how == Look::position || indexed)) co_return Result<>();
  auto uids = co_await mail_->search(folder.key, std::nullopt);
  if (!uids) co_return pass(uids);
  if (uids->count() > notes_max) {
    logger.warning("notes.too_many", {{"user", user_}, {"count", uids->count()}});
    *uids = UidSet::of(uids->take_highest(notes_max));
  }
  folder.status = *status;
  folder.position = position_of(status->uid_validity, *uids);
  if (how == Look::position || folder.index.position() == folder.position) co_return Result<>();
  co_return co_await read_headers(folder, status->uid_validity, std::move(*uids));
}

Task<Result<>> NotesItems::read_headers(Folder& folder, std::uint32_t uid_validity, UidSet uids) {
  std::vector<NotesIndex::Entry> read;
  const std::vector<Uid> unknown = folder.index.unknown(uid_validity, uids).to_vector();
  for (std::size_t begin = 0; begin < unknown.size(); begin += headers_at_a_time) {
    const auto end = std::min(unknown.size(), begin + headers_at_a_time);
    std::vector<Uid> some(unknown.begin() + static_cast<std::ptrdiff_t>(begin),
                          unknown.begin() + static_cast<std::ptrdiff_t>(end));
    const auto messages = co_await mail_->fetch(folder.key, uid_validity, std::move(some));
    if (!messages) co_return pass(messages);
    for (const Message& each : *messages) {
      const Uid uid = each.state.uid;
      read.push_back(
          {uid, href_of(each.header, {uid_validity, uid}), replaced_by(each.header, uid_validity)});
    }
  }
  folder.index.take(uid_validity, uids, read);
  co_return Result<>();
}

Task<Result<std::string>> NotesItems::cursor(FolderKey collection) {
  const auto lock = co_await known_->looking.acquire(collection.str());
  const auto folder = co_await look(collection, Look::position);
  if (!folder) co_return pass(folder);
  co_return *folder == nullptr ? position_of(0, {}) : (*folder)->position;
}

Task<Result<ItemChanges>> NotesItems::changes(FolderKey collection, std::string since) {
  const auto lock = co_await known_->looking.acquire(collection.str());
  const auto folder = co_await look(collection, Look::index);
  if (!folder) co_return pass(folder);
  if (*folder != nullptr) {
    co_await remove_left_over(**folder);
    co_return (*folder)->index.changes(since);
  }
  ItemChanges none{.cursor = position_of(0, {}), .changed = {}, .removed = {}};
  if (!since.empty() && since != none.cursor) co_return fail(Errc::stale, "the folder is gone");
  co_return none;
}

Task<Result<std::vector<ItemText>>> NotesItems::fetch(FolderKey collection,
                                                      std::vector<std::string> hrefs) {
  const auto lock = co_await known_->looking.acquire(collection.str());
  const auto found = co_await look(collection, Look::index);
  if (!found) co_return pass(found);
  std::vector<ItemText> out;
  if (*found == nullptr) co_return out;
  const Folder& folder = **found;
  std::vector<Uid> uids;
  for (const std::string& href : hrefs) {
    if (const Uid uid = folder.index.find(href); uid != 0) uids.push_back(uid);
  }
  const auto read = co_await read_notes(folder, std::move(uids));
  if (!read) throw Fault(Fault::Kind::busy, "notes: " + read.error().message);
  for (std::string& href : hrefs) {
    const auto at = std::ranges::find(*read, folder.index.find(href), &Read::uid);
    if (at == read->end()) continue;
    NotePatch patch;
    const auto set = [](Change<std::string>& change, const std::string& text) {
      if (!text.empty()) change = Change<std::string>::set(text);
    };
    set(patch.subject, at->note.subject);
    set(patch.body, at->note.body);
    set(patch.html, at->note.html);
    patch.message_class = Change<std::string>::set(at->note.message_class);
    if (!at->note.categories.empty()) {
      patch.categories = Change<std::vector<std::string>>::set(at->note.categories);
    }
    auto text = convert::apply_note({}, patch, at->note.last_modified, href);
    if (text) out.push_back({std::move(href), folder.index.etag_of(at->uid), std::move(*text)});
  }
  co_return out;
}

Task<Result<std::vector<NotesItems::Read>>> NotesItems::read_notes(const Folder& folder,
                                                                   std::vector<Uid> uids) {
  std::vector<Read> out;
  const std::uint32_t uid_validity = folder.index.uid_validity();
  if (uids.empty()) co_return out;
  const auto messages = co_await mail_->fetch(folder.key, uid_validity, std::move(uids));
  if (!messages) co_return pass(messages);
  std::vector<PartRange> ranges;
  for (const Message& each : *messages) {
    for (const Part* part : text_parts(each.structure)) {
      ranges.push_back({each.state.uid, part->section, 0, text_part_bytes_max});
    }
  }
  auto octets = co_await mail_->read(folder.key, uid_validity, std::move(ranges));
  if (!octets) co_return pass(octets);
  auto next = octets->begin();
  for (const Message& each : *messages) {
    const auto count = static_cast<std::ptrdiff_t>(text_parts(each.structure).size());
    const std::vector<std::string> texts(std::make_move_iterator(next),
                                         std::make_move_iterator(next + count));
    next += count;
    out.push_back({each.state.uid, note_of(each, texts), each.size, is_cut(each.structure)});
  }
  co_return out;
}

Task<Result<std::vector<ItemText>>> NotesItems::find_uid(FolderKey /*collection*/,
                                                         std::string /*uid*/) {
  co_return std::vector<ItemText>();  // there are no events among notes
}

std::unique_ptr<Watch> NotesItems::watch(ChangeListener& listener) {
  return std::make_unique<NotesWatch>(*mail_, known_->places,
                                      std::string(last_level(settings_.folder)), listener);
}

}  // namespace godwit::backend::notes

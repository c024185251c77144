#include "backend/memory/memory.hpp"

#include <algorithm>
#include <utility>

#include "backend/memory/state.hpp"
#include "convert/header.hpp"

namespace godwit::backend {

namespace {

Error wrong(Errc code, const char* message) { return Error{code, message}; }

MailboxStatus status_of(const auto& folder) {
  return {.uid_validity = folder.uid_validity,
          .uid_next = folder.uid_next,
          .messages = static_cast<std::uint32_t>(folder.messages.size()),
          .highest_modseq = folder.modseq};
}

}  // namespace

// The calls of Mail: each begins and ends where a test may break it.

Task<std::vector<MailFolder>> MemoryMail::folders() {
  begin_call();
  std::vector<MailFolder> out;
  for (const auto& folder : folders_) {
    MailFolder shown{.key = key_of(*folder),
                     .parent = std::nullopt,
                     .name = folder->name,
                     .role = folder->role,
                     .selectable = folder->selectable,
                     .status = std::nullopt,
                     .mailbox_id = "M" + std::to_string(folder->id)};
    if (folder->parent != nullptr) shown.parent = key_of(*folder->parent);
    if (folder->selectable) shown.status = status_of(*folder);
    out.push_back(std::move(shown));
  }
  end_call();
  co_return out;
}

Task<Result<MailboxStatus>> MemoryMail::status(FolderKey folder) {
  begin_call();
  const auto found = checked(folder);
  end_call();
  if (!found) co_return pass(found);
  co_return status_of(**found);
}

Task<std::vector<Result<MailboxStatus>>> MemoryMail::statuses(std::vector<FolderKey> folders) {
  begin_call();
  std::vector<Result<MailboxStatus>> out;
  for (const FolderKey& folder : folders) {
    const auto found = checked(folder);
    if (found) {
      out.emplace_back(status_of(**found));
    } else {
      out.emplace_back(std::unexpected(found.error()));
    }
  }
  end_call();
  co_return out;
}

Task<Result<FolderKey>> MemoryMail::create_folder(std::optional<FolderKey> parent,
                                                  std::string name) {
  begin_call();
  const auto made = make(parent, std::move(name), FolderRole::none);
  end_call();
  if (!made) co_return pass(made);
  co_return key_of(**made);
}

Task<Result<FolderKey>> MemoryMail::rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                                  std::string name) {
  begin_call();
  auto renamed = rename_now(folder, parent, std::move(name));
  end_call();
  co_return renamed;
}

Task<Result<>> MemoryMail::delete_folder(FolderKey folder) {
  begin_call();
  auto deleted = delete_now(folder);
  end_call();
  co_return deleted;
}

Task<Result<UidSet>> MemoryMail::search(FolderKey folder,
                                        std::optional<std::chrono::sys_days> since) {
  begin_call();
  const auto found = checked(folder);
  end_call();
  if (!found) co_return pass(found);
  UidSet uids;
  for (const auto& [uid, message] : (*found)->messages) {
    if (!since || message.state.internal_date >= *since) uids.add(uid);
  }
  co_return uids;
}

Task<Result<MailChanges>> MemoryMail::changes(FolderKey folder, MailCursor since, UidSet known) {
  begin_call();
  if (const auto kind = std::exchange(changes_failure_, std::nullopt)) {
    throw Fault(*kind, "listing changes fails by order");
  }
  auto found = changes_now(folder, since, known);
  end_call();
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryMail::fetch(FolderKey folder, std::uint32_t uid_validity,
                                                     std::vector<Uid> uids) {
  if (meanwhile_) std::exchange(meanwhile_, nullptr)();
  begin_call();
  const auto found = checked(folder, uid_validity);
  end_call();
  if (!found) co_return pass(found);
  std::vector<Message> out;
  for (const Uid uid : UidSet::of(uids).minus(withheld_).to_vector()) {
    const auto at = (*found)->messages.find(uid);
    if (at == (*found)->messages.end()) continue;
    const Content& content = *at->second.content;
    const std::size_t header =
        std::min<std::size_t>(content.layout.header_size, convert::header_bytes_max);
    out.push_back({.state = at->second.state,
                   .size = content.text.size(),
                   .header = content.text.substr(0, header),
                   .structure = content.layout.structure});
  }
  co_return out;
}

Task<Result<std::vector<MessageState>>> MemoryMail::fetch_state(FolderKey folder,
                                                                std::uint32_t uid_validity,
                                                                std::vector<Uid> uids) {
  if (meanwhile_) std::exchange(meanwhile_, nullptr)();
  begin_call();
  const auto found = checked(folder, uid_validity);
  end_call();
  if (!found) co_return pass(found);
  std::vector<MessageState> out;
  for (const Uid uid : UidSet::of(uids).to_vector()) {
    const auto at = (*found)->messages.find(uid);
    if (at != (*found)->messages.end()) out.push_back(at->second.state);
  }
  co_return out;
}

Task<Result<std::vector<std::string>>> MemoryMail::read(FolderKey folder,
                                                        std::uint32_t uid_validity,
                                                        std::vector<PartRange> ranges) {
  begin_call();
  const auto found = checked(folder, uid_validity);
  end_call();
  if (!found) co_return pass(found);
  std::vector<std::string> out;
  for (const PartRange& range : ranges) {
    std::string& bytes = out.emplace_back();
    const auto at = (*found)->messages.find(range.uid);
    if (at == (*found)->messages.end()) continue;
    const Content& content = *at->second.content;
    const convert::Located* part = content.layout.find(range.section);
    if (part == nullptr || range.offset >= part->end - part->begin) continue;
    bytes = content.text.substr(part->begin + range.offset,
                                std::min(range.length, part->end - part->begin - range.offset));
  }
  co_return out;
}

Task<Result<>> MemoryMail::store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                       FlagChange change) {
  begin_call();
  auto stored = store_flags_now(folder, uid_validity, uid, change);
  end_call();
  co_return stored;
}

Task<Result<Uid>> MemoryMail::move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                   FolderKey target) {
  begin_call();
  if (const auto kind = std::exchange(move_failure_, std::nullopt)) {
    throw Fault(*kind, "moving fails by order");
  }
  auto moved = move_now(folder, uid_validity, uid, target);
  end_call();
  co_return moved;
}

Task<Result<>> MemoryMail::expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) {
  begin_call();
  const auto found = checked(folder, uid_validity);
  const bool read_only = found && (*found)->read_only;
  if (found && !read_only) take(**found, uids);
  end_call();
  if (!found) co_return pass(found);
  if (read_only) co_return fail(Errc::refused, "the folder can only be read");
  co_return Result<>{};
}

Task<Result<Uid>> MemoryMail::append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                                     Flags flags, Time received) {
  begin_call();
  const auto found = checked(folder);
  Uid uid = 0;
  if (found) {
    if (used_ + message->size() > quota_) throw Fault(Fault::Kind::quota, "the mailbox is full");
    std::string text = message->read(0, static_cast<std::size_t>(message->size()));
    uid =
        put(**found, std::make_shared<const Content>(std::move(text)), std::move(flags), received);
    tell(*found, ChangeListener::Kind::added);
  }
  end_call();
  if (!found) co_return pass(found);
  co_return uid;
}

Task<Result<UidSet>> MemoryMail::find_message_id(FolderKey folder, Uid first,
                                                 std::string message_id) {
  begin_call();
  const auto found = checked(folder);
  end_call();
  if (!found) co_return pass(found);
  UidSet uids;
  const auto& messages = (*found)->messages;
  const std::string wanted = convert::first_message_id(message_id);
  for (auto at = messages.lower_bound(first); at != messages.end(); ++at) {
    if (at->second.content->message_id() == wanted) uids.add(at->first);
  }
  co_return uids;
}

// What they do.

Result<FolderKey> MemoryMail::rename_now(const FolderKey& key,
                                         const std::optional<FolderKey>& parent, std::string name) {
  Folder* const folder = find(key);
  if (folder == nullptr) return fail(Errc::not_found, "no such folder");
  Folder* const above = parent ? find(*parent) : nullptr;
  if (parent && above == nullptr) return fail(Errc::not_found, "no such parent folder");
  if (folder->role == FolderRole::inbox) return fail(Errc::refused, "the inbox keeps its name");
  if (!folder_name_valid(name)) return fail(Errc::refused, "not a folder name");
  if (above != nullptr && (above == folder || is_below(*above, *folder))) {
    return fail(Errc::refused, "a folder cannot go below itself");
  }
  Folder* const there = child(above, name);
  if (there != nullptr && there != folder) return fail(Errc::conflict, "the folder exists");
  folder->parent = above;
  folder->name = std::move(name);
  tell(nullptr, ChangeListener::Kind::hierarchy);
  return key_of(*folder);
}

Result<> MemoryMail::delete_now(const FolderKey& key) {
  Folder* const folder = find(key);
  if (folder == nullptr) return fail(Errc::not_found, "no such folder");
  if (folder->role == FolderRole::inbox) return fail(Errc::refused, "the inbox stays");
  std::vector<const Folder*> gone;
  for (const auto& other : folders_) {
    if (other.get() == folder || is_below(*other, *folder)) gone.push_back(other.get());
  }
  for (const Folder* each : gone) {
    for (const auto& [uid, message] : each->messages) used_ -= message.content->text.size();
  }
  std::erase_if(folders_, [&](const auto& other) {
    return std::ranges::find(gone, other.get()) != gone.end();
  });
  tell(nullptr, ChangeListener::Kind::hierarchy);
  return {};
}

Result<MailChanges> MemoryMail::changes_now(const FolderKey& key, const MailCursor& since,
                                            const UidSet& known) const {
  const auto found = checked(key);
  if (!found) return pass(found);
  const Folder& folder = **found;
  MailChanges out;
  out.cursor.status = status_of(folder);
  if (since.status.uid_validity == 0) return out;
  if (since.status.uid_validity != folder.uid_validity || since.status.uid_next > folder.uid_next ||
      since.status.highest_modseq > folder.modseq) {
    return std::unexpected(wrong(Errc::stale, "not a position of this mailbox"));
  }
  for (const auto& [uid, message] : folder.messages) {
    if (message.state.modseq > since.status.highest_modseq) out.changed.push_back(message.state);
  }
  UidSet gone;
  for (const auto& [modseq, uid] : folder.expunged) {
    if (modseq > since.status.highest_modseq) gone.add(uid);
  }
  out.vanished = gone.intersect(known);
  return out;
}

Result<> MemoryMail::store_flags_now(const FolderKey& key, std::uint32_t uid_validity, Uid uid,
                                     const FlagChange& change) {
  const auto found = checked(key, uid_validity);
  if (!found) return pass(found);
  if ((*found)->read_only) return fail(Errc::refused, "the folder can only be read");
  const auto at = (*found)->messages.find(uid);
  if (at == (*found)->messages.end()) return fail(Errc::not_found, "no such message");
  MessageState& state = at->second.state;
  Flags flags = state.flags;
  flags.seen = change.seen.value_or(flags.seen);
  flags.answered = change.answered.value_or(flags.answered);
  flags.flagged = change.flagged.value_or(flags.flagged);
  flags.draft = change.draft.value_or(flags.draft);
  flags.forwarded = change.forwarded.value_or(flags.forwarded);
  if (change.keywords) flags.keywords = *change.keywords;
  normalise(flags);
  if (flags == state.flags) return {};
  state.flags = std::move(flags);
  state.modseq = ++(*found)->modseq;
  tell(*found, ChangeListener::Kind::other);
  return {};
}

Result<Uid> MemoryMail::move_now(const FolderKey& key, std::uint32_t uid_validity, Uid uid,
                                 const FolderKey& target) {
  const auto found = checked(key, uid_validity);
  if (!found) return pass(found);
  if ((*found)->read_only) return fail(Errc::refused, "the folder can only be read");
  const auto into = checked(target);
  if (!into) return pass(into);
  const auto at = (*found)->messages.find(uid);
  if (at == (*found)->messages.end()) return fail(Errc::not_found, "no such message");
  if (*found == *into) return fail(Errc::refused, "the message is there already");
  const Stored message = at->second;
  const Uid moved = put(**into, message.content, message.state.flags, message.state.internal_date);
  take(**found, UidSet{{uid, uid}});
  tell(*into, ChangeListener::Kind::added);
  return moved;
}

// Somebody else's hands.

std::optional<FolderKey> MemoryMail::find_folder(const std::vector<std::string>& path) const {
  const Folder* at = nullptr;
  for (const std::string& name : path) {
    at = child(at, name);
    if (at == nullptr) return std::nullopt;
  }
  if (at == nullptr) return std::nullopt;
  return key_of(*at);
}

std::optional<FolderKey> MemoryMail::find_folder(FolderRole role) const {
  for (const auto& folder : folders_) {
    if (folder->role == role) return key_of(*folder);
  }
  return std::nullopt;
}

Uid MemoryMail::deliver(const FolderKey& folder, std::string message, Flags flags,
                        std::optional<Time> received) {
  Folder& into = get(folder);
  const Uid uid = put(into, std::make_shared<const Content>(std::move(message)), std::move(flags),
                      received.value_or(clock_.now()));
  tell(&into, ChangeListener::Kind::added);
  return uid;
}

UidSet MemoryMail::deliver_together(const FolderKey& folder,
                                    const std::vector<std::string>& messages) {
  Folder& into = get(folder);
  UidSet uids;
  const std::uint64_t modseq = into.modseq + 1;
  for (const std::string& message : messages) {
    const Uid uid = put(into, std::make_shared<const Content>(message), {}, clock_.now());
    into.messages.at(uid).state.modseq = modseq;
    into.modseq = modseq;
    uids.add(uid);
  }
  tell(&into, ChangeListener::Kind::added);
  return uids;
}

void MemoryMail::set_flags(const FolderKey& folder, const UidSet& uids, const Flags& flags) {
  Folder& in = get(folder);
  ++in.modseq;
  for (auto& [uid, message] : in.messages) {
    if (!uids.contains(uid)) continue;
    message.state.flags = flags;
    normalise(message.state.flags);
    message.state.modseq = in.modseq;
  }
  tell(&in, ChangeListener::Kind::other);
}

void MemoryMail::remove(const FolderKey& folder, const UidSet& uids) { take(get(folder), uids); }

FolderKey MemoryMail::add_folder(std::optional<FolderKey> parent, std::string name,
                                 FolderRole role) {
  const auto made = make(parent, std::move(name), role);
  if (!made) throw std::invalid_argument(made.error().message);
  return key_of(**made);
}

FolderKey MemoryMail::rename(const FolderKey& folder, std::string name) {
  const Folder& renamed = get(folder);
  std::optional<FolderKey> parent;
  if (renamed.parent != nullptr) parent = key_of(*renamed.parent);
  auto key = rename_now(folder, parent, std::move(name));
  if (!key) throw std::invalid_argument(key.error().message);
  return *key;
}

void MemoryMail::remove_folder(const FolderKey& folder) {
  if (const auto deleted = delete_now(folder); !deleted) {
    throw std::invalid_argument(deleted.error().message);
  }
}

void MemoryMail::set_selectable(const FolderKey& folder, bool selectable) {
  get(folder).selectable = selectable;
  tell(nullptr, ChangeListener::Kind::hierarchy);
}

void MemoryMail::set_read_only(const FolderKey& folder, bool read_only) {
  get(folder).read_only = read_only;
}

void MemoryMail::change_uid_validity(const FolderKey& folder) {
  Folder& in = get(folder);
  std::map<Uid, Stored> renumbered;
  Uid next = 1;
  for (auto& [uid, message] : in.messages) {
    message.state.uid = next;
    message.state.modseq = 1;
    renumbered.emplace(next, std::move(message));
    ++next;
  }
  in.messages = std::move(renumbered);
  in.expunged.clear();
  in.uid_next = next;
  in.modseq = 1;
  in.uid_validity = ++next_validity_;
  tell(&in, ChangeListener::Kind::unknown);
}

std::vector<MessageState> MemoryMail::states(const FolderKey& folder) const {
  std::vector<MessageState> out;
  for (const auto& [uid, message] : get(folder).messages) out.push_back(message.state);
  return out;
}

std::optional<std::string> MemoryMail::text(const FolderKey& folder, Uid uid) const {
  const auto& messages = get(folder).messages;
  const auto at = messages.find(uid);
  if (at == messages.end()) return std::nullopt;
  return at->second.content->text;
}

void MemoryMail::fail_next(unsigned calls, Fault::Kind kind, Mishap when) {
  failing_ = calls;
  failure_ = kind;
  mishap_ = when;
}

}  // namespace godwit::backend

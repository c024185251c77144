#include "backend/memory/state.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "convert/header.hpp"

namespace godwit::backend {

class MemoryMail::MemoryWatch final : public Watch {
 public:
  MemoryWatch(std::shared_ptr<MemoryMail> mail, ChangeListener& listener)
      : mail_(std::move(mail)), listener_(listener) {
    mail_->watches_.push_back(this);
  }
  ~MemoryWatch() override { std::erase(mail_->watches_, this); }
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  bool authoritative() const override { return mail_->authoritative_; }
  ChangeListener& listener() const { return listener_; }

 private:
  std::shared_ptr<MemoryMail> mail_;  // the mail lives as long as somebody watches it
  ChangeListener& listener_;
};

MemoryMail::MemoryMail(UserId user, const Clock& clock, Keys keys)
    : user_(std::move(user)), clock_(clock), keys_(keys) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch());
  next_validity_ = static_cast<std::uint32_t>(seconds.count());
  constexpr std::pair<const char*, FolderRole> standard[] = {
      {"Inbox", FolderRole::inbox}, {"Drafts", FolderRole::drafts},
      {"Sent", FolderRole::sent},   {"Trash", FolderRole::trash},
      {"Junk", FolderRole::junk},   {"Archive", FolderRole::archive}};
  for (const auto& [name, role] : standard) add_folder(std::nullopt, name, role);
}

MemoryMail::~MemoryMail() = default;

std::unique_ptr<Watch> MemoryMail::watch(ChangeListener& listener) {
  return std::make_unique<MemoryWatch>(shared_from_this(), listener);
}

void MemoryMail::begin_call() {
  ++calls_;
  if (failing_ > 0 && mishap_ == Mishap::before) {
    --failing_;
    throw Fault(failure_, "the test wants this call to fail");
  }
}

void MemoryMail::end_call() {
  if (failing_ > 0 && mishap_ == Mishap::after) {
    --failing_;
    throw Fault(failure_, "the test wants this answer to be lost");
  }
}

MemoryMail::Folder* MemoryMail::find(const FolderKey& key) const {
  for (const auto& folder : folders_) {
    if (key_of(*folder) == key) return folder.get();
  }
  return nullptr;
}

MemoryMail::Folder& MemoryMail::get(const FolderKey& key) const {
  Folder* const folder = find(key);
  if (folder == nullptr) throw std::invalid_argument("no folder " + key.str());
  return *folder;
}

Result<MemoryMail::Folder*> MemoryMail::checked(const FolderKey& key) const {
  Folder* const folder = find(key);
  if (folder == nullptr || !folder->selectable) return fail(Errc::not_found, "no such folder");
  return folder;
}

Result<MemoryMail::Folder*> MemoryMail::checked(const FolderKey& key,
                                                std::uint32_t uid_validity) const {
  auto folder = checked(key);
  if (folder && (*folder)->uid_validity != uid_validity) {
    return fail(Errc::stale, "the folder has another UIDVALIDITY");
  }
  return folder;
}

FolderKey MemoryMail::key_of(const Folder& folder) const {
  std::string text;
  if (keys_ == Keys::stable) {
    text = "m" + std::to_string(folder.id);
  } else {
    text = folder.name;
    for (const Folder* above = folder.parent; above != nullptr; above = above->parent) {
      text.insert(0, above->name + '/');
    }
  }
  return FolderKey::parse(text).value();
}

MemoryMail::Folder* MemoryMail::child(const Folder* parent, std::string_view name) const {
  for (const auto& folder : folders_) {
    if (folder->parent != parent) continue;
    // RFC 9051 5.1: INBOX is one name in every spelling.
    const bool inbox = folder->role == FolderRole::inbox && iequals(name, folder->name);
    if (folder->name == name || inbox) return folder.get();
  }
  return nullptr;
}

bool MemoryMail::is_below(const Folder& folder, const Folder& ancestor) const {
  for (const Folder* above = folder.parent; above != nullptr; above = above->parent) {
    if (above == &ancestor) return true;
  }
  return false;
}

Result<MemoryMail::Folder*> MemoryMail::make(const std::optional<FolderKey>& parent,
                                             std::string name, FolderRole role) {
  Folder* const above = parent ? find(*parent) : nullptr;
  if (parent && above == nullptr) return fail(Errc::not_found, "no such parent folder");
  if (!folder_name_valid(name)) return fail(Errc::refused, "not a folder name");
  if (child(above, name) != nullptr) return fail(Errc::conflict, "the folder exists");
  auto folder = std::make_unique<Folder>();
  folder->id = next_folder_++;
  folder->parent = above;
  folder->name = std::move(name);
  folder->role = role;
  folder->uid_validity = ++next_validity_;
  folders_.push_back(std::move(folder));
  tell(nullptr, ChangeListener::Kind::hierarchy);
  return folders_.back().get();
}

Uid MemoryMail::put(Folder& folder, std::shared_ptr<const Content> content, Flags flags,
                    Time received) {
  normalise(flags);
  const Uid uid = folder.uid_next++;
  used_ += content->text.size();
  folder.messages.emplace(uid, Stored{.state = {.uid = uid,
                                                .flags = std::move(flags),
                                                .modseq = ++folder.modseq,
                                                .internal_date = received},
                                      .content = std::move(content)});
  return uid;
}

void MemoryMail::take(Folder& folder, const UidSet& uids) {
  bool removed = false;
  for (const UidRange& range : uids.ranges()) {
    auto at = folder.messages.lower_bound(range.first);
    while (at != folder.messages.end() && at->first <= range.last) {
      if (!removed) ++folder.modseq;
      removed = true;
      used_ -= at->second.content->text.size();
      folder.expunged.emplace_back(folder.modseq, at->first);
      at = folder.messages.erase(at);
    }
  }
  if (removed) tell(&folder, ChangeListener::Kind::other);
}

void MemoryMail::tell(const Folder* folder, ChangeListener::Kind kind) {
  if (!authoritative_) return;
  std::optional<FolderKey> key;
  if (folder != nullptr) key = key_of(*folder);
  const std::vector<MemoryWatch*> watches = watches_;
  for (const MemoryWatch* watch : watches) {
    // A listener may end watches, its own included.
    if (std::ranges::find(watches_, watch) == watches_.end()) continue;
    watch->listener().changed(user_, key, kind);
  }
}

void MemoryMail::set_watch_authoritative(bool authoritative) {
  const bool gap = authoritative && !authoritative_;
  authoritative_ = authoritative;
  if (gap) tell(nullptr, ChangeListener::Kind::unknown);
}

MemoryMail::Content::Content(std::string bytes)
    : text(std::move(bytes)),
      layout(convert::parse_layout(convert::read_at(std::string_view(text)))) {}

std::string MemoryMail::Content::message_id() const {
  const convert::Header header(std::string_view(text).substr(0, layout.header_size));
  return convert::first_message_id(header.get("Message-ID"));
}

bool folder_name_valid(std::string_view name) {
  if (name.empty() || name.size() > 255 || !utf8_valid(name) || trim(name) != name) return false;
  return std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/'; });
}

void normalise(Flags& flags) {
  std::ranges::sort(flags.keywords);
  const auto same = std::ranges::unique(flags.keywords);
  flags.keywords.erase(same.begin(), same.end());
  if (std::erase(flags.keywords, "$Forwarded") > 0) flags.forwarded = true;
}

}  // namespace godwit::backend

#include "backend/imap/folder_tree.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/log.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_name.hpp"

namespace godwit::backend::imap {
namespace {

using namespace godwit::imap;

constexpr Log log("imap");
constexpr std::size_t name_bytes_max = 255;  // of one level: what file systems allow

bool is_mailbox(const ListEntry& entry) {
  return !entry.has("\\noselect") && !entry.has("\\nonexistent");
}

class Tree {
 public:
  Tree(const FolderListing& listing, const Settings& settings)
      : listing_(listing), settings_(settings) {
    for (const StatusEntry& each : listing.statuses) statuses_.emplace(each.name, &each);
    subscribed_.insert(listing.subscribed.begin(), listing.subscribed.end());
  }

  std::vector<MailFolder> build() {
    std::vector<ListEntry> own;
    std::vector<const ListEntry*> others;
    for (const ListEntry& entry : listing_.entries) {
      if (!is_foreign(entry.name, listing_.foreign)) own.push_back(entry);
      if (is_shown_foreign(entry)) others.push_back(&entry);
    }
    // Others' mailboxes have no role, whatever they are for to their owners.
    const auto roles = assign_roles(own, settings_.role_names, listing_.prefix);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (!is_mailbox(own[i]) || !is_wanted(own[i], roles[i])) continue;
      add(own[i].name, own[i].delimiter, roles[i], true);
    }
    for (const ListEntry* entry : others) {
      if (std::ranges::find(listing_.unreadable, entry->name) != listing_.unreadable.end())
        continue;
      add(entry->name, entry->delimiter, FolderRole::none, true);
    }
    return std::move(folders_);
  }

  bool is_shown_foreign(const ListEntry& entry) const {
    if (!is_mailbox(entry) || !is_foreign(entry.name, listing_.foreign)) return false;
    const SharedRule& rule = settings_.shared;
    switch (rule.which) {
      case SharedRule::Which::none:
        return false;
      case SharedRule::Which::all:
        return true;
      case SharedRule::Which::subscribed:
        return is_subscribed(entry);
      case SharedRule::Which::listed:
        break;
    }
    const std::string path = display_mailbox(entry.name);
    return std::ranges::any_of(
        rule.names, [&](const std::string& pattern) { return matches_pattern(pattern, path); });
  }

 private:
  bool is_subscribed(const ListEntry& entry) const {
    return entry.has("\\subscribed") || subscribed_.contains(entry.name);
  }
  bool is_wanted(const ListEntry& entry, FolderRole role) const {
    return !settings_.subscribed_only || role != FolderRole::none || is_subscribed(entry);
  }

  /// Adds it and the parents that it needs; the key, or nothing when the name cannot be a key.
  std::optional<FolderKey> add(std::string_view name, char delimiter, FolderRole role,
                               bool selectable) {
    auto key = FolderKey::parse(name);
    if (!key) {
      log.warning("imap.folder_left_out", {{"reason", key.error().message}});
      return std::nullopt;
    }
    const auto [known, is_new] = index_.emplace(std::string(name), folders_.size());
    if (!is_new) {  // a parent that was needed before its own line came; quirk two_inboxes
      MailFolder& folder = folders_[known->second];
      if (selectable && !folder.selectable) {
        folder.selectable = true;
        folder.role = role;
        fill_status(folder, name);
      }
      return std::move(*key);
    }
    MailFolder folder{.key = *key,
                      .parent = std::nullopt,
                      .name = {},
                      .role = role,
                      .selectable = selectable,
                      .status = std::nullopt,
                      .mailbox_id = {}};
    std::string_view last = name;
    const std::size_t cut = delimiter == 0 ? std::string_view::npos : name.rfind(delimiter);
    const std::size_t place = folders_.size();
    folders_.push_back(std::move(folder));  // its place, before its parents ask for theirs
    std::optional<FolderKey> parent;
    if (cut != std::string_view::npos && cut > 0) {
      last = name.substr(cut + 1);
      parent = parent_of(name, cut, delimiter);
    }
    folders_[place].parent = std::move(parent);
    folders_[place].name = display_mailbox(last.empty() ? name : last);
    if (selectable) fill_status(folders_[place], name);
    return std::move(*key);
  }

  std::optional<FolderKey> parent_of(std::string_view name, std::size_t cut, char delimiter) {
    const std::string& prefix = listing_.prefix;
    if (!prefix.empty() && name.starts_with(prefix) && cut + 1 == prefix.size()) {
      return std::nullopt;  // the top of the personal namespace
    }
    std::string_view above = name.substr(0, cut);
    if (iequals(above, "INBOX")) above = "INBOX";
    return add(above, delimiter, FolderRole::none, false);
  }

  void fill_status(MailFolder& folder, std::string_view name) {
    const auto found = statuses_.find(name);
    if (found == statuses_.end()) return;
    folder.status = mailbox_status(*found->second);
    folder.mailbox_id = found->second->mailbox_id;
  }

  const FolderListing& listing_;
  const Settings& settings_;
  std::map<std::string, const StatusEntry*, std::less<>> statuses_;
  std::set<std::string, std::less<>> subscribed_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<MailFolder> folders_;
};

}  // namespace

bool is_foreign(std::string_view name, const std::vector<std::string>& foreign) {
  return std::ranges::any_of(foreign, [&](const std::string& prefix) {
    // Without its last character, the delimiter, it names where the namespace begins.
    return name.starts_with(prefix) ||
           name == std::string_view(prefix).substr(0, prefix.size() - 1);
  });
}

std::vector<std::string> wanted_foreign(const FolderListing& listing, const Settings& settings) {
  const Tree tree(listing, settings);
  std::vector<std::string> out;
  for (const ListEntry& entry : listing.entries) {
    if (tree.is_shown_foreign(entry)) out.push_back(entry.name);
  }
  return out;
}

std::vector<MailFolder> build_folders(const FolderListing& listing, const Settings& settings) {
  return Tree(listing, settings).build();
}

std::optional<MailboxStatus> mailbox_status(const StatusEntry& entry) {
  if (!entry.uid_validity || !entry.uid_next || !entry.messages) return std::nullopt;
  return MailboxStatus{.uid_validity = *entry.uid_validity,
                       .uid_next = *entry.uid_next,
                       .messages = *entry.messages,
                       .highest_modseq = entry.highest_modseq.value_or(0)};
}

Result<FolderKey> child_key(const std::optional<FolderKey>& parent, std::string_view name,
                            std::string_view prefix, char delimiter) {
  const bool control = std::ranges::any_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (name.empty() || name.size() > name_bytes_max || control || !utf8_valid(name)) {
    return fail(Errc::refused, "not a name for a folder");
  }
  if (delimiter != 0 && name.contains(delimiter)) {
    return fail(Errc::refused, "the server's delimiter stands in the folder's name");
  }
  if (parent && delimiter == 0) return fail(Errc::refused, "the server has no folders in folders");
  std::string wire = parent ? parent->str() + delimiter : std::string(prefix);
  wire += encode_mailbox(name);
  if (wire.size() > mailbox_bytes_max) return fail(Errc::refused, "the folder's name is too long");
  return FolderKey::parse(wire);
}

}  // namespace godwit::backend::imap

#include "backend/notes/index.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace godwit::backend::notes {

std::string position_of(std::uint32_t uid_validity, const UidSet& uids) {
  return fmt::format("{}-{}", uid_validity, hex_encode(digest128(uids.str())));
}

UidSet NotesIndex::unknown(std::uint32_t uid_validity, const UidSet& uids) const {
  UidSet out = uids;
  if (uid_validity != uid_validity_) return out;
  for (const auto& [uid, known] : messages_) out.remove(uid);
  return out;
}

void NotesIndex::take(std::uint32_t uid_validity, const UidSet& uids,
                      const std::vector<Entry>& read) {
  if (uid_validity != uid_validity_) messages_.clear();
  uid_validity_ = uid_validity;
  std::erase_if(messages_, [&](const auto& each) { return !uids.contains(each.first); });
  for (const Entry& each : read) messages_[each.uid] = {each.href, each.replaces};
  count();
  std::map<std::string, std::string, std::less<>> etags;
  for (const auto& [href, uid] : notes_) etags.emplace(href, etag_of(uid));
  history_.take(etags, position_of(uid_validity, uids));
}

void NotesIndex::count() {
  notes_.clear();
  for (auto& [uid, known] : messages_) {
    Uid& note = notes_[known.href];
    known.counts = known.replaces == 0 || note <= known.replaces;
    if (known.counts) note = uid;
  }
}

UidSet NotesIndex::rivals(std::string_view href, Uid before, Uid written) const {
  UidSet out;
  for (const auto& [uid, known] : messages_) {
    if (known.href != href || uid <= before || uid == written) continue;
    const bool is_later_edit = before != 0 && uid > written && known.replaces == 0;
    if (is_later_edit || (uid < written && known.counts)) out.add(uid);
  }
  return out;
}

Uid NotesIndex::find(std::string_view href) const {
  const auto found = notes_.find(href);
  return found == notes_.end() ? 0 : found->second;
}

std::string NotesIndex::etag_of(Uid uid) const { return fmt::format("{}-{}", uid_validity_, uid); }

UidSet NotesIndex::all_of(std::string_view href) const {
  UidSet out;
  for (const auto& [uid, known] : messages_) {
    if (known.href == href) out.add(uid);
  }
  return out;
}

UidSet NotesIndex::left_over() const {
  UidSet out;
  for (const auto& [uid, known] : messages_) {
    const auto before = messages_.find(known.replaces);
    const bool same =
        before != messages_.end() && before->first < uid && before->second.href == known.href;
    if (same) out.add(before->first);
  }
  return out;
}

}  // namespace godwit::backend::notes

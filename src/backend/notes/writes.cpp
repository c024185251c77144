// NotesItems: an edit is a new message in place of the one before. At every step there is the note
// as it was or as it is now; the header of the new one says which message it stands for, so that
// one that was left over is known.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backend/notes/items.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "convert/journal.hpp"

namespace godwit::backend::notes {
namespace {

/// Whether the message says what was to be written: times are kept to the second.
bool is_same(Note a, Note b) {
  using std::chrono::floor, std::chrono::seconds;
  a.last_modified = floor<seconds>(a.last_modified);
  b.last_modified = floor<seconds>(b.last_modified);
  return a == b;
}

}  // namespace

Task<Result<NotesItems::FolderPtr>> NotesItems::make_default() {
  const FolderKey key = FolderKey::parse(default_key).value();
  auto folder = co_await find_folder(key);
  if (!folder || *folder != nullptr) co_return folder;
  std::optional<FolderKey> parent;
  std::string_view rest = settings_.folder;
  while (!rest.empty()) {
    const auto cut = std::min(rest.find('/'), rest.size());
    const auto all = co_await mail_->folders();
    const std::string name(rest.substr(0, cut));
    const auto there = std::ranges::find_if(
        all, [&](const MailFolder& each) { return each.parent == parent && each.name == name; });
    if (there != all.end()) {
      parent = there->key;
    } else {
      auto made = co_await mail_->create_folder(parent, name);
      if (!made) co_return pass(made);
      parent = std::move(*made);
    }
    rest.remove_prefix(std::min(cut + 1, rest.size()));
  }
  co_await list();
  folder = co_await find_folder(key);
  if (folder && *folder == nullptr) {
    throw Fault(Fault::Kind::corrupt, "the folder of notes was made and is not there");
  }
  co_return folder;
}

std::string NotesItems::message_id_of(const std::string& href) {
  const auto at = from_.rfind('@');
  const std::string domain = at == std::string::npos ? "localhost" : from_.substr(at + 1);
  return fmt::format("{}.{:016x}@{}", hex_encode(digest128(href)), random_.next(), domain);
}

Task<> NotesItems::remove_left_over(Folder& folder) {
  const UidSet left = folder.index.left_over();
  if (left.empty()) co_return;
  const auto removed = co_await mail_->expunge(folder.key, folder.index.uid_validity(), left);
  if (removed) static_cast<void>(co_await look_at(folder, Look::index));
}

Task<Result<Uid>> NotesItems::append(Folder& folder, std::string message, std::string message_id) {
  const auto before = co_await mail_->status(folder.key);
  if (!before) co_return pass(before);
  const Flags flags{.seen = true};
  auto source = std::make_shared<StringSource>(std::move(message));
  auto written = co_await mail_->append(folder.key, std::move(source), flags, clock_.now());
  if (!written || *written != 0) co_return written;
  // The server does not tell (RFC 4315): there is one message of that id.
  const auto found =
      co_await mail_->find_message_id(folder.key, before->uid_next, std::move(message_id));
  if (!found) co_return pass(found);
  if (found->empty()) throw Fault(Fault::Kind::unavailable, "a note was written and is not there");
  co_return found->highest();
}

Task<Result<std::string>> NotesItems::put(FolderKey collection, std::string href, std::string text,
                                          ItemCondition condition) {
  if (text.size() > item_text_bytes_max) co_return fail(Errc::too_large, "a long note");
  auto note = convert::read_note(text);
  if (!note) co_return fail(Errc::refused, "not a note: " + note.error().message);
  const auto lock = co_await known_->looking.acquire(collection.str());
  auto folder = co_await look(collection, Look::index);
  if (folder && *folder == nullptr && !condition.etag) {
    if (auto made = co_await make_default(); !made) co_return pass(made);
    folder = co_await look(collection, Look::index);
  }
  if (!folder) co_return pass(folder);
  const Uid before = *folder == nullptr ? 0 : (*folder)->index.find(href);
  const bool holds = condition.etag
                         ? before != 0 && (*folder)->index.etag_of(before) == *condition.etag
                         : before == 0;
  if (!holds) co_return fail(Errc::conflict, "the note is another one");
  co_return co_await replace(**folder, std::move(href), std::move(*note), before);
}

Task<Result<std::string>> NotesItems::replace(Folder& folder, std::string href, Note note,
                                              Uid before) {
  const std::uint32_t uid_validity = folder.index.uid_validity();
  NoteWriting writing{.href = href,
                      .from = from_,
                      .message_id = message_id_of(href),
                      .boundary = fmt::format("=_{:016x}{:016x}", random_.next(), random_.next()),
                      .now = clock_.now()};
  std::string message;
  if (before == 0) {
    message = new_message(note, writing);
  } else {
    writing.replaces = Place{uid_validity, before};
    const auto there = co_await read_notes(folder, {before});
    if (!there) co_return pass(there);
    if (there->empty()) co_return fail(Errc::conflict, "the note is gone");
    if (there->front().cut || there->front().size > message_bytes_max) {
      co_return fail(Errc::refused, "the note is too large to be edited");
    }
    PartRange whole{before, "", 0, message_bytes_max};
    const auto octets = co_await mail_->read(folder.key, uid_validity, {std::move(whole)});
    if (!octets) co_return pass(octets);
    if (octets->front().empty()) co_return fail(Errc::conflict, "the note is gone");
    message = edited_message(octets->front(), there->front().note, note, writing);
  }
  const auto written = co_await append(folder, std::move(message), writing.message_id);
  if (!written) co_return pass(written);
  co_return co_await settle(folder, std::move(href), std::move(note), before, *written);
}

/// IMAP has no condition on a write: who wrote at the same time is found afterwards, and of two the
/// later one gives way; to other programs, which give way to nobody, the earlier one does, too. Who
/// removed the note meanwhile does not win.
Task<Result<std::string>> NotesItems::settle(Folder& folder, std::string href, Note note,
                                             Uid before, Uid written) {
  const auto looked = co_await look_at(folder, Look::index);
  if (!looked) co_return pass(looked);
  const std::uint32_t uid_validity = folder.index.uid_validity();
  const UidSet all = folder.index.all_of(href);
  if (!folder.index.rivals(href, before, written).empty()) {
    const auto back = co_await mail_->expunge(folder.key, uid_validity, UidSet{{written, written}});
    if (!back) co_return pass(back);
    co_return fail(Errc::conflict, "somebody else wrote the note");
  }
  // An edit of an edit that this one never saw took it away.
  if (!all.contains(written) && folder.index.find(href) != 0) {
    co_return fail(Errc::conflict, "somebody else wrote the note meanwhile");
  }
  const UidSet old = before == 0 ? UidSet() : all.intersect(UidSet{{1, written - 1}});
  if (!old.empty()) {
    const auto removed = co_await mail_->expunge(folder.key, uid_validity, old);
    if (!removed) co_return pass(removed);
  }
  const auto there = co_await read_notes(folder, {written});
  if (!there) co_return pass(there);
  const bool same = !there->empty() && is_same(there->front().note, note);
  co_return same ? folder.index.etag_of(written) : std::string();
}

Task<Result<>> NotesItems::remove(FolderKey collection, std::string href,
                                  std::optional<std::string> etag) {
  const auto lock = co_await known_->looking.acquire(collection.str());
  const auto folder = co_await look(collection, Look::index);
  if (!folder) co_return pass(folder);
  if (*folder == nullptr) co_return Result<>();
  const NotesIndex& index = (*folder)->index;
  const Uid uid = index.find(href);
  if (uid == 0) co_return Result<>();
  if (etag && index.etag_of(uid) != *etag)
    co_return fail(Errc::conflict, "the note is another one");
  co_return co_await mail_->expunge((*folder)->key, index.uid_validity(), index.all_of(href));
}

}  // namespace godwit::backend::notes

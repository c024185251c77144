#include "sync/mail_state.hpp"

#include <algorithm>

#include "base/pack.hpp"

namespace godwit::sync {
namespace {

using backend::MailChanges;

/// UIDs that the cursor does not cover yet are left to the next listing of changes.
void drop_beyond_cursor(UidSet& uids, const MailState& state) {
  const Uid next = state.cursor.status.uid_next;
  if (uids.highest() >= next) uids.remove(next, UINT32_MAX);
}

bool inside_window(const MessageState& message, const MailState& state) {
  return !state.floor || message.internal_date >= *state.floor;
}

void apply_vanished(const UidSet& vanished, MailState& state) {
  state.gone.add(state.held.intersect(vanished));
  state.held.remove(vanished);
  state.todo.remove(vanished);
  state.dirty.remove(vanished);
  for (UidSet* set : {&state.soft, &state.aside, &state.again, &state.leave}) set->remove(vanished);
}

void apply_changed(const std::vector<MessageState>& changed, Uid first_new, MailState& state,
                   const ExpectedFlags& expected) {
  for (const MessageState& message : changed) {
    if (state.held.contains(message.uid)) {
      const auto own = expected.find(message.uid);
      if (own == expected.end() || own->second != message.flags) state.dirty.add(message.uid);
    } else if (state.aside.contains(message.uid)) {
      // engine.md §2: what was set aside is tried again when it changes.
      state.aside.remove(message.uid);
      state.todo.add(message.uid);
    } else if (message.uid >= first_new && inside_window(message, state)) {
      state.todo.add(message.uid);
    }
  }
}

Task<Result<>> apply_window(backend::Mail& mail, FolderKey folder, MailState& state) {
  auto found = co_await mail.search(folder, state.floor);
  if (!found) co_return pass(found);
  UidSet inside = std::move(*found);
  drop_beyond_cursor(inside, state);
  state.soft.add(state.held.minus(inside));
  state.held = state.held.intersect(inside);
  const UidSet back = state.soft.intersect(inside);
  state.held.add(back);
  state.soft.remove(back);
  state.dirty = state.dirty.intersect(state.held);
  state.todo = inside.minus(state.held).minus(state.aside);
  co_return Result<>{};
}

/// What the mailbox has no more goes, however it came that no change told of it; the window, laid
/// anew, brings what is missing.
Task<Result<>> compare(backend::Mail& mail, FolderKey folder, MailState& state) {
  const auto there = co_await mail.search(folder, std::nullopt);
  if (!there) co_return pass(there);
  UidSet known = state.held;
  for (const UidSet* set : {&state.todo, &state.soft, &state.aside}) known.add(*set);
  apply_vanished(known.minus(*there), state);
  state.doubted = false;
  co_return co_await apply_window(mail, folder, state);
}

Task<Result<>> start(backend::Mail& mail, FolderKey folder, MailState& state) {
  // The position is read before the listing: what comes in between is listed twice, never missed.
  auto position = co_await mail.changes(folder, {}, {});
  if (!position) co_return pass(position);
  state.cursor = position->cursor;
  state.started = true;
  co_return co_await apply_window(mail, folder, state);
}

void pack_set(Packer& out, const UidSet& set) {
  out.number(set.ranges().size());
  Uid previous = 0;
  for (const UidRange& range : set.ranges()) {
    out.number(range.first - previous);
    out.number(range.last - range.first);
    previous = range.last;
  }
}

UidSet unpack_set(Unpacker& in) {
  UidSet set;
  std::uint64_t previous = 0;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    const std::uint64_t first = previous + in.number();
    const std::uint64_t last = first + in.number();
    if (first == 0 || last > UINT32_MAX) {
      in.damage();
      break;
    }
    set.add(static_cast<Uid>(first), static_cast<Uid>(last));
    previous = last;
  }
  return set;
}

void pack_drafts(Packer& out, const std::map<Uid, DraftName>& drafts) {
  out.number(drafts.size());
  for (const auto& [uid, draft] : drafts) {
    out.number(uid).number(draft.name).number(draft.files.size());
    for (const DraftName::File& file : draft.files) {
      out.number(file.uid).text(file.section).text(file.now);
    }
  }
}

std::map<Uid, DraftName> unpack_drafts(Unpacker& in) {
  std::map<Uid, DraftName> drafts;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    DraftName& draft = drafts[in.number_as<Uid>()];
    draft.name = in.number_as<Uid>();
    for (std::size_t files = in.count(); files > 0 && in.ok(); --files) {
      DraftName::File& file = draft.files.emplace_back();
      file.uid = in.number_as<Uid>();
      file.section = in.text();
      file.now = in.text();
    }
  }
  return drafts;
}

constexpr std::uint64_t format = 3;
constexpr std::uint64_t format_without_repairs = 2;
constexpr std::uint64_t format_without_drafts = 1;

}  // namespace

bool operator==(const MailState& a, const MailState& b) {
  return a.started == b.started && a.cursor.status == b.cursor.status &&
         a.cursor.listing == b.cursor.listing && a.held == b.held && a.todo == b.todo &&
         a.dirty == b.dirty && a.gone == b.gone && a.soft == b.soft && a.aside == b.aside &&
         a.filter_type == b.filter_type && a.floor == b.floor &&
         a.conversations == b.conversations && a.drafts == b.drafts && a.again == b.again &&
         a.leave == b.leave && a.doubted == b.doubted;
}

Uid MailState::name_of(Uid uid) const {
  const auto draft = drafts.find(uid);
  return draft == drafts.end() ? uid : draft->second.name;
}

Uid MailState::named(Uid name) const {
  const auto draft =
      std::ranges::find_if(drafts, [&](const auto& each) { return each.second.name == name; });
  return draft == drafts.end() ? name : draft->first;
}

std::optional<std::string> MailState::section_of(Uid uid, Uid told,
                                                 const std::string& section) const {
  if (uid == told) return section;
  const auto draft = drafts.find(uid);
  if (draft == drafts.end()) return std::nullopt;
  const auto file = std::ranges::find_if(draft->second.files, [&](const DraftName::File& each) {
    return each.uid == told && each.section == section;
  });
  if (file == draft->second.files.end()) return std::nullopt;
  return file->now;
}

std::string pack(const MailState& state) {
  Packer out;
  out.number(format);
  out.boolean(state.started);
  out.number(state.cursor.status.uid_validity);
  out.number(state.cursor.status.uid_next);
  out.number(state.cursor.status.messages);
  out.number(state.cursor.status.highest_modseq);
  out.text(state.cursor.listing);
  for (const UidSet* set :
       {&state.held, &state.todo, &state.dirty, &state.gone, &state.soft, &state.aside}) {
    pack_set(out, *set);
  }
  out.number(state.filter_type);
  out.boolean(state.floor.has_value());
  if (state.floor) out.number(static_cast<std::uint64_t>(state.floor->time_since_epoch().count()));
  out.boolean(state.conversations);
  pack_drafts(out, state.drafts);
  pack_set(out, state.again);
  pack_set(out, state.leave);
  out.boolean(state.doubted);
  return std::move(out).bytes();
}

Result<MailState> unpack_mail_state(std::string_view bytes) {
  Unpacker in(bytes);
  MailState state;
  const std::uint64_t its_format = in.number();
  if (its_format < format_without_drafts || its_format > format) {
    return fail(Errc::unsupported, "mail state of another format");
  }
  state.started = in.boolean();
  state.cursor.status.uid_validity = static_cast<std::uint32_t>(in.number());
  state.cursor.status.uid_next = static_cast<Uid>(in.number());
  state.cursor.status.messages = static_cast<std::uint32_t>(in.number());
  state.cursor.status.highest_modseq = in.number();
  state.cursor.listing = in.text();
  for (UidSet* set :
       {&state.held, &state.todo, &state.dirty, &state.gone, &state.soft, &state.aside}) {
    *set = unpack_set(in);
  }
  state.filter_type = static_cast<std::uint8_t>(in.number());
  if (in.boolean()) {
    state.floor = std::chrono::sys_days(std::chrono::days(static_cast<int>(in.number())));
  }
  if (its_format >= format_without_repairs) {
    state.conversations = in.boolean();
    state.drafts = unpack_drafts(in);
  }
  if (its_format == format) {
    state.again = unpack_set(in);
    state.leave = unpack_set(in);
    state.doubted = in.boolean();
  }
  if (!in.ok()) return fail(Errc::malformed, "damaged mail state");
  return state;
}

namespace {

std::chrono::sys_days months_before(std::chrono::sys_days day, std::chrono::months count) {
  auto earlier = std::chrono::year_month_day(day) - count;
  if (!earlier.ok()) earlier = earlier.year() / earlier.month() / std::chrono::last;
  return std::chrono::sys_days(earlier);
}

}  // namespace

std::optional<std::chrono::sys_days> filter_floor(std::uint8_t filter_type, Time now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  switch (filter_type) {
    case 1:
      return today - std::chrono::days(1);
    case 2:
      return today - std::chrono::days(3);
    case 3:
      return today - std::chrono::days(7);
    case 4:
      return today - std::chrono::days(14);
    case 5:
      return months_before(today, std::chrono::months(1));
    case 6:
      return months_before(today, std::chrono::months(3));
    case 7:
      return months_before(today, std::chrono::months(6));
    default:
      return std::nullopt;
  }
}

bool is_current(const MailState& state, const backend::MailboxStatus& status,
                std::uint8_t filter_type, Time now) {
  return state.started && !state.doubted && status.highest_modseq != 0 &&
         status == state.cursor.status && state.filter_type == filter_type &&
         state.floor == filter_floor(filter_type, now);
}

Task<Result<>> refresh(backend::Mail& mail, FolderKey folder, MailState& state,
                       std::uint8_t filter_type, Time now, ExpectedFlags expected) {
  const auto floor = filter_floor(filter_type, now);
  state.filter_type = filter_type;
  if (!state.started) {
    state.floor = floor;
    state.doubted = false;
    co_return co_await start(mail, folder, state);
  }
  const Uid first_new = state.cursor.status.uid_next;
  UidSet known = state.held;
  known.add(state.todo);
  known.add(state.aside);
  known.add(state.soft);
  auto changes = co_await mail.changes(folder, state.cursor, std::move(known));
  if (!changes) co_return pass(changes);
  const bool window_moved = floor != state.floor;
  state.floor = floor;
  apply_vanished(changes->vanished, state);
  apply_changed(changes->changed, first_new, state, expected);
  state.cursor = std::move(changes->cursor);
  if (state.doubted) co_return co_await compare(mail, folder, state);
  if (window_moved) co_return co_await apply_window(mail, folder, state);
  co_return Result<>{};
}

namespace {

/// What was repaired (repair.hpp): up to `room` removals. Returns what is to be added when the
/// device was told of its removal.
UidSet take_repaired(MailState& state, std::size_t room, MailDelta& delta) {
  const UidSet tried = state.again.intersect(state.aside);
  state.aside.remove(tried);
  state.todo.add(tried);
  const UidSet never = state.leave.intersect(state.todo);
  state.todo.remove(never);
  state.aside.add(never);
  UidSet wanted = state.again;
  wanted.add(state.leave);
  const auto uids = wanted.intersect(state.held).take_lowest(room);
  delta.removed.insert(delta.removed.end(), uids.begin(), uids.end());
  const UidSet removed = UidSet::of(uids);
  const UidSet left = removed.intersect(state.leave);
  state.held.remove(removed);
  state.dirty.remove(removed);
  state.aside.add(left);
  // What is not on the device has no need of it any more.
  state.again = state.again.intersect(state.held);
  state.leave = state.leave.intersect(state.held);
  return removed.minus(left);
}

}  // namespace

MailDelta take(MailState& state, std::size_t window) {
  MailDelta delta;
  const auto room = [&] { return window - std::min(window, delta.size()); };
  delta.removed = state.gone.take_lowest(room());
  state.gone.remove(UidSet::of(delta.removed));
  const UidSet later = take_repaired(state, room(), delta);
  delta.soft_removed = state.soft.take_lowest(room());
  delta.changed = state.dirty.take_highest(room());
  delta.added = state.todo.take_highest(room());
  state.soft.remove(UidSet::of(delta.soft_removed));
  state.dirty.remove(UidSet::of(delta.changed));
  const UidSet added = UidSet::of(delta.added);
  state.todo.remove(added);
  state.held.add(added);
  state.todo.add(later);
  return delta;
}

}  // namespace godwit::sync

// Events: VEVENT components ([MS-ASCAL]).
#include <algorithm>

#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "command/item_kind.hpp"
#include "convert/ical/expand.hpp"
#include "convert/ical/ical.hpp"
#include "mapping/calendar.hpp"
#include "sync/mail_state.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;
using eas::Version;

constexpr std::uint64_t event_bytes = 900;      // about, without texts
constexpr std::uint64_t exception_bytes = 200;  // likewise
constexpr std::uint64_t attendee_bytes = 100;
constexpr std::size_t reference_digest_bytes = 8;

Result<Event> read(std::string_view text, const ItemOptions& options) {
  ical::Repairs repairs;
  return ical::read_event(text, "", options.user, repairs);
}

/// `{ServerId}:{what it is}`: the removal of another attachment does not change it.
std::string file_reference(std::string_view id, const EventDetails& details,
                           const EventException* exception, std::size_t position) {
  const EventAttachment& file = details.attachments[position];
  Packer facts;
  facts.text(file.name).text(file.content_type).number(file.size).text(file.uri);
  facts.number(static_cast<std::uint64_t>(
      std::count(details.attachments.begin(),
                 details.attachments.begin() + static_cast<std::ptrdiff_t>(position), file)));
  if (exception != nullptr) facts.signed_number(exception->original.time_since_epoch().count());
  return std::string(id) + ':' +
         hex_encode(digest128(facts.bytes()).substr(0, reference_digest_bytes));
}

void write_files(std::string_view id, const EventDetails& details, const EventException* exception,
                 wbxml::Writer& out) {
  std::vector<mapping::AttachmentValue> values;
  for (std::size_t i = 0; i < details.attachments.size(); ++i) {
    mapping::AttachmentValue& value = values.emplace_back();
    value.display_name = details.attachments[i].name;
    value.estimated_size = details.attachments[i].size;
    value.file_reference = file_reference(id, details, exception, i);
  }
  mapping::write_attachments(values, out);
}

std::uint64_t size_of(const Event& event) {
  std::uint64_t size = event_bytes + event.details.body.size() + event.details.html_body.size() +
                       event.details.attendees.size() * attendee_bytes;
  for (const EventException& each : event.exceptions) {
    size += exception_bytes + each.details.body.size();
  }
  return size;
}

/// [MS-ASCMD] FilterType: the day on which the last occurrence ends.
sync::ItemDay lasts(const Event& event, std::string_view text, const ItemOptions& options) {
  std::optional<Time> end = event.details.end;
  if (event.recurrence || !event.recurrence_is_exact) {
    const bool endless = event.recurrence && event.recurrence_is_exact &&
                         !event.recurrence->occurrences && !event.recurrence->until;
    const auto last =
        endless ? Result<std::optional<Time>>() : ical::last_end(text, "", options.user);
    end = last ? *last : std::nullopt;
  }
  if (!end) return sync::item_day_never;
  return static_cast<sync::ItemDay>(
      std::chrono::floor<std::chrono::days>(*end).time_since_epoch().count());
}

Result<RenderedItem> render(std::string_view text, const ItemOptions& options,
                            std::string_view id) {
  auto event = read(text, options);
  if (!event) return pass(event);
  RenderedItem item;
  item.digests = digests_of(*event).packed();
  item.size = size_of(*event);
  item.lasts = lasts(*event, text, options);
  item.write = [event = std::move(*event), options, id = std::string(id)](wbxml::Writer& out) {
    const mapping::EventContent content{
        .body =
            [&](const EventDetails& details, wbxml::Writer& writer) {
              write_item_body(details.body, details.html_body, options, writer);
            },
        .attachments = [&](const EventDetails& details, const EventException* exception,
                           wbxml::Writer& writer) { write_files(id, details, exception, writer); }};
    mapping::write_event(event, options.version, options.user.now, content, out);
    mapping::write_native_body_type(event.details.html_body.empty() ? 1 : 2, out);
  };
  return item;
}

mapping::EventReading reading_of(const ItemEdit& edit, const Event* current) {
  mapping::EventReading reading;
  reading.version = edit.options.version;
  reading.is_add = current == nullptr;
  reading.now = edit.now;
  reading.zone =
      current == nullptr ? edit.options.user.zone.rules_at(edit.now) : current->zone_rules;
  reading.was_all_day = current != nullptr && current->details.all_day;
  if (reading.version >= Version::v16_0 || current == nullptr) return reading;
  // [MS-ASCMD] Supported: without it nothing is ghosted.
  if (!edit.supported) {
    reading.absence = mapping::Absence::clears;
  } else {
    reading.supported = *edit.supported;
  }
  return reading;
}

void keep_unsent(EventDetailsPatch& patch, const EventDetails& current,
                 const ItemOptions& options) {
  const ItemBody* const body = patch.body.value();
  if (body != nullptr && repeats_sent_part(*body, current.body, current.html_body, options)) {
    patch.body = {};
  }
}

/// The patch that the device's edit is, of the occurrence that it names if it names one.
Result<mapping::EventChange> read_change(const ItemEdit& edit, const Event& current) {
  std::optional<Time> instance;
  if (!edit.instance_id.empty()) {
    auto time = mapping::read_instance(edit.instance_id, current.details.all_day);
    if (!time) return pass(time);
    instance = *time;
  }
  mapping::EventChange change;
  if (edit.data == nullptr) {
    if (!instance) return fail(Errc::malformed, "no occurrence is named");
    if (!current.recurrence) return fail(Errc::not_found, "not a series");
    change.patch = mapping::without_occurrence(*instance);
    return change;
  }
  auto read = mapping::read_event_change(*edit.data, reading_of(edit, &current));
  if (!read) return pass(read);
  change = std::move(*read);
  if (!instance) instance = change.instance;
  const bool is_occurrence = instance && !current.orphan_of;
  if (is_occurrence) {
    if (!current.recurrence) return fail(Errc::not_found, "not a series");
    change.patch = mapping::for_occurrence(std::move(change.patch), *instance);
  } else {
    keep_unsent(change.patch.details, current.details, edit.options);
  }
  return change;
}

/// What one occurrence alone is told.
bool is_of_exception(const EventPatch& patch) {
  return !patch.exceptions.empty() && !patch.exceptions.front().whole;
}

/// Positions of the attachments that a device removes; what is gone already is none.
void resolve_removed(EventPatch& patch, const std::vector<std::string>& references,
                     const Event& current, std::string_view id) {
  const auto positions = [&](const EventDetails& details, const EventException* exception) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < details.attachments.size(); ++i) {
      const std::string reference = file_reference(id, details, exception, i);
      if (std::ranges::find(references, reference) != references.end()) out.push_back(i);
    }
    return out;
  };
  patch.details.removed_attachments = positions(current.details, nullptr);
  for (EventExceptionPatch& each : patch.exceptions) {
    const auto known =
        std::ranges::find(current.exceptions, each.original, &EventException::original);
    const bool is_known = known != current.exceptions.end() && !known->deleted;
    // An occurrence that becomes an exception now begins with its series' attachments.
    each.details.removed_attachments =
        is_known ? positions(known->details, &*known) : positions(current.details, nullptr);
  }
  if (is_of_exception(patch)) patch.details.removed_attachments.clear();
}

/// The occurrence or the series that an edit's attachments belong to.
struct FilePlace {
  const EventDetails* details = nullptr;  // null: it is not there
  const EventException* exception = nullptr;
};
FilePlace place_of(const Event& event, const EventPatch& patch) {
  if (!is_of_exception(patch)) return {&event.details, nullptr};
  const auto at = std::ranges::find(event.exceptions, patch.exceptions.front().original,
                                    &EventException::original);
  if (at == event.exceptions.end() || at->deleted) return {};
  return {&at->details, &*at};
}
std::vector<AddedAttachment>& added_in(EventPatch& patch) {
  return is_of_exception(patch) ? patch.exceptions.front().details.added_attachments
                                : patch.details.added_attachments;
}

/// Digests of the attachments that lie in the item and may be one of `wanted`, by position; empty
/// ones of all others.
std::vector<std::string> contents(std::string_view text, const ItemOptions& options,
                                  const FilePlace& place,
                                  const std::vector<AddedAttachment>& wanted) {
  std::vector<std::string> out;
  if (place.details == nullptr) return out;
  const auto original =
      place.exception == nullptr ? std::nullopt : std::optional(place.exception->original);
  for (const EventAttachment& each : place.details->attachments) {
    std::string& digest = out.emplace_back();
    const bool may_be = std::ranges::any_of(
        wanted, [&](const AddedAttachment& file) { return file.content.size() == each.size; });
    if (!may_be || !each.uri.empty()) continue;
    const auto bytes = ical::read_attachment(text, "", original, out.size() - 1, options.user);
    if (bytes) digest = digest128(*bytes);
  }
  return out;
}

/// What of the attachments to add is there now. Of an occurrence that is no exception yet: what it
/// will begin with, its series' ones.
std::vector<CountedFile> count_files(const ItemEdit& edit, const Event& current,
                                     const EventPatch& patch,
                                     const std::vector<AddedAttachment>& wanted) {
  FilePlace place = place_of(current, patch);
  if (place.details == nullptr) place.details = &current.details;
  const auto there = contents(edit.text, edit.options, place, wanted);
  std::vector<CountedFile> out;
  for (const AddedAttachment& file : wanted) {
    const std::string digest = digest128(file.content);
    if (std::ranges::find(out, digest, &CountedFile::digest) != out.end()) continue;
    out.push_back({digest, static_cast<std::uint64_t>(std::ranges::count(there, digest))});
  }
  return out;
}

/// Takes out what an earlier attempt, whose outcome was lost, has added already.
void drop_added(EventPatch& patch, const std::vector<CountedFile>& now,
                const std::vector<CountedFile>& before) {
  std::erase_if(added_in(patch), [&](const AddedAttachment& file) {
    const std::string digest = digest128(file.content);
    const auto first = std::ranges::find(before, digest, &CountedFile::digest);
    const auto then = std::ranges::find(now, digest, &CountedFile::digest);
    return first != before.end() && then != now.end() && then->count > first->count;
  });
}

/// What the added attachments are called from now on: the last ones of their content.
std::vector<AddedFile> added_files(std::string_view text, const ItemEdit& edit, const Event& after,
                                   const EventPatch& patch,
                                   const std::vector<AddedAttachment>& wanted,
                                   const std::vector<std::string>& client_ids) {
  const FilePlace place = place_of(after, patch);
  auto there = contents(text, edit.options, place, wanted);
  std::vector<AddedFile> out;
  for (std::size_t i = std::min(wanted.size(), client_ids.size()); i-- > 0;) {
    const auto found =
        std::ranges::find(there.rbegin(), there.rend(), digest128(wanted[i].content));
    if (found == there.rend()) continue;
    found->clear();
    const auto position = static_cast<std::size_t>(there.rend() - found) - 1;
    out.push_back(
        {client_ids[i], file_reference(edit.id, *place.details, place.exception, position)});
  }
  std::ranges::reverse(out);
  return out;
}

Result<EditedItem> add(const ItemEdit& edit) {
  auto change = mapping::read_event_change(*edit.data, reading_of(edit, nullptr));
  if (!change) return pass(change);
  EditedItem out;
  const bool named = change->patch.uid.value() != nullptr;
  if (!named) change->patch.uid = Change<std::string>::set(std::string(edit.uid));
  auto text = ical::apply_event("", "", change->patch, edit.options.user);
  if (!text) return pass(text);
  auto after = read(*text, edit.options);
  if (!after) return pass(after);
  out.text = std::move(*text);
  out.digests = digests_of(*after).packed();
  out.files = added_files(out.text, edit, *after, change->patch, added_in(change->patch),
                          change->attachment_client_ids);
  const bool timed =
      edit.data->has(wbxml::calendar::StartTime) && edit.data->has(wbxml::calendar::EndTime);
  if (edit.options.version >= Version::v16_0) {
    out.uid = after->uid;
    out.completed = !timed;
  } else {
    out.completed = !timed || !named;
  }
  return out;
}

/// The same file, added by both sides, is one.
void drop_known(EventPatch& patch, const ItemEdit& edit, const Event& current) {
  auto& wanted = added_in(patch);
  FilePlace place = place_of(current, patch);
  if (place.details == nullptr) place.details = &current.details;
  const auto there = contents(edit.text, edit.options, place, wanted);
  std::erase_if(wanted, [&](const AddedAttachment& file) {
    const std::string digest = digest128(file.content);
    for (std::size_t i = 0; i < there.size(); ++i) {
      const bool same = there[i] == digest && place.details->attachments[i].name == file.name;
      if (same) return true;
    }
    return false;
  });
}

bool changes_files(const EventPatch& patch) {
  const auto any = [](const EventDetailsPatch& details) {
    return !details.added_attachments.empty() || !details.removed_attachments.empty();
  };
  return any(patch.details) ||
         std::ranges::any_of(patch.exceptions, any, &EventExceptionPatch::details);
}

EventPatch without_files(EventPatch patch) {
  const auto clear = [](EventDetailsPatch& details) {
    details.added_attachments.clear();
    details.removed_attachments.clear();
  };
  clear(patch.details);
  for (EventExceptionPatch& each : patch.exceptions) clear(each.details);
  return patch;
}

/// The edit against what others made of the event. Attachments come and go one by one, so that
/// those of both sides stand beside each other: they are no conflict.
Result<DigestMerge> merge_edit(const ItemEdit& edit, const EventPatch& patch, const Event& current,
                               const PropertyDigests& after) {
  const PropertyDigests base(*edit.base);
  const PropertyDigests now = digests_of(current);
  DigestMerge merge = merged(base, now, after, says(patch));
  if (!changes_files(patch)) return merge;
  const auto text = ical::apply_event(edit.text, "", without_files(patch), edit.options.user);
  if (!text) return pass(text);
  const auto rest = read(*text, edit.options);
  if (!rest) return pass(rest);
  DigestMerge of_rest = merged(base, now, digests_of(*rest), says(patch));
  of_rest.held = std::move(merge.held);
  return of_rest;
}

Result<EditedItem> edit_event(const ItemEdit& edit) {
  if (edit.text.empty()) return add(edit);
  auto current = read(edit.text, edit.options);
  if (!current) return pass(current);
  auto change = read_change(edit, *current);
  if (!change) return pass(change);
  EventPatch& patch = change->patch;
  patch.uid = {};
  resolve_removed(patch, change->removed_attachments, *current, edit.id);
  EditedItem out;
  const std::vector<AddedAttachment> wanted = added_in(patch);
  out.files_before = count_files(edit, *current, patch, wanted);
  if (edit.files_before != nullptr) drop_added(patch, out.files_before, *edit.files_before);
  if (edit.base) drop_known(patch, edit, *current);
  auto text = ical::apply_event(edit.text, "", patch, edit.options.user);
  if (!text) return pass(text);
  auto after = read(*text, edit.options);
  if (!after) return pass(after);
  out.digests = digests_of(*after).packed();
  if (edit.base) {
    const auto merge = merge_edit(edit, patch, *current, digests_of(*after));
    if (!merge) return pass(merge);
    out.conflict = merge->conflict && !edit.client_wins;
    if (out.conflict) return out;
    if (!merge->repeated.empty()) {
      keep(patch, merge->repeated);
      text = ical::apply_event(edit.text, "", patch, edit.options.user);
      if (!text) return pass(text);
      after = read(*text, edit.options);
      if (!after) return pass(after);
    }
    out.digests = merge->held.packed();
  }
  out.text = std::move(*text);
  out.files = added_files(out.text, edit, *after, patch, wanted, change->attachment_client_ids);
  return out;
}

Result<ItemFile> open_file(std::string_view text, const ItemOptions& options, std::string_view id,
                           std::string_view reference) {
  const auto event = read(text, options);
  if (!event) return pass(event);
  const auto find = [&](const EventDetails& details,
                        const EventException* exception) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < details.attachments.size(); ++i) {
      if (file_reference(id, details, exception, i) == reference) return i;
    }
    return std::nullopt;
  };
  const auto content = [&](const EventDetails& details, std::size_t position,
                           std::optional<Time> original) -> Result<ItemFile> {
    auto bytes = ical::read_attachment(text, "", original, position, options.user);
    if (!bytes) return pass(bytes);
    return ItemFile{details.attachments[position].content_type, std::move(*bytes)};
  };
  if (const auto position = find(event->details, nullptr)) {
    return content(event->details, *position, std::nullopt);
  }
  for (const EventException& each : event->exceptions) {
    if (const auto position = find(each.details, &each)) {
      return content(each.details, *position, each.original);
    }
  }
  return fail(Errc::not_found, "no such attachment");
}

}  // namespace

constinit const ItemKind event_kind{
    ItemClass::calendar, "Calendar", Version::v12_0, true,
    // [MS-ASCMD] FilterType: all, or two weeks to six months.
    [](std::uint8_t filter_type) {
      return filter_type == 0 || (filter_type >= 4 && filter_type <= 7);
    },
    [](std::uint8_t filter_type, Time now) {
      const auto floor = sync::filter_floor(filter_type, now);
      return floor ? static_cast<sync::ItemDay>(floor->time_since_epoch().count())
                   : sync::item_day_first;
    },
    &render, &edit_event, &open_file};

}  // namespace godwit::command

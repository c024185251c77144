// The device's own commands on a collection of text items.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/mail_language.hpp"
#include "command/organizer.hpp"
#include "command/sync_commands.hpp"
#include "command/sync_items.hpp"
#include "convert/ical/scheduled.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::command {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
using Kind = eas::SyncCommand::Kind;
using Status = sync::ItemEntry::Status;

// [MS-ASCMD] Status (Sync), item level.
constexpr std::uint16_t status_ok = 1;
constexpr std::uint16_t status_conversion = 6;
constexpr std::uint16_t status_conflict = 7;
constexpr std::uint16_t status_not_found = 8;

constexpr int attempts_max = 3;  // against somebody who writes the same item all the time
/// A phone that adds an item again under another ClientId does so in the request that repeats a
/// lost one. Later, an equal item is another one.
constexpr std::chrono::minutes same_add_window{10};

/// What an outcome remembers of the item, so that a repeated request needs nothing else.
struct Made {
  std::string href;
  sync::ItemEntry entry;
  Time at{};
  std::string uid{};               // 16.x: of an Add's answer
  std::vector<AddedFile> files{};  // likewise
};

std::string pack(const Made& made) {
  Packer out;
  out.text(made.href).text(made.entry.etag).text(made.entry.digests);
  out.signed_number(made.at.time_since_epoch().count());
  out.signed_number(made.entry.lasts);
  out.text(made.uid).number(made.files.size());
  for (const AddedFile& file : made.files) out.text(file.client_id).text(file.reference);
  return std::move(out).bytes();
}

std::optional<Made> unpack_made(std::string_view bytes) {
  Unpacker in(bytes);
  Made made;
  made.href = in.text();
  made.entry = {Status::held, in.text(), {}};
  made.entry.digests = in.text();
  made.at = Time(std::chrono::milliseconds(in.signed_number()));
  made.entry.lasts = static_cast<sync::ItemDay>(in.signed_number());
  made.uid = in.text();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    AddedFile& file = made.files.emplace_back();
    file.client_id = in.text();
    file.reference = in.text();
  }
  if (!in.finish() || made.href.empty()) return std::nullopt;
  return made;
}

/// [MS-ASCMD] ApplicationData (Responses), 16.x: what the device cannot know of its Add or Change.
std::optional<render::Prepared> answer_of(const Made& made) {
  if (made.uid.empty() && made.files.empty()) return std::nullopt;
  render::Prepared item;
  item.write = [uid = made.uid, files = made.files](wbxml::Writer& out) {
    if (!uid.empty()) out.text(wbxml::calendar::UID, uid);
    if (files.empty()) return;
    out.open(airsyncbase::Attachments);
    for (const AddedFile& file : files) {
      out.open(airsyncbase::Attachment);
      out.text(airsyncbase::ClientId, file.client_id);
      out.text(airsyncbase::FileReference, file.reference);
      out.close();
    }
    out.close();
  };
  return item;
}

/// The outcome of a lost answer's Add that this one is: the same ClientId, or, in a request that
/// repeats the key, the same content under a ClientId that nobody else of this request has.
const sync::CommandOutcome* find_add(const ItemWork& work, const eas::SyncCommand& command,
                                     const std::vector<eas::SyncCommand>& all) {
  const std::string content = digest(command);
  const sync::CommandOutcome* same = nullptr;
  for (const sync::CommandOutcome& outcome : work.relationship.outcomes) {
    if (outcome.kind != std::to_underlying(Kind::add)) continue;
    if (outcome.id == command.id) return &outcome;
    const auto made = unpack_made(outcome.reply);
    const bool recent = made && work.session.now() - made->at < same_add_window;
    const bool claimed = std::ranges::any_of(all, [&](const eas::SyncCommand& each) {
      return each.kind == Kind::add && each.id == outcome.id;
    });
    if (outcome.digest == content && recent && !claimed) same = &outcome;
  }
  return same;
}

class ItemCommandRun {
 public:
  ItemCommandRun(ItemWork& work, const eas::SyncCollection& request)
      : work_(work), request_(request), items_(*work.session.items()) {}

  Task<std::vector<SyncResponse>> run() {
    for (const auto& [href, entry] : work_.state.items) {
      if (!sync::is_on_device(entry.status)) continue;
      hrefs_.emplace(sync::format_item_id(work_.row.id, href), href);
    }
    if (is_calendar()) {
      server_tells_ = co_await items_.scheduling_addresses();
      co_await learn_language(work_.session);
    }
    co_await open_adds();
    for (const eas::SyncCommand& command : request_.commands) co_await run_one(command);
    co_return std::move(responses_);
  }

 private:
  Task<> run_one(const eas::SyncCommand& command) {
    if (command.kind == Kind::fetch) co_return co_await fetch(command);
    sync::CommandOutcome outcome;
    outcome.kind = std::to_underlying(command.kind);
    outcome.id = command.id;
    outcome.digest = digest(command);
    if (const auto* known = find_known(command)) {
      outcome.server_id = known->server_id;
      outcome.reply = known->reply;
      outcome.status = known->status;
      const bool other = known->digest != outcome.digest && known->status == status_ok;
      if (other) co_await change_added(command, outcome);
      owe_again(command, known->status);
    } else if (command.kind == Kind::add) {
      outcome.status = co_await add(command, outcome);
    } else if (command.kind == Kind::change || is_occurrence(command)) {
      outcome.status = co_await change(command, outcome);
    } else {
      outcome.status = co_await remove(command);
    }
    note(command, std::move(outcome));
  }

  /// [MS-ASCMD] InstanceId: one occurrence of a series.
  bool is_occurrence(const eas::SyncCommand& command) const {
    return work_.session.version >= eas::Version::v16_0 &&
           work_.kind.item_class == ItemClass::calendar && !command.instance_id.empty();
  }

  const sync::CommandOutcome* find_known(const eas::SyncCommand& command) {
    if (!work_.repeated) return nullptr;
    if (command.kind != Kind::add) {
      return find_done(work_.relationship, request_.commands, command);
    }
    const auto* known = find_add(work_, command, request_.commands);
    // Two Adds of one request are two items.
    return known != nullptr && taken_.insert(known).second ? known : nullptr;
  }

  /// All intents of the request in one durable commit.
  Task<> open_adds() {
    std::vector<sync::Intent> intents;
    std::set<std::string> names;
    for (const eas::SyncCommand& command : request_.commands) {
      if (command.kind != Kind::add) continue;
      if (work_.repeated && find_add(work_, command, request_.commands) != nullptr) continue;
      std::string name = intent_name(command);
      if (names.insert(name).second) intents.push_back({std::move(name), digest(command)});
    }
    if (intents.empty()) co_return;
    auto open =
        co_await work_.session.services.journal.open(work_.session.user(), std::move(intents));
    for (sync::OpenIntent& intent : open) {
      work_.writes.push_back(sync::Journal::close(work_.session.user(), intent));
      intents_.emplace(intent.name, std::move(intent));
    }
  }

  std::string intent_name(const eas::SyncCommand& command) const {
    return work_.session.device_id.str() + '/' + work_.row.id + '/' +
           sync::SyncKey::of(work_.relationship.id, work_.presented).str() + "/add/" + command.id;
  }

  bool is_calendar() const { return work_.kind.item_class == ItemClass::calendar; }

  /// In others' calendars nobody is told of anything: their copies are not the user's own.
  bool is_own_calendar(const std::string& href) const {
    if (!is_calendar()) return false;
    const auto place = work_.session.item_place(work_.collection, href);
    const auto* const row = work_.session.whole_table().find_key(place.first.view());
    return row != nullptr && !row->foreign;
  }

  /// What is to be stored of an edit, and said of it to others.
  Scheduling schedule_edit(const std::string& href, const std::string& before,
                           std::string after) const {
    if (!is_own_calendar(href)) return {.text = std::move(after), .mails = {}};
    return schedule(work_.session, before, std::move(after), server_tells_);
  }

  Task<SchedulingIntent> open_scheduling(const eas::SyncCommand& command, std::string href,
                                         const std::string& before, Scheduling meeting) {
    std::string name = intent_name(command) + '/' +
                       std::to_string(std::to_underlying(command.kind)) + command.instance_id;
    auto [collection, plain_href] = work_.session.item_place(work_.collection, std::move(href));
    co_return co_await SchedulingIntent::open(work_.session, std::move(name), std::move(collection),
                                              std::move(plain_href), before, std::move(meeting));
  }

  /// engine.md §2, of attachments to add: what the first attempt found before it wrote. An Add that
  /// comes again found nothing.
  Task<std::vector<CountedFile>> files_at_first(const eas::SyncCommand& command,
                                                std::vector<CountedFile> now) {
    if (command.kind == Kind::add) {
      for (CountedFile& each : now) each.count = 0;
      co_return now;
    }
    std::string name = intent_name(command) + "/files/" + command.instance_id;
    name += '/' + std::to_string(file_intents_[name]++);
    Packer detail;
    detail.number(now.size());
    for (const CountedFile& each : now) detail.text(each.digest).number(each.count);
    std::vector<sync::Intent> intents;
    intents.push_back({std::move(name), std::move(detail).bytes()});
    const auto open =
        co_await work_.session.services.journal.open(work_.session.user(), std::move(intents));
    work_.writes.push_back(sync::Journal::close(work_.session.user(), open.front()));
    if (!open.front().recovered) co_return now;
    Unpacker in(open.front().detail);
    std::vector<CountedFile> before;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
      CountedFile& each = before.emplace_back();
      each.digest = in.text();
      each.count = in.number();
    }
    if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged journal entry");
    co_return before;
  }

  ItemEdit edit_of(const eas::SyncCommand& command, std::string_view text) const {
    return {.text = text,
            .data = command.data,
            .options = work_.options,
            .supported = work_.state.supported,
            .base = std::nullopt,
            .uid = {},
            .id = {},
            .instance_id =
                is_occurrence(command) ? std::string_view(command.instance_id) : std::string_view(),
            .now = work_.session.now()};
  }

  /// Quirk same_uid_added: some devices add an event of an invitation themselves, which stands here
  /// already. Its name; empty: it does not.
  Task<std::string> placed_event(const eas::SyncCommand& command) {
    const auto uid = trim(command.data->text_of(wbxml::calendar::UID));
    if (!is_calendar() || uid.empty() || work_.session.version >= eas::Version::v16_0) co_return "";
    std::string href = convert::ical::meeting_href(uid);
    auto there = co_await items_.fetch(work_.collection, {href});
    if (!there || there->empty()) co_return "";
    co_await work_.chunks.load_hrefs(work_.state, {href});
    sync::ItemEntry& entry = work_.state.items[href];
    entry.status = Status::held;
    entry.etag = there->front().etag;
    co_return href;
  }

  /// engine.md §2: the name is made of the request and the ClientId, so that it is there or not.
  Task<std::uint16_t> add(const eas::SyncCommand& command, sync::CommandOutcome& outcome) {
    if (command.data == nullptr) co_return status_conversion;  // Send alone is for drafts
    if (std::string href = co_await placed_event(command); !href.empty()) {
      outcome.server_id = sync::format_item_id(work_.row.id, href);
      hrefs_[outcome.server_id] = href;
      co_return co_await edit_item(command, std::move(href), outcome);
    }
    const std::string_view client_uid = client_uid_of(command);
    const std::string uid = hex_encode(
        digest128(client_uid.empty() ? intent_name(command) : "uid/" + std::string(client_uid)));
    ItemEdit wanted = edit_of(command, "");
    wanted.uid = uid;
    outcome.server_id = sync::format_item_id(work_.row.id, uid);
    wanted.id = outcome.server_id;
    auto edited = work_.kind.edit(wanted);
    if (!edited) co_return status_conversion;
    co_await work_.chunks.load_hrefs(work_.state, {uid});
    Made made{.href = uid,
              .entry = {.status = Status::held, .digests = edited->digests},
              .at = work_.session.now(),
              .uid = edited->uid,
              .files = edited->files};
    Scheduling meeting = schedule_edit(uid, "", std::move(edited->text));
    edited->text = std::move(meeting.text);
    auto telling = co_await open_scheduling(command, uid, "", std::move(meeting));
    auto etag = co_await items_.put(work_.collection, uid, edited->text, {});
    if (etag) {
      made.entry.etag = std::move(*etag);
      co_await telling.send(work_.session);
    } else {
      co_await telling.drop(work_.session);
      if (etag.error().code != Errc::conflict) co_return status_conversion;
      if (!co_await find_added(command, *edited, made)) co_return status_conflict;
    }
    if (edited->completed) static_cast<void>(send_again(made.entry));
    note_echo(edited->text, outcome.server_id, made.entry);
    outcome.reply = pack(made);
    hrefs_[outcome.server_id] = uid;
    work_.state.items[uid] = std::move(made.entry);
    co_return status_ok;
  }

  /// [MS-ASCAL] ClientUid: what the device calls an event, the same in each Add of it.
  std::string_view client_uid_of(const eas::SyncCommand& command) const {
    const bool has_one = work_.session.version >= eas::Version::v16_0 &&
                         work_.kind.item_class == ItemClass::calendar;
    return has_one ? trim(command.data->text_of(wbxml::calendar::ClientUid)) : std::string_view();
  }

  /// It is there from an attempt that was cut short. What others made of it since stays, unless
  /// the device says something else by now.
  Task<bool> find_added(const eas::SyncCommand& command, const EditedItem& edited, Made& made) {
    auto there = co_await items_.fetch(work_.collection, {made.href});
    if (!there || there->empty()) co_return false;
    const auto intent = intents_.find(intent_name(command));
    const bool same_wish = intent != intents_.end() && intent->second.detail == digest(command);
    if (there->front().text == edited.text) {
      made.entry.etag = there->front().etag;
    } else if (!same_wish && client_uid_of(command).empty()) {
      auto etag =
          co_await items_.put(work_.collection, made.href, edited.text, {there->front().etag});
      if (!etag) co_return false;
      made.entry.etag = std::move(*etag);
    } else {
      // What became of it since stays, and the device is told.
      static_cast<void>(send_again(made.entry));
    }
    co_return true;
  }

  /// The phone changed the item before it repeated its Add.
  Task<> change_added(const eas::SyncCommand& command, sync::CommandOutcome& outcome) {
    const auto made = unpack_made(outcome.reply);
    if (!made || command.data == nullptr) co_return;
    co_await work_.chunks.load_hrefs(work_.state, {made->href});
    if (!work_.state.items.contains(made->href)) co_return;
    co_await edit_item(command, made->href, outcome);
  }

  Task<std::uint16_t> change(const eas::SyncCommand& command, sync::CommandOutcome& outcome) {
    const auto href = hrefs_.find(command.id);
    if (href == hrefs_.end()) co_return status_not_found;
    if (command.data == nullptr && command.kind == Kind::change) co_return status_conversion;
    co_return co_await edit_item(command, href->second, outcome);
  }

  Task<std::uint16_t> edit_item(const eas::SyncCommand& command, std::string href,
                                sync::CommandOutcome& outcome) {
    std::optional<std::vector<CountedFile>> files_before;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      auto there = co_await items_.fetch(work_.collection, {href});
      // [MS-ASCMD] Conflict: a removal beats a change.
      if (!there || there->empty()) co_return status_not_found;
      sync::ItemEntry& entry = work_.state.items[href];
      const bool both = there->front().etag != entry.etag;
      ItemEdit wanted = edit_of(command, there->front().text);
      if (both) wanted.base = entry.digests;
      wanted.client_wins = work_.client_wins;
      const std::string id = sync::format_item_id(work_.row.id, href);
      wanted.id = id;
      if (files_before) wanted.files_before = &*files_before;
      auto edited = work_.kind.edit(wanted);
      if (edited && !edited->files_before.empty() && !files_before) {
        files_before = co_await files_at_first(command, edited->files_before);
        wanted.files_before = &*files_before;
        if (*files_before != edited->files_before) edited = work_.kind.edit(wanted);
      }
      if (!edited) {
        // An occurrence that the series does not have.
        const bool missing = edited.error().code == Errc::not_found;
        co_return missing ? status_not_found : status_conversion;
      }
      if (edited->conflict) co_return send_again(entry);
      std::string etag = there->front().etag;
      if (edited->text != there->front().text) {
        const std::string& before = there->front().text;
        Scheduling meeting = schedule_edit(href, before, std::move(edited->text));
        edited->text = std::move(meeting.text);
        auto telling = co_await open_scheduling(command, href, before, std::move(meeting));
        auto written = co_await items_.put(work_.collection, href, edited->text, {etag});
        co_await (written ? telling.send(work_.session) : telling.drop(work_.session));
        if (!written && written.error().code == Errc::conflict) continue;
        if (!written && written.error().code == Errc::refused) co_return send_again(entry);
        if (!written) co_return status_conversion;
        etag = std::move(*written);
      }
      entry = {.status = Status::held, .etag = std::move(etag), .digests = edited->digests};
      note_echo(edited->text, id, entry);
      if (both) static_cast<void>(send_again(entry));  // what others changed is still owed
      outcome.reply =
          pack(Made{std::move(href), entry, work_.session.now(), {}, std::move(edited->files)});
      co_return status_ok;
    }
    co_return send_again(work_.state.items[href]);
  }

  /// A command that comes again was refused: what the device then got in place of its own was in
  /// the answer that was lost.
  void owe_again(const eas::SyncCommand& command, std::uint16_t status) {
    const auto href = hrefs_.find(command.id);
    if (status == status_ok || href == hrefs_.end()) return;
    sync::ItemEntry& entry = work_.state.items[href->second];
    const bool removes = command.kind == Kind::remove && !is_occurrence(command);
    if (removes) entry = {.status = Status::todo};
    if (!removes && status == status_conflict) static_cast<void>(send_again(entry));
  }

  /// The server's version wins: the device gets it.
  static std::uint16_t send_again(sync::ItemEntry& entry) {
    entry.etag.clear();
    entry.status = Status::dirty;
    return status_conflict;
  }

  /// Where the backend has something else than the device wrote (a name made of others, what
  /// another side changed), the device is told; an empty etag is never the present one. What it
  /// wrote outside of its window leaves it.
  void note_echo(std::string_view text, std::string_view id, sync::ItemEntry& entry) const {
    const auto rendered = work_.kind.render(text, work_.options, id);
    if (rendered) entry.lasts = rendered->lasts;
    if (entry.lasts < work_.state.floor) {
      entry.status = Status::soft;
      return;
    }
    if (rendered && rendered->digests == entry.digests) return;
    entry.etag.clear();
    entry.status = Status::dirty;
  }

  Task<std::uint16_t> remove(const eas::SyncCommand& command) {
    const auto href = hrefs_.find(command.id);
    if (href == hrefs_.end()) co_return status_not_found;
    SchedulingIntent telling;
    if (is_own_calendar(href->second)) {
      const auto there = co_await items_.fetch(work_.collection, {href->second});
      const std::string before = there && !there->empty() ? there->front().text : std::string();
      Scheduling meeting = schedule_edit(href->second, before, "");
      if (!meeting.told.empty()) {
        work_.writes.push_back(note_told(work_.session, meeting.uid, meeting.told));
      }
      telling = co_await open_scheduling(command, href->second, before, std::move(meeting));
    }
    const auto removed = co_await items_.remove(work_.collection, href->second, std::nullopt);
    co_await (removed ? telling.send(work_.session) : telling.drop(work_.session));
    if (!removed) {
      // It stays: the device, which has removed it, gets it again.
      work_.state.items[href->second] = {.status = Status::todo};
      co_return status_not_found;
    }
    work_.state.items.erase(href->second);
    co_return status_ok;
  }

  Task<> fetch(const eas::SyncCommand& command) {
    SyncResponse response;
    response.kind = Kind::fetch;
    response.id = command.id;
    response.status = status_not_found;
    if (const auto href = hrefs_.find(command.id); href != hrefs_.end()) {
      auto there = co_await items_.fetch(work_.collection, {href->second});
      if (there && !there->empty()) {
        auto rendered = work_.kind.render(there->front().text, work_.options, command.id);
        response.status = rendered ? status_ok : status_conversion;
        if (rendered) {
          response.item.emplace();
          response.item->write = std::move(rendered->write);
        }
      }
    }
    responses_.push_back(std::move(response));
  }

  /// Keeps the outcome for a repeated request, and says what must be said: success of plain changes
  /// and removals is silent ([MS-ASCMD] Responses).
  void note(const eas::SyncCommand& command, sync::CommandOutcome outcome) {
    const bool worked = outcome.status == status_ok;
    const auto made = worked ? unpack_made(outcome.reply) : std::nullopt;
    auto answer = made ? answer_of(*made) : std::nullopt;
    if (!worked || command.kind == Kind::add || answer) {
      SyncResponse response;
      response.kind = command.kind;
      response.id = command.id;
      response.instance_id = command.instance_id;
      if (worked) response.server_id = outcome.server_id;
      response.status = outcome.status;
      response.item = std::move(answer);
      responses_.push_back(std::move(response));
    }
    work_.outcomes.push_back(std::move(outcome));
  }

  std::vector<std::string> server_tells_;  // as whom its server knows the user
  ItemWork& work_;
  const eas::SyncCollection& request_;
  backend::Items& items_;
  std::map<std::string, std::string, std::less<>> hrefs_;  // of what the device holds, by id
  std::map<std::string, sync::OpenIntent> intents_;
  std::map<std::string, unsigned> file_intents_;  // how many of one name this request opened
  std::set<const sync::CommandOutcome*> taken_;
  std::vector<SyncResponse> responses_;
};

}  // namespace

Task<> recall_item_outcomes(ItemWork& work, const std::vector<eas::SyncCommand>& commands) {
  co_await load_for_commands(work, commands);
  for (const eas::SyncCommand& command : commands) {
    const sync::CommandOutcome* known =
        command.kind == Kind::add      ? find_add(work, command, commands)
        : command.kind == Kind::change ? last_change(work.relationship, command.id)
                                       : find_done(work.relationship, commands, command);
    if (known == nullptr || known->status != status_ok) continue;
    if (auto made = unpack_made(known->reply)) {
      co_await work.chunks.load_hrefs(work.state, {made->href});
      work.state.items[made->href] = made->entry;
    }
    if (command.kind != Kind::remove || !command.instance_id.empty()) continue;
    if (const auto* href = sync::find_href(work.state, work.row.id, command.id)) {
      work.state.items.erase(std::string(*href));
    }
  }
}

Task<> load_for_commands(ItemWork& work, const std::vector<eas::SyncCommand>& commands) {
  std::vector<std::string> ids;
  for (const eas::SyncCommand& command : commands) {
    if (command.kind != Kind::add) ids.push_back(command.id);
  }
  co_await work.chunks.load_ids(work.state, ids);
}

Task<std::vector<SyncResponse>> run_item_commands(ItemWork& work,
                                                  const eas::SyncCollection& request) {
  ItemCommandRun run(work, request);
  co_return co_await run.run();
}

}  // namespace godwit::command

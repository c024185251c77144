#include "command/meeting_placement.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/calendar_events.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/ical/imip.hpp"
#include "convert/ical/schedule_agent.hpp"
#include "convert/ical/scheduled.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;
using Method = MeetingMessage::Method;

constexpr Log logger("meeting");
/// What is older was seen by others, and acted on; a phone that is new must not undo it.
constexpr std::chrono::days young{14};
constexpr std::size_t records_looked_at = 50;
constexpr std::string_view placed_prefix = "placed/";
constexpr std::string_view waiting_prefix = "placing/";

/// A message that is to be applied.
struct Found {
  MeetingMessage meeting;
  std::string calendar, author;
  Uid uid = 0;
};

/// Its sender belongs to it: what somebody else made up must not stand for the organizer's.
std::string identity_of(const Found& found) {
  const MeetingMessage& meeting = found.meeting;
  const auto count = [](Time time) { return time.time_since_epoch().count(); };
  Packer all;
  all.text(ascii_lower(found.author)).number(std::to_underlying(meeting.method));
  all.text(meeting.event.uid);
  all.number(meeting.event.sequence).signed_number(count(meeting.stamp));
  all.signed_number(meeting.event.orphan_of ? count(*meeting.event.orphan_of) : 0);
  if (meeting.responder) {
    all.text(ascii_lower(meeting.responder->email));
    all.number(std::to_underlying(meeting.responder->status));
  }
  return std::string(placed_prefix) + hex_encode(digest128(all.bytes()));
}

std::string packed_time(Time time) {
  Packer out;
  out.signed_number(time.time_since_epoch().count());
  return std::move(out).bytes();
}

std::optional<Time> unpack_time(std::string_view bytes) {
  Unpacker in(bytes);
  const Time time(std::chrono::milliseconds(in.signed_number()));
  return in.finish() ? std::optional(time) : std::nullopt;
}

class Placing {
 public:
  Placing(Session& session, FolderKey folder, std::uint32_t uid_validity)
      : session_(session), folder_(std::move(folder)), uid_validity_(uid_validity) {}

  Task<std::vector<store::Write>> run(std::vector<Uid> uids) {
    for (const Uid uid : co_await waiting()) {
      if (std::ranges::find(uids, uid) == uids.end()) uids.push_back(uid);
    }
    if (uids.empty()) co_return std::vector<store::Write>();
    const std::vector<Found> all = co_await read(std::move(uids));
    for (const Found& each : all) co_await place(each);
    if (std::ranges::any_of(writes_, [](const auto& each) { return each.second.has_value(); })) {
      co_await forget_old();
    }
    std::vector<store::Write> out;
    out.reserve(writes_.size());
    for (auto& [name, value] : writes_) {
      out.push_back({session_.key(store::Kind::sent, name), std::nullopt, std::move(value)});
    }
    co_return out;
  }

 private:
  std::string waiting_name(std::string_view rest) const {
    return std::string(waiting_prefix) + hex_encode(digest128(folder_.view())) + '/' +
           std::to_string(uid_validity_) + '/' + std::string(rest);
  }

  /// Those of this mailbox that came while the calendar could not be reached.
  Task<std::vector<Uid>> waiting() {
    const std::string prefix = waiting_name("");
    const auto rows = co_await session_.services.store.list(session_.user(), store::Kind::sent,
                                                            prefix, "", records_looked_at);
    std::vector<Uid> out;
    for (const store::Record& row : rows) {
      const auto uid = parse_number<Uid>(row.key.name.substr(prefix.size()));
      if (uid) out.push_back(*uid);
      writes_[row.key.name] = std::nullopt;
    }
    co_return out;
  }

  /// In the order in which they were sent.
  Task<std::vector<Found>> read(std::vector<Uid> uids) {
    std::vector<Found> out;
    std::ranges::sort(uids);
    const auto messages = co_await session_.mail().fetch(folder_, uid_validity_, std::move(uids));
    if (!messages) co_return out;
    for (const Message& message : *messages) {
      const Part* const part = ical::meeting_part(message.structure);
      const auto from = convert::parse_addresses(convert::Header(message.header).get("From"));
      const bool is_young = session_.now() - message.state.internal_date < young;
      if (part == nullptr || from.size() != 1 || !is_young) continue;
      std::vector<backend::PartRange> whole{{message.state.uid, part->section, 0, part->size}};
      auto raw = co_await session_.mail().read(folder_, uid_validity_, std::move(whole));
      if (!raw || raw->empty()) continue;
      std::string text = ical::meeting_text(*part, raw->front());
      auto meeting =
          ical::read_meeting_message(text, part->parameter("method"), session_.calendar());
      if (!meeting) continue;
      out.push_back(
          {std::move(*meeting), std::move(text), from.front().address, message.state.uid});
    }
    std::ranges::sort(out, {},
                      [](const Found& each) { return std::pair(each.meeting.stamp, each.uid); });
    co_return out;
  }

  Task<> place(const Found& found) {
    const std::string name = identity_of(found);
    const bool is_known = writes_.contains(name) || co_await session_.services.store.get(
                                                        session_.key(store::Kind::sent, name));
    if (is_known) co_return;
    std::string reason;
    try {
      co_await apply(found);
    } catch (const Fault& fault) {
      reason = fault.what();
    }
    if (reason.empty()) {
      writes_[name] = packed_time(session_.now());
    } else {
      logger.warning("meeting.not_placed", {{"user", session_.user()}, {"why", reason}});
      writes_[waiting_name(std::to_string(found.uid))] = packed_time(session_.now());
    }
  }

  Task<> apply(const Found& found) {
    auto there = co_await find_event(session_, found.meeting.event.uid);
    if (!there && found.meeting.method == Method::request) {
      there = co_await new_event(session_, found.meeting.event.uid);
    }
    if (!there) co_return;
    const bool hushes = found.meeting.method != Method::reply &&
                        !(co_await session_.items()->scheduling_addresses()).empty();
    const auto context = session_.calendar();
    const EventEdit edit = [&](const std::string& text) -> Result<std::optional<std::string>> {
      auto made = ical::with_message(text, found.calendar, found.meeting, found.author, context);
      // What comes by mail is no business of the calendar's server.
      const bool by_mail = text.empty() || ical::is_left_to_clients(text);
      if (hushes && by_mail && made && *made) **made = ical::with_answer_agent(**made, "CLIENT");
      return made;
    };
    const FolderKey collection = there->collection;
    const auto done = co_await edit_event(session_, std::move(*there), edit);
    if (!done) {
      logger.info("meeting.not_placed", {{"user", session_.user()}, {"why", done.error().message}});
      co_return;
    }
    co_await session_.folder_table();
    const sync::FolderRow* const row = session_.whole_table().find_key(collection.view());
    const auto id = row == nullptr ? CollectionId::parse("") : CollectionId::parse(row->id);
    if (id) session_.services.hub.mark_added(session_.account.user, *id);
  }

  /// A few of those that the age of their mails settles.
  Task<> forget_old() {
    for (const std::string_view prefix : {placed_prefix, waiting_prefix}) {
      const auto rows = co_await session_.services.store.list(
          session_.user(), store::Kind::sent, std::string(prefix), last_looked_at(prefix),
          records_looked_at);
      for (const store::Record& row : rows) {
        const auto at = unpack_time(row.value);
        const bool old = !at || session_.now() - *at > 2 * young;
        if (old) writes_.emplace(row.key.name, std::nullopt);
      }
    }
  }

  /// Somewhere else each time: names are digests.
  std::string last_looked_at(std::string_view prefix) const {
    return std::string(prefix) +
           hex_encode(std::string(1, static_cast<char>(session_.services.random.next())));
  }

  Session& session_;
  FolderKey folder_;
  std::uint32_t uid_validity_;
  std::map<std::string, std::optional<std::string>> writes_;  // by name; nothing = it goes
};

}  // namespace

Task<std::vector<store::Write>> place_meetings(Session& session, FolderKey folder,
                                               std::uint32_t uid_validity, std::vector<Uid> uids) {
  co_return co_await Placing(session, std::move(folder), uid_validity).run(std::move(uids));
}

}  // namespace godwit::command

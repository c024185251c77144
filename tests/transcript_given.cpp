#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "mapping/email.hpp"
#include "run.hpp"
#include "transcript_runner.hpp"
#include "wbxml/pages/airsync.hpp"

namespace godwit::test {
namespace {

using Words = std::vector<std::string>;

/// The word behind `name`, e.g. `subject` in `message m1 in Inbox subject Hello`.
std::optional<std::string> after(const Words& words, std::string_view name) {
  const auto found = std::ranges::find(words, name);
  if (found == words.end() || found + 1 == words.end()) return std::nullopt;
  return *(found + 1);
}

bool has(const Words& words, std::string_view name) {
  return std::ranges::find(words, name) != words.end();
}

template <class T>
T number_of(const std::string& word, std::size_t line) {
  const auto value = parse_number<T>(word);
  if (!value) throw TranscriptError(line, "'" + word + "' is no number");
  return *value;
}

/// `2025-06-01T10:00:00Z`.
Time time_of(const std::string& word, std::size_t line) {
  if (word.size() != 20) throw TranscriptError(line, "a time looks like 2025-06-01T10:00:00Z");
  const auto field = [&](std::size_t at, std::size_t length) {
    return number_of<int>(word.substr(at, length), line);
  };
  using namespace std::chrono;
  const sys_days day = year(field(0, 4)) / month(static_cast<unsigned>(field(5, 2))) /
                       std::chrono::day(static_cast<unsigned>(field(8, 2)));
  return Time(day) + hours(field(11, 2)) + minutes(field(14, 2)) + seconds(field(17, 2));
}

/// `+90s`, `+5m`, `+2h`, `+3d`.
std::chrono::seconds span_of(const std::string& word, std::size_t line) {
  if (word.size() < 3 || word.front() != '+') throw TranscriptError(line, "a span looks like +90s");
  const auto count = number_of<std::int64_t>(word.substr(1, word.size() - 2), line);
  switch (word.back()) {
    case 's':
      return std::chrono::seconds(count);
    case 'm':
      return std::chrono::minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::hours(24 * count);
    default:
      throw TranscriptError(line, "a span ends in s, m, h or d");
  }
}

Flags flags_of(std::string_view list) {
  Flags out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, comma);
    if (word == "seen")
      out.seen = true;
    else if (word == "answered")
      out.answered = true;
    else if (word == "flagged")
      out.flagged = true;
    else if (word == "draft")
      out.draft = true;
    else if (word == "forwarded")
      out.forwarded = true;
    else if (word != "none")
      out.keywords.emplace_back(word);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

/// The content of a scheduling message; the words behind `with` are lines of its event.
std::string meeting_part(const Words& words, const std::string& method) {
  std::string out =
      "Content-Type: text/calendar; charset=utf-8; method=" + method +
      "\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nMETHOD:" + method +
      "\r\nBEGIN:VEVENT\r\n";
  const auto lines = std::ranges::find(words, "with");
  for (auto line = lines; line != words.end(); ++line) {
    if (line != lines) out += *line + "\r\n";
  }
  return out + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string mime_of(const Words& words, const std::string& name, const std::string& subject) {
  std::string out = "From: " + after(words, "from").value_or("Bruno <bruno@example.test>") +
                    "\r\nTo: " + after(words, "to").value_or("Anna <anna@example.test>") +
                    (has(words, "no-subject") ? std::string() : "\r\nSubject: " + subject) +
                    "\r\nDate: Sun, 01 Jun 2025 10:00:00 +0000\r\nMessage-ID: <" + name +
                    "@example.test>\r\nMIME-Version: 1.0\r\n";
  if (const auto more = after(words, "header")) out += *more + "\r\n";
  auto html = after(words, "html");
  if (const auto bytes = after(words, "html-bytes")) {
    html = "<p>" + std::string(parse_number<std::size_t>(*bytes).value_or(0), 'x') + "</p>";
  }
  const std::string text = after(words, "body").value_or("Hello from " + name + ".");
  const std::string part = "Content-Type: " + std::string(html ? "text/html" : "text/plain") +
                           "; charset=" + after(words, "charset").value_or("utf-8") + "\r\n\r\n" +
                           html.value_or(text) + "\r\n";
  if (const auto meeting = after(words, "meeting")) return out + meeting_part(words, *meeting);
  const auto attachment = after(words, "attachment");
  if (!attachment) return out + part;
  const std::string content = after(words, "content").value_or("0123456789");
  return out + "Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n" + part +
         "--edge\r\nContent-Type: application/octet-stream; name=\"" + *attachment +
         "\"\r\nContent-Disposition: attachment; filename=\"" + *attachment +
         "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64_encode(content) +
         "\r\n--edge--\r\n";
}

/// What the words `unavailable`, `timed-out`, `quota`, `corrupt` say of a fault.
Fault::Kind fault_of(const Words& words) {
  if (has(words, "quota")) return Fault::Kind::quota;
  if (has(words, "corrupt")) return Fault::Kind::corrupt;
  return has(words, "timed-out") ? Fault::Kind::timed_out : Fault::Kind::unavailable;
}

struct NamedRecord {
  std::string_view name;
  store::Kind kind;
  std::string_view below;  // what follows the device's id; records of a collection: its id
};
constexpr auto records = std::to_array<NamedRecord>({
    {"hierarchy", store::Kind::hierarchy, ""},
    {"relationship", store::Kind::collection, "/"},
});

struct NamedSetting {
  std::string_view name;
  void (*set)(command::Settings&, std::uint64_t);
};
constexpr auto settings = std::to_array<NamedSetting>({
    {"window_default", [](command::Settings& s,
                          std::uint64_t v) { s.window_default = static_cast<std::uint32_t>(v); }},
    {"window_max",
     [](command::Settings& s, std::uint64_t v) { s.window_max = static_cast<std::uint32_t>(v); }},
    {"heartbeat_seconds_min",
     [](command::Settings& s, std::uint64_t v) {
       s.heartbeat_seconds_min = static_cast<std::uint32_t>(v);
     }},
    {"heartbeat_seconds_max",
     [](command::Settings& s, std::uint64_t v) {
       s.heartbeat_seconds_max = static_cast<std::uint32_t>(v);
     }},
    {"ping_folders_max",
     [](command::Settings& s, std::uint64_t v) {
       s.ping_folders_max = static_cast<std::uint32_t>(v);
     }},
    {"message_bytes_max", [](command::Settings& s, std::uint64_t v) { s.message_bytes_max = v; }},
});

}  // namespace

void TranscriptRunner::given(const Words& words, std::size_t number) {
  if (words[0] == "while-parked") {
    const Words rest(words.begin() + 1, words.end());
    fixture_.server.while_parked.emplace_back([this, rest, number] { given(rest, number); });
    return;
  }
  if (given_server(words, number) || given_policy(words) || given_device_rules(words) ||
      given_mailbox(words, number) || given_device(words, number)) {
    return;
  }
  throw TranscriptError(number, "nobody knows how to give '" + words[0] + "'");
}

bool TranscriptRunner::given_server(const Words& words, std::size_t number) {
  command::Settings changed = fixture_.server.settings();
  if (words[0] == "versions" && words.size() >= 2) {
    // Which ones: versions_of. Played once for each.
  } else if (words[0] == "clock" && words.size() == 2) {
    fixture_.clock.advance(span_of(words[1], number));
  } else if (words[0] == "restart") {
    fixture_.server.restart();
  } else if (words[0] == "setting" && words.size() == 3) {
    const auto row = std::ranges::find(settings, words[1], &NamedSetting::name);
    if (row == settings.end()) throw TranscriptError(number, "no setting " + words[1]);
    row->set(changed, number_of<std::uint64_t>(words[2], number));
    fixture_.server.set_settings(changed);
  } else if (words[0] == "zone" && words.size() == 2) {
    changed.time_zone = words[1];
    fixture_.server.set_settings(changed);
  } else if (words[0] == "submission" && words.size() >= 3 && words[1] == "refuses") {
    fixture_.submission.refuse_next(words[2], has(words, "recipient") ? Errc::not_found
                                              : has(words, "size")    ? Errc::too_large
                                                                      : Errc::refused);
  } else if (words[0] == "submission" && words.size() >= 2 && words[1] == "fails") {
    fixture_.submission.fail_next(fault_of(words), has(words, "after"));
  } else if (words[0] == "backend" && words.size() >= 3 && words[2] == "moving") {
    mail().fail_next_move(fault_of(words));
  } else if (words[0] == "backend" && words.size() >= 3 && words[2] == "listing") {
    mail().fail_next_changes(fault_of(words));
  } else if (words[0] == "backend" && words.size() >= 3 && words[1] == "fails") {
    mail().fail_next(number_of<unsigned>(words[2], number), fault_of(words),
                     has(words, "after") ? backend::MemoryMail::Mishap::after
                                         : backend::MemoryMail::Mishap::before);
  } else {
    return false;
  }
  return true;
}

bool TranscriptRunner::given_mailbox(const Words& words, std::size_t number) {
  if (words[0] == "memory-backend" && words.size() == 2) {
    if (words[1] == "standard") return true;
    if (words[1] != "two-folders") throw TranscriptError(number, "no fixture " + words[1]);
    const FolderKey projects = mail().add_folder(std::nullopt, "Projects");
    mail().add_folder(projects, "Berlin");
  } else if (words[0] == "user" && words.size() >= 2) {
    if (const auto alias = after(words, "alias")) {
      fixture_.mail_server.add_alias(*UserId::parse(words[1]), *alias);
    } else if (const auto other = after(words, "send-as")) {
      fixture_.mail_server.add_send_as(*UserId::parse(words[1]), *other);
    } else {
      fixture_.add_user(words[1]);
    }
  } else if (words[0] == "person" && words.size() >= 3) {
    given_person(words, number);
  } else if (words[0] == "group" && words.size() >= 3) {
    given_group(words);
  } else if (words[0] == "busy" && words.size() >= 2) {
    given_busy(words, number);
  } else if (words[0] == "certificates" && has(words, "fail")) {
    fixture_.certificates.failing = true;
  } else if (words[0] == "directory" && has(words, "fails")) {
    fixture_.directory.fail();
  } else if (words[0] == "folder" && words.size() >= 2) {
    if (has(words, "removed")) {
      mail().remove_folder(folder(words[1], number));
    } else if (const auto name = after(words, "renamed")) {
      mail().rename(folder(words[1], number), *name);
    } else if (has(words, "unselectable")) {
      mail().set_selectable(folder(words[1], number), false);
    } else if (has(words, "read-only")) {
      mail().set_read_only(folder(words[1], number), true);
    } else if (has(words, "rebuilt")) {
      mail().change_uid_validity(folder(words[1], number));
    } else {
      const auto parent = after(words, "below");
      mail().add_folder(parent ? std::optional(folder(*parent, number)) : std::nullopt, words[1]);
    }
  } else if (words[0] == "quota" && words.size() == 2) {
    mail().set_quota(number_of<std::uint64_t>(words[1], number));
  } else if (words[0] == "messages" && words.size() == 4 && words[2] == "in") {
    std::vector<std::string> mails;
    for (auto left = number_of<std::size_t>(words[1], number); left > 0; --left) {
      mails.push_back(mime_of({}, std::to_string(left), "Number " + std::to_string(left)));
    }
    mail().deliver_together(folder(words[3], number), mails);
  } else if (words[0] == "message" && words.size() >= 3) {
    given_message(words, number);
  } else if (words[0] == "items" && words.size() == 1) {
    fixture_.server.offer_items(fixture_.mail_server);
  } else if (words[0] == "item" && words.size() >= 4) {
    given_item(words, number);
  } else {
    return false;
  }
  return true;
}

void TranscriptRunner::given_person(const Words& words, std::size_t number) {
  backend::MemoryDirectory::Someone someone;
  backend::DirectoryEntry& entry = someone.entry;
  entry.address = words[1];
  entry.alias = words[1].substr(0, words[1].find('@'));
  entry.display_name = words[2];
  for (const backend::PersonField& field : backend::person_fields) {
    if (const auto value = after(words, field.name)) entry.*field.member = *value;
  }
  if (const auto size = after(words, "photo")) {
    someone.photo.bytes.assign(number_of<std::size_t>(*size, number), 'p');
    someone.photo.size = someone.photo.bytes.size();
  }
  if (const auto count = after(words, "certificates")) {
    someone.certificates.assign(number_of<std::size_t>(*count, number), "certificate");
  }
  fixture_.directory.add(std::move(someone));
}

/// `group ADDRESS NAME MEMBER...`
void TranscriptRunner::given_group(const Words& words) {
  backend::MemoryDirectory::Someone group;
  group.entry.address = words[1];
  group.entry.display_name = words[2];
  group.entry.is_group = true;
  group.members.assign(words.begin() + 3, words.end());
  fixture_.directory.add(std::move(group));
}

/// `busy ADDRESS [START END DIGIT]`, `busy ADDRESS later`, `busy fails`
void TranscriptRunner::given_busy(const Words& words, std::size_t number) {
  using Outcome = backend::FreeBusyAnswer::Outcome;
  if (words[1] == "fails") {
    fixture_.free_busy.failing = true;
    return;
  }
  backend::FreeBusyAnswer& answer = fixture_.free_busy.answers[words[1]];
  answer.outcome = has(words, "later") ? Outcome::not_now : Outcome::known;
  if (words.size() != 5) return;
  const auto start = mapping::parse_date(words[2]);
  const auto end = mapping::parse_date(words[3]);
  if (!start || !end) throw TranscriptError(number, "no times");
  answer.times.push_back(
      {*start, *end, static_cast<backend::Occupied>(number_of<std::uint8_t>(words[4], number))});
}

/// The text's lines are words, ended by CRLF.
void TranscriptRunner::given_item(const Words& words, std::size_t number) {
  const FolderKey key = collection(words[1], number);
  const auto before = test::run(items().fetch(key, {words[2]})).value();
  std::optional<std::string> etag;
  if (!before.empty()) etag = before.front().etag;
  if (words[3] == "removed") {
    static_cast<void>(test::run(items().remove(key, words[2], etag)));
    return;
  }
  std::string text;
  for (std::size_t i = 3; i < words.size(); ++i) text += words[i] + "\r\n";
  const auto put = test::run(items().put(key, words[2], text, {etag}));
  if (!put) throw TranscriptError(number, put.error().message);
}

void TranscriptRunner::given_message(const Words& words, std::size_t number) {
  const std::string& name = words[1];
  if (words[2] == "removed") {
    const Message& known = message(name, number);
    mail().remove(known.folder, UidSet{{known.uid, known.uid}});
    return;
  }
  if (words[2] == "flags" && words.size() == 4) {
    const Message& known = message(name, number);
    mail().set_flags(known.folder, UidSet{{known.uid, known.uid}}, flags_of(words[3]));
    return;
  }
  const auto where = after(words, "in");
  if (!where) throw TranscriptError(number, "say in which folder the message is");
  const std::string subject = after(words, "subject").value_or(name);
  const auto date = after(words, "date");
  const FolderKey key = folder(*where, number);
  const Uid uid = mail().deliver(key, mime_of(words, name, subject),
                                 flags_of(after(words, "flags").value_or("none")),
                                 date ? std::optional(time_of(*date, number)) : std::nullopt);
  messages_.insert_or_assign(name, Message{key, uid, subject});
}

bool TranscriptRunner::given_device(const Words& words, std::size_t number) {
  if (words[0] == "device" && words.size() >= 2) {
    const auto version = eas::parse_version(after(words, "version").value_or(version_));
    if (!version) throw TranscriptError(number, "no such version");
    user_ = after(words, "user").value_or(user_);
    current_ = words[1];
    auto device = std::make_unique<client::Device>(fixture_.device(current_, *version, user_));
    device->set_base64_query(has(words, "base64"));
    if (has(words, "provisioned")) {
      const client::Outcome outcome = test::run(device->provision());
      if (!outcome.ok()) complain(number, "Provision: status " + std::to_string(outcome.status));
    }
    phones_[current_] = Phone{std::move(device), user_};
  } else if (words[0] == "ordered" && words.size() >= 2) {
    given_order(words, number);
  } else if (words[0] == "damaged" && words.size() >= 2) {
    given_damage(words, number);
  } else if (words[0] == "hierarchy") {
    given_hierarchy(number);
  } else if (words[0] == "synced" && words.size() >= 2) {
    given_synced(words, number);
  } else {
    return false;
  }
  return true;
}

/// What an administrator does to the device that speaks; it wakes what the device waits for.
void TranscriptRunner::given_order(const Words& words, std::size_t number) {
  const auto device = *DeviceId::parse(phone(number).device->settings().id);
  const auto user = *UserId::parse(user_);
  const store::Key key{user.str(), store::Kind::device, device.str()};
  const auto record = test::run(fixture_.store.get(key));
  auto stored = record ? policy::unpack_device(record->value) : Result<policy::Device>{};
  if (!stored) throw TranscriptError(number, "the device's record cannot be read");
  const bool back = words[1] == "unblock" || words[1] == "allow";
  stored->allowed = words[1] == "allow";
  stored->blocked = words[1] == "block";
  stored->wipe = words[1] == "wipe" ? policy::Wipe::ordered : policy::Wipe::none;
  stored->wipe_scope =
      has(words, "account") ? policy::WipeScope::account : policy::WipeScope::device;
  if (!back && !stored->blocked && stored->wipe == policy::Wipe::none) {
    throw TranscriptError(number, "an order is allow, block, unblock or wipe");
  }
  std::vector<store::Write> writes;
  writes.push_back({key, std::nullopt, pack(*stored)});
  static_cast<void>(test::run(fixture_.store.commit(std::move(writes))));
  fixture_.server.hub().end(user, device, watch::Wake::policy);
}

/// A record of the device that speaks, overwritten by what is none.
void TranscriptRunner::given_damage(const Words& words, std::size_t number) {
  const auto row = std::ranges::find(records, words[1], &NamedRecord::name);
  if (row == records.end()) throw TranscriptError(number, "no record " + words[1]);
  std::string name = phone(number).device->settings().id + std::string(row->below);
  if (!row->below.empty() && words.size() > 2) name += captures_.at(words[2]);
  std::vector<store::Write> writes;
  writes.push_back({{user_, row->kind, name}, std::nullopt, "no record"});
  static_cast<void>(test::run(fixture_.store.commit(std::move(writes))));
}

void TranscriptRunner::given_hierarchy(std::size_t number) {
  client::Device& device = *phone(number).device;
  const client::Outcome outcome = test::run(device.folder_sync());
  if (!outcome.ok()) {
    return complain(number, "FolderSync: HTTP " + std::to_string(outcome.http_status) +
                                ", status " + std::to_string(outcome.status));
  }
  captures_["fk"] = device.folder_key();
  for (const auto& [id, folder] : device.folders()) captures_[folder.name] = id;
}

void TranscriptRunner::given_synced(const Words& words, std::size_t number) {
  client::Device& device = *phone(number).device;
  if (device.folders().empty()) given_hierarchy(number);
  if (!captures_.contains(words[1])) throw TranscriptError(number, "no folder " + words[1]);
  const std::string id = captures_[words[1]];
  client::SyncOptions options;
  if (const auto filter = after(words, "filter")) {
    options.options = std::vector{client::Node(wbxml::airsync::FilterType, *filter)};
  }
  client::SyncOutcome outcome = test::run(device.sync_all(id, options));
  const int status = outcome.ok() ? outcome.collections[id].status : outcome.status;
  if (!outcome.ok() || status != 1) {
    return complain(number, "Sync: HTTP " + std::to_string(outcome.http_status) + ", status " +
                                std::to_string(status));
  }
  const client::Collection& held = device.collection(id);
  captures_["key"] = held.sync_key;
  captures_["key_" + words[1]] = held.sync_key;
  for (const auto& [name, known] : messages_) {
    for (const auto& [server_id, item] : held.items) {
      const auto subject = item.find("Subject");
      if (subject != item.end() && subject->second == known.subject) captures_[name] = server_id;
    }
  }
}

void TranscriptRunner::then(const Words& words, std::size_t number) {
  if (words[0] == "folder" && words.size() == 4 && words[2] == "holds") {
    const std::size_t count = mail().states(folder(words[1], number)).size();
    if (std::to_string(count) != words[3]) {
      complain(number, words[1] + " holds " + std::to_string(count) + " messages");
    }
  } else if (words[0] == "submitted" && words.size() == 2) {
    const std::size_t count = fixture_.submission.sent().size();
    if (std::to_string(count) != words[1]) {
      complain(number, std::to_string(count) + " mails were submitted");
    }
  } else if (words[0] == "submitted" && words.size() == 3) {
    const auto& sent = fixture_.submission.sent();
    const bool contains = !sent.empty() && sent.back().text.contains(words[2]);
    if (contains != (words[1] == "contains")) {
      complain(number, "the last mail submitted is:\n" + (sent.empty() ? "" : sent.back().text));
    }
  } else if (words[0] == "part" && words.size() >= 3) {
    const auto at = number_of<std::size_t>(words[1], number);
    const bool there = at < parts_.size() && at > 0;
    if (!there) return complain(number, std::to_string(parts_.size()) + " parts came");
    if (!parts_[at].contains(words[2])) complain(number, "the part is:\n" + parts_[at]);
  } else if (words[0] == "newest" && words.size() >= 4) {
    then_newest(words, number);
  } else if (words[0] == "message" && words.size() == 3) {
    const Message& known = message(words[1], number);
    const auto states = mail().states(known.folder);
    const auto state = std::ranges::find(states, known.uid, &MessageState::uid);
    if (words[2] == "gone") {
      if (state != states.end()) complain(number, words[1] + " is still there");
    } else if (state == states.end()) {
      complain(number, words[1] + " is gone");
    } else if (state->flags != flags_of(words[2])) {
      complain(number, words[1] + " has other flags");
    }
  } else if (words[0] == "item" && words.size() >= 4) {
    then_item(words, number);
  } else if (words[0] == "items" && words.size() == 3) {
    const std::size_t count = items().texts(collection(words[1], number)).size();
    if (std::to_string(count) != words[2]) {
      complain(number, words[1] + " holds " + std::to_string(count) + " items");
    }
  } else if (words[0] == "parked" && words.size() == 2) {
    const std::size_t count = fixture_.server.hub().parked();
    if (std::to_string(count) != words[1]) complain(number, std::to_string(count) + " are parked");
  } else {
    throw TranscriptError(number, "nobody knows how to check '" + words[0] + "'");
  }
}

/// `then newest in Sent contains TEXT`, or `lacks`.
void TranscriptRunner::then_newest(const Words& words, std::size_t number) {
  const FolderKey key = folder(words[2], number);
  const auto states = mail().states(key);
  const auto text = states.empty() ? std::nullopt : mail().text(key, states.back().uid);
  for (std::size_t i = 3; i + 1 < words.size(); i += 2) {
    const bool contains = text && text->contains(words[i + 1]);
    if (contains != (words[i] == "contains")) {
      return complain(number, "the newest of " + words[2] + " is:\n" + text.value_or("none"));
    }
  }
}

/// Of the one item whose text contains the first word: contains or lacks the other.
void TranscriptRunner::then_item(const Words& words, std::size_t number) {
  const auto texts = items().texts(collection(words[1], number));
  const auto at =
      std::ranges::find_if(texts, [&](const auto& item) { return item.second.contains(words[2]); });
  if (words[3] == "gone") {
    if (at != texts.end()) complain(number, "an item with " + words[2] + " is still there");
    return;
  }
  if (at == texts.end() || words.size() != 5) {
    return complain(number, "there is no item with " + words[2]);
  }
  if (at->second.contains(words[4]) != (words[3] == "contains")) {
    complain(number, "the item is:\n" + at->second);
  }
}

backend::MemoryItems& TranscriptRunner::items() {
  return fixture_.mail_server.items(UserId::parse(user_).value());
}

FolderKey TranscriptRunner::collection(const std::string& name, std::size_t number) {
  for (const auto& each : test::run(items().collections())) {
    if (each.name == name) return each.key;
  }
  throw TranscriptError(number, "no collection " + name);
}

FolderKey TranscriptRunner::folder(const std::string& name, std::size_t number) {
  std::vector<std::string> path;
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    path.emplace_back(rest.substr(0, slash));
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  const auto key = mail().find_folder(path);
  if (!key) throw TranscriptError(number, "the mailbox has no folder " + name);
  return *key;
}

const TranscriptRunner::Message& TranscriptRunner::message(const std::string& name,
                                                           std::size_t number) {
  const auto found = messages_.find(name);
  if (found == messages_.end()) throw TranscriptError(number, "no message " + name);
  return found->second;
}

}  // namespace godwit::test

#include "sim/drafts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::sim {
namespace {

namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;
using client::Command;
using client::Item;
using client::Node;

constexpr int drafts_type = 3;
constexpr int status_not_found = 8;
const std::string recipient = "bob@example.net";

/// References of an item's attachments, as the server sent them: by name.
std::map<std::string, std::string> references_of(const Item& item) {
  constexpr std::string_view last = "/DisplayName";
  std::map<std::string, std::string> out;
  for (const auto& [path, name] : item) {
    if (!path.starts_with("Attachments/Attachment") || !path.ends_with(last)) continue;
    const auto found = item.find(path.substr(0, path.size() - last.size()) + "/FileReference");
    if (found != item.end()) out[name] = found->second;
  }
  return out;
}

void add_all(std::vector<Node>& to, std::vector<Node> more) {
  for (Node& node : more) to.push_back(std::move(node));
}

}  // namespace

Drafts::Drafts(World& world, std::function<unsigned(unsigned)> pick)
    : world_(world), pick_(std::move(pick)) {
  world_.on_command([this](unsigned phone, const std::string& collection, const Command& command,
                           std::optional<int> status) {
    if (command.send && status != 1) leaving_.erase({phone, command.server_id});
    told({phone, collection, command.number}, status);
  });
}

std::string Drafts::subject_of(std::size_t number) { return fmt::format("draft {}", number); }

std::optional<std::size_t> Drafts::number_of(std::string_view subject) const {
  constexpr std::string_view word = "draft ";
  if (!subject.starts_with(word)) return std::nullopt;
  const auto number = parse_number<std::size_t>(subject.substr(word.size()));
  return number && *number < versions_.size() ? number : std::nullopt;
}

std::string Drafts::folder() const {
  const auto* folder = world_.device().folder_of_type(drafts_type);
  return folder == nullptr ? std::string() : folder->id;
}

std::string Drafts::random_draft() {
  std::vector<std::string> all;
  if (!writes() || folder().empty()) return {};
  for (const auto& [id, item] : world_.device().collection(folder()).items) {
    const auto subject = item.find("Subject");
    if (leaving_.contains({world_.phone(), id})) continue;
    if (subject != item.end() && number_of(subject->second)) all.push_back(id);
  }
  return all.empty() ? std::string() : all[pick_(static_cast<unsigned>(all.size()))];
}

std::optional<std::size_t> Drafts::untold(const std::string& server_id) {
  std::optional<std::size_t> newest;
  if (folder().empty()) return newest;
  for (const Command& command : world_.device().collection(folder()).pending) {
    if (command.server_id != server_id) continue;
    const auto open = open_.find({world_.phone(), folder(), command.number});
    if (open != open_.end()) newest = open->second;
  }
  return newest;
}

bool Drafts::edits(const std::string& server_id) { return untold(server_id).has_value(); }

std::optional<std::size_t> Drafts::base_of(const std::string& server_id) {
  if (const auto newest = untold(server_id)) return newest;
  const auto& subject = world_.device().collection(folder()).items.at(server_id).at("Subject");
  std::set<std::string> there;
  const auto boxes = world_.mailboxes();
  const auto box = boxes.find(folder());
  if (box == boxes.end()) return number_of(subject);
  for (const auto& [id, mail] : box->second.mails) {
    there.insert(World::identity(mail.header));
  }
  return number_of(stands_for(subject, there));
}

std::size_t Drafts::next_version(std::optional<std::size_t> base) {
  const std::size_t number = versions_.size();
  Version version;
  version.base = base;
  version.phone = world_.phone();
  if (base) {
    version.text = versions_[*base].text;
    version.files = versions_[*base].files;
  }
  versions_.push_back(std::move(version));
  return number;
}

/// `whole`: with a body, so that it can stand alone.
std::vector<Node> Drafts::properties(std::size_t number, bool whole) {
  std::vector<Node> out{Node(email::To, recipient), Node(email::Subject, subject_of(number))};
  if (!whole) return out;
  versions_[number].text = fmt::format("Text {}", number);
  out.emplace_back(base::Body, std::vector<Node>{Node(base::Type, "1"),
                                                 Node(base::Data, versions_[number].text)});
  return out;
}

/// One attachment more or less.
std::vector<Node> Drafts::file_changes(std::size_t number, const std::string& server_id) {
  Files& files = versions_[number].files;
  auto& held = world_.device().collection(folder());
  Files references;
  if (!server_id.empty()) {
    references = references_of(held.items.at(server_id));
    Files& before = references_[{world_.phone(), server_id}];
    for (const auto& [name, reference] : references) before[name] = reference;
    if (!was_made_anew(number)) {
      references.insert(before.begin(), before.end());
      references.insert(held.added_files.begin(), held.added_files.end());
    }
  }
  if (!files.empty() && pick_(2) == 0 && !server_id.empty()) {
    const std::string name = files.begin()->first;
    const auto reference = references.find(name);
    if (reference == references.end()) return {};
    files.erase(name);
    return {Node(base::Attachments,
                 {Node(base::Delete, {Node(base::FileReference, reference->second)})})};
  }
  const std::string name = fmt::format("file{}.txt", files_made_++);
  files[name] = "Content of " + name;
  return {Node(
      base::Attachments,
      {Node(base::Add, {Node(base::ClientId, name), Node(base::Method, "1"),
                        Node::bytes(base::Content, files[name]), Node(base::DisplayName, name)})})};
}

void Drafts::phone_writes() {
  if (!writes() || folder().empty() || world_.device().collection(folder()).sync_key == "0") return;
  const std::size_t number = next_version(std::nullopt);
  auto said = properties(number, true);
  if (pick_(3) == 0) add_all(said, file_changes(number, {}));
  client::Device& device = world_.device();
  const bool at_once = pick_(5) == 0;
  versions_[number].is_sent = at_once;
  if (at_once) {
    ++sent_;
    device.send_new(folder(), std::move(said));
  } else {
    device.add(folder(), std::move(said));
  }
  open_[{world_.phone(), folder(), device.collection(folder()).pending.back().number}] = number;
}

void Drafts::phone_edits() { change_draft(false); }

void Drafts::phone_sends() { change_draft(true); }

void Drafts::change_draft(bool send) {
  const std::string id = random_draft();
  if (id.empty()) return;
  client::Device& device = world_.device();
  const auto before = base_of(id);
  if (before && versions_[*before].phone != world_.phone()) overtake(*before);
  const std::size_t number = next_version(before);
  const bool whole = pick_(2) == 0;
  auto said = properties(number, whole);
  if (!send && pick_(2) == 0) add_all(said, file_changes(number, id));
  versions_[number].may_stand_alone = whole && wins();
  versions_[number].is_sent = send;
  if (send) {
    ++sent_;
    leaves(id);
    device.send_draft(folder(), id, std::move(said));
  } else {
    device.change(folder(), id, std::move(said));
  }
  open_[{world_.phone(), folder(), device.collection(folder()).pending.back().number}] = number;
}

void Drafts::told(const Said& said, std::optional<int> status) {
  const auto found = open_.find(said);
  if (found == open_.end()) return;
  Version& version = versions_[found->second];
  const std::string subject = subject_of(found->second);
  open_.erase(found);
  if (!status) {
    version.state = State::doubtful;
    return;
  }
  version.state = status == 1 ? State::done : State::refused;
  // Only the draft's end, or for a mail the next server, is a reason to refuse it.
  const bool reason = version.is_sent || (version.base && *status == status_not_found);
  if (version.state == State::refused && !reason && complaint_.empty()) {
    complaint_ = fmt::format("{} was refused with {}", subject, *status);
  }
}

std::vector<Node> Drafts::options() const {
  auto all = client::mail_options(0, 1, std::nullopt);
  all.emplace_back(wbxml::airsync::Conflict, wins() ? "0" : "1");
  return all;
}

bool Drafts::wrote(std::string_view subject) const {
  const auto number = number_of(subject);
  return number && versions_[*number].phone == world_.phone();
}

std::string Drafts::stands_for(std::string subject, const std::set<std::string>& there) const {
  for (auto number = number_of(subject); number && !there.contains(subject);) {
    const Version& version = versions_[*number];
    if (!version.is_sent || version.state == State::done || !version.base) break;
    number = version.base;
    subject = subject_of(*number);
  }
  return subject;
}

Drafts::Waiting Drafts::waiting() {
  Waiting all = Waiting::nothing;
  if (folder().empty()) return all;
  for (const Command& command : world_.device().collection(folder()).pending) {
    if (!open_.contains({world_.phone(), folder(), command.number})) continue;
    if (command.send) return Waiting::sends;
    all = Waiting::edits;
  }
  return all;
}

/// With what it was made of, in case that the device did not know the newest.
std::vector<std::string> Drafts::moved(const std::string& identity) {
  std::vector<std::string> names{identity};
  for (auto number = number_of(identity); number; number = versions_[*number].base) {
    versions_[*number].moved = true;
    overtake(*number);
    names.push_back(subject_of(*number));
  }
  return names;
}

void Drafts::overtake(std::size_t number) {
  Version& version = versions_[number];
  if (version.state == State::open) version.overtaken = true;
}

bool Drafts::may_be_doubled(const std::string& identity) const {
  const auto number = number_of(identity);
  return number && versions_[*number].overtaken;
}

// --- the other mail program
// -----------------------------------------------------------------------

Task<std::optional<std::pair<FolderKey, std::uint32_t>>> Drafts::desktop_folder() {
  for (const auto& folder : co_await world_.desktop().folders()) {
    if (folder.role != FolderRole::drafts) continue;
    const auto status = co_await world_.desktop().status(folder.key);
    if (status) co_return std::pair(folder.key, status->uid_validity);
  }
  co_return std::nullopt;
}

std::string Drafts::raw(std::size_t number) const {
  return fmt::format(
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <d{}@desktop.example>\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n{}\r\n",
      world_.side().address(), recipient, subject_of(number), number, versions_[number].text);
}

void Drafts::desktop_writes() {
  const auto folder = world_.run(desktop_folder());
  if (!folder) return;
  const std::size_t number = versions_.size();
  Version version;
  version.state = State::done;
  version.text = fmt::format("Text {}", number);
  versions_.push_back(std::move(version));
  Flags flags;
  flags.draft = flags.seen = true;
  auto source = std::make_shared<backend::StringSource>(raw(number));
  if (!world_.run(desktop_stores(folder->first, std::move(source), std::move(flags)))) {
    versions_[number].state = State::doubtful;
  }
}

/// False: it did not, or nobody knows. A server may hang up when a folder goes that the connection
/// had open.
Task<bool> Drafts::desktop_stores(FolderKey folder,
                                  std::shared_ptr<const backend::MessageSource> source,
                                  Flags flags) {
  try {
    const Time now = world_.clock().now();
    const auto added =
        co_await world_.desktop().append(folder, std::move(source), std::move(flags), now);
    co_return added.has_value();
  } catch (const Fault&) {
    co_return false;
  }
}

void Drafts::desktop_edits() { world_.run(edit_at_desktop()); }

void Drafts::interrupt_next() {
  world_.drafts().between = [this] { return edit_at_desktop(); };
}

/// Every byte stays, but for the Subject and the Message-ID: a draft that keeps the one of a
/// phone's edit passes for that after a kill (docs/adr/0013).
Task<> Drafts::edit_at_desktop() {
  const auto folder = co_await desktop_folder();
  if (!folder) co_return;
  const auto& [key, validity] = *folder;
  auto& mail = world_.desktop();
  const auto uids = co_await mail.search(key, std::nullopt);
  if (!uids || uids->empty()) co_return;
  const auto all = uids->to_vector();
  const Uid uid = all[pick_(static_cast<unsigned>(all.size()))];
  auto read = co_await mail.read(key, validity, {backend::PartRange{uid, "", 0, UINT64_MAX}});
  if (!read || read->empty()) co_return;
  std::string text = std::move(read->front());
  const auto before = number_of(World::identity(text.substr(0, text.find("\r\n\r\n") + 4)));
  if (!before) co_return;
  const std::size_t number = versions_.size();
  Version version = versions_[*before];
  version.base = before;
  version.phone.reset();
  version.is_sent = version.may_stand_alone = version.moved = version.overtaken = false;
  version.state = State::doubtful;  // until it is there
  overtake(*before);
  versions_.push_back(std::move(version));
  const std::string mark = "Subject: " + subject_of(*before) + "\r\n";
  text.replace(text.find(mark), mark.size(), "Subject: " + subject_of(number) + "\r\n");
  constexpr std::string_view id = "Message-ID: <";
  if (const auto at = text.find(id); at != std::string::npos) {
    // Not before what was there: IMAP's SEARCH finds parts of a field.
    text.insert(at + id.size() + 1, fmt::format("e{}-", number));
  }
  Flags flags;
  flags.draft = flags.seen = true;
  auto source = std::make_shared<backend::StringSource>(std::move(text));
  if (!co_await desktop_stores(key, std::move(source), std::move(flags))) co_return;
  const auto removed = co_await mail.expunge(key, validity, UidSet{{uid, uid}});
  if (removed) versions_[number].state = State::done;
}

// --- what must be
// ---------------------------------------------------------------------------------

// The phone whose words were refused goes on from them; the next that are taken stand for all.

std::size_t Drafts::number_of(const Version& version) const {
  return static_cast<std::size_t>(&version - versions_.data());
}

bool Drafts::must_be_replaced(std::size_t number) const {
  const Version& version = versions_[number];
  return std::ranges::any_of(versions_, [&](const Version& next) {
    if (next.base != number) return false;
    if (next.state == State::refused) return must_be_replaced(number_of(next));
    if (next.state != State::done) return false;
    // Made anew although somebody else had gone on from it meanwhile: it wins (docs/adr/0013).
    // Likewise where that was faster than its author's second attempt, after a kill: the message
    // that the first one stored is gone, and nobody can tell that it was there.
    return next.phone == version.phone || !(version.may_stand_alone || version.overtaken);
  });
}

bool Drafts::may_be_replaced(std::size_t number) const {
  return std::ranges::any_of(versions_, [&](const Version& next) {
    if (next.base != number) return false;
    return next.state != State::refused || may_be_replaced(number_of(next));
  });
}

/// Then it has only the files that its author added then.
bool Drafts::was_made_anew(std::size_t number) const {
  for (std::optional<std::size_t> each = number; each; each = versions_[*each].base) {
    if (versions_[*each].may_stand_alone) return true;
  }
  return false;
}

std::string Drafts::compare_letter(std::size_t number, const std::set<std::string>& gone,
                                   const std::map<std::string, unsigned>& copies) {
  const Version& version = versions_[number];
  const std::string subject = subject_of(number);
  const unsigned arrived = world_.internet().arrivals(subject, recipient).copies;
  const unsigned doubts = world_.internet().doubts(subject);
  // engine.md §2: the one moment that nobody can settle.
  if (arrived > 1 + doubts)
    return fmt::format("{} reached {} {} times", subject, recipient, arrived);
  if (version.state == State::refused && arrived > doubts) {
    return fmt::format("{} reached {}, and its sender was told that it did not", subject,
                       recipient);
  }
  if (version.state != State::done) return {};
  if (arrived == 0 && !world_.reported().contains(subject)) {
    return fmt::format("{} never reached {}", subject, recipient);
  }
  // Somebody moved it among the drafts: it is one again, and an edit may take its place.
  const bool taken = version.moved && may_be_replaced(number);
  if (!copies.contains(subject) && !gone.contains(subject) && !taken) {
    return "the copy of " + subject + " is lost";
  }
  return {};
}

std::string Drafts::compare_draft(std::size_t number, const std::set<std::string>& gone,
                                  const std::map<std::string, unsigned>& copies) const {
  const Version& version = versions_[number];
  const std::string subject = subject_of(number);
  const bool there = copies.contains(subject);
  // Its author's second attempt did not find what the first had stored.
  if (version.state == State::refused && there && !version.overtaken) {
    return subject + " is there, and was refused";
  }
  if (version.state != State::done || version.moved) return {};
  if (there && must_be_replaced(number)) return subject + " is left over";
  if (!there && !may_be_replaced(number) && !gone.contains(subject)) return subject + " is lost";
  return {};
}

std::string Drafts::compare(const std::map<std::string, unsigned>& copies,
                            const std::set<std::string>& gone) {
  if (!complaint_.empty()) return complaint_;
  for (const auto& [command, number] : open_) versions_[number].state = State::doubtful;
  for (std::size_t number = 0; number < versions_.size(); ++number) {
    std::string wrong = versions_[number].is_sent ? compare_letter(number, gone, copies)
                                                  : compare_draft(number, gone, copies);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string Drafts::compare_contents() {
  if (!writes() || folder().empty()) return {};
  client::Device& device = world_.device();
  for (const auto& [id, item] : device.collection(folder()).items) {
    const Node preference(base::BodyPreference, {Node(base::Type, "1")});
    const auto fetched = world_.run(device.fetch(folder(), id, {preference}));
    // What the phone shows may be what it asked to send in vain.
    const auto subject = fetched.properties.find("Subject");
    const auto number =
        subject == fetched.properties.end() ? std::nullopt : number_of(subject->second);
    if (!number) continue;
    const Version& version = versions_[*number];
    const auto text = fetched.properties.find("Body/Data");
    if (text == fetched.properties.end() || trim(text->second) != version.text) {
      return fmt::format("{} has another text", subject->second);
    }
    const auto references = references_of(fetched.properties);
    for (const auto& [name, reference] : references) {
      const auto file = version.files.find(name);
      if (file == version.files.end()) return fmt::format("{} has kept {}", subject->second, name);
      const auto content = world_.run(device.fetch_attachment(reference));
      if (content.data != file->second) return fmt::format("{} has another content", name);
    }
    const bool whole = version.files.size() == references.size();
    if (!whole && !was_made_anew(*number)) return fmt::format("{} lost a file", subject->second);
  }
  return {};
}

}  // namespace godwit::sim

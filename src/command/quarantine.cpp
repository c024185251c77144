#include "command/quarantine.hpp"

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "command/device_admission.hpp"
#include "command/mail_language.hpp"
#include "command/sync_answer.hpp"
#include "mapping/email.hpp"
#include "sync/sync_key.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace hierarchy = wbxml::folder_hierarchy;
using sync::SyncKey;

constexpr std::string_view inbox_id = "quarantine";
constexpr std::string_view mail_id = "quarantine:1";
constexpr std::uint16_t type_inbox = 2;  // [MS-ASCMD] Type (FolderSync)
/// Relationships of ours have random numbers; this is none of them.
constexpr std::uint64_t relationship = 1;
constexpr std::chrono::seconds ping_default{300};

// [MS-ASCMD] Status of FolderSync, Sync and Ping.
constexpr std::uint16_t ok = 1;
constexpr std::uint16_t sync_bad_key = 3;
constexpr std::uint16_t sync_whole_request = 13;
constexpr std::uint16_t sync_malformed = 4;
constexpr std::uint16_t sync_hierarchy = 12;
constexpr std::uint16_t folders_bad_key = 9;
constexpr std::uint16_t ping_expired = 1;
constexpr std::uint16_t ping_folder_sync = 7;

std::string key(std::uint32_t generation) { return SyncKey::of(relationship, generation).str(); }

Answer folders(Session& session) {
  const wbxml::Element* sent = session.document.find(hierarchy::SyncKey);
  const bool initial = sent != nullptr && sent->text == "0";
  if (sent == nullptr || (!initial && sent->text != key(1))) {
    return status_answer(session, hierarchy::FolderSync, hierarchy::Status, folders_bad_key);
  }
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(hierarchy::FolderSync);
  out.number(hierarchy::Status, ok);
  out.text(hierarchy::SyncKey, key(1));
  out.open(hierarchy::Changes);
  out.number(hierarchy::Count, initial ? 1 : 0);
  if (initial) {
    out.open(hierarchy::Add);
    out.text(hierarchy::ServerId, inbox_id);
    out.text(hierarchy::ParentId, "0");
    out.text(hierarchy::DisplayName, mail_texts_of(session).inbox);
    out.number(hierarchy::Type, type_inbox);
    out.close();
  }
  out.close();
  out.close();
  auto answer = document.finish();
  answer.initial_hierarchy = initial;
  return answer;
}

/// The mail that explains.
render::Prepared explanation(const Session& session) {
  Email email;
  email.to = session.account.addresses.empty() ? session.user() : session.account.addresses.front();
  email.from = email.to;
  const compose::MailTexts& texts = mail_texts_of(session);
  email.subject = texts.held_subject;
  email.thread_topic = email.subject;
  email.date_received = session.device.first_seen;
  email.importance = Importance::high;
  std::string text = compose::fill(texts.held_text, describe_device(session, texts));
  render::Prepared mail;
  mail.server_id = mail_id;
  mail.write = [email = std::move(email), text = std::move(text),
                version = session.version](wbxml::Writer& out) {
    mapping::write_email(email, version, out);
    mapping::BodyValue body;
    body.estimated_size = text.size();
    body.data = [&text](wbxml::Writer& to) {
      to.begin_text();
      to.piece(text);
      to.end_text();
    };
    mapping::write_body(body, out);
    mapping::write_native_body_type(1, out);
  };
  return mail;
}

CollectionAnswer collection(const Session& session, const eas::SyncCollection& asked) {
  CollectionAnswer answer;
  answer.id = asked.id;
  answer.must_answer = true;
  if (asked.id != inbox_id) {
    answer.status = sync_hierarchy;
  } else if (asked.is_initial()) {
    answer.sync_key = key(1);
  } else if (asked.sync_key == key(1)) {
    answer.sync_key = key(2);
    answer.added.push_back(explanation(session));
  } else if (asked.sync_key == key(2)) {
    answer.sync_key = key(2);
    answer.must_answer = !asked.commands.empty();
  } else {
    answer.status = sync_bad_key;
  }
  return answer;
}

Wait rest(Session& session, std::chrono::seconds held,
          Task<Answer> (*resume)(Session&, watch::Ended)) {
  return {
      {session.account.user, session.device_id, {}, session.now() + held, false, {}},
      [resume](Session* again, watch::Ended ended) { return resume(*again, std::move(ended)); }};
}

Answer ask_folders(Session& session, wbxml::Tag root) {
  const bool is_ping = root == wbxml::ping::Ping;
  return status_answer(session, root, is_ping ? wbxml::ping::Status : wbxml::airsync::Status,
                       is_ping ? ping_folder_sync : sync_hierarchy);
}

Task<Answer> resume_sync(Session& session, watch::Ended ended) {
  if (ended.wake != watch::Wake::policy) co_return Nothing{};
  co_return ask_folders(session, wbxml::airsync::Sync);
}

Task<Answer> resume_ping(Session& session, watch::Ended ended) {
  if (ended.wake == watch::Wake::policy) co_return ask_folders(session, wbxml::ping::Ping);
  co_return status_answer(session, wbxml::ping::Ping, wbxml::ping::Status, ping_expired);
}

Answer items(Session& session) {
  namespace tag = wbxml::airsync;
  if (!session.has_document) {
    return status_answer(session, tag::Sync, tag::Status, sync_whole_request);
  }
  const auto request = eas::read_sync(session.document, session.version);
  if (!request || request->partial) {
    return status_answer(session, tag::Sync, tag::Status,
                         request ? sync_whole_request : sync_malformed);
  }
  std::vector<CollectionAnswer> answers;
  for (const eas::SyncCollection& asked : request->collections) {
    answers.push_back(collection(session, asked));
  }
  if (std::ranges::any_of(answers, &CollectionAnswer::has_news)) {
    std::erase_if(answers, [](const CollectionAnswer& each) { return !each.has_news(); });
    return write_sync_answer(session, answers);
  }
  const std::int64_t most = session.services.settings.heartbeat_seconds_max;
  const std::int64_t held =
      request->heartbeat_seconds.value_or(request->wait_minutes.value_or(0) * 60);
  if (held <= 0) return Nothing{};
  return rest(session, std::chrono::seconds(std::min(held, most)), &resume_sync);
}

Answer wait_for_decision(Session& session) {
  const Settings& settings = session.services.settings;
  const auto asked =
      parse_number<std::uint32_t>(trim(session.document.text_of(wbxml::ping::HeartbeatInterval)));
  const std::uint32_t held =
      std::clamp(asked.value_or(static_cast<std::uint32_t>(ping_default.count())),
                 settings.heartbeat_seconds_min, settings.heartbeat_seconds_max);
  return rest(session, std::chrono::seconds(held), &resume_ping);
}

/// Says what the device is, which rules may want to know.
bool only_tells(const wbxml::Element& settings) {
  return !settings.children.empty() &&
         std::ranges::all_of(settings.children, [](const wbxml::Element& child) {
           return child.tag == wbxml::settings::DeviceInformation;
         });
}

}  // namespace

std::optional<Answer> quarantine_answer(Session& session, const Command& command) {
  if (command.name == "Provision") return std::nullopt;
  if (command.name == "Settings" && only_tells(session.document)) return std::nullopt;
  if (command.name == "FolderSync") return folders(session);
  if (command.name == "Sync") return items(session);
  if (command.name == "Ping") return wait_for_decision(session);
  return Failed{eas::Status::device_blocked};
}

Answer quarantine_begins(Session& session, const Command& command) {
  return ask_folders(session, command.root);
}

}  // namespace godwit::command

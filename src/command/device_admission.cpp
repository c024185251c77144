#include "command/device_admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "backend/compact_account.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "command/audited.hpp"
#include "command/delivery.hpp"
#include "command/mail_language.hpp"
#include "command/membership.hpp"
#include "compose/encode.hpp"
#include "compose/letter.hpp"
#include "net/network.hpp"

namespace godwit::command {
namespace {

using policy::Standing;

constexpr Log logger("device_rule");

/// Devices beyond the limit that are still kept a record of, so that they are seen in the list.
constexpr std::size_t refused_records_max = 20;

std::string_view action_of(Standing standing) {
  switch (standing) {
    case Standing::unknown:
    case Standing::allowed:
      return "device_rule.allowed";
    case Standing::blocked:
      return "device_rule.blocked";
    case Standing::quarantined:
      return "device_rule.quarantined";
    case Standing::too_many:
      return "device_rule.too_many";
  }
  std::unreachable();
}

bool decides_anything(const policy::DeviceRules& rules) {
  return !rules.list.empty() || rules.otherwise != policy::Action::allow || rules.devices_max > 0;
}

/// Those of the user that count: what is over the limit itself does not.
struct Count {
  std::size_t counted = 0;
  std::size_t all = 0;
};
Task<Count> other_devices(const Session& session) {
  constexpr std::size_t records_max = 1000;
  Count out;
  const auto records = co_await session.services.store.list(session.user(), store::Kind::device, "",
                                                            "", records_max);
  for (const store::Record& record : records) {
    if (record.key.name == session.device_id.str()) continue;
    ++out.all;
    const auto device = policy::unpack_device(record.value);
    if (!device || device->standing != Standing::too_many) ++out.counted;
  }
  co_return out;
}

/// A mail to people about the device. The envelope's id makes it one, however often it is tried.
struct Notice {
  std::string purpose;
  std::vector<std::string> to;
  Language language;
  std::string subject, text;
};
Task<> send_notice(Session& session, Notice notice) {
  const auto identity = identity_of(session.account);
  const std::string id = hex_encode(digest128(
      fmt::format("{}\n{}\n{}\n{}", notice.purpose, session.user(), session.device_id.view(),
                  session.device.first_seen.time_since_epoch().count())));
  compose::Fields header;
  std::string people;
  for (const std::string& address : notice.to) people += (people.empty() ? "" : ", ") + address;
  header.set("To", people);
  header.set("Subject", compose::format_unstructured(notice.subject));
  header.set("Content-Language", std::string(code_of(notice.language)));
  header.set("Auto-Submitted", "auto-generated");  // RFC 3834
  header.set("Content-Type", "text/plain; charset=utf-8");
  header.set("Content-Transfer-Encoding", "base64");
  const compose::Stamp stamp{compose::make_message_id(id, identity.addresses.front()),
                             session.now()};
  std::string from = compose::complete(header, identity, stamp);
  auto message = std::make_shared<const backend::StringSource>(header.str() + "\r\n" +
                                                               compose::base64_lines(notice.text));
  backend::Submission::Envelope envelope{std::move(from), std::move(notice.to), id};
  const auto sent = co_await session.submit(std::move(envelope), message);
  if (!sent) {
    logger.warning("notice.refused", {{"user", session.user()}, {"why", sent.error().message}});
  }
}

/// RFC 3986 2.1.
std::string in_url(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (plain.contains(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// The page that decides after a sign-in, where one is known; to open it decides nothing.
std::string where_to_decide(const Session& session, const compose::MailTexts& texts) {
  const std::string& console = session.services.settings.device_rules.console_url;
  if (console.empty()) return std::string(texts.decide_on_server);
  return compose::fill(texts.decide_on_page,
                       fmt::format("{}admin/device?user={}&id={}", console, in_url(session.user()),
                                   in_url(session.device_id.view())));
}

Notice notice_to_admins(const Session& session, std::vector<std::string> admins) {
  const Language language = session.services.settings.language;
  const compose::MailTexts& texts = compose::mail_texts(language);
  const std::string commands =
      fmt::format("  godwit quarantine allow {0} {1}\n  godwit quarantine block {0} {1}\n",
                  session.user(), session.device_id.view());
  return {.purpose = "quarantine-admin",
          .to = std::move(admins),
          .language = language,
          .subject = compose::fill(texts.admin_subject, session.user()),
          .text = compose::fill(texts.admin_text, describe_device(session, texts),
                                where_to_decide(session, texts), commands)};
}

Notice notice_to_user(const Session& session) {
  const compose::MailTexts& texts = mail_texts_of(session);
  return {.purpose = "quarantine-user",
          .to = {identity_of(session.account).addresses.front()},
          .language = mail_language(session),
          .subject = std::string(texts.waiting_subject),
          .text = compose::fill(texts.waiting_text, describe_device(session, texts))};
}

/// Administrators and the user learn of a device that waits for a decision.
Task<> tell(Session& session) {
  const policy::DeviceRules rules = session.services.settings.device_rules;
  try {
    if (!rules.admins.empty()) {
      co_await send_notice(session, notice_to_admins(session, rules.admins));
    }
    if (rules.tell_users) {
      co_await learn_language(session);
      co_await send_notice(session, notice_to_user(session));
    }
    session.device.standing_told = true;
  } catch (const Fault& fault) {
    logger.warning("notice.failed", {{"user", session.user()}, {"why", fault.what()}});
  }
}

Task<policy::Verdict> verdict_on(Session& session) {
  const policy::DeviceRules& rules = session.services.settings.device_rules;
  const policy::Device& device = session.device;
  const std::vector<std::string> names = backend::names_of(session.account);
  auto groups = policy::asked_groups(rules);
  if (!groups.empty()) {
    groups = co_await session.services.membership.groups_of(session.account, std::move(groups));
  }
  const auto facts = policy::facts_of(device, eas::to_string(session.version), {names, groups});
  co_return policy::decide(rules, facts, session.now());
}

}  // namespace

std::optional<eas::Status> refusal_of(const policy::Device& device) {
  if (is_settled(device)) return std::nullopt;
  if (device.standing == Standing::blocked) return eas::Status::device_blocked;
  if (device.standing == Standing::too_many) return eas::Status::maximum_devices_reached;
  return std::nullopt;
}

bool is_quarantined(const policy::Device& device) {
  return !is_settled(device) && device.standing == Standing::quarantined;
}

std::string describe_device(const Session& session, const compose::MailTexts& texts) {
  const policy::Device& device = session.device;
  const std::array<std::string, 9> facts{
      session.user(),    session.device_id.str(), device.type,
      device.model,      device.friendly_name,    device.os,
      device.user_agent, device.address,          device.standing_why};
  std::string out;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts.at(i).empty()) continue;
    out += fmt::format("{:<8} {}\n", texts.device_facts.at(i), printable(facts.at(i)));
  }
  return out;
}

void note_facts(Session& session) {
  policy::Device& device = session.device;
  const auto today = std::chrono::floor<std::chrono::days>(session.now());
  const bool is_today = device.last_seen == Time(today);
  device.last_seen = today;
  device.type = session.line.device_type;
  device.version = std::to_underlying(session.version);
  const auto agent = session.request.header("user-agent");
  constexpr std::size_t agent_bytes_max = 256;
  if (!agent.empty()) device.user_agent = utf8_clean(agent.substr(0, agent_bytes_max));
  // Phones change their address all day: without a rule that asks for it, once a day is enough.
  const policy::DeviceRules& rules = session.services.settings.device_rules;
  const bool matters = std::ranges::any_of(
      rules.list, [](const policy::DeviceRule& rule) { return rule.from != nullptr; });
  if (!is_today || matters) device.address = std::string(net::address_of(session.request.peer));
}

Task<> judge(Session& session) {
  policy::Device& device = session.device;
  const policy::DeviceRules& rules = session.services.settings.device_rules;
  const bool settled = is_settled(device);
  if (settled || (!decides_anything(rules) && device.standing == Standing::unknown)) co_return;
  policy::Verdict verdict = co_await verdict_on(session);
  if (session.leaves_no_record) {
    device.standing = verdict.standing;
    co_return;
  }
  const bool is_new = session.device_revision == 0 || device.standing == Standing::too_many;
  if (is_new && verdict.standing == Standing::allowed && rules.devices_max > 0) {
    const Count others = co_await other_devices(session);
    if (others.counted >= rules.devices_max) {
      verdict = {Standing::too_many, fmt::format("at most {} devices", rules.devices_max)};
    }
    if (others.all >= rules.devices_max + refused_records_max &&
        verdict.standing == Standing::too_many) {
      device.standing = verdict.standing;
      co_return;
    }
  }
  const bool changed = device.standing != verdict.standing;
  const bool tells = verdict.standing == Standing::quarantined;
  if (!changed && (!tells || device.standing_told)) co_return;
  device.standing = verdict.standing;
  device.standing_why = verdict.why;
  if (changed && !tells) device.standing_told = false;
  std::vector<store::Write> along;
  if (changed) {
    along.push_back(
        audited(session, std::string(action_of(verdict.standing)), verdict.why, "rules"));
  }
  // The decision stands before anybody is told.
  static_cast<void>(co_await session.save_device(std::move(along)));
  if (!tells || device.standing_told) co_return;
  co_await tell(session);
  static_cast<void>(co_await session.save_device());
}

}  // namespace godwit::command

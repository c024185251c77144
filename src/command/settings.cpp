// [MS-ASCMD] Settings: a protocol error stands alone at the root; whatever else goes wrong stands
// in its property, and the others are answered.
#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "command/device_information.hpp"
#include "command/handlers.hpp"
#include "command/out_of_office.hpp"
#include "wbxml/pages/rights_management.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::settings;
using eas::Version;
using wbxml::Element;
using wbxml::Writer;

constexpr Log settings_log("settings");

// [MS-ASCMD] Status (Settings).
constexpr std::uint16_t ok = 1;
constexpr std::uint16_t protocol_error = 2;
constexpr std::uint16_t access_denied = 3;
constexpr std::uint16_t server_unavailable = 4;
constexpr std::uint16_t invalid_arguments = 5;
constexpr std::uint16_t denied_by_policy = 7;

/// What a property came to: its status, and what follows it (null: nothing).
struct Outcome {
  std::uint16_t status = ok;
  std::function<void(Writer&)> write{};
};

bool has_only(const Element& property, wbxml::Tag child) {
  return property.children.size() == 1 && property.has(child);
}

bool is_device_information(const Element& property, Version version) {
  return has_only(property, tag::Set) &&
         knows_device_information(*property.find(tag::Set), version);
}

Task<Outcome> device_information(Session& session, const Element& property) {
  // The admin may write the record at the same time: then ours is made anew on top.
  constexpr int attempts_max = 3;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    if (!read_device_information(property, session.device)) {
      co_await session.load_device();
      co_return Outcome{invalid_arguments};
    }
    if (co_await session.save_device()) co_return Outcome{ok};
    co_await session.load_device();
  }
  co_return Outcome{server_unavailable};
}

bool is_device_password(const Element& property, Version) {
  return has_only(property, tag::Set) && property.find(tag::Set)->has(tag::Password);
}

/// A recovery password is for an administrator who asked for it by policy; it is kept with the
/// device, and an empty one clears it.
Task<Outcome> device_password(Session& session, const Element& property) {
  constexpr std::size_t characters_max = 255;  // [MS-ASCMD] Password (Settings)
  const auto& values = session.policy->settings.values;
  const auto wanted = values.find("PasswordRecoveryEnabled");
  if (wanted == values.end() || wanted->second != "1") co_return Outcome{denied_by_policy};
  const std::string password = utf8_clean(property.find(tag::Set)->text_of(tag::Password));
  if (utf8_prefix_characters(password, characters_max).size() < password.size()) {
    co_return Outcome{invalid_arguments};
  }
  store::Write write{session.key(store::Kind::device_password, session.device_id.str()),
                     std::nullopt, std::nullopt};
  if (!password.empty()) write.value = password;
  std::vector<store::Write> writes;
  writes.push_back(std::move(write));
  const bool kept = co_await session.services.store.commit(std::move(writes));
  co_return Outcome{kept ? ok : server_unavailable};
}

bool is_out_of_office(const Element& property, Version) {
  if (has_only(property, tag::Get)) return property.find(tag::Get)->has(tag::BodyType);
  return has_only(property, tag::Set);
}

/// What the backend refuses. Who was disturbed by another's change may try again.
std::uint16_t status_of(const Error& error) {
  return error.code == Errc::conflict ? server_unavailable : invalid_arguments;
}

Task<Outcome> out_of_office_or_throw(Session& session, const Element& property) {
  backend::Vacation* vacation = session.services.vacation;
  const Element* get = property.find(tag::Get);
  const auto body_type = get == nullptr ? std::string_view() : trim(get->text_of(tag::BodyType));
  const bool html = iequals(body_type, "HTML");
  if (get != nullptr && !html && !iequals(body_type, "Text")) co_return Outcome{invalid_arguments};
  if (vacation == nullptr && get != nullptr) co_return Outcome{access_denied};
  backend::OutOfOffice settings;
  if (vacation != nullptr) settings = co_await vacation->out_of_office(session.account);
  if (get != nullptr) {
    co_return Outcome{ok,
                      [settings, html](Writer& out) { write_out_of_office(settings, html, out); }};
  }
  const auto read = read_out_of_office(*property.find(tag::Set), settings);
  if (!read) co_return Outcome{read.error()};
  if (vacation == nullptr) co_return Outcome{access_denied};
  const auto done = co_await vacation->set_out_of_office(session.account, std::move(settings));
  co_return Outcome{done ? ok : status_of(done.error())};
}

/// A server of its own may stand behind it: the other properties do not fail with that one, nor
/// does its refusal to sign in make the phone ask for a password that its mail takes.
Task<Outcome> out_of_office(Session& session, const Element& property) {
  Fault::Kind kind{};
  try {
    co_return co_await out_of_office_or_throw(session, property);
  } catch (const Fault& fault) {
    settings_log.warning("settings.oof_failed", {{"user", session.user()}, {"why", fault.what()}});
    kind = fault.kind();
  }
  co_return Outcome{kind == Fault::Kind::sign_in_failed ? access_denied : server_unavailable};
}

bool is_user_information(const Element& property, Version) { return has_only(property, tag::Get); }

void write_user_information(const std::vector<std::string>& addresses, Version version,
                            Writer& out) {
  const bool accounts = version >= Version::v14_1;
  out.open(tag::Get);
  if (accounts) {
    out.open(tag::Accounts);
    out.open(tag::Account);
  }
  out.open(tag::EmailAddresses);
  for (const std::string& address : addresses) out.text(tag::SMTPAddress, address);
  if (accounts && !addresses.empty()) out.text(tag::PrimarySmtpAddress, addresses.front());
  out.close();
  if (accounts) {
    out.close();
    out.close();
  }
  out.close();
}

Task<Outcome> user_information(Session& session, const Element& property) {
  static_cast<void>(property);
  std::vector<std::string> addresses = session.account.addresses;
  if (addresses.empty()) addresses.push_back(session.user());
  const Version version = session.version;
  co_return Outcome{
      ok, [addresses, version](Writer& out) { write_user_information(addresses, version, out); }};
}

bool is_rights_management(const Element& property, Version version) {
  return version >= Version::v14_1 && has_only(property, tag::Get);
}

/// Not offered: [MS-ASRM] 3.2.4.1. The response schema wants the list all the same.
Task<Outcome> rights_management(Session& session, const Element& property) {
  static_cast<void>(session);
  static_cast<void>(property);
  co_return Outcome{std::to_underlying(eas::Status::rights_management_disabled), [](Writer& out) {
                      out.open(tag::Get);
                      out.empty(wbxml::rights_management::RightsManagementTemplates);
                      out.close();
                    }};
}

/// One row a property: is the request for it well-formed, and what it does.
struct Property {
  wbxml::Tag tag;
  bool (*is_well_formed)(const Element&, Version);
  Task<Outcome> (*run)(Session&, const Element&);
};
constexpr auto properties = std::to_array<Property>({
    {tag::Oof, &is_out_of_office, &out_of_office},
    {tag::DeviceInformation, &is_device_information, &device_information},
    {tag::DevicePassword, &is_device_password, &device_password},
    {tag::UserInformation, &is_user_information, &user_information},
    {tag::RightsManagementInformation, &is_rights_management, &rights_management},
});

const Property* find_property(wbxml::Tag tag) {
  const auto at = std::ranges::find(properties, tag, &Property::tag);
  return at == properties.end() ? nullptr : &*at;
}

/// Every property is known, well-formed, and there once.
bool is_well_formed(const Element& request, Version version) {
  if (request.children.empty()) return false;
  return std::ranges::all_of(request.children, [&](const Element& child) {
    const Property* property = find_property(child.tag);
    return property != nullptr && property->is_well_formed(child, version) &&
           request.count(child.tag) == 1;
  });
}

}  // namespace

Task<Answer> settings(Session& session) {
  const Element& request = session.document;
  if (!is_well_formed(request, session.version)) {
    co_return status_answer(session, tag::Settings, tag::Status, protocol_error);
  }
  DocumentWriter document(session.services.spools);
  Writer& out = document.out();
  out.open(tag::Settings);
  out.number(tag::Status, ok);
  for (const Element& child : request.children) {
    const Outcome outcome = co_await find_property(child.tag)->run(session, child);
    out.open(child.tag);
    out.number(tag::Status, outcome.status);
    if (outcome.write) outcome.write(out);
    out.close();
  }
  out.close();
  co_return document.finish();
}

}  // namespace godwit::command

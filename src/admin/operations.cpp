#include "admin/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "admin/importer.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

constexpr Log log("admin");

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::malformed:
      return "malformed";
    case Errc::too_large:
      return "too_large";
    case Errc::unsupported:
      return "unsupported";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::refused:
      return "refused";
    case Errc::stale:
      return "stale";
    case Errc::out_of_range:
      return "out_of_range";
    case Errc::incomplete:
      return "incomplete";
  }
  return "malformed";
}

/// What does not fit UTF-8 is replaced, so that a reply can always be written.
std::string to_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string refusal(std::string_view code, std::string_view message) {
  return to_line({{"ok", false}, {"error", {{"code", code}, {"message", message}}}});
}

Result<Accounts*> accounts(Parts& parts) {
  if (parts.accounts != nullptr) return parts.accounts;
  return fail(Errc::unsupported,
              "users are not kept here: the backend of this server is not the embedded store, or "
              "the store cannot be used");
}

/// A change of credentials ends what was built upon the old ones.
void forget(Parts& parts, const std::string& login) {
  const auto user = UserId::parse(login);
  if (!user) return;
  if (parts.forget_user) parts.forget_user(*user);
  if (parts.end_sessions) parts.end_sessions(*user);
}

Task<Result<json>> user_add(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "login");
  if (!login) co_return pass(login);
  auto password = text(arguments, "password");
  if (!password) co_return pass(password);
  auto name = text(arguments, "display_name", false);
  if (!name) co_return pass(name);
  auto aliases = texts(arguments, "aliases");
  if (!aliases) co_return pass(aliases);
  const auto quota = number(arguments, "quota_bytes");
  if (!quota) co_return pass(quota);
  NewUser user{std::move(*login), Secret(std::move(*password)), std::move(*name),
               std::move(*aliases), *quota};
  co_return nothing(co_await (*place)->add(std::move(user)));
}

std::string_view origin_text(std::string_view origin) { return origin.empty() ? "local" : origin; }

Task<Result<json>> user_list(Parts& parts, json) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  for (const User& user : co_await (*place)->list()) {
    rows.push_back({{"login", user.login},
                    {"display_name", user.display_name},
                    {"aliases", user.aliases},
                    {"quota_bytes", user.quota_bytes},
                    {"used_bytes", user.used_bytes},
                    {"origin", origin_text(user.origin)}});
  }
  co_return json{{"users", std::move(rows)}};
}

Task<Result<json>> user_passwd(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "login");
  if (!login) co_return pass(login);
  auto password = text(arguments, "password");
  if (!password) co_return pass(password);
  const auto done = co_await (*place)->set_password(*login, Secret(std::move(*password)));
  if (done) forget(parts, *login);
  co_return nothing(done);
}

Task<Result<json>> user_remove(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "login");
  if (!login) co_return pass(login);
  const auto done = co_await (*place)->remove(*login);
  if (done) forget(parts, *login);
  co_return nothing(done);
}

/// The fields of the address list among the arguments; unknown ones are a mistake.
Result<backend::PersonChange> person_change(const json& arguments) {
  backend::PersonChange change;
  for (const auto& [name, value] : arguments.items()) {
    const auto field = std::ranges::find(backend::person_fields, name, &backend::PersonField::name);
    if (field != backend::person_fields.end()) {
      auto given = text(arguments, name);
      if (!given) return pass(given);
      change.fields.emplace_back(field->member, std::move(*given));
    } else if (name == "listed") {
      const auto listed = flag(arguments, name);
      if (!listed) return pass(listed);
      change.listed = *listed;
    } else if (name == "aliases" || name == "send_as") {
      auto addresses = texts(arguments, name);
      if (!addresses) return pass(addresses);
      (name == "aliases" ? change.aliases : change.send_as) = std::move(*addresses);
    } else if (name == "quota_bytes") {
      const auto quota = number(arguments, "quota_bytes");
      if (!quota) return pass(quota);
      change.quota_bytes = *quota;
    } else if (name == "photo") {
      auto photo = text(arguments, name);
      if (!photo) return pass(photo);
      auto bytes = base64_decode(*photo);
      if (!bytes) return fail(Errc::malformed, "argument 'photo' is base64");
      change.photo = std::move(*bytes);
    } else if (name == "certificates") {
      auto files = texts(arguments, name);
      if (!files) return pass(files);
      for (std::string& file : *files) {
        auto bytes = base64_decode(file);
        if (!bytes) return fail(Errc::malformed, "argument 'certificates' is a list of base64");
        file = std::move(*bytes);
      }
      change.certificates = std::move(*files);
    } else if (name != "login") {
      return fail(Errc::malformed, fmt::format("no field is called '{}'", name));
    }
  }
  return change;
}

Task<Result<json>> user_set(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "login");
  if (!login) co_return pass(login);
  auto change = person_change(arguments);
  if (!change) co_return pass(change);
  const bool addresses = change->aliases || change->send_as;
  const auto done = co_await (*place)->change_person(*login, std::move(*change));
  if (done && addresses) forget(parts, *login);
  co_return nothing(done);
}

Task<Result<json>> user_show(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "login");
  if (!login) co_return pass(login);
  const auto person = co_await (*place)->person(*login);
  if (!person) co_return pass(person);
  const auto origin = co_await (*place)->origin(std::move(*login));
  if (!origin) co_return pass(origin);
  json out{{"login", person->entry.address},     {"listed", person->listed},
           {"aliases", person->aliases},         {"send_as", person->send_as},
           {"photo_bytes", person->photo_bytes}, {"certificates", person->certificates},
           {"origin", origin_text(*origin)}};
  for (const backend::PersonField& field : backend::person_fields) {
    out[std::string(field.name)] = person->entry.*field.member;
  }
  co_return out;
}

/// Users and the audit log are kept in different databases: the entry comes first, so that whoever
/// dies in between leaves no change without one.
Task<> note_of_sync(Parts& parts, std::string_view what, std::string login, Result<> done = {}) {
  if (parts.audit == nullptr) co_return;
  policy::AuditEntry entry =
      audit_entry(parts.caller, fmt::format("user.sync.{}", what), json{{"login", login}});
  entry.done = done.has_value();
  if (!done) entry.details = done.error().message;
  co_await parts.audit->add(std::move(entry));
}

Task<> end_of_sync(Parts& parts, std::string_view what, std::string login, Result<> done) {
  forget(parts, login);
  if (!done) co_await note_of_sync(parts, what, std::move(login), std::move(done));
}

Task<Result<json>> user_sync(Parts& parts, json arguments) {
  const auto place = accounts(parts);
  if (!place) co_return pass(place);
  const auto dry_run = flag(arguments, "dry_run");
  if (!dry_run) co_return pass(dry_run);
  UserSyncOrder order{.dry_run = *dry_run,
                      .about_to =
                          [&parts](std::string_view what, std::string login) {
                            return note_of_sync(parts, what, std::move(login));
                          },
                      .tried =
                          [&parts](std::string_view what, std::string login, Result<> done) {
                            return end_of_sync(parts, what, std::move(login), std::move(done));
                          }};
  const auto done = co_await (*place)->sync(std::move(order));
  if (!done) co_return pass(done);
  json failed = json::array();
  for (const auto& [login, why] : done->failed) failed.push_back({{"login", login}, {"why", why}});
  json renamed = json::array();
  for (const auto& [login, now] : done->renamed)
    renamed.push_back({{"login", login}, {"now", now}});
  co_return json{{"dry_run", *dry_run},           {"added", done->added},
                 {"adopted", done->adopted},      {"changed", done->changed},
                 {"removed", done->removed},      {"gone", done->gone},
                 {"held_back", done->held_back},  {"elsewhere", done->elsewhere},
                 {"renamed", std::move(renamed)}, {"unusable", done->unusable},
                 {"failed", std::move(failed)}};
}

Result<Groups*> groups(Parts& parts) {
  const auto users = accounts(parts);
  if (!users) return pass(users);
  return parts.groups;
}

Result<backend::GroupChange> group_change(const json& arguments) {
  backend::GroupChange change;
  if (arguments.contains("display_name")) {
    auto name = text(arguments, "display_name");
    if (!name) return pass(name);
    change.display_name = std::move(*name);
  }
  if (arguments.contains("owner")) {
    auto owner = text(arguments, "owner");
    if (!owner) return pass(owner);
    change.owner = std::move(*owner);
  }
  if (arguments.contains("listed")) {
    const auto listed = flag(arguments, "listed");
    if (!listed) return pass(listed);
    change.listed = *listed;
  }
  return change;
}

Task<Result<json>> group_add(Parts& parts, json arguments) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  auto address = text(arguments, "address");
  if (!address) co_return pass(address);
  auto said = group_change(arguments);
  if (!said) co_return pass(said);
  auto members = texts(arguments, "members");
  if (!members) co_return pass(members);
  backend::Group group{.address = std::move(*address),
                       .display_name = said->display_name.value_or(""),
                       .owner = said->owner.value_or(""),
                       .listed = said->listed.value_or(true),
                       .members = std::move(*members)};
  co_return nothing(co_await (*place)->add(std::move(group)));
}

json to_json(const backend::Group& group) {
  return {{"address", group.address},
          {"display_name", group.display_name},
          {"owner", group.owner},
          {"listed", group.listed}};
}

Task<Result<json>> group_list(Parts& parts, json) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  for (const backend::Group& group : co_await (*place)->list()) rows.push_back(to_json(group));
  co_return json{{"groups", std::move(rows)}};
}

Task<Result<json>> group_show(Parts& parts, json arguments) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  auto address = text(arguments, "address");
  if (!address) co_return pass(address);
  const auto group = co_await (*place)->show(std::move(*address));
  if (!group) co_return pass(group);
  json row = to_json(*group);
  row["members"] = group->members;
  co_return row;
}

Task<Result<json>> group_set(Parts& parts, json arguments) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  auto address = text(arguments, "address");
  if (!address) co_return pass(address);
  auto change = group_change(arguments);
  if (!change) co_return pass(change);
  co_return nothing(co_await (*place)->change(std::move(*address), std::move(*change)));
}

template <auto action>
Task<Result<json>> group_members(Parts& parts, json arguments) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  auto address = text(arguments, "address");
  if (!address) co_return pass(address);
  auto members = texts(arguments, "members");
  if (!members) co_return pass(members);
  co_return nothing(co_await ((*place)->*action)(std::move(*address), std::move(*members)));
}

Task<Result<json>> group_remove(Parts& parts, json arguments) {
  const auto place = groups(parts);
  if (!place) co_return pass(place);
  auto address = text(arguments, "address");
  if (!address) co_return pass(address);
  co_return nothing(co_await (*place)->remove(std::move(*address)));
}

json to_json(const Device& device) {
  json row{{"user", device.user.str()}, {"device", device.id.str()},
           {"type", device.type},       {"model", device.model},
           {"agent", device.agent},     {"version", device.version},
           {"state", device.state},     {"seen", nullptr}};
  if (device.seen) row["seen"] = seconds_of(*device.seen);
  return row;
}

Task<Result<json>> device_list(Parts& parts, json arguments) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  auto user = user_name(arguments);
  if (!user) co_return pass(user);
  const auto state = text(arguments, "state", false);
  if (!state) co_return pass(state);
  json rows = json::array();
  for (const Device& device : co_await (*place)->list(std::move(*user))) {
    if (state->empty() || device.state == *state) rows.push_back(to_json(device));
  }
  co_return json{{"devices", std::move(rows)}};
}

Task<Result<json>> device_show(Parts& parts, json arguments) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  auto name = device_name(arguments);
  if (!name) co_return pass(name);
  const auto device = co_await (*place)->show(std::move(name->user), std::move(name->id));
  if (!device) co_return pass(device);
  json row = to_json(*device);
  row["recovery_password"] = nullptr;
  if (device->recovery_password) row["recovery_password"] = device->recovery_password->reveal();
  row["facts"] = json::object();
  for (const auto& [fact, value] : device->facts) row["facts"][fact] = value;
  co_return row;
}

template <auto action>
Task<Result<json>> device_do(Parts& parts, json arguments) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  auto name = device_name(arguments);
  if (!name) co_return pass(name);
  Order order{std::move(name->user), std::move(name->id), parts.caller};
  co_return nothing(co_await ((*place)->*action)(std::move(order)));
}

Task<Result<json>> device_wipe(Parts& parts, json arguments) {
  const auto place = of_store(parts.devices);
  if (!place) co_return pass(place);
  auto name = device_name(arguments);
  if (!name) co_return pass(name);
  const auto account_only = flag(arguments, "account_only");
  if (!account_only) co_return pass(account_only);
  const auto scope = *account_only ? policy::WipeScope::account : policy::WipeScope::device;
  Order order{std::move(name->user), std::move(name->id), parts.caller};
  co_return nothing(co_await (*place)->wipe(std::move(order), scope));
}

Result<Outbox*> outbox(Parts& parts) {
  if (parts.outbox != nullptr) return parts.outbox;
  return fail(Errc::unsupported,
              "no mail is queued here: submission.host is empty, or users send by their own "
              "sign-in, or the store cannot be used");
}

Task<Result<json>> queue_list(Parts& parts, json) {
  const auto place = outbox(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  for (const WaitingMail& mail : co_await (*place)->list()) {
    rows.push_back({{"mail", mail.name},
                    {"user", mail.user},
                    {"from", mail.from},
                    {"to", mail.to},
                    {"bytes", mail.bytes},
                    {"accepted", seconds_of(mail.accepted)},
                    {"next", seconds_of(mail.next)},
                    {"attempts", mail.attempts},
                    {"reason", mail.reason}});
  }
  co_return json{{"mails", std::move(rows)}};
}

template <auto action>
Task<Result<json>> queue_do(Parts& parts, json arguments) {
  const auto place = outbox(parts);
  if (!place) co_return pass(place);
  auto name = text(arguments, "mail");
  if (!name) co_return pass(name);
  if (co_await ((*place)->*action)(std::move(*name))) co_return json::object();
  co_return fail(Errc::not_found, "no such mail waits");
}

Result<RemovedItems*> removed_items(Parts& parts) {
  if (parts.removed_items != nullptr) return parts.removed_items;
  return fail(Errc::unsupported, "removed items are kept in the embedded store alone");
}

constexpr std::string_view class_name(ItemClass item_class) {
  constexpr auto names =
      std::to_array<std::string_view>({"mail", "event", "contact", "task", "note"});
  return names.at(std::to_underlying(item_class));
}

Task<Result<json>> item_removed(Parts& parts, json arguments) {
  const auto place = removed_items(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "user");
  if (!login) co_return pass(login);
  const auto items = co_await (*place)->list(std::move(*login));
  if (!items) co_return pass(items);
  json rows = json::array();
  for (const backend::RemovedItem& item : *items) {
    rows.push_back({{"item", item.number},
                    {"class", class_name(item.item_class)},
                    {"folder", item.folder},
                    {"title", item.title},
                    {"removed", seconds_of(item.removed)},
                    {"bytes", item.bytes}});
  }
  co_return json{{"items", std::move(rows)}};
}

Task<Result<json>> item_restore(Parts& parts, json arguments) {
  const auto place = removed_items(parts);
  if (!place) co_return pass(place);
  auto login = text(arguments, "user");
  if (!login) co_return pass(login);
  const auto item = number(arguments, "item");
  if (!item) co_return pass(item);
  co_return nothing(
      co_await (*place)->restore(std::move(*login), static_cast<std::int64_t>(*item)));
}

Task<Result<json>> status(Parts& parts, json) {
  if (!parts.status) co_return fail(Errc::unsupported, "there is no status here");
  const Status now = parts.status();
  co_return json{{"version", now.version},         {"mode", now.mode},
                 {"problem", now.problem},         {"uptime_seconds", now.uptime_seconds},
                 {"connections", now.connections}, {"parked", now.parked},
                 {"listening", now.listening}};
}

constexpr auto operations = std::to_array<Operation>({
    {"device.allow", &device_do<&Devices::allow>},
    {"device.block", &device_do<&Devices::block>},
    {"device.forget", &device_do<&Devices::forget>},
    {"device.list", &device_list},
    {"device.release", &device_do<&Devices::release>},
    {"device.resync", &device_do<&Devices::resync>},
    {"device.show", &device_show},
    {"device.unblock", &device_do<&Devices::unblock>},
    {"device.wipe", &device_wipe},
    {"group.add", &group_add},
    {"group.list", &group_list},
    {"group.member_add", &group_members<&Groups::add_members>},
    {"group.member_remove", &group_members<&Groups::remove_members>},
    {"group.remove", &group_remove},
    {"group.set", &group_set},
    {"group.show", &group_show},
    {"item.removed", &item_removed},
    {"item.restore", &item_restore},
    {"queue.list", &queue_list},
    {"queue.remove", &queue_do<&Outbox::remove>},
    {"queue.retry", &queue_do<&Outbox::retry>},
    {"status", &status},
    {"user.add", &user_add},
    {"user.list", &user_list},
    {"user.passwd", &user_passwd},
    {"user.remove", &user_remove},
    {"user.set", &user_set},
    {"user.show", &user_show},
    {"user.sync", &user_sync},
});

const Operation* find_operation(std::string_view name) {
  for (const auto table :
       {std::span<const Operation>(operations), app_password_operations(), policy_operations(),
        audit_operations(), share_operations(), log_operations(), activity_operations(),
        profile_operations(), repair_operations(), trace_operations(), import_operations()}) {
    const auto found = std::ranges::find(table, name, &Operation::name);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

Task<std::string> run_one(Parts parts, const Operation& operation, json arguments) {
  std::string failure;
  try {
    policy::AuditEntry entry = audit_entry(parts.caller, operation.name, arguments);
    const auto result = co_await operation.run(parts, std::move(arguments));
    entry.done = result.has_value();
    if (!result) entry.details = result.error().message;
    if (parts.audit != nullptr && is_audited(operation.name, entry.done)) {
      co_await parts.audit->add(std::move(entry));
    }
    log.info("operation", {{"name", operation.name}, {"ok", result.has_value()}});
    if (result) co_return to_line({{"ok", true}, {"result", *result}});
    co_return refusal(name_of(result.error().code), result.error().message);
  } catch (const Fault& fault) {
    failure = fault.what();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  log.error("operation.failed", {{"name", operation.name}, {"what", failure}});
  co_return refusal("failed", failure);
}

}  // namespace

Task<std::string> Operations::run(std::string line, Caller caller) {
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("operation") || !request["operation"].is_string()) {
    co_return refusal("malformed", "a request is an object with 'operation' and 'arguments'");
  }
  json arguments = request.value("arguments", json::object());
  if (!arguments.is_object()) co_return refusal("malformed", "'arguments' is an object");
  const auto name = request["operation"].get<std::string>();
  if (const Operation* operation = find_operation(name)) {
    Parts parts = parts_;
    parts.caller = std::move(caller);
    co_return co_await run_one(std::move(parts), *operation, std::move(arguments));
  }
  co_return refusal("unsupported", fmt::format("there is no operation '{}'", name));
}

}  // namespace godwit::admin

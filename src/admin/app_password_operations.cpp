#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "auth/app_password.hpp"

namespace godwit::admin {
namespace {

using auth::AppPassword;
using nlohmann::json;
using Parts = Operations::Parts;

/// Whose they are: the mailbox that the login opens, whatever spelling names it.
Task<Result<UserId>> user_of(Parts& parts, json arguments) {
  auto login = text(arguments, "user");
  if (!login) co_return pass(login);
  if (parts.known_users == nullptr) co_return UserId::parse(*login);
  const auto account = co_await parts.known_users->known(std::move(*login), {});
  if (!account) co_return pass(account);
  co_return account->user;
}

json to_json(const AppPassword& password) {
  json scopes = json::array();
  for (const backend::DataClassName& each : backend::data_class_names) {
    if (password.scopes.contains(each.data_class)) scopes.push_back(each.name);
  }
  json row{{"id", password.id},
           {"name", password.name},
           {"device", nullptr},
           {"scopes", std::move(scopes)},
           {"made", seconds_of(password.made)}};
  if (password.device) row["device"] = *password.device;
  return row;
}

Result<auth::NewAppPassword> wanted_password(const json& arguments) {
  auth::NewAppPassword out;
  auto name = text(arguments, "name", false);
  if (!name) return pass(name);
  out.name = std::move(*name);
  const auto device = text(arguments, "device", false);
  if (!device) return pass(device);
  if (!device->empty()) {
    auto id = DeviceId::parse(*device);
    if (!id) return pass(id);
    out.device = std::move(*id);
  }
  const auto scopes = texts(arguments, "scopes");
  if (!scopes) return pass(scopes);
  if (scopes->empty()) return out;
  out.scopes = {};
  for (const std::string& scope : *scopes) {
    const auto one = backend::data_class_named(scope);
    if (!one) return fail(Errc::malformed, "there is no scope '" + scope + "'");
    out.scopes = out.scopes.with(*one);
  }
  return out;
}

Task<Result<json>> add(Parts& parts, json arguments) {
  const auto place = of_store(parts.app_passwords);
  if (!place) co_return pass(place);
  auto user = co_await user_of(parts, arguments);
  if (!user) co_return pass(user);
  auto wanted = wanted_password(arguments);
  if (!wanted) co_return pass(wanted);
  const auto made = co_await (*place)->add(std::move(*user), std::move(*wanted));
  if (!made) co_return pass(made);
  json row = to_json(made->entry);
  row["password"] = made->password.reveal();
  co_return row;
}

Task<Result<json>> list(Parts& parts, json arguments) {
  const auto place = of_store(parts.app_passwords);
  if (!place) co_return pass(place);
  auto user = co_await user_of(parts, std::move(arguments));
  if (!user) co_return pass(user);
  json rows = json::array();
  for (const AppPassword& each : co_await (*place)->list(std::move(*user))) {
    rows.push_back(to_json(each));
  }
  co_return json{{"app_passwords", std::move(rows)}};
}

/// What was signed in with it ends: the phone's next request is asked for a password.
Task<Result<json>> revoke(Parts& parts, json arguments) {
  const auto place = of_store(parts.app_passwords);
  if (!place) co_return pass(place);
  auto user = co_await user_of(parts, arguments);
  if (!user) co_return pass(user);
  auto id = text(arguments, "id");
  if (!id) co_return pass(id);
  const auto done = co_await (*place)->revoke(*user, std::move(*id));
  if (done && parts.forget_user) parts.forget_user(*user);
  co_return nothing(done);
}

constexpr auto operations = std::to_array<Operation>({
    {"app_password.add", &add},
    {"app_password.list", &list},
    {"app_password.revoke", &revoke},
});

}  // namespace

std::span<const Operation> app_password_operations() { return operations; }

}  // namespace godwit::admin

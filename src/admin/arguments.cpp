#include "admin/arguments.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace godwit::admin {

using nlohmann::json;

Result<std::string> text(const json& arguments, std::string_view name, bool required) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) {
    if (!required) return std::string();
    return fail(Errc::incomplete, fmt::format("argument '{}' is missing", name));
  }
  if (!found->is_string()) {
    return fail(Errc::malformed, fmt::format("argument '{}' is a string", name));
  }
  return found->get<std::string>();
}

Result<std::vector<std::string>> texts(const json& arguments, std::string_view name) {
  std::vector<std::string> out;
  const auto found = arguments.find(name);
  if (found == arguments.end()) return out;
  if (!found->is_array()) {
    return fail(Errc::malformed, fmt::format("argument '{}' is a list of strings", name));
  }
  for (const json& entry : *found) {
    if (!entry.is_string()) {
      return fail(Errc::malformed, fmt::format("argument '{}' is a list of strings", name));
    }
    out.push_back(entry.get<std::string>());
  }
  return out;
}

Result<std::uint64_t> number(const json& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return 0;
  if (!found->is_number_unsigned()) {
    return fail(Errc::malformed, fmt::format("argument '{}' is a number, not negative", name));
  }
  return found->get<std::uint64_t>();
}

Result<bool> flag(const json& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return false;
  if (!found->is_boolean()) {
    return fail(Errc::malformed, fmt::format("argument '{}' is true or false", name));
  }
  return found->get<bool>();
}

Result<DeviceName> device_name(const json& arguments) {
  const auto login = text(arguments, "user");
  if (!login) return pass(login);
  const auto name = text(arguments, "device");
  if (!name) return pass(name);
  auto user = UserId::parse(*login);
  if (!user) return pass(user);
  auto device = DeviceId::parse(*name);
  if (!device) return pass(device);
  return DeviceName{std::move(*user), std::move(*device)};
}

Result<std::optional<UserId>> user_name(const json& arguments) {
  const auto login = text(arguments, "user", false);
  if (!login) return pass(login);
  if (login->empty()) return std::optional<UserId>();
  auto parsed = UserId::parse(*login);
  if (!parsed) return pass(parsed);
  return std::optional<UserId>(std::move(*parsed));
}

Result<json> nothing(const Result<>& done) {
  if (!done) return pass(done);
  return json::object();
}

json seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace godwit::admin

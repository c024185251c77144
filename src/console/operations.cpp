#include "console/operations.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/fault.hpp"
#include "net/network.hpp"

namespace godwit::console {
namespace {

using nlohmann::json;

/// As admin::Operations names them; what is none of these is a fault behind it.
Errc code_of(const std::string& name) {
  constexpr auto names = std::to_array<std::pair<std::string_view, Errc>>({
      {"conflict", Errc::conflict},
      {"incomplete", Errc::incomplete},
      {"malformed", Errc::malformed},
      {"not_found", Errc::not_found},
      {"out_of_range", Errc::out_of_range},
      {"refused", Errc::refused},
      {"stale", Errc::stale},
      {"too_large", Errc::too_large},
      {"unsupported", Errc::unsupported},
  });
  for (const auto& [each, code] : names) {
    if (each == name) return code;
  }
  throw Fault(Fault::Kind::unavailable, "an operation failed: " + name);
}

}  // namespace

admin::Caller caller(const Visit& visit) {
  return {.name = visit.person->account.user.str(),
          .address = std::string(net::address_of(visit.request.peer))};
}

Task<Result<json>> perform(Visit& visit, std::string_view operation, json arguments) {
  const json request{{"operation", operation}, {"arguments", std::move(arguments)}};
  std::string line = request.dump(-1, ' ', false, json::error_handler_t::replace);
  const json reply = json::parse(co_await visit.parts.perform(std::move(line), caller(visit)));
  if (reply.at("ok").get<bool>()) co_return reply.value("result", json());
  const json& error = reply.at("error");
  co_return fail(code_of(error.at("code").get<std::string>()),
                 error.at("message").get<std::string>());
}

Task<Result<>> order(Visit& visit, const admin::Device& device, std::string_view operation,
                     bool account_only) {
  json arguments{{"user", device.user.str()}, {"device", device.id.str()}};
  if (account_only) arguments["account_only"] = true;
  const auto done = co_await perform(visit, operation, std::move(arguments));
  if (!done) co_return pass(done);
  co_return Result<>{};
}

}  // namespace godwit::console

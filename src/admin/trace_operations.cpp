#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "admin/traces.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

Result<Traces*> traces(Parts& parts) {
  if (parts.traces != nullptr) return parts.traces;
  return fail(Errc::unsupported, "phones are not served; see `godwit status`");
}

json to_json(const Trace& trace) {
  return {{"user", trace.user.str()},       {"file", trace.file},         {"full", trace.full},
          {"ends", seconds_of(trace.ends)}, {"requests", trace.requests}, {"bytes", trace.bytes}};
}

Result<UserId> user_of(const json& arguments) {
  const auto name = text(arguments, "user");
  if (!name) return pass(name);
  return UserId::parse(*name);
}

Task<Result<json>> trace_on(Parts& parts, json arguments) {
  const auto place = traces(parts);
  if (!place) co_return pass(place);
  auto user = user_of(arguments);
  if (!user) co_return pass(user);
  const auto minutes = number(arguments, "minutes");
  if (!minutes) co_return pass(minutes);
  const auto most = static_cast<std::uint64_t>(Traces::minutes_max.count());
  if (*minutes > most) {
    co_return fail(Errc::out_of_range, fmt::format("argument 'minutes' is 1 to {}", most));
  }
  const auto full = flag(arguments, "full");
  if (!full) co_return pass(full);
  TraceOrder order{.user = *std::move(user), .full = *full};
  if (*minutes > 0) order.lasts = std::chrono::minutes(*minutes);
  const auto begun = (*place)->begin(std::move(order));
  if (!begun) co_return pass(begun);
  co_return to_json(*begun);
}

Task<Result<json>> trace_off(Parts& parts, json arguments) {
  const auto place = traces(parts);
  if (!place) co_return pass(place);
  const auto user = user_of(arguments);
  if (!user) co_return pass(user);
  const auto ended = (*place)->end(*user);
  if (!ended) co_return pass(ended);
  co_return to_json(*ended);
}

Task<Result<json>> trace_list(Parts& parts, json /*arguments*/) {
  const auto place = traces(parts);
  if (!place) co_return pass(place);
  json rows = json::array();
  for (const Trace& each : (*place)->list()) rows.push_back(to_json(each));
  co_return json{{"traces", std::move(rows)}};
}

constexpr auto operations = std::to_array<Operation>({
    {"trace.list", &trace_list},
    {"trace.off", &trace_off},
    {"trace.on", &trace_on},
});

}  // namespace

std::span<const Operation> trace_operations() { return operations; }

}  // namespace godwit::admin

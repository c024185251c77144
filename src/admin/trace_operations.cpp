#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "admin/traces.hpp"
#include "backend/backend.hpp"

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

/// Who is traced, and whether a device of the user has been seen.
struct Traced {
  UserId user;
  bool has_device = false;
};

Task<bool> has_device(const Parts& parts, UserId user) {
  if (parts.devices == nullptr) co_return false;
  const auto devices = co_await parts.devices->list(std::move(user));
  co_return !devices.empty();
}

/// Whoever has a device, else the mailbox that the name opens: a backend that cannot tell without
/// a password takes every name for one.
Task<Result<Traced>> traced(Parts& parts, const json& arguments) {
  auto user = user_of(arguments);
  if (!user) co_return pass(user);
  if (co_await has_device(parts, *user)) co_return Traced{*std::move(user), true};
  if (parts.known_users == nullptr) co_return Traced{*std::move(user)};
  const auto account = co_await parts.known_users->known(user->str(), {});
  if (!account) {
    co_return fail(Errc::not_found,
                   fmt::format("there is no user '{}', nor a device of one", user->view()));
  }
  const bool seen = co_await has_device(parts, account->user);
  co_return Traced{account->user, seen};
}

Task<Result<json>> trace_on(Parts& parts, json arguments) {
  const auto place = traces(parts);
  if (!place) co_return pass(place);
  const auto minutes = number(arguments, "minutes");
  if (!minutes) co_return pass(minutes);
  const auto most = static_cast<std::uint64_t>(Traces::minutes_max.count());
  if (*minutes > most) {
    co_return fail(Errc::out_of_range, fmt::format("argument 'minutes' is 1 to {}", most));
  }
  const auto full = flag(arguments, "full");
  if (!full) co_return pass(full);
  auto whom = co_await traced(parts, arguments);
  if (!whom) co_return pass(whom);
  TraceOrder order{.user = std::move(whom->user), .full = *full};
  if (*minutes > 0) order.lasts = std::chrono::minutes(*minutes);
  const auto begun = (*place)->begin(std::move(order));
  if (!begun) co_return pass(begun);
  json out = to_json(*begun);
  out["waits"] = !whom->has_device;
  co_return out;
}

/// By the user's name, else by another one of the same mailbox.
Task<Result<json>> trace_off(Parts& parts, json arguments) {
  const auto place = traces(parts);
  if (!place) co_return pass(place);
  const auto user = user_of(arguments);
  if (!user) co_return pass(user);
  auto ended = (*place)->end(*user);
  if (!ended && parts.known_users != nullptr) {
    const auto account = co_await parts.known_users->known(user->str(), {});
    if (account && account->user != *user) ended = (*place)->end(account->user);
  }
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
